"""What can be said of a floor while nobody on it changes: whether anybody has room, and why contacts wait."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from optimizer.routing.floor import Floor
from roster.people import Channel
from roster.rest import AgentState

SAME_MOMENT = timedelta(seconds=1)
"""Breaks begin and end while a floor stands: what is said of it holds for so long."""


@dataclass
class Standing:
    """One floor (the very object) at one moment."""

    floor: Floor
    at: datetime
    concurrency: Mapping[Channel, int]
    reasons: dict[Hashable, str] = field(default_factory=dict)
    """why contacts wait, by what makes them alike to a decision"""

    def holds(self, floor: Floor, now: datetime) -> bool:
        """Whether this is about `floor` and still true at `now`."""
        return self.floor is floor and abs(now - self.at) < SAME_MOMENT

    @cached_property
    def has_room(self) -> bool:
        """Whether anybody could take one more contact of any kind; most of a backlog's decisions end here."""
        return any(
            agent.state is AgentState.AVAILABLE
            and (not agent.held or len(agent.held) < self.concurrency.get(agent.held[0].channel, 1))
            for agent in self.floor.agents.values()
        )
