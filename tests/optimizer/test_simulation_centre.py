"""The event loop against days that can be followed by hand."""

from datetime import timedelta

import numpy as np
import pytest

from optimizer.simulation.centre import ORIGIN, World
from optimizer.simulation.run import Outcome, Routing, run
from optimizer.simulation.state import Count, Sum
from roster.load.pools import Load, added, decayed
from tests.optimizer.simulated import HOUR, MINUTE, POLICY, duty, trace

IDLE = Routing.LONGEST_IDLE
HEAVY, SEVERE = 60, 80
ALL = list(Routing)


def waits(outcome: Outcome) -> list[float]:
    """Seconds of waiting by contact."""
    return [float(wait) for wait in outcome.wait]


@pytest.mark.parametrize("routing", ALL)
def test_first_come_first_served(routing: Routing) -> None:
    outcome = run(trace([(10, 100), (20, 50), (30, 10)]), duty(("a", 0, HOUR)), routing, POLICY)
    assert waits(outcome) == [0, 90, 130]
    assert outcome.left.tolist() == [110, 160, 170]
    assert outcome.seconds[Sum.BUSY] == 160


@pytest.mark.parametrize("routing", ALL)
def test_who_gives_up_leaves_at_the_end_of_their_patience(routing: Routing) -> None:
    calls = trace([(0, 100), (10, 50), (20, 50)], patience=[1, 40, 81])
    outcome = run(calls, duty(("a", 0, HOUR)), routing, POLICY)
    # The second would have been taken at 100 and left at 50; the third, patient until 101, is taken at 100.
    assert outcome.served.tolist() == [True, False, True]
    assert outcome.left.tolist() == [100, 50, 150]
    assert waits(outcome) == [0, 40, 80]


@pytest.mark.parametrize("routing", ALL)
def test_nobody_takes_what_they_can_not(routing: Routing) -> None:
    people = duty(("a", 0, HOUR), ("b", 0, HOUR), skills={"a": [0], "b": [1]}, queues=2)
    outcome = run(trace([(0, 100), (1, 100), (2, 5)], queues=["x", "x", "y"]), people, routing, POLICY)
    assert outcome.agent.tolist() == [0, 0, 1]
    assert waits(outcome) == [0, 99, 0]


@pytest.mark.parametrize("routing", ALL)
def test_a_session_ends_after_what_it_began_and_breaks_are_gaps(routing: Routing) -> None:
    people = duty(("a", 0, 100), ("a", 200, 300))
    outcome = run(trace([(90, 50), (150, 20)]), people, routing, POLICY)
    assert outcome.left.tolist() == [140, 220]
    assert waits(outcome) == [0, 50]
    assert outcome.seconds[Sum.OVERTIME] == 40


@pytest.mark.parametrize("routing", ALL)
def test_who_is_never_taken_leaves_when_all_is_over(routing: Routing) -> None:
    outcome = run(trace([(0, 10), (200, 10)]), duty(("a", 0, 100)), routing, POLICY)
    assert outcome.served.tolist() == [True, False]
    assert np.isnan(outcome.began[1])
    assert outcome.left[1] == 200


@pytest.mark.parametrize("routing", ALL)
@pytest.mark.parametrize(("score", "rest"), [(40, 0), (HEAVY, 5 * MINUTE), (SEVERE, 15 * MINUTE)])
def test_rest_begins_after_the_contact_and_before_the_next(routing: Routing, score: int, rest: float) -> None:
    outcome = run(trace([(0, 100), (50, 10)], scores=[score, 0]), duty(("a", 0, HOUR)), routing, POLICY)
    assert waits(outcome) == [0, 50 + rest]
    assert outcome.seconds[Sum.REST_GIVEN] == rest
    assert outcome.seconds[Sum.UNPAID] == 0


