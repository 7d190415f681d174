"""What protects people on the floor: their limits, rest that they move, debts that come back, wrap-up, life at risk."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from api.context import Context
from api.errors import Conflict, Forbidden, Invalid
from api.events.log import since
from api.security.caller import Caller
from api.services.floor.commands import (
    CompletionIn,
    ContactIn,
    complete,
    contact_view,
    explanation,
    moment,
    post_contact,
    set_state,
    start,
    tick,
)
from api.services.floor.limits import Limits, limits_of, set_limits
from api.services.floor.overview import floor_view
from api.services.floor.resting import give_back_rest, postpone_rest, take_owed_rest
from api.services.floor.state import load_pool
from roster.accounts import Role
from roster.contacts import ArrivalState, ContactStatus, EntryConditions, History, OutcomeMarker, PastContact, Stake
from roster.rest import RestDebt
from roster.shifts import Segment, SegmentKind
from roster.store.engine import reading, writing
from tests.conftest import SetClock
from tests.factories import Centre, make_centre

DAY = datetime(2026, 11, 24, tzinfo=UTC)
GRIEVING = EntryConditions(arrival_state=ArrivalState.GRIEVING)
HEAVY = EntryConditions(arrival_state=ArrivalState.GRIEVING, history=History.REPEAT_AFTER_FAILURE, parties=3)
WORK, CALM_DOWN = SegmentKind.WORK, SegmentKind.DECOMPRESSION
Part = tuple[SegmentKind, datetime, datetime]


def at(hour: int, minute: int = 0) -> datetime:
    """That time of the test's day, UTC."""
    return DAY + timedelta(hours=hour, minutes=minute)


@pytest.fixture
def floor(any_context: Context) -> Centre:
    """Six agents, of whom `a01` alone is available, at work from 8 to 16."""
    centre = make_centre(any_context, accounts=False)
    with writing(any_context.engine) as session:
        session.add(
            Segment(
                agent_id=centre.agents["a01"],
                on_date=DAY.date(),
                kind=WORK,
                starts_at=at(8),
                ends_at=at(16),
                zone="Europe/Amsterdam",
                reason="planned",
            )
        )
    set_state(any_context, "a01", "available", actor="test")
    return centre


def caller(centre: Centre, code: str) -> Caller:
    """That agent, signed in."""
    return Caller(name=code, role=Role.AGENT, agent_id=centre.agents[code])


def post(
    context: Context, ref: str, entry: EntryConditions = HEAVY, *, queue: str = "advice", danger: bool = False
) -> str:
    """Post a contact; its id."""
    body = ContactIn(ref=ref, queue=queue, entry=entry, life_at_risk=danger)
    return post_contact(context, body, actor="router").id


def handled(context: Context, ref: str, entry: EntryConditions = HEAVY) -> None:
    """A contact that `a01` takes, starts and completes now."""
    contact_id = post(context, ref, entry)
    start(context, contact_id, actor="a01")
    complete(context, contact_id, CompletionIn(), actor="a01")


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


@pytest.mark.parametrize(
    "limits",
    [
        Limits(arrival_states=(ArrivalState.GRIEVING,)),
        Limits(stakes=(Stake.MEDICATION,)),
        Limits(queues=("advice",)),
    ],
)
def test_what_an_agent_excludes_does_not_come_to_them_and_nobody_learns_why(
    any_context: Context, floor: Centre, limits: Limits
) -> None:
    assert set_limits(any_context, limits, caller(floor, "a01")) == limits
    entry = EntryConditions(arrival_state=ArrivalState.GRIEVING, stakes=(Stake.MEDICATION,))
    contact_id = post(any_context, "r1", entry)
    view = contact_view(any_context, contact_id)
    assert view.agent is None
    assert view.reason.sentence == (
        "It waits: of 1 available people with this skill, 1 not available for this contact."
    )
    assert post_contact(any_context, ContactIn(ref="r2", queue="billing"), actor="router").agent == "a01"
    set_state(any_context, "a02", "available", actor="test")
    assert contact_view(any_context, contact_id).agent == "a02"
    told = explanation(any_context, contact_id)
    assert told.next_best == ()
    with reading(any_context.engine) as session:
        assert all(not event.kind.startswith("limits") for event in since(session, 0))
        (own,) = [event for event in since(session, 0, agent_id=floor.agents["a01"]) if event.kind == "limits.set"]
    assert own.data == {}


