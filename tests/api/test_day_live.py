"""A day under way planned again: late calls, few changes with reasons, rows that stay, two at once."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlmodel import col, select

from api.context import Context
from api.events.log import newest_id
from api.events.shown import KINDS
from api.jobs import days as jobs
from api.jobs.scheduler import JOBS
from api.services.breaks.moving import move_break
from api.services.calendars.entries import entries_of
from api.services.days import replanning, watching
from api.services.days.changes import Moved, store_moves
from api.services.days.facts import read_day
from api.services.days.planning import plan_day
from api.services.days.replanning import live_dates, replan, replan_days
from api.services.days.watching import look
from api.services.floor.commands import CompletionIn, ContactIn, complete, post_contact, set_state, start
from api.services.floor.work import touch_pools
from optimizer.day.live import Replanned
from roster.contacts import ArrivalState, Contact, ContactStatus, History, Resolvability, Tier
from roster.day import SegmentSpan, partition
from roster.day_problem import DayProblem, DayResult, DayStatus, PersonDay
from roster.events import Event
from roster.people import Channel
from roster.queues import Pool
from roster.rest import RestDebt
from roster.shifts import Placed, Requirement, Segment
from roster.store.engine import reading, writing
from tests.api.break_stage import MEAL, PLAIN, REST, at, breaks, caller, laid, minute, number, rows
from tests.api.test_day_services import TODAY, publish
from tests.api.test_floor_rests import HEAVY
from tests.conftest import SetClock
from tests.factories import Centre

CROWDED = ((REST, 510, 525), (MEAL, 600, 630), (REST, 780, 795))


def contact(
    context: Context,
    centre: Centre,
    ref: str,
    *,
    status: ContactStatus = ContactStatus.ACTIVE,
    agent: str | None = "a01",
    began: datetime | None = None,
    arrived: datetime | None = None,
    queue: str = "advice",
    ended: datetime | None = None,
) -> None:
    """A contact in hand since `began`, or one that waits."""
    with writing(context.engine) as session:
        session.add(
            Contact(
                id=ref,
                ref=ref,
                queue_id=centre.queues[queue],
                pool_id=centre.pool_id,
                channel=Channel.VOICE,
                priority=5,
                status=status,
                arrived_at=arrived or began or context.now(),
                agent_id=None if agent is None else centre.agents[agent],
                assigned_at=began,
                started_at=began,
                completed_at=ended,
                arrival_state=ArrivalState.CALM,
                history=History.FIRST,
                resolvability=Resolvability.RESOLVABLE,
                score=10,
                tier=Tier.ROUTINE,
            )
        )


def require(context: Context, centre: Centre, quarters: dict[int, int], queue: str = "advice") -> None:
    """So many agents needed in the quarter-hours that begin at these local minutes."""
    with writing(context.engine) as session:
        for begin, count in quarters.items():
            session.add(Requirement(queue_id=centre.queues[queue], starts_at=at(begin), required=count))


def events(context: Context, kind: str) -> list[Event]:
    """Lines of a kind, oldest first."""
    with reading(context.engine) as session:
        return list(session.exec(select(Event).where(Event.kind == kind).order_by(col(Event.id))).all())


def ids(context: Context, centre: Centre, code: str = "a01") -> set[int | None]:
    """The rows of an agent's breaks."""
    return {row.id for row in rows(context, centre, code) if row.kind in (MEAL, REST)}


def crowd(context: Context, clock: SetClock) -> Centre:
    """A day in which all six have their meal at once, at 10:00, although three of six are needed: it can be better."""
    codes = [f"a{n:02d}" for n in range(1, 7)]
    centre = laid(context, clock, dict.fromkeys(codes, CROWDED))
    require(context, centre, dict.fromkeys(range(420, 900, 15), 4))
    return centre


