"""A rostering problem as a value: plain, frozen, serialisable to documented JSON, no table and no session.

Days count from 0 at `start`; minutes are local wall-clock minutes after that day's midnight in `zone`; cover is
counted per quarter-hour of real time from a day's local midnight (96 a day, 92 or 100 where clocks change).
"""

from roster.problem.base import MAX_DAYS
from roster.problem.lines import Assigned, Demand, Pair, RoleDemand, ShiftDemand
from roster.problem.people import NEW_HERE, Absence, Memory, PastShift, Pin, PlannedAgent, Window, Wish
from roster.problem.reading import ProblemError, problem_from_json
from roster.problem.terms import ContractTerms, QueueTerms, ShiftLimit, ShiftOption
from roster.problem.whole import Problem

__all__ = [
    "MAX_DAYS",
    "NEW_HERE",
    "Absence",
    "Assigned",
    "ContractTerms",
    "Demand",
    "Memory",
    "Pair",
    "PastShift",
    "Pin",
    "PlannedAgent",
    "Problem",
    "ProblemError",
    "QueueTerms",
    "RoleDemand",
    "ShiftDemand",
    "ShiftLimit",
    "ShiftOption",
    "Window",
    "Wish",
    "problem_from_json",
]
