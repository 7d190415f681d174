"""Alembic's entry: runs migrations on the engine that `roster.store.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON
from sqlmodel.sql.sqltypes import AutoString

from roster.columns import UtcDateTime
from roster.store.tables import metadata


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """How a new migration spells our own column types."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "roster.columns.UtcDateTime()"
    if kind == "type" and isinstance(item, JSON):
        return "roster.columns.Json"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


engine = context.config.attributes["engine"]

with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, render_item=render_item)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
