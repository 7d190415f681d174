"""Paired cases of the rules on how many days in a row, how many minutes, how often, and which weekends."""

from typing import Any

from tests.paired import Case, Priced
from tests.small_rosters import ana, past, shift, small_problem

BOTH = (("plain", ()), ("one shift a day", ("one_shift_a_day",)))
"""With one shift a day a busy day is a sum of literals, without it a Boolean of its own."""


def _hard(key: str, name: str, allowed: str, refused: str, **more: Any) -> list[Case]:
    """Rows of one person separated by blanks, in both postings."""
    rows = tuple({"A": row} for row in allowed.split()), tuple({"A": row} for row in refused.split())
    return [Case(key, f"{name}, {how}", small_problem(key, *rules, **more), *rows) for how, rules in BOTH]


def _soft(key: str, name: str, rows: dict[str, int], terms: dict[str, Any] | None = None, **more: Any) -> list[Priced]:
    """What each row costs at a weight of 7."""
    given = {key: {"mode": "soft", "weight": 7} | (terms or {})}
    priced = tuple(({"A": row}, cost) for row, cost in rows.items())
    return [
        Priced(key, f"{name}, {how}", small_problem(key, *rules, given=given, **more), priced) for how, rules in BOTH
    ]


def _following(**barred: str) -> list[dict[str, Any]]:
    """Shifts by name, each with those that may not follow."""
    return [shift(name) | {"not_followed_by": list(others)} for name, others in barred.items()]


def _limits(*limits: tuple[str, int, int | None]) -> list[dict[str, Any]]:
    return [{"shift": name, "least": least, "most": most} for name, least, most in limits]


SUNDAY, LEAP, NEW_YEAR = "2026-11-29", "2028-02-28", "2026-12-31"
"""The last two: the day before a leap day, and a Thursday."""

SUCCESSIONS: list[Case] = [
    *_hard(
        "forbidden_successions",
        "what may not follow",
        "EEL N-E EN- --- L-L LE- -LN",
        "ELL -LL NE- -NL NN-",
        shifts=_following(E="", L="L", N="ELN"),
        days=3,
        start=LEAP,
    ),
    *_hard(
        "forbidden_successions",
        "after the past, not the day before that",
        "L- LL -E",
        "E- EL",
        shifts=_following(E="", L="E"),
        days=2,
        agents=[ana(history=past("EL"))],
    ),
    Case(
        "forbidden_successions",
        "after either shift of a day",
        small_problem("forbidden_successions", shifts=_following(E="E", L=""), days=2),
        ({"A": "[EL]L"}, {"A": "E-"}, {"A": "-[EL]"}),
        ({"A": "[EL]E"}, {"A": "E[EL]"}),
    ),
]

