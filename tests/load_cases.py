"""Paired cases of the rules of nights, of emotional load and of fair shares."""

from typing import Any

from roster.problem import Problem
from tests.paired import Case, Priced
from tests.small_rosters import ana, past, shift, small_problem

SPRING = "2026-03-28"
WORK = [{"id": "x", "exposure_per_hour": 10.0}]
"""E (8 h) plans 80 points, S (4 h) 40."""
LONG_AND_SHORT = [shift("E"), shift("S", 480, 240)]


def _case(key: str, name: str, allowed: str, refused: str, **more: Any) -> Case:
    """A case about one person, rows separated by blanks; `terms` are the rule's parameters."""
    problem = _problem(key, **more)
    rows = tuple({"A": row} for row in allowed.split()), tuple({"A": row} for row in refused.split())
    return Case(key, name, problem, *rows)


def _priced(key: str, name: str, rows: dict[str, int], **more: Any) -> Priced:
    """The same with what each row costs."""
    return Priced(key, name, _problem(key, **more), tuple(({"A": row}, cost) for row, cost in rows.items()))


def _problem(key: str, *, terms: dict[str, Any], agent: dict[str, Any] | None = None, **more: Any) -> Problem:
    return small_problem(key, given={key: terms}, agents=[ana(**(agent or {}))], **more)


def _loaded(key: str, name: str, allowed: str, refused: str, history: str = "", **more: Any) -> Case:
    return _case(key, name, allowed, refused, agent={"skills": ["x"], "history": past(history)}, **_load(more))


def _loaded_price(key: str, name: str, rows: dict[str, int], history: str = "", **more: Any) -> Priced:
    return _priced(key, name, rows, agent={"skills": ["x"], "history": past(history)}, **_load(more))


def _load(more: dict[str, Any]) -> dict[str, Any]:
    return {"queues": WORK, "shifts": LONG_AND_SHORT} | more


def soft(weight: int, **terms: int) -> dict[str, Any]:
    """Parameters of a rule at a price."""
    return {"mode": "soft", "weight": weight, **terms}