def test_nothing_is_written_where_nothing_is_better(context: Context, clock: SetClock) -> None:
    centre = crowd(context, clock)
    assert replan(context, TODAY) is not None
    before = {code: rows(context, centre, code) for code in centre.agent_codes}
    with reading(context.engine) as session:
        newest, version = newest_id(session), session.get(Pool, centre.pool_id)
    view = replan(context, TODAY)
    assert view is not None
    assert (view.people, view.changes) == (0, 0)
    with reading(context.engine) as session:
        assert newest_id(session) == newest
        assert session.get(Pool, centre.pool_id) == version
    assert {code: rows(context, centre, code) for code in centre.agent_codes} == before


def test_a_crowded_meal_is_spread_and_every_change_says_why(any_context: Context, clock: SetClock) -> None:
    context = any_context
    centre = crowd(context, clock)
    kept = {code: ids(context, centre, code) for code in centre.agent_codes}
    before = {code: breaks(context, centre, code) for code in centre.agent_codes}
    view = replan(context, TODAY)
    assert view is not None
    assert view.changes > 0
    after = {code: breaks(context, centre, code) for code in centre.agent_codes}
    changed = {code for code in centre.agent_codes if before[code] != after[code]}
    assert len(changed) == view.people
    # The same breaks, elsewhere: their rows stay, so that what names them goes on naming them.
    assert {code: ids(context, centre, code) for code in centre.agent_codes} == kept
    told = events(context, "day.changed")
    assert sorted(event.agent_id or 0 for event in told) == sorted(centre.agents[code] for code in changed)
    for event in told:
        code = next(code for code, agent_id in centre.agents.items() if agent_id == event.agent_id)
        for change in event.data["changes"]:
            assert set(change) == {"kind", "was", "now", "sentence"}
            assert change["sentence"]
            begin = minute(datetime.fromisoformat(change["now"]["starts_at"]))
            assert begin in [one[1] for one in after[code]]
            row = next(one for one in rows(context, centre, code) if minute(one.starts_at) == begin)
            assert row.reason == change["sentence"][:240]
    public = events(context, "agent.day_changed")
    assert sorted(event.subject for event in public) == sorted(changed)
    assert [(event.agent_id, event.data) for event in public] == [(None, {"date": "2026-11-24"})] * len(public)


def test_a_moved_break_is_the_same_event_in_calendars(context: Context, clock: SetClock) -> None:
    centre = crowd(context, clock)
    before = {
        code: {entry.uid: entry.sequence for entry, _ in entries_of(context, centre.agents[code], centre.zone).live}
        for code in centre.agent_codes
    }
    replan(context, TODAY)
    risen = 0
    for code in centre.agent_codes:
        found = entries_of(context, centre.agents[code], centre.zone)
        assert found.gone == []
        after = {entry.uid: entry.sequence for entry, _ in found.live}
        assert after.keys() == before[code].keys()
        risen += sum(after[uid] - before[code][uid] for uid in after)
    assert risen > 0


def test_what_has_begun_and_what_a_person_placed_stays(context: Context, clock: SetClock) -> None:
    centre = crowd(context, clock)
    move_break(context, caller(centre), number(context, centre, 1), at(615))
    clock.now = at(602)
    replan(context, TODAY)
    assert (MEAL, 615, 645) in breaks(context, centre)
    for code in centre.agent_codes[1:]:
        assert (MEAL, 600, 630) in breaks(context, centre, code)


@pytest.mark.parametrize(("minutes", "stays"), [(29, True), (31, False)])
def test_what_is_announced_stays(context: Context, clock: SetClock, minutes: int, stays: bool) -> None:
    centre = crowd(context, clock)
    clock.now = at(600 - minutes)
    replan(context, TODAY)
    meals = [one for code in centre.agent_codes for one in breaks(context, centre, code) if one[0] is MEAL]
    assert (meals == [(MEAL, 600, 630)] * 6) == stays


