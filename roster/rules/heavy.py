"""Heavy shifts: those whose planned exposure reaches some points for the person who works them.

Planned exposure is a property of the roster: queues, requirements and hours. What anybody has felt is not in it.
"""

from roster.load.planned import exposure_of, skills_of
from roster.problem import PlannedAgent
from roster.rules.rows import Rows


def heavy_days(rows: Rows, agent: PlannedAgent, points: int) -> dict[int, int]:
    """Days on which `agent` begins a shift of at least `points`, with the most that one of the day's brings.

    Those before the horizon are negative; what the queues required then is not known, so that they weigh alike.
    """
    exposure, skills = exposure_of(rows.problem), skills_of(agent)
    found: dict[int, int] = {}
    for one in rows.with_past(agent):
        planned = exposure.points(skills, one.day, one.shift)
        if planned >= points:
            found[one.day] = max(planned, found.get(one.day, 0))
    return found
