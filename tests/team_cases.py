"""Paired cases of the rules that tie people together and of those that guard what was published."""

from typing import Any

from roster.problem import Problem
from tests.paired import Case, Priced
from tests.small_rosters import ana, shift, small_problem


def _rows(text: str) -> dict[str, str]:
    """`EE/-L`: the rows of A, B, C, one after another."""
    return dict(zip("ABC", text.split("/"), strict=False))


def _priced(key: str, name: str, problem: Problem, rows: dict[str, int]) -> Priced:
    """What each roster costs, people inside it separated by `/`."""
    return Priced(key, name, problem, tuple((_rows(text), cost) for text, cost in rows.items()))


def _people(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [ana(), {"id": "B", "name": "Ben"} | changes, {"id": "C", "name": "Cleo"}][:count]


def _case(key: str, name: str, problem: Problem, allowed: str, refused: str) -> Case:
    """Rosters separated by blanks, people inside each by `/`."""
    return Case(key, name, problem, tuple(map(_rows, allowed.split())), tuple(map(_rows, refused.split())))


CLEO = {"id": "C", "name": "Cleo"}
LEAD = [{"id": "A", "name": "Ana", "roles": ["lead"]}, {"id": "B", "name": "Ben", "roles": ["lead", "peer"]}]

TEAM_HARD: tuple[Case, ...] = (
    _case(
        "role_cover",
        "a lead from 8 to 15 on a day, a peer on the other",
        small_problem(
            "role_cover",
            days=2,
            agents=[*LEAD, CLEO],
            role_demand=[
                {"role": "lead", "day": 0, "start_minute": 480, "end_minute": 900, "required": 1},
                {"role": "peer", "day": 1, "start_minute": 1000, "end_minute": 1100, "required": 1},
            ],
        ),
        "E-/-L/-- --/EL/L- [EL]-/[EL]L/--",
        "--/-L/E- -L/E-/-L L-/LL/E- --/--/--",
    ),
    _case(
        "role_cover",
        "at least two on, every day, handed over at any minute",
        small_problem(
            "role_cover",
            days=2,
            agents=[ana(), {"id": "B"}, CLEO],
            role_demand=[{"start_minute": 500, "end_minute": 1000, "required": 2}],
        ),
        "[EL][EL]/EE/LL",
        "EE/EE/LL [EL]-/E-/L- E[EL]/EE/LL",
    ),
    _case(
        "role_cover",
        "a night, from the past and beyond the end",
        small_problem(
            "role_cover",
            shifts="N",
            days=2,
            agents=[ana(), {"id": "B", "history": [{"day": -1, "shift": "N"}]}],
            role_demand=[
                {"day": 0, "start_minute": 0, "end_minute": 300, "required": 1},
                {"day": 1, "start_minute": 1380, "end_minute": 2880, "required": 1},
                {"day": 1, "start_minute": 0, "end_minute": 360, "required": 1},
            ],
        ),
        "NN/-- N-/-N",
        "-N/-- N-/N-",
    ),
    _case(
        "role_cover",
        "the spring night is an hour shorter, another team's lead helps",
        small_problem(
            "role_cover",
            shifts=[shift("P", 0, 180), shift("Q", 240, 120)],
            days=2,
            start="2026-03-28",
            agents=[ana(), {"id": "B", "fixed": True, "pins": [{"day": 1, "shift": "Q"}]}],
            role_demand=[{"day": 1, "start_minute": 0, "end_minute": 360, "required": 1}],
        ),
        "-P/-Q",
        "P-/-Q -Q/-Q",
    ),
    _case(
        "keep_together",
        "a buddy",
        small_problem("keep_together", days=3, agents=_people(2), together=[{"first": "A", "second": "B"}]),
        "E-L/EEL ---/EE- [EL]--/[EL]--",
        "E--/-E- EE-/LE- [EL]--/E--",
    ),
    _case(
        "keep_together",
        "with two, one of them another team's",
        small_problem(
            "keep_together",
            days=2,
            agents=[*_people(2, fixed=True, pins=[{"day": 0, "shift": "E"}]), CLEO],
            together=[{"first": "A", "second": "B"}, {"first": "A", "second": "C"}],
        ),
        "E-/E-/E- --/E-/-- --/E-/LL",
        "-E/E-/-E E-/E-/-- E-/E-/L-",
    ),
    _case(
        "keep_apart",
        "overlaps and touches",
        small_problem("keep_apart", shifts="ELN", days=2, agents=_people(2), apart=[{"first": "A", "second": "B"}]),
        "EN/-L N-/LE --/LL E[EL]/N-",
        "E-/E- E-/L- -L/-E LN/-N",
    ),
    _case(
        "keep_apart",
        "a night of the past, and a day that begins before it ends",
        small_problem(
            "keep_apart",
            shifts="MN",
            days=2,
            agents=_people(2, history=[{"day": -1, "shift": "N"}]),
            apart=[{"first": "A", "second": "B"}],
        ),
        "-M/-- N-/-- -M/M-",
        "M-/-- N-/-M -M/N-",
    ),
    _case(
        "keep_apart",
        "another team's, first or second",
        small_problem(
            "keep_apart",
            days=2,
            agents=[ana(), {"id": "B", "fixed": True, "pins": [{"day": 0, "shift": "E"}]}],
            apart=[{"first": "B", "second": "A"}],
        ),
        "-E/E- --/E- -L/E-",
        "E-/E- L-/E-",
    ),
    _case(
        "keep_apart",
        "a day of 24 h over the spring change",  # Saturday 23:45 to Monday 00:45
        small_problem(
            "keep_apart",
            shifts=[shift("X", 1425, 1440), shift("Z", 0, 60)],
            days=3,
            start="2026-03-28",
            agents=_people(2),
            apart=[{"first": "A", "second": "B"}],
        ),
        "X--/--- -X-/Z-- X--/Z--",
        "X--/--Z X--/-X- X--/-Z-",
    ),
)

E_THEN_L = [{"agent": "A", "day": 0, "shift": "E"}, {"agent": "A", "day": 2, "shift": "L"}]

TEAM_SOFT: tuple[Priced, ...] = (
    _priced(
        "stability",
        "taken away, added, moved",
        small_problem("stability", days=3, published=E_THEN_L, given={"stability": {"weight": 7}}),
        {"E-L": 0, "--L": 7, "EEL": 7, "L-L": 2 * 7, "-E-": 3 * 7, "[EL]-L": 7},
    ),
    _priced(
        "stability",
        "who was told of no shift, and another team's",
        small_problem(
            "stability",
            days=3,
            published=[*E_THEN_L, {"agent": "B", "day": 1, "shift": "L"}],
            agents=[ana(), {"id": "B", "fixed": True, "pins": [{"day": 0, "shift": "E"}]}, CLEO],
            given={"stability": {"weight": 7}},
        ),
        {"E-L/E--/---": 0, "E-L/E--/-E-": 7, "---/E--/LL-": 4 * 7},
    ),
    _priced(
        "stability",
        "days and people that nothing was published for",
        small_problem(
            "stability",
            days=3,
            published=E_THEN_L,
            agents=[ana(untold_days=[1]), {"id": "B", "untold_days": [0, 1, 2]}],
            given={"stability": {"weight": 7}},
        ),
        {"E-L/---": 0, "EEL/EEE": 0, "E--/---": 7, "EEE/-L-": 2 * 7},
    ),
    _priced(
        "notice",
        "days that nothing was published for",
        small_problem(
            "notice",
            days=3,
            published=E_THEN_L,
            agents=[ana(untold_days=[1])],
            today="2026-11-22",
            given={"notice": {"days": 14, "weight": 9}},
        ),
        {"E-L": 0, "EEL": 0, "L[EL]L": 9},
    ),
    _priced(
        "notice",
        "a move is one change, and the last day is far enough",
        small_problem(
            "notice",
            days=3,
            published=E_THEN_L,
            today="2026-11-22",
            given={"notice": {"days": 3, "weight": 9}},
        ),
        {"E-L": 0, "L-L": 9, "[EL]-L": 9, "--E": 9, "-[EL]-": 3 * 9, "[EL]EE": 2 * 9},
    ),
    _priced(
        "notice",
        "two shifts told on one day",
        small_problem(
            "notice",
            days=1,
            shifts="MEL",
            published=[{"agent": "A", "day": 0, "shift": "M"}, {"agent": "A", "day": 0, "shift": "L"}],
            today="2026-12-01",
            given={"notice": {"days": 0, "weight": 9}},
        ),
        {"[ML]": 0, "E": 2 * 9, "[ME]": 9, "-": 2 * 9, "[MEL]": 9},
    ),
    _priced(
        "keep_together",
        "by the shift",
        small_problem(
            "keep_together",
            days=3,
            agents=_people(2),
            together=[{"first": "A", "second": "B"}],
            given={"keep_together": {"mode": "soft", "weight": 6}},
        ),
        {"E-L/E-L": 0, "[EL]-L/E--": 2 * 6, "---/EEE": 0, "EEL/EL-": 2 * 6},
    ),
    _priced(
        "keep_apart",
        "by the day on which an overlap begins",
        small_problem(
            "keep_apart",
            shifts="ELN",
            days=3,
            agents=[*_people(2, history=[{"day": -1, "shift": "N"}])],
            apart=[{"first": "A", "second": "B"}],
            given={"keep_apart": {"mode": "soft", "weight": 6}},
        ),
        {"E--/N--": 0, "E--/L--": 6, "[EL]--/[EL]--": 6, "EEE/LLE": 3 * 6, "N--/-E-": 0},
    ),
    _priced(
        "role_cover",
        "two leads for two hours, anybody at four",
        small_problem(
            "role_cover",
            days=1,
            agents=[*LEAD, CLEO],
            role_demand=[
                {"role": "lead", "start_minute": 780, "end_minute": 900, "required": 2},
                {"start_minute": 965, "end_minute": 967, "required": 1},
            ],
            given={"role_cover": {"mode": "soft", "weight": 3}},
        ),
        {
            "E/E/L": 0,
            "-/-/-": 3 * (2 * 8 + 1),
            "L/-/E": 3 * (2 * 4 + 4),
            "E/E/-": 3 * 1,
        },
    ),
    _priced(
        "cover_by_shift",
        "two lines, one with weights of its own",
        small_problem(
            "cover_by_shift",
            days=2,
            agents=_people(3),
            shift_demand=[
                {"day": 0, "shift": "E", "required": 2},
                {"day": 1, "shift": "L", "required": 1, "under_weight": 7, "over_weight": 3},
            ],
            given={"cover_by_shift": {"under_weight": 20, "over_weight": 5}},
        ),
        {"EL/E-": 0, "--": 2 * 20 + 7, "EE/-E": 1 * 20 + 7, "EL/EL/EL": 5 + 2 * 3},
    ),
    _priced(
        "cover_by_shift",
        "another team's people count, and nobody is asked for",
        small_problem(
            "cover_by_shift",
            days=2,
            agents=_people(2, fixed=True, pins=[{"day": 0, "shift": "E"}]),
            shift_demand=[{"day": 0, "shift": "E", "required": 1}, {"day": 1, "shift": "E", "required": 0}],
            given={"cover_by_shift": {"over_weight": 5}},
        ),
        {"--/E-": 0, "L-/E-": 0, "E-/E-": 5, "EE/E-": 2 * 5},
    ),
)