RUNS: list[Case] = [
    *_hard(
        "min_consecutive_days",
        "both ends are free",
        "EE---EE E-EEE-E ---LEL- ------E E------ EEEEEEE -------",
        "-E----- EE-EE-E -EE-EEE ----EE-",
        given={"min_consecutive_days": {"minimum": 3}},
    ),
    *_hard(
        "min_consecutive_days",
        "the contract asks for more",
        "-EE-",
        "-E-- --E-",
        days=4,
        start=NEW_YEAR,
        agents=[ana(contract={"min_consecutive_days": 2})],
    ),
    *_hard(
        "min_consecutive_days",
        "a run that the history began",
        "E----EE EE-EEEE",
        "------- E-EE---",
        given={"min_consecutive_days": {"minimum": 3}},
        agents=[ana(history=past("E-EE"))],
    ),
    *_hard(
        "min_consecutive_days",
        "a history that does not tell where its run began",
        "------- E--EEE-",
        "---EE--",
        given={"min_consecutive_days": {"minimum": 3}},
        agents=[ana(history=past("EE"))],
    ),
    *_hard(
        "min_consecutive_days",
        "after a day off of the history",
        "-EE---- EEE---- ------E",
        "E------ E-EE---",
        given={"min_consecutive_days": {"minimum": 2}},
        agents=[ana(history=past("EE-"))],
    ),
    Case(
        "min_consecutive_days",
        "two shifts of one day are one day",
        small_problem("min_consecutive_days", days=4, given={"min_consecutive_days": {"minimum": 2}}),
        ({"A": "-E[EL]-"}, {"A": "-[EL]E-"}),
        ({"A": "-[EL]--"},),
    ),
    *_hard(
        "min_days_off",
        "both ends are free",
        "E---EEE -EEEE-- --E---E EEEEEE- -------",
        "E-EEEEE EE--EEE -E--E--",
        given={"min_days_off": {"minimum": 3}},
    ),
    *_hard(
        "min_days_off",
        "the contract asks for more",
        "E--E -EE-",
        "E-E- -E-E",
        days=4,
        agents=[ana(contract={"min_days_off": 2})],
    ),
    *_hard(
        "min_days_off",
        "days off of the history go on",
        "--E---- -------",
        "E------ -E-----",
        given={"min_days_off": {"minimum": 3}},
        agents=[ana(history=past("E-"))],
    ),
    *_hard(
        "min_days_off",
        "leave is a day off like others, over a leap day",
        "E--E E---",
        "E-EE",
        start=LEAP,
        days=4,
        given={"min_days_off": {"minimum": 2}},
        agents=[ana(time_off=[1], fixed_days_off=[1])],
    ),
    *_hard(
        "max_days_off",
        "three at most",
        "---E--- E---E-- EEEEEEE",
        "----EEE EEE---- -------",
        given={"max_days_off": {"maximum": 3}},
    ),
    *_hard(
        "max_days_off",
        "days off of the history count",
        "E--- -E--",
        "--E-",
        days=4,
        given={"max_days_off": {"maximum": 3}},
        agents=[ana(history=past("EE--"))],
    ),
    *_hard(
        "max_days_off",
        "a past that was too long is no breach until it goes on",
        "E--- E--E",
        "-E--",
        days=4,
        given={"max_days_off": {"maximum": 3}},
        agents=[ana(history=past("E------"))],
    ),
    *_hard(
        "max_days_off",
        "the count begins anew after leave and after a fixed day off",
        "--------E ------E-- --EE----E",
        "---------",
        days=9,
        given={"max_days_off": {"maximum": 2}},
        agents=[ana(time_off=[2], fixed_days_off=[5])],
    ),
]

EXACTLY_2250 = {"min_week_minutes": 2250, "max_week_minutes": 2250}

