"""A day under way planned again: late calls, few changes with reasons, rows that stay, two at once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlmodel import select

from api.context import Context
from api.events.log import newest_id
from api.services.breaks.moving import move_break
from api.services.calendars.entries import entries_of
from api.services.days import replanning
from api.services.days.changes import Moved, store_moves
from api.services.days.facts import read_day
from api.services.days.planning import plan_day
from api.services.days.replanning import replan, replan_days
from api.services.days.watching import look
from api.services.floor.work import touch_pools
from optimizer.day.live import Replanned
from roster.contacts import ContactStatus
from roster.day import SegmentSpan, partition
from roster.day_problem import DayProblem, DayResult, DayStatus, PersonDay
from roster.queues import Pool
from roster.rest import RestDebt
from roster.shifts import Placed, Segment
from roster.store.engine import reading, writing
from tests.api.break_stage import MEAL, PLAIN, REST, at, breaks, caller, laid, minute, number, rows
from tests.api.day_stage import TODAY, publish
from tests.api.live_stage import contact, crowd, events, ids
from tests.conftest import SetClock
from tests.factories import Centre


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
