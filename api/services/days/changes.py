"""What a new plan of a day under way changes for one person: stored, told to them with the reason, and to nobody else.

Software learns that the day of an agent changed (`agent.day_changed`), the agent what and why (`day.changed`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from api.events.log import append
from api.services.breaks.own_day import OwnDay
from api.services.breaks.store import Change, rewrite
from api.services.days.building import rows_inside
from api.services.days.facts import DayFacts, Shift, span_of
from api.services.days.late import LateBreak
from optimizer.day.live import DayChange
from roster.clock import clock_text
from roster.day import SegmentSpan
from roster.day_problem import BREAK_KINDS, DayProblem, DayResult
from roster.events import Event
from roster.rest import RestDebt
from roster.shifts import Segment, SegmentKind

BREATHER = "breather"
REASON_LENGTH = 240
SHOWN_FOR = timedelta(hours=2)
OWED = "Its minutes are owed to you."


@dataclass(frozen=True)
class Moved:
    """A break that is elsewhere now. `was` None: it is new; `now` None: it has no place any more, and its minutes are
    `owed` if it is still due. `overdue`: a contact ran into it.
    """

    shift: Shift
    kind: SegmentKind
    was: SegmentSpan | None
    now: SegmentSpan | None
    sentence: str
    owed: bool = False
    overdue: bool = False

    def told(self) -> dict[str, Any]:
        """As the agent's line of the log has it."""
        return told(self.kind, _times(self.was), _times(self.now), self.sentence)


class ChangeView(BaseModel):
    """A change of the last hours as its owner reads it. Times are local, empty where there was or is none."""

    model_config = ConfigDict(frozen=True)

    kind: str
    at: str
    was: str
    now: str
    sentence: str


def told(
    kind: SegmentKind, was: tuple[datetime, datetime] | None, now: tuple[datetime, datetime] | None, sentence: str
) -> dict[str, Any]:
    """One change in an agent's line `day.changed`."""

    def text(times: tuple[datetime, datetime] | None) -> dict[str, str] | None:
        return None if times is None else {"starts_at": times[0].isoformat(), "ends_at": times[1].isoformat()}

    return {"kind": kind.value, "was": text(was), "now": text(now), "sentence": sentence}


def moved_in(
    facts: DayFacts, problem: DayProblem, result: DayResult, reasons: Sequence[DayChange], late: Sequence[LateBreak]
) -> list[Moved]:
    """What `result` changes in the days of `facts`, by person and time; each break is the one that it was before."""
    found = []
    lacking = {(item.agent, item.kind) for item in result.unplaced}
    for shift in facts.shifts:
        person = problem.agent_of[shift.agent.code]
        fixed = {(span.kind, span.starts_at, span.ends_at) for span in person.fixed}
        new = [
            span
            for span in result.segments_of[person.id]
            if span.kind in BREAK_KINDS and (span.kind, span.starts_at, span.ends_at) not in fixed
        ]
        stay = {(span.kind, span.starts_at, span.ends_at) for span in new}
        stay &= {(span.kind, span.starts_at, span.ends_at) for span in person.planned}
        own_late = {span_of(one.row): one for one in late if one.shift.agent_id == shift.agent_id}
        found += [
            Moved(shift, was.kind, was, one.span, one.sentence, overdue=True)
            for was, one in own_late.items()
            if one.span
        ]
        # A late break without a time of its own is due as any other that has no place.
        open_still = [*person.planned, *(was for was, one in own_late.items() if one.span is None)]
        for kind in sorted(BREAK_KINDS):
            olds = [one for one in open_still if one.kind is kind and _times_of(one) not in stay]
            news = [one for one in new if one.kind is kind and _times_of(one) not in stay]
            for was, now in _in_order(olds, news):
                late_one = own_late.get(was) if was is not None and now is None else None
                owed = now is None and (late_one is not None or (person.id, kind) in lacking)
                why = _why(reasons, person.id, kind, was, now) + (f" {OWED}" if owed else "")
                found.append(Moved(shift, kind, was, now, late_one.sentence if late_one else why, owed))
    return found