def test_without_rests_the_next_contact_comes_at_once() -> None:
    calls = trace([(0, 100), (50, 10), (60, 10)], scores=[HEAVY, HEAVY, 0])
    outcome = run(calls, duty(("a", 0, HOUR)), IDLE, POLICY, World(rests=False))
    assert waits(outcome) == [0, 50, 50]
    kinds = [Count.NEXT_WITHIN_5, Count.NEXT_WITHIN_10, Count.BACK_TO_BACK, Count.INSIDE_DUE]
    assert outcome.count[kinds].tolist() == [2, 2, 1, 2]


def test_the_next_contact_is_counted_from_the_end_of_the_heavy_one() -> None:
    calls = trace([(0, 100), (100, 10), (2000, 10), (2100, 10)], scores=[HEAVY, 0, HEAVY, 0])
    outcome = run(calls, duty(("a", 0, HOUR)), IDLE, POLICY)
    # After both heavy ones the next begins just as the five minutes are over.
    assert waits(outcome) == [0, 300, 0, 210]
    assert outcome.count[[Count.NEXT_WITHIN_5, Count.NEXT_WITHIN_10, Count.INSIDE_DUE]].tolist() == [0, 2, 0]


def test_rest_flows_around_a_break_and_what_the_day_has_no_room_for_is_owed() -> None:
    people = duty(("a", 0, 200), ("a", 500, 600), ("a", 86_400, 90_000))
    outcome = run(trace([(0, 100), (100, 5), (86_400, 5)], scores=[HEAVY, 0, 0]), people, IDLE, POLICY)
    # 100 s before the break, 100 s after it, 100 s for which the day has no room; the next day owes nothing.
    assert outcome.seconds[Sum.REST_GIVEN] == 200
    assert outcome.seconds[Sum.UNPAID] == outcome.seconds[Sum.OWED] == 100
    assert outcome.began.tolist() == [0, 86_400, 86_405]


def test_a_debt_is_repaid_only_while_somebody_else_is_free() -> None:
    long_day = ("b", 0.0, 2 * HOUR)
    # The contact runs past the end of the session, so that only the second one has room: 100 s of 300.
    alone = run(trace([(0, 300)], scores=[HEAVY]), duty(("a", 0, 200), ("a", 300, 400)), IDLE, POLICY)
    assert alone.seconds[Sum.UNPAID] == 200
    world = World(look_again_seconds=5)
    # Under breather the light contact at 1200 goes to somebody light-only; a heavy one has to wait until that yields.
    calls = trace([(0, 10), (400, 10), (2000, 3000)], scores=[HEAVY, HEAVY, 0])
    yielded = run(calls, duty(("a", 0, 2 * HOUR)), Routing.BREATHER, POLICY, world)
    assert waits(yielded)[1] == POLICY.routing.max_wait_seconds
    # Light-only until 10 + 300 + 900; the contact began at 640, so 10 minutes (begun ones too) are owed.
    assert yielded.seconds[Sum.OWED] == 600
    assert yielded.seconds[Sum.UNPAID] == 600
    both = run(calls, duty(("a", 0, 2 * HOUR), long_day), Routing.BREATHER, POLICY, world)
    assert both.seconds[Sum.OWED] == 0


def test_a_yielded_protection_is_repaid_when_it_is_quiet() -> None:
    calls = trace([(0, 10), (400, 10)], scores=[HEAVY, HEAVY])
    people = duty(("a", 0, 2 * HOUR), ("b", 1500, 2 * HOUR))
    outcome = run(calls, people, Routing.BREATHER, POLICY)
    assert outcome.agent.tolist() == [0, 0]
    assert outcome.seconds[Sum.OWED] == outcome.seconds[Sum.REPAID] == 600
    assert outcome.seconds[Sum.UNPAID] == 0


def test_handle_times_slow_with_load() -> None:
    calls = trace([(0, 100), (1000, 100)], scores=[70, 0])
    outcome = run(calls, duty(("a", 0, HOUR)), IDLE, POLICY, World(slowing=0.5))
    # 50 points above the free ones at 100 s; five minutes of rest are half of a half-life of 10, the rest at work.
    acute = 50 * 0.5 ** (5 / 10 + 10 / 30)
    assert outcome.left[1] - outcome.began[1] == pytest.approx(100 * (1 + 0.5 * acute / 100), abs=1 / 64)


