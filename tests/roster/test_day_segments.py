"""Segments of a day: carving rest into work, fixed appointments, and what never changes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roster.day import DayError, SegmentSpan, carve, claim, fits, joined, partition, release
from roster.shifts import SegmentKind

START = datetime(2026, 11, 24, 7, tzinfo=UTC)
WORK, MEAL, REST, DECOMPRESSION, DEBRIEF = (
    SegmentKind.WORK,
    SegmentKind.MEAL,
    SegmentKind.REST,
    SegmentKind.DECOMPRESSION,
    SegmentKind.DEBRIEF,
)


def at(minute: float) -> datetime:
    """`minute` minutes into the shift."""
    return START + timedelta(minutes=minute)


def shift(*inside: tuple[SegmentKind, int, int], minutes: int = 480) -> tuple[SegmentSpan, ...]:
    """A shift with segments given as (kind, from, to) in minutes."""
    return partition(START, at(minutes), [SegmentSpan(kind, at(begin), at(end)) for kind, begin, end in inside])


def shape(segments: tuple[SegmentSpan, ...]) -> list[tuple[str, int, int]]:
    """Segments as (kind, from, to) in minutes."""
    minute = timedelta(minutes=1)
    return [(s.kind.value, (s.starts_at - START) // minute, (s.ends_at - START) // minute) for s in segments]


def test_rest_flows_around_the_meal() -> None:
    carved = carve(shift((MEAL, 240, 270)), DECOMPRESSION, at(235), 15, reason="x")
    assert shape(carved.segments) == [
        ("work", 0, 235),
        ("decompression", 235, 240),
        ("meal", 240, 270),
        ("decompression", 270, 280),
        ("work", 280, 480),
    ]
    assert (carved.placed_minutes, carved.ends_at) == (15, at(280))


def test_rest_never_passes_the_end_of_the_shift_or_its_limit() -> None:
    late = carve(shift(), DECOMPRESSION, at(472.5), 15, reason="x")
    assert (late.placed_minutes, late.ends_at) == (7, at(480))
    limited = carve(shift(), DECOMPRESSION, at(100), 15, reason="x", not_after=at(105))
    assert (limited.placed_minutes, limited.segments[-1].ends_at) == (5, at(480))
    after = carve(shift(), DECOMPRESSION, at(500), 15, reason="x")
    assert (after.placed_minutes, after.segments) == (0, shift())


@st.composite
def days(draw: st.DrawFn) -> tuple[SegmentSpan, ...]:
    """A shift of up to ten hours with up to five things in it, on any second."""
    length = draw(st.integers(60, 600)) * 60
    cuts = sorted(draw(st.sets(st.integers(0, length), max_size=10)))
    inside = [
        SegmentSpan(draw(st.sampled_from([MEAL, REST, DECOMPRESSION, DEBRIEF])), at(begin / 60), at(end / 60))
        for begin, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    return partition(START, START + timedelta(seconds=length), inside)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    day=days(), begin=st.integers(-600, 40_000), minutes=st.integers(0, 90), limit=st.none() | st.integers(0, 40_000)
)
def test_carving_conserves_time(day: tuple[SegmentSpan, ...], begin: int, minutes: int, limit: int | None) -> None:
    not_after = None if limit is None else START + timedelta(seconds=limit)
    starts_at = START + timedelta(seconds=begin)
    carved = carve(day, DECOMPRESSION, starts_at, minutes, reason="new", not_after=not_after)
    after = carved.segments
    assert (after[0].starts_at, after[-1].ends_at) == (day[0].starts_at, day[-1].ends_at)
    assert all(one.ends_at == other.starts_at for one, other in pairwise(after))
    new = [span for span in after if span.reason == "new"]
    given_time = sum((span.duration for span in new), timedelta(0))
    assert carved.placed_minutes == given_time // timedelta(minutes=1) <= minutes
    assert [s for s in after if s.kind is not WORK and s not in new] == [s for s in day if s.kind is not WORK]
    assert all(span.starts_at >= starts_at for span in new)
    work_before = sum((s.duration for s in day if s.kind is WORK), timedelta(0))
    assert sum((s.duration for s in after if s.kind is WORK), timedelta(0)) == work_before - given_time
    if carved.placed_minutes < minutes and not_after is None:
        assert not any(s.kind is WORK and s.ends_at > max(starts_at, carved.ends_at) for s in after)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(day=days(), begin=st.integers(0, 500), minutes=st.integers(5, 60))
def test_a_time_that_fits_can_be_taken_and_given_back(day: tuple[SegmentSpan, ...], begin: int, minutes: int) -> None:
    wanted = SegmentSpan(DEBRIEF, at(begin), at(begin + minutes), "talk")
    if not fits(day, wanted.starts_at, wanted.ends_at):
        with pytest.raises(DayError):
            claim(day, wanted)
        return
    taken = claim(day, wanted)
    assert wanted in taken
    assert all(one.ends_at == other.starts_at for one, other in pairwise(taken))
    assert release(taken, wanted.starts_at, wanted.ends_at) == joined(day)


def test_overlaps_and_what_leaves_the_shift_are_refused_with_their_times() -> None:
    with pytest.raises(DayError, match="meal from 14:50 to 15:20 UTC leaves the shift"):
        shift((MEAL, 470, 500))
    with pytest.raises(DayError, match=r"rest at 07:50 UTC begins before meal ends at 08:00"):
        shift((MEAL, 30, 60), (REST, 50, 65))
    with pytest.raises(DayError, match="not after it starts"):
        SegmentSpan(WORK, at(10), at(10))
    with pytest.raises(DayError, match="-1 minutes"):
        carve(shift(), DECOMPRESSION, at(0), -1, reason="x")
