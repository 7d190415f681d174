"""Parameters of the rules on working time: how long, how often, how many in a row."""

from typing import Self

from pydantic import Field, model_validator

from roster.rules.parameters.base import FlexibleParameters, RuleParameters


class DailyRest(RuleParameters):
    """At least `minutes` between the end of a shift and the start of the next."""

    minutes: int = Field(default=660, ge=0, le=1440)


class WeeklyRest(RuleParameters):
    """In every seven days from the roster's first day, one uninterrupted rest of at least `minutes`."""

    minutes: int = Field(default=2100, ge=0, le=10080)


class ConsecutiveDays(RuleParameters):
    """At most `maximum` working days in a row, or the contract's own maximum where that is lower."""

    maximum: int = Field(default=6, ge=1, le=371, description="up to the longest horizon")


class MinConsecutiveDays(FlexibleParameters):
    """At least `minimum` working days in a row, or the contract's own minimum where that is higher.

    A run that touches either end of the horizon is exempt, unless history shows where it began.
    """

    minimum: int = Field(default=1, ge=1, le=14)


class MinDaysOff(FlexibleParameters):
    """At least `minimum` days off in a row, or the contract's own minimum where that is higher; ends are exempt."""

    minimum: int = Field(default=1, ge=1, le=14)


class MaxDaysOff(FlexibleParameters):
    """At most `maximum` days off in a row; time off and fixed days off begin the count anew."""

    maximum: int = Field(default=14, ge=1, le=60)


class ConsecutiveNights(FlexibleParameters):
    """At least `minimum` and at most `maximum` night shifts on days in a row; see `NightTerms` for what a night is."""

    minimum: int = Field(default=1, ge=1, le=14)
    maximum: int = Field(default=4, ge=1, le=14)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.maximum < self.minimum:
            raise ValueError(f"maximum {self.maximum} is below minimum {self.minimum}")
        return self


class NightLimits(FlexibleParameters):
    """At most `maximum` nights in any `days` days, and no night shift longer than `shift_minutes`, meal included."""

    maximum: int = Field(default=5, ge=0, le=60)
    days: int = Field(default=7, ge=1, le=28)
    shift_minutes: int = Field(default=720, ge=15, le=1440)


class RestAfterNights(FlexibleParameters):
    """After a run of at least `nights` night shifts, at least `minutes` before the next shift that is no night."""

    nights: int = Field(default=1, ge=1, le=14)
    minutes: int = Field(default=2760, ge=0, le=10080)


class AverageMinutes(RuleParameters):
    """Paid minutes of any `reference_weeks` whole weeks, history counted, average at most `week_minutes` a week."""

    week_minutes: int = Field(default=2880, ge=0, le=10080)
    reference_weeks: int = Field(default=17, ge=1, le=52)


class Weekends(FlexibleParameters):
    """At most `maximum` weekends worked in the horizon, or the contract's own maximum where that is lower."""

    maximum: int = Field(default=60, ge=0, le=60)
