"""A person changes one cell of a draft: stored at once, judged at once, refused on a version no longer current."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from api.context import Context
from api.errors import Conflict, Invalid
from api.events.log import append
from api.services.rosters.judging import find_roster, judged
from api.services.rosters.runs import fail_abandoned, refuse_while_planning
from api.services.rosters.superseding import last_day
from api.services.rosters.views import EditView, FindingView
from roster.events import Event
from roster.people import Agent
from roster.shifts import Assignment, DayAway, PinnedFree, Roster, RosterStatus, ShiftType
from roster.store.engine import writing

EDITED = "roster.edited"


@dataclass(frozen=True)
class _Cell:
    """One person's day: a shift's code or none, whether a person fixed it, and whether and from what they are away."""

    shift: str | None
    pinned: bool
    away: bool = False
    missed: str | None = None

    def data(self) -> dict[str, Any]:
        told: dict[str, Any] = {"shift": self.shift, "pinned": self.pinned}
        return told | {"away": True, "missed": self.missed} if self.away else told


def edit(
    context: Context,
    roster_id: int,
    *,
    agent: str,
    on_date: date,
    shift: str | None,
    pin: bool,
    seen_version: int,
    actor: str,
) -> EditView:
    """Give `agent` (a code) `shift` (a code; None: free) on `on_date`; `pin` keeps it so in later plans.

    A draft is stored even where it breaks rules by now: the answer says which. Whoever gets a shift on a day of
    absence is no longer away in this draft on that day. `seen_version` is the version the
    person was looking at; any other than the present one is a `Conflict`.
    """
    fail_abandoned(context)
    with writing(context.engine) as session:
        roster = _draft(session, roster_id, seen_version)
        return _changed(context, session, roster, agent, on_date, _Cell(shift, pin), actor)


def undo(context: Context, roster_id: int, *, seen_version: int, actor: str) -> EditView:
    """Take the last edit back, if nothing else has happened to the roster since; undoing twice redoes it."""
    fail_abandoned(context)
    with writing(context.engine) as session:
        roster = _draft(session, roster_id, seen_version)
        last = _last_edit(session, roster)
        if last is None:
            raise Conflict(f"roster {roster_id} has no edit to take back: its last change was no edit")
        before = _Cell(**last.data["before"])
        on_date = date.fromisoformat(last.data["date"])
        return _changed(context, session, roster, last.data["agent"], on_date, before, actor)


def can_undo(session: Session, roster: Roster) -> bool:
    """Whether the last change of a draft was an edit."""
    return roster.status is RosterStatus.DRAFT and _last_edit(session, roster) is not None


def _last_edit(session: Session, roster: Roster) -> Event | None:
    last = session.exec(
        select(Event)
        .where(Event.kind == EDITED, Event.subject == str(roster.id))
        .order_by(col(Event.id).desc())
        .limit(1)
    ).first()
    return last if last is not None and last.data["version"] == roster.version else None


def _draft(session: Session, roster_id: int, seen_version: int) -> Roster:
    roster = find_roster(session, roster_id, lock=True)
    if roster.status is not RosterStatus.DRAFT:
        raise Conflict(
            f"roster {roster_id} is {roster.status.value}: only a draft can be changed; copy it to a new draft"
        )
    refuse_while_planning(session, roster_id)
    if roster.version != seen_version:
        raise Conflict(
            f"roster {roster_id} has changed since you saw it (version {seen_version}, now {roster.version}):"
            " look at it again before you change it",
            version=roster.version,
        )
    return roster


def _changed(
    context: Context, session: Session, roster: Roster, code: str, on_date: date, cell: _Cell, actor: str
) -> EditView:
    if not roster.starts_on <= on_date <= last_day(roster):
        raise Invalid(
            f"{on_date.isoformat()} is not in roster {roster.id}:"
            f" expected {roster.starts_on.isoformat()} to {last_day(roster).isoformat()}"
        )
    agent = _agent(session, roster, code)
    before = _replace(session, roster, agent, on_date, cell)
    roster.version += 1
    session.add(roster)
    session.flush()
    found = judged(session, context.policy, roster, now=context.now())
    append(
        session,
        at=context.now(),
        kind=EDITED,
        subject=str(roster.id),
        actor=actor,
        data={
            "agent": code,
            "date": on_date.isoformat(),
            "before": before.data(),
            "after": cell.data(),
            "version": roster.version,
        },
    )
    return EditView(
        version=roster.version,
        agent=code,
        on_date=on_date,
        shift=cell.shift,
        pinned=cell.pinned,
        violations=tuple(
            FindingView(one.rule, one.sentence, one.hard, one.cost, one.agent, one.day)
            for one in found.verdict.violations
            if one.agent == code
        ),
        costs=found.verdict.costs,
    )


def _agent(session: Session, roster: Roster, code: str) -> Agent:
    agent = session.exec(select(Agent).where(Agent.code == code)).first()
    if agent is None:
        raise Invalid(f"agent {code!r} is unknown: expected the code of somebody in the roster")
    placed = select(Assignment.id).where(Assignment.roster_id == roster.id, Assignment.agent_id == agent.id).limit(1)
    belongs = agent.active and roster.team_id in (None, agent.team_id)
    if not belongs and session.exec(placed).first() is None:
        raise Invalid(f"agent {code!r} is not in roster {roster.id}: expected an active agent of its team")
    return agent


def _replace(session: Session, roster: Roster, agent: Agent, on_date: date, cell: _Cell) -> _Cell:
    """Write `cell` and return what was there."""
    roster_id, agent_id = roster.id or 0, agent.id or 0
    assignment = session.exec(
        select(Assignment).where(
            Assignment.roster_id == roster.id, Assignment.agent_id == agent.id, Assignment.on_date == on_date
        )
    ).first()
    free = session.get(PinnedFree, (roster.id, agent.id, on_date))
    shifts = {shift.code: shift.id for shift in session.exec(select(ShiftType)).all()}
    codes = {number: code for code, number in shifts.items()}
    if cell.shift is not None and cell.shift not in shifts:
        raise Invalid(f"shift {cell.shift!r} is unknown: expected one of {', '.join(sorted(shifts))}, or none")
    away = session.get(DayAway, (roster.id, agent.id, on_date))
    before = _Cell(
        codes[assignment.shift_type_id] if assignment else None,
        assignment.pinned if assignment else free is not None,
        away is not None,
        codes[away.shift_type_id] if away is not None and away.shift_type_id is not None else None,
    )
    if away is not None and cell.shift is not None:
        session.delete(away)
    elif away is None and cell.away:
        missed = None if cell.missed is None else shifts[cell.missed]
        session.add(DayAway(roster_id=roster_id, agent_id=agent_id, on_date=on_date, shift_type_id=missed))
    if free is not None:
        session.delete(free)
    if cell.shift is None:
        if assignment is not None:
            session.delete(assignment)
        session.flush()
        if cell.pinned:
            session.add(PinnedFree(roster_id=roster_id, agent_id=agent_id, on_date=on_date))
        return before
    if assignment is None:
        assignment = Assignment(roster_id=roster_id, agent_id=agent_id, on_date=on_date, shift_type_id=0)
    assignment.shift_type_id, assignment.pinned = shifts[cell.shift] or 0, cell.pinned
    session.add(assignment)
    return before
