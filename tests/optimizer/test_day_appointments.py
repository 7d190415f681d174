"""Appointments in a day: against brute force, never at the cost of a break, and said why where they have no place."""

import random
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest

from optimizer.day import whole
from optimizer.day.live import replan_day
from optimizer.day.options import most_placed
from optimizer.day.plan import Plan, plan_away, short_cost
from optimizer.day.prepared import Prepared
from optimizer.day.proofs import objective_bound, short_bound
from optimizer.day.search import DaySearch
from optimizer.day.solve import solve_day
from roster.day import MINUTE, SegmentSpan
from roster.day_problem import Appointment, DayAgent, DayProblem, DebriefRequest, QueueDemand, Span, Unplaced
from roster.policy import default_policy
from roster.rules.day.cover import short_minutes
from roster.rules.day.registry import judge_day
from roster.shifts import SegmentKind
from tests.optimizer.days import MIXES, SHORT, START, drawn, every_plan, tight

CALL_BACK, MEETING, OWED = SegmentKind.CALL_BACK, SegmentKind.MEETING, SegmentKind.DECOMPRESSION
FOREVER = float("inf")
ONLY_MEALS, SHORT_MEALS = (terms.model_copy(update={"rest_minutes": 0}) for terms in (default_policy().breaks, SHORT))


def at(minute: int) -> datetime:
    """`minute` minutes after the day begins."""
    return START + minute * MINUTE


def appointment(
    code: str, kind: SegmentKind, people: str | Sequence[str], minutes: int, window: tuple[int, int], **more: Any
) -> Appointment:
    """An appointment inside minutes [from, until)."""
    return Appointment(
        id=code,
        kind=kind,
        people=tuple(people),
        minutes=minutes,
        earliest=at(window[0]),
        latest=at(window[1]),
        **more,
    )


def person(code: str, *, minutes: int = 480, **more: Any) -> DayAgent:
    """Somebody from the beginning of the day."""
    return DayAgent(id=code, **{"skills": ("q",), "starts_at": START, "ends_at": at(minutes)} | more)


