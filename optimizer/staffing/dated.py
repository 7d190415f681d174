"""A quarter-hour's requirement, line by line; debriefs that are planned for it count where they are more than expected.

    debriefs = the larger of what is expected and what people have agreed to, of all queues together
    required = (working + decompression + debriefs) / (1 - breaks - absence), in whole people of the centre

What is planned beyond what was expected goes to the queues by the agents that work in them then. Where nobody is needed
in any queue, none of it is anybody's.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimizer.staffing.requirement import WeekRequirement, whole_people
from roster.policy import StaffingPolicy

Cell = tuple[int, int]


@dataclass(frozen=True)
class QuarterLines:
    """What a queue's `required` agents of one quarter-hour are for; all agents, not rounded but `required`."""

    working: float
    decompression: float
    debriefs: float
    breaks: float
    absence: float
    required: int

    @property
    def rounding(self) -> float:
        """What whole people add, or take where another queue has it."""
        return self.required - self.working - self.decompression - self.debriefs - self.breaks - self.absence


def quarter_lines(
    weeks: Mapping[str, WeekRequirement], cell: Cell, staffing: StaffingPolicy, planned: float = 0.0
) -> dict[str, QuarterLines]:
    """The lines of every queue at `cell` (weekday, quarter); `planned`: agents in debriefs that are agreed."""
    share = 1.0 - staffing.break_shrinkage - staffing.absence_shrinkage
    working = {queue: float(week.working[cell]) for queue, week in weeks.items()}
    beyond = planned - sum(float(week.debriefs[cell]) for week in weeks.values())
    busy = sum(working.values())
    if beyond <= 0 or busy == 0:
        extra = dict.fromkeys(weeks, 0.0)
        required = {queue: int(week.required[cell]) for queue, week in weeks.items()}
    else:
        extra = {queue: beyond * agents / busy for queue, agents in working.items()}
        gross = [np.array([[float(week.gross[cell]) + extra[queue] / share]]) for queue, week in weeks.items()]
        required = {queue: int(one[0, 0]) for queue, one in zip(weeks, whole_people(gross), strict=True)}
    lines = {}
    for queue, week in weeks.items():
        gross_agents = float(week.gross[cell]) + extra[queue] / share
        lines[queue] = QuarterLines(
            working=working[queue],
            decompression=float(week.decompression[cell]),
            debriefs=float(week.debriefs[cell]) + extra[queue],
            breaks=gross_agents * staffing.break_shrinkage,
            absence=gross_agents * staffing.absence_shrinkage,
            required=required[queue],
        )
    return lines
