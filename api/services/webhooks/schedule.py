"""When to try again: delays that grow, with a jitter that a seed decides, over some three days.

The shape is the example schedule of Standard Webhooks 1.0, with denser first steps for receivers that restart.
"""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

DELAYS_SECONDS: Sequence[int] = (5, 30, 120, 600, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
ATTEMPTS = len(DELAYS_SECONDS) + 1
"""How often a delivery is tried before it is given up."""
HELD_ATTEMPTS = 4
"""So many attempts hold the line, for order's sake; then the delivery steps aside and later ones go on."""
LONGEST_PAUSE_SECONDS = 1800
"""An endpoint that fails again and again is left alone no longer than this."""
JITTER = 0.2
DISABLED_AFTER = timedelta(hours=60)
"""An endpoint that failed all that time is disabled: before the shortest schedule ends, so that a delivery is given up
only where others were taken meanwhile."""


def delay_seconds(attempts: int, seed: str) -> float | None:
    """Seconds until the next attempt after `attempts` that failed; nothing after the last.

    Within a fifth of the schedule's delay, up or down; the same for the same `seed`.
    """
    if not 1 <= attempts < ATTEMPTS:
        return None
    return DELAYS_SECONDS[attempts - 1] * _jitter(f"{seed} {attempts}")


def pause_seconds(failures: int, seed: str) -> float:
    """Seconds in which nothing goes to an endpoint whose last `failures` attempts failed; 0 while few did."""
    if failures <= HELD_ATTEMPTS:
        return 0.0
    step = DELAYS_SECONDS[min(failures - 2, len(DELAYS_SECONDS) - 1)]
    return min(step, LONGEST_PAUSE_SECONDS) * _jitter(f"{seed} {failures}")


def _jitter(seed: str) -> float:
    return Random(seed).uniform(1 - JITTER, 1 + JITTER)
