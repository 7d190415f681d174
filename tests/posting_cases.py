"""Paired cases of each roster rule: rows that must be possible and rows that this rule alone must forbid or price."""

from typing import Any

from roster.problem import Problem
from tests.load_cases import LOAD_HARD, LOAD_SOFT
from tests.paired import Case, Priced
from tests.small_rosters import ana, past, shift, small_problem
from tests.team_cases import TEAM_HARD, TEAM_SOFT
from tests.working_cases import WORKING_HARD, WORKING_SOFT


def _case(key: str, name: str, problem: Problem, allowed: str, refused: str) -> Case:
    """A case about one person, rows separated by blanks."""
    rows = tuple({"A": row} for row in allowed.split()), tuple({"A": row} for row in refused.split())
    return Case(key, name, problem, *rows)


def _windows(*spans: tuple[int, int, int]) -> list[dict[str, int]]:
    return [{"weekday": day, "start_minute": begin * 60, "end_minute": end * 60} for day, begin, end in spans]


def _resting(name: str, allowed: str, refused: str, **more: Any) -> list[Case]:
    """Daily rest with one shift a day on (posted as cliques) and off (as pairs)."""
    return [
        _case("daily_rest", f"{name}, {how}", small_problem("daily_rest", *rules, **more), allowed, refused)
        for how, rules in (("cliques", ("one_shift_a_day",)), ("pairs", ()))
    ]


CONTRACT = {"min_week_minutes": 1800, "max_week_minutes": 2250}
SPRING, AUTUMN = "2026-03-28", "2026-10-24"

