"""Many rows at once: stored as one by one, refused whole; and lists of values are looked up by an index."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from api.context import Context
from roster.contacts import ArrivalState, Contact, ContactStatus, History, Resolvability, Tier
from roster.people import Agent, Channel
from roster.queues import Queue
from roster.store.bulk import MOST_ROWS, among, as_list, insert_rows
from roster.store.engine import reading, writing
from roster.store.quick import Quick
from roster.store.tables import metadata
from tests.factories import make_centre

CONTACT: Table = metadata.tables["contact"]
AT = datetime(2026, 3, 2, 9, 30, 0, 125_000, tzinfo=UTC)


def _row(number: int, queue: Queue) -> dict[str, Any]:
    return {
        "id": f"id-{number}",
        "ref": f"ref-{number}",
        "queue_id": queue.id,
        "pool_id": queue.pool_id,
        "channel": Channel.VOICE,
        "priority": number,
        "status": ContactStatus.WAITING,
        "arrived_at": AT + timedelta(microseconds=number),
        "agent_id": None,
        "arrival_state": ArrivalState.GRIEVING,
        "parties": 3,
        "history": History.FIRST,
        "stakes": ["death"] if number % 2 else [],
        "resolvability": Resolvability.RESOLVABLE,
        "life_at_risk": number % 2 == 0,
        "score": 40,
        "tier": Tier.HEAVY,
        "factors": [{"name": "grief, 'quoted' and ünïcode", "points": number}],
        "outcomes": [],
        "declined_by": [],
        "reason": {"sentence": "nobody has room", "at": None},
    }


def test_rows_inserted_together_read_as_those_inserted_one_by_one(any_context: Context) -> None:
    make_centre(any_context, agents=1)
    with writing(any_context.engine) as session:
        queue = session.exec(select(Queue)).first()
        assert queue is not None
        rows = [_row(number, queue) for number in range(2 * MOST_ROWS + 3)]
        insert_rows(session.connection(), CONTACT, rows)
        alone = Contact(**_row(1000, queue))
        session.add(alone)
    with reading(any_context.engine) as session:
        found = {one.id: one for one in session.exec(select(Contact)).all()}
    assert len(found) == len(rows) + 1
    for row in rows:
        assert {name: getattr(found[row["id"]], name) for name in row} == row
    if any_context.engine.dialect.name == "sqlite":
        like = "arrived_at like '2026-03-02 09:30:00.12%'"
        stored = text(f"select distinct typeof(life_at_risk), typeof(score), status, {like} from contact")
        with any_context.engine.connect() as connection:
            assert connection.execute(stored).all() == [("integer", "integer", "waiting", 1)]


def test_a_row_that_may_not_be_takes_all_with_it(any_context: Context) -> None:
    make_centre(any_context, agents=1)
    with pytest.raises(IntegrityError), writing(any_context.engine) as session:
        queue = session.exec(select(Queue)).first()
        assert queue is not None
        rows = [_row(number, queue) for number in range(MOST_ROWS + 2)]
        rows[-1]["ref"] = rows[0]["ref"]
        insert_rows(session.connection(), CONTACT, rows)
    with reading(any_context.engine) as session:
        assert session.exec(select(Contact)).all() == []


def test_a_quick_statement_reads_what_is_there_and_fails_as_any_other(any_context: Context) -> None:
    make_centre(any_context, agents=3)
    agent: Table = metadata.tables["agent"]
    by_code = Quick(select(agent.c.code, agent.c.id).where(among(agent.c.code)).order_by(agent.c.code))
    with writing(any_context.engine) as session:
        rows = by_code.rows(session.connection(), wanted=as_list(["a03", "nobody", "a01"]))
        assert [row[0] for row in rows] == ["a01", "a03"]
        assert {row[1] for row in rows} <= {one.id for one in session.exec(select(Agent)).all()}
        away = Quick(agent.delete().where(among(agent.c.code)))
        with pytest.raises(IntegrityError):
            away.rows(session.connection(), wanted=as_list(["a01"]))
        session.rollback()
