"""What arranges a large day: best breaks and proved bounds against brute force, and plans of drawn days."""

import random
from datetime import date
from itertools import permutations

import numpy as np
import pytest

from bench.own_day import own_day
from optimizer.day import solve, whole
from optimizer.day.arrays import (
    Chains,
    Ints,
    booking_table,
    chains_of,
    codes_of,
    covering_of,
    empty_state,
    scratch_of,
)
from optimizer.day.chain import breaks_and_cover, respond
from optimizer.day.matching import matched
from optimizer.day.options import most_placed, person_options
from optimizer.day.plan import Plan, plan_away, plan_cost
from optimizer.day.prepared import Prepared
from optimizer.day.proofs import objective_bound, short_bound
from optimizer.day.search import DaySearch
from optimizer.day.solve import solve_day
from roster.day import MINUTE, SegmentSpan
from roster.day_problem import DayAgent, DayProblem, DayStatus, DebriefRequest
from roster.policy import default_policy
from roster.rules.day.cover import short_minutes
from roster.rules.day.registry import judge_day
from roster.shifts import SegmentKind
from tests.optimizer.days import START, chains, drawn, every_plan, tight, tiny

FOREVER = float("inf")


def full(plan: Plan, rooms: int) -> bool:
    """Whether all breaks and the debrief are in place."""
    placed = sum(start is not None for starts in plan.starts.values() for start in starts)
    return placed == rooms and None not in plan.places


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_is_below_the_bounds_and_the_best_is_near_them(seed: int) -> None:
    day = Prepared.of(tiny(seed))
    best = min(every_plan(day, orders=False), key=lambda plan: plan_cost(day, plan))
    cost = plan_cost(day, best)
    bound = objective_bound(day, best, steps=300, until=FOREVER)
    assert 0.75 * cost - 60 <= bound <= cost

    rooms = sum(most_placed(one) for one in day.people)
    full_plans = [plan for plan in every_plan(day, orders=True) if full(plan, rooms)]
    assert full_plans
    shorts = [int(day.cover.short(plan_away(day, plan)).sum()) for plan in full_plans]
    known = full_plans[int(np.argmin(shorts))]
    short = short_bound(day, known, steps=300, until=FOREVER)
    assert min(shorts) - 40 <= short <= min(shorts)


@pytest.mark.parametrize("seed", [0, 1, 4, 5, 6])
def test_the_bound_of_what_is_short_leaves_the_start_where_nothing_has_a_price(seed: int) -> None:
    """On these days the first steps lead down whatever their length: a bound that returned to the start stayed at 0."""
    day = Prepared.of(own_day(60, seed).but(debriefs=()))
    search = DaySearch.of(day)
    search.first()
    plan = search.plan()
    short = int(day.cover.short(plan_away(day, plan)).sum())
    assert 0 < short_bound(day, plan, steps=200, until=FOREVER) <= short


@pytest.mark.parametrize("seed", range(20))
def test_one_persons_best_response_is_what_brute_force_finds(seed: int) -> None:
    problem = tiny(seed).model_copy(update={"debriefs": ()})
    day = Prepared.of(problem)
    people = day.people
    table = chains_of(problem, people, codes_of(problem), len(people))
    covering = covering_of(problem, day.cover)
    state = empty_state(problem, table, covering, booking_table((), {}))
    room, still = scratch_of(table, problem.quarters), np.zeros(problem.quarters)
    for chain, options in enumerate(people):
        respond(table, covering, state, chain, still, room)
        before: dict[str, list[int | None]] = {
            one.person.id: _starts(table, state.slot, place) if place < chain else [None] * len(one.breaks)
            for place, one in enumerate(people)
        }
        costs = [
            plan_cost(day, Plan(before | {options.person.id: list(chosen.values())}, [])) for chosen in chains(options)
        ]
        assert breaks_and_cover(table, covering, state) == min(costs)


def _starts(table: Chains, slots: Ints, place: int) -> list[int | None]:
    first = int(table.first[place])
    own = slots[first : first + int(table.many[place])].tolist()
    return [None if slot < 0 else (int(table.low[place]) + slot) * 15 for slot in own]


