"""One person of a problem: what they can, may and wish to work, what they worked before and what they have had."""

from typing import Self

from pydantic import Field, model_validator

from roster.problem.base import Id, Value
from roster.problem.terms import ContractTerms, ShiftLimit


class Window(Value):
    """A weekly window of availability, local; `end_minute` passes 1440 when it crosses midnight."""

    weekday: int = Field(ge=0, le=6, description="0 = Monday")
    start_minute: int = Field(ge=0, lt=1440)
    end_minute: int = Field(gt=0, le=2880)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_minute <= self.start_minute:
            raise ValueError(f"window ends at minute {self.end_minute}, before it starts at {self.start_minute}")
        return self


class Wish(Value):
    """For (`wanted`) or against a shift on a day; `shift` empty means any shift."""

    day: int = Field(ge=0)
    shift: Id | None = None
    wanted: bool
    weight: int = Field(default=20, ge=1, le=100_000)


class Pin(Value):
    """A person fixed this: work `shift` on `day`, or (`shift` empty) don't work that day."""

    day: int = Field(ge=0)
    shift: Id | None = None


class Absence(Value):
    """Away on a day of which they had been told what they work; no reason is asked or kept.

    In the person's own rules `shift` counts as if it were worked, so that what is left of their row stays as valid as
    it was; for cover and whatever else is asked of the team nobody is there. No other shift may begin on the day.
    """

    day: int = Field(ge=0)
    shift: Id | None = Field(default=None, description="what they would have worked; none = the day was free")


class PastShift(Value):
    """A shift worked before the first day; `day` is negative, -1 = the day before."""

    day: int = Field(lt=0)
    shift: Id


class Memory(Value):
    """What a person has had over the months that fairness remembers, before this horizon.

    For what `present_percent` lacks of 100 a problem fills in the mean share of those who were there.
    """

    nights: int = Field(default=0, ge=0)
    weekend_shifts: int = Field(default=0, ge=0)
    late_finishes: int = Field(default=0, ge=0)
    refused_wishes: int = Field(default=0, ge=0)
    present_percent: int = Field(default=100, ge=0, le=100, description="how much of those months they were there")


NEW_HERE = Memory(present_percent=0)
"""Of whom nothing is known."""


class PlannedAgent(Value):
    """One person to be rostered."""

    id: Id
    name: str = ""
    team: str = ""
    skills: tuple[Id, ...] = ()
    roles: tuple[Id, ...] = Field(default=(), description="peer supporter, shift lead, ...")
    contract: ContractTerms = ContractTerms()
    availability: tuple[Window, ...] = Field(default=(), description="none = any time")
    time_off: tuple[int, ...] = Field(default=(), description="days")
    fixed_days_off: tuple[int, ...] = Field(default=(), description="days agreed to be free; no leave, so no minutes")
    shift_limits: tuple[ShiftLimit, ...] = ()
    wishes: tuple[Wish, ...] = ()
    pins: tuple[Pin, ...] = ()
    absences: tuple[Absence, ...] = Field(default=(), description="days away, at most one line a day")
    history: tuple[PastShift, ...] = ()
    memory: Memory = Field(default=NEW_HERE, description="none = new here: the mean share of those who have one")
    carried_points: int = Field(default=0, ge=0, description="planned exposure above their own average, from before")
    untold_days: tuple[int, ...] = Field(
        default=(),
        description="days for which nothing was published to them, though something was to others or for other days",
    )
    fixed: bool = Field(
        default=False,
        description="another team's person: only their pins are worked, they count for cover alone",
    )