def test_two_breaks_of_one_day_may_change_places(any_context: Context, clock: SetClock) -> None:
    context = any_context
    centre = laid(context, clock)
    meal, rest = (number(context, centre, place) for place in (1, 2))
    with writing(context.engine) as session:
        touch_pools(session)
        facts = read_day(session, TODAY, None)
        shift = next(one for one in facts.shifts if one.agent.code == "a01")
        spans = [SegmentSpan(kind, at(begin), at(end)) for kind, begin, end in (PLAIN[1], PLAIN[2])]
        there = [SegmentSpan(MEAL, at(780), at(810)), SegmentSpan(REST, at(630), at(645))]
        moves = [Moved(shift, was.kind, was, now, "Because.") for was, now in zip(spans, there, strict=True)]
        store_moves(session, facts, moves, clock.now)
    assert breaks(context, centre) == [PLAIN[0], (REST, 630, 645), (MEAL, 780, 810)]
    assert [number(context, centre, place) for place in (1, 2)] == [rest, meal]
    found = rows(context, centre)
    assert (found[0].starts_at, found[-1].ends_at) == (at(420), at(900))
    assert all(one.ends_at == other.starts_at for one, other in pairwise(found))


def test_a_break_that_begins_while_it_is_planned_again_stays(context: Context, clock: SetClock) -> None:
    centre = crowd(context, clock)
    clock.now = at(599)
    real = replanning.replan_day

    def slowly(problem: DayProblem, **kwargs: Any) -> Replanned:
        person = problem.agents[0]
        rest = SegmentSpan(MEAL, at(660), at(690))
        days = tuple(
            PersonDay(
                agent=one.id,
                segments=partition(
                    one.starts_at,
                    one.ends_at,
                    [*one.fixed, *(rest if one is person and own.kind is MEAL else own for own in one.planned)],
                ),
            )
            for one in problem.agents
        )
        if clock.now < at(600):
            clock.now = at(600)
            return Replanned(DayResult(status=DayStatus.FEASIBLE, days=days), ())
        return real(problem, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replanning, "replan_day", slowly)
        replan(context, TODAY)
    for code in centre.agent_codes:
        assert (MEAL, 600, 630) in breaks(context, centre, code)


def test_a_break_that_a_contact_keeps_from_beginning_comes_after_it(any_context: Context, clock: SetClock) -> None:
    context = any_context
    centre = laid(context, clock)
    for place in range(5):
        contact(context, centre, f"c{place}", status=ContactStatus.COMPLETED, began=at(430), ended=at(450), agent="a06")
    contact(context, centre, "long", began=at(508))
    contact(context, centre, "later", agent="a03", began=at(511))
    clock.now = at(511)
    kept = ids(context, centre)
    assert look(context)
    rest = next(one for one in breaks(context, centre) if one[0] is REST)
    # Contacts of that queue last 20 minutes: until 08:48.
    assert rest == (REST, 530, 545)
    assert ids(context, centre) == kept
    # A contact from after the break began is another matter: it took no break away by lasting.
    assert breaks(context, centre, "a03") == list(PLAIN)
    (told,) = events(context, "day.changed")
    (change,) = told.data["changes"]
    assert told.agent_id == centre.agents["a01"]
    assert "on a contact when your rest at 08:30 was to begin" in change["sentence"]
    assert not look(context)


def test_a_late_break_with_no_time_left_is_owed(context: Context, clock: SetClock) -> None:
    late = ((REST, 510, 525), (MEAL, 630, 660), (REST, 838, 853))
    centre = laid(context, clock, {"a01": late})
    clock.now = at(841)
    contact(context, centre, "long", began=at(836))
    replan(context, TODAY)
    assert breaks(context, centre) == [late[0], late[1]]
    with reading(context.engine) as session:
        (debt,) = session.exec(select(RestDebt)).all()
    assert (debt.agent_id, debt.minutes, debt.on_date) == (centre.agents["a01"], 15, TODAY)
    (told,) = events(context, "day.changed")
    (lost,) = told.data["changes"]
    assert told.agent_id == centre.agents["a01"]
    assert lost["now"] is None
    assert "owed to you" in lost["sentence"]
    # Once: what is owed is not owed again.
    clock.forward(minutes=1)
    replan(context, TODAY)
    assert len(events(context, "rest.owed")) == 1


