"""Many rows in one statement a table, and rows by a list of values in one parameter.

A driver's `executemany` is a call (on PostgreSQL a message, on SQLite a release of the interpreter) per row. Here it is
one per table, which is what a batch of the floor waits for: on SQLite all values as parameters, on PostgreSQL the rows
as JSON in one parameter, unfolded by the database itself.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any

from pydantic_core import to_json
from sqlalchemy import JSON, ColumnElement, Connection, DateTime, Dialect, String, Table, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Enum as EnumType
from sqlalchemy.types import NullType

from roster.columns import UtcDateTime
from roster.store.quick import run

MOST_ROWS = 64
"""of one statement on SQLite, which keeps as many prepared; more go by several"""
Row = dict[str, Any]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert `rows`, each with the same columns, at least two, none a float (which JSON may round); all or none."""
    if not rows:
        return
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        stored = _as_stored(table, names, connection.dialect)
        for first in range(0, len(rows), MOST_ROWS):
            some = rows[first : first + MOST_ROWS]
            run(connection, _insert_on_sqlite(table, names, len(some), connection.dialect), stored(some))
    else:
        values = [[row[name] for name in names] for row in rows]
        run(connection, _insert_json(table, names, connection.dialect), (to_json(values).decode(),))


class Among(FunctionElement[Any]):
    """Whether a column (of text) is one of the values of a JSON list; see `among`.

    Its type is not named: a Boolean one would be written `(…) = 1` on SQLite, which then reads the whole table.
    """

    inherit_cache = True
    type = NullType()


@compiles(Among, "sqlite")
def _among_on_sqlite(element: Among, compiler: SQLCompiler, **how: Any) -> str:
    column, listed = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} in (select value from json_each({listed}))"  # noqa: S608 - a column and a parameter


@compiles(Among, "postgresql")
def _among_on_postgresql(element: Among, compiler: SQLCompiler, **how: Any) -> str:
    # As an array, because the planner then looks each value up in the index; a sub-select it joins by a scan.
    column, listed = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} = any(array(select jsonb_array_elements_text(cast({listed} as jsonb))))"


def among(column: ColumnElement[Any], name: str = "wanted") -> ColumnElement[bool]:
    """Whether `column` (of text) is one of the values of the parameter `name`, which `as_list` makes.

    An expanding IN is written and prepared anew for each length, which can cost more than running it.
    """
    return Among(column, bindparam(name, type_=String))


def as_list(values: Iterable[str]) -> str:
    """`values` as a parameter for `among`."""
    return to_json(list(values)).decode()


@lru_cache(maxsize=64)
def _insert_json(table: Table, names: tuple[str, ...], dialect: Dialect) -> str:
    """The statement whose parameter is a JSON list of rows, each a list: JSON turns enums into their values."""
    casts = ", ".join(
        f"(value -> {index})" if kind.startswith("JSON") else f"(value ->> {index})::{kind}"
        for index, kind in enumerate(table.c[name].type.compile(dialect) for name in names)
    )
    # The driver's placeholder is a percent sign, so none may stand elsewhere.
    return f"{_into(table, names, dialect)} select {casts} from jsonb_array_elements(%s::jsonb)"  # noqa: S608


@lru_cache(maxsize=1024)
def _insert_on_sqlite(table: Table, names: tuple[str, ...], rows: int, dialect: Dialect) -> str:
    """The statement for so many rows, with a parameter for each value."""
    row = f"({', '.join(repeat('?', len(names)))})"
    return f"{_into(table, names, dialect)} values {', '.join(repeat(row, rows))}"


def _into(table: Table, names: tuple[str, ...], dialect: Dialect) -> str:
    quoted = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
    return f"insert into {dialect.identifier_preparer.format_table(table)} ({quoted})"


@lru_cache(maxsize=64)
def _as_stored(table: Table, names: tuple[str, ...], dialect: Dialect) -> Callable[[Sequence[Row]], list[Any]]:
    """What makes rows the values of a statement, one after another, as their columns' types store them on SQLite."""
    columns = itemgetter(*names)
    changed = [
        (index, change)
        for index, change in enumerate(_change(table.c[name].type, dialect) for name in names)
        if change is not None
    ]

    def stored(rows: Sequence[Row]) -> list[Any]:
        found: list[Any] = []
        for row in rows:
            values = list(columns(row))
            for index, change in changed:
                if values[index] is not None:
                    values[index] = change(values[index])
            found += values
        return found

    return stored


def _change(kind: Any, dialect: Dialect) -> Callable[[Any], Any] | None:
    """What a value of this type becomes on SQLite; nothing for those that are stored as they are."""
    if isinstance(kind, JSON):
        return _as_json
    if isinstance(kind, EnumType):
        return str
    if isinstance(kind, UtcDateTime | DateTime):
        as_stored = kind.dialect_impl(dialect).bind_processor(dialect)
        # Most rows of a batch have the same few instants: the floor's time.
        return None if as_stored is None else lru_cache(maxsize=64)(as_stored)
    return None


def _as_json(value: Any) -> str:
    return "[]" if value == [] else to_json(value).decode()
