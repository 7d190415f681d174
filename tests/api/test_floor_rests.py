"""Rest after contacts on a planned day: where it lies, what the shift's end cuts off, debts, moments, chats."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from api.context import Context
from api.errors import Conflict
from api.services.floor.commands import (
    CompletionIn,
    ContactIn,
    abandon,
    accept,
    complete,
    contact_view,
    moment,
    post_contact,
    set_state,
    start,
    tick,
    touch_pools,
)
from api.services.floor.views import CompletionView
from roster.contacts import ArrivalState, ContactStatus, EntryConditions, History, OutcomeMarker
from roster.people import Channel
from roster.rest import Rest, RestCause, RestDebt
from roster.shifts import Segment, SegmentKind
from roster.store.engine import reading, writing
from tests.conftest import SetClock
from tests.factories import Centre, make_centre

DAY = datetime(2026, 11, 24, tzinfo=UTC)
HEAVY = EntryConditions(arrival_state=ArrivalState.GRIEVING, history=History.REPEAT_AFTER_FAILURE, parties=3)


def at(hour: int, minute: int = 0) -> datetime:
    """That time of the test's day, UTC."""
    return DAY + timedelta(hours=hour, minutes=minute)


Part = tuple[SegmentKind, datetime, datetime]
WORK, MEAL, REST, CALM_DOWN = SegmentKind.WORK, SegmentKind.MEAL, SegmentKind.REST, SegmentKind.DECOMPRESSION


def plan(context: Context, agent_id: int, *parts: Part) -> None:
    """Write a day for an agent."""
    with writing(context.engine) as session:
        session.add_all(
            Segment(
                agent_id=agent_id,
                on_date=DAY.date(),
                kind=kind,
                starts_at=starts_at,
                ends_at=ends_at,
                zone="Europe/Amsterdam",
                reason="planned",
            )
            for kind, starts_at, ends_at in parts
        )


def day_of(context: Context, agent_id: int) -> list[Part]:
    """An agent's segments."""
    with reading(context.engine) as session:
        rows = session.exec(select(Segment).where(Segment.agent_id == agent_id).order_by(col(Segment.starts_at))).all()
    return [(row.kind, row.starts_at, row.ends_at) for row in rows]


def debts_of(context: Context, agent_id: int) -> list[tuple[int, int]]:
    """(minutes, repaid) of an agent's debts."""
    with reading(context.engine) as session:
        rows = session.exec(select(RestDebt).where(RestDebt.agent_id == agent_id).order_by(col(RestDebt.id))).all()
    return [(row.minutes, row.repaid_minutes) for row in rows]


@pytest.fixture
def floor(any_context: Context) -> Centre:
    """Six agents, nobody available yet."""
    return make_centre(any_context, accounts=False)


def handled(
    context: Context, ref: str, code: str, entry: EntryConditions = HEAVY, *more: OutcomeMarker
) -> CompletionView:
    """A contact that `code` takes, starts and completes now."""
    view = post_contact(context, ContactIn(ref=ref, queue="advice", entry=entry), actor="router")
    assert view.agent == code
    start(context, view.id, actor=code)
    return complete(context, view.id, CompletionIn(outcomes=list(more)), actor=code)


def test_rest_is_carved_from_work_and_flows_around_a_meal(any_context: Context, floor: Centre) -> None:
    a01 = floor.agents["a01"]
    plan(any_context, a01, (WORK, at(8), at(9, 2)), (MEAL, at(9, 2), at(9, 32)), (WORK, at(9, 32), at(16)))
    set_state(any_context, "a01", "available", actor="test")
    view = handled(any_context, "r1", "a01")
    assert day_of(any_context, a01) == [
        (WORK, at(8), at(9)),
        (CALM_DOWN, at(9), at(9, 2)),
        (MEAL, at(9, 2), at(9, 32)),
        (CALM_DOWN, at(9, 32), at(9, 35)),
        (WORK, at(9, 35), at(16)),
    ]
    assert view.rest is not None
    assert (view.rest.minutes, view.rest.starts_at, view.rest.ends_at) == (5, at(9), at(9, 35))
    assert view.rest.light_only_until == at(9, 50)
    assert "5 min of decompression from 10:00 to 10:35, then light contacts only until 10:50." in view.reason
    assert debts_of(any_context, a01) == []


