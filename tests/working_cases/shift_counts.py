"""Paired cases of shift_counts: how often a shift is worked."""

from tests.paired import Case, Priced
from tests.small_rosters import ana, past
from tests.working_cases.common import hard, limits, soft

HARD: tuple[Case, ...] = (
    *hard(
        "shift_counts",
        "one or two of a shift, at most one of another",
        "E------ E--LE-- ------E",
        "------- EEE---- ELL----",
        agents=[ana(history=past("EEE"), shift_limits=limits(("E", 1, 2), ("L", 0, 1)))],
    ),
    *hard(
        "shift_counts",
        "a least alone",
        "EE- EEE",
        "E-- LLL",
        days=3,
        agents=[ana(shift_limits=limits(("E", 2, None)))],
    ),
)

SOFT: tuple[Priced, ...] = (
    *soft(
        "shift_counts",
        "too few and too many",
        {"EE-----": 0, "E------": 7, "-------": 2 * 7, "EEEEE--": 2 * 7, "EEELL--": 7, "----LLL": 2 * 7 + 2 * 7},
        agents=[ana(shift_limits=limits(("E", 2, 3), ("L", 0, 1)))],
    ),
)
