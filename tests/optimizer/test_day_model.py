"""The day model against brute force, its two counts of cover, and days with awkward shapes."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.day.cover import build_cover
from optimizer.day.options import person_options
from optimizer.day.plan import Plan, plan_cost
from optimizer.day.prepared import Prepared
from optimizer.day.solve import solve_day
from roster.clock import at_local, midnight, quarters_of
from roster.day import SegmentSpan, partition
from roster.day_problem import (
    BREAK_KINDS,
    DayAgent,
    DayProblem,
    DayResult,
    DayStatus,
    DayWeights,
    DebriefRequest,
    PersonDay,
    QueueDemand,
    Span,
)
from roster.policy import BreaksPolicy, default_policy
from roster.rules.day import attended
from roster.rules.day.cover import short_minutes
from roster.rules.day.registry import judge_day
from roster.shifts import SegmentKind

START = datetime(2026, 11, 24, 7, tzinfo=UTC)
TERMS = default_policy().breaks
SHORT = BreaksPolicy(
    meal_over_minutes=360,
    meal_minutes=30,
    meal_earliest_minutes=120,
    meal_latest_minutes=300,
    rest_minutes=15,
    rest_per_minutes=60,
    edge_minutes=15,
    min_gap_minutes=30,
)


def at(minute: int) -> datetime:
    """`minute` minutes after 07:00 UTC."""
    return START + timedelta(minutes=minute)


def agent(code: str, skills: str = "q", begin: int = 0, end: int = 480, **more: Any) -> DayAgent:
    """Somebody on duty, one letter a skill."""
    return DayAgent(id=code, skills=tuple(skills), starts_at=at(begin), ends_at=at(end), **more)


def day(*agents: DayAgent, quarters: int = 32, breaks: BreaksPolicy = TERMS, **more: Any) -> DayProblem:
    """A day from 07:00 UTC."""
    return DayProblem(
        on_date=date(2026, 11, 24), starts_at=START, quarters=quarters, agents=agents, breaks=breaks, **more
    )


def demand(queue: str, *required: int) -> QueueDemand:
    """A queue's need per quarter."""
    return QueueDemand(queue=queue, required=required)


@pytest.mark.parametrize("seed", range(6))
def test_a_tiny_day_costs_what_brute_force_finds(seed: int) -> None:
    random = np.random.default_rng(seed)
    people = [agent(f"a{n}", skills, 0, 120) for n, skills in enumerate(random.choice(["q", "r", "qr"], 3))]
    needs = [demand(queue, *(int(x) for x in random.integers(0, 3, 8))) for queue in "qr"]
    problem = day(*people, quarters=8, breaks=SHORT, demands=tuple(needs), step_minutes=15)
    prepared = Prepared.of(problem)
    options = prepared.people

    def chains(one: Any) -> list[list[int | None]]:
        starts = product(*([*each.starts, None] for each in one.breaks))
        return [
            list(chain)
            for chain in starts
            if all(
                late - early >= each.need.minutes + one.gap
                for place, (early, each) in enumerate(zip(chain, one.breaks, strict=True))
                for late in chain[place + 1 :]
                if early is not None and late is not None
            )
        ]

    best = min(
        plan_cost(prepared, Plan(dict(zip((p.id for p in people), chosen, strict=True)), []))
        for chosen in product(*(chains(one) for one in options))
    )
    found = solve_day(problem)
    assert (found.status, found.objective, found.bound) == (DayStatus.OPTIMAL, best, best)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    skills=st.lists(st.sampled_from(["", "a", "b", "c", "ab", "bc", "abc"]), min_size=1, max_size=6),
    needs=st.lists(st.integers(0, 3), min_size=3, max_size=3),
    gone=st.integers(0, 3),
)
def test_hall_and_flow_count_the_same_shortfall(skills: list[str], needs: list[int], gone: int) -> None:
    people = tuple(
        agent(f"p{n}", s, 0, 60, fixed=(SegmentSpan(SegmentKind.TRAINING, at(0), at(10)),) if n < gone else ())
        for n, s in enumerate(skills)
    )
    problem = day(*people, quarters=4, demands=tuple(demand(q, n, n, 0, n) for q, n in zip("abc", needs, strict=True)))
    cover = build_cover(problem)
    as_is = DayResult(
        status=DayStatus.GREEDY,
        days=tuple(PersonDay(agent=p.id, segments=partition(p.starts_at, p.ends_at, p.fixed)) for p in people),
    )
    assert cover.short(np.zeros_like(cover.supply)).tolist() == short_minutes(problem, as_is)
    last = cover.unattended(np.zeros_like(cover.supply)).tolist()
    assert [minutes for minutes in last if minutes] == [one.cost for one in attended.check(problem, as_is)]


