"""Back-off: delays grow, the seed decides the jitter, and there is an end."""

import pytest

from api.services.webhooks.schedule import (
    ATTEMPTS,
    DELAYS_SECONDS,
    DISABLED_AFTER,
    HELD_ATTEMPTS,
    JITTER,
    LONGEST_PAUSE_SECONDS,
    delay_seconds,
    pause_seconds,
)


@pytest.mark.parametrize("attempts", range(1, ATTEMPTS))
def test_delay_is_within_a_fifth_of_the_schedule_and_by_the_seed(attempts: int) -> None:
    due = DELAYS_SECONDS[attempts - 1]
    found = [delay_seconds(attempts, f"seed{number}") for number in range(200)]
    assert found == [delay_seconds(attempts, f"seed{number}") for number in range(200)]
    delays = [delay for delay in found if delay is not None]
    assert due * 0.8 <= min(delays) < due * 0.85
    assert due * 1.15 < max(delays) <= due * 1.2


def test_there_is_an_end_after_some_three_days() -> None:
    assert delay_seconds(ATTEMPTS, "s") is None
    assert delay_seconds(0, "s") is None
    assert 72 <= sum(DELAYS_SECONDS) / 3600 <= 80
    assert list(DELAYS_SECONDS) == sorted(DELAYS_SECONDS)
    shortest = sum(DELAYS_SECONDS) * (1 - JITTER)
    assert DISABLED_AFTER.total_seconds() < shortest, "an outage disables before it kills"


def test_an_endpoint_is_left_alone_once_its_line_no_longer_waits_and_never_for_long() -> None:
    assert [pause_seconds(failures, "1") for failures in range(HELD_ATTEMPTS + 1)] == [0.0] * (HELD_ATTEMPTS + 1)
    pauses = [pause_seconds(failures, "1") for failures in range(HELD_ATTEMPTS + 1, 100)]
    assert min(pauses) >= 600 * 0.8
    assert max(pauses) <= LONGEST_PAUSE_SECONDS * 1.2
