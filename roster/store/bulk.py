"""Many rows in one statement with one parameter: the rows as JSON, unfolded by the database itself.

A driver's `executemany` is a call (on PostgreSQL a message, on SQLite a release of the interpreter) per row. Here it is
one per table, which is what a batch of the floor waits for.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import ColumnElement, Connection, DateTime, Dialect, String, Table, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from roster.columns import UtcDateTime


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert `rows`, each with the same columns, none a float (which JSON and SQLite may round); all or none."""
    if not rows:
        return
    names = tuple(rows[0])
    statement, plain = _insert(table, names, connection.dialect)
    values = [plain(row) for row in rows]
    connection.exec_driver_sql(statement, (to_json(values).decode(),))


class Among(FunctionElement[bool]):
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


Plain = Callable[[dict[str, Any]], list[Any]]


@lru_cache(maxsize=64)
def _insert(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[str, Plain]:
    """The statement for rows of these columns, and what makes a row a list that JSON and the database both know.

    JSON itself turns enums into their values and leaves JSON's own values as they are, on both databases.
    """
    quoted = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
    into = f"insert into {dialect.identifier_preparer.format_table(table)} ({quoted})"
    if dialect.name == "sqlite":
        found = ", ".join(f"json_extract(value, '$[{index}]')" for index in range(len(names)))
        statement = f"{into} select {found} from json_each(?)"  # noqa: S608 - names of our own columns
        return statement, _instants_as_stored(table, names, dialect)
    casts = ", ".join(
        f"(value -> {index})" if kind.startswith("JSON") else f"(value ->> {index})::{kind}"
        for index, kind in enumerate(table.c[name].type.compile(dialect) for name in names)
    )
    # The driver's placeholder is a percent sign, so none may stand elsewhere.
    statement = f"{into} select {casts} from jsonb_array_elements(%s::jsonb)"  # noqa: S608 - as above
    return statement, lambda row: [row[name] for name in names]


def _instants_as_stored(table: Table, names: tuple[str, ...], dialect: Dialect) -> Plain:
    """Instants as the text that their columns' type makes of them, which is what SQLite compares and sorts."""
    kinds = [table.c[name].type.dialect_impl(dialect) for name in names]
    instants = [
        (index, kind.bind_processor(dialect))
        for index, kind in enumerate(kinds)
        if isinstance(kind, UtcDateTime | DateTime)
    ]

    # Most rows of a batch have the same few instants: the floor's time.
    stored = [(index, lru_cache(maxsize=64)(as_stored)) for index, as_stored in instants if as_stored is not None]

    def plain(row: dict[str, Any]) -> list[Any]:
        values = [row[name] for name in names]
        for index, as_stored in stored:
            if values[index] is not None:
                values[index] = as_stored(values[index])
        return values

    return plain
