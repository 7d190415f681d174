"""Another time for a debrief: proposed by one of the two, accepted by the other, or lapsed without a trace."""

from datetime import datetime, timedelta

import pytest
from fastapi import FastAPI

from api.context import Context
from api.errors import Conflict, Invalid, NotFound
from api.events.log import since
from api.services.debriefs.asking import ask_for_debrief
from api.services.debriefs.invitations import accept, decline, give_back, tend_debriefs
from api.services.debriefs.proposals import (
    accept_proposal,
    decline_proposal,
    possible_times,
    propose,
    withdraw_proposal,
)
from roster.rest import InvitationStatus
from roster.store.engine import reading
from tests.api.day_stage import TODAY, at, caller, publish
from tests.api.debrief_stage import TOMORROW, change, days, debriefs_of, laid, lines, row, seen
from tests.clients import signed_in, with_token
from tests.conftest import SetClock
from tests.factories import Centre

LENGTH = timedelta(minutes=25)


@pytest.fixture
def centre(any_context: Context, clock: SetClock) -> Centre:
    return laid(any_context, clock, accounts=True)


def offer(context: Context, centre: Centre) -> int:
    """a01 has an invitation to talk with a05; its number."""
    found = ask_for_debrief(context, caller(centre, "a01"), peer="a05")
    assert found is not None
    return found.id


def free_time(context: Context, centre: Centre, number: int, *, last: bool = True) -> datetime:
    """The last time that a01, a02 and a05 have, of those that a01 may propose."""
    taken = [one for code in ("a01", "a02", "a05") for one in days(context, centre)[code]]
    taken += [
        ("offer", view.starts_at, view.ends_at) for code in ("a01", "a02") for view in seen(context, centre, code)
    ]
    times = [
        time.starts_at
        for time in possible_times(context, number, caller(centre, "a01"))
        if not any(begin < time.ends_at and time.starts_at < end for _, begin, end in taken)
    ]
    return times[-1 if last else 0]


def test_the_peer_accepts_another_time_and_both_days_have_it(any_context: Context, centre: Centre) -> None:
    number = offer(any_context, centre)
    first = row(any_context, number).starts_at
    wanted = free_time(any_context, centre, number)
    view = propose(any_context, number, caller(centre, "a01"), wanted)
    assert (view.status, view.starts_at, view.proposal and view.proposal.starts_at) == ("offered", first, wanted)
    (asked,) = seen(any_context, centre, "a05")
    assert (asked.status, asked.giving, asked.with_name, asked.starts_at) == ("proposed", True, "Agent 1", wanted)
    taken = accept_proposal(any_context, number, caller(centre, "a05"))
    assert (taken.status, taken.starts_at, taken.proposal) == ("accepted", wanted, None)
    for code in ("a01", "a05"):
        assert debriefs_of(any_context, centre, code) == [(wanted, wanted + LENGTH)]
    assert {line for line in lines(any_context) if line[0] == "debrief.accepted"} == {
        ("debrief.accepted", centre.agents[code]) for code in ("a01", "a05")
    }


@pytest.mark.parametrize(("who", "other"), [("a01", "a05"), ("a05", "a01")])
def test_an_accepted_debrief_moves_when_the_other_says_yes(
    context: Context, clock: SetClock, who: str, other: str
) -> None:
    centre = laid(context, clock)
    plain = days(context, centre)
    number = offer(context, centre)
    accept(context, number, caller(centre, "a01"))
    first = row(context, number).starts_at
    wanted = free_time(context, centre, number)
    propose(context, number, caller(centre, who), wanted)
    assert debriefs_of(context, centre, "a01") == debriefs_of(context, centre, "a05") == [(first, first + LENGTH)]
    with pytest.raises(Conflict):
        accept_proposal(context, number, caller(centre, who))
    accept_proposal(context, number, caller(centre, other))
    for code in ("a01", "a05"):
        assert debriefs_of(context, centre, code) == [(wanted, wanted + LENGTH)]
    assert [kind for kind, _ in lines(context)].count("debrief.moved") == 2
    give_back(context, number, caller(centre, other))
    assert days(context, centre) == plain


def test_a_time_that_is_gone_when_it_is_accepted_changes_nothing(any_context: Context, centre: Centre) -> None:
    number = offer(any_context, centre)
    accept(any_context, number, caller(centre, "a01"))
    second = ask_for_debrief(any_context, caller(centre, "a02"), peer="a05")
    assert second is not None
    wanted = free_time(any_context, centre, number, last=False)
    propose(any_context, number, caller(centre, "a01"), wanted)
    propose(any_context, second.id, caller(centre, "a02"), wanted)
    accept_proposal(any_context, second.id, caller(centre, "a05"))
    before, was = days(any_context, centre), row(any_context, number).model_dump()
    with pytest.raises(Conflict, match="no longer free for both"):
        accept_proposal(any_context, number, caller(centre, "a05"))
    assert days(any_context, centre) == before
    assert row(any_context, number).model_dump() == was
    assert [view.status for view in seen(any_context, centre, "a01")] == ["accepted"]


