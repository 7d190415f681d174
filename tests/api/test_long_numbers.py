"""Numbers past what 32 bits hold: of the log's lines, to streams and webhooks; of a pool's versions, on the floor."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import col, select

from api.context import Context, make_context
from api.deps import caller_again
from api.events import stream as streams
from api.services.floor.commands import ContactIn, post_contact, set_state, start
from api.services.webhooks.deliveries import list_deliveries
from roster.events import Event
from roster.queues import Pool, PoolChange
from roster.store.engine import is_embedded, reading, writing
from tests.clients import with_token
from tests.conftest import SetClock
from tests.factories import make_centre
from tests.webhooks import Receiver, endpoint, round_of, row_of, stored, write

PAST_32_BITS = 2**31


@pytest.fixture
def long_log(any_context: Context) -> Context:
    """A centre whose log's next line is numbered just past 32 bits; its endpoint has read all before."""
    make_centre(any_context, agents=2, accounts=False)
    set_state(any_context, "a01", "available", actor="test")
    endpoint(any_context)
    with writing(any_context.engine) as session:
        if is_embedded(any_context.engine):
            session.execute(text(f"update sqlite_sequence set seq = {PAST_32_BITS} where name = 'event'"))
        else:
            session.execute(text(f"select setval('event_id_seq', {PAST_32_BITS})"))
    return any_context


def test_webhooks_send_lines_past_32_bits_in_order_and_once(long_log: Context) -> None:
    write(long_log, "c1", "c2")
    receiver = Receiver()
    assert round_of(long_log, receiver) == 2
    assert [int(body["id"]) for body in receiver.bodies] == [PAST_32_BITS + 1, PAST_32_BITS + 2]
    assert round_of(long_log, receiver) == 0
    (one,) = {row.endpoint_id for row in stored(long_log, 1)}
    assert row_of(long_log, one).cursor == PAST_32_BITS + 2
    page = list_deliveries(long_log, one, status=None, before=PAST_32_BITS + 2, limit=5)
    assert [each.event_id for each in page.deliveries] == [PAST_32_BITS + 1]


def test_a_stream_is_resumed_past_32_bits(long_log: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    from web.app import create_app

    client: TestClient = with_token(create_app(long_log, jobs=False), long_log)
    write(long_log, "c1", "c2")
    for name in ("CLOSING_SECONDS", "IDLE_SECONDS", "PAUSE_SECONDS"):
        monkeypatch.setattr(streams, name, 0.01)
    looks = iter([True] * 2)
    monkeypatch.setattr(
        "api.routes.events.caller_again", lambda *asked: caller_again(*asked) if next(looks, 0) else None
    )
    with reading(long_log.engine) as session:
        first, second = session.exec(
            select(Event.id).where(Event.kind == "contact.started").order_by(col(Event.id))
        ).all()
    assert first is not None and first > PAST_32_BITS
    answer = client.get("/api/v1/events", headers={"Last-Event-ID": str(first)})
    assert answer.status_code == 200
    assert f"id: {second}" in answer.text
    assert f"id: {first}" not in answer.text


def test_floors_are_served_past_32_bits_of_versions(long_log: Context, clock: SetClock) -> None:
    other = make_context(long_log.settings, clock)
    with writing(long_log.engine) as session:
        pool = session.exec(select(Pool)).one()
        pool.version = PAST_32_BITS
        session.add(pool)
    try:
        view = post_contact(long_log, ContactIn(ref="r1", queue="advice"), actor="router")
        assert view.agent == "a01"
        start(other, view.id, actor="router")
        assert post_contact(long_log, ContactIn(ref="r2", queue="advice"), actor="router").agent is None
    finally:
        other.engine.dispose()
    with reading(long_log.engine) as session:
        assert session.exec(select(Pool.version)).one() == PAST_32_BITS + 3
        told = session.exec(select(PoolChange.version).where(PoolChange.version > PAST_32_BITS)).all()
    assert len(told) == (0 if is_embedded(long_log.engine) else 3)
