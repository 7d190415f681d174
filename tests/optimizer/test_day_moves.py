"""A day planned again: what was planned stays unless moving it pays, what is announced stays where it can."""

import random
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.day.live import Replanned, replan_day
from optimizer.day.plan import Plan, plan_cost
from optimizer.day.prepared import Prepared
from optimizer.day.solve import solve_day
from roster.day import MINUTE, SegmentSpan
from roster.day_problem import (
    BREAK_KINDS,
    Appointment,
    DayAgent,
    DayProblem,
    DayResult,
    DayStatus,
    DayWeights,
    QueueDemand,
    Span,
)
from roster.policy import default_policy
from roster.rules.day.registry import judge_day
from roster.shifts import SegmentKind
from tests.optimizer.days import SHORT, START, begun, drawn, every_plan, tight, tiny

MEAL, REST = SegmentKind.MEAL, SegmentKind.REST
Starts = dict[str, list[int | None]]


def at(minute: int) -> datetime:
    """`minute` minutes after the day begins."""
    return START + minute * MINUTE


def roomy(seed: int) -> DayProblem:
    """Two people, a meal and a rest each, that may lie in many ways."""
    return tiny(seed).but(debriefs=(), breaks=SHORT.model_copy(update={"rest_per_minutes": 90}))


def planned_as(problem: DayProblem, plan: Plan) -> DayProblem:
    """`problem` with the breaks of `plan` planned."""
    day = Prepared.of(problem)
    ahead = {
        options.person.id: tuple(
            SegmentSpan(one.need.kind, at(start), at(start + one.need.minutes), f"planned for {start}")
            for one, start in zip(options.breaks, plan.starts[options.person.id], strict=True)
            if start is not None
        )
        for options in day.people
    }
    return problem.but(
        agents=tuple(person.model_copy(update={"planned": ahead[person.id]}) for person in problem.agents)
    )


def whole(plan: Plan) -> bool:
    """Whether every break has a place."""
    return not any(start is None for starts in plan.starts.values() for start in starts)


def in_order(plan: Plan) -> bool:
    """Whether everybody's breaks, all of which have a place, lie in the order in which they are due."""
    return all(
        early < late for starts in plan.starts.values() for early, late in pairwise(map(int, filter(None, starts)))
    )


def cost_with_moves(day: Prepared, plan: Plan, before: Plan) -> int:
    """What `plan` costs, and the price of every break that leaves where `before` has it."""
    moved = sum(
        was is not None and now is not None and was != now
        for code, starts in before.starts.items()
        for was, now in zip(starts, plan.starts[code], strict=True)
    )
    return plan_cost(day, plan) + day.problem.weights.moved * moved


def starts_of(problem: DayProblem, found: DayResult) -> Starts:
    """The starts of the breaks of `found` as a plan has them, for a day with one of each kind that has a place."""
    return {
        options.person.id: [
            (span.starts_at - problem.starts_at) // MINUTE
            for one in options.breaks
            for span in found.segments_of[options.person.id]
            if span.kind is one.need.kind
        ]
        for options in Prepared.of(problem).people
    }


@pytest.mark.parametrize("moved", [0, 60, 600])
@pytest.mark.parametrize("seed", range(6))
def test_a_tiny_day_is_moved_as_brute_force_moves_it(seed: int, moved: int) -> None:
    problem = roomy(seed).but(weights=DayWeights(moved=moved))
    day = Prepared.of(problem)
    plans = every_plan(day, orders=False)
    before = random.Random(seed).choice([one for one in plans if whole(one)])
    again = planned_as(problem, before)
    best = min(cost_with_moves(day, plan, before) for plan in plans)
    assert solve_day(again).objective == best
    live = replan_day(again)
    assert best <= live.result.objective <= cost_with_moves(day, before, before)
    assert live.result.objective == cost_with_moves(day, Plan(starts_of(problem, live.result), []), before)


@pytest.mark.parametrize("seed", range(8))
def test_the_best_tiny_plan_stays_to_the_letter(seed: int) -> None:
    problem = roomy(seed)
    day = Prepared.of(problem)
    best = min(every_plan(day, orders=False), key=lambda plan: plan_cost(day, plan))
    again = planned_as(problem, best)
    for result in (solve_day(again), replan_day(again).result):
        assert starts_of(problem, result) == best.starts
        reasons = [span.reason for span in result.days[0].segments if span.kind in BREAK_KINDS]
        assert reasons == [f"planned for {start}" for start in best.starts["a0"]]
    assert replan_day(again).changes == ()