# Each shift pays 450 minutes.
MINUTES: list[Case] = [
    *_hard(
        "contract_minutes",
        "exactly five shifts a week, in three days two",  # 964 to 965: nothing between
        "EE- -EL",
        "E-- EEE",
        days=3,
        agents=[ana(contract=EXACTLY_2250)],
    ),
    *_hard(
        "contract_minutes",
        "exactly 2400 in shifts of 600, with a day of leave three",  # 1920
        "EEE---- --E-EE-",
        "EE----- EEEE---",
        shifts=[shift("E", minutes=630)],
        agents=[ana(contract={"min_week_minutes": 2400, "max_week_minutes": 2400}, time_off=[6])],
    ),
    *_hard(
        "period_minutes",
        "two or three shifts in all days",
        "E--------E EEE------- -E-L-L----",
        "E--------- EE------EE ----------",
        days=10,
        start=NEW_YEAR,
        agents=[ana(contract={"min_period_minutes": 900, "max_period_minutes": 1350})],
    ),
    *_hard(
        "period_minutes",
        "a day of leave",  # a fifth of a week of 900: 1620 to 2070
        "-EEEE---------",
        "-EEE---------- -EEEE--------E",
        days=14,
        agents=[ana(contract={"min_period_minutes": 1800, "max_period_minutes": 2250}, time_off=[0])],
    ),
    *_hard(
        "period_minutes",
        "exactly 2250 in 10 days, with a day of leave four shifts",  # 1935: the nearest below is 1800
        "-EEEE----- -E-L-L-L--",
        "-EEE------ -EEEEE----",
        days=10,
        agents=[ana(contract={"min_period_minutes": 2250, "max_period_minutes": 2250}, time_off=[0])],
    ),
    *_hard(
        "period_minutes",
        "no most",
        "EE- EEE",
        "E-- ---",
        days=3,
        agents=[ana(contract={"min_period_minutes": 900}, time_off=[5], fixed_days_off=[2])],
    ),
    *_hard(
        "average_minutes",
        "the week before and two weeks of the roster, two weeks each",
        "EE-----EE----- E------EEE---- -------EEEE---",
        "EEE----------- E------EEEE--- EE-----EEE----",
        days=14,
        start=NEW_YEAR,
        given={"average_minutes": {"week_minutes": 900, "reference_weeks": 2}},
        agents=[ana(history=past("EEEE---" + "E--E---"))],
    ),
    *_hard(
        "average_minutes",
        "a part week is not judged",
        "EE-----EEE",
        "EEE----E--",
        days=10,
        given={"average_minutes": {"week_minutes": 900, "reference_weeks": 1}},
    ),
    *_hard(
        "average_minutes",
        "leave is neutral",  # 900 less a fifth
        "-E----- -------",
        "-EE----",
        given={"average_minutes": {"week_minutes": 900, "reference_weeks": 1}},
        agents=[ana(time_off=[0])],
    ),
    *_hard(
        "average_minutes",
        "leave of the past is neutral",  # 1800 less a whole week: 900
        "EE-----",
        "EEE----",
        given={"average_minutes": {"week_minutes": 900, "reference_weeks": 2}},
        agents=[ana(time_off=list(range(-7, 0)))],
    ),
    *_hard(
        "average_minutes",
        "a past that was too much is no breach until more is added",
        "-------",
        "E------ ------E",
        given={"average_minutes": {"week_minutes": 900, "reference_weeks": 2}},
        agents=[ana(history=past("EEEEEEE"))],
    ),
    *_hard(
        "shift_counts",
        "one or two of a shift, at most one of another",
        "E------ E--LE-- ------E",
        "------- EEE---- ELL----",
        agents=[ana(history=past("EEE"), shift_limits=_limits(("E", 1, 2), ("L", 0, 1)))],
    ),
    *_hard(
        "shift_counts",
        "a least alone",
        "EE- EEE",
        "E-- LLL",
        days=3,
        agents=[ana(shift_limits=_limits(("E", 2, None)))],
    ),
]

WEEKENDS: list[Case] = [
    *_hard(
        "weekends",
        "one of two",
        "-----EE------- ------E------- EEEEE--EEEEEE- -----------EE-",
        "-----E-------E ------E-----EE",
        days=14,
        given={"weekends": {"maximum": 1}},
    ),
    *_hard(
        "weekends",
        "none by contract, from New Year's Eve",
        "NN--NNN",
        "--N---- ---N---",
        shifts="N",
        start=NEW_YEAR,
        agents=[ana(contract={"max_weekends": 0})],
    ),
    *_hard(
        "weekends",
        "from a Sunday whose Saturday was worked",
        "E------- -EEEEE--",
        "------E- -------E E-----EE",
        days=8,
        start=SUNDAY,
        agents=[ana(history=past("E"), contract={"max_weekends": 1})],
    ),
    *_hard(
        "weekends",
        "from a Sunday whose Saturday was not worked",
        "E------- ------EE",
        "E-----E-",
        days=8,
        start=SUNDAY,
        agents=[ana(history=past("E-"), contract={"max_weekends": 1})],
    ),
    *_hard(
        "weekends",
        "a weekend that the past began is no breach by itself",
        "E------- --------",
        "------E-",
        days=8,
        start=SUNDAY,
        given={"weekends": {"maximum": 0}},
        agents=[ana(history=past("E"))],
    ),
    *_hard(
        "complete_weekends",
        "both or neither",
        "EEEEEEE EEEEE-- -----EL",
        "-----E- ------L",
    ),
    *_hard(
        "complete_weekends",
        "the last Saturday waits for its Sunday, over New Year",
        "--EE-----E --EE------ ----------",
        "--E------- ---E------",
        days=10,
        start=NEW_YEAR,
    ),
    *_hard(
        "complete_weekends",
        "from a Sunday whose Saturday was worked",
        "E- EE",
        "-- -E",
        days=2,
        start=SUNDAY,
        agents=[ana(history=past("E"))],
    ),
    *_hard(
        "complete_weekends",
        "from a Sunday whose Saturday was not worked",
        "-- -E",
        "E-",
        days=2,
        start=SUNDAY,
        agents=[ana(history=past("E-"))],
    ),
    *_hard(
        "complete_weekends",
        "from a Sunday whose Saturday nobody knows",
        "E------- -------- E-----EE",
        "E-----E-",
        days=8,
        start=SUNDAY,
    ),
    *_hard(
        "fixed_days_off",
        "begins, and not what reaches in",
        "N-N --- E-E",
        "-E- NN-",
        shifts="EN",
        days=3,
        agents=[ana(fixed_days_off=[1, 1])],
    ),
]

