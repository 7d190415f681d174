"""The lines of a problem that speak of several people: what is asked for, who goes with whom, what is worked."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from roster.problem.base import Id, Value


class Demand(Value):
    """Agents required in one queue on one day, per quarter-hour from local midnight."""

    queue: Id
    day: int = Field(ge=0)
    required: tuple[Annotated[int, Field(ge=0, le=10_000)], ...]


class ShiftDemand(Value):
    """People asked for one shift on one day, whatever their skills; weights left out are the rule's."""

    day: int = Field(ge=0)
    shift: Id
    required: int = Field(ge=0, le=10_000)
    under_weight: int | None = Field(default=None, ge=0, le=100_000)
    over_weight: int | None = Field(default=None, ge=0, le=100_000)


class RoleDemand(Value):
    """At least `required` people with a role on shift between two local minutes of a day."""

    role: Id | None = Field(default=None, description="none = anybody")
    day: int | None = Field(default=None, ge=0, description="none = every day")
    start_minute: int = Field(default=0, ge=0, lt=1440)
    end_minute: int = Field(default=1440, gt=0, le=2880)
    required: int = Field(ge=1, le=10_000)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_minute <= self.start_minute:
            raise ValueError(f"role demand ends at minute {self.end_minute}, before it starts at {self.start_minute}")
        return self


class Pair(Value):
    """Two people; where the order matters, `first` is the one who needs the other."""

    first: Id
    second: Id

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.first == self.second:
            raise ValueError(f"a pair needs two people: {self.first!r} is there twice")
        return self


class Assigned(Value):
    """One agent works one shift, beginning on one day."""

    agent: Id
    day: int
    shift: Id
