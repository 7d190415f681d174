"""What is agreed with one person, as the sentences that a lead reads beside their day."""

from collections import Counter
from collections.abc import Iterator, Mapping

from roster.problem import PlannedAgent, Problem


def agreements(problem: Problem, person: PlannedAgent, day: int, shifts: Mapping[int, str]) -> Iterator[str]:
    """Roles, a day off, people kept together or apart, limits of shifts, and what was published for the day.

    `shifts` is what the person has by day. Nothing here comes from contacts or from what anybody has felt.
    """
    if day in person.fixed_days_off:
        yield "Agreed to be free."
    yield from _published(problem, person, day, shifts.get(day))
    if person.roles:
        yield f"On shift as {', '.join(person.roles)}."
    for pair in problem.together:
        if pair.first == person.id:
            yield f"Works only where {_name(problem, pair.second)} does."
    for pair in problem.apart:
        if person.id in (pair.first, pair.second):
            yield f"Kept apart from {_name(problem, pair.second if pair.first == person.id else pair.first)}."
    counts = Counter(shifts.values())
    for limit in person.shift_limits:
        name = problem.shift_of[limit.shift].name or limit.shift
        asked = f"at least {limit.least}" if limit.least else ""
        asked += " and " if limit.least and limit.most is not None else ""
        asked += "" if limit.most is None else f"at most {limit.most}"
        yield f"{name}: {counts[limit.shift]} here, {asked} agreed for this roster."


def _published(problem: Problem, person: PlannedAgent, day: int, shift: str | None) -> Iterator[str]:
    if not problem.published or day in person.untold_days:
        return
    told = [line.shift for line in problem.published if line.agent == person.id and line.day == day]
    if told != ([] if shift is None else [shift]):
        words = " and ".join(problem.shift_of[one].name or one for one in told) or "free"
        yield f"Was told: {words}."


def _name(problem: Problem, agent: str) -> str:
    return problem.agent_of[agent].name or agent
