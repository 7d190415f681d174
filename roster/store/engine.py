"""The database: one engine, the same guarantees on SQLite (WAL, one process) and PostgreSQL (many).

On SQLite a transaction that writes begins with BEGIN IMMEDIATE, so that writers queue instead of failing half-way;
`writing` asks for that, and on PostgreSQL it is an ordinary transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlmodel import Session

BUSY_MILLISECONDS = 10_000
CACHE_KIBIBYTES = 32_768
CHECKPOINT_PAGES = 4_000
"""of 4 KiB: how far the log grows before it is folded into the database, which waits for the disk"""


class StoreError(RuntimeError):
    """A database that can't be used; the message says which and why, without its password."""


def make_engine(url: str) -> Engine:
    """An engine for `url` (`sqlite:///path` or `postgresql://…`); makes the folder of a SQLite file."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=10, json_serializer=_json
        )
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(f"database {parsed.render_as_string()!r}: expected sqlite:///… or postgresql://…")
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        connect_args={"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False},
        json_serializer=_json,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _json(value: Any) -> str:
    return to_json(value).decode()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions of its own, or BEGIN IMMEDIATE would come too late.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("pragma journal_mode = wal")
    cursor.execute("pragma synchronous = normal")
    cursor.execute("pragma foreign_keys = on")
    cursor.execute(f"pragma cache_size = -{CACHE_KIBIBYTES}")
    cursor.execute(f"pragma wal_autocheckpoint = {CHECKPOINT_PAGES}")
    cursor.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    if not options.get("writing", False):
        connection.exec_driver_sql("begin")
    elif not options.get("at_once", False):
        connection.exec_driver_sql("begin immediate")
    else:
        connection.exec_driver_sql("pragma busy_timeout = 0")
        try:
            connection.exec_driver_sql("begin immediate")
        finally:
            connection.exec_driver_sql(f"pragma busy_timeout = {BUSY_MILLISECONDS}")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for queries; nothing it changes is kept."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def writing(engine: Engine, *, at_once: bool = False) -> Iterator[Session]:
    """A session in one write transaction: committed at the end, rolled back whole on any error.

    `at_once` does not wait on SQLite while somebody else writes: it raises `OperationalError`.
    """
    with (
        engine.connect().execution_options(writing=True, at_once=at_once) as connection,
        connection.begin(),
        Session(connection, expire_on_commit=False, join_transaction_mode="rollback_only") as session,
    ):
        yield session
        session.flush()
