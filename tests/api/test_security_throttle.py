"""Guessing is slowed down, by a clock that is handed in."""

from datetime import UTC, datetime, timedelta

from api.security import throttle
from api.security.throttle import Throttle

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_waits_after_the_last_allowed_failure_until_the_first_is_old() -> None:
    door = Throttle(timedelta(seconds=60))
    for second in (0, 10, 20):
        assert door.wait_seconds("key", 3, at(second)) == 0
        door.failed("key", at(second))
    assert door.wait_seconds("key", 3, at(30)) == 30
    assert door.wait_seconds("key", 3, at(59)) == 1
    assert door.wait_seconds("key", 3, at(60)) == 0
    assert door.wait_seconds("other", 3, at(30)) == 0


def test_more_failures_than_allowed_wait_for_the_one_that_counts() -> None:
    door = Throttle(timedelta(seconds=60))
    for second in (0, 10, 20, 30):
        door.failed("key", at(second))
    assert door.wait_seconds("key", 2, at(30)) == 50


def test_success_forgets() -> None:
    door = Throttle(timedelta(seconds=60))
    door.failed("key", NOON)
    door.succeeded("key")
    assert door.wait_seconds("key", 1, NOON) == 0


def test_memory_stays_bounded() -> None:
    door = Throttle(timedelta(seconds=60))
    for number in range(throttle.MOST_KEYS + 10):
        door.failed(f"key {number}", NOON)
    assert len(door._failures) == throttle.MOST_KEYS
    assert door.wait_seconds(f"key {throttle.MOST_KEYS + 9}", 1, NOON) == 60
