"""What a planning run gives back, as a value: a status, a roster, its cost by rule, and a proved bound."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from roster.problem import Assigned


class Status(StrEnum):
    """How a run ended. They are different results, not one exception."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


class TracePoint(BaseModel):
    """The best objective and bound after some seconds; objective empty while there is no roster yet."""

    model_config = ConfigDict(frozen=True)

    seconds: float
    objective: int | None
    bound: int | None


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
    """When infeasible: the requirements to relax, a sentence each."""
    seconds: float = 0.0
    seed: int = 0
    workers: int = 1
    stopped: bool = False

    @property
    def gap(self) -> float | None:
        """(objective - bound) / objective; 0 where both are 0; None while either is unknown."""
        if self.objective is None or self.bound is None:
            return None
        if self.objective == 0:
            return 0.0
        return (self.objective - self.bound) / abs(self.objective)
