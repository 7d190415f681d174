"""What a lead reads of agreements beside a person's day."""

import pytest

from api.services.rosters.agreements import agreements
from tests.small_rosters import ana, small_problem

PEOPLE = [
    ana(
        roles=["peer", "shift_lead"],
        fixed_days_off=[1],
        untold_days=[2],
        shift_limits=[{"shift": "E", "least": 1, "most": 2}, {"shift": "L", "most": 0}],
    ),
    {"id": "B", "name": "Ben"},
    {"id": "C"},
]
PROBLEM = small_problem(
    days=3,
    agents=PEOPLE,
    together=[{"first": "A", "second": "B"}],
    apart=[{"first": "C", "second": "A"}],
    published=[{"agent": "A", "day": 0, "shift": "E"}],
)
ALWAYS = ["On shift as peer, shift_lead.", "Works only where Ben does.", "Kept apart from C."]


@pytest.mark.parametrize(
    ("day", "shifts", "told"),
    [
        (0, {0: "E"}, []),
        (0, {0: "L"}, ["Was told: E."]),
        (0, {}, ["Was told: E."]),
        (1, {1: "L"}, ["Agreed to be free.", "Was told: free."]),
        (2, {2: "L"}, []),
    ],
)
def test_what_is_agreed_stands_beside_the_day(day: int, shifts: dict[int, str], told: list[str]) -> None:
    early, late = (sum(shift == one for shift in shifts.values()) for one in "EL")
    limits = [
        f"E: {early} here, at least 1 and at most 2 agreed for this roster.",
        f"L: {late} here, at most 0 agreed for this roster.",
    ]
    assert list(agreements(PROBLEM, PROBLEM.agent_of["A"], day, shifts)) == [*told, *ALWAYS, *limits]


def test_nothing_is_said_of_somebody_with_whom_nothing_is_agreed() -> None:
    problem = small_problem(days=1, agents=[ana()])
    assert list(agreements(problem, problem.agent_of["A"], 0, {0: "E"})) == []
