"""Planning a day from the tables, and debriefs that take and give back two people's time."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlmodel import Session, col, select

from api.context import Context
from api.errors import Conflict, Forbidden, NotFound
from api.events.log import since
from api.security.caller import Caller
from api.services.days.planning import ensure_day, plan_day
from api.services.days.views import agent_day, masked_day, team_day
from api.services.debriefs.invitations import (
    accept,
    ask_for_debrief,
    decline,
    give_back,
    invitations_of,
    offer_debriefs,
    set_wants_debriefs,
    tend_debriefs,
)
from roster.accounts import Role
from roster.clock import at_local
from roster.day import SegmentSpan, carve
from roster.events import Event
from roster.people import Agent
from roster.rest import DebriefInvitation, InvitationStatus
from roster.shifts import Assignment, Requirement, Segment, SegmentKind
from roster.store.engine import reading, writing
from tests.api.day_stage import TODAY, ZONE, caller, contact, publish
from tests.conftest import SetClock
from tests.factories import Centre, make_centre


def spans(session: Session, agent_id: int, on_date: date = TODAY) -> list[SegmentSpan]:
    """The stored day of an agent."""
    rows = session.exec(
        select(Segment).where(Segment.agent_id == agent_id, Segment.on_date == on_date).order_by(col(Segment.starts_at))
    ).all()
    return [SegmentSpan(row.kind, row.starts_at, row.ends_at, row.reason) for row in rows]


def day(context: Context, centre: Centre, code: str, on_date: date = TODAY) -> list[SegmentSpan]:
    """The stored day of an agent, read afresh."""
    with reading(context.engine) as session:
        return spans(session, centre.agents[code], on_date)


@pytest.fixture
def centre(context: Context, clock: SetClock) -> Centre:
    """Six people on the early shift, 07:00 to 15:00 in Amsterdam, two of them peers; the clock at 06:00 there."""
    clock.now = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    made = make_centre(context, accounts=False)
    publish(context, made, dict.fromkeys(made.agent_codes, "early"))
    return made


def offered(context: Context, centre: Centre, code: str = "a01") -> int:
    """A planned day in which `code` has an offer; its number."""
    contact(context, centre, code, context.now() - timedelta(hours=30), ref=f"c-{code}")
    offer_debriefs(context, TODAY)
    found = invitations_of(context, centre.agents[code])
    assert [view.status for view in found] == ["offered"]
    return found[0].id


def test_every_published_shift_is_partitioned_with_its_meal_and_rests(context: Context, centre: Centre) -> None:
    view = plan_day(context, TODAY)
    assert (view.people, view.unplaced) == (6, ())
    for code in centre.agent_codes:
        found = day(context, centre, code)
        assert found[0].starts_at == at_local(TODAY, 7 * 60, ZONE)
        assert found[-1].ends_at == at_local(TODAY, 15 * 60, ZONE)
        assert all(one.ends_at == other.starts_at for one, other in pairwise(found))
        kinds = [span.kind for span in found if span.kind is not SegmentKind.WORK]
        assert sorted(kinds) == [SegmentKind.MEAL, SegmentKind.REST, SegmentKind.REST]
        assert all(span.reason for span in found if span.kind is not SegmentKind.WORK)


def test_planning_again_changes_nothing_and_keeps_what_has_begun(
    context: Context, centre: Centre, clock: SetClock
) -> None:
    plan_day(context, TODAY)
    before = {code: day(context, centre, code) for code in centre.agent_codes}
    plan_day(context, TODAY)
    assert {code: day(context, centre, code) for code in centre.agent_codes} == before
    clock.now = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
    plan_day(context, TODAY)
    for code, old in before.items():
        begun = [span for span in old if span.kind is not SegmentKind.WORK and span.starts_at <= clock.now]
        assert begun
        assert set(begun) <= set(day(context, centre, code))


def test_decompression_in_the_day_survives_planning_again(context: Context, centre: Centre, clock: SetClock) -> None:
    plan_day(context, TODAY)
    clock.now = datetime(2026, 11, 24, 6, 20, 30, tzinfo=UTC)
    agent_id = centre.agents["a01"]
    with writing(context.engine) as session:
        carved = carve(
            spans(session, agent_id), SegmentKind.DECOMPRESSION, clock.now, 15, reason="after a heavy contact"
        )
        rows = session.exec(select(Segment).where(Segment.agent_id == agent_id)).all()
        assignment_id = rows[0].assignment_id
        for row in rows:
            session.delete(row)
        session.flush()
        for span in carved.segments:
            session.add(
                Segment(
                    agent_id=agent_id,
                    assignment_id=assignment_id,
                    on_date=TODAY,
                    zone=ZONE,
                    kind=span.kind,
                    starts_at=span.starts_at,
                    ends_at=span.ends_at,
                    reason=span.reason,
                )
            )
    clock.forward(minutes=5)
    plan_day(context, TODAY)
    rest = [span for span in day(context, centre, "a01") if span.kind is SegmentKind.DECOMPRESSION]
    assert [(span.starts_at.second, span.minutes) for span in rest] == [(30, 15)]


def test_ensure_day_plans_only_what_lacks_segments(context: Context, centre: Centre) -> None:
    assert ensure_day(context, TODAY) is not None
    assert ensure_day(context, TODAY) is None
    assert ensure_day(context, TODAY + timedelta(days=1)) is None


def test_a_shift_taken_out_of_the_roster_loses_its_segments(context: Context, centre: Centre) -> None:
    plan_day(context, TODAY)
    with writing(context.engine) as session:
        gone = session.exec(select(Assignment).where(Assignment.agent_id == centre.agents["a03"])).one()
        session.delete(gone)
    plan_day(context, TODAY)
    assert day(context, centre, "a03") == []
    assert day(context, centre, "a01")


def test_breaks_leave_the_quarters_that_need_everybody(context: Context, centre: Centre) -> None:
    tight = [at_local(TODAY, minute, ZONE) for minute in range(9 * 60, 12 * 60, 15)]
    with writing(context.engine) as session:
        for at in tight:
            session.add(Requirement(queue_id=centre.queues["advice"], starts_at=at, required=4))
            session.add(Requirement(queue_id=centre.queues["billing"], starts_at=at, required=1))
    assert plan_day(context, TODAY).short_minutes == 0


def test_an_invitation_is_made_once_for_a_contact(context: Context, centre: Centre, clock: SetClock) -> None:
    number = offered(context, centre)
    (view,) = invitations_of(context, centre.agents["a01"])
    assert view.minutes == context.policy.debrief.minutes
    assert view.with_name in {"Agent 5", "Agent 6"}
    for code in ("a01",):
        assert all(
            span.kind is SegmentKind.WORK
            for span in day(context, centre, code)
            if span.overlaps(view.starts_at, view.ends_at)
        )
    assert offer_debriefs(context, TODAY) == 0
    tend_debriefs(context)
    decline(context, number, caller(centre, "a01"))
    assert offer_debriefs(context, TODAY) == 0
    assert invitations_of(context, centre.agents["a01"]) == ()


@pytest.mark.parametrize("hours", [10, 100])
def test_too_fresh_or_too_old_a_contact_brings_no_invitation(context: Context, centre: Centre, hours: int) -> None:
    contact(context, centre, "a01", context.now() - timedelta(hours=hours))
    assert offer_debriefs(context, TODAY) == 0


def test_who_wants_no_debriefs_is_not_invited(context: Context, centre: Centre) -> None:
    set_wants_debriefs(context, False, caller(centre, "a01"))
    contact(context, centre, "a01", context.now() - timedelta(hours=30))
    assert offer_debriefs(context, TODAY) == 0


def test_who_was_on_the_same_contact_is_no_peer(context: Context, centre: Centre) -> None:
    contact(context, centre, "a01", context.now() - timedelta(hours=30))
    with writing(context.engine) as session:
        for code in ("a05", "a06"):
            session.add(
                Event(at=context.now(), kind="contact.started", subject="c1", actor="x", agent_id=centre.agents[code])
            )
    assert offer_debriefs(context, TODAY) == 0


def test_accepting_takes_exactly_that_time_from_both(context: Context, centre: Centre) -> None:
    number = offered(context, centre)
    view = accept(context, number, caller(centre, "a01"))
    with reading(context.engine) as session:
        invitation = session.get(DebriefInvitation, number)
        assert invitation is not None
        both = [spans(session, person) for person in (invitation.agent_id, invitation.peer_id)]
    for found in both:
        debriefs = [span for span in found if span.kind is SegmentKind.DEBRIEF]
        assert [(span.starts_at, span.ends_at) for span in debriefs] == [(view.starts_at, view.ends_at)]
        assert (found[0].starts_at, found[-1].ends_at) == (at_local(TODAY, 420, ZONE), at_local(TODAY, 900, ZONE))
    (given,) = invitations_of(context, invitation.peer_id)
    assert (given.giving, given.with_name) == (True, "Agent 1")
    plan_day(context, TODAY)
    with reading(context.engine) as session:
        kept = [span for span in spans(session, invitation.peer_id) if span.kind is SegmentKind.DEBRIEF]
    assert len(kept) == 1


def test_a_time_that_is_taken_conflicts_and_changes_neither_day(context: Context, centre: Centre) -> None:
    first = offered(context, centre)
    contact(context, centre, "a02", context.now() - timedelta(hours=30), ref="c2")
    offer_debriefs(context, TODAY)
    with writing(context.engine) as session:
        one = session.get(DebriefInvitation, first)
        other = session.exec(select(DebriefInvitation).where(DebriefInvitation.agent_id == centre.agents["a02"])).one()
        assert one is not None
        # The same peer at the same time, as if two offers had crossed.
        other.peer_id, other.starts_at, other.ends_at = one.peer_id, one.starts_at, one.ends_at
        session.add(other)
    accept(context, first, caller(centre, "a01"))
    before = {code: day(context, centre, code) for code in centre.agent_codes}
    assert other.id is not None
    with pytest.raises(Conflict, match="just been taken"):
        accept(context, other.id, caller(centre, "a02"))
    assert {code: day(context, centre, code) for code in centre.agent_codes} == before
    assert invitations_of(context, centre.agents["a02"]) == ()


def test_declining_leaves_no_trace_for_anybody_else(context: Context, centre: Centre) -> None:
    number = offered(context, centre)
    with reading(context.engine) as session:
        count = len(session.exec(select(Event)).all())
        peer_id = session.exec(select(DebriefInvitation.peer_id)).one()
    decline(context, number, caller(centre, "a01"))
    decline(context, number, caller(centre, "a01"))
    with reading(context.engine) as session:
        assert len(session.exec(select(Event)).all()) == count
        assert all(not event.kind.startswith("debrief") for event in since(session, 0))
        assert all(not event.kind.startswith("debrief") for event in since(session, 0, agent_id=peer_id))
    assert invitations_of(context, peer_id) == ()
    with pytest.raises(Conflict):
        accept(context, number, caller(centre, "a01"))


def test_only_the_invited_may_answer(context: Context, centre: Centre) -> None:
    number = offered(context, centre)
    for code in ("a02", "a05", "a06"):
        with pytest.raises(NotFound):
            accept(context, number, caller(centre, code))
        with pytest.raises(NotFound):
            decline(context, number, caller(centre, code))
    with pytest.raises(Forbidden):
        accept(context, number, Caller(name="lead", role=Role.LEAD))


def test_an_offer_lapses_when_its_time_comes(context: Context, centre: Centre, clock: SetClock) -> None:
    number = offered(context, centre)
    clock.now = invitations_of(context, centre.agents["a01"])[0].starts_at
    assert invitations_of(context, centre.agents["a01"]) == ()
    with pytest.raises(Conflict):
        accept(context, number, caller(centre, "a01"))
    tend_debriefs(context)
    with reading(context.engine) as session:
        invitation = session.get(DebriefInvitation, number)
        assert invitation is not None
        assert invitation.status is InvitationStatus.LAPSED


def test_a_peer_who_steps_back_frees_both_and_the_agent_learns_only_that(context: Context, centre: Centre) -> None:
    number = offered(context, centre)
    plain = {code: day(context, centre, code) for code in centre.agent_codes}
    accept(context, number, caller(centre, "a01"))
    with reading(context.engine) as session:
        peer_id = session.exec(select(DebriefInvitation.peer_id)).one()
    peer = next(code for code, agent_id in centre.agents.items() if agent_id == peer_id)
    give_back(context, number, caller(centre, peer))
    assert {code: day(context, centre, code) for code in centre.agent_codes} == plain
    with reading(context.engine) as session:
        off = [event for event in since(session, 0, agent_id=centre.agents["a01"]) if event.kind == "debrief.off"]
    assert [event.data for event in off] == [{}]


def test_a_peer_gives_no_more_than_the_weekly_cap(context: Context, centre: Centre) -> None:
    with writing(context.engine) as session:
        agent = session.get(Agent, centre.agents["a06"])
        assert agent is not None
        agent.is_peer = False
        session.add(agent)
    for code in ("a01", "a02", "a03"):
        contact(context, centre, code, context.now() - timedelta(hours=30), ref=f"c-{code}")
    assert offer_debriefs(context, TODAY) == context.policy.debrief.max_sessions_per_peer_per_week == 2


def test_a_debrief_asked_for_needs_no_contact(context: Context, centre: Centre) -> None:
    plan_day(context, TODAY)
    assert ask_for_debrief(context, caller(centre, "a02"))
    assert [view.status for view in invitations_of(context, centre.agents["a02"])] == ["offered"]
    with pytest.raises(Conflict):
        ask_for_debrief(context, caller(centre, "a02"))


def test_others_see_protected_time_and_nothing_more(context: Context, centre: Centre, clock: SetClock) -> None:
    number = offered(context, centre)
    view = accept(context, number, caller(centre, "a01"))
    clock.now = view.starts_at
    own = agent_day(context, centre.agents["a01"], clock.now)
    assert own.own is not None
    assert own.current is not None
    assert (own.current.kind, bool(own.current.why)) == ("debrief", True)
    seen = masked_day(context, centre.agents["a01"], clock.now)
    assert seen.own is None
    assert seen.current is not None
    assert (seen.current.kind, seen.current.label) == ("protected", "Protected time")
    whole = team_day(context, TODAY, clock.now).model_dump_json()
    assert "debrief" not in whole.lower()
    assert all(
        segment.why == "" for person in team_day(context, TODAY, clock.now).people for segment in person.segments
    )


def test_the_day_view_names_the_next_break_and_why(context: Context, centre: Centre, clock: SetClock) -> None:
    plan_day(context, TODAY)
    clock.now = at_local(TODAY, 7 * 60, ZONE)
    view = agent_day(context, centre.agents["a01"], clock.now)
    assert view.shift is not None
    assert (view.shift.starts, view.shift.ends) == ("07:00", "15:00")
    assert view.next_break is not None
    assert "your shift is longer than" in view.next_break.why
    assert view.next_break.starts in view.next_break.why