def test_a_late_break_that_a_person_placed_stays_theirs(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock)
    segment = number(context, centre, 0)
    with writing(context.engine) as session:
        row = session.get(Segment, segment)
        assert row is not None
        row.placed = Placed.HAND
        session.add(row)
    contact(context, centre, "long", began=at(508))
    clock.now = at(511)
    replan(context, TODAY)
    with reading(context.engine) as session:
        row = session.get(Segment, segment)
    assert row is not None
    assert row.placed is Placed.HAND
    assert row.starts_at > clock.now


def test_a_queue_that_fills_asks_for_people_once(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock)
    require(context, centre, dict.fromkeys(range(420, 900, 15), 1))
    replan(context, TODAY)
    asked: list[DayProblem] = []
    real = replanning.replan_day

    def listening(problem: DayProblem, **kwargs: Any) -> Replanned:
        asked.append(problem)
        return real(problem, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replanning, "replan_day", listening)
        assert not look(context)
        for place in range(20):
            waits = {"status": ContactStatus.WAITING, "agent": None, "arrived": clock.now - timedelta(minutes=5)}
            contact(context, centre, f"w{place}", **waits)
            # What waits within its queue's target says nothing.
            contact(context, centre, f"n{place}", **{**waits, "arrived": clock.now})
        assert look(context)
        assert not look(context)
    (problem,) = asked
    required = next(demand.required for demand in problem.demands if demand.queue == "advice")
    now = problem.quarter_at(clock.now)
    more = -(-20 * context.policy.routing.expected_handle_seconds // 3600)
    assert required[now] == 1 + more
    assert required[problem.quarter_at(clock.now + timedelta(minutes=59))] == 1 + more
    assert required[problem.quarter_at(clock.now + timedelta(minutes=80))] == 1


def test_a_look_reads_each_line_once_and_matters_only_for_some(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock)
    look(context)
    assert not look(context)
    move_break(context, caller(centre), number(context, centre, 1), at(690))
    assert look(context)
    assert not look(context)


def test_a_rest_after_a_heavy_contact_is_followed_and_a_light_one_is_not(context: Context, clock: SetClock) -> None:
    laid(context, clock)
    look(context)
    set_state(context, "a01", "available", actor="test")
    light = post_contact(context, ContactIn(ref="r1", queue="advice"), actor="router")
    start(context, light.id, actor="a01")
    complete(context, light.id, CompletionIn(), actor="a01")
    assert not look(context)
    heavy = post_contact(context, ContactIn(ref="r2", queue="advice", entry=HEAVY), actor="router")
    start(context, heavy.id, actor="a01")
    complete(context, heavy.id, CompletionIn(), actor="a01")
    assert look(context)
    assert not look(context)


def test_the_scheduler_looks_every_few_seconds_and_plans_every_five_minutes() -> None:
    found = {job.run: job.seconds for job in JOBS}
    assert found[jobs.replan] == 300
    assert found[jobs.watch] <= 10


def test_a_roster_published_again_moves_nobody_whose_shift_stays(context: Context, clock: SetClock) -> None:
    centre = crowd(context, clock)
    before = {code: rows(context, centre, code) for code in centre.agent_codes}
    publish(context, centre, {**dict.fromkeys(centre.agent_codes, "early"), "a06": "late"})
    plan_day(context, TODAY, only_new=True)
    for code in centre.agent_codes[:-1]:
        now = rows(context, centre, code)
        assert [(row.id, row.kind, row.starts_at) for row in now] == [
            (row.id, row.kind, row.starts_at) for row in before[code]
        ]
        # They belong to the new roster's shift, which is the same.
        assert {row.assignment_id for row in now}.isdisjoint(row.assignment_id for row in before[code])
    found = rows(context, centre, "a06")
    assert (found[0].starts_at, found[-1].ends_at) == (at(13 * 60), at(21 * 60))
    assert [one[0] for one in breaks(context, centre, "a06")].count(MEAL) == 1


def test_what_is_looked_for_is_what_is_written() -> None:
    assert set(watching.MATTERS) <= set(KINDS)


def test_only_days_with_a_shift_that_is_not_over_are_planned_again(context: Context, clock: SetClock) -> None:
    laid(context, clock)
    with reading(context.engine) as session:
        assert live_dates(session, clock.now) == [TODAY]
        assert live_dates(session, at(15 * 60)) == []
        assert live_dates(session, at(0) - timedelta(hours=1)) == []
    assert replan(context, TODAY + timedelta(days=1)) is None


def test_a_day_that_keeps_moving_is_left_for_the_next_time(context: Context, clock: SetClock) -> None:
    centre = crowd(context, clock)

    def meanwhile(problem: DayProblem, **kwargs: Any) -> Replanned:
        found = real(problem, **kwargs)
        lay_another(context, centre)
        return found

    real = replanning.replan_day
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replanning, "replan_day", meanwhile)
        replan_days(context)
    assert events(context, "day.changed") == []


