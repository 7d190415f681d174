"""Parameters of the rules on emotional load and on fair shares of what is hard to work."""

from pydantic import Field

from roster.rules.parameters.base import FlexibleParameters, SoftParameters, Weight


class ExposureBalance(SoftParameters):
    """Cost per point by which a person's planned exposure leaves what their hours would bring on average.

    Free within `tolerance_points`; `weight` per point beyond; `steep_weight` more per point beyond
    `steep_points`. What a person carries in counts.
    """

    weight: Weight = 1
    tolerance_points: int = Field(default=60, ge=0)
    steep_points: int = Field(default=240, ge=0)
    steep_weight: Weight = 3


class HeavyShiftBudget(FlexibleParameters):
    """At most `maximum` heavy shifts in any `days` days; heavy: a planned exposure of at least `heavy_points`."""

    heavy_points: int = Field(default=200, ge=1)
    maximum: int = Field(default=4, ge=0, le=28)
    days: int = Field(default=7, ge=1, le=28)


class HeavySuccessions(FlexibleParameters):
    """No two shifts of at least `heavy_points` planned exposure on days in a row."""

    heavy_points: int = Field(default=300, ge=1)


class RecoveryDay(FlexibleParameters):
    """Once the days worked in a row have brought `severe_points` of planned exposure, the next day is off."""

    severe_points: int = Field(default=1200, ge=1)


class Fairness(SoftParameters):
    """Squared shares of night shifts, weekend shifts, late finishes and wishes refused, months of memory counted.

    Each weight multiplies the square of what a person has had, per contract hours; 0 leaves that kind out.
    """

    nights_weight: Weight = 2
    weekends_weight: Weight = 2
    late_finishes_weight: Weight = 1
    refused_wishes_weight: Weight = 1
    late_minute: int = Field(default=1260, ge=0, le=2880)
