"""The day as the tables have it: who works when, what is in their day already, and a mark of all that was read."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from roster.clock import at_local
from roster.day import SegmentSpan
from roster.people import Agent, Skill
from roster.queues import Queue
from roster.rest import DebriefInvitation, InvitationStatus
from roster.shifts import Assignment, Roster, RosterStatus, Segment, ShiftType

OPEN_INVITATIONS = (InvitationStatus.OFFERED, InvitationStatus.ACCEPTED)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Shift:
    """One published shift, UTC."""

    agent: Agent
    assignment_id: int
    on_date: date
    zone: str
    starts_at: datetime
    ends_at: datetime

    @property
    def agent_id(self) -> int:
        """The agent's key."""
        return key(self.agent.id)


@dataclass(frozen=True)
class DayFacts:
    """`shifts` begin on the date and are to be arranged; `others` are on duty meanwhile.

    `segments` and `invitations` (open ones) by agent; `mark` differs when anything a plan rests on has changed.
    """

    on_date: date
    shifts: tuple[Shift, ...]
    others: tuple[Shift, ...]
    skills: dict[int, tuple[str, ...]]
    segments: dict[int, list[Segment]]
    invitations: dict[int, list[DebriefInvitation]]
    mark: tuple[object, ...]

    def rows(self, shift: Shift) -> tuple[Segment, ...]:
        """What is stored of a shift, by time."""
        return tuple(row for row in self.segments.get(shift.agent_id, ()) if row.on_date == shift.on_date)

    def spans(self, shift: Shift) -> tuple[SegmentSpan, ...]:
        """What is stored of a shift, by time, as values."""
        return tuple(span_of(row) for row in self.rows(shift))


def key(value: int | None) -> int:
    """The primary key of a stored row."""
    if value is None:
        raise LookupError("a stored row has a key")
    return value


def span_of(row: Segment) -> SegmentSpan:
    """A stored segment as a value."""
    return SegmentSpan(row.kind, row.starts_at, row.ends_at, row.reason)


def published_shifts(session: Session, first: date, last: date, agent_ids: Iterable[int] | None = None) -> list[Shift]:
    """Published shifts that begin on local dates `first` to `last`, by begin and agent code; the newest roster wins."""
    query = (
        # The roster's zone alone: its stored problem would be read and parsed once a row.
        select(Assignment, ShiftType, Agent, col(Roster.zone))
        .join(Roster, col(Roster.id) == col(Assignment.roster_id))
        .join(ShiftType, col(ShiftType.id) == col(Assignment.shift_type_id))
        .join(Agent, col(Agent.id) == col(Assignment.agent_id))
        .where(
            Roster.status == RosterStatus.PUBLISHED,
            col(Assignment.on_date).between(first, last),
            col(Agent.active).is_(True),
        )
        .order_by(col(Roster.published_at), col(Roster.id))
    )
    if agent_ids is not None:
        query = query.where(col(Assignment.agent_id).in_(list(agent_ids)))
    newest: dict[tuple[int, date], Shift] = {}
    for assignment, kind, agent, zone in session.exec(query).all():
        starts_at = at_local(assignment.on_date, kind.start_minute, zone)
        newest[key(agent.id), assignment.on_date] = Shift(
            agent=agent,
            assignment_id=key(assignment.id),
            on_date=assignment.on_date,
            zone=zone,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=kind.minutes),
        )
    return sorted(newest.values(), key=lambda shift: (shift.starts_at, shift.agent.code))


def read_day(session: Session, on_date: date, team_id: int | None) -> DayFacts:
    """Everything that a plan of `on_date` rests on; `team_id` limits whose shifts are arranged."""
    around = published_shifts(session, on_date - ONE_DAY, on_date + ONE_DAY)
    shifts = [shift for shift in around if shift.on_date == on_date and team_id in (None, shift.agent.team_id)]
    begin = min((shift.starts_at for shift in shifts), default=None)
    end = max((shift.ends_at for shift in shifts), default=None)
    chosen = {shift.assignment_id for shift in shifts}
    others = [
        shift
        for shift in around
        if begin is not None
        and end is not None
        and shift.assignment_id not in chosen
        and shift.starts_at < end
        and begin < shift.ends_at
    ]
    segments = segments_by_agent(session, on_date - ONE_DAY, on_date + ONE_DAY)
    invitations = open_invitations(session, begin, end)
    mark = (
        tuple((shift.assignment_id, shift.agent_id, shift.starts_at, shift.ends_at) for shift in (*shifts, *others)),
        tuple(
            (agent_id, row.on_date, row.kind, row.starts_at, row.ends_at, row.placed)
            for agent_id, rows in sorted(segments.items())
            for row in rows
        ),
        tuple(sorted({(key(row.id), str(row.status)) for rows in invitations.values() for row in rows})),
    )
    return DayFacts(on_date, tuple(shifts), tuple(others), _skills(session), segments, invitations, mark)


def segments_by_agent(
    session: Session, first: date, last: date, agent_ids: Iterable[int] | None = None
) -> dict[int, list[Segment]]:
    """Stored segments of shifts that began on `first` to `last`, by agent and time; of `agent_ids` alone if given."""
    found: dict[int, list[Segment]] = defaultdict(list)
    query = select(Segment).where(col(Segment.on_date).between(first, last))
    if agent_ids is not None:
        query = query.where(col(Segment.agent_id).in_(list(agent_ids)))
    for row in session.exec(query.order_by(col(Segment.agent_id), col(Segment.starts_at))):
        found[row.agent_id].append(row)
    return dict(found)


def open_invitations(
    session: Session, begin: datetime | None, end: datetime | None
) -> dict[int, list[DebriefInvitation]]:
    """Invitations offered or accepted in [begin, end), under both people's keys."""
    found: dict[int, list[DebriefInvitation]] = defaultdict(list)
    if begin is None or end is None:
        return {}
    rows: Sequence[DebriefInvitation] = session.exec(
        select(DebriefInvitation)
        .where(
            col(DebriefInvitation.status).in_(OPEN_INVITATIONS),
            col(DebriefInvitation.starts_at) < end,
            col(DebriefInvitation.ends_at) > begin,
        )
        .order_by(col(DebriefInvitation.id))
    ).all()
    for row in rows:
        found[row.agent_id].append(row)
        found[row.peer_id].append(row)
    return dict(found)


def _skills(session: Session) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.exec(
        select(Skill.agent_id, Queue.code).join(Queue, col(Queue.id) == col(Skill.queue_id)).order_by(col(Queue.code))
    )
    for agent_id, code in rows:
        found[agent_id].append(code)
    return {agent_id: tuple(codes) for agent_id, codes in found.items()}
