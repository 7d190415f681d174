"""What must hold of every refused request: the document, tables as they were, and a line that says it was tried."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Row, select

from api.context import Context
from roster.store.engine import reading
from roster.store.tables import metadata

TITLES = {
    401: "Sign-in needed",
    403: "Not allowed",
    404: "Not found",
    409: "Conflict",
    422: "Invalid value",
}


def dump(context: Context, *, without: str = "") -> dict[str, list[Row[Any]]]:
    """Every row of every table but `without`."""
    with reading(context.engine) as session:
        return {
            table.name: list(session.execute(select(table).order_by(*table.primary_key.columns)).all())
            for table in metadata.sorted_tables
            if table.name != without
        }


def assert_refused(
    context: Context,
    caplog: pytest.LogCaptureFixture,
    ask: Callable[[], Any],
    status: int,
    quoted: str,
    *,
    line: bool = False,
) -> dict[str, Any]:
    """`ask` is refused with a problem that says `quoted`, changes no table, and is logged; the problem.

    With `line` the attempt is a line `adapter.refused` of the event log, too, and that is all that changed.
    """
    kept = "event" if line else ""
    before, lines = dump(context, without=kept), dump(context)["event"]
    caplog.clear()
    with caplog.at_level(logging.WARNING, "breather.http"):
        reply = ask()
    problem: dict[str, Any] = reply.json()
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["title"] == TITLES.get(status, problem["title"])
    assert quoted in problem["detail"]
    assert dump(context, without=kept) == before
    tried = [record.getMessage() for record in caplog.records if record.name == "breather.http"]
    assert len(tried) == 1, "one line in the server's log"
    assert tried[0].startswith("refused ")
    assert f": {status} " in tried[0]
    if line:
        [new] = dump(context)["event"][len(lines) :]
        assert (new.kind, new.data["status"]) == ("adapter.refused", status)
        assert quoted in new.data["detail"]
    return problem
