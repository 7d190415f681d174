"""A contact's row inside a transaction: as it was read, with what commands have changed since; and grouped writes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, Update, bindparam, update


class ContactRow:
    """A contact's columns as attributes, with `queue_code` and `agent_code`; kept current by `PoolWork.write`."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the contact's row has no column {name!r}")

    def set(self, values: Mapping[str, Any]) -> None:
        """New values of some columns."""
        self.__dict__.update(values)


def update_all(connection: Connection, table: Table, key: str, changes: Iterable[tuple[Any, dict[str, Any]]]) -> None:
    """Update rows by their `key`: (key, new values) pairs, one statement for all that change the same columns."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for which, values in changes:
        groups[tuple(sorted(values))].append({"which": which, **{f"new_{name}": values[name] for name in values}})
    for names, rows in groups.items():
        connection.execute(_update(table, key, names), rows)


@lru_cache(maxsize=256)
def _update(table: Table, key: str, names: tuple[str, ...]) -> Update:
    changed = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    return update(table).where(table.c[key] == bindparam("which")).values(changed)
