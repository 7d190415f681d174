"""Alembic's entry: runs migrations on the engine that `roster.store.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON, Connection
from sqlmodel.sql.sqltypes import AutoString

from roster.columns import UtcDateTime
from roster.store.engine import StoreError
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


def foreign_keys(connection: Connection, *, kept: bool) -> None:
    """Whether SQLite keeps foreign keys: a table that is made anew is dropped while others refer to it.

    Outside a transaction, where alone the pragma works; the driver's own cursor begins none.
    """
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute(f"pragma foreign_keys = {'on' if kept else 'off'}")


def broken_references(connection: Connection) -> list[str]:
    """Rows of a SQLite file that refer to nothing: table, row, and the table that lacks it."""
    if connection.dialect.name != "sqlite":
        return []
    found = connection.exec_driver_sql("pragma foreign_key_check").all()
    return [f"{table} row {row} refers to a missing {parent}" for table, row, parent, _ in found]


engine = context.config.attributes["engine"]

with engine.connect() as connection:
    foreign_keys(connection, kept=False)
    try:
        # Both databases take back what changed the schema: all migrations of a run, or none.
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            render_item=render_item,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            broken = broken_references(connection)
            if broken:
                raise StoreError("a migration was undone: " + "; ".join(broken))
        connection.commit()
    finally:
        connection.rollback()
        foreign_keys(connection, kept=True)