def test_nothing_comes_in_protected_time_and_only_light_ones_after_it(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    plan(any_context, floor.agents["a01"], (WORK, at(8), at(16)))
    set_state(any_context, "a01", "available", actor="test")
    handled(any_context, "r1", "a01")
    light = post_contact(any_context, ContactIn(ref="r2", queue="advice"), actor="router")
    assert light.status is ContactStatus.WAITING
    demanding = EntryConditions(arrival_state=ArrivalState.GRIEVING)
    second = post_contact(any_context, ContactIn(ref="r3", queue="advice", entry=demanding), actor="router")
    clock.now = at(9, 5)
    tick(any_context)
    assert contact_view(any_context, light.id).agent == "a01"
    assert contact_view(any_context, second.id).agent is None


def test_what_the_shifts_end_cuts_off_is_owed_and_the_shift_does_not_move(any_context: Context, floor: Centre) -> None:
    a01 = floor.agents["a01"]
    plan(any_context, a01, (WORK, at(1), at(9, 10)))
    set_state(any_context, "a01", "available", actor="test")
    view = handled(any_context, "r1", "a01", HEAVY, OutcomeMarker.THREAT)
    assert day_of(any_context, a01) == [(WORK, at(1), at(9)), (CALM_DOWN, at(9), at(9, 10))]
    assert view.rest is not None
    assert view.rest.minutes == 10
    assert debts_of(any_context, a01) == [(15, 0)]
    assert "15 min could not be given before the shift ends and are owed to you." in view.reason


def test_a_contact_that_ran_past_the_shift_leaves_all_of_its_rest_owed(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    a01 = floor.agents["a01"]
    plan(any_context, a01, (WORK, at(1), at(9, 10)))
    set_state(any_context, "a01", "available", actor="test")
    view = post_contact(any_context, ContactIn(ref="r1", queue="advice", entry=HEAVY), actor="router")
    start(any_context, view.id, actor="a01")
    clock.now = at(9, 20)
    done = complete(any_context, view.id, CompletionIn(), actor="a01")
    assert done.rest is None
    assert debts_of(any_context, a01) == [(5, 0)]
    assert day_of(any_context, a01) == [(WORK, at(1), at(9, 10))]


def owed(context: Context, agent_id: int, minutes: int) -> None:
    """Write a debt of today."""
    with writing(context.engine) as session:
        session.add(RestDebt(agent_id=agent_id, minutes=minutes, incurred_at=at(8, 50), on_date=DAY.date()))


def test_a_debt_is_repaid_at_the_first_quiet_time_and_once(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    a01 = floor.agents["a01"]
    plan(any_context, a01, (WORK, at(8), at(16)))
    set_state(any_context, "a01", "available", actor="test")
    owed(any_context, a01, 8)
    tick(any_context)
    assert debts_of(any_context, a01) == [(8, 0)], "nobody else is free for these queues"
    set_state(any_context, "a02", "available", actor="test")
    tick(any_context)
    assert debts_of(any_context, a01) == [(8, 8)]
    assert (CALM_DOWN, at(9), at(9, 8)) in day_of(any_context, a01)
    clock.now = at(10)
    tick(any_context)
    assert day_of(any_context, a01).count((CALM_DOWN, at(9), at(9, 8))) == 1
    assert len(day_of(any_context, a01)) == 3


def test_a_debt_waits_while_somebody_waits_and_while_its_owner_is_busy(any_context: Context, floor: Centre) -> None:
    a01 = floor.agents["a01"]
    for code in ("a01", "a02"):
        set_state(any_context, code, "available", actor="test")
    owed(any_context, a01, 8)
    busy = post_contact(any_context, ContactIn(ref="r1", queue="advice"), actor="router")
    assert busy.agent == "a01"
    tick(any_context)
    assert debts_of(any_context, a01) == [(8, 0)]
    abandon(any_context, busy.id, actor="router")
    with_nobody = EntryConditions()
    post_contact(
        any_context, ContactIn(ref="r2", queue="advice", channel=Channel.EMAIL, entry=with_nobody), actor="router"
    )
    tick(any_context)
    assert debts_of(any_context, a01) == [(8, 0)]


def test_what_a_long_wait_took_from_an_agent_is_owed(any_context: Context, floor: Centre, clock: SetClock) -> None:
    a01 = floor.agents["a01"]
    set_state(any_context, "a01", "available", actor="test")
    handled(any_context, "r1", "a01")
    clock.now = at(9, 6)
    waiting = post_contact(any_context, ContactIn(ref="r2", queue="advice", entry=HEAVY), actor="router")
    assert waiting.agent is None
    clock.now = at(9, 10)
    tick(any_context)
    assert contact_view(any_context, waiting.id).agent == "a01"
    start(any_context, waiting.id, actor="a01")
    complete(any_context, waiting.id, CompletionIn(), actor="a01")
    assert debts_of(any_context, a01) == [(10, 0)], "light-only would have lasted until 9:20"


def test_a_moment_begins_at_once_and_asked_again_is_the_same(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    plan(any_context, floor.agents["a01"], (WORK, at(8), at(16)))
    set_state(any_context, "a01", "available", actor="test")
    first = moment(any_context, "a01", actor="a01")
    assert first.rest is not None
    assert (first.begins, first.rest.minutes, first.rest.starts_at) == ("now", 5, at(9))
    assert first.reason.startswith("You asked for a moment. 5 min of decompression")
    clock.forward(minutes=2)
    again = moment(any_context, "a01", actor="a01")
    assert again.rest is not None
    assert (again.rest.starts_at, again.rest.ends_at) == (first.rest.starts_at, first.rest.ends_at)
    with reading(any_context.engine) as session:
        (kept,) = session.exec(select(Rest)).all()
    assert kept.cause is RestCause.MOMENT


def test_a_moment_gives_an_unanswered_reservation_to_somebody_else(any_context: Context, floor: Centre) -> None:
    for code in ("a01", "a02"):
        set_state(any_context, code, "available", actor="test")
    view = post_contact(any_context, ContactIn(ref="r1", queue="advice"), actor="router")
    assert view.agent == "a01"
    assert moment(any_context, "a01", actor="a01").begins == "now"
    assert contact_view(any_context, view.id).agent == "a02"


def test_a_moment_in_a_contact_begins_right_after_it(any_context: Context, floor: Centre) -> None:
    set_state(any_context, "a01", "available", actor="test")
    view = post_contact(any_context, ContactIn(ref="r1", queue="advice"), actor="router")
    accept(any_context, view.id, actor="a01")
    asked = moment(any_context, "a01", actor="a01")
    assert (asked.begins, asked.rest) == ("after the contact", None)
    assert moment(any_context, "a01", actor="a01") == asked
    start(any_context, view.id, actor="a01")
    done = complete(any_context, view.id, CompletionIn(), actor="a01")
    assert done.rest is not None
    assert done.rest.minutes == 5


def test_a_moment_is_fulfilled_by_the_longer_rest_that_is_due_anyway(any_context: Context, floor: Centre) -> None:
    set_state(any_context, "a01", "available", actor="test")
    view = post_contact(any_context, ContactIn(ref="r1", queue="advice"), actor="router")
    start(any_context, view.id, actor="a01")
    moment(any_context, "a01", actor="a01")
    done = complete(any_context, view.id, CompletionIn(felt=5), actor="a01")
    assert done.rest is not None
    assert done.rest.minutes == 15


def test_a_moment_asked_for_in_a_contact_that_is_abandoned_comes_with_the_next_tick(
    any_context: Context, floor: Centre
) -> None:
    set_state(any_context, "a01", "available", actor="test")
    view = post_contact(any_context, ContactIn(ref="r1", queue="advice"), actor="router")
    accept(any_context, view.id, actor="a01")
    moment(any_context, "a01", actor="a01")
    abandon(any_context, view.id, actor="router")
    waiting = post_contact(any_context, ContactIn(ref="r2", queue="advice"), actor="router")
    assert waiting.agent is None
    tick(any_context)
    assert [part[0] for part in day_of(any_context, floor.agents["a01"])] == [CALM_DOWN]
    assert contact_view(any_context, waiting.id).agent is None


def test_between_chats_rest_waits_for_the_last_and_nothing_new_comes(any_context: Context) -> None:
    centre = make_centre(any_context, accounts=False, channels=(Channel.CHAT,))
    set_state(any_context, "a01", "available", actor="test")
    ids = []
    for number in range(2):
        view = post_contact(
            any_context,
            ContactIn(ref=f"r{number}", queue="advice", channel=Channel.CHAT, entry=HEAVY),
            actor="router",
        )
        start(any_context, view.id, actor="a01")
        ids.append(view.id)
    first = complete(any_context, ids[0], CompletionIn(), actor="a01")
    assert first.rest is None
    assert "5 min of rest begin as soon as your other contacts are over" in first.reason
    later = post_contact(any_context, ContactIn(ref="r9", queue="advice", channel=Channel.CHAT), actor="router")
    assert later.agent is None
    second = complete(any_context, ids[1], CompletionIn(), actor="a01")
    assert second.rest is not None
    assert second.rest.minutes == 5 + 5
    assert [part[0] for part in day_of(any_context, centre.agents["a01"])] == [CALM_DOWN]


def test_a_rest_that_follows_another_begins_when_that_ends(any_context: Context, floor: Centre) -> None:
    set_state(any_context, "a01", "available", actor="test")
    a01 = floor.agents["a01"]
    view = post_contact(any_context, ContactIn(ref="r1", queue="advice", entry=HEAVY), actor="router")
    start(any_context, view.id, actor="a01")
    with writing(any_context.engine) as session:
        session.add(
            Segment(agent_id=a01, on_date=DAY.date(), kind=CALM_DOWN, starts_at=at(8, 58), ends_at=at(9, 3), zone="UTC")
        )
    done = complete(any_context, view.id, CompletionIn(), actor="a01")
    assert done.rest is not None
    assert (done.rest.starts_at, done.rest.ends_at) == (at(9, 3), at(9, 8))


def test_a_plan_made_meanwhile_by_others_is_seen_by_the_next_decision(any_context: Context, floor: Centre) -> None:
    set_state(any_context, "a01", "available", actor="test")
    plan(
        any_context,
        floor.agents["a01"],
        (WORK, at(8), at(8, 30)),
        (MEAL, at(8, 30), at(9, 30)),
        (WORK, at(9, 30), at(16)),
    )
    with writing(any_context.engine) as session:
        touch_pools(session)
    assert post_contact(any_context, ContactIn(ref="r", queue="advice"), actor="router").agent is None


def test_a_planned_shift_that_has_not_begun_keeps_contacts_away(any_context: Context, floor: Centre) -> None:
    plan(any_context, floor.agents["a01"], (WORK, at(12), at(20)))
    set_state(any_context, "a01", "available", actor="test")
    view = post_contact(any_context, ContactIn(ref="r", queue="advice"), actor="router")
    assert view.agent is None
    assert "outside their shift" in view.reason.sentence


def test_completing_what_was_abandoned_is_refused(any_context: Context, floor: Centre) -> None:
    view = post_contact(any_context, ContactIn(ref="r", queue="advice"), actor="router")
    abandon(any_context, view.id, actor="router")
    with pytest.raises(Conflict, match="is abandoned: it can be completed only while it is active"):
        complete(any_context, view.id, CompletionIn(), actor="router")
