"""What a planning run gives back, as a value: a status, a roster, its cost by rule, and a proved bound."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from roster.problem import Assigned

WAY_OUT = "Cheapest way out: "
"""How each sentence of a way out begins."""


class Status(StrEnum):
    """How a run ended. They are different results, not one exception."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


class TracePoint(BaseModel):
    """The best objective and bound after some seconds; objective empty while there is no roster yet.

    `costs`: that roster's cost by rule, where it was counted; empty elsewhere.
    """

    model_config = ConfigDict(frozen=True)

    seconds: float
    objective: int | None
    bound: int | None
    costs: dict[str, int] = {}

    @property
    def gap(self) -> float | None:
        """(objective - bound) / objective, as of a result."""
        return gap_between(self.objective, self.bound)


class Result(BaseModel):
    """The outcome of one run of the roster solver."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Status
    assignments: tuple[Assigned, ...] = ()
    objective: int | None = None
    bound: int | None = None
    costs: dict[str, int] = {}
    trace: tuple[TracePoint, ...] = ()
    conflicts: tuple[str, ...] = ()
    """When infeasible: what clashes, a sentence each."""
    relax: tuple[str, ...] = ()
    """When infeasible: the cheapest requirements to give up so that there is a roster, each after `WAY_OUT`."""
    warnings: tuple[str, ...] = ()
    """What no roster can do, said before it is planned."""
    seconds: float = 0.0
    seed: int = 0
    workers: int = 1
    stopped: bool = False

    @property
    def gap(self) -> float | None:
        """(objective - bound) / objective; 0 where both are 0; None while either is unknown."""
        return gap_between(self.objective, self.bound)


def gap_between(objective: int | None, bound: int | None) -> float | None:
    """(objective - bound) / objective; 0 where the objective is 0; None while either is unknown."""
    if objective is None or bound is None:
        return None
    if objective == 0:
        return 0.0
    return (objective - bound) / abs(objective)