def store_moves(session: Session, facts: DayFacts, moves: Sequence[Moved], now: datetime) -> None:
    """Write `moves` into the days: a break keeps its row, what has no place becomes a debt."""
    by_agent: dict[int, list[Moved]] = {}
    for move in moves:
        by_agent.setdefault(move.shift.agent_id, []).append(move)
    shifts = {shift.agent_id: shift for shift in facts.shifts}
    for agent_id, mine in by_agent.items():
        shift = shifts[agent_id]
        rows = rows_inside(shift, facts.rows(shift))
        changes, gone = [], []
        for move in mine:
            row = None if move.was is None else _row_of(rows, move.was)
            if move.now is not None:
                span = SegmentSpan(move.kind, move.now.starts_at, move.now.ends_at, move.sentence[:REASON_LENGTH])
                changes.append(Change(span, row.placed, row, move.overdue) if row is not None else Change(span))
            elif row is not None and move.was is not None:
                gone.append(row)
                if move.owed:
                    _owe(session, shift, move.was.minutes, now)
        rewrite(session, OwnDay(shift, tuple(rows), ()), changes, gone)


def tell(session: Session, now: datetime, shift: Shift, changes: Sequence[Mapping[str, Any]]) -> None:
    """One line to the agent with what changed and why; one to everybody that it did."""
    append(
        session,
        at=now,
        kind="day.changed",
        subject=shift.on_date.isoformat(),
        actor=BREATHER,
        agent_id=shift.agent_id,
        data={"changes": [dict(change) for change in changes]},
    )
    append(
        session,
        at=now,
        kind="agent.day_changed",
        subject=shift.agent.code,
        actor=BREATHER,
        data={"date": shift.on_date.isoformat()},
    )


def recent_changes(session: Session, agent_id: int, now: datetime, zone: str) -> tuple[ChangeView, ...]:
    """What changed in an agent's day by itself in the last two hours, the latest first; each break once."""
    events = session.exec(
        select(Event)
        .where(Event.agent_id == agent_id, Event.kind == "day.changed", col(Event.at) > now - SHOWN_FOR)
        .order_by(col(Event.id).desc())
        .limit(20)
    ).all()
    views, seen = [], set()
    for event in events:
        for change in event.data["changes"]:
            was, at = (None if change[name] is None else _instant(change[name]) for name in ("was", "now"))
            # Moved on since: only where it has come to is of use.
            key = (change["kind"], at)
            if key in seen:
                continue
            seen |= {key, (change["kind"], was)}
            views.append(
                ChangeView(
                    kind=change["kind"],
                    at=clock_text(event.at, zone),
                    was="" if was is None else clock_text(was, zone),
                    now="" if at is None else clock_text(at, zone),
                    sentence=change["sentence"],
                )
            )
    return tuple(views)


def _owe(session: Session, shift: Shift, minutes: int, now: datetime) -> None:
    session.add(RestDebt(agent_id=shift.agent_id, minutes=minutes, incurred_at=now, on_date=shift.on_date))
    append(
        session,
        at=now,
        kind="rest.owed",
        subject=str(shift.agent_id),
        actor=BREATHER,
        agent_id=shift.agent_id,
        data={"minutes": minutes, "contact": None},
    )


def _row_of(rows: Sequence[Segment], was: SegmentSpan) -> Segment:
    return next(row for row in rows if (row.kind, row.starts_at) == (was.kind, was.starts_at))


def _in_order(
    olds: Sequence[SegmentSpan], news: Sequence[SegmentSpan]
) -> list[tuple[SegmentSpan | None, SegmentSpan | None]]:
    """The breaks of one kind before and after, the first with the first: breaks of a kind never pass each other."""
    before: list[SegmentSpan | None] = [*sorted(olds, key=_begin)]
    after: list[SegmentSpan | None] = [*sorted(news, key=_begin)]
    count = max(len(before), len(after))
    before += [None] * (count - len(before))
    after += [None] * (count - len(after))
    return list(zip(before, after, strict=True))


def _why(
    reasons: Sequence[DayChange], code: str, kind: SegmentKind, was: SegmentSpan | None, now: SegmentSpan | None
) -> str:
    for reason in reasons:
        if (reason.agent, reason.kind) != (code, kind):
            continue
        there = reason.now is not None and now is not None and reason.now.starts_at == now.starts_at
        left = reason.was is not None and was is not None and reason.was.starts_at == was.starts_at
        if there or (now is None and left):
            return f"{reason.sentence[:1].upper()}{reason.sentence[1:]}."
    return "It has no place in this shift any more." if now is None else now.reason


def _begin(span: SegmentSpan) -> datetime:
    return span.starts_at


def _times_of(span: SegmentSpan) -> tuple[SegmentKind, datetime, datetime]:
    return (span.kind, span.starts_at, span.ends_at)


def _times(span: SegmentSpan | None) -> tuple[datetime, datetime] | None:
    return None if span is None else (span.starts_at, span.ends_at)


def _instant(times: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(times["starts_at"])
