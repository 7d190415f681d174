"""Paired cases of the rules that tie people together and of those that guard what was published."""

from typing import Any

from roster.problem import Problem
from tests.paired import Case, Priced
from tests.small_rosters import ana, small_problem


def _rows(text: str) -> dict[str, str]:
    """`EE/-L`: the rows of A, B, C, one after another."""
    return dict(zip("ABC", text.split("/"), strict=False))


def _priced(key: str, name: str, problem: Problem, **rows: int) -> Priced:
    """Rows as names: `EE_0` is not possible, so `A_B` separates people by `0` and days off are `_`."""
    told = ((_rows(text.replace("_", "-").replace("0", "/")), cost) for text, cost in rows.items())
    return Priced(key, name, problem, tuple(told))


def _people(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [ana(), {"id": "B", "name": "Ben"} | changes, {"id": "C", "name": "Cleo"}][:count]


TEAM_HARD: tuple[Case, ...] = ()

TEAM_SOFT: tuple[Priced, ...] = (
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
        EL0E_=0,
        __=2 * 20 + 7,
        EE0_E=1 * 20 + 7,
        EL0EL0EL=5 + 2 * 3,
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
        __0E_=0,
        L_0E_=0,
        E_0E_=5,
        EE0E_=2 * 5,
    ),
)