HARD: tuple[Case, ...] = (
    _case("one_shift_a_day", "two on a day", small_problem("one_shift_a_day", days=2), "E- EL -- LE", "[EL]- -[EL]"),
    _case(
        "one_shift_a_day",
        "over midnight",
        small_problem("one_shift_a_day", shifts=[shift("N"), shift("B", 300, 480), shift("F", 360, 480)], days=3),
        "NF- N-B",
        "NB- -NB",
    ),
    _case(
        "one_shift_a_day",
        "over midnight in spring",
        small_problem("one_shift_a_day", shifts=[shift("N"), shift("F", 360, 480)], days=3, start=SPRING),
        "-NF",
        "NF-",
    ),
    _case(
        "one_shift_a_day",
        "after the past",
        small_problem(
            "one_shift_a_day", shifts=[shift("N"), shift("B", 300, 480)], days=2, agents=[ana(history=past("N"))]
        ),
        "N- -B",
        "B-",
    ),
    *_resting("succession", "LD EE L-E NN".replace(" ", "- ") + "-", "LE- -LE NL- ND- -ND", shifts="EDLN", days=3),
    *_resting("in spring", "-LD", "LD-", shifts="DL", days=3, start=SPRING),
    *_resting("in autumn", "LS-", "-LS", shifts=[shift("L"), shift("S", 480, 480)], days=3, start=AUTUMN),
    *_resting("over New Year", "LD-", "LE-", shifts="EDL", days=3, start="2026-12-31"),
    *_resting("over a leap day", "LD- -L-", "LE- -LE", shifts="EDL", days=3, start="2028-02-28"),
    *_resting("after the past", "D- --", "E-", shifts="EDL", days=2, agents=[ana(history=past("L"))]),
    *_resting(
        "a day of 24 h, rest of 24 h",
        "X-X- X--E ---X",
        "X-E- XX-- -XX-",
        shifts=[shift("X", 1425, 1440), shift("E")],
        days=4,
        given={"daily_rest": {"minutes": 1440}},
    ),
    # From Friday 23:45 a day and a day of rest last until Monday 00:45 in spring.
    *_resting(
        "into the third day",
        "-X-- Z--Z",
        "X--Z",
        shifts=[shift("X", 1425, 1440), shift("Z", 0, 480)],
        days=4,
        start="2026-03-27",
        given={"daily_rest": {"minutes": 1440}},
    ),
    *_resting(
        "after a past of 24 h",
        "-X- --E",
        "-E- X--",
        shifts=[shift("X", 1425, 1440), shift("E")],
        days=3,
        agents=[ana(history=past("X"))],
        given={"daily_rest": {"minutes": 1440}},
    ),
    _case(
        "daily_rest",
        "between two of one day, whatever their names",
        small_problem("daily_rest", shifts=[shift("P", 1200, 120), shift("Q", 360, 120), shift("R", 960, 120)], days=2),
        "[PQ]- [QP]P",  # 08:00 to 20:00 = 12 h
        "[QR]- -[PR]",  # 8 h and 2 h
    ),
    _case(
        "weekly_rest",
        "plain",
        small_problem("weekly_rest"),
        "EEEEE-- EE-EEEE [EL][EL]--[EL][EL][EL]",
        "EEEEEE- EEEEEEE [EL]-[EL]-[EL]-E",
    ),
    _case(
        "weekly_rest",
        "one shift a day",
        small_problem("weekly_rest", "one_shift_a_day", shifts="EDL"),
        "EEEEE-- EE-EEEE -LLLLLL L-LEEEE L--DDDD",
        "EEEEEE- LL-EEEE EL-ELEL",
    ),
    _case(
        "weekly_rest",
        "in spring and after",
        small_problem("weekly_rest", "one_shift_a_day", shifts="M", days=14, start="2026-03-23"),
        "MMMMM--MMMMMM-",
        "MMMMMM-MMMMMM-",
    ),
    _case(
        "weekly_rest",
        "in autumn and after",
        small_problem("weekly_rest", shifts=[shift("S", 360, 480)], days=14, start="2026-10-19"),
        "SSSSSS-SSSSS--",
        "SSSSSS-SSSSSS-",
    ),
    _case(
        "weekly_rest",
        "after the past",
        small_problem("weekly_rest", "one_shift_a_day", shifts="LN", agents=[ana(history=past("N"))]),
        "--LLLLL NN--LLL",
        "-LLLLLL",
    ),
    _case(
        "weekly_rest",
        "two shifts a day",
        small_problem("weekly_rest", shifts=[shift("P", 540, 60), shift("Q", 600, 60)]),
        "[PQ][PQ][PQ][PQ][PQ]--",
        "[PQ]PPPPPP",
    ),
    _case(
        "weekly_rest",
        "a rest that begins when the past ends",  # Monday 06:00 to Tuesday 18:00 = 36 h
        small_problem("weekly_rest", shifts=[shift("V", 1080, 480), shift("N")], agents=[ana(history=past("N"))]),
        "-VVVVVV",
        "VVVVVVV",
    ),
    _case(
        "weekly_rest",
        "part week free",
        small_problem("weekly_rest", days=13, start="2026-11-25"),
        "EEEEE--EEEEEE -------EEEEEE",
        "EEEEEE-------",
    ),
    _case(
        "weekly_rest",
        "a whole week",
        small_problem("weekly_rest", given={"weekly_rest": {"minutes": 10080}}),
        "-------",
        "E------ ------L",
    ),
    *(
        _case(
            "consecutive_days",
            f"{how} days in a row",
            small_problem("consecutive_days", *rules, days=8, given={"consecutive_days": {"maximum": 3}}),
            "EEE-EEE- -ELE-EEE",
            "EEEE---- ----LLLL EEE-LLLL",
        )
        for how, rules in (("plain", ()), ("one a day,", ("one_shift_a_day",)))
    ),
    _case(
        "consecutive_days",
        "two shifts of one day are one day",
        small_problem("consecutive_days", days=4, given={"consecutive_days": {"maximum": 2}}),
        "[EL][EL]-E",
        "[EL]EL-",
    ),
    _case(
        "consecutive_days",
        "contract",
        small_problem("consecutive_days", days=4, agents=[ana(contract={"max_consecutive_days": 2})]),
        "EE-E",
        "EEE-",
    ),
    _case(
        "consecutive_days",
        "after the past",
        small_problem("consecutive_days", days=4, agents=[ana(history=past("EEEE"))]),
        "EE-E -EEE",
        "EEE-",
    ),
    _case(
        "consecutive_days",
        "after a past that was too long",
        small_problem("consecutive_days", days=4, agents=[ana(history=past("EEEEEEEEE"))]),
        "-EEE ----",
        "E--- EE--",
    ),
    _case(
        "contract_minutes",
        "a week of 4 or 5",
        small_problem("contract_minutes", agents=[ana(contract=CONTRACT)]),
        "EEEE--- LLLLL--",
        "EEE---- EEEEEE- -------",
    ),
    _case(
        "contract_minutes",
        "a part week",  # 771 to 965
        small_problem("contract_minutes", days=10, agents=[ana(contract=CONTRACT)]),
        "EEEE---EE- EEEE---L-L",
        "EEEE---E-- EEEE---EEE",
    ),
    _case(
        "contract_minutes",
        "a day of time off",  # 1440 to 1890
        small_problem("contract_minutes", agents=[ana(contract=CONTRACT, time_off=[6, 6, 9])]),
        "EEEE---",
        "EEE---- EEEEE--",
    ),
    _case(
        "contract_minutes",
        "the most of a part week, rounded up",  # 2250 * 3/7 = 964.3
        small_problem(
            "contract_minutes",
            shifts=[{"id": "E", "start_minute": 0, "minutes": 1200, "paid_minutes": 965}],
            days=3,
            agents=[ana(contract=CONTRACT)],
        ),
        "E-- --E",
        "EE-",
    ),
    _case(
        "contract_minutes",
        "a week of time off",  # credits the whole minimum and no more: 0 to 450
        small_problem("contract_minutes", agents=[ana(contract=CONTRACT, time_off=list(range(7)))]),
        "E------ -------",
        "EE-----",
    ),
    _case(
        "contract_minutes",
        "time off in a part week",  # 411 to 605
        small_problem("contract_minutes", days=3, agents=[ana(contract=CONTRACT, time_off=[0])]),
        "-E-",
        "--- -EE",
    ),
    _case(
        "availability",
        "windows",
        small_problem(
            "availability", shifts="ELN", days=2, agents=[ana(availability=_windows((0, 7, 15), (1, 12, 30)))]
        ),
        "EL EN --",
        "L- N- -E",
    ),
    _case(
        "availability",
        "a window opened the day before",
        small_problem("availability", shifts="DL", days=2, agents=[ana(availability=_windows((6, 20, 42), (1, 1, 9)))]),
        "D-",
        "L- -D",
    ),
    _case(
        "availability",
        "a night in spring",
        small_problem(
            "availability", shifts="N", days=1, start=SPRING, agents=[ana(availability=_windows((5, 22, 30)))]
        ),
        "-",
        "N",
    ),
    _case(
        "time_off",
        "a day and the night before",
        small_problem(
            "time_off", shifts=[shift("E"), shift("N"), shift("V", 960, 480)], days=3, agents=[ana(time_off=[1])]
        ),
        "V-N E-E",
        "-E- N-- -N- -V-",
    ),
    _case(
        "time_off",
        "the day after the horizon",
        small_problem("time_off", shifts="EN", days=2, agents=[ana(time_off=[2, 5, -1])]),
        "NE",
        "-N",
    ),
    _case(
        "pins",
        "placed and cleared",
        small_problem("pins", days=2, agents=[ana(pins=[{"day": 0, "shift": "E"}, {"day": 1}])]),
        "E- [EL]-",
        "-- L- EE EL",
    ),
    *LOAD_HARD,
    *WORKING_HARD,
    *TEAM_HARD,
)


