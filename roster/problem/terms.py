"""What may be worked and on which terms: shifts, queues, contracts."""

from typing import Self

from pydantic import Field, model_validator

from roster.problem.base import MAX_DAYS, Id, Value


class ShiftOption(Value):
    """A shift that may be worked on any day."""

    id: Id
    name: str = ""
    start_minute: int = Field(ge=0, lt=1440)
    minutes: int = Field(ge=1, le=1440, description="elapsed, meal included")
    paid_minutes: int = Field(ge=0, le=1440, description="what counts towards contract hours")
    not_followed_by: tuple[Id, ...] = Field(default=(), description="shifts that may not begin on the next day")


class QueueTerms(Value):
    """A queue to be covered; its id is the skill it needs."""

    id: Id
    name: str = ""
    weight: int = Field(default=1, ge=1, le=100, description="multiplies the cost of under-cover")
    exposure_per_hour: float = Field(default=0.0, ge=0, description="difficulty points per agent-hour of work")


class ContractTerms(Value):
    """Paid minutes per seven days from the problem's first day; a part week counts pro rata, rounded outward."""

    min_week_minutes: int = Field(default=0, ge=0, le=10080)
    max_week_minutes: int = Field(default=10080, ge=0, le=10080)
    max_consecutive_days: int = Field(default=14, ge=1, le=MAX_DAYS)
    min_consecutive_days: int = Field(default=1, ge=1, le=MAX_DAYS)
    min_days_off: int = Field(default=1, ge=1, le=MAX_DAYS, description="days off in a row")
    min_period_minutes: int = Field(default=0, ge=0, description="paid, over the whole horizon")
    max_period_minutes: int | None = Field(default=None, ge=0, description="none = no limit")
    max_weekends: int | None = Field(default=None, ge=0, description="worked in the horizon; none = no limit")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max_consecutive_days < self.min_consecutive_days:
            raise ValueError(
                f"max_consecutive_days {self.max_consecutive_days} is below"
                f" min_consecutive_days {self.min_consecutive_days}"
            )
        if self.max_period_minutes is not None and self.max_period_minutes < self.min_period_minutes:
            raise ValueError(
                f"max_period_minutes {self.max_period_minutes} is below min_period_minutes {self.min_period_minutes}"
            )
        if self.max_week_minutes < self.min_week_minutes:
            raise ValueError(
                f"max_week_minutes {self.max_week_minutes} is below min_week_minutes {self.min_week_minutes}"
            )
        return self


class ShiftLimit(Value):
    """How often one person may or must work a shift in the horizon."""

    shift: Id
    least: int = Field(default=0, ge=0)
    most: int | None = Field(default=None, ge=0, description="none = no limit")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.most is not None and self.most < self.least:
            raise ValueError(f"most {self.most} is below least {self.least}")
        return self
