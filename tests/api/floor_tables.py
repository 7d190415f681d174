"""All that the tables say of a floor at one moment, read at once, for tests that compare two moments."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row, select

from api.services.floor.tables import (
    CONTACT,
    EVENT,
    FLOOR_STATE,
    IDEMPOTENT_REPLY,
    POOL,
    PRIVATE_LIMIT,
    REST,
    REST_DEBT,
    SEGMENT,
)
from roster.contacts import OPEN_STATUSES, ContactStatus
from roster.shifts import SegmentKind

CHANGING = (IDEMPOTENT_REPLY, REST, REST_DEBT, FLOOR_STATE, PRIVATE_LIMIT, SEGMENT, EVENT, CONTACT)
"""Tables that fill while a floor is at work; what refers to others first."""
MINUTE = timedelta(minutes=1)
_ALL = {table.name: select(table).order_by(*table.primary_key.columns) for table in (*CHANGING, POOL)}


@dataclass
class Tables:
    """Every row of the tables that a floor changes; equal where nothing changed in between."""

    rows: dict[str, list[Row[Any]]]

    @classmethod
    def read(cls, connection: Connection) -> "Tables":
        """As they stand."""
        return cls({name: list(connection.execute(query).all()) for name, query in _ALL.items()})

    @cached_property
    def contacts(self) -> dict[str, Row[Any]]:
        """By id."""
        return {row.id: row for row in self.rows["contact"]}

    @cached_property
    def states(self) -> dict[int, Row[Any]]:
        """Where people are on the floor, by agent id."""
        return {row.agent_id: row for row in self.rows["floor_state"]}

    @cached_property
    def days(self) -> dict[int, list[Row[Any]]]:
        """Segments in order of time, by agent id."""
        found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
        for row in sorted(self.rows["segment"], key=lambda row: row.starts_at):
            found[row.agent_id].append(row)
        return found

    @property
    def events(self) -> list[Row[Any]]:
        """The log in its order."""
        return self.rows["event"]

    def held(self, agent_id: int) -> list[Row[Any]]:
        """What an agent holds."""
        return [row for row in self.contacts.values() if row.agent_id == agent_id and row.status in OPEN_STATUSES]

    def done(self, agent_id: int) -> list[Row[Any]]:
        """What an agent completed, in order."""
        rows = [row for row in self.contacts.values() if row.agent_id == agent_id]
        done = [row for row in rows if row.status is ContactStatus.COMPLETED]
        return sorted(done, key=lambda row: row.completed_at)

    def running(self, agent_id: int, at: datetime) -> bool:
        """Whether a rest of the agent's is on."""
        return any(row.agent_id == agent_id and row.starts_at <= at < row.ends_at for row in self.rows["rest"])

    def rest_minutes(self, agent_id: int) -> float:
        """Rest given to the agent, owed to them, or due once their contacts are over."""
        given = sum(
            (row.ends_at - row.starts_at) / MINUTE
            for row in self.days[agent_id]
            if row.kind is SegmentKind.DECOMPRESSION
        )
        owed = sum(row.minutes - row.repaid_minutes for row in self.rows["rest_debt"] if row.agent_id == agent_id)
        return float(given + owed + self.states[agent_id].pending_rest_minutes)
