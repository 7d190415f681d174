"""One agent's planned shift as they may change it, judged by the rules of the day.

The checkers of `roster/rules/day` decide. What others need is no rule: cover is told beside a time, and refuses none.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.errors import Conflict, Forbidden, Invalid, NotFound
from api.security.caller import Caller
from api.services.days.building import is_open, parts_of
from api.services.days.facts import ONE_DAY, Shift, published_shifts, span_of
from optimizer.day.options import has_room
from roster.clock import QUARTER, clock_text
from roster.day import MINUTE, DayError, SegmentSpan, partition
from roster.day_problem import BREAK_KINDS, DayAgent, DayProblem, DayResult, DayStatus, PersonDay, Span, Unplaced
from roster.policy import Policy
from roster.rest import DebriefInvitation, InvitationStatus
from roster.rules.day.registry import judge_day
from roster.shifts import Placed, Segment, SegmentKind

STEP = 5 * MINUTE
YOU = "Your day"
ANY_NUMBER = 99


@dataclass(frozen=True)
class Breach:
    """Why a time is not possible: the rule's name and a sentence for the day's owner."""

    rule: str
    sentence: str


@dataclass(frozen=True)
class OwnDay:
    """A published shift and its segments (those inside it, by time); `offers` are invitations open to its owner."""

    shift: Shift
    rows: tuple[Segment, ...]
    offers: tuple[Span, ...]

    def text(self, instant: datetime) -> str:
        """`instant` as its owner reads it."""
        return clock_text(instant, self.shift.zone)

    def row(self, segment_id: int) -> Segment:
        """The segment with this number."""
        return next(row for row in self.rows if row.id == segment_id)

    def others(self, without: Collection[int]) -> list[Segment]:
        """What is no work, less the segments numbered in `without`."""
        return [row for row in self.rows if row.kind is not SegmentKind.WORK and row.id not in without]

    def arranged(self, placed: Sequence[SegmentSpan], without: Collection[int]) -> tuple[SegmentSpan, ...]:
        """The shift with `placed` instead of `without`; raises `roster.day.DayError` where they overlap."""
        spans = [span_of(row) for row in self.others(without)]
        return partition(self.shift.starts_at, self.shift.ends_at, [*spans, *placed])

    def breach(
        self,
        policy: Policy,
        now: datetime,
        placed: Sequence[SegmentSpan],
        without: Collection[int],
        *,
        parts: bool = False,
    ) -> Breach | None:
        """The first rule that refuses `placed` instead of `without`; `parts` says that they are parts of a rest."""
        others = self.others(without)
        for span in placed:
            taken = next((row for row in others if span.overlaps(row.starts_at, row.ends_at)), None)
            if taken is not None:
                words = f"there is your {taken.kind} from {self.text(taken.starts_at)} to {self.text(taken.ends_at)}"
                return Breach("partition", f"{YOU}: {words}")
        try:
            spans = self.arranged(placed, without)
        except DayError as error:
            return Breach("partition", f"{YOU}: {error}")
        own_parts = tuple(Span(starts_at=span.starts_at, ends_at=span.ends_at) for span in placed) if parts else ()
        person = self._person(now, others).model_copy(update={"parts": (*parts_of(others), *own_parts)})
        problem = self._problem(policy, person)
        # What the plan found no room for is no fault of this change, which takes no break away.
        lacking = tuple(
            Unplaced(agent=YOU, kind=kind, count=ANY_NUMBER, sentence="not planned") for kind in sorted(BREAK_KINDS)
        )
        result = DayResult(status=DayStatus.FEASIBLE, days=(PersonDay(agent=YOU, segments=spans),), unplaced=lacking)
        found = next(iter(judge_day(problem, result).violations), None)
        return None if found is None else Breach(found.rule, found.sentence)

    def has_room(self, policy: Policy, since: datetime, row: Segment, span: SegmentSpan) -> bool:
        """Whether the breaks after `since` that a plan may move all have a place from then on, with `row` at `span`."""
        moving = [one for one in self.others({row.id or 0}) if is_open(one, since)]
        fixed = self.others({row.id or 0, *(one.id or 0 for one in moving)})
        person = self._person(since, fixed)
        own_part = (Span(starts_at=span.starts_at, ends_at=span.ends_at),) if row.placed is Placed.PART else ()
        person = person.model_copy(
            update={
                "fixed": (*person.fixed, span),
                "planned": tuple(span_of(one) for one in moving),
                "parts": (*person.parts, *own_part),
            }
        )
        return has_room(self._problem(policy, person), person)

    def _person(self, now: datetime, fixed: Sequence[Segment]) -> DayAgent:
        return DayAgent(
            id=YOU,
            zone=self.shift.zone,
            starts_at=self.shift.starts_at,
            ends_at=self.shift.ends_at,
            fixed=tuple(span_of(row) for row in fixed),
            kept_free=self.offers,
            parts=parts_of(fixed),
            not_before=now,
        )

    def _problem(self, policy: Policy, person: DayAgent) -> DayProblem:
        begin = self.shift.starts_at - timedelta(minutes=self.shift.starts_at.minute % 15)
        return DayProblem(
            on_date=self.shift.on_date,
            starts_at=begin,
            quarters=-(-(self.shift.ends_at - begin) // QUARTER),
            agents=(person,),
            breaks=policy.breaks,
        )

    def possible(
        self,
        policy: Policy,
        now: datetime,
        row: Segment,
        minutes: int,
        *,
        beside: Sequence[SegmentSpan] = (),
        since: datetime | None = None,
    ) -> Iterator[datetime]:
        """Every start on the grid (from `since` on) at which `minutes` of the break `row` may lie, given what stays
        `beside` it.
        """
        first = now if since is None else max(now, since)
        at = self.shift.starts_at + timedelta(minutes=-self.shift.starts_at.minute % 5)
        while at + minutes * MINUTE <= self.shift.ends_at:
            span = SegmentSpan(row.kind, at, at + minutes * MINUTE)
            parts = bool(beside) or row.placed is Placed.PART
            free = at >= first and not any(other.overlaps(span.starts_at, span.ends_at) for other in beside)
            if free and self.breach(policy, now, [*beside, span], {row.id or 0}, parts=parts) is None:
                yield at
            at += STEP

    def require(
        self,
        policy: Policy,
        now: datetime,
        row: Segment,
        span: SegmentSpan,
        *,
        beside: Sequence[SegmentSpan] = (),
    ) -> None:
        """Refuse `span` for the break `row` where a rule does.

        Raises
        ------
        Invalid: it is past or leaves the shift. Conflict: a rule refuses it; names the rule and the nearest time.
        """
        at = self.text(span.starts_at)
        if span.starts_at < now:
            raise Invalid(f"starts_at {span.starts_at.isoformat()}: {at} is past, expected {self.text(now)} or later")
        begin, end = self.text(self.shift.starts_at), self.text(self.shift.ends_at)
        if span.starts_at < self.shift.starts_at or span.ends_at > self.shift.ends_at:
            raise Invalid(
                f"starts_at {span.starts_at.isoformat()}: {at} to {self.text(span.ends_at)} leaves your shift "
                f"from {begin} to {end}"
            )
        if any(other.overlaps(span.starts_at, span.ends_at) for other in beside):
            breach: Breach | None = Breach("partition", f"{YOU}: the two parts would overlap at {at}")
        else:
            parts = bool(beside) or row.placed is Placed.PART
            breach = self.breach(policy, now, [*beside, span], {row.id or 0}, parts=parts)
        if breach is None:
            return
        others = [one for one in self.possible(policy, now, row, span.minutes, beside=beside) if one != row.starts_at]
        nearest = min(others, key=lambda one: abs(one - span.starts_at), default=None)
        hint = "No other time is possible." if nearest is None else f"The nearest time is {self.text(nearest)}."
        raise Conflict(
            f"{at} for your {row.kind}: the rule {breach.rule} refuses it. {breach.sentence}. {hint}",
            rule=breach.rule,
            nearest=None if nearest is None else nearest.isoformat(),
        )


def read_own(session: Session, agent_id: int, segment_id: int) -> OwnDay:
    """The shift that holds the segment; raises `NotFound` unless it is a segment of this agent."""
    row = session.get(Segment, segment_id)
    if row is None or row.agent_id != agent_id:
        raise NotFound(f"there is no break {segment_id} of yours")
    return own_day(session, agent_id, row)


def own_day(session: Session, agent_id: int, row: Segment) -> OwnDay:
    """The shift of `agent_id` in which `row` lies; raises `Conflict` where it is published no more."""
    shifts = published_shifts(session, row.on_date, row.on_date, [agent_id])
    if not shifts:
        raise Conflict("the shift of this break is not in the published roster any more")
    shift = shifts[0]
    rows = session.exec(
        select(Segment)
        .where(
            Segment.agent_id == agent_id,
            Segment.on_date == row.on_date,
            col(Segment.starts_at) >= shift.starts_at,
            col(Segment.ends_at) <= shift.ends_at,
        )
        .order_by(col(Segment.starts_at))
    ).all()
    # Offers to others, in which this agent would be the peer, are not theirs to know of: those give way.
    offers = session.exec(
        select(DebriefInvitation).where(
            DebriefInvitation.agent_id == agent_id,
            DebriefInvitation.status == InvitationStatus.OFFERED,
            col(DebriefInvitation.starts_at) < shift.ends_at + ONE_DAY,
            col(DebriefInvitation.ends_at) > shift.starts_at,
        )
    ).all()
    kept = tuple(Span(starts_at=offer.starts_at, ends_at=offer.ends_at) for offer in offers)
    return OwnDay(shift, tuple(rows), kept)


def changeable(own: OwnDay, segment_id: int, now: datetime) -> Segment:
    """The break with this number, if it may still change.

    Raises
    ------
    Invalid: it is no meal and no rest. Conflict: it has begun, or lies outside the shift as it is now.
    """
    row = next((row for row in own.rows if row.id == segment_id), None)
    if row is None:
        raise Conflict("this break lies outside your shift as it is published now")
    if row.kind not in BREAK_KINDS:
        raise Invalid(f"segment {segment_id} is {row.kind.value!r}: expected a meal or a rest")
    if row.starts_at <= now:
        raise Conflict(f"your {row.kind} at {own.text(row.starts_at)} has begun already")
    return row


def own_agent(caller: Caller) -> int:
    """The caller's own agent."""
    if caller.agent_id is None:
        raise Forbidden(f"you are signed in as {caller.role}: breaks are the agent's own to move")
    return caller.agent_id