def _priced(key: str, name: str, problem: Problem, **rows: int) -> Priced:
    return Priced(key, name, problem, tuple(({"A": row.replace("_", "-")}, cost) for row, cost in rows.items()))


WISHES = [
    {"day": 0, "shift": "E", "wanted": True, "weight": 7},
    {"day": 1, "wanted": True, "weight": 5},
    {"day": 2, "shift": "L", "wanted": False, "weight": 3},
    {"day": 3, "wanted": False, "weight": 2},
]
EIGHT_HOURS = [{"queue": "x", "day": 0, "required": [0] * 28 + [1] * 32 + [0] * 36}]
QUEUES = [{"id": "x", "weight": 2, "exposure_per_hour": 4.0}, {"id": "y", "exposure_per_hour": 20.0}]
HALVES = [
    {"queue": queue, "day": day, "required": line}
    for day in range(2)
    for queue, line in (("x", [1] * 48 + [0] * 48), ("y", [0] * 48 + [3] * 48))
]

SOFT: tuple[Priced, ...] = (
    _priced(
        "preferences",
        "wishes",
        small_problem("preferences", days=4, agents=[ana(wishes=WISHES)], given={"preferences": {"weight": 3}}),
        EL__=0,
        ____=3 * (7 + 5),
        L_LE=3 * (7 + 5 + 3 + 2),
        EEE_=0,
        __LL=3 * (7 + 5 + 3 + 2),
    ),
    _priced(
        "cover",
        "one queue",
        small_problem("cover", days=2, agents=[ana(skills=["x"])], queues=QUEUES, demand=EIGHT_HOURS),
        E_=0,
        __=32 * 10 * 2,
        L_=28 * 10 * 2 + 28,
        EE=32,
    ),
    Priced(
        "cover",
        "queues that share people, some of another team",
        small_problem(
            "cover",
            days=1,
            queues=[{"id": "p", "weight": 2}, {"id": "q"}, {"id": "r", "weight": 5}],
            agents=[
                {"id": "A", "skills": ["p", "q"]},
                {"id": "B", "skills": ["q", "r"]},
                {"id": "C", "skills": ["r"]},
                {"id": "F", "skills": ["p", "q"], "fixed": True, "pins": [{"day": 0, "shift": "E"}]},
            ],
            demand=[
                {"queue": queue, "day": 0, "required": [0] * 28 + [count] * 32 + [0] * 36}
                for queue, count in (("p", 1), ("q", 1), ("r", 2))
            ],
        ),
        (
            ({"A": "E", "B": "E", "C": "E", "F": "E"}, 0),
            ({"A": "-", "B": "E", "C": "E", "F": "E"}, 32 * 10 * 1),  # F takes p, B and C take r: q goes without
            ({"A": "E", "B": "E", "C": "-", "F": "E"}, 32 * 10 * 5),
            ({"A": "-", "B": "E", "C": "-", "F": "E"}, 32 * 10 * (1 + 5)),
        ),
    ),
    # A surplus of +32 a late, -80 a morning (see the tests of the checker).
    _priced(
        "exposure_balance",
        "two queues",
        small_problem(
            "exposure_balance",
            shifts="ML",
            days=2,
            agents=[ana(skills=["x", "y"])],
            queues=QUEUES,
            demand=HALVES,
            given={"exposure_balance": {"tolerance_points": 40, "weight": 2, "steep_points": 100, "steep_weight": 5}},
        ),
        L_=0,
        LL=(64 - 40) * 2,
        ML=(80 - 32 - 40) * 2,
        MM=(160 - 40) * 2 + (160 - 100) * 5,
    ),
    *LOAD_SOFT,
    *WORKING_SOFT,
    *TEAM_SOFT,
)
