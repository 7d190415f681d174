"""Who is planned together: the people of one team; small teams join, large ones are cut."""

from collections.abc import Sequence

from roster.problem import PlannedAgent

SIDE_BY_SIDE_FROM = 300
"""From so many people on, teams are planned side by side."""

FEWEST, MOST = 20, 60
"""People of one part: fewer are not worth a task, more leave too few tasks."""


def parts_of(agents: Sequence[PlannedAgent]) -> list[tuple[str, ...]]:
    """The ids of each part, teams in order of their names, people in order of the problem; others' people left out."""
    teams: dict[str, list[str]] = {}
    for agent in agents:
        if not agent.fixed:
            teams.setdefault(agent.team, []).append(agent.id)
    parts: list[tuple[str, ...]] = []
    waiting: list[str] = []
    for name in sorted(teams):
        waiting += teams[name]
        if len(waiting) < FEWEST:
            continue
        count = -(-len(waiting) // MOST)
        parts += [tuple(waiting[first::count]) for first in range(count)]
        waiting = []
    if waiting and parts and len(parts[-1]) + len(waiting) <= MOST:
        parts[-1] = (*parts[-1], *waiting)
    elif waiting:
        parts.append(tuple(waiting))
    return parts
