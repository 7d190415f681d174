"""A person's day as one list of non-overlapping segments: what a segment is, and how rest is put into it.

All functions are pure. Segments lie inside a shift and partition it; nothing here moves where it begins or ends.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from roster.clock import require_utc
from roster.shifts import SegmentKind

MINUTE = timedelta(minutes=1)
NOTHING = timedelta(0)


class DayError(ValueError):
    """Segments that can't be: reversed, overlapping, outside the shift; the message quotes them."""


@dataclass(frozen=True, slots=True)
class SegmentSpan:
    """A stretch of a person's day, UTC; `reason` is a sentence for its owner alone."""

    kind: SegmentKind
    starts_at: datetime
    ends_at: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts_at", require_utc(self.starts_at))
        object.__setattr__(self, "ends_at", require_utc(self.ends_at))
        if self.ends_at <= self.starts_at:
            raise DayError(
                f"{self.kind} ends at {self.ends_at:%H:%M} UTC, not after it starts at {self.starts_at:%H:%M}"
            )

    @property
    def duration(self) -> timedelta:
        """How long it lasts."""
        return self.ends_at - self.starts_at

    @property
    def minutes(self) -> int:
        """How long it lasts, whole minutes."""
        return self.duration // MINUTE

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether it shares any time with [starts_at, ends_at)."""
        return self.starts_at < ends_at and starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Carved:
    """A day after rest was put into it.

    `placed_minutes` are whole minutes given (rounded down: the rest is owed); `ends_at` is when the last of
    them ends, or the start asked for where nothing fitted.
    """

    segments: tuple[SegmentSpan, ...]
    placed_minutes: int
    ends_at: datetime


def carve(
    segments: Sequence[SegmentSpan],
    kind: SegmentKind,
    starts_at: datetime,
    minutes: int,
    *,
    reason: str,
    not_after: datetime | None = None,
) -> Carved:
    """Put `minutes` of `kind` into the work time from `starts_at` on.

    It flows around meals, rests, debriefs and whatever else is no work: what does not fit before them continues
    after. It never passes the end of the last segment or `not_after`; what does not fit is not placed.
    """
    if minutes < 0:
        raise DayError(f"{minutes} minutes of {kind}: expected 0 or more")
    starts_at = require_utc(starts_at)
    left = minutes * MINUTE
    ends_at = starts_at
    result: list[SegmentSpan] = []
    for segment in ordered(segments):
        begin = max(segment.starts_at, starts_at)
        limit = segment.ends_at if not_after is None else min(segment.ends_at, require_utc(not_after))
        if segment.kind is not SegmentKind.WORK or left <= NOTHING or begin >= limit:
            result.append(segment)
            continue
        end = min(limit, begin + left)
        left -= end - begin
        ends_at = end
        result.extend(_with(segment, SegmentSpan(kind, begin, end, reason)))
    return Carved(tuple(result), (minutes * MINUTE - left) // MINUTE, ends_at)


def fits(segments: Iterable[SegmentSpan], starts_at: datetime, ends_at: datetime) -> bool:
    """Whether [starts_at, ends_at) is work from end to end, so that a fixed appointment can go there."""
    at = require_utc(starts_at)
    for segment in sorted(segments, key=lambda span: span.starts_at):
        if segment.kind is SegmentKind.WORK and segment.starts_at <= at < segment.ends_at:
            at = segment.ends_at
    return at >= ends_at


def claim(segments: Sequence[SegmentSpan], wanted: SegmentSpan) -> tuple[SegmentSpan, ...]:
    """Put `wanted` at exactly its time; raises `DayError` where that time is not work from end to end."""
    if not fits(segments, wanted.starts_at, wanted.ends_at):
        raise DayError(
            f"{wanted.kind} from {wanted.starts_at:%H:%M} to {wanted.ends_at:%H:%M} UTC: that time is not free"
        )
    result: list[SegmentSpan] = []
    placed = False
    for segment in ordered(segments):
        if segment.kind is not SegmentKind.WORK or not segment.overlaps(wanted.starts_at, wanted.ends_at):
            result.append(segment)
            continue
        before, after = _around(segment, wanted.starts_at, wanted.ends_at)
        result.extend(before)
        if not placed:
            result.append(wanted)
            placed = True
        result.extend(after)
    return tuple(result)


def release(segments: Sequence[SegmentSpan], starts_at: datetime, ends_at: datetime) -> tuple[SegmentSpan, ...]:
    """Make the segment at exactly [starts_at, ends_at) work again, joined with work on either side."""
    freed = [
        SegmentSpan(SegmentKind.WORK, span.starts_at, span.ends_at)
        if (span.starts_at, span.ends_at) == (starts_at, ends_at)
        else span
        for span in segments
    ]
    return joined(freed)


def partition(
    starts_at: datetime, ends_at: datetime, inside: Iterable[SegmentSpan], *, work_reason: str = ""
) -> tuple[SegmentSpan, ...]:
    """The shift from `starts_at` to `ends_at` as segments: those `inside`, and work between them.

    Raises `DayError` where two of `inside` overlap or one leaves the shift.
    """
    at, ends_at = require_utc(starts_at), require_utc(ends_at)
    result: list[SegmentSpan] = []
    for segment in ordered(inside):
        if segment.starts_at < at or segment.ends_at > ends_at:
            raise DayError(
                f"{segment.kind} from {segment.starts_at:%H:%M} to {segment.ends_at:%H:%M} UTC leaves the shift"
            )
        if segment.starts_at > at:
            result.append(SegmentSpan(SegmentKind.WORK, at, segment.starts_at, work_reason))
        result.append(segment)
        at = segment.ends_at
    if at < ends_at:
        result.append(SegmentSpan(SegmentKind.WORK, at, ends_at, work_reason))
    return tuple(result)


def ordered(segments: Iterable[SegmentSpan]) -> tuple[SegmentSpan, ...]:
    """`segments` by time; raises `DayError` where two overlap."""
    result = tuple(sorted(segments, key=lambda span: span.starts_at))
    for earlier, later in pairwise(result):
        if later.starts_at < earlier.ends_at:
            raise DayError(
                f"{later.kind} at {later.starts_at:%H:%M} UTC begins before {earlier.kind} ends "
                f"at {earlier.ends_at:%H:%M}"
            )
    return result


def joined(segments: Iterable[SegmentSpan]) -> tuple[SegmentSpan, ...]:
    """`segments` by time, touching stretches of work made one."""
    result: list[SegmentSpan] = []
    for span in ordered(segments):
        last = result[-1] if result else None
        both_work = last is not None and last.kind is SegmentKind.WORK and span.kind is SegmentKind.WORK
        if last is not None and both_work and last.ends_at == span.starts_at:
            result[-1] = replace(last, ends_at=span.ends_at)
        else:
            result.append(span)
    return tuple(result)


def _around(
    segment: SegmentSpan, starts_at: datetime, ends_at: datetime
) -> tuple[list[SegmentSpan], list[SegmentSpan]]:
    before = [replace(segment, ends_at=starts_at)] if segment.starts_at < starts_at else []
    after = [replace(segment, starts_at=ends_at)] if ends_at < segment.ends_at else []
    return before, after


def _with(segment: SegmentSpan, inner: SegmentSpan) -> list[SegmentSpan]:
    before, after = _around(segment, inner.starts_at, inner.ends_at)
    return [*before, inner, *after]
