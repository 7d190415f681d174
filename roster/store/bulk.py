"""Many rows in one statement with one parameter: the rows as JSON, unfolded by the database itself.

A driver's `executemany` is a call (on PostgreSQL a message, on SQLite a release of the interpreter) per row. Here it is
one per table, which is what a batch of the floor waits for.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Dialect, Table


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert `rows`, each with the same columns, none a float (which JSON and SQLite may round); all or none."""
    if not rows:
        return
    names = tuple(rows[0])
    statement, plain = _insert(table, names, connection.dialect)
    values = [plain(row) for row in rows]
    connection.exec_driver_sql(statement, (to_json(values).decode(),))


Plain = Callable[[dict[str, Any]], list[Any]]


@lru_cache(maxsize=64)
def _insert(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[str, Plain]:
    """The statement for rows of these columns, and what makes a row a list that JSON and the database both know."""
    quoted = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
    into = f"insert into {dialect.identifier_preparer.format_table(table)} ({quoted})"
    if dialect.name == "sqlite":
        found = ", ".join(f"json_extract(value, '$[{index}]')" for index in range(len(names)))
        statement = f"{into} select {found} from json_each(?)"  # noqa: S608 - names of our own columns
        return statement, _stored(table, names, dialect)
    casts = ", ".join(
        f"(value -> {index})" if _is_json(kind) else f"(value ->> {index})::{kind}"
        for index, kind in enumerate(table.c[name].type.compile(dialect) for name in names)
    )
    # The driver's placeholder is a percent sign, so none may stand elsewhere.
    statement = f"{into} select {casts} from jsonb_array_elements(%s::jsonb)"  # noqa: S608 - as above
    return statement, lambda row: [row[name] for name in names]


def _is_json(kind: str) -> bool:
    return kind.startswith("JSON")


def _stored(table: Table, names: tuple[str, ...], dialect: Dialect) -> Plain:
    """As SQLite stores them: instants, enums and JSON as the text that the columns' types make of them."""
    processors = []
    for name in names:
        kind = table.c[name].type.dialect_impl(dialect)
        processors.append((name, kind.bind_processor(dialect)))

    def plain(row: dict[str, Any]) -> list[Any]:
        return [row[name] if make is None else make(row[name]) for name, make in processors]

    return plain