@pytest.mark.parametrize("seed", range(4))
def test_a_plan_stays_where_all_others_cost_the_same(seed: int) -> None:
    """Nothing has a price: a model would take any."""
    weights = DayWeights(moved=0, drift=0, drift_again=0, hurried=0)
    problem = roomy(seed).but(weights=weights, demands=())
    plans = [plan for plan in every_plan(Prepared.of(problem), orders=False) if whole(plan)]
    before = random.Random(seed).choice(plans)
    again = planned_as(problem, before)
    for result in (solve_day(again), replan_day(again).result):
        assert starts_of(problem, result) == before.starts


def test_where_not_all_rests_have_room_none_comes_in_place_of_one_that_is_planned() -> None:
    """Training leaves room for one rest of two: the planned one stays in the busiest time, for moving it is dear."""
    training = (SegmentSpan(SegmentKind.TRAINING, at(20), at(300)), SegmentSpan(SegmentKind.TRAINING, at(355), at(480)))
    terms = default_policy().breaks.model_copy(update={"meal_minutes": 0})
    busy = QueueDemand(queue="q", required=tuple(9 * (quarter in (22, 23)) for quarter in range(32)))
    problem = one_person(
        person={"fixed": training, "planned": (SegmentSpan(REST, at(340), at(355)),)},
        breaks=terms,
        demands=(busy,),
        weights=DayWeights(moved=600, hurried=0, unattended=0),
        announced_until=None,
    )
    for result in (solve_day(problem), replan_day(problem).result):
        assert [span.starts_at for span in result.segments_of["a"] if span.kind is REST] == [at(340)]


def test_a_plan_stays_in_another_order_than_the_breaks_are_due_in() -> None:
    """The first rest was moved by hand to the end: the second stands for it, after the meal that it would precede."""
    by_hand = SegmentSpan(REST, at(410), at(425), "yours")
    planned = (SegmentSpan(MEAL, at(225), at(255)), SegmentSpan(REST, at(320), at(335)))
    person = {"fixed": (by_hand,), "planned": planned}
    problem = one_person(person=person, weights=DayWeights(drift=0, drift_again=0, hurried=0), announced_until=None)
    assert told(replan_day(problem)) == []


@pytest.mark.parametrize("minutes", [30, 60, 90])
@pytest.mark.parametrize("seed", range(6))
def test_a_tiny_day_holds_what_is_announced_as_brute_force_does(seed: int, minutes: int) -> None:
    """Of the plans in which every announced break stays, the best is found, though one that moves them is cheaper."""
    weights = DayWeights(moved=0, short_notice=0, drift=0, drift_again=0)
    problem = roomy(seed).but(weights=weights)
    day = Prepared.of(problem)
    plans = [one for one in every_plan(day, orders=True) if whole(one)]
    before = max(filter(in_order, plans), key=lambda plan: plan_cost(day, plan))
    again = planned_as(problem, before).but(announced_until=at(minutes))
    announced = [
        (code, place, start)
        for code, starts in before.starts.items()
        for place, start in enumerate(starts)
        if start is not None and start < minutes
    ]
    # What stays is out of the order of the others; who has nothing announced keeps it.
    free = {code for code, _, _ in announced}
    held = [
        plan
        for plan in plans
        if all(plan.starts[code][place] == start for code, place, start in announced)
        and in_order(Plan({code: starts for code, starts in plan.starts.items() if code not in free}, []))
    ]
    best = min(plan_cost(day, plan) for plan in held)
    for result in (solve_day(again), replan_day(again).result):
        starts = starts_of(problem, result)
        assert all(starts[code][place] == start for code, place, start in announced)
        assert plan_cost(day, Plan(starts, [])) >= best
    assert plan_cost(day, Plan(starts_of(problem, solve_day(again)), [])) == best


def one_person(**more: Any) -> DayProblem:
    """Eight hours alone, rests planned after 110 and 355 minutes and the meal after 225, at 105 minutes."""
    plan = ((REST, 110, 125), (MEAL, 225, 255), (REST, 355, 370))
    planned = tuple(SegmentSpan(kind, at(begin), at(end)) for kind, begin, end in plan)
    fields: dict[str, Any] = {"planned": planned, "not_before": at(105)} | more.pop("person", {})
    person = DayAgent(id="a", skills=("q",), starts_at=START, ends_at=at(480), **fields)
    return DayProblem(
        on_date=date(2026, 11, 24),
        starts_at=START,
        quarters=32,
        agents=(person,),
        **{"breaks": default_policy().breaks, "announced_until": at(135)} | more,
    )


