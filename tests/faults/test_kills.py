"""The server killed (SIGKILL) at random moments under load: nothing acknowledged is lost, nothing is there twice."""

import socket
from contextlib import ExitStack

import pytest
from sqlmodel import col, delete, select

from api.context import Context
from api.services.access.tokens import make_token
from bench import killing
from bench.centres import make_centre
from roster.contacts import Contact
from roster.events import Event
from roster.rest import Rest, RestDebt
from roster.store.engine import reading, writing

KILLS = 3


def free_ports(number: int) -> list[int]:
    """Ports that nobody listens on."""
    with ExitStack() as opened:
        sockets = [opened.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind((killing.HOST, 0))
        return [each.getsockname()[1] for each in sockets]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_acknowledged_survives_kills(any_context: Context, seed: int) -> None:
    make_centre(any_context, 60)
    token = make_token(any_context, "killer", actor="test").secret
    ports = free_ports(1 if any_context.settings.embedded else 2)
    word = killing.run(any_context.settings, ports, token, kills=KILLS, seed=seed)
    found = killing.check(any_context, word)
    assert word.broken == []
    assert (found["lost"], found["doubled"], found["forgotten"]) == (0, 0, 0)
    assert found["retried"] > 0, "a kill that nobody noticed proves nothing"
    assert found["completions"] > 0


def test_the_check_sees_what_is_lost_doubled_and_forgotten(context: Context) -> None:
    from api.services.floor.commands import CompletionIn, ContactIn, complete, post_contact, start
    from roster.contacts import ArrivalState, EntryConditions, History

    make_centre(context, 3)
    heavy = EntryConditions(arrival_state=ArrivalState.GRIEVING, history=History.REPEAT_AFTER_FAILURE, parties=3)
    word = killing.Word()
    for number in (1, 2, 3):
        view = post_contact(context, ContactIn(ref=f"r{number}", queue="q1", entry=heavy), actor="test")
        word.posted[view.ref] = view.id
        start(context, view.id, actor="test")
        word.completed[view.id] = complete(context, view.id, CompletionIn(), actor="test")
    assert killing.check(context, word)["rests"] == 3
    with writing(context.engine) as session:
        first, second, third = session.exec(select(Contact).order_by(col(Contact.ref))).all()
        session.execute(delete(Rest).where(col(Rest.contact_id) == first.id))
        session.execute(delete(RestDebt).where(col(RestDebt.contact_id) == first.id))
        line = session.exec(select(Event).where(Event.subject == second.id, Event.kind == "contact.completed")).one()
        session.add(Event(**line.model_dump(exclude={"id"})))
        session.execute(delete(Rest).where(col(Rest.contact_id) == third.id))
        session.execute(delete(RestDebt).where(col(RestDebt.contact_id) == third.id))
        session.delete(third)
    found = killing.check(context, word)
    assert (found["lost"], found["doubled"], found["forgotten"]) == (2, 1, 1), "third: neither its post nor its end"
    with reading(context.engine) as session:
        assert len(session.exec(select(Contact)).all()) == 2