def test_limits_are_set_whole_and_taken_back(any_context: Context, floor: Centre) -> None:
    own = caller(floor, "a01")
    set_limits(any_context, Limits(stakes=(Stake.MONEY,), queues=("billing",)), own)
    set_limits(any_context, Limits(stakes=(Stake.MONEY, Stake.MEDICATION)), own)
    assert limits_of(any_context, own) == Limits(stakes=(Stake.MEDICATION, Stake.MONEY))
    assert limits_of(any_context, caller(floor, "a02")) == Limits()
    set_limits(any_context, Limits(), own)
    assert contact_view(any_context, post(any_context, "r1", GRIEVING)).agent == "a01"


def test_limits_of_nothing_known_are_refused_and_change_nothing(any_context: Context, floor: Centre) -> None:
    own = caller(floor, "a01")
    set_limits(any_context, Limits(stakes=(Stake.MONEY,)), own)
    with pytest.raises(Invalid, match="queue 'adwice' is not known: expected any of advice, billing"):
        set_limits(any_context, Limits(queues=("adwice",)), own)
    with pytest.raises(Invalid, match="'calm' can't be excluded"):
        set_limits(any_context, Limits(arrival_states=(ArrivalState.CALM,)), own)
    with pytest.raises(Forbidden, match="for nobody else to see"):
        limits_of(any_context, Caller(name="lead", role=Role.LEAD))
    assert limits_of(any_context, own) == Limits(stakes=(Stake.MONEY,))


def test_only_the_agent_reads_and_sets_their_limits_over_http(
    agent_client: TestClient, lead_client: TestClient, router_client: TestClient
) -> None:
    body = {"arrival_states": ["grieving"], "stakes": [], "queues": ["billing"]}
    assert agent_client.put("/api/v1/agents/a01/limits", json=body).json() == body
    assert agent_client.get("/api/v1/agents/a01/limits").json() == body
    for client, code in ((lead_client, "a01"), (router_client, "a01"), (agent_client, "a02")):
        assert client.get(f"/api/v1/agents/{code}/limits").status_code == 403
        assert client.put(f"/api/v1/agents/{code}/limits", json=body).status_code == 403
    wrong = agent_client.put("/api/v1/agents/a01/limits", json={"stakes": ["pride"]})
    assert wrong.status_code == 422
    assert agent_client.get("/api/v1/agents/a01/limits").json() == body
    assert agent_client.get("/me/ledger.json").json()["limits"] == body


def test_the_agents_page_keeps_limits(agent_client: TestClient) -> None:
    page = agent_client.get("/today/limits")
    assert "Nobody is asked for a reason" in page.text
    kept = agent_client.post("/today/limits", data={"stakes": ["money", "medication"], "queues": "billing"})
    assert kept.headers["location"] == "/today/limits?kept=1"
    page = agent_client.get("/today/limits?kept=1")
    assert "It holds from now on" in page.text
    assert page.text.count("checked") == 3
    assert agent_client.get("/api/v1/agents/a01/limits").json() == {
        "arrival_states": [],
        "stakes": ["medication", "money"],
        "queues": ["billing"],
    }
    assert agent_client.post("/today/limits", data={"stakes": ["pride"]}).status_code == 422


