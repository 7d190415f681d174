"""What a person carries: two pools that fill with contacts and fade with time, in closed form, no ticking.

*Acute* fades within the shift (faster in rest) and spaces contacts; *carried* fades over days and sizes budgets.
Half-lives and `free_points` are assumptions of the policy. Levels are points: what experienced scores lie above
`free_points`, summed and faded. A day of routine work leaves nothing that a roster or a route need spread.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from roster.policy import LoadPolicy


@dataclass(frozen=True)
class Load:
    """Both pools, in points, as of the instant `at` (UTC)."""

    acute: float
    carried: float
    at: datetime


def decayed(load: Load, to: datetime, *, resting_minutes: float = 0.0, policy: LoadPolicy) -> Load:
    """`load` as of `to`, of which `resting_minutes` (held to the time elapsed) were rest.

    An instant before `load.at` (skewed clocks, late events) changes nothing: load never grows by waiting.
    """
    elapsed_minutes = (to - load.at).total_seconds() / 60
    if elapsed_minutes <= 0:
        return load
    resting = min(max(resting_minutes, 0.0), elapsed_minutes)
    working = elapsed_minutes - resting
    acute_half_lives = working / policy.acute_half_life_minutes + resting / policy.acute_half_life_resting_minutes
    carried_half_lives = elapsed_minutes / 60 / policy.carried_half_life_hours
    return Load(load.acute * 0.5**acute_half_lives, load.carried * 0.5**carried_half_lives, to)


def added(load: Load, score: int, policy: LoadPolicy) -> Load:
    """`load` with one more contact of `score` points (0..100), at the load's own instant; `free_points` of it are free.

    Raises
    ------
    ValueError: `score` is not 0..100.
    """
    if not 0 <= score <= 100:
        raise ValueError(f"score {score!r}: expected 0 to 100 points")
    points = max(0, score - policy.free_points)
    return replace(load, acute=load.acute + points, carried=load.carried + points)
