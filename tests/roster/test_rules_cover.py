"""The checker of cover: stretches and their cost by arithmetic, and the matching of a quarter against brute force."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from roster.rules.cover import Matched, cover_by_quarter, match
from roster.rules.rows import Rows
from tests.small_rosters import ana, past, roster, shift, small_problem, verdict


def demand(queue: str, day: int, *spans: tuple[float, float, int], quarters: int = 96) -> dict[str, Any]:
    """Agents required from hour to hour of one day, counted from midnight."""
    required = [0] * quarters
    for begin, end, count in spans:
        required[int(begin * 4) : int(end * 4)] = [count] * int((end - begin) * 4)
    return {"queue": queue, "day": day, "required": required}


def bo(**changes: Any) -> dict[str, Any]:
    return {"id": "B", "name": "Bo", **changes}


def covered(agents: list[dict[str, Any]], rows: list[dict[str, Any]], **more: Any) -> Any:
    queues = [{"id": "x", "name": "Advice", "weight": 2}, {"id": "y", "weight": 1}]
    options = {"days": 2, "shifts": "EL", "queues": queues, "given": {"cover": {"under_weight": 10, "over_weight": 1}}}
    return small_problem("cover", agents=agents, demand=rows, **(options | more))


def test_missing_and_spare_agents_cost_by_the_quarter() -> None:
    problem = covered([ana(skills=["x"])], [demand("x", 0, (6, 8, 1), (10, 12, 2))])
    found = verdict(problem, A="E-")
    # 06-07 nobody: 4 quarters; 10-12 one missing: 8; each 10 * weight 2. Spare 08-10 and 12-15: 20 quarters at 1.
    assert found.costs == {"cover": (4 + 8) * 10 * 2 + (8 + 12) * 1}
    assert [(one.sentence, one.cost, one.day) for one in found.findings] == [
        ("1 agent more than can be used on Monday 23 November from 08:00 to 10:00.", 8, 0),
        ("1 agent more than can be used on Monday 23 November from 12:00 to 15:00.", 12, 0),
        ("Advice misses 1 agent on Monday 23 November from 06:00 to 07:00.", 4 * 20, 0),
        ("Advice misses 1 agent on Monday 23 November from 10:00 to 12:00.", 8 * 20, 0),
    ]
    assert found.violations == ()


def test_cover_that_is_just_right_costs_nothing() -> None:
    problem = covered([ana(skills=["x"])], [demand("x", 0, (7, 15, 1))])
    assert verdict(problem, A="E-").findings == ()
    assert verdict(problem, A="L-").cost == 7 * 4 * 20 + 7 * 4  # 07-14 missing, 15-22 spare


def test_one_agent_serves_one_queue_at_a_time_the_dearest_first() -> None:
    problem = covered([ana(skills=["x", "y"])], [demand("x", 0, (7, 15, 1)), demand("y", 0, (7, 15, 1))])
    assert verdict(problem, A="E-").cost == 32 * 10 * 1  # y, of weight 1, goes without


def test_the_dearest_queue_is_first_whatever_its_name() -> None:
    queues = [{"id": "x", "weight": 1}, {"id": "y", "weight": 5}]
    rows = [demand("x", 0, (7, 15, 1)), demand("y", 0, (7, 15, 1))]
    assert verdict(covered([ana(skills=["x", "y"])], rows, queues=queues), A="E-").cost == 32 * 10 * 1


def test_skills_are_shared_so_that_most_is_served() -> None:
    both, only_x = ana(skills=["x", "y"]), bo(skills=["x"])
    problem = covered([both, only_x], [demand("x", 0, (7, 15, 1)), demand("y", 0, (7, 15, 1))])
    assert verdict(problem, A="E-", B="E-").cost == 0  # Bo takes x, which frees Ana for y


def test_somebody_without_the_skill_is_only_spare() -> None:
    problem = covered([ana()], [demand("x", 0, (7, 15, 1))])
    assert verdict(problem, A="E-").cost == 32 * 20 + 32


def test_a_night_covers_the_next_day_too_and_what_leaves_the_horizon_is_nobodys() -> None:
    problem = covered([ana(skills=["x"])], [demand("x", 0, (22, 24, 1)), demand("x", 1, (0, 6, 1))], shifts="N")
    assert verdict(problem, A="N-").cost == 0
    # The whole requirement of 8 h is missed, 2 h of Tuesday's night are spare, its 6 h of Wednesday are not counted.
    assert verdict(problem, A="-N").cost == 32 * 20 + 8


def test_last_nights_shift_from_before_the_horizon_covers_the_first_morning() -> None:
    problem = covered([ana(skills=["x"], history=past("N"))], [demand("x", 0, (0, 6, 1))], shifts="N")
    assert verdict(problem).cost == 0


def test_another_teams_people_count_for_cover() -> None:
    other = bo(skills=["x"], fixed=True, pins=[{"day": 0, "shift": "E"}])
    problem = covered([ana(skills=["x"]), other], [demand("x", 0, (7, 15, 2))])
    assert verdict(problem, A="E-", B="E-").cost == 0


@pytest.mark.parametrize(("start", "length"), [("2026-03-28", 92), ("2026-10-24", 100), ("2026-12-31", 96)])
def test_days_of_23_and_25_hours_have_their_own_quarters(start: str, length: int) -> None:
    shifts = [shift("W", 0, 1440)]
    rows = [demand("x", 1, (0, length / 4, 1), quarters=length)]
    problem = covered([ana(skills=["x"])], rows, shifts=shifts, start=start)
    # On the 25-hour day the last hour is missed.
    assert verdict(problem, A="-W").cost == max(0, length - 96) * 20
    assert len(cover_by_quarter(Rows(problem, ()))) == 96 + length


def test_a_stretch_ends_at_midnight() -> None:
    problem = covered([ana(skills=["x"])], [demand("x", 0, (23, 24, 1)), demand("x", 1, (0, 1, 1))])
    assert [(one.day, one.cost) for one in verdict(problem).findings] == [(0, 4 * 20), (1, 4 * 20)]


def test_a_quarter_half_covered_counts_as_covered() -> None:
    shifts = [shift("H", 7 * 60 + 10, 480)]  # 07:10 to 15:10
    problem = covered([ana(skills=["x"])], [demand("x", 0, (7, 15.25, 1))], shifts=shifts)
    assert verdict(problem, A="H-").cost == 0


# ---- one quarter against every way of giving people queues

QUEUES = ("p", "q", "r")
people = some.lists(some.frozensets(some.sampled_from(QUEUES)), max_size=5)
asked = some.fixed_dictionaries(dict.fromkeys(QUEUES, some.integers(0, 3)))
weights = some.fixed_dictionaries(dict.fromkeys(QUEUES, some.integers(1, 3)))


def every_cost(
    crew: list[frozenset[str]], required: dict[str, int], weight: dict[str, int], under: int, over: int
) -> Iterator[int]:
    """The cost of each way to let everybody serve one of their queues or none, never more than it asks for."""
    for choice in product(*[(None, *sorted(skills)) for skills in crew]):
        served = {queue: choice.count(queue) for queue in QUEUES}
        if all(served[queue] <= required[queue] for queue in QUEUES):
            missing = sum(weight[queue] * (required[queue] - served[queue]) for queue in QUEUES)
            yield under * missing + over * choice.count(None)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(people, asked, weights, some.integers(0, 3), some.integers(0, 3))
def test_no_way_to_give_people_queues_costs_less_than_the_matching(
    crew: list[frozenset[str]], required: dict[str, int], weight: dict[str, int], under: int, over: int
) -> None:
    present: dict[tuple[str, ...], int] = {}
    for skills in crew:
        key = tuple(sorted(skills))
        present[key] = present.get(key, 0) + 1
    dearest = sorted(QUEUES, key=lambda queue: (-weight[queue], queue))
    found = match(tuple(sorted(present.items())), tuple((queue, required[queue]) for queue in dearest))
    cost = sum(under * weight[queue] * count for queue, count in found.missing) + over * found.spare
    assert cost == min(every_cost(crew, required, weight, under, over))


def test_an_augmenting_path_moves_several_people() -> None:
    # q takes (p, q), r takes (q, r), s takes (r, s); p comes last, and each of them moves one on.
    present = ((("p", "q"), 1), (("q", "r"), 1), (("r", "s"), 1), (("s", "t"), 1))
    assert match(present, (("q", 1), ("r", 1), ("s", 1), ("p", 1))) == Matched((), 0)
    # Without the one at the end nobody can move: p goes without.
    assert match(present[:3], (("q", 1), ("r", 1), ("s", 1), ("p", 1))) == Matched((("p", 1),), 0)


def test_the_roster_of_several_days_is_the_sum_of_its_quarters() -> None:
    problem = covered([ana(skills=["x"]), bo(skills=["y"])], [demand("x", 0, (7, 22, 1)), demand("y", 1, (7, 22, 1))])
    quarters = cover_by_quarter(Rows(problem, roster(A="E-", B="E-")))
    missing = sum(count * problem.queue_of[queue].weight for one in quarters for queue, count in one.missing)
    assert verdict(problem, A="E-", B="E-").cost == 10 * missing + sum(one.spare for one in quarters)
    # x misses 15-22 of Monday (28 quarters, weight 2), y all of Tuesday (60, weight 1), Bo is spare (32).
    assert (missing, sum(one.spare for one in quarters)) == (28 * 2 + 60, 32)
