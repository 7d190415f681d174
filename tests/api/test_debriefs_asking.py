"""Asking for a debrief: whom one may choose, what a choice tells, another peer instead, and who never is one."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product

import numpy as np
import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from api.context import Context
from api.errors import Conflict, Forbidden, Invalid, NotFound
from api.events.log import since
from api.security.caller import Caller
from api.services.days.building import build_day_problem
from api.services.days.facts import read_day
from api.services.debriefs.asking import ask_for_another, ask_for_debrief, peers_to_choose
from api.services.debriefs.invitations import accept, decline, give_back, offer_debriefs
from roster.accounts import Role
from roster.people import Agent
from roster.rest import DebriefInvitation, FloorState, InvitationStatus
from roster.shifts import Segment, SegmentKind
from roster.store.engine import reading, writing
from tests.api.day_stage import TODAY, at, caller, contact, publish
from tests.api.debrief_stage import TOMORROW, also_on, change, days, laid, lines, only_free, peer_of, seen
from tests.clients import signed_in, with_token
from tests.conftest import SetClock
from tests.factories import Centre


@pytest.fixture
def centre(context: Context, clock: SetClock) -> Centre:
    return laid(context, clock, accounts=True)


def chosen(context: Context, centre: Centre, code: str) -> list[str]:
    return [peer.code for peer in peers_to_choose(context, caller(centre, code))]


def sessions_spent(context: Context, centre: Centre) -> None:
    """a05 gave two debriefs on Monday."""
    with writing(context.engine) as session:
        for minute in (540, 600):
            begin = at(minute, TODAY - timedelta(days=1))
            session.add(
                DebriefInvitation(
                    agent_id=centre.agents["a03"],
                    peer_id=centre.agents["a05"],
                    starts_at=begin,
                    ends_at=begin + timedelta(minutes=25),
                    status=InvitationStatus.ACCEPTED,
                    created_at=begin - timedelta(days=1),
                )
            )


def carries_much(context: Context, centre: Centre) -> None:
    """a05 carries more than the budget."""
    with writing(context.engine) as session:
        session.add(
            FloorState(
                agent_id=centre.agents["a05"],
                pool_id=centre.pool_id,
                since=context.now(),
                load_at=context.now(),
                carried=context.policy.load.carried_budget * 3,
            )
        )


def no_time(context: Context, centre: Centre) -> None:
    """All of the shift of a05 is training."""
    with writing(context.engine) as session:
        for row in session.exec(select(Segment).where(Segment.agent_id == centre.agents["a05"])).all():
            row.kind = SegmentKind.TRAINING
            session.add(row)


def test_a_debrief_is_with_the_volunteer_whom_the_agent_chose(context: Context, centre: Centre) -> None:
    for code, peer in (("a01", "a06"), ("a02", "a05"), ("a03", None)):
        found = ask_for_debrief(context, caller(centre, code), peer=peer)
        assert found is not None
        assert peer in (None, peer_of(context, centre, found.id))
        assert seen(context, centre, code) == (found,)
    assert all(kind != "debrief" for kinds in days(context, centre).values() for kind, *_ in kinds)


@pytest.mark.parametrize("trouble", [sessions_spent, carries_much, no_time])
def test_whom_one_may_choose_and_the_answer_tell_nothing_of_a_volunteer(
    app: FastAPI, context: Context, centre: Centre, trouble: Callable[[Context, Centre], None]
) -> None:
    client = signed_in(app, context, "a01")
    before = client.get("/api/v1/agents/a01/debriefs/peers")
    assert before.json() == [{"code": "a05", "name": "Agent 5"}, {"code": "a06", "name": "Agent 6"}]
    trouble(context, centre)
    assert client.get("/api/v1/agents/a01/debriefs/peers").content == before.content
    said = client.post("/api/v1/agents/a01/debriefs/ask", json={"peer": "a05"})
    assert said.status_code == 200
    assert said.json() == {
        "invitation": None,
        "sentence": "No quiet time was found for it today or tomorrow. You can ask again later.",
    }
    assert seen(context, centre, "a01") == ()
    open_to_all = client.post("/api/v1/agents/a01/debriefs/ask").json()
    assert open_to_all["invitation"]["with_name"] == "Agent 6"


def test_the_line_manager_who_was_there_and_who_speaks_another_language_are_nobody_to_choose(
    context: Context, centre: Centre
) -> None:
    change(context, centre, "a04", is_peer=True)
    assert chosen(context, centre, "a01") == ["a04", "a05", "a06"]
    change(context, centre, "a01", manager_id=centre.agents["a04"], languages=["nl", "en-GB"])
    change(context, centre, "a05", languages=["tr"])
    change(context, centre, "a06", languages=["en-US"])
    assert chosen(context, centre, "a01") == ["a06"]
    contact(context, centre, "a01", context.now() - timedelta(hours=2))
    also_on(context, centre, "a06")
    assert chosen(context, centre, "a01") == []
    assert ask_for_debrief(context, caller(centre, "a01")) is None
    for code in ("a04", "a05", "a06", "a01", "a02", "nobody"):
        with pytest.raises(Invalid, match=f"peer '{code}': expected one of nobody"):
            ask_for_debrief(context, caller(centre, "a01"), peer=code)
    change(context, centre, "a05", languages=[])
    assert chosen(context, centre, "a01") == ["a05"]


def test_a_volunteer_whose_shift_never_meets_the_agents_is_nobody_to_choose(
    context: Context, centre: Centre, clock: SetClock
) -> None:
    publish(context, centre, {"a01": "early", "a05": "late"}, TOMORROW)
    assert chosen(context, centre, "a01") == ["a05", "a06"]
    clock.now = at(20 * 60)
    assert chosen(context, centre, "a01") == ["a05"]
    # Tomorrow the two are both there from 13:00 to 15:00; a debrief takes 25 minutes.
    clock.now = at(14 * 60 + 35, TOMORROW)
    assert chosen(context, centre, "a01") == ["a05"]
    clock.now = at(14 * 60 + 36, TOMORROW)
    assert chosen(context, centre, "a01") == []


def test_bars_are_looked_at_again_when_the_invitation_is_accepted(context: Context, centre: Centre) -> None:
    found = ask_for_debrief(context, caller(centre, "a01"), peer="a05")
    assert found is not None
    change(context, centre, "a01", manager_id=centre.agents["a05"])
    before = days(context, centre)
    with pytest.raises(Conflict):
        accept(context, found.id, caller(centre, "a01"))
    assert days(context, centre) == before


def test_another_peer_takes_the_place_of_the_first_who_learns_nothing(context: Context, centre: Centre) -> None:
    found = ask_for_debrief(context, caller(centre, "a01"), peer="a05")
    assert found is not None
    told = [line for line in lines(context) if line[1] == centre.agents["a05"]]
    other = ask_for_another(context, found.id, caller(centre, "a01"))
    assert other is not None
    assert peer_of(context, centre, other.id) == "a06"
    assert seen(context, centre, "a01") == (other,)
    assert seen(context, centre, "a05") == ()
    assert [line for line in lines(context) if line[1] == centre.agents["a05"]] == told
    with pytest.raises(Invalid, match="expected another"):
        ask_for_another(context, other.id, caller(centre, "a01"), peer="a06")


def test_another_peer_may_have_the_very_time_of_the_first(context: Context, centre: Centre) -> None:
    found = ask_for_debrief(context, caller(centre, "a01"), peer="a05")
    assert found is not None
    only_free(context, centre, "a01", found.starts_at, found.ends_at)
    other = ask_for_another(context, found.id, caller(centre, "a01"), peer="a06")
    assert other is not None
    assert (other.starts_at, peer_of(context, centre, other.id)) == (found.starts_at, "a06")
    assert seen(context, centre, "a01") == (other,)


def test_the_day_that_is_planned_knows_managers_and_languages(context: Context, centre: Centre) -> None:
    change(context, centre, "a01", manager_id=centre.agents["a05"], languages=["nl", "tr"])
    with reading(context.engine) as session:
        problem = build_day_problem(session, context.policy, read_day(session, TODAY, None), context.now())
    assert {
        code: (one.managers, one.languages) for code, one in problem.agent_of.items() if code in ("a01", "a02")
    } == {
        "a01": (("a05",), ("nl", "tr")),
        "a02": ((), ()),
    }


def test_where_nobody_else_can_the_invitation_stays(context: Context, centre: Centre) -> None:
    change(context, centre, "a05", is_peer=False)
    found = ask_for_debrief(context, caller(centre, "a01"))
    assert found is not None
    before = lines(context)
    assert ask_for_another(context, found.id, caller(centre, "a01")) is None
    assert seen(context, centre, "a01") == (found,)
    assert lines(context) == before
    with pytest.raises(NotFound):
        ask_for_another(context, found.id, caller(centre, "a02"))


def test_asked_for_and_silently_declined_is_to_everybody_else_as_if_it_never_was(
    app: FastAPI, context: Context, centre: Centre
) -> None:
    seen_by = {
        "lead": ("/api/v1/agents/a01/day", "/api/v1/agents/a05/day", "/floor"),
        "a05": ("/today/now", "/me/ledger.json", "/api/v1/agents/a05/day", "/api/v1/agents/a05/debriefs"),
        "a06": ("/today/now", "/me/ledger.json", "/api/v1/agents/a06/day", "/api/v1/agents/a06/debriefs"),
    }
    clients = {name: signed_in(app, context, name) for name in seen_by}
    router = with_token(app, context)

    def everything() -> dict[str, bytes]:
        answers = {(name, address): clients[name].get(address) for name, some in seen_by.items() for address in some}
        answers |= {("router", address): router.get(address) for address in seen_by["lead"][:2]}
        assert {answer.status_code for answer in answers.values()} == {200}
        found = {f"{name} {address}": answer.content for (name, address), answer in answers.items()}
        with reading(context.engine) as session:
            # What tells of one event to nobody in particular, and to each of the two volunteers.
            for whose in (None, centre.agents["a05"], centre.agents["a06"]):
                found[f"events {whose}"] = repr(since(session, 0, agent_id=whose)).encode()
        return found

    before = everything()
    asked = ask_for_debrief(context, caller(centre, "a01"), peer="a05")
    assert asked is not None
    assert everything() == before
    other = ask_for_another(context, asked.id, caller(centre, "a01"))
    assert other is not None
    assert everything() == before
    decline(context, other.id, caller(centre, "a01"))
    assert everything() == before


def test_a_peer_who_was_not_told_can_not_find_out(app: FastAPI, context: Context, centre: Centre) -> None:
    found = ask_for_debrief(context, caller(centre, "a01"), peer="a05")
    assert found is not None
    peer = signed_in(app, context, "a05")
    calls = ("accept", "decline", "give-back", "another", "proposal/accept", "proposal/decline", "proposal/withdraw")
    for call in calls:
        mine, none = (peer.post(f"/api/v1/agents/a05/debriefs/{number}/{call}") for number in (found.id, 999))
        assert (mine.status_code, none.status_code) == (404, 404), call
        assert mine.json()["detail"].replace(str(found.id), "999") == none.json()["detail"]
    for number in (found.id, 999):
        asked = {"starts_at": at(600).isoformat()}
        assert peer.post(f"/api/v1/agents/a05/debriefs/{number}/proposal", json=asked).status_code == 404
        assert peer.get(f"/api/v1/agents/a05/debriefs/{number}/times").status_code == 404
    with pytest.raises(NotFound):
        give_back(context, found.id, caller(centre, "a05"))


def test_nobody_asks_for_somebody_else(app: FastAPI, context: Context, centre: Centre) -> None:
    for who in ("a02", "lead"):
        client = signed_in(app, context, who)
        assert client.get("/api/v1/agents/a01/debriefs/peers").status_code == 403
        for call in ("ask", "hot", "reminder/dismiss"):
            assert client.post(f"/api/v1/agents/a01/debriefs/{call}").status_code == 403
    with pytest.raises(Forbidden):
        peers_to_choose(context, Caller(name="lead", role=Role.LEAD))


@pytest.mark.parametrize("seed", range(3))
def test_no_offer_of_a_day_of_severe_contacts_breaks_a_bar(context: Context, centre: Centre, seed: int) -> None:
    random = np.random.default_rng(seed)
    codes = centre.agent_codes
    tongues: list[list[str]] = [[], ["nl"], ["en-GB", "nl"], ["tr"], ["en-US"]]
    there: set[tuple[str, str]] = set()
    for code in codes:
        manager = str(random.choice([one for one in codes if one != code]))
        language = tongues[int(random.integers(len(tongues)))]
        change(
            context,
            centre,
            code,
            is_peer=bool(random.random() < 0.7),
            languages=language,
            manager_id=centre.agents[manager] if random.random() < 0.7 else None,
        )
        contact(context, centre, code, context.now() - timedelta(hours=30), ref=code)
        for other in codes:
            if other != code and random.random() < 0.2:
                also_on(context, centre, other, code)
                there.add((code, other))
    offer_debriefs(context, TODAY)
    with reading(context.engine) as session:
        agents = {agent.id: agent for agent in session.exec(select(Agent)).all()}
        offers = session.exec(select(DebriefInvitation).order_by(col(DebriefInvitation.id))).all()

    def may(agent: Agent, peer: Agent) -> bool:
        shared = {a[:2] for a in agent.languages} & {b[:2] for b in peer.languages}
        return (
            peer.is_peer
            and peer.id not in (agent.id, agent.manager_id)
            and (agent.code, peer.code) not in there
            and bool(shared or not agent.languages or not peer.languages)
        )

    assert offers
    assert all(may(agents[row.agent_id], agents[row.peer_id]) for row in offers)
    possible = {one.id for one, other in product(agents.values(), repeat=2) if may(one, other)}
    assert {row.agent_id for row in offers} <= possible