def told(found: Replanned) -> list[str]:
    """The sentences of the changes."""
    return [change.sentence for change in found.changes]


BUSY = QueueDemand(queue="q", required=tuple(9 * (quarter in (7, 8)) for quarter in range(32)))
BUSY_LATER = QueueDemand(queue="q", required=tuple(9 * (quarter in (23, 24)) for quarter in range(32)))


def test_an_announced_break_stays_in_the_busiest_time_and_another_leaves_it() -> None:
    assert told(replan_day(one_person(demands=(BUSY,)))) == []
    (change,) = replan_day(one_person(demands=(BUSY_LATER,))).changes
    assert (change.kind, change.announced) == (REST, False)
    assert "brings back 15 agent-minutes of cover" in change.sentence


@pytest.mark.parametrize(("price", "begins"), [(0, 110), (100, 110), (300, 140)])
def test_a_break_moves_into_what_is_announced_only_at_the_price_of_short_notice(price: int, begins: int) -> None:
    """The rest after 140 minutes is in a busy time, before it is a quiet one: 15 minutes of cover are worth 180."""
    busy = QueueDemand(queue="q", required=tuple(9 * (9 <= quarter < 14) for quarter in range(32)))
    person = {"planned": (SegmentSpan(REST, at(140), at(155)), *one_person().agents[0].planned[1:])}
    found = replan_day(one_person(person=person, demands=(busy,), weights=DayWeights(short_notice=price, unattended=0)))
    first = next(span for span in found.result.segments_of["a"] if span.kind is REST)
    assert first.starts_at == at(begins)


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ({"not_before": at(118)}, "moved from 08:50 to 09:00: you were on a contact then"),
        (
            {"fixed": (SegmentSpan(SegmentKind.DECOMPRESSION, at(100), at(115)),)},
            "you have time to recover then",
        ),
        ({"kept_free": (Span(starts_at=at(110), ends_at=at(120)),)}, "that time is no longer free"),
        (
            {"fixed": (SegmentSpan(REST, at(70), at(85)),)},
            "no longer at",
        ),
    ],
)
def test_an_announced_break_that_cannot_stay_moves_and_says_why(person: dict[str, Any], why: str) -> None:
    found = replan_day(one_person(person=person))
    assert found.changes[0].announced
    assert why in told(found)[0]


def test_an_announced_rest_gives_way_to_a_meal_that_has_no_other_room() -> None:
    """Training leaves the meal only the half-hour before it: where the rest was announced, or too near to it."""
    training = SegmentSpan(SegmentKind.TRAINING, at(165), at(330))
    found = replan_day(one_person(person={"fixed": (training,), "planned": one_person().agents[0].planned[:1]}))
    assert found.result.unplaced == ()
    meals = [span for span in found.result.segments_of["a"] if span.kind is MEAL]
    assert at(120) <= meals[0].starts_at <= at(135)
    assert [change.announced for change in found.changes if change.was is not None] == [True]


def test_a_break_that_is_no_longer_due_goes_and_one_that_became_due_comes() -> None:
    by_hand = SegmentSpan(REST, at(320), at(335), "yours")
    found = replan_day(one_person(person={"fixed": (by_hand,)}, weights=DayWeights(hurried=0)))
    assert told(found) == ["no longer at 12:55: it is no longer due"]
    planned = one_person().agents[0].planned[:2]
    (change,) = replan_day(one_person(person={"planned": planned})).changes
    assert (change.was, change.kind) == (None, REST)
    assert change.sentence.startswith("new at ")


def changed(draw: random.Random, problem: DayProblem, now: datetime) -> DayProblem:
    """Something happens: somebody is gone, somebody is on a contact for long, somebody needs time to recover, and
    somebody moves a break by hand.
    """
    gone = draw.choice(problem.agents).id if draw.random() < 0.5 else ""
    agents = []
    for person in problem.agents:
        if person.id == gone:
            continue
        more: dict[str, Any] = {}
        if draw.random() < 0.2:
            more["not_before"] = now + draw.randrange(1, 40) * MINUTE
        begin, end = now + MINUTE, now + draw.choice((6, 16)) * MINUTE
        inside = person.starts_at <= begin and end <= person.ends_at
        if draw.random() < 0.2 and inside and not person.is_taken(begin, end):
            more["fixed"] = (*person.fixed, SegmentSpan(SegmentKind.DECOMPRESSION, begin, end))
        if draw.random() < 0.3 and person.planned:
            span, by = draw.choice(person.planned), draw.randrange(-60, 90) * MINUTE
            begin, end = span.starts_at + by, span.ends_at + by
            if now < begin and end <= person.ends_at and not person.is_taken(begin, end) and not more:
                more["fixed"] = (*person.fixed, SegmentSpan(span.kind, begin, end, "by hand"))
                more["planned"] = tuple(one for one in person.planned if one != span)
        agents.append(person.model_copy(update=more))
    return problem.but(agents=tuple(agents))


