"""Paired cases of max_days_off: the most days off in a row."""

from tests.paired import Case, Priced
from tests.small_rosters import ana, past
from tests.working_cases.common import hard, soft

HARD: tuple[Case, ...] = (
    *hard(
        "max_days_off",
        "three at most",
        "---E--- E---E-- EEEEEEE",
        "----EEE EEE---- -------",
        given={"max_days_off": {"maximum": 3}},
    ),
    *hard(
        "max_days_off",
        "days off of the history count",
        "E--- -E--",
        "--E-",
        days=4,
        given={"max_days_off": {"maximum": 3}},
        agents=[ana(history=past("EE--"))],
    ),
    *hard(
        "max_days_off",
        "a past that was too long is no breach until it goes on",
        "E--- E--E",
        "-E--",
        days=4,
        given={"max_days_off": {"maximum": 3}},
        agents=[ana(history=past("E------"))],
    ),
    *hard(
        "max_days_off",
        "the count begins anew after leave and after a fixed day off",
        "--------E ------E-- --EE----E",
        "---------",
        days=9,
        given={"max_days_off": {"maximum": 2}},
        agents=[ana(time_off=[2], fixed_days_off=[5])],
    ),
)

SOFT: tuple[Priced, ...] = (
    *soft(
        "max_days_off",
        "days beyond",
        {"--E--E-": 0, "---E---": 2 * 7, "-------": 5 * 7},
        {"maximum": 2},
    ),
    *soft(
        "max_days_off",
        "days of the history are not charged",
        {"E--E--E": 0, "-E--E--": 7, "-------": 7 * 7},
        {"maximum": 2},
        agents=[ana(history=past("E---"))],
    ),
)
