"""What parent and child of a planning run say to each other: one JSON document a line.

In: an `Order`, later perhaps the word `stop`. Out: `Message`s with progress, then one with the result or a refusal.
"""

from pydantic import BaseModel, ConfigDict

from roster.problem import Assigned, Problem
from roster.result import Result, TracePoint

STOP = "stop"


class Improvement(TracePoint):
    """A point of the trace at which a better roster was found, with that roster."""

    assignments: tuple[Assigned, ...]


def plain(point: TracePoint) -> TracePoint:
    """The point without a roster."""
    return TracePoint(seconds=point.seconds, objective=point.objective, bound=point.bound, costs=point.costs)


class Order(BaseModel):
    """What to solve, and for how long."""

    model_config = ConfigDict(extra="forbid")

    problem: Problem
    time_limit_seconds: float
    deterministic_limit: float | None = None
    workers: int = 2
    seed: int = 0
    start_from: tuple[Assigned, ...] = ()


class Message(BaseModel):
    """One line from the child; exactly one field is set."""

    model_config = ConfigDict(extra="forbid")

    preparing: str | None = None
    """What takes long before the work begins, as a sentence."""
    ready: bool | None = None
    """The work begins, and with it the time limit."""
    progress: TracePoint | None = None
    improved: Improvement | None = None
    result: Result | None = None
    refused: str | None = None
    """Why the order can't be worked on, or what broke."""
