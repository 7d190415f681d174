"""A draft is thrown away: its shifts, pins and absences are deleted, its number and its audit lines stay."""

from sqlmodel import col, delete

from api.context import Context
from api.errors import Conflict
from api.events.log import append
from api.services.rosters.judging import find_roster
from api.services.rosters.runs import fail_abandoned, refuse_while_planning
from roster.shifts import Assignment, DayAway, PinnedFree, RosterStatus
from roster.store.engine import writing


def discard(context: Context, roster_id: int, *, actor: str) -> None:
    """Throw a draft away; refused with `Conflict` while it is being planned, or where it is no draft.

    What is left is a superseded roster that was never published: no list shows it, nobody can publish it, and its
    number is not given to another.
    """
    fail_abandoned(context)
    with writing(context.engine) as session:
        roster = find_roster(session, roster_id, lock=True)
        if roster.status is not RosterStatus.DRAFT:
            raise Conflict(f"roster {roster_id} is {roster.status.value}: only a draft can be thrown away")
        refuse_while_planning(session, roster_id)
        for table in (Assignment, PinnedFree, DayAway):
            session.exec(delete(table).where(col(table.roster_id) == roster_id))
        roster.status = RosterStatus.SUPERSEDED
        roster.version += 1
        session.add(roster)
        append(session, at=context.now(), kind="roster.discarded", subject=str(roster_id), actor=actor, data={})
    context.announcer.announce()
