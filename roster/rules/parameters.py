"""The parameters of every roster rule: one frozen model a rule, gathered in `Rules`.

The checker in `roster/rules/` and the posting in `optimizer/shifts/rules/` read the same object.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Weight = Annotated[int, Field(ge=0, le=100_000)]


class RuleParameters(BaseModel):
    """What every rule has: a mode, and where it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["hard", "off"] = "hard"
    source: str = ""


class SoftParameters(BaseModel):
    """A rule whose breach costs instead of forbids."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["soft", "off"] = "soft"
    source: str = ""


class DailyRest(RuleParameters):
    """At least `minutes` between the end of a shift and the start of the next."""

    minutes: int = Field(default=660, ge=0, le=1440)


class WeeklyRest(RuleParameters):
    """In every seven days from the roster's first day, one uninterrupted rest of at least `minutes`."""

    minutes: int = Field(default=2100, ge=0, le=10080)


class ConsecutiveDays(RuleParameters):
    """At most `maximum` working days in a row, or the contract's own maximum where that is lower."""

    maximum: int = Field(default=6, ge=1, le=14)


class Preferences(SoftParameters):
    """A wish not granted costs its own weight times this one."""

    weight: Weight = 1


class Cover(SoftParameters):
    """Cost per agent and quarter-hour missing (times the queue's weight) or beyond the requirement."""

    under_weight: Weight = 10
    over_weight: Weight = 1


class ExposureBalance(SoftParameters):
    """Cost per point by which a person's planned exposure leaves what their hours would bring on average.

    Free within `tolerance_points`; `weight` per point beyond; `steep_weight` more per point beyond
    `steep_points`.
    """

    weight: Weight = 1
    tolerance_points: int = Field(default=60, ge=0)
    steep_points: int = Field(default=240, ge=0)
    steep_weight: Weight = 3


class Rules(BaseModel):
    """Every rule of a roster by its policy key. A rule left out of a problem file is off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    one_shift_a_day: RuleParameters = RuleParameters(mode="off")
    daily_rest: DailyRest = DailyRest(mode="off")
    weekly_rest: WeeklyRest = WeeklyRest(mode="off")
    consecutive_days: ConsecutiveDays = ConsecutiveDays(mode="off")
    contract_minutes: RuleParameters = RuleParameters(mode="off")
    availability: RuleParameters = RuleParameters(mode="off")
    time_off: RuleParameters = RuleParameters(mode="off")
    pins: RuleParameters = RuleParameters(mode="off")
    preferences: Preferences = Preferences(mode="off")
    cover: Cover = Cover(mode="off")
    exposure_balance: ExposureBalance = ExposureBalance(mode="off")
