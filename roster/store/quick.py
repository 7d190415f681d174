"""Statements on the way of every request, run on SQLite by its driver itself: a third of the time of a statement there.

What the driver gives back is as it is stored: such statements read text, whole numbers and whether anything is there.
On PostgreSQL, where the message to the server is what takes time, they are ordinary statements.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Delete, Select, Update, exc


class Quick:
    """A statement whose parameters are text and whole numbers, and whose columns too."""

    def __init__(self, statement: Select[Any] | Update | Delete) -> None:
        self.statement = statement
        self._written: tuple[str, tuple[str, ...]] | None = None

    def rows(self, connection: Connection, **values: Any) -> Sequence[Any]:
        """What it reads, each row a sequence of its columns; nothing for one that reads nothing."""
        if connection.dialect.name != "sqlite":
            result = connection.execute(self.statement, values)
            return result.all() if result.returns_rows else ()
        sql, names = self._as_written(connection)
        return run_on_sqlite(connection, sql, [values[name] for name in names]).fetchall()

    def _as_written(self, connection: Connection) -> tuple[str, tuple[str, ...]]:
        """The statement's text with its parameters' names in order."""
        if self._written is None:
            compiled = self.statement.compile(dialect=connection.dialect)
            self._written = str(compiled), tuple(compiled.positiontup or ())
        return self._written


def run_on_sqlite(connection: Connection, sql: str, values: Sequence[Any]) -> sqlite3.Cursor:
    """Run `sql` in the connection's transaction; raises what SQLAlchemy would."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError(f"{driver!r}: expected a connection of SQLite's driver")
    try:
        return driver.execute(sql, values)
    except sqlite3.Error as error:
        raise exc.DBAPIError.instance(sql, list(values), error, sqlite3.Error, dialect=connection.dialect) from error
