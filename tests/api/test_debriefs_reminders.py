"""The reminder about a month after a debrief: once, to the agent alone, and not where debriefs are switched off."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI

from api.context import Context
from api.events.log import since
from api.services.days.views import agent_day
from api.services.debriefs.asking import ask_for_debrief
from api.services.debriefs.invitations import accept, set_wants_debriefs, tend_debriefs
from api.services.debriefs.reminders import dismiss_reminder
from roster.rest import DebriefInvitation
from roster.store.engine import reading, writing
from tests.api.day_stage import caller
from tests.api.debrief_stage import laid, lines, peer_of
from tests.clients import signed_in
from tests.conftest import SetClock
from tests.factories import Centre


@pytest.fixture
def centre(context: Context, clock: SetClock) -> Centre:
    return laid(context, clock, accounts=True)


def held(context: Context, centre: Centre, clock: SetClock, code: str = "a01") -> int:
    """A debrief that `code` had; the clock is 30 days after its end."""
    found = ask_for_debrief(context, caller(centre, code))
    assert found is not None
    accept(context, found.id, caller(centre, code))
    clock.now = found.ends_at + timedelta(days=30)
    return found.id


def reminded(context: Context, centre: Centre, code: str = "a01") -> bool:
    own = agent_day(context, centre.agents[code], context.now()).own
    assert own is not None
    return own.reminder


def test_it_is_for_the_agent_alone_and_once(context: Context, centre: Centre, clock: SetClock) -> None:
    number = held(context, centre, clock)
    peer = peer_of(context, centre, number)
    clock.now -= timedelta(minutes=1)
    tend_debriefs(context)
    assert not reminded(context, centre)
    clock.forward(minutes=1)
    for _ in range(2):
        tend_debriefs(context)
        clock.forward(days=1)
    assert [line for line in lines(context) if line[0] == "debrief.reminder"] == [
        ("debrief.reminder", centre.agents["a01"])
    ]
    assert [reminded(context, centre, code) for code in ("a01", peer, "a02")] == [True, False, False]
    with reading(context.engine) as session:
        assert all(event.kind != "debrief.reminder" for event in since(session, 0, limit=10_000))
    dismiss_reminder(context, caller(centre, "a02"))
    assert reminded(context, centre)
    log = lines(context)
    dismiss_reminder(context, caller(centre, "a01"))
    tend_debriefs(context)
    assert not reminded(context, centre)
    assert lines(context) == log


def test_whoever_switched_debriefs_off_gets_none(context: Context, centre: Centre, clock: SetClock) -> None:
    held(context, centre, clock)
    set_wants_debriefs(context, False, caller(centre, "a01"))
    tend_debriefs(context)
    assert all(kind != "debrief.reminder" for kind, _ in lines(context))
    set_wants_debriefs(context, True, caller(centre, "a01"))
    tend_debriefs(context)
    assert reminded(context, centre)
    set_wants_debriefs(context, False, caller(centre, "a01"))
    assert not reminded(context, centre)


@pytest.mark.parametrize("update", [{"reminder_days": 0}, {"enabled": False}])
def test_policy_can_leave_it_out(context: Context, centre: Centre, clock: SetClock, update: dict[str, object]) -> None:
    held(context, centre, clock)
    terms = context.policy.debrief.model_copy(update=update)
    tend_debriefs(replace(context, policy=context.policy.model_copy(update={"debrief": terms})))
    assert all(kind != "debrief.reminder" for kind, _ in lines(context))


def test_none_comes_late_after_a_hot_one_or_where_it_was_not_held(
    context: Context, centre: Centre, clock: SetClock
) -> None:
    number = held(context, centre, clock)
    end = clock.now
    clock.now = end + timedelta(days=7)
    tend_debriefs(context)
    assert not reminded(context, centre)
    clock.now = end
    with writing(context.engine) as session:
        row = session.get(DebriefInvitation, number)
        assert row is not None
        row.hot = True
        session.add(row)
    tend_debriefs(context)
    assert not reminded(context, centre)


def test_the_page_shows_it_with_the_signpost_until_it_is_put_away(
    app: FastAPI, context: Context, centre: Centre, clock: SetClock
) -> None:
    held(context, centre, clock)
    tend_debriefs(context)
    agent = signed_in(app, context, "a01")
    text = agent.get("/today").text
    assert "About a month ago you had a debrief." in text
    assert context.policy.debrief.signpost in text
    assert "About a month ago" not in signed_in(app, context, "a05").get("/today").text
    seen = signed_in(app, context, "lead").get("/api/v1/agents/a01/day").text
    assert "reminder" not in seen
    assert agent.post("/api/v1/agents/a01/debriefs/reminder/dismiss").status_code == 204
    assert "About a month ago" not in agent.get("/today").text
