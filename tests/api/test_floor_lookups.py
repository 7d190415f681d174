"""What the floor looks up for every request is found by an index, however large the tables have grown."""

from typing import Any

import pytest
from sqlalchemy import Select, event
from sqlalchemy.dialects import sqlite

from api.adapters.rocketchat.offers import give_up
from api.context import Context
from api.services.days.watching import look
from api.services.floor import lookups, work
from tests.factories import make_centre

BATCHES = {
    "contacts by ref": lookups.REFS_THERE.statement,
    "whole contacts by ref": lookups.BY_REF,
    "contacts by id": lookups.BY_ID,
    "tokens": lookups.TOKENS.statement,
    "owners": lookups.OWNERS,
    "agents": lookups.AGENTS,
    "replies": lookups.REPLIES,
    "the newest line of the log": work.LOCKED.statement,
}
WHOLE_AND_SMALL = {"SCAN pool", "SCAN json_each VIRTUAL TABLE INDEX 1:"}


@pytest.mark.parametrize("name", BATCHES)
def test_no_lookup_of_the_floor_reads_a_table_whole(context: Context, name: str) -> None:
    statement = BATCHES[name]
    assert isinstance(statement, Select)
    sql = str(statement.compile(dialect=sqlite.dialect()))
    with context.engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"explain query plan {sql}", ("[]",))]
    assert plan
    assert [step for step in plan if step.startswith("SCAN") and step not in WHOLE_AND_SMALL] == []


def test_no_job_beside_the_floor_reads_the_contacts_whole(context: Context) -> None:
    make_centre(context)
    asked: list[tuple[str, Any]] = []

    def remember(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and "contact" in statement:
            asked.append((statement, parameters))

    event.listen(context.engine, "before_cursor_execute", remember)
    give_up(context)
    look(context)
    event.remove(context.engine, "before_cursor_execute", remember)
    with context.engine.connect() as connection:
        plans = [
            [row[3] for row in connection.exec_driver_sql(f"explain query plan {statement}", parameters)]
            for statement, parameters in asked
        ]
    assert len(plans) == 3  # offers that are out, breaks that are late, what waits longest
    assert [step for plan in plans for step in plan if step.startswith("SCAN contact")] == []
    assert plans[2] == ["SEARCH contact USING INDEX contact_pool_status_arrived (pool_id=? AND status=?)"]
