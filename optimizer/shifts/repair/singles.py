"""Every single change that would repair a roster, by the checkers alone: nothing smaller than one can, so it is proved.

One change mends all only where its shift covers every quarter in trouble, or where it is of the one person whose own
rules are broken; all of those are tried.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.shifts.repair.trouble import Trouble, is_worse, mended
from roster.problem import Assigned, PlannedAgent
from roster.rules.cover import Skills, skill_set
from roster.whatif.cover import matching
from roster.whatif.live import LiveRoster


@dataclass(frozen=True)
class Single:
    """One person's day changed; empty = free."""

    agent: str
    day: int
    shift: str | None
    after: LiveRoster


def singles(now: LiveRoster, trouble: Trouble, first_day: int) -> Iterator[Single]:
    """Each single change from `first_day` on that leaves no trouble."""
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
            if not helps[key]:
                continue
            rest = [line for line in now.lines(agent.id) if line.day != day]
            lines = rest if shift is None else [*rest, Assigned(agent=agent.id, day=day, shift=shift)]
            if any(one.hard and one not in trouble.known for one in now.alone(agent.id, lines)):
                continue
            after = now.changed({agent.id: lines})
            if mended(after, trouble):
                yield Single(agent.id, day, shift, after)


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
