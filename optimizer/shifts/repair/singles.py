"""Every single change that would repair a roster, by the checkers alone: nothing smaller than one can, so it is proved.

One change mends all only where its shift covers every quarter in trouble, or where it is of the one person whose own
rules are broken; all of those are tried.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.shifts.repair.cells import Cells
from optimizer.shifts.repair.trouble import Trouble, is_worse, mended
from roster.problem import PlannedAgent
from roster.rules.cover import Skills, skill_set
from roster.whatif.cover import matching
from roster.whatif.difference import difference
from roster.whatif.live import LiveRoster

MOST_TIED = 10
"""So many changes that cost their person the same are judged whole."""


@dataclass(frozen=True)
class Single:
    """One person's day changed; `shift` empty = free. `cost` is by how much their own row costs more."""

    agent: str
    day: int
    shift: str | None
    cost: int


def best_single(now: LiveRoster, trouble: Trouble, cells: Cells, *, first_day: int, notice: int) -> LiveRoster | None:
    """The roster after the best single change that leaves no trouble: outside the notice period up to day `notice`,
    then the least cost by the person's own rules, then by all rules; None where there is none.
    """
    found = sorted(
        singles(now, trouble, cells, first_day), key=lambda one: (one.day <= notice, one.cost, one.agent, one.day)
    )
    tied: list[LiveRoster] = []
    like: tuple[bool, int] | None = None
    for one in found:
        rank = (one.day <= notice, one.cost)
        if tied and (rank != like or len(tied) == MOST_TIED):
            break
        after = now.changed({one.agent: cells.changed(one.agent, {one.day: one.shift})})
        if mended(after, trouble):
            tied.append(after)
            like = rank
    return min(tied, key=lambda after: difference(now, after).cost, default=None)


def singles(now: LiveRoster, trouble: Trouble, cells: Cells, first_day: int) -> Iterator[Single]:
    """Each single change from `first_day` on that mends cover and keeps the person's own rules."""
    if len(trouble.people) > 1 or (trouble.team and not trouble.quarters and not trouble.people):
        # Two rows to mend are two changes; a broken rule about several people is left to the model.
        return
    reaching = _reaching(now, trouble, first_day)
    helps: dict[tuple[Skills, tuple[str, ...], int, str | None], bool] = {}
    for agent in now.problem.agents:
        if agent.fixed or agent.id in trouble.held or (trouble.people and agent.id not in trouble.people):
            continue
        skills = skill_set(agent)
        for day, shift in reaching:
            if now.shifts_on(agent.id, day) == (() if shift is None else (shift,)):
                continue
            # What it does to cover depends on skills and shifts alone, not on who it is.
            key = (skills, now.shifts_on(agent.id, day), day, shift)
            if key not in helps:
                helps[key] = _helps(now, trouble, agent, day, shift)
            if helps[key] and cells.allows(agent.id, day, shift):
                yield Single(agent.id, day, shift, cells.cost(agent.id, day, shift))


def _helps(now: LiveRoster, trouble: Trouble, agent: PlannedAgent, day: int, shift: str | None) -> bool:
    """Whether cover is nowhere worse than allowed once the agent's `day` is that."""
    skills = skill_set(agent)
    moves: Counter[int] = Counter()
    for sign, shifts in ((-1, now.shifts_on(agent.id, day)), (1, () if shift is None else (shift,))):
        for one in shifts:
            for quarter in now.rows.covered(now.rows.worked(day, one)):
                moves[quarter] += sign
    inside = [quarter for quarter, count in moves.items() if count and 0 <= quarter < len(now.cover.matched)]
    # Those in trouble first: most changes fail at the first of them.
    for quarter in sorted({*trouble.quarters, *inside}, key=lambda one: (one not in trouble.quarters, one)):
        here = Counter(now.cover.present[quarter])
        here[skills] += moves[quarter]
        if is_worse(now.problem, trouble.allowed[quarter], matching(here, now.cover.required[quarter])):
            return False
    return True


def _reaching(now: LiveRoster, trouble: Trouble, first_day: int) -> list[tuple[int, str | None]]:
    """Days from `first_day` on with a shift that may be all it takes there; None stands for a free day."""
    problem = now.problem
    days = range(max(0, first_day), problem.days)
    if not trouble.quarters:
        return [(day, option) for day in days for option in (None, *problem.shift_of)]
    begin, end = min(trouble.quarters), max(trouble.quarters)
    return [
        (day, option)
        for day in days
        for option in problem.shift_of
        if (covered := now.rows.covered(now.rows.worked(day, option))).start <= begin and end < covered.stop
    ]
