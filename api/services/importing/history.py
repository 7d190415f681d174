"""Store contact history in bulk: each reference once, scored where the file gives entry conditions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from api.services.importing.lines import queue_ids
from api.services.importing.report import Tally
from roster.contacts import ArrivalState, EntryConditions, History, PastContact, Resolvability
from roster.exchange.rows import ContactRow, PastOutcome
from roster.load.difficulty import inherited_difficulty
from roster.policy import DifficultyPolicy

REFS_AT_A_TIME = 10_000
"""SQLite takes 32,766 variables in a statement, PostgreSQL 65,535."""


def store_contacts(
    session: Session, contacts: Sequence[tuple[ContactRow, datetime]], policy: DifficultyPolicy
) -> Tally:
    """Insert contacts whose reference is new. Phantoms are left out; references that are there stay as they are."""
    tally, queues = Tally(), queue_ids(session)
    there = _refs_there(session, [row.contact for row, _ in contacts])
    scores = _Scores(policy)
    fresh: list[dict[str, Any]] = []
    for row, arrived_at in contacts:
        if row.outcome is PastOutcome.PHANTOM:
            tally.left_out += 1
        elif row.contact in there:
            tally.unchanged += 1
        else:
            fresh.append(
                {
                    "ref": row.contact,
                    "queue_id": queues[row.queue],
                    "priority": row.priority,
                    "arrived_at": arrived_at,
                    "wait_seconds": row.wait_seconds,
                    "abandoned": row.outcome is PastOutcome.ABANDONED,
                    "handle_seconds": row.handle_seconds,
                    "handled_by": row.agent,
                    "score": scores.of(row),
                }
            )
    if fresh:
        session.execute(insert(PastContact), fresh)
    tally.added = len(fresh)
    return tally


def _refs_there(session: Session, refs: Sequence[str]) -> set[str]:
    if session.exec(select(PastContact.id).limit(1)).first() is None:
        return set()
    there: set[str] = set()
    for begin in range(0, len(refs), REFS_AT_A_TIME):
        some: Iterable[str] = refs[begin : begin + REFS_AT_A_TIME]
        there.update(session.exec(select(PastContact.ref).where(col(PastContact.ref).in_(some))))
    return there


class _Scores:
    """Scores entry conditions, each combination once."""

    def __init__(self, policy: DifficultyPolicy) -> None:
        self._policy = policy
        self._known: dict[tuple[Any, ...], int] = {}

    def of(self, row: ContactRow) -> int | None:
        """Inherited difficulty (points); none where the file gives no entry condition."""
        given = (row.arrival_state, row.parties, row.history, row.stakes, row.resolvability)
        if all(one is None for one in given):
            return None
        if given not in self._known:
            entry = EntryConditions(
                arrival_state=row.arrival_state or ArrivalState.CALM,
                parties=row.parties or 1,
                history=row.history or History.FIRST,
                stakes=row.stakes or (),
                resolvability=row.resolvability or Resolvability.RESOLVABLE,
            )
            self._known[given] = inherited_difficulty(entry, self._policy).score
        return self._known[given]