def test_pace_is_the_persons() -> None:
    outcome = run(trace([(0, 100)]), duty(("a", 0, HOUR)), IDLE, POLICY, World(pace=np.array([1.5])))
    assert outcome.left.tolist() == [150]


def test_loads_are_those_of_the_load_model() -> None:
    calls = trace([(0, 120), (1200, 300), (3000, 60)], scores=[90, 45, 70])
    outcome = run(calls, duty(("a", 0, 2 * HOUR)), IDLE, POLICY)
    load, peaks, rest = Load(0.0, 0.0, ORIGIN), [], {90: 15, 45: 0, 70: 5}
    resting = 0
    for score, left in zip((90, 45, 70), outcome.left, strict=True):
        load = decayed(load, ORIGIN + timedelta(seconds=float(left)), resting_minutes=resting, policy=POLICY.load)
        load = added(load, score, POLICY.load)
        peaks.append(load.acute)
        resting = rest[score]
    assert outcome.peak_acute[0, 0] == pytest.approx(max(peaks))
    assert outcome.seconds[Sum.MAX_CARRIED] == pytest.approx(load.carried)


def told_apart(routing: Routing, fifth_score: int = 0) -> list[int]:
    """Who takes what on a day that tells three people apart before the fifth contact.

    One has a short heavy contact, one two short light ones, one a long light one.
    """
    calls = trace([(0, 100), (0, 20), (0, 700), (30, 20), (1000, 10)], scores=[HEAVY, 0, 0, 0, fifth_score])
    people = duty(("a", 0, HOUR), ("b", 0, HOUR), ("c", 0, HOUR))
    return [int(agent) for agent in run(calls, people, routing, POLICY).agent]


def test_each_routing_chooses_as_its_name_says() -> None:
    # Idle since: a 400 (after its rest), b 50, c 700. The last choice was b. Contacts: 1, 2, 1. Busy: 100, 40, 700.
    for routing, expected in {
        Routing.LONGEST_IDLE: 1,
        Routing.ROUND_ROBIN: 2,
        Routing.FEWEST_CONTACTS: 0,
        Routing.LEAST_OCCUPIED: 1,
        Routing.FEWEST_HEAVY_FIRST: 1,
    }.items():
        assert told_apart(routing) == [0, 1, 2, 1, expected], routing


def test_the_production_decision_keeps_the_fresh_free() -> None:
    heavy = told_apart(Routing.BREATHER, HEAVY)
    assert heavy[-1] != heavy[0]
    light = told_apart(Routing.BREATHER, 0)
    assert light[-1] == light[0]


def test_a_heavy_contact_goes_to_who_has_had_the_fewest() -> None:
    calls = trace([(0, 10), (5, 500), (2000, 10)], scores=[HEAVY, 0, HEAVY])
    people = duty(("a", 0, HOUR), ("b", 0, HOUR))
    assert run(calls, people, Routing.LONGEST_IDLE, POLICY).agent.tolist() == [0, 1, 0]
    assert run(calls, people, Routing.FEWEST_HEAVY_FIRST, POLICY).agent.tolist() == [0, 1, 1]


def test_chance_draws_evenly_and_by_the_seed() -> None:
    number = 3000
    calls = trace([(100.0 * place, 1) for place in range(number)])
    people = duty(*((name, 0, 100.0 * number) for name in "abc"))
    first = run(calls, people, Routing.RANDOM, POLICY, seed=1).agent
    assert np.bincount(first).tolist() == pytest.approx([1000] * 3, abs=100)
    assert (first == run(calls, people, Routing.RANDOM, POLICY, seed=1).agent).all()
    assert (first != run(calls, people, Routing.RANDOM, POLICY, seed=2).agent).any()