LOAD_HARD: tuple[Case, ...] = (
    _case(
        "consecutive_nights",
        "too many",
        "NN-NN NNENN N-N-N [EN]N---",
        "NNN-- -NNNN N[EN]N--",
        terms={"maximum": 2},
        shifts="EN",
        days=5,
    ),
    _case(
        "consecutive_nights",
        "too few, but not at the ends",
        "N---- NN--- -NN-- ----N E-NNE",
        "-N--- N-N-- NN-NE",
        terms={"minimum": 2, "maximum": 3},
        shifts="EN",
        days=5,
    ),
    _case(
        "consecutive_nights",
        "too many with the past",
        "N-N -NN",
        "NN- NNE",
        terms={"maximum": 3},
        shifts="EN",
        days=3,
        agent={"history": past("NN")},
    ),
    _case(
        "consecutive_nights",
        "a past that was too long",
        "-NN E--",
        "N--",
        terms={"maximum": 2},
        shifts="EN",
        days=3,
        agent={"history": past("NNNN")},
    ),
    _case(
        "consecutive_nights",
        "too few after a begin that is known",
        "NN- NNN",
        "--- N-- E-N",
        terms={"minimum": 3},
        shifts="EN",
        days=3,
        agent={"history": past("EN")},
    ),
    _case(
        "consecutive_nights",
        "too few after a begin that nobody knows",
        "--- N-- --N",
        "-N-",
        terms={"minimum": 3},
        shifts="EN",
        days=3,
        agent={"history": past("N")},
    ),
    _case(
        "consecutive_nights",
        "a night that spring makes too short to be one",
        "WWW- -WW- W-W-",
        "--WW WWWW",
        terms={"maximum": 1},
        shifts=[shift("W", 150, 240)],  # 02:30 to 06:30; on the second day from 03:30
        days=4,
        start=SPRING,
    ),
    _case(
        "night_limits",
        "two in four days",
        "NN--NN NNEENE [EN]N----",
        "NN-N-- N-NN-- -NNN-- N-N[EN]--",
        terms={"maximum": 2, "days": 4},
        shifts="EN",
        days=6,
    ),
    _case(
        "night_limits",
        "with the past",
        "--NN E-N-",
        "-N-- N---",
        terms={"maximum": 2, "days": 4},
        shifts="EN",
        days=4,
        agent={"history": past("NN")},
    ),
    _case(
        "night_limits",
        "after a past with too many",
        "--N- ---N ----",
        "N--- -N--",
        terms={"maximum": 2, "days": 4},
        shifts="EN",
        days=4,
        agent={"history": past("NNNN")},
    ),
    _case(
        "night_limits",
        "none at all",
        "E-E",
        "N-- --N",
        terms={"maximum": 0, "days": 1},
        shifts="EN",
        days=3,
    ),
    _case(
        "night_limits",
        "long days, but no long nights",
        "NZ -Z",
        "Y- -Y",
        terms={"shift_minutes": 480},
        shifts=[shift("N"), shift("Y", 1200, 600), shift("Z", 420, 600)],
        days=2,
    ),
    _case(
        "rest_after_nights",
        "46 hours",  # from 06:00 until 04:00 two days later
        "N--E- NN--E NNNNN EN--E",
        "N-E-- NE--- NN-E-",
        terms={},
        shifts="EN",
        days=5,
    ),
    _case(
        "rest_after_nights",
        "after two nights",
        "N-E-- NE-NE NN--E",
        "NN-E- -NNE-",
        terms={"nights": 2},
        shifts="EN",
        days=5,
    ),
    _case(
        "rest_after_nights",
        "after the past",
        "--E N--",
        "E-- -E-",
        terms={},
        shifts="EN",
        days=3,
        agent={"history": past("N")},
    ),
    _case(
        "rest_after_nights",
        "a run that the past began",
        "-E-- N--E",
        "N-E- NE--",
        terms={"nights": 2},
        shifts="EN",
        days=4,
        agent={"history": past("N")},
    ),
    _case(
        "rest_after_nights",
        "in spring, when a night ends at 07:00",  # K begins at 04:00
        "-N--K",
        "N--K-",
        terms={},
        shifts=[shift("N"), shift("K", 240, 480)],
        days=5,
        start=SPRING,
    ),
    _case(
        "rest_after_nights",
        "two shifts on a day",
        "P- [EN]- PE",
        "[PE]- -[PE]",
        terms={"minutes": 1440},
        shifts=[shift("P", 0, 360), shift("E"), shift("N")],
        days=2,
    ),
    _loaded(
        "heavy_shift_budget",
        "one in three days",
        "E--E- ES-ES SSSSS",
        "E-E-- EE---",
        terms={"heavy_points": 80, "maximum": 1, "days": 3},
        days=5,
    ),
    _loaded(
        "heavy_shift_budget",
        "two shifts of one day are one heavy day",
        "[ES]-E-- [ES]S---",
        "[ES]E[ES]--",
        terms={"heavy_points": 40, "maximum": 2, "days": 3},
        days=5,
    ),
    _loaded(
        "heavy_shift_budget",
        "with the past",
        "--EE S-E-",
        "-E-- E---",
        "EE",
        terms={"heavy_points": 80, "maximum": 2, "days": 4},
        days=4,
    ),
    _loaded("heavy_successions", "alone", "ESE E-E SSS", "EE- -EE", terms={"heavy_points": 80}, days=3),
    _loaded("heavy_successions", "after the past", "S-- -E-", "E--", "E", terms={"heavy_points": 80}, days=3),
    _loaded(
        "recovery_day",
        "days in a row add up",
        "EE-E ESS- SSSE",
        "EEE- ESSS EESS",
        terms={"severe_points": 160, "step_points": 10},
        days=4,
    ),
    _loaded(
        "recovery_day",
        "on top of the past",
        "E-EE SS-E",
        "EE-- SSE-",
        "-E",
        terms={"severe_points": 160, "step_points": 10},
        days=4,
    ),
    _loaded(
        "recovery_day",
        "in whole steps",  # E counts 2, S 1
        "EE-E SSS-",
        "EES- SSSE",
        terms={"severe_points": 150, "step_points": 50},
        days=4,
    ),
)

LATE_AND_NIGHT = "ELN"
WISHES = [
    {"day": 0, "shift": "E", "wanted": True},
    {"day": 1, "wanted": True},
    {"day": 2, "shift": "L", "wanted": False},
    {"day": 3, "wanted": False},
]
ONLY = {"nights_weight": 0, "weekends_weight": 0, "late_finishes_weight": 0, "refused_wishes_weight": 0}

