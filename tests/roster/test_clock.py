"""Local time: zones, gaps, days of 23 and 25 hours."""

from datetime import UTC, date, datetime

import pytest

from roster.clock import (
    ClockError,
    at_local,
    clock_text,
    local_day,
    minute_text,
    quarters_of,
    require_utc,
    zone,
)

AMSTERDAM = "Europe/Amsterdam"
SPRING = date(2026, 3, 29)
AUTUMN = date(2026, 10, 25)


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../etc/passwd", "Europe"])
def test_a_zone_that_does_not_exist_is_quoted(name: str) -> None:
    with pytest.raises(ClockError, match="expected an IANA name") as caught:
        zone(name)
    assert repr(name) in str(caught.value)


def test_days_have_92_96_or_100_quarters() -> None:
    assert quarters_of(SPRING, AMSTERDAM) == 92
    assert quarters_of(date(2026, 6, 1), AMSTERDAM) == 96
    assert quarters_of(AUTUMN, AMSTERDAM) == 100
    assert quarters_of(date(2028, 2, 29), AMSTERDAM) == 96


def test_a_time_in_the_spring_gap_moves_forward_or_is_refused() -> None:
    assert at_local(SPRING, 150, AMSTERDAM) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert clock_text(at_local(SPRING, 150, AMSTERDAM), AMSTERDAM) == "03:30"
    with pytest.raises(ClockError, match="2026-03-29 02:30 does not exist in Europe/Amsterdam"):
        at_local(SPRING, 150, AMSTERDAM, strict=True)


def test_a_time_that_occurs_twice_is_the_first() -> None:
    assert at_local(AUTUMN, 150, AMSTERDAM, strict=True) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_minutes_past_midnight_belong_to_the_next_day() -> None:
    assert at_local(date(2026, 12, 31), 1500, "UTC") == datetime(2027, 1, 1, 1, 0, tzinfo=UTC)


def test_the_local_day_of_an_instant_is_the_zones_own() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert local_day(late, AMSTERDAM) == date(2026, 11, 25)
    assert local_day(late, "America/Chicago") == date(2026, 11, 24)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ClockError, match="has no time zone"):
        require_utc(datetime(2026, 1, 1))  # noqa: DTZ001  the very thing that is refused


def test_minutes_are_shown_as_a_clock_does() -> None:
    assert minute_text(450) == "07:30"
    assert minute_text(1500) == "01:00"