def day(*people: DayAgent, required: Sequence[int] = (), **more: Any) -> DayProblem:
    """A day as long as the longest shift, with one queue."""
    quarters = max((one.ends_at - START) // MINUTE for one in people) // 15
    fields: dict[str, Any] = {
        "on_date": date(2026, 11, 24),
        "starts_at": START,
        "quarters": quarters,
        "agents": people,
        "breaks": default_policy().breaks,
        "demands": (QueueDemand(queue="q", required=tuple(required)),) if required else (),
    }
    return DayProblem(**fields | more)


def tiny_with_appointments(seed: int) -> DayProblem:
    """Two people, a meal each, and two appointments of three, one of which may have been planned."""
    draw = random.Random(seed)
    people = [person(code, minutes=120, skills=draw.choice(MIXES)) for code in "ab"]
    some = [
        appointment("c", CALL_BACK, "a", 15, (0, 120), planned_at=draw.choice((None, at(draw.randrange(0, 105, 15))))),
        appointment("m", MEETING, "ab", 20, (draw.randrange(60), 120), planned_at=draw.choice((None, at(60), at(90)))),
        appointment("r", OWED, "b", 10, (draw.randrange(60), 120)),
    ]
    return day(
        *people,
        step_minutes=15,
        breaks=SHORT_MEALS,
        appointments=tuple(draw.sample(some, 2)),
        demands=tuple(QueueDemand(queue=queue, required=tuple(draw.randrange(3) for _ in range(8))) for queue in "qr"),
    )


def cost_of(day: Prepared, plan: Plan) -> int:
    """The objective of a plan, its appointments priced here."""
    weights = day.problem.weights
    away = plan_away(day, plan)
    cost = int(short_cost(day.problem, day.cover.short(away)).sum())
    cost += weights.unattended * int(day.cover.unattended(away).sum())
    for options in day.people:
        for one, start in zip(options.breaks, plan.starts[options.person.id], strict=True):
            none = weights.unplaced_meal if one.need.kind is SegmentKind.MEAL else weights.unplaced_break
            cost += none if start is None else one.costs[one.starts.index(start)]
    for asked, place in zip(day.problem.appointments, plan.places, strict=True):
        if place is None:
            cost += weights.unplaced_appointment
            continue
        begin = at(place.start)
        cost += weights.moved * (asked.planned_at is not None and asked.planned_at != begin)
        cost += weights.waiting * ((begin - asked.earliest) // (15 * MINUTE)) * (asked.kind is OWED)
    return cost


@pytest.mark.parametrize("seed", range(10))
def test_a_tiny_day_with_appointments_costs_what_brute_force_finds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = tiny_with_appointments(seed)
    prepared = Prepared.of(problem)
    plans = every_plan(prepared, orders=False)
    best = min(plans, key=lambda plan: cost_of(prepared, plan))
    found = solve_day(problem)
    assert found.objective == found.bound == cost_of(prepared, best)
    bound = objective_bound(prepared, best, steps=200, until=FOREVER)
    assert bound <= found.objective
    rooms = sum(most_placed(one) for one in prepared.people)
    placed = [
        plan
        for plan in plans
        if None not in plan.places
        and sum(start is not None for starts in plan.starts.values() for start in starts) == rooms
    ]
    shorts = [int(prepared.cover.short(plan_away(prepared, plan)).sum()) for plan in placed]
    if placed:
        known = placed[shorts.index(min(shorts))]
        assert short_bound(prepared, known, steps=200, until=FOREVER) <= min(shorts)
    monkeypatch.setattr(whole, "WHOLE", 0)
    searched = solve_day(problem, deterministic_limit=0.05)
    assert found.objective <= searched.objective <= 1.2 * found.objective + 60
    assert searched.short_minutes == sum(short_minutes(problem, searched))


@pytest.mark.parametrize("seed", range(20))
def test_one_appointment_of_many_is_where_it_costs_least(seed: int) -> None:
    """Nobody has a break due: the first place is the best one, all of them away at once."""
    draw = random.Random(seed)
    people = [person(f"{n}", minutes=60, skills=draw.choice(MIXES)) for n in range(6)]
    problem = day(
        *people,
        breaks=SHORT_MEALS,
        demands=tuple(QueueDemand(queue=queue, required=tuple(draw.randrange(4) for _ in range(4))) for queue in "qr"),
        appointments=(appointment("m", MEETING, draw.sample("012345", 4), draw.choice((10, 20)), (0, 60)),),
    )
    prepared = Prepared.of(problem)
    search = DaySearch.of(prepared)
    search.first()
    assert search.cost() == min(cost_of(prepared, plan) for plan in every_plan(prepared, orders=False))


def test_one_appointment_makes_way_for_another_that_can_only_be_there() -> None:
    wide, narrow = appointment("w", CALL_BACK, "a", 30, (0, 60)), appointment("n", CALL_BACK, "a", 15, (0, 20))
    problem = day(person("a", minutes=60), appointments=(wide, narrow))
    # The wide one was planned first, in the only time of the other.
    problem = problem.but(appointments=(wide.model_copy(update={"planned_at": at(0)}), narrow))
    search = DaySearch.of(Prepared.of(problem))
    search.first()
    assert (search.state.place >= 0).all()
    assert [one.id for one in replan_day(problem).result.appointments] == ["n", "w"]


def test_an_appointment_takes_no_break_from_anybody_and_says_when_it_could_be() -> None:
    """The call-back is asked for when the meal must be, and there alone."""
    training = (
        SegmentSpan(SegmentKind.TRAINING, at(0), at(270)),
        SegmentSpan(SegmentKind.TRAINING, at(330), at(400)),
    )
    asked = appointment("c", CALL_BACK, "a", 30, (275, 325))
    problem = day(person("a", fixed=training), breaks=ONLY_MEALS, appointments=(asked,))
    for found in (solve_day(problem), replan_day(problem).result):
        assert found.appointments == ()
        assert SegmentKind.MEAL in {span.kind for span in found.segments_of["a"]}
        assert (
            Unplaced(
                agent="a",
                kind=CALL_BACK,
                sentence="a: no time for 30 minutes of call-back between 11:35 and 12:25: nothing is free then beside"
                " what is fixed and the breaks that are due; the nearest possible is 12:00",
            )
            in found.unplaced
        )


@pytest.mark.parametrize(
    ("asked", "more", "why"),
    [
        (appointment("c", CALL_BACK, "ax", 15, (0, 100)), {}, "x not on duty that day"),
        (appointment("g", SegmentKind.GROUP, "ax", 15, (0, 100)), {}, "somebody not on duty that day"),
        (
            appointment("c", CALL_BACK, "a", 15, (470, 500)),
            {},
            "not on shift for so long then; the nearest possible is",
        ),
        (appointment("c", MEETING, "ab", 15, (230, 250)), {}, "not on shift together for so long then"),
        (appointment("c", CALL_BACK, "a", 15, (0, 90)), {"not_before": at(80)}, "too little of that time is left"),
        (
            appointment("c", CALL_BACK, "a", 15, (0, 30)),
            {"kept_free": (Span(starts_at=at(10), ends_at=at(25)),)},
            "nothing is free then",
        ),
        (
            appointment("c", CALL_BACK, "a", 240, (0, 450)),
            {"kept_free": (Span(starts_at=at(220), ends_at=at(230)),)},
            "nothing is free then",
        ),
    ],
)
def test_an_appointment_without_a_place_says_why(asked: Appointment, more: dict[str, Any], why: str) -> None:
    problem = day(person("a", **more), person("b", minutes=240), appointments=(asked,))
    found = solve_day(problem, deterministic_limit=0)
    assert found.appointments == ()
    (item,) = [one for one in found.unplaced if one.kind is asked.kind]
    assert why in item.sentence


def test_where_too_few_would_be_left_an_appointment_is_left_out_and_says_so() -> None:
    weights = {"unplaced_appointment": 10}
    problem = day(
        person("a", minutes=60), required=(9,) * 4, appointments=(appointment("c", MEETING, "a", 30, (0, 60)),)
    )
    problem = problem.but(weights=problem.weights.model_copy(update=weights))
    (item,) = [one for one in solve_day(problem).unplaced if one.kind is MEETING]
    assert "too few would be left for contacts; the nearest possible is" in item.sentence


def test_owed_rest_comes_soon_and_others_do_not_hurry() -> None:
    busy = (3,) * 3 + (0,) * 5
    asked = [appointment("r", OWED, "a", 15, (0, 120)), appointment("f", SegmentKind.FOCUS, "b", 15, (0, 120))]
    problem = day(person("a", minutes=120), person("b", minutes=120), required=busy, appointments=tuple(asked))
    problem = problem.but(weights=problem.weights.model_copy(update={"hurried": 0}))
    times = {one.id: one.starts_at for one in solve_day(problem).appointments}
    assert times["r"] == at(45)
    assert times["f"] >= at(45)
    (owed,) = [span for span in solve_day(problem).segments_of["a"] if span.kind is OWED]
    assert owed.reason == "Rest that was owed to you."


def test_somebody_of_last_nights_shift_may_be_in_a_meeting_and_cover_counts_it() -> None:
    asked = appointment("m", MEETING, "an", 30, (0, 60))
    late = DayAgent(id="n", skills=("q",), starts_at=at(-420), ends_at=at(45))
    problem = day(person("a", minutes=120), others=(late,), required=(2,) * 8, appointments=(asked,))
    found = solve_day(problem)
    (placed,) = found.appointments
    assert at(0) <= placed.starts_at <= at(15)
    assert found.short_minutes == sum(short_minutes(problem, found))
    assert "n" not in found.segments_of


def test_an_announced_appointment_stays_and_a_later_one_may_move() -> None:
    busy = tuple(9 * (quarter in (1, 2, 8, 9)) for quarter in range(16))
    some = tuple(
        appointment(code, CALL_BACK, "a", 15, (0, 240), planned_at=at(begin)) for code, begin in (("x", 20), ("y", 125))
    )
    problem = day(person("a", minutes=240), required=busy, appointments=some)
    problem = problem.but(announced_until=at(30))
    found = replan_day(problem)
    times = {one.id: one.starts_at for one in found.result.appointments}
    assert times["x"] == at(20)
    (change,) = [one for one in found.changes if one.was is not None]
    assert (change.kind, change.announced) == (CALL_BACK, False)
    assert "moved from 09:05 to" in change.sentence
    assert "agent-minutes of cover" in change.sentence


def test_an_announced_meeting_moves_when_one_of_it_cannot_and_each_is_told_only_their_own() -> None:
    asked = appointment("m", MEETING, "ab", 15, (0, 240), planned_at=at(20))
    problem = day(person("a", minutes=240, not_before=at(33)), person("b", minutes=240), appointments=(asked,))
    found = replan_day(problem.but(announced_until=at(30)))
    sentences = {one.agent: one.sentence for one in found.changes if one.kind is MEETING}
    assert sentences["a"].endswith("you were on a contact then")
    assert sentences["b"].endswith("not everybody is free then")


def test_two_held_appointments_leave_their_people_room_for_their_breaks() -> None:
    """Each alone leaves the meal room, both do not: the second moves."""
    training = (SegmentSpan(SegmentKind.TRAINING, at(0), at(200)), SegmentSpan(SegmentKind.TRAINING, at(300), at(400)))
    some = tuple(
        appointment(code, CALL_BACK, "a", 30, (200, 480), planned_at=at(begin))
        for code, begin in (("x", 215), ("y", 265))
    )
    problem = day(person("a", fixed=training), breaks=ONLY_MEALS, appointments=some).but(announced_until=at(300))
    found = replan_day(problem).result
    assert SegmentKind.MEAL in {span.kind for span in found.segments_of["a"]}
    first, second = found.appointments
    assert first.starts_at == at(215)
    assert second.starts_at >= at(400)


def test_appointments_that_were_planned_make_way_for_a_break_that_became_due() -> None:
    """Each alone leaves the meal room, both do not; neither is announced."""
    training = (SegmentSpan(SegmentKind.TRAINING, at(0), at(200)), SegmentSpan(SegmentKind.TRAINING, at(300), at(400)))
    some = tuple(
        appointment(code, CALL_BACK, "a", 30, (200, 480), planned_at=at(begin))
        for code, begin in (("x", 205), ("y", 260))
    )
    problem = day(person("a", fixed=training), breaks=ONLY_MEALS, appointments=some)
    found = replan_day(problem, moves=0).result
    assert found.unplaced == ()
    assert SegmentKind.MEAL in {span.kind for span in found.segments_of["a"]}
    assert len({one.starts_at for one in found.appointments} & {at(205), at(260)}) == 1


@pytest.mark.parametrize("seed", range(6))
def test_drawn_days_with_debriefs_and_appointments_keep_every_rule(seed: int) -> None:
    draw = random.Random(seed)
    problem = tight(drawn(date(2026, 10, 24), seed))
    codes = [one.id for one in problem.agents]
    some = []
    for number in range(20):
        kind, size, minutes = draw.choice(
            ((CALL_BACK, 1, 15), (OWED, 1, 5), (MEETING, 5, 30), (SegmentKind.GROUP, 3, 45))
        )
        opens = problem.starts_at + draw.randrange(0, 600, 5) * MINUTE
        latest = opens + (minutes + draw.randrange(240)) * MINUTE
        people = tuple(draw.sample(codes, size))
        some.append(
            Appointment(id=f"{number}", kind=kind, people=people, minutes=minutes, earliest=opens, latest=latest)
        )
    problem = problem.but(appointments=tuple(some))
    without = problem.but(appointments=())
    first, found = (solve_day(problem, deterministic_limit=limit, seed=seed) for limit in (0, 0.05))
    for result in (first, found):
        assert judge_day(problem, result).violations == ()
        assert result.short_minutes == sum(short_minutes(problem, result))
        missing = [one for one in result.unplaced if one.kind in (SegmentKind.MEAL, SegmentKind.REST)]
        assert missing == list(solve_day(without, deterministic_limit=0).unplaced)
    assert found.bound is not None
    assert found.bound <= found.objective <= first.objective
    assert found.short_bound is not None
    assert found.short_bound <= found.short_minutes


def test_an_appointment_that_makes_no_sense_is_refused_with_its_value() -> None:
    with pytest.raises(ValueError, match="'w' is work: expected a kind"):
        appointment("w", SegmentKind.WORK, "a", 15, (0, 60))
    with pytest.raises(ValueError, match="'c' of 30 minutes does not fit between"):
        appointment("c", CALL_BACK, "a", 30, (0, 20))


def test_a_debrief_and_an_appointment_of_one_person_are_not_at_once() -> None:
    request = DebriefRequest(id="d", agent="a", peers=("p",), earliest=at(0), latest=at(60), minutes=25)
    people = (person("a", minutes=60), person("p", minutes=60, volunteer=True, sessions_left=1))
    problem = day(*people, debriefs=(request,), appointments=(appointment("c", CALL_BACK, "p", 30, (0, 60)),))
    found = solve_day(problem)
    (debrief,), (placed,) = found.debriefs, found.appointments
    assert debrief.ends_at <= placed.starts_at or placed.ends_at <= debrief.starts_at