def lay_another(context: Context, centre: Centre) -> None:
    """Somebody's day changes under a plan."""
    with writing(context.engine) as session:
        row = session.exec(
            select(Segment).where(Segment.agent_id == centre.agents["a06"], Segment.kind == REST)
        ).first()
        assert row is not None
        row.ends_at += timedelta(seconds=1)
        session.add(row)


def together(context: Context, count: int, work: Callable[[], object]) -> None:
    """Run `work` in so many threads, all of which have read the day before any of them may store."""
    barrier = threading.Barrier(count)
    waited: set[int] = set()
    real = replanning.replan_day
    finished: list[bool] = []

    def waiting(problem: DayProblem, **kwargs: Any) -> Replanned:
        found = real(problem, **kwargs)
        if threading.get_ident() not in waited:
            waited.add(threading.get_ident())
            barrier.wait(30)
        return found

    def run() -> None:
        done = False
        try:
            work()
            done = True
        finally:
            finished.append(done)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replanning, "replan_day", waiting)
        threads = [threading.Thread(target=run) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert finished == [True] * count


def test_two_at_once_do_not_cross(any_context: Context, clock: SetClock) -> None:
    context = any_context
    centre = crowd(context, clock)
    views: list[Any] = []
    together(context, 2, lambda: views.append(replan(context, TODAY)))
    assert sorted(view.people > 0 for view in views) == [False, True]
    told = events(context, "day.changed")
    assert len({event.agent_id for event in told}) == len(told)
    for code in centre.agent_codes:
        found = rows(context, centre, code)
        assert found[0].starts_at == at(420)
        assert found[-1].ends_at == at(900)
        assert all(one.ends_at == other.starts_at for one, other in pairwise(found))
        assert [one[0] for one in breaks(context, centre, code)].count(MEAL) == 1


def test_two_processes_do_not_both_follow_one_line(any_context: Context, clock: SetClock) -> None:
    context = any_context
    centre = laid(context, clock)
    look(context)
    move_break(context, caller(centre), number(context, centre, 1), at(690))
    found: list[bool] = []
    barrier = threading.Barrier(2)
    real = watching._news

    def reading_first(*args: Any) -> Any:
        read = real(*args)
        barrier.wait(30)
        return read

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watching, "_news", reading_first)
        threads = [threading.Thread(target=lambda: found.append(look(context))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert sorted(found) == [False, True]


def test_the_jobs_plan_the_day_again(context: Context, clock: SetClock) -> None:
    centre = crowd(context, clock)
    jobs.replan(context)
    assert events(context, "day.changed")
    clock.now = datetime(2026, 11, 24, 7, 31, tzinfo=UTC)
    (rest, *_) = [one for one in breaks(context, centre) if one[1] > minute(clock.now)]
    contact(context, centre, "long", began=at(rest[1] - 1))
    clock.now = at(rest[1] + 1)
    jobs.watch(context)
    assert rest not in breaks(context, centre)