def appointments(draw: random.Random, problem: DayProblem) -> tuple[Appointment, ...]:
    """Call-backs, focus time, owed rest and a meeting, some of which can't be."""
    found = []
    kinds = (SegmentKind.CALL_BACK, SegmentKind.FOCUS, SegmentKind.DECOMPRESSION, SegmentKind.MEETING)
    for number in range(8):
        kind = draw.choice(kinds)
        people = draw.sample([one.id for one in problem.agents], 3 if kind is SegmentKind.MEETING else 1)
        earliest = problem.starts_at + draw.randrange(0, 700) * MINUTE
        minutes = draw.choice((5, 15, 20, 45))
        latest = earliest + (minutes + draw.randrange(0, 240)) * MINUTE
        found.append(
            Appointment(
                id=f"p{number}", kind=kind, people=tuple(people), minutes=minutes, earliest=earliest, latest=latest
            )
        )
    return tuple(found)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(
    on_date=st.sampled_from([date(2026, 3, 28), date(2026, 10, 24), date(2026, 11, 24)]),
    seed=st.integers(0, 10_000),
    minute=st.integers(60, 700),
)
def test_a_drawn_day_is_planned_again_by_the_rules_across_midnight_and_clock_changes(
    on_date: date, seed: int, minute: int
) -> None:
    draw = random.Random(seed)
    problem = tight(drawn(on_date, seed))
    problem = problem.but(appointments=appointments(draw, problem))
    first = solve_day(problem, deterministic_limit=0)
    now = problem.starts_at + minute * MINUTE
    calm = begun(problem, first, now, announced_minutes=draw.choice((30, 120, 600)))
    unmoved = replan_day(calm, moves=0)
    assert [one for one in unmoved.changes if one.was is not None] == []
    again = changed(draw, calm, now)
    found = replan_day(again, moves=600, seed=seed)
    assert judge_day(again, found.result).violations == ()
    assert found.result.status is DayStatus.FEASIBLE
    assert found.result.objective <= replan_day(again, moves=0).result.objective
    assert found.changes == replan_day(again, moves=600, seed=seed).changes
    assert set(differences(again, found.result)) == {
        (one.agent, one.kind, span.starts_at)
        for one in found.changes
        for span in (one.was, one.now)
        if span is not None
    }
    if any(item.kind not in BREAK_KINDS for item in found.result.unplaced):
        return
    # An appointment without a place is tried again, and others may make way for it.
    kept = begun(again, found.result, now)
    assert [one for one in replan_day(kept, moves=0).changes if one.was is not None] == []


def differences(problem: DayProblem, found: DayResult) -> list[tuple[str, SegmentKind, datetime]]:
    """Breaks and appointments that were planned and are not there, and those that are and were not planned."""
    result = []
    times = {(one.id, one.starts_at) for one in found.appointments}
    for person in problem.agents:
        known = {(one.kind, one.starts_at) for one in (*person.planned, *person.fixed) if one.kind in BREAK_KINDS}
        spans = found.segments_of[person.id]
        there = {(one.kind, one.starts_at) for one in spans if one.kind in BREAK_KINDS}
        result += [(person.id, kind, begin) for kind, begin in known ^ there]
    for asked in problem.appointments:
        was = set() if asked.planned_at is None else {(asked.id, asked.planned_at)}
        now = {each for each in times if each[0] == asked.id}
        people = [code for code in asked.people if code in problem.agent_of]
        result += [(code, asked.kind, begin) for code in people for _, begin in was ^ now]
    return result


def test_a_plan_of_another_grid_is_placed_anew() -> None:
    off = tuple(
        SegmentSpan(span.kind, span.starts_at + timedelta(minutes=2), span.ends_at + timedelta(minutes=2))
        for span in one_person().agents[0].planned
    )
    found = replan_day(one_person(person={"planned": off}))
    assert len([change for change in found.changes if change.now is not None]) == 3
