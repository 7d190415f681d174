"""What one transaction is going to write, over all its pools: gathered, and written with a statement a table."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, update

from api.services.floor.contact_values import update_all
from api.services.floor.refresh import note_changes
from api.services.floor.tables import CONTACT, EVENT, FLOOR_STATE, POOL
from roster.store.bulk import insert_rows
from roster.store.quick import Quick, together

_MOVE_ON = Quick(update(POOL).where(POOL.c.id == bindparam("pool")).values(version=bindparam("moved")))


@dataclass
class Page:
    """Rows to be written through `connection`; `shared` leaves word for other processes that serve the same floors."""

    connection: Connection
    shared: bool
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """new ones, whole"""
    updates: dict[str, dict[str, Any]] = field(default_factory=dict)
    """new values of contacts that were there before"""
    events: list[dict[str, Any]] = field(default_factory=list)
    agents: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    versions: list[dict[str, int]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)

    def write_contacts(self) -> None:
        """The contacts now, for whoever reads them inside the transaction."""
        insert_rows(self.connection, CONTACT, list(self.contacts.values()))
        update_all(self.connection, CONTACT, "id", self.updates.items())
        self.contacts.clear()
        self.updates.clear()

    def write(self) -> None:
        """Everything; what other rows refer to first."""
        with together(self.connection):
            self.write_contacts()
            insert_rows(self.connection, EVENT, self.events)
            update_all(self.connection, FLOOR_STATE, "agent_id", self.agents)
            for moved in self.versions:
                _MOVE_ON.ask(self.connection, **moved)
            if self.shared and self.changes:
                note_changes(self.connection, self.changes)
        self.events, self.agents, self.versions, self.changes = [], [], [], []
