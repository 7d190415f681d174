"""What the months before count for, where somebody was there for a part of them or not at all.

For the time that they were not there, people count as having had the mean share of those who were: as much per hour of
contract and month. Without it whoever is new, or back from long leave, would get all the nights.
"""

from collections.abc import Sequence

from roster.problem.people import Memory, PlannedAgent

FULL_WEEK_MINUTES = 2400
"""A contract of so many hours has a whole share; **assumption**. Contracts without a limit count as a full week."""

LEAST_WEEK_MINUTES = 60
COUNTED = ("nights", "weekend_shifts", "late_finishes", "refused_wishes")


def week_minutes(agent: PlannedAgent) -> int:
    """The size of a contract: its most paid minutes a week, up to a full week."""
    return max(LEAST_WEEK_MINUTES, min(agent.contract.max_week_minutes, FULL_WEEK_MINUTES))


def with_mean_shares(agents: Sequence[PlannedAgent]) -> tuple[PlannedAgent, ...]:
    """`agents`, the memory of each as if they had been there all the time; counts are rounded half up."""
    known = [agent for agent in agents if agent.memory.present_percent and not agent.fixed]
    there = sum(agent.memory.present_percent * week_minutes(agent) for agent in known)
    totals = {kind: sum(getattr(agent.memory, kind) for agent in known) for kind in COUNTED}
    return tuple(
        agent
        if agent.memory.present_percent == 100
        else agent.model_copy(update={"memory": _whole(agent, totals, there)})
        for agent in agents
    )


def _whole(agent: PlannedAgent, totals: dict[str, int], there: int) -> Memory:
    missed = (100 - agent.memory.present_percent) * week_minutes(agent)
    counts = {kind: getattr(agent.memory, kind) for kind in COUNTED}
    if there:
        counts = {kind: count + (2 * missed * totals[kind] + there) // (2 * there) for kind, count in counts.items()}
    return Memory(**counts, present_percent=100)