WORKING_HARD: tuple[Case, ...] = (*SUCCESSIONS, *RUNS, *MINUTES, *WEEKENDS)

WORKING_SOFT: tuple[Priced, ...] = (
    *_soft(
        "min_consecutive_days",
        "days short",
        {"E-EEE-E": 0, "-E-----": 2 * 7, "-EE-EEE": 7, "-E-E---": 4 * 7, "-------": 0},
        {"minimum": 3},
    ),
    *_soft(
        "min_consecutive_days",
        "a run that the history began",
        {"EE-----": 0, "-------": 2 * 7, "E------": 7, "E-E---E": 7 + 2 * 7},
        {"minimum": 3},
        agents=[ana(history=past("E-E"))],
    ),
    *_soft(
        "min_days_off",
        "days short",
        {"E---E--": 0, "E-E----": 2 * 7, "E--E-E-": 7 + 2 * 7, "-E-----": 0},
        {"minimum": 3},
    ),
    *_soft(
        "min_days_off",
        "days off of the history go on",
        {"--E----": 0, "E------": 2 * 7, "-E-----": 7, "-------": 0},
        {"minimum": 3},
        agents=[ana(history=past("E-"))],
    ),
    *_soft(
        "max_days_off",
        "days beyond",
        {"--E--E-": 0, "---E---": 2 * 7, "-------": 5 * 7},
        {"maximum": 2},
    ),
    *_soft(
        "max_days_off",
        "days of the history are not charged",
        {"E--E--E": 0, "-E--E--": 7, "-------": 7 * 7},
        {"maximum": 2},
        agents=[ana(history=past("E---"))],
    ),
    *_soft(
        "shift_counts",
        "too few and too many",
        {"EE-----": 0, "E------": 7, "-------": 2 * 7, "EEEEE--": 2 * 7, "EEELL--": 7, "----LLL": 2 * 7 + 2 * 7},
        agents=[ana(shift_limits=_limits(("E", 2, 3), ("L", 0, 1)))],
    ),
    *_soft(
        "weekends",
        "weekends beyond",
        {"-----EE-------": 0, "-----E-------E": 7, "EEEEEEEEEEEEEE": 7},
        {"maximum": 1},
        days=14,
    ),
    *_soft(
        "weekends",
        "one that the past began is not charged",
        {"E-------": 0, "--------": 0, "------E-": 7},
        {"maximum": 0},
        days=8,
        start=SUNDAY,
        agents=[ana(history=past("E"))],
    ),
    *_soft(
        "complete_weekends",
        "half a weekend",
        {"-----EE-------": 0, "-----E-------L": 2 * 7, "------E----EEE": 7},
        days=14,
    ),
)
