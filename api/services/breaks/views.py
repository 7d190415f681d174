"""What an agent is told of a break of theirs: where it is, where else it may be, and what a change did."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from api.services.breaks.cover import CoverChange
from api.services.breaks.own_day import OwnDay
from api.services.days.facts import span_of
from api.services.days.views import SegmentView, segment_view
from roster.shifts import Segment


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class TimeView(_View):
    """A start at which the rules allow the break; `starts`, `ends` are local."""

    starts_at: datetime
    starts: str
    ends: str
    cover: CoverChange


class SplitView(_View):
    """How long the first part of a split may be, minutes."""

    least_minutes: int
    most_minutes: int


class ColleagueView(_View):
    """Somebody whose break of the same kind could be swapped for this one, as far as it shows from outside."""

    agent: str
    name: str
    starts_at: datetime
    starts: str
    ends: str


class BreakView(_View):
    """A break that may still change: where to, whether it may be split, and who could swap."""

    segment: SegmentView
    times: tuple[TimeView, ...]
    split: SplitView | None
    colleagues: tuple[ColleagueView, ...]


class BreakChange(_View):
    """What a change did: the break (both parts of a split one) as it is now, and what that means for cover."""

    segments: tuple[SegmentView, ...]
    cover: CoverChange
    sentence: str


def shown(own: OwnDay, row: Segment, now: datetime) -> SegmentView:
    """A segment as its owner sees it."""
    return segment_view(span_of(row), own.shift.zone, now, own=True, row=row)
