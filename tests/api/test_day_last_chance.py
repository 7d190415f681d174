"""A break with no later time: its owner is offered nothing new in the half-hour before it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from api.context import Context
from api.events.log import newest_id
from api.services.breaks.moving import move_break
from api.services.days.last_chance import guard_last_chances
from api.services.days.replanning import replan_days
from api.services.days.views import agent_day
from api.services.floor.commands import ContactIn, abandon, post_contact, set_state
from api.services.floor.contact_rows import contact_view
from api.services.floor.overview import floor_view
from roster.day import SegmentSpan
from roster.rest import RestDebt
from roster.shifts import Placed, Segment, SegmentKind
from roster.store.engine import reading, writing
from tests.api.break_stage import PLAIN, REST, at, breaks, caller, laid, number, rows
from tests.api.day_stage import TODAY
from tests.conftest import SetClock
from tests.factories import Centre

LAST = 838
"""The shift ends at 900, and no rest begins in its last hour but for the minutes that the rules leave."""


@pytest.fixture
def late_rest(any_context: Context, clock: SetClock) -> Centre:
    """`a01`, alone on the floor, has put their last rest where none may begin later."""
    centre = laid(any_context, clock)
    set_state(any_context, "a01", "available", actor="test")
    move_break(any_context, caller(centre), number(any_context, centre, 2), at(LAST))
    return centre


def marked(context: Context, centre: Centre) -> list[int]:
    """Begins of `a01`'s breaks that have no later time, minutes after midnight."""
    found = [row.starts_at for row in rows(context, centre) if row.last_chance]
    return [round((each - at(0)) / timedelta(minutes=1)) for each in found]


def offered(context: Context, ref: str, *, danger: bool = False) -> bool:
    """Whether a contact that comes now is offered to `a01`."""
    posted = post_contact(context, ContactIn(ref=ref, queue="advice", life_at_risk=danger), actor="router")
    return contact_view(context, posted.id).agent == "a01"


def test_nothing_new_comes_in_the_half_hour_before_it_but_a_life_at_risk(
    any_context: Context, late_rest: Centre, clock: SetClock
) -> None:
    clock.now = at(LAST - 36)
    replan_days(any_context)
    assert marked(any_context, late_rest) == [LAST]
    clock.now = at(LAST - 29)
    assert not offered(any_context, "calm")
    assert [one.place for one in floor_view(any_context).people] == ["break next"]
    own = agent_day(any_context, late_rest.agents["a01"], clock.now).own
    assert own is not None
    assert own.break_next
    assert offered(any_context, "urgent", danger=True)


def test_before_that_half_hour_contacts_come_as_ever(any_context: Context, late_rest: Centre, clock: SetClock) -> None:
    clock.now = at(LAST - 31)
    replan_days(any_context)
    assert marked(any_context, late_rest) == [LAST]
    own = agent_day(any_context, late_rest.agents["a01"], clock.now).own
    assert own is not None
    assert not own.break_next
    assert offered(any_context, "calm")


def test_the_floor_hears_of_it_at_once(any_context: Context, late_rest: Centre, clock: SetClock) -> None:
    clock.now = at(LAST - 20)
    gone = post_contact(any_context, ContactIn(ref="gone", queue="advice"), actor="router")
    assert gone.agent == "a01"
    abandon(any_context, gone.id, actor="router")
    assert guard_last_chances(any_context, TODAY) == 1
    assert not offered(any_context, "calm")


def test_put_where_a_later_time_is_open_it_is_guarded_no_more(
    any_context: Context, late_rest: Centre, clock: SetClock
) -> None:
    clock.now = at(LAST - 36)
    replan_days(any_context)
    move_break(any_context, caller(late_rest), number(any_context, late_rest, 2), at(LAST - 28))
    assert marked(any_context, late_rest) == []
    replan_days(any_context)
    assert marked(any_context, late_rest) == []
    assert offered(any_context, "calm")


def test_it_is_guarded_from_when_something_takes_its_later_times_until_that_is_off(
    any_context: Context, clock: SetClock
) -> None:
    context = any_context
    centre = laid(context, clock)
    clock.now = at(PLAIN[2][1] - 35)
    assert guard_last_chances(context, TODAY) == 0
    training = SegmentSpan(SegmentKind.TRAINING, at(PLAIN[2][2]), at(880))
    with writing(context.engine) as session:
        (work,) = session.exec(
            select(Segment).where(Segment.agent_id == centre.agents["a01"], Segment.starts_at == training.starts_at)
        ).all()
        work.kind = SegmentKind.TRAINING
        session.add(work)
    assert guard_last_chances(context, TODAY) == 1
    assert marked(context, centre) == [PLAIN[2][1]]
    assert guard_last_chances(context, TODAY) == 0
    with writing(context.engine) as session:
        row = session.get(Segment, work.id)
        assert row is not None
        row.kind = SegmentKind.WORK
        session.add(row)
    assert guard_last_chances(context, TODAY) == 1
    assert marked(context, centre) == []


def test_a_later_time_that_would_cost_another_break_its_place_is_none(any_context: Context, clock: SetClock) -> None:
    context = any_context
    centre = laid(context, clock)
    clock.now = at(PLAIN[0][1] - 20)
    work = [row.id for row in rows(context, centre) if row.kind is SegmentKind.WORK and row.starts_at > clock.now]
    with writing(context.engine) as session:
        # Only where the last rest is might the first one still be.
        for segment_id in work[:2]:
            row = session.get_one(Segment, segment_id)
            row.kind = SegmentKind.TRAINING
            session.add(row)
        last = session.get_one(Segment, work[2])
        last.kind = SegmentKind.TRAINING
        session.add(last)
        meal = session.get_one(Segment, number(context, centre, 1))
        meal.placed = Placed.HAND
        session.add(meal)
    guard_last_chances(context, TODAY)
    assert marked(context, centre) == [PLAIN[0][1]]


def test_a_mark_tells_nobody_anything_and_costs_no_break_its_place(
    any_context: Context, late_rest: Centre, clock: SetClock
) -> None:
    clock.now = at(LAST - 36)
    before = breaks(any_context, late_rest)
    with reading(any_context.engine) as session:
        newest = newest_id(session)
    assert guard_last_chances(any_context, TODAY) == 1
    with reading(any_context.engine) as session:
        assert newest_id(session) == newest
        assert session.exec(select(RestDebt)).all() == []
    assert breaks(any_context, late_rest) == before
    assert (REST, LAST, LAST + 15) in before
