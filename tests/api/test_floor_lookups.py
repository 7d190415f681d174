"""What the floor looks up for every request is found by an index, however large the tables have grown."""

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from api.context import Context
from api.services.floor import lookups, work

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
