"""Statements on the way of every request, run by the database's driver itself, in a third of the time.

What the driver gives back is as it is stored: such statements read text, whole numbers and whether anything is there.
On PostgreSQL several of them can go in one message: see `together`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Delete, Select, Update, exc

Answer = Callable[[], Sequence[Any]]


class Quick:
    """A statement whose parameters are text and whole numbers, and whose columns too."""

    def __init__(self, statement: Select[Any] | Update | Delete) -> None:
        self.statement = statement
        self._written: dict[str, tuple[str, tuple[str, ...] | None]] = {}

    def rows(self, connection: Connection, **values: Any) -> Sequence[Any]:
        """What it reads, each row a sequence of its columns; nothing for one that reads nothing."""
        return self.ask(connection, **values)()

    def ask(self, connection: Connection, **values: Any) -> Answer:
        """As `rows`, to be called for them: inside `together` there is no answer before its end."""
        sql, order = self._as_written(connection)
        cursor = run(connection, sql, values if order is None else [values[name] for name in order])
        return cursor.fetchall if isinstance(self.statement, Select) else tuple

    def _as_written(self, connection: Connection) -> tuple[str, tuple[str, ...] | None]:
        """The statement's text for the database, and its parameters in order where they have no names there."""
        name = connection.dialect.name
        if name not in self._written:
            compiled = self.statement.compile(dialect=connection.dialect)
            self._written[name] = str(compiled), None if compiled.positiontup is None else tuple(compiled.positiontup)
        return self._written[name]


def run(connection: Connection, sql: str, values: Any) -> Any:
    """The driver's cursor once it has run `sql` in the connection's transaction; raises what SQLAlchemy would."""
    cursor = connection.connection.cursor()
    with _raising_as_ever(connection, sql):
        cursor.execute(sql, values)
    return cursor


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """What is asked inside goes to PostgreSQL without waiting for earlier answers; SQLite has nothing to wait for.

    An error of any of them is raised at the end, and then none of them counts.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    with _raising_as_ever(connection, "statements together"), driver.pipeline():
        yield


@contextmanager
def _raising_as_ever(connection: Connection, sql: str) -> Iterator[None]:
    errors = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except errors as error:
        raise exc.DBAPIError.instance(sql, None, error, errors, dialect=connection.dialect) from error