@pytest.mark.parametrize("zone_date", [date(2026, 3, 28), date(2026, 10, 24), date(2026, 11, 24)])
@pytest.mark.parametrize("seed", range(4))
def test_drawn_days_keep_every_rule_across_midnight_and_clock_changes(
    zone_date: date, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "WHOLE", 0)
    problem = drawn(zone_date, seed)
    found = solve_day(problem, deterministic_limit=0.05, seed=seed)
    first = solve_day(problem, deterministic_limit=0)
    assert found.status in (DayStatus.FEASIBLE, DayStatus.OPTIMAL)
    assert found.bound is not None
    assert found.short_bound is not None
    assert found.bound <= found.objective <= first.objective
    assert found.short_bound <= found.short_minutes == sum(short_minutes(problem, found))
    for result in (first, found):
        assert judge_day(problem, result).violations == ()
    assert found.model_copy(update={"seconds": 0.0}) == solve_day(
        problem, deterministic_limit=0.05, seed=seed
    ).model_copy(update={"seconds": 0.0})
    people = [person_options(problem, person) for person in problem.agents]
    assert len(found.unplaced) == sum(len(one.breaks) - most_placed(one) for one in people)


def test_noise_finds_what_no_single_person_can_do_better() -> None:
    better = []
    for seed in range(6):
        problem = tight(drawn(date(2026, 11, 24), seed))
        day = Prepared.of(problem)
        search = DaySearch.of(day)
        search.first()
        before = search.cost()
        assert before == plan_cost(day, search.plan())
        search.improve(6_000, 1, FOREVER)
        assert search.cost() == plan_cost(day, search.plan())
        better.append(search.cost() < before)
    assert sum(better) >= 4


def test_a_debrief_takes_nobodys_break() -> None:
    """The only peer is free only where their meal must be: the meal stays."""
    begin, end = START, START + 480 * MINUTE
    fixed = (
        SegmentSpan(SegmentKind.TRAINING, START, START + 200 * MINUTE),
        SegmentSpan(SegmentKind.TRAINING, START + 235 * MINUTE, START + 400 * MINUTE),
    )
    people = (
        DayAgent(id="a", starts_at=begin, ends_at=end),
        DayAgent(id="p", starts_at=begin, ends_at=end, fixed=fixed, volunteer=True, sessions_left=1),
    )
    request = DebriefRequest(id="d", agent="a", peers=("p",), earliest=START, latest=START + 300 * MINUTE, minutes=25)
    problem = DayProblem(
        on_date=date(2026, 11, 24),
        starts_at=START,
        quarters=32,
        agents=people,
        debriefs=(request,),
        breaks=default_policy().breaks,
    )
    found = solve_day(problem, deterministic_limit=0)
    assert found.debriefs == ()
    assert [span.kind for span in found.segments_of["p"]].count(SegmentKind.MEAL) == 1
    without = solve_day(problem.model_copy(update={"debriefs": ()}), deterministic_limit=0)
    assert found.unplaced == without.unplaced


def test_as_many_requests_as_can_have_a_peer_have_one() -> None:
    draw = random.Random(5)
    for _ in range(200):
        peers = "xyz"[: draw.randint(1, 3)]
        wishes = {f"r{number}": draw.sample(peers, draw.randint(0, len(peers))) for number in range(draw.randint(1, 4))}
        sessions = {peer: draw.randint(0, 2) for peer in peers}
        found = matched(wishes, sessions)
        assert all(peer in wishes[request] for request, peer in found.items())
        assert all(list(found.values()).count(peer) <= sessions[peer] for peer in peers)
        places = [peer for peer in peers for _ in range(sessions[peer])] + [""] * len(wishes)
        most = max(
            sum(peer in wishes[request] for request, peer in zip(wishes, some, strict=False))
            for some in set(permutations(places, len(wishes)))
        )
        assert len(found) == most


def test_a_day_that_stops_improving_early_still_comes_with_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solve, "MOVES", 0)
    found = solve_day(drawn(date(2026, 11, 24), 1), deterministic_limit=0.05)
    assert found.bound is not None
    assert found.bound <= found.objective
