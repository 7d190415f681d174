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
    """At most `maximum` days with a heavy shift in any `days`; heavy: planned exposure of at least `heavy_points`."""

    heavy_points: int = Field(default=750, ge=1)
    maximum: int = Field(default=4, ge=0, le=28)
    days: int = Field(default=7, ge=1, le=28)


class HeavySuccessions(FlexibleParameters):
    """No two shifts of at least `heavy_points` planned exposure on days in a row."""

    heavy_points: int = Field(default=900, ge=1)


class RecoveryDay(FlexibleParameters):
    """Once the days worked in a row have brought `severe_points` of planned exposure, the next day is off.

    Each shift counts in whole steps of `step_points`, rounded half up.
    """

    severe_points: int = Field(default=3600, ge=1)
    step_points: int = Field(default=50, ge=1)

    def steps(self, points: int) -> int:
        """How many steps a shift of `points` counts."""
        return (2 * points + self.step_points) // (2 * self.step_points)

    @property
    def severe_steps(self) -> int:
        """From how many steps the next day is off."""
        return -(-self.severe_points // self.step_points)


class Fairness(SoftParameters):
    """Squared shares of night shifts, weekend shifts, late finishes and wishes refused, months of memory counted.

    Each weight multiplies the square of what a person has had, per contract hours; 0 leaves that kind out.
    A finish is late from `late_minute` of the day on which the shift begins; see `roster.load.fairness`.
    """

    nights_weight: Weight = 2
    weekends_weight: Weight = 2
    late_finishes_weight: Weight = 1
    refused_wishes_weight: Weight = 1
    late_minute: int = Field(default=1200, ge=0, le=2880)
