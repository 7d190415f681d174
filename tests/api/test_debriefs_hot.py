"""A short debrief in the shift of a heavy contact: at the next time that two have, and a quiet answer where none is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlmodel import select

from api.context import Context
from api.errors import Conflict
from api.services.days.views import agent_day
from api.services.debriefs.asking import ask_for_debrief
from api.services.debriefs.hot import ask_for_hot_debrief
from api.services.debriefs.invitations import decline, give_back, offer_debriefs
from roster.contacts import Tier
from roster.shifts import Segment, SegmentKind
from roster.store.engine import writing
from tests.api.day_stage import TODAY, at, caller, contact
from tests.api.debrief_stage import TOMORROW, also_on, change, days, debriefs_of, laid, lines, only_free, seen
from tests.clients import signed_in
from tests.conftest import SetClock
from tests.factories import Centre

TEN = timedelta(minutes=10)


@pytest.fixture
def centre(any_context: Context, clock: SetClock) -> Centre:
    """a01 had a heavy contact until 07:50; it is 08:01."""
    return heavy(any_context, clock)


def heavy(context: Context, clock: SetClock, tier: Tier = Tier.HEAVY) -> Centre:
    made = laid(context, clock, dates=(TODAY, TOMORROW), accounts=True)
    clock.now = at(8 * 60 + 1)
    contact(context, made, "a01", at(7 * 60 + 50), tier=tier)
    return made


def fill(context: Context, centre: Centre, codes: Sequence[str], until: int = 15 * 60) -> None:
    """All work of today before `until` is training."""
    with writing(context.engine) as session:
        for row in session.exec(select(Segment).where(Segment.on_date == TODAY)).all():
            if row.agent_id in {centre.agents[code] for code in codes} and row.kind is SegmentKind.WORK:
                row.kind, end = SegmentKind.TRAINING, row.ends_at
                if row.starts_at < at(until) < end:
                    row.ends_at = at(until)
                    values = row.model_dump(exclude={"id"}) | {
                        "kind": SegmentKind.WORK,
                        "starts_at": at(until),
                        "ends_at": end,
                    }
                    session.add(Segment(**values))
                elif row.starts_at >= at(until):
                    row.kind = SegmentKind.WORK
                session.add(row)


def test_it_is_at_the_next_time_that_both_have_and_in_both_days(any_context: Context, centre: Centre) -> None:
    before = days(any_context, centre)
    told = ask_for_hot_debrief(any_context, caller(centre, "a01"))
    assert told.invitation is not None
    assert (told.invitation.hot, told.invitation.status, told.invitation.minutes) == (True, "accepted", 10)
    assert told.invitation.starts_at == at(8 * 60 + 10)
    peer = "a05" if told.invitation.with_name == "Agent 5" else "a06"
    for code in ("a01", peer):
        assert debriefs_of(any_context, centre, code) == [(at(490), at(500))]
        # Nobody's break went or moved.
        assert [one for one in days(any_context, centre)[code] if one[0] != "debrief"] == before[code]
    with pytest.raises(Conflict, match="You have one already, at 08:10"):
        ask_for_hot_debrief(any_context, caller(centre, "a01"))
    (given,) = seen(any_context, centre, peer)
    assert (given.giving, given.with_name) == (True, "Agent 1")
    give_back(any_context, told.invitation.id, caller(centre, peer))
    assert days(any_context, centre) == before


def test_it_waits_until_a_volunteer_is_at_work(context: Context, clock: SetClock) -> None:
    centre = heavy(context, clock)
    fill(context, centre, ["a05"])
    fill(context, centre, ["a06"], until=9 * 60 + 2)
    told = ask_for_hot_debrief(context, caller(centre, "a01"))
    assert told.invitation is not None
    assert told.invitation.starts_at == at(9 * 60 + 5)


def test_where_nobody_can_the_answer_is_quiet_and_has_the_nearest_time(
    app: FastAPI, context: Context, clock: SetClock
) -> None:
    centre = heavy(context, clock)
    fill(context, centre, ["a05", "a06"])
    before, log = days(context, centre), lines(context)
    said = signed_in(app, context, "a01").post("/api/v1/agents/a01/debriefs/hot").json()
    assert said["invitation"] is None
    assert said["nearest"] == at(7 * 60, TOMORROW).isoformat().replace("+00:00", "Z")
    assert said["sentence"] == (
        "Nobody can before your shift ends. The nearest time is tomorrow at 07:00: you can ask for a debrief then."
    )
    assert (days(context, centre), lines(context)) == (before, log)


def test_volunteers_behind_a_bar_or_a_limit_are_no_help(context: Context, clock: SetClock) -> None:
    centre = heavy(context, clock)
    change(context, centre, "a01", manager_id=centre.agents["a05"])
    also_on(context, centre, "a06")
    told = ask_for_hot_debrief(context, caller(centre, "a01"))
    assert (told.invitation, told.nearest) == (None, None)
    change(context, centre, "a01", manager_id=None, languages=["nl"])
    change(context, centre, "a05", languages=["tr"])
    assert ask_for_hot_debrief(context, caller(centre, "a01")).invitation is None
    change(context, centre, "a05", languages=["nl-BE"])
    assert ask_for_hot_debrief(context, caller(centre, "a01")).invitation is not None


def test_time_that_is_kept_for_an_offer_is_not_taken(context: Context, clock: SetClock) -> None:
    centre = heavy(context, clock)
    change(context, centre, "a06", is_peer=False)
    offered = ask_for_debrief(context, caller(centre, "a02"))
    assert offered is not None
    only_free(context, centre, "a05", offered.starts_at, offered.ends_at)
    assert ask_for_hot_debrief(context, caller(centre, "a01")).invitation is None
    decline(context, offered.id, caller(centre, "a02"))
    told = ask_for_hot_debrief(context, caller(centre, "a01"))
    assert told.invitation is not None
    assert told.invitation.starts_at == offered.starts_at


def test_it_follows_a_heavy_contact_of_this_shift_and_can_be_switched_off(context: Context, clock: SetClock) -> None:
    centre = heavy(context, clock, Tier.DEMANDING)

    def offered(code: str) -> bool:
        own = agent_day(context, centre.agents[code], clock.now).own
        return own is not None and own.hot_debrief

    with pytest.raises(Conflict, match="follows a heavy contact"):
        ask_for_hot_debrief(context, caller(centre, "a01"))
    assert not offered("a01")
    contact(context, centre, "a02", at(6 * 60), ref="yesterday")
    with pytest.raises(Conflict, match="follows a heavy contact"):
        ask_for_hot_debrief(context, caller(centre, "a02"))
    contact(context, centre, "a02", at(7 * 60 + 30), ref="now")
    assert offered("a02")
    for update in ({"hot_minutes": 0}, {"enabled": False}):
        terms = context.policy.debrief.model_copy(update=update)
        off = replace(context, policy=context.policy.model_copy(update={"debrief": terms}))
        with pytest.raises(Conflict, match="switched off"):
            ask_for_hot_debrief(off, caller(centre, "a02"))
    clock.now = at(15 * 60)
    with pytest.raises(Conflict, match="none of yours is"):
        ask_for_hot_debrief(context, caller(centre, "a02"))


def test_it_stands_in_the_way_of_no_later_invitation(context: Context, clock: SetClock) -> None:
    centre = heavy(context, clock, Tier.SEVERE)
    assert ask_for_hot_debrief(context, caller(centre, "a01")).invitation is not None
    assert offer_debriefs(context, TOMORROW) == 1
