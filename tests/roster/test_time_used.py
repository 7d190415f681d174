"""Occupancy and adherence: rest and debriefs are work, and never count against anybody."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from roster.day import SegmentSpan, partition
from roster.shifts import PROTECTED_KINDS, SegmentKind
from roster.time_used import Stretch, TimeUsed, time_of_shift

START = datetime(2026, 11, 24, 7, tzinfo=UTC)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def shift(*inside: tuple[SegmentKind, int, int]) -> tuple[SegmentSpan, ...]:
    """Eight hours."""
    return partition(at(0), at(480), [SegmentSpan(kind, at(begin), at(end)) for kind, begin, end in inside])


def stretches(*minutes: tuple[int, int]) -> Sequence[Stretch]:
    return [(at(begin), at(end)) for begin, end in minutes]


@pytest.mark.parametrize("kind", sorted(PROTECTED_KINDS))
def test_rest_lowers_no_figure(kind: SegmentKind) -> None:
    plain = time_of_shift(shift(), stretches((0, 240)), ())
    assert (plain.occupancy, plain.adherence) == (0.5, 1.0)
    # The hour of rest comes from time in which no contact was: the same work in less time, never in more.
    rested = time_of_shift(shift((kind, 300, 360)), stretches((0, 240)), ())
    assert rested.occupancy == pytest.approx(240 / 420)
    assert rested.adherence == 1.0
    # Whoever is away while they rest is where they should be.
    away = time_of_shift(shift((kind, 300, 360)), stretches((0, 240)), stretches((300, 360)))
    assert (away.occupancy, away.adherence) == (rested.occupancy, 1.0)


def test_only_being_away_from_planned_work_is_not_as_planned() -> None:
    day = shift((SegmentKind.MEAL, 240, 270), (SegmentKind.DECOMPRESSION, 300, 320))
    used = time_of_shift(day, (), stretches((230, 330)))
    assert used.missing == timedelta(minutes=10 + 30 + 10)
    assert used.adherence == pytest.approx(430 / 480)
    # On a contact, whatever they had said: they were at work.
    assert time_of_shift(day, stretches((270, 300)), stretches((230, 330))).missing == timedelta(minutes=20)


def test_two_contacts_at_once_count_once_and_none_counts_in_a_break() -> None:
    day = shift((SegmentKind.REST, 60, 75))
    used = time_of_shift(day, stretches((0, 30), (10, 40), (50, 90)), ())
    assert used.on_contacts == timedelta(minutes=40 + 10 + 15)
    assert used.occupancy == pytest.approx(65 / 465)


def test_a_team_is_the_sum_of_its_people() -> None:
    busy = time_of_shift(shift(), stretches((0, 480)), ())
    resting = time_of_shift(shift((SegmentKind.DEBRIEF, 0, 480)), (), stretches((0, 480)))
    assert (resting.occupancy, resting.adherence) == (None, 1.0)
    together = busy + resting
    assert (together.occupancy, together.adherence) == (1.0, 1.0)
    assert (TimeUsed().occupancy, TimeUsed().adherence) == (None, None)
