"""The stretch of local days that a problem is about, and its share of what is agreed for 28 days."""

from dataclasses import dataclass
from datetime import date, timedelta

from api.errors import Invalid

MAX_PLANNED_DAYS = 42
"""Six weeks, the longest roster that is planned here; a problem file may have more."""

AGREED_DAYS = 28
"""Limits of shifts and of weekends are agreed per so many days."""

YEARS = range(1970, 2200)


@dataclass(frozen=True)
class Frame:
    """Local days from `starts_on` in a zone; day 0 is the first, negative days are before it."""

    starts_on: date
    days: int
    zone: str

    @property
    def last_on(self) -> date:
        """The last local date."""
        return self.date_of(self.days - 1)

    def day(self, on_date: date) -> int:
        """Which day a date is."""
        return (on_date - self.starts_on).days

    def date_of(self, day: int) -> date:
        """The date of a day."""
        return self.starts_on + timedelta(days=day)

    def least(self, agreed: int) -> int:
        """The share of a least number agreed for 28 days, rounded down."""
        return agreed * self.days // AGREED_DAYS

    def most(self, agreed: int) -> int:
        """The share of a most number agreed for 28 days, rounded up."""
        return -(-agreed * self.days // AGREED_DAYS)


def check_horizon(starts_on: date, days: int) -> None:
    """Refuse a horizon that can't be planned."""
    if not 1 <= days <= MAX_PLANNED_DAYS:
        raise Invalid(f"a roster of {days} days can't be planned: expected 1 to {MAX_PLANNED_DAYS} (six weeks)")
    if starts_on.year not in YEARS:
        raise Invalid(f"start {starts_on.isoformat()}: expected a date from {YEARS.start} to {YEARS.stop - 1}")
