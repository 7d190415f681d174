"""Paired cases of min_days_off: the fewest days off in a row."""

from tests.paired import Case, Priced
from tests.small_rosters import ana, past
from tests.working_cases.common import LEAP, hard, soft

HARD: tuple[Case, ...] = (
    *hard(
        "min_days_off",
        "both ends are free",
        "E---EEE -EEEE-- --E---E EEEEEE- -------",
        "E-EEEEE EE--EEE -E--E--",
        given={"min_days_off": {"minimum": 3}},
    ),
    *hard(
        "min_days_off",
        "the contract asks for more",
        "E--E -EE-",
        "E-E- -E-E",
        days=4,
        agents=[ana(contract={"min_days_off": 2})],
    ),
    *hard(
        "min_days_off",
        "days off of the history go on",
        "--E---- -------",
        "E------ -E-----",
        given={"min_days_off": {"minimum": 3}},
        agents=[ana(history=past("E-"))],
    ),
    *hard(
        "min_days_off",
        "leave is a day off like others, over a leap day",
        "E--E E---",
        "E-EE",
        start=LEAP,
        days=4,
        given={"min_days_off": {"minimum": 2}},
        agents=[ana(time_off=[1], fixed_days_off=[1])],
    ),
)

SOFT: tuple[Priced, ...] = (
    *soft(
        "min_days_off",
        "days short",
        {"E---E--": 0, "E-E----": 2 * 7, "E--E-E-": 7 + 2 * 7, "-E-----": 0},
        {"minimum": 3},
    ),
    *soft(
        "min_days_off",
        "days off of the history go on",
        {"--E----": 0, "E------": 2 * 7, "-E-----": 7, "-------": 0},
        {"minimum": 3},
        agents=[ana(history=past("E-"))],
    ),
)