@pytest.mark.parametrize(("price", "minutes"), [(60, 0), (0, 15)])
def test_of_two_who_are_skilled_one_stays(price: int, minutes: int) -> None:
    """Everybody is short but in one quarter: without the price both rest in it, and nobody is left for queue r."""
    quiet = 7
    people = [agent("a", "q", 0, 180), agent("b", "qr", 0, 180), agent("c", "qr", 0, 180)]
    needs = (demand("q", *(0 if quarter == quiet else 9 for quarter in range(12))), demand("r", *[1] * 12))
    weights = DayWeights(unattended=price, drift=0, drift_again=0, hurried=0)
    terms = SHORT.model_copy(update={"rest_per_minutes": 180})
    problem = day(*people, quarters=12, demands=needs, breaks=terms, weights=weights, step_minutes=15)
    found = solve_day(problem)
    assert (found.status, found.unplaced) == (DayStatus.OPTIMAL, ())
    assert sum(one.cost for one in attended.check(problem, found)) == minutes


@pytest.mark.parametrize(("price", "kind"), [(150_000, SegmentKind.MEAL), (50_000, SegmentKind.REST)])
def test_where_not_both_have_room_the_meal_has_it(price: int, kind: SegmentKind) -> None:
    training = SegmentSpan(SegmentKind.TRAINING, at(265), at(465))
    person = agent("a", fixed=(training,), not_before=at(230))
    found = solve_day(day(person, weights=DayWeights(unplaced_meal=price)))
    assert [span.kind for span in found.segments_of["a"] if span.kind in BREAK_KINDS] == [kind]
    assert len(found.unplaced) == 2


def test_breaks_avoid_the_quarters_that_need_everybody() -> None:
    required = [2 if 8 <= quarter < 20 else 0 for quarter in range(32)]
    calm = DayWeights(hurried=0)
    found = solve_day(day(agent("a"), agent("b"), demands=(demand("q", *required),), weights=calm))
    # Two hours to five hours in, both are needed; the latest start of a meal is at five hours.
    assert (found.unplaced, found.short_minutes) == ((), 0)
    meals = [span for spans in found.segments_of.values() for span in spans if span.kind is SegmentKind.MEAL]
    assert [span.starts_at for span in meals] == [at(300), at(300)]


def test_a_debrief_is_placed_in_a_quiet_time_clear_of_both_peoples_breaks() -> None:
    request = DebriefRequest(
        id="r", agent="a", peers=("b", "c"), barred=("c",), earliest=at(0), latest=at(480), minutes=25
    )
    busy = [3 if quarter < 24 else 0 for quarter in range(32)]
    problem = day(
        agent("a"),
        agent("b", volunteer=True, sessions_left=1),
        agent("c", volunteer=True, sessions_left=1),
        demands=(demand("q", *busy),),
        debriefs=(request,),
    )
    (placed,) = solve_day(problem).debriefs
    assert placed.peer == "b"
    assert placed.starts_at >= at(24 * 15)


@pytest.mark.parametrize(
    "change",
    [
        {"volunteer": False},
        {"sessions_left": 0},
        {"fixed": (SegmentSpan(SegmentKind.TRAINING, at(5), at(475)),)},
        {"kept_free": (Span(starts_at=at(0), ends_at=at(480)),)},
    ],
)
def test_a_debrief_nobody_can_give_is_not_placed(change: dict[str, Any]) -> None:
    request = DebriefRequest(id="r", agent="a", peers=("b",), earliest=at(0), latest=at(480), minutes=25)
    problem = day(agent("a"), agent("b", **({"volunteer": True, "sessions_left": 1} | change)), debriefs=(request,))
    assert solve_day(problem).debriefs == ()


def test_one_session_left_serves_one_of_two() -> None:
    requests = tuple(
        DebriefRequest(id=code, agent=code, peers=("p",), earliest=at(0), latest=at(480), minutes=25) for code in "ab"
    )
    problem = day(agent("a"), agent("b"), agent("p", volunteer=True, sessions_left=1), debriefs=requests)
    assert len(solve_day(problem).debriefs) == 1


def test_fixed_time_stays_and_what_has_no_room_is_said() -> None:
    away = SegmentSpan(SegmentKind.TRAINING, at(60), at(420))
    found = solve_day(day(agent("a", fixed=(away,))))
    assert away in found.segments_of["a"]
    assert {item.kind for item in found.unplaced} >= {SegmentKind.MEAL}
    assert all("no room" in item.sentence for item in found.unplaced)


def test_a_begun_break_counts_and_nothing_new_starts_in_the_past() -> None:
    rest = SegmentSpan(SegmentKind.REST, at(60), at(75), "a rest")
    found = solve_day(day(agent("a", fixed=(rest,), not_before=at(100))))
    new = [span for span in found.segments_of["a"] if span.kind is not SegmentKind.WORK and span != rest]
    assert sorted(span.kind for span in new) == [SegmentKind.MEAL, SegmentKind.REST]
    assert all(span.starts_at >= at(135) for span in new)