def test_rest_that_is_put_off_begins_then_although_somebody_waits(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    a01 = floor.agents["a01"]
    handled(any_context, "r1")
    clock.now = at(9, 1)
    told = postpone_rest(any_context, "a01", 30, actor="a01")
    assert (told.begins, told.reason) == ("later", "Your 4 min begin at 10:31, busy or not.")
    assert day_of(any_context, a01) == [(WORK, at(8), at(9)), (CALM_DOWN, at(9), at(9, 1)), (WORK, at(9, 1), at(16))]
    assert debts_of(any_context, a01) == [(4, 0)]
    set_state(any_context, "a02", "available", actor="test")
    clock.now = at(9, 25)
    tick(any_context)
    assert debts_of(any_context, a01) == [(4, 0)], "quiet, but put off"
    set_state(any_context, "a02", "offline", actor="test")
    contact_id = post(any_context, "r2", EntryConditions())
    assert contact_view(any_context, contact_id).agent == "a01"
    start(any_context, contact_id, actor="a01")
    clock.now = at(9, 31)
    tick(any_context)
    waiting = post(any_context, "r3", EntryConditions())
    complete(any_context, contact_id, CompletionIn(), actor="a01")
    assert (CALM_DOWN, at(9, 31), at(9, 35)) in day_of(any_context, a01)
    assert contact_view(any_context, waiting).agent is None
    assert debts_of(any_context, a01) == [(4, 4)]


def test_a_rest_due_after_the_contact_in_hand_can_be_put_off(any_context: Context, floor: Centre) -> None:
    contact_id = post(any_context, "r1", EntryConditions())
    start(any_context, contact_id, actor="a01")
    moment(any_context, "a01", actor="a01")
    postpone_rest(any_context, "a01", 10, actor="a01")
    assert complete(any_context, contact_id, CompletionIn(), actor="a01").rest is None
    assert debts_of(any_context, floor.agents["a01"]) == [(5, 0)]


def test_rest_can_be_put_off_only_while_there_is_some_and_not_for_ever(any_context: Context, floor: Centre) -> None:
    with pytest.raises(Conflict, match="no rest of yours is on or due"):
        postpone_rest(any_context, "a01", 10, actor="a01")
    with pytest.raises(Conflict, match="no rest of yours is on or due"):
        give_back_rest(any_context, "a01", actor="a01")
    with pytest.raises(Conflict, match="no rest of this shift is owed"):
        take_owed_rest(any_context, "a01", actor="a01")
    with pytest.raises(Invalid, match="minutes 61: expected 1 to 60"):
        postpone_rest(any_context, "a01", 61, actor="a01")
    assert debts_of(any_context, floor.agents["a01"]) == []


def test_rest_given_back_stays_owed_and_is_taken_when_its_owner_likes(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    a01 = floor.agents["a01"]
    handled(any_context, "r1")
    clock.now = at(9, 2)
    told = give_back_rest(any_context, "a01", actor="a01")
    assert told.reason == "Your rest is over, as you asked. 3 min stay owed to you: take them when you like."
    contact_id = post(any_context, "r2", EntryConditions())
    assert contact_view(any_context, contact_id).agent == "a01"
    start(any_context, contact_id, actor="a01")
    with pytest.raises(Conflict, match="you are on a contact"):
        take_owed_rest(any_context, "a01", actor="a01")
    complete(any_context, contact_id, CompletionIn(), actor="a01")
    clock.now = at(9, 30)
    taken = take_owed_rest(any_context, "a01", actor="a01")
    assert taken.rest is not None
    assert (taken.rest.minutes, taken.rest.starts_at, taken.rest.ends_at) == (3, at(9, 30), at(9, 33))
    assert debts_of(any_context, a01) == [(3, 3)]
    assert (CALM_DOWN, at(9, 30), at(9, 33)) in day_of(any_context, a01)


def test_what_is_owed_comes_back_before_the_shift_ends_however_busy_it_is(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    a01 = floor.agents["a01"]
    with writing(any_context.engine) as session:
        session.add(RestDebt(agent_id=a01, minutes=10, incurred_at=at(8, 50), on_date=DAY.date()))
    reserve = any_context.policy.rest.repay_before_end_minutes
    clock.now = at(16) - timedelta(minutes=10 + reserve, seconds=1)
    tick(any_context)
    assert debts_of(any_context, a01) == [(10, 0)], "nobody else is free for these queues"
    clock.forward(seconds=1)
    tick(any_context)
    assert debts_of(any_context, a01) == [(10, 10)]
    assert (CALM_DOWN, clock.now, clock.now + timedelta(minutes=10)) in day_of(any_context, a01)


def test_life_at_risk_reaches_somebody_at_rest_and_what_it_took_is_owed(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    a01 = floor.agents["a01"]
    contact_id = post(any_context, "r1")
    start(any_context, contact_id, actor="a01")
    complete(any_context, contact_id, CompletionIn(outcomes=[OutcomeMarker.THREAT]), actor="a01")
    clock.now = at(9, 1)
    assert contact_view(any_context, post(any_context, "r2", EntryConditions())).agent is None
    urgent = post(any_context, "r3", GRIEVING, danger=True)
    view = contact_view(any_context, urgent)
    assert view.agent == "a01"
    assert view.reason.sentence.endswith("A life is at risk.")
    assert explanation(any_context, urgent).protections_yielded == (
        "light-only: 39 min of rest owed",
        "rest: 24 min of rest owed",
    )
    start(any_context, urgent, actor="a01")
    clock.now = at(9, 7)
    complete(any_context, urgent, CompletionIn(), actor="a01")
    # Of the rest it took six minutes; the others are still theirs.
    assert debts_of(any_context, a01) == [(39, 0), (6, 0)]


def test_time_after_a_contact_holds_in_every_queue_and_ends_when_its_owner_says_so(
    any_context: Context, clock: SetClock
) -> None:
    centre = make_centre(any_context, accounts=False, queues=[f"q{number}" for number in range(6)])
    routing = any_context.policy.routing.model_copy(update={"wrap_up_seconds": 45})
    context = replace(any_context, policy=any_context.policy.model_copy(update={"routing": routing}))
    set_state(context, "a01", "available", actor="test")
    contact_id = post(context, "r", EntryConditions(), queue="q0")
    start(context, contact_id, actor="a01")
    complete(context, contact_id, CompletionIn(), actor="a01")
    clock.forward(seconds=44)
    waiting = [post(context, f"r{number}", EntryConditions(), queue=f"q{number}") for number in range(6)]
    assert [contact_view(context, each).status for each in waiting] == [ContactStatus.WAITING] * 6
    assert dict(floor_view(context).counts)["free"] == 0
    with reading(context.engine) as session:
        kept = load_pool(session, centre.pool_id, 0, 0, clock.now).floor.agents[centre.agents["a01"]]
    assert kept.wrap_up_until == clock.now + timedelta(seconds=1), "as a restart would read it"
    clock.forward(seconds=1)
    tick(context)
    assert sum(contact_view(context, each).agent == "a01" for each in waiting) == 1


def test_saying_available_again_ends_the_time_after_a_contact(any_context: Context, floor: Centre) -> None:
    routing = any_context.policy.routing.model_copy(update={"wrap_up_seconds": 45})
    context = replace(any_context, policy=any_context.policy.model_copy(update={"routing": routing}))
    handled(context, "r1", EntryConditions())
    waiting = post(context, "r2", EntryConditions())
    assert contact_view(context, waiting).agent is None
    set_state(context, "a01", "available", actor="a01")
    assert contact_view(context, waiting).agent == "a01"


def test_expected_handle_times_are_of_each_queues_latest_contacts_or_its_history(
    any_context: Context, floor: Centre, clock: SetClock
) -> None:
    with writing(any_context.engine) as session:
        for number in range(6):
            session.add(
                PastContact(
                    ref=f"p{number}",
                    queue_id=floor.queues["billing"],
                    arrived_at=at(8) - timedelta(days=number),
                    wait_seconds=3,
                    abandoned=number == 5,
                    handle_seconds=100 + 100 * number,
                )
            )
    for number in range(5):
        contact_id = post(any_context, f"r{number}", EntryConditions())
        start(any_context, contact_id, actor="a01")
        clock.forward(seconds=60 * (number + 1))
        complete(any_context, contact_id, CompletionIn(), actor="a01")
    with reading(any_context.engine) as session:
        state = load_pool(session, floor.pool_id, 0, 0, clock.now)
    found = {queue.code: queue.handle_seconds for queue in state.queues.values()}
    assert found == {"advice": 60 * (1 + 2 + 3 + 4 + 5) / 5, "billing": 100 + 100 * (0 + 1 + 2 + 3 + 4) / 5}