@pytest.mark.parametrize("agreed", [False, True])
def test_a_declined_proposal_looks_like_no_answer_to_everybody_else(
    app: FastAPI, context: Context, clock: SetClock, agreed: bool
) -> None:
    centre = laid(context, clock, accounts=True)
    number = offer(context, centre)
    if agreed:
        accept(context, number, caller(centre, "a01"))
    wanted = free_time(context, centre, number)
    propose(context, number, caller(centre, "a01"), wanted)
    pages = {
        "a01": ("/today/now", "/me/ledger.json", "/api/v1/agents/a01/day", "/api/v1/agents/a01/debriefs"),
        "lead": ("/api/v1/agents/a01/day", "/api/v1/agents/a05/day"),
        "a06": ("/api/v1/agents/a06/day",),
    }
    clients = {name: signed_in(app, context, name) for name in pages}
    router = with_token(app, context)

    def everything() -> list[bytes]:
        found = [clients[name].get(address).content for name, some in pages.items() for address in some]
        with reading(context.engine) as session:
            found += [repr(since(session, 0)).encode(), repr(since(session, 0, agent_id=centre.agents["a01"])).encode()]
        return [*found, router.get("/api/v1/agents/a05/day").content]

    before, log = everything(), lines(context)
    for _ in range(2):
        decline_proposal(context, number, caller(centre, "a05"))
    assert everything() == before
    assert lines(context) == log
    # Asking for the same again brings no answer either, and no second question.
    propose(context, number, caller(centre, "a01"), wanted)
    assert (everything(), lines(context)) == (before, log)
    assert all(view.proposal is None for view in seen(context, centre, "a05"))
    with pytest.raises((Conflict, NotFound)):
        accept_proposal(context, number, caller(centre, "a05"))


def test_declining_an_invitation_with_another_time_proposed_leaves_no_line(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock)
    number = offer(context, centre)
    propose(context, number, caller(centre, "a01"), free_time(context, centre, number))
    log = lines(context)
    decline(context, number, caller(centre, "a01"))
    assert lines(context) == log
    assert seen(context, centre, "a05") == seen(context, centre, "a01") == ()
    with pytest.raises(NotFound):
        accept_proposal(context, number, caller(centre, "a05"))


def test_an_offer_waits_for_the_answer_and_lapses_when_the_other_time_comes(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock, dates=(TODAY, TOMORROW))
    number = offer(context, centre)
    propose(context, number, caller(centre, "a01"), free_time(context, centre, number, last=False))
    withdraw_proposal(context, number, caller(centre, "a01"))
    assert seen(context, centre, "a05") == ()
    wanted = free_time(context, centre, number)
    propose(context, number, caller(centre, "a01"), wanted)
    clock.now = row(context, number).starts_at
    assert clock.now < wanted
    tend_debriefs(context)
    (mine,) = seen(context, centre, "a01")
    assert (mine.status, mine.starts_at) == ("proposed", wanted)
    with pytest.raises(Conflict):
        accept(context, number, caller(centre, "a01"))
    clock.now = wanted
    tend_debriefs(context)
    assert row(context, number).status is InvitationStatus.LAPSED
    assert seen(context, centre, "a01") == seen(context, centre, "a05") == ()


def test_times_that_can_not_be_are_refused_with_the_nearest(app: FastAPI, context: Context, clock: SetClock) -> None:
    centre = laid(context, clock, accounts=True)
    number = offer(context, centre)
    meal = next(begin for kind, begin, _ in days(context, centre)["a01"] if kind == "meal")
    client = signed_in(app, context, "a01")
    address = f"/api/v1/agents/a01/debriefs/{number}/proposal"
    for starts_at, status in (
        (at(400), 422),
        (at(600) + timedelta(seconds=1), 422),
        (meal, 409),
        (at(14 * 60 + 40), 409),
        (at(600, TOMORROW), 409),
        (at(601), 409),
    ):
        said = client.post(address, json={"starts_at": starts_at.isoformat()})
        assert said.status_code == status, starts_at
        if status == 409:
            assert said.json()["nearest"] is not None
    nearest = client.post(address, json={"starts_at": at(14 * 60 + 40).isoformat()}).json()["nearest"]
    assert nearest == at(14 * 60 + 35).isoformat()
    assert client.post(address, json={"starts_at": nearest}).status_code == 200
    assert client.post(address, json={"starts_at": "noon"}).status_code == 422


def test_a_time_may_be_tomorrow_but_only_while_both_are_on_shift(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock, dates=(TODAY, TOMORROW))
    number = offer(context, centre)
    publish(context, centre, {"a05": "late"}, TOMORROW)
    dates = {(time.date, time.starts) for time in possible_times(context, number, caller(centre, "a01"))}
    assert min(starts for date, starts in dates if date == TOMORROW) >= "13:00"
    with pytest.raises(Conflict, match=r"nearest time is 13:\d\d on 2026-11-25"):
        propose(context, number, caller(centre, "a01"), at(11 * 60, TOMORROW))
    with pytest.raises(Invalid):
        propose(context, number, caller(centre, "a01"), at(700, TODAY - timedelta(days=1)))


def test_a_peer_who_may_be_one_no_longer_can_not_take_it(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock)
    number = offer(context, centre)
    propose(context, number, caller(centre, "a01"), free_time(context, centre, number))
    change(context, centre, "a01", languages=["nl"])
    change(context, centre, "a05", languages=["tr"])
    before = days(context, centre)
    with pytest.raises(Conflict):
        accept_proposal(context, number, caller(centre, "a05"))
    assert days(context, centre) == before
