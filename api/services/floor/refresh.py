"""A cached floor brought up to date by what other processes' versions say they changed, instead of read anew.

Each version that a floor's command makes leaves a line: which contacts and which agents it wrote. Whoever is some
versions behind reads those rows and no others. Versions made in any other way (people, plans) leave none, and then
the floor is read whole. With the embedded database one process serves, and no lines are kept.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, or_, select
from sqlmodel import Session

from api.services.floor.state import LiveContact, PoolState, load_agents, some_contacts
from api.services.floor.tables import POOL_CHANGE
from optimizer.routing.floor import AgentOnFloor
from roster.contacts import OPEN_STATUSES, ContactStatus
from roster.store.bulk import insert_rows

KEPT_VERSIONS = 256
TIDIED_EVERY = 64


def note_changes(connection: Connection, lines: list[dict[str, Any]]) -> None:
    """Leave the lines of new versions (`pool_id`, `version`, `contacts`, `agents`); now and then, forget old ones."""
    insert_rows(connection, POOL_CHANGE, lines)
    for line in lines:
        if line["version"] % TIDIED_EVERY == 0:
            old = POOL_CHANGE.c.version <= line["version"] - KEPT_VERSIONS
            connection.execute(delete(POOL_CHANGE).where(POOL_CHANGE.c.pool_id == line["pool_id"], old))


def refreshed(session: Session, behind: Sequence[tuple[PoolState, int]]) -> dict[int, PoolState]:
    """States with the versions that they should be at, brought there, by pool.

    Those are missing of which not every version in between left its line, or which need more than rows of contacts
    and agents.
    """
    if not behind:
        return {}
    told = _told(session.connection(), behind)
    whole = [(state, version) for state, version in behind if len(told[state.pool_id]) == version - state.version]
    ids = {state.pool_id: sorted({each for line in told[state.pool_id] for each in line[0]}) for state, _ in whole}
    rows = some_contacts(session, [each for listed in ids.values() for each in listed])
    found = {}
    for state, version in whole:
        renewed = {each for line in told[state.pool_id] for each in line[1]}
        now = [contact for pool_id, contact in rows if pool_id == state.pool_id]
        current = _renewed(session, state, ids[state.pool_id], now, renewed)
        if current is not None:
            found[state.pool_id] = replace(current, version=version)
    return found


def _told(
    connection: Connection, behind: Sequence[tuple[PoolState, int]]
) -> dict[int, list[tuple[list[str], list[int]]]]:
    """The lines (contacts, agents) of the versions past each state, by pool."""
    known: dict[str, int] = {}
    for index, (state, version) in enumerate(behind):
        known |= {f"pool_{index}": state.pool_id, f"known_{index}": state.version, f"now_{index}": version}
    told: dict[int, list[tuple[list[str], list[int]]]] = {state.pool_id: [] for state, _ in behind}
    for row in connection.execute(_since(len(behind)), known).all():
        told[row.pool_id].append((row.contacts, row.agents))
    return told


@lru_cache(maxsize=64)
def _since(pools: int) -> Select[Any]:
    chosen = POOL_CHANGE.c
    each = [
        (chosen.pool_id == bindparam(f"pool_{index}"))
        & (chosen.version > bindparam(f"known_{index}"))
        & (chosen.version <= bindparam(f"now_{index}"))
        for index in range(pools)
    ]
    return select(chosen.pool_id, chosen.contacts, chosen.agents).where(or_(*each))


def _renewed(
    session: Session, state: PoolState, ids: Sequence[str], rows: Sequence[LiveContact], renewed: set[int]
) -> PoolState | None:
    """`state` with the contacts `ids` as they are in `rows`, or gone, and the agents `renewed` read again."""
    contacts, waiting = state.contacts, state.waiting
    holders: set[int | None] = set()
    if any(contact.queue_id not in state.queues for contact in rows):
        return None
    for contact_id in ids:
        former = contacts.pop(contact_id, None)
        waiting.pop(contact_id, None)
        if former is not None:
            holders.add(former.agent_id)
    for contact in rows:
        handle_seconds = state.queues[contact.queue_id].handle_seconds
        contacts[contact.id] = replace(contact, handle_seconds=handle_seconds)
        if contact.status is ContactStatus.WAITING:
            waiting[contact.id] = contacts[contact.id]
        holders.add(contact.agent_id)
    changed: dict[int, AgentOnFloor] = {}
    facts = state.facts
    if renewed:
        agents, newer = load_agents(session, state.pool_id, contacts.values(), state.built_at, renewed)
        if set(newer) != renewed:
            return None
        changed = {agent.id: agent for agent in agents}
        facts = {**facts, **newer}
    gone = set(ids)
    for agent_id in holders:
        agent = None if agent_id is None else state.floor.agents.get(agent_id)
        if agent is None or agent.id in changed:
            continue
        kept = [held for held in agent.held if held.contact_id not in gone]
        new = [contacts[row.id].held for row in rows if row.agent_id == agent.id and row.status in OPEN_STATUSES]
        changed[agent.id] = replace(agent, held=(*kept, *new))
    return replace(state, floor=state.floor.changed(changed.values()), facts=facts)
