"""The database: one engine, the same guarantees on SQLite (WAL, one process) and PostgreSQL (many).

On SQLite a transaction that writes begins with BEGIN IMMEDIATE, so that writers queue instead of failing half-way;
`writing` asks for that, and on PostgreSQL it is an ordinary transaction.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from time import monotonic
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

BUSY_MILLISECONDS = 10_000
IDLE_SECONDS = 1.0
LAST_USED = "last used"
CACHE_KIBIBYTES = 32_768
CACHED_STATEMENTS = 512
CHECKPOINT_PAGES = 16_000
"""of 4 KiB: how far the log grows at most before a writer folds it into the database and waits for the disk"""


class StoreError(RuntimeError):
    """A database that can't be used; the message says which and why, without its password."""


def make_engine(url: str) -> Engine:
    """An engine for `url` (`sqlite:///path` or `postgresql://…`); makes the folder of a SQLite file."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"), pool_size=10, json_serializer=_json)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", partial(_try_what_was_idle, engine.dialect))
        return engine
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(f"database {parsed.render_as_string()!r}: expected sqlite:///… or postgresql://…")
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        connect_args={
            "timeout": BUSY_MILLISECONDS / 1000,
            "check_same_thread": False,
            "cached_statements": CACHED_STATEMENTS,
        },
        json_serializer=_json,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def is_embedded(engine: Engine) -> bool:
    """Whether this is SQLite, which one process serves."""
    return engine.dialect.name == "sqlite"


def _json(value: Any) -> str:
    return to_json(value).decode()


def _note_use(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[LAST_USED] = monotonic()


def _try_what_was_idle(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Try a connection that nobody has used for a while: a server that was restarted meanwhile has closed it."""
    if monotonic() - record.info.get(LAST_USED, monotonic()) < IDLE_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


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
        # By the driver itself, because this is on the way of every request to the floor.
        driver = connection.connection.driver_connection
        driver.execute("pragma busy_timeout = 0")
        try:
            driver.execute("begin immediate")
        except sqlite3.OperationalError as error:
            raise OperationalError("begin immediate", None, error) from error
        finally:
            driver.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS}")


def fold_log(engine: Engine) -> None:
    """Fold SQLite's log into the database beside its writers, who would otherwise wait for the disk in a commit.

    Nearly all of it while others write; what they added meanwhile, and the log's new beginning, in a short turn.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("pragma wal_checkpoint(passive)")
        cursor.execute("pragma wal_checkpoint(restart)")
        cursor.close()
    finally:
        connection.close()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for queries; nothing it changes is kept."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session in one write transaction: committed at the end, rolled back whole on any error."""
    with writing_rows(engine) as writer:
        yield writer.session


class Writer:
    """One write transaction: its connection, and a session on it for whoever needs one."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @cached_property
    def session(self) -> Session:
        """Made when first asked for: a batch of the floor can do without."""
        return Session(self.connection, expire_on_commit=False, join_transaction_mode="rollback_only")

    def finish(self, *, done: bool) -> None:
        """Write what the session holds where all was `done`; close it."""
        session: Session | None = self.__dict__.get("session")
        if session is not None:
            try:
                if done:
                    session.flush()
            finally:
                session.close()

    @property
    def unwritten(self) -> bool:
        """Whether the session holds new rows that are not written yet."""
        session: Session | None = self.__dict__.get("session")
        return session is not None and bool(session.new)


@contextmanager
def writing_rows(engine: Engine, *, at_once: bool = False) -> Iterator[Writer]:
    """As `writing`, with a session only where one is asked for.

    `at_once` does not wait on SQLite while somebody else writes: it raises `OperationalError`.
    """
    with engine.connect().execution_options(writing=True, at_once=at_once) as connection, connection.begin():
        writer = Writer(connection)
        done = False
        try:
            yield writer
            done = True
        finally:
            writer.finish(done=done)
