"""What no roster of a problem can do, told before it is planned: work that nobody can take, a role nobody holds.

Cover may be missed at a cost, so none of this makes a problem impossible; it is said so that nobody waits for it.
"""

from collections.abc import Iterator

from roster.problem import Problem


def unmet(problem: Problem) -> tuple[str, ...]:
    """A sentence for each requirement that can't be met, whoever works when."""
    return (*_queues_without_skill(problem), *_shifts_above_people(problem), *_roles_without_holder(problem))


def _queues_without_skill(problem: Problem) -> Iterator[str]:
    if problem.rules.cover.mode == "off":
        return
    skilled = {skill for agent in problem.agents for skill in agent.skills}
    for queue in problem.queues:
        asked = sum(sum(row.required) for row in problem.demand if row.queue == queue.id)
        if asked and queue.id not in skilled:
            yield (
                f"Nobody can take {queue.name or queue.id}: no agent has the skill {queue.id!r}, so all"
                f" {asked / 4:g} agent-hours that it requires will be missing."
            )


def _shifts_above_people(problem: Problem) -> Iterator[str]:
    if problem.rules.cover_by_shift.mode == "off":
        return
    people = len(problem.agents)
    for shift in problem.shifts:
        most = max((line.required for line in problem.shift_demand if line.shift == shift.id), default=0)
        if most > people:
            yield f"{shift.name or shift.id} asks for {most} people on a day, but there are only {people}."


def _roles_without_holder(problem: Problem) -> Iterator[str]:
    if problem.rules.role_cover.mode == "off":
        return
    held = {role for agent in problem.agents for role in agent.roles}
    for line in problem.role_demand:
        holders = sum(line.role is None or line.role in agent.roles for agent in problem.agents)
        if line.role is not None and line.role not in held:
            yield f"Nobody holds the role {line.role!r}, yet {line.required} with it are asked for."
        elif holders < line.required:
            who = "people" if line.role is None else f"people with the role {line.role!r}"
            yield f"{line.required} {who} are asked for at once, but there are only {holders}."