@pytest.mark.parametrize("on_date", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_night_across_a_clock_change_keeps_its_elapsed_time(on_date: date) -> None:
    begins = at_local(on_date - timedelta(days=1), 22 * 60, "Europe/Amsterdam")
    person = DayAgent(
        id="n", zone="Europe/Amsterdam", skills=("q",), starts_at=begins, ends_at=begins + timedelta(hours=8)
    )
    problem = DayProblem(
        on_date=on_date - timedelta(days=1),
        starts_at=begins,
        quarters=32,
        agents=(person,),
        demands=(demand("q", *([1] * 32)),),
        breaks=TERMS,
    )
    found = solve_day(problem)
    segments = found.segments_of["n"]
    assert sum((span.duration for span in segments), timedelta(0)) == timedelta(hours=8)
    assert found.unplaced == ()
    assert segments[0].starts_at < midnight(on_date, "Europe/Amsterdam") < segments[-1].ends_at
    assert quarters_of(on_date, "Europe/Amsterdam") != 96


def test_the_same_input_gives_the_same_day_and_survives_json() -> None:
    people = tuple(
        agent(f"a{n}", "q" if n % 2 else "qr", 15 * (n % 4), 480, volunteer=n < 3, sessions_left=1) for n in range(12)
    )
    request = DebriefRequest(id="r", agent="a7", peers=("a0", "a1"), earliest=at(60), latest=at(480), minutes=25)
    needs = (demand("q", *([7] * 32)), demand("r", *([4] * 32)))
    problem = day(*people, demands=needs, debriefs=(request,))
    assert DayProblem.model_validate_json(problem.model_dump_json()) == problem
    first, second = (solve_day(problem, deterministic_limit=0.2).model_copy(update={"seconds": 0.0}) for _ in range(2))
    assert first == second
    assert DayResult.model_validate_json(first.model_dump_json()) == first
    greedy = solve_day(problem, deterministic_limit=0)
    assert greedy.status is DayStatus.GREEDY
    assert first.objective <= greedy.objective
    assert len(first.debriefs) == 1
    for result in (first, greedy):
        assert judge_day(problem, result).violations == ()
        assert result.short_minutes == sum(short_minutes(problem, result))


def test_a_problem_that_makes_no_sense_is_refused_with_its_value() -> None:
    with pytest.raises(ValueError, match="twice"):
        day(agent("a"), agent("a"))
    with pytest.raises(ValueError, match="has 1 quarters: expected 32"):
        day(agent("a"), demands=(demand("q", 1),))
    with pytest.raises(ValueError, match="'a' leaves the day's 4 quarters"):
        day(agent("a"), quarters=4)


def test_a_break_does_not_wait_for_the_last_minutes_that_it_may_start_in() -> None:
    """The agent is needed until 405 minutes, and the last rest may start until 420: a contact could run into it."""
    training = SegmentSpan(SegmentKind.TRAINING, at(255), at(375))
    needs = demand("q", *([0] * 25), 1, 1, *([0] * 5))
    problem = day(agent("a", fixed=(training,)), demands=(needs,))
    last = [span.starts_at for span in solve_day(problem).segments_of["a"] if span.kind is SegmentKind.REST][-1]
    assert last <= at(400)
    careless = day(agent("a", fixed=(training,)), demands=(needs,), weights=DayWeights(hurried=0))
    last = [span.starts_at for span in solve_day(careless).segments_of["a"] if span.kind is SegmentKind.REST][-1]
    assert last >= at(405)


def test_twenty_minutes_to_spare_are_counted_from_the_last_start_that_fixed_time_leaves_open() -> None:
    training = SegmentSpan(SegmentKind.TRAINING, at(390), at(435))
    weights = DayWeights(drift=0, drift_again=0, hurried=7)
    problem = day(agent("a", fixed=(training,)), weights=weights)
    rest = person_options(problem, problem.agents[0]).breaks[-1]
    assert rest.starts[-1] == 375
    costs = dict(zip(rest.starts, rest.costs, strict=True))
    assert (costs[355], costs[360], costs[375]) == (0, 7, 28)


def test_minutes_to_spare_leave_room_for_the_breaks_after() -> None:
    """The last rest begins by 375 minutes, so the meal by 285 (30 minutes long, an hour between), the first by 210."""
    training = SegmentSpan(SegmentKind.TRAINING, at(390), at(435))
    weights = DayWeights(drift=0, drift_again=0, hurried=7)
    problem = day(agent("a", fixed=(training,)), weights=weights)
    first, meal, _ = person_options(problem, problem.agents[0]).breaks
    for one, last in ((first, 210), (meal, 285)):
        costs = dict(zip(one.starts, one.costs, strict=True))
        assert (costs[last - 20], costs[last - 15], costs[last], costs[last + 5]) == (0, 7, 28, 35)
