"""Figures, intervals, replications and the limit in hindsight."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.simulation.drawn import WorkingDays
from optimizer.simulation.hindsight import limit
from optimizer.simulation.replications import interval, replicate, student_t
from optimizer.simulation.report import daily_maxima, figures, gini, picture
from optimizer.simulation.run import Routing, run
from optimizer.simulation.state import Ints
from tests.optimizer.simulated import HOUR, POLICY, duty, trace

HEAVY = 60


def test_figures_of_a_day_by_hand() -> None:
    calls = trace(
        [(0, 100), (0, 200), (100, 10), (1000, 50), (1000, 50)],
        scores=[HEAVY, 0, 0, HEAVY, 0],
        patience=[1e6, 1e6, 50, 1e6, 1e6],
    )
    outcome = run(calls, duty(("a", 0, HOUR), ("b", 0, HOUR)), Routing.LONGEST_IDLE, POLICY)
    # The third finds a at rest until 400 and b busy until 200: it gives up. The fourth goes to b, idle since 200.
    assert outcome.agent.tolist() == [0, 1, -1, 1, 0]
    found = figures(outcome, calls.heavy)
    assert found == {
        "served": 4,
        "abandoned": 1,
        "mean_wait_seconds": 10.0,
        "p95_wait_seconds": pytest.approx(40.0),
        "service_level": 0.8,
        "occupancy": pytest.approx(400 / (7200 - 600), abs=1e-6),
        "heavy_total": 2,
        "max_heavy_per_agent_day_mean": 1.0,
        "share_agent_days_heavy_ge4": 0.0,
        "gini_heavy": 0.0,
        "share_next_contact_within_5min_after_heavy": 0.0,
        "share_next_contact_within_10min_after_heavy": 0.0,
        "back_to_back_heavy": 0,
        "rest_minutes_given": 10.0,
        "rest_debt_minutes": 0.0,
        "peak_acute_load_p95": pytest.approx(40.0),
        "max_carried_load": pytest.approx(40.0),
    }
    assert picture(outcome).heavy_shares == (0.0, 1.0)
    assert picture(outcome).answered[0] == 0.8


def test_days_are_averaged_and_belong_to_the_begin_of_a_session() -> None:
    day = 86_400.0
    calls = trace([(day - 100, 10), (day + 400, 10), (day + 2000, 10)], scores=[HEAVY] * 3)
    people = duty(("a", day - 200, day + HOUR), ("b", day, day + HOUR))
    outcome = run(calls, people, Routing.LONGEST_IDLE, POLICY)
    # a, on the night before: the first (free again at day + 210). b, of the new day: the second. a again: the third.
    assert outcome.agent.tolist() == [0, 1, 0]
    assert daily_maxima(outcome).tolist() == [2, 1]
    assert figures(outcome, calls.heavy)["max_heavy_per_agent_day_mean"] == 1.5


@pytest.mark.parametrize(
    ("counts", "expected"), [([1, 1, 1], 0.0), ([0, 0, 3], 2 / 3), ([1, 2, 3], 2 / 9), ([0, 0], 0.0), ([5], 0.0)]
)
def test_gini_by_hand(counts: list[int], expected: float) -> None:
    assert gini(np.array(counts)) == pytest.approx(expected)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=12))
def test_gini_is_half_the_mean_difference_over_the_mean(counts: list[int]) -> None:
    pairs = sum(abs(one - other) for one, other in product(counts, counts))
    expected = pairs / (2 * len(counts) * sum(counts)) if sum(counts) else 0.0
    assert gini(np.array(counts)) == pytest.approx(expected)


def test_student_t_is_that_of_the_tables() -> None:
    tabled = {1: 12.7062, 4: 2.7764, 6: 2.4469, 9: 2.2622, 14: 2.1448, 29: 2.0452, 120: 1.9799}
    for freedom, expected in tabled.items():
        assert student_t(freedom) == pytest.approx(expected, abs=5e-4)


def test_an_interval_by_hand() -> None:
    found = interval([1.0, 2.0, 3.0])
    assert found.mean == 2.0
    assert found.half == pytest.approx(4.3027 / 3**0.5, abs=1e-4)
    assert found.holds(4.0)
    assert not found.holds(4.6)
    with pytest.raises(ValueError, match="1 value: expected two or more"):
        interval([1.0])


def test_replications_meet_the_same_days_under_every_routing() -> None:
    draw = WorkingDays(agents=12, occupancy=0.8)
    names = [Routing.LONGEST_IDLE, Routing.FEWEST_HEAVY_FIRST]
    found = replicate(draw, names, POLICY, times=6, seed=3)
    assert found == replicate(draw, names, POLICY, times=6, seed=3)
    heavy = [[each["heavy_total"] for each in found.figures[name]] for name in names]
    assert heavy[0] == heavy[1]
    assert len(set(heavy[0])) > 1
    less = found.difference(Routing.FEWEST_HEAVY_FIRST, Routing.LONGEST_IDLE, "gini_heavy")
    assert less.high < 0
    wait = found.difference(*names, "mean_wait_seconds")
    assert wait.half < found.of(names[0], "mean_wait_seconds").half


def lowest_by_trying(able: list[list[int]], clashes: set[tuple[int, int]], people: int) -> int:
    """The least maximum over every way to share contacts out that keeps clashing ones apart."""
    best = len(able)
    for shares in product(*able):
        if not any(shares[one] == shares[other] for one, other in clashes):
            best = min(best, max(shares.count(person) for person in range(people)))
    return best


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from("xy")), min_size=1, max_size=6).map(sorted),
    st.lists(st.sampled_from(["x", "y", "xy"]), min_size=2, max_size=3),
)
def test_the_limit_is_that_of_trying_everything(arrivals: list[tuple[int, str]], skills: list[str]) -> None:
    everybody = ["xy", *skills[1:]]
    calls = trace(
        [(300.0 * at, 1000.0) for at, _ in arrivals],
        scores=[HEAVY] * len(arrivals),
        queues=[queue for _, queue in arrivals],
    )
    names = "abc"[: len(everybody)]
    places = {
        name: [calls.queues.index(queue) for queue in known if queue in calls.queues]
        for name, known in zip(names, everybody, strict=True)
    }
    people = duty(*((name, 0, 20_000) for name in names), skills=places, queues=len(calls.queues))
    able = [[person for person, known in enumerate(everybody) if queue in known] for _, queue in arrivals]
    # With five minutes of rest a contact is over 1300 s after it arrived: what arrives before clashes with it.
    clashes = {
        (one, other) for other, (later, _) in enumerate(arrivals) for one, (at, _) in enumerate(arrivals[:other])
        if 300 * later < 300 * at + 1300
    }  # fmt: skip
    possible = any(all(shares[one] != shares[other] for one, other in clashes) for shares in product(*able))
    expected = lowest_by_trying(able, clashes if possible else set(), len(everybody))
    found = limit(calls, people, POLICY, within_seconds=0.0)
    assert found.lowest == found.bound == (expected,)


def test_waiting_makes_room_and_nobody_there_is_left_out() -> None:
    calls = trace([(100, 500), (300, 500), (9000, 10)], scores=[HEAVY] * 3)
    people = duty(("a", 0, HOUR), ("b", 500, HOUR))
    # Without waiting only a is there for both, although they clash; with 240 s b may take the second.
    assert limit(calls, people, POLICY, within_seconds=0).lowest == (2,)
    found = limit(calls, people, POLICY)
    assert found.lowest == (1,)
    assert found.impossible == 1


@pytest.mark.parametrize("routing", [Routing.BREATHER, Routing.LONGEST_IDLE, Routing.FEWEST_HEAVY_FIRST])
def test_no_routing_is_below_the_limit(routing: Routing) -> None:
    calls, people = WorkingDays(agents=12, occupancy=0.7, days=2)(np.random.default_rng(8))
    lowest = limit(calls, people, POLICY)
    assert lowest.proved
    maxima: Ints = daily_maxima(run(calls, people, routing, POLICY))
    assert (maxima >= np.array(lowest.bound)).all()


def test_the_limit_does_not_share_evenly_what_one_person_can_not_have_at_once() -> None:
    # In order: the first to a, who alone has the second's skill and would be on both; two each would be even.
    calls = trace(
        [(0, 100), (10, 100), (2000, 100), (4000, 100)],
        scores=[HEAVY] * 4,
        queues=["all", "first", "second", "second"],
    )
    people = duty(("a", 0, 2 * HOUR), ("b", 0, 2 * HOUR), skills={"a": (0, 1), "b": (0, 2)}, queues=3)
    found = limit(calls, people, POLICY, within_seconds=0.0)
    assert (found.lowest, found.proved) == ((3,), True)
