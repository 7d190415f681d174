"""Which changes of one person's row their own rules allow and what these cost them, asked of the checkers alone."""

from collections.abc import Iterable, Mapping
from copy import copy

from optimizer.shifts.repair.trouble import Trouble
from roster.problem import Assigned, Problem
from roster.rules.registry import RULES, Scope
from roster.rules.rows import Rows
from roster.whatif.live import LiveRoster, problem_of

Changes = Mapping[int, str | None]
"""What a person's days become: a shift, or None for a free day."""


class Cells:
    """Remembers what was asked: each answer takes about a fifth of a millisecond."""

    def __init__(self, now: LiveRoster, trouble: Trouble) -> None:
        self._now = now
        self._known = trouble.known
        personal = [rule for rule in RULES if rule.scope is Scope.PERSONAL and rule.applies(now.problem)]
        self._hard = [rule for rule in personal if rule.is_hard(now.problem)]
        self._soft = [rule for rule in personal if not rule.is_hard(now.problem)]
        self._alone: dict[str, Problem] = {}
        self._allowed: dict[tuple[str, int, str | None], bool] = {}
        self._costs: dict[tuple[str, int, str | None], int] = {}

    def of(self, after: LiveRoster) -> "Cells":
        """The same questions about another roster of the problem: what is known of rows that stay is kept."""
        cells = copy(self)
        cells._now = after
        same = {one.id for one in after.problem.agents if after.lines(one.id) == self._now.lines(one.id)}
        cells._allowed = {key: value for key, value in self._allowed.items() if key[0] in same}
        cells._costs = {key: value for key, value in self._costs.items() if key[0] in same}
        return cells

    def changed(self, agent: str, changes: Changes) -> list[Assigned]:
        """The row of `agent` with these days changed."""
        kept = [line for line in self._now.lines(agent) if line.day not in changes]
        return [
            *kept,
            *(Assigned(agent=agent, day=day, shift=shift) for day, shift in changes.items() if shift is not None),
        ]

    def allows(self, agent: str, day: int, shift: str | None) -> bool:
        """Whether that one change keeps the person's own rules."""
        key = (agent, day, shift)
        if key not in self._allowed:
            self._allowed[key] = self.keeps(agent, {day: shift})
        return self._allowed[key]

    def keeps(self, agent: str, changes: Changes) -> bool:
        """Whether several changes together do."""
        rows = self._rows(agent, self.changed(agent, changes))
        for place, rule in enumerate(self._hard):
            if any(one.hard and one not in self._known for one in rule.check(rows)):
                # What forbids one change forbids most: it is asked first from now on.
                self._hard.insert(0, self._hard.pop(place))
                return False
        return True

    def cost(self, agent: str, day: int, shift: str | None) -> int:
        """By how much the person's own row costs more with that one change."""
        key = (agent, day, shift)
        if key not in self._costs:
            rows = self._rows(agent, self.changed(agent, {day: shift}))
            found = sum(one.cost for rule in self._soft for one in rule.check(rows))
            self._costs[key] = found - sum(one.cost for one in self._now.personal[agent])
        return self._costs[key]

    def _rows(self, agent: str, lines: Iterable[Assigned]) -> Rows:
        if agent not in self._alone:
            self._alone[agent] = problem_of(self._now.problem, self._now.problem.agent_of[agent])
        return Rows(self._alone[agent], lines, like=self._now.rows).counted()
