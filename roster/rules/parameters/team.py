"""Parameters of the rules that tie people together, and of those that guard what was published."""

from pydantic import Field

from roster.rules.parameters.base import FlexibleParameters, SoftParameters, Weight


class Preferences(SoftParameters):
    """A wish not granted costs its own weight times this one."""

    weight: Weight = 1


class Cover(SoftParameters):
    """Cost per agent and quarter-hour missing (times the queue's weight) or beyond the requirement."""

    under_weight: Weight = 10
    over_weight: Weight = 1


class CoverByShift(SoftParameters):
    """Cost per person missing from, or beyond, what a shift asks for on a day; a line may have its own weights."""

    under_weight: Weight = 100
    over_weight: Weight = 1


class RoleCover(FlexibleParameters):
    """Cost per person and quarter-hour by which people with a role are fewer than asked; or never fewer."""

    weight: Weight = 20


class KeepTogether(FlexibleParameters):
    """Whoever is to be kept with someone works a shift only where they work the same; cost per shift without."""


class KeepApart(FlexibleParameters):
    """Two people who are never on shift at the same time; cost per day on which they are."""


class Stability(SoftParameters):
    """Cost per published shift taken away, and per shift added to a published roster."""

    weight: Weight = 30


class Notice(SoftParameters):
    """A change less than `days` before its day: predictability pay is reported, `weight` is its cost in the plan.

    A shift added, or moved without losing paid minutes, brings `added_pay_minutes` of pay; one that loses some brings
    `removed_pay_minutes`, or `removed_pay_percent` of what is lost where its day is at most `late_days` ahead.
    """

    days: int = Field(default=14, ge=0, le=60)
    weight: Weight = 60
    added_pay_minutes: int = Field(default=60, ge=0, le=1440)
    removed_pay_minutes: int = Field(default=60, ge=0, le=1440)
    removed_pay_percent: int = Field(default=50, ge=0, le=100)
    late_days: int = Field(default=1, ge=-1, le=60)
