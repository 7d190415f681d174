"""Routing decisions in words and numbers. Sentences here hold nothing private: leads and software read them."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from optimizer.routing.eligibility import Filters
from optimizer.routing.floor import AgentOnFloor, Bools, WaitingContact

PROFICIENCY_WORDS = {1: "learning it", 2: "able at it", 3: "expert at it"}


@dataclass(frozen=True)
class CostFactor:
    """One factor of a decision, in points of cost (negative speaks for the person); private = about their load."""

    name: str
    points: float
    private: bool


@dataclass(frozen=True)
class Candidate:
    """Somebody who could have taken it too: what it would have cost, factor by factor."""

    agent_id: int
    name: str
    cost: float
    factors: tuple[CostFactor, ...]


def why_taken(
    agent: AgentOnFloor,
    contact: WaitingContact,
    waited_seconds: float,
    eligible: int,
    now: datetime,
    yielded: bool,
) -> str:
    """Why `agent` takes `contact`, without a word about what anybody carries."""
    parts = [PROFICIENCY_WORDS.get(agent.skills.get(contact.queue_id, 0), "skilled")]
    if contact.owner_id == agent.id:
        parts.append("knows this contact from before")
    if agent.idle_since is not None and not agent.held:
        parts.append(f"free for {_duration((now - agent.idle_since).total_seconds())}")
    among = "the only one who can take it now" if eligible == 1 else f"best of {eligible} who could take it now"
    late = ", after it waited past the limit" if yielded else ""
    return (
        f"{agent.name}: {', '.join(parts)}; {among}, by wait, skill and a fair share of the load. "
        f"Waited {_duration(waited_seconds)} of {contact.target_wait_seconds} s aimed for{late}."
    )


def why_waiting(filters: Filters, row: int) -> str:
    """Why nobody takes the contact in `row`; people being protected are one number, whatever protects them."""
    shape = filters.skilled.shape

    def line(mask: Bools) -> Bools:
        return np.asarray(np.broadcast_to(mask, shape)[row])

    skilled = line(filters.skilled)
    if not skilled.any():
        return "It waits: nobody on the floor has this skill and channel."
    here = skilled & line(filters.on_floor)
    if not here.any():
        return f"It waits: of {int(skilled.sum())} people with this skill, none is available."
    free = here & line(filters.room)
    working = free & line(filters.open)
    willing = working & line(filters.not_declined)
    parts = [
        (int((here & ~free).sum()), "on contacts"),
        (int((free & ~working).sum()), "on a break, in protected time or outside their shift"),
        (int((working & ~willing).sum()), "passed on it"),
        (int(willing.sum()), "being kept for other contacts just now"),
    ]
    said = ", ".join(f"{count} {words}" for count, words in parts if count)
    return f"It waits: of {int(here.sum())} available people with this skill, {said}."


def _duration(seconds: float) -> str:
    whole = max(0, int(seconds))
    return f"{whole} s" if whole < 120 else f"{whole // 60} min"