LOAD_SOFT: tuple[Priced, ...] = (
    _priced(
        "consecutive_nights",
        "too many and too few",
        {"-----": 0, "NNNN-": 2 * 7, "-N---": 7, "NNNNN": 3 * 7, "-N-N-": 2 * 7, "ENNEN": 0},
        terms=soft(7, minimum=2, maximum=2),
        shifts="EN",
        days=5,
    ),
    _priced(
        "consecutive_nights",
        "after the past",
        {"NN--": 0, "----": 2 * 7, "N---": 7, "NNNN": 2 * 7, "-N-N": 2 * 7 + 2 * 7},
        terms=soft(7, minimum=3, maximum=3),
        shifts="EN",
        days=4,
        agent={"history": past("EN")},
    ),
    _priced(
        "night_limits",
        "each night that is one too many",
        {"NN--NN": 0, "NNN---": 5, "NNNN--": 2 * 5, "NN-NN-": 2 * 5, "Y-----": 5, "NNY---": 2 * 5},
        terms=soft(5, maximum=2, days=4, shift_minutes=480),
        shifts=[shift("N"), shift("Y", 1200, 600)],
        days=6,
    ),
    _priced(
        "rest_after_nights",
        "each shift that begins too soon",
        {"N--E-": 0, "NE---": 6, "NEE--": 2 * 6, "NE-NE": 2 * 6, "N-E--": 6},
        terms=soft(6),
        shifts="EN",
        days=5,
    ),
    _loaded_price(
        "heavy_shift_budget",
        "each heavy day that is one too many",
        {"E--E-": 0, "EE---": 4, "EEE--": 2 * 4, "E-EE-": 2 * 4, "-----": 0},
        terms=soft(4, heavy_points=80, maximum=1, days=3),
        days=5,
    ),
    _loaded_price(
        "heavy_successions",
        "each second one",
        {"ESE": 4, "EEE": 3 * 4, "SEE": 4, "-E-": 0, "---": 0},
        "E",
        terms=soft(4, heavy_points=80),
        days=3,
    ),
    _loaded_price(
        "recovery_day",
        "each day on top of enough",
        {"EE-E": 0, "EEE-": 9, "EEEE": 2 * 9, "ESSS": 9, "----": 0},
        terms=soft(9, severe_points=160, step_points=10),
        days=4,
    ),
    # On average 10 points an hour; the hours of E bring 5: 40 less.
    _priced(
        "exposure_balance",
        "with points carried in",
        {"--": 10 * 2, "E-": 0, "EE": 10 * 2, "-E": 0},
        terms={"tolerance_points": 30, "weight": 2, "steep_points": 500},
        agent={"skills": ["x", "y"], "carried_points": 40},
        shifts="E",
        days=2,
        queues=[{"id": "x", "exposure_per_hour": 5.0}, {"id": "y", "exposure_per_hour": 15.0}],
        demand=[
            {"queue": queue, "day": day, "required": line}
            for day in range(2)
            for queue, line in (("x", [0] * 28 + [1] * 32 + [0] * 36), ("y", [1] * 28 + [0] * 32 + [1] * 4 + [0] * 32))
        ],
    ),
    _priced(
        "fairness",
        "squares of each kind",
        {
            "-------": 0,
            "N------": 2 * 1,
            "NNN----": 2 * 9,
            "L-L----": 1 * 4,
            "E-E----": 0,
            "-----EE": 3 * 4,
            "----LNN": 1 + 2 * 4 + 3 * 4,
        },
        terms={"nights_weight": 2, "weekends_weight": 3, "late_finishes_weight": 1},
        shifts=LATE_AND_NIGHT,
    ),
    _priced(
        "fairness",
        "on top of what is remembered, on half a contract",
        {"----": 0, "N---": 2 * 7 * 2, "NN--": 2 * (7 + 9) * 2},
        terms={"nights_weight": 2},
        shifts=LATE_AND_NIGHT,
        days=4,
        agent={"contract": {"max_week_minutes": 1200}, "memory": {"nights": 3, "weekend_shifts": 9}},
    ),
    _priced(
        "fairness",
        "wishes refused",
        {"EL--": 0, "----": 5 * 4, "-LLE": 5 * 9, "EEE-": 0, "L-LE": 5 * 16},
        terms=ONLY | {"refused_wishes_weight": 5},
        shifts="EL",
        days=4,
        agent={"wishes": WISHES},
    ),
)
