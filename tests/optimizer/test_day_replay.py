"""Random event streams replayed: what holds is never broken, on plain days, as the clock changes, past midnight.

And each count counts: one taken out, or put elsewhere, is seen.
"""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bench import day_events
from bench.day_counts import conflicts, hidden, lacking, missed, moved, room
from bench.day_events import Event, EventKind, Events, times
from bench.day_live import CLOSED_BEFORE, Key, LiveDay, key_of
from bench.day_replay import HEAVY_SHARE, Replayed, foresight, realised, replay
from bench.own_day import QUEUES, START, own_day
from optimizer.day.live import Replanned, replan_day
from optimizer.day.solve import solve_day
from roster.day import MINUTE, SegmentSpan, partition, release
from roster.day_problem import (
    BREAK_KINDS,
    Appointment,
    DayAgent,
    DayProblem,
    DayResult,
    DayStatus,
    PersonDay,
    PlacedAppointment,
    PlacedDebrief,
    Unplaced,
)
from roster.policy import default_policy
from roster.rules.day.cover import short_minutes
from roster.shifts import SegmentKind

PEOPLE = 12
EVENTS = 60
MOVES = 200
CLOCKS_BACK = datetime(2026, 10, 24, 20, tzinfo=UTC)
"""22:00 in Amsterdam; at three in the morning the clocks go back."""
CLOCKS_FORWARD = datetime(2026, 3, 28, 21, tzinfo=UTC)
"""22:00 in Amsterdam; at two in the morning the clocks go forward."""
PAST_MIDNIGHT = datetime(2026, 11, 24, 17, tzinfo=UTC)
"""18:00 in Amsterdam: most of the day lies past midnight."""

TERMS = default_policy().breaks
BEGIN = datetime(2026, 11, 24, 7, tzinfo=UTC)
EIGHT = BEGIN + timedelta(hours=8)


def drawn(seed: int, starts_at: datetime = START) -> DayProblem:
    return own_day(PEOPLE, seed, starts_at=starts_at, heavy={queue: HEAVY_SHARE * 0.2 for queue, _, _, _ in QUEUES})


class Watch:
    """What must hold after every event, kept from one to the next."""

    def __init__(self) -> None:
        self.begun: dict[str, set[Key]] = {}
        self.events = 0

    def __call__(self, event: Event, day: LiveDay, result: DayResult) -> None:
        self.events += 1
        assert day.people.keys() == result.segments_of.keys()
        for code, person in day.people.items():
            now = {
                key_of(span)
                for span in person.segments
                if span.kind is not SegmentKind.WORK and span.starts_at < event.at
            }
            if code not in event.people:
                assert self.begun.get(code, set()) <= now, f"{code}: what had begun is elsewhere"
            self.begun[code] = now
            assert {key_of(span) for span in person.by_hand} <= {key_of(span) for span in person.segments}
            for late in person.late:
                assert not any(
                    span.overlaps(late.starts_at, late.ends_at) for span in person.segments if span.kind in BREAK_KINDS
                )


@pytest.mark.parametrize("starts_at", [START, CLOCKS_BACK, CLOCKS_FORWARD, PAST_MIDNIGHT], ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_what_holds_is_never_broken(seed: int, starts_at: datetime) -> None:
    watch = Watch()
    found = replay(drawn(seed, starts_at), EVENTS, seed, moves=MOVES, limit=0, each=watch)
    assert found.missed == {}
    assert found.conflicts == 0
    assert found.hidden == set()
    assert found.owed == found.repaid + found.reported
    assert watch.events == EVENTS


def test_the_same_seed_is_the_same_day() -> None:
    first, second = (replay(drawn(5), 20, 5, moves=MOVES, limit=0) for _ in range(2))
    for one in (first, second):
        one.seconds, one.processor = [], []
    assert first == second


def test_everything_may_happen_and_nothing_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_events, "MIX", dict.fromkeys(EventKind, 1.0))
    kinds: Counter[EventKind] = Counter()
    for seed in (11, 12):
        found = replay(drawn(seed), 100, seed, moves=MOVES, limit=0, each=Watch())
        assert (found.missed, found.conflicts, found.hidden) == ({}, 0, set())
        assert found.owed == found.repaid + found.reported
        kinds += found.kinds
    assert set(kinds) == set(EventKind)


def test_a_break_that_was_run_into_is_next_and_nothing_comes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_events, "MIX", {EventKind.LATE: 1.0})
    overdue: dict[str, SegmentSpan] = {}
    seen: Counter[EventKind] = Counter()

    def each(event: Event, day: LiveDay, result: DayResult) -> None:
        for code in event.people:
            if code in overdue:
                assert not overdue[code].starts_at - CLOSED_BEFORE <= event.at < overdue[code].starts_at
        for code, person in day.people.items():
            if person.overdue is not None:
                overdue[code] = person.overdue
                assert key_of(person.overdue) in {key_of(span) for span in result.segments_of[code]}
        seen[event.kind] += 1

    replay(drawn(3), 150, 3, moves=50, limit=0, each=each)
    assert seen[EventKind.LATE] >= 5
    assert overdue


@pytest.mark.parametrize("seed", [6, 7])
def test_no_contact_runs_into_a_break_that_has_no_later_time(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(day_events, "MIX", {EventKind.LATE: 1.0, EventKind.BY_HAND: 2.0})
    found = replay(drawn(seed), 150, seed, moves=50, limit=0)
    assert found.kinds[EventKind.LATE] >= 8
    assert found.kinds[EventKind.BY_HAND] >= 20
    assert (found.lost, found.upset) == (0, 0)


def test_a_plan_that_breaks_a_rule_ends_the_replay() -> None:
    def careless(problem: DayProblem, *, moves: int, seed: int) -> Replanned:
        result = replan_day(problem, moves=moves, seed=seed).result
        first = result.days[0]
        meal = next(span for span in first.segments if span.kind in BREAK_KINDS)
        without = PersonDay(agent=first.agent, segments=release(first.segments, meal.starts_at, meal.ends_at))
        return Replanned(with_days(result, (without, *result.days[1:])), ())

    with pytest.raises(RuntimeError, match="breaches, first: a0000"):
        replay(drawn(1), 5, 1, moves=MOVES, limit=0, replan=careless)


def with_days(result: DayResult, days: tuple[PersonDay, ...], *said: Unplaced) -> DayResult:
    """A copy that has looked nothing up yet."""
    return DayResult(
        status=result.status,
        days=days,
        debriefs=result.debriefs,
        appointments=result.appointments,
        unplaced=(*result.unplaced, *said),
    )


def one_person(fixed: tuple[SegmentSpan, ...] = (), minutes: int = 480, not_before: datetime | None = None) -> DayAgent:
    return DayAgent(
        id="a", skills=("q",), starts_at=BEGIN, ends_at=BEGIN + minutes * MINUTE, fixed=fixed, not_before=not_before
    )


def span(kind: SegmentKind, minute: int, minutes: int) -> SegmentSpan:
    return SegmentSpan(kind, BEGIN + minute * MINUTE, BEGIN + (minute + minutes) * MINUTE)


def result_of(agent: DayAgent, *inside: SegmentSpan, unplaced: tuple[Unplaced, ...] = ()) -> DayResult:
    segments = partition(agent.starts_at, agent.ends_at, inside)
    return DayResult(status=DayStatus.GREEDY, days=(PersonDay(agent=agent.id, segments=segments),), unplaced=unplaced)


FULL = (span(SegmentKind.REST, 105, 15), span(SegmentKind.MEAL, 220, 30), span(SegmentKind.REST, 350, 15))


def test_a_break_that_is_taken_out_is_missed() -> None:
    agent = one_person()
    assert missed([agent], result_of(agent, *FULL), TERMS) == {}
    for left_out in FULL:
        kept = [one for one in FULL if one is not left_out]
        assert missed([agent], result_of(agent, *kept), TERMS) == {"a": 1}
    assert missed([agent], result_of(agent), TERMS) == {"a": 3}


def test_a_break_without_room_is_not_missed() -> None:
    training = span(SegmentKind.TRAINING, 30, 420)
    agent = one_person((training,))
    assert room(agent, TERMS) == 0
    assert missed([agent], result_of(agent, training), TERMS) == {}


@pytest.mark.parametrize(
    ("fixed", "now", "minutes", "expected"),
    [
        ((), None, 480, 3),
        ((), 105, 480, 3),
        ((), 301, 480, 2),  # too late for the meal
        ((), 421, 480, 0),  # the last rest would end 44 minutes before the shift does
        ((), 420, 480, 1),
        ((), 345, 480, 2),  # rests at 345 and 420
        ((), 346, 480, 1),
        ((span(SegmentKind.REST, 105, 15),), 120, 480, 2),
        ((span(SegmentKind.MEAL, 300, 30),), 330, 480, 1),
        ((span(SegmentKind.DECOMPRESSION, 45, 376),), None, 480, 0),
        ((span(SegmentKind.WORK, 45, 376),), None, 480, 0),
        ((span(SegmentKind.DECOMPRESSION, 45, 375),), None, 480, 1),
        # The meal first, both rests after it.
        ((span(SegmentKind.TRAINING, 0, 240),), None, 480, 3),
        # Only from 60 minutes after the rest that is fixed, and to 60 before.
        ((span(SegmentKind.REST, 180, 15),), 106, 480, 1 + 1),
        ((), None, 240, 1),
        ((), None, 100, 0),
    ],
)
def test_room_is_what_the_rules_leave(
    fixed: tuple[SegmentSpan, ...], now: int | None, minutes: int, expected: int
) -> None:
    not_before = None if now is None else BEGIN + now * MINUTE
    assert room(one_person(fixed, minutes, not_before), TERMS) == expected


def test_what_is_due_is_counted_as_the_rules_count_it() -> None:
    assert lacking(one_person(), (), TERMS) == (2, 1)
    assert lacking(one_person(minutes=240), (), TERMS) == (1, 0)
    assert lacking(one_person(minutes=600), (), TERMS) == (3, 1)
    assert lacking(one_person(), FULL[:2], TERMS) == (1, 0)


def test_only_announced_segments_of_others_count_as_moved() -> None:
    agent = one_person()
    before = {"a": result_of(agent, *FULL).segments_of["a"]}
    later = (span(SegmentKind.REST, 110, 15), *FULL[1:])
    now, until = BEGIN + 90 * MINUTE, BEGIN + 120 * MINUTE
    assert moved(before, result_of(agent, *FULL), now, until, ()) == 0
    assert moved(before, result_of(agent, *later), now, until, ()) == 1
    assert moved(before, result_of(agent, *later), now, until, ("a",)) == 0
    assert moved(before, result_of(agent, *later), now, BEGIN + 105 * MINUTE, ()) == 0
    assert moved(before, result_of(agent, *later), BEGIN + 106 * MINUTE, until, ()) == 0
    assert moved(before, result_of(agent, *FULL[1:]), now, until, ()) == 1


def test_a_debrief_that_either_day_lacks_or_that_something_covers_is_in_conflict() -> None:
    debrief = span(SegmentKind.DEBRIEF, 60, 25)
    agreed = PlacedDebrief(request="d", agent="a", peer="b", starts_at=debrief.starts_at, ends_at=debrief.ends_at)
    held = partition(BEGIN, EIGHT, (debrief,))
    assert conflicts([agreed], {"a": held, "b": held}) == 0
    assert conflicts([agreed], {"a": held, "b": partition(BEGIN, EIGHT, FULL)}) == 1
    over = (*held, span(SegmentKind.REST, 80, 15))
    assert conflicts([agreed], {"a": over, "b": held}) == 1


def test_a_debt_that_is_neither_placed_nor_reported_is_hidden() -> None:
    agent = one_person()
    debt = Appointment(
        id="debt", kind=SegmentKind.DECOMPRESSION, people=("a",), minutes=10, earliest=BEGIN, latest=EIGHT
    )
    there = span(SegmentKind.DECOMPRESSION, 60, 10)
    placed = PlacedAppointment(id="debt", starts_at=there.starts_at, ends_at=there.ends_at)
    said = Unplaced(agent="a", kind=SegmentKind.DECOMPRESSION, sentence="no room")
    given = result_of(agent, *FULL, there).model_copy(update={"appointments": (placed,)})
    assert hidden([debt], given) == []
    assert hidden([debt], result_of(agent, *FULL, unplaced=(said,))) == []
    assert hidden([debt], result_of(agent, *FULL)) == ["debt"]
    assert hidden([debt], with_days(given, result_of(agent, *FULL).days)) == ["debt"]
    other = debt.model_copy(update={"id": "another"})
    assert hidden([debt, other], result_of(agent, *FULL, unplaced=(said,))) == ["another"]
    late = placed.model_copy(update={"starts_at": there.starts_at, "ends_at": there.ends_at - MINUTE})
    assert hidden([debt], given.model_copy(update={"appointments": (late,)})) == ["debt"]


def test_a_break_not_had_is_counted_when_the_day_is_over() -> None:
    def stingy(problem: DayProblem, *, moves: int, seed: int) -> Replanned:
        """Leaves out, and says so, one break of the first person that is still ahead."""
        result = replan_day(problem, moves=moves, seed=seed).result
        person, first = problem.agents[0], result.days[0]
        ahead = [one for one in first.segments if one.kind in BREAK_KINDS and one not in person.fixed]
        if not ahead:
            return Replanned(result, ())
        gone = ahead[-1]
        days = (
            PersonDay(agent=first.agent, segments=release(first.segments, gone.starts_at, gone.ends_at)),
            *result.days[1:],
        )
        said = Unplaced(agent=person.id, kind=gone.kind, sentence="left out")
        return Replanned(with_days(result, days, said), ())

    whole = replay(drawn(2), 30, 2, moves=MOVES, limit=0)
    found = replay(drawn(2), 30, 2, moves=MOVES, limit=0, replan=stingy)
    assert found.missed.get("a0000", 0) >= 1
    assert found.lost > whole.lost
    assert found.breaks < whole.breaks


def morning(seed: int) -> LiveDay:
    day = LiveDay.of(drawn(seed))
    day.adopt(solve_day(day.base, deterministic_limit=0), None)
    return day


def test_the_day_that_was_has_no_reserve_and_its_own_requirement() -> None:
    day = morning(3)
    day.required["advice"] = [more + 2 for more in day.required["advice"]]
    day.begin(day.base.ends_at)
    problem, result = realised(day)
    needed = sum(problem.needed_minutes(one, 20) for one in problem.demands)
    assert needed == 15 * sum(queue[20] for queue in day.required.values())
    breaks = [one for each in result.days for one in each.segments if one.kind in BREAK_KINDS]
    assert len(breaks) == sum(one.kind in BREAK_KINDS for person in day.people.values() for one in person.fixed)
    assert sum(short_minutes(problem, result)) > 0


def test_foresight_plans_the_breaks_around_what_happened() -> None:
    day = morning(4)
    code = next(iter(day.people))
    person = day.people[code]
    planned = person.planned()
    now = planned[0].starts_at - 30 * MINUTE
    day.begin(now)
    chosen = SegmentSpan(planned[0].kind, now, now + planned[0].duration, "by hand")
    person.fixed.append(chosen)
    person.by_hand.append(chosen)
    away = SegmentSpan(SegmentKind.DECOMPRESSION, now + 20 * MINUTE, now + 25 * MINUTE)
    person.fixed.append(away)
    day.redo(code, planned[1:])
    day.begin(day.base.ends_at)
    known = foresight(day).agent_of[code]
    assert chosen in known.fixed and away in known.fixed
    assert not [one for one in planned[1:] if key_of(one) in {key_of(each) for each in known.fixed}]


def test_what_happens_is_likelier_where_more_people_are() -> None:
    day = drawn(6)
    moments = times(day, 2000, random.Random(1))
    noon = sum(START + timedelta(hours=5) <= at < START + timedelta(hours=7) for at in moments)
    night = sum(START + timedelta(hours=20) <= at < START + timedelta(hours=22) for at in moments)
    assert noon > 2 * night
    assert moments == sorted(moments)
    assert isinstance(Events(random.Random(1)).next(morning(6), moments[0]), Event)
    assert Replayed(short=105, foresight=100).beyond == pytest.approx(0.05)


def offered() -> tuple[LiveDay, PlacedDebrief]:
    for seed in range(20):
        day = morning(seed)
        if day.offers:
            return day, next(iter(day.offers.values()))
    raise AssertionError("no drawn day has a debrief to offer")


def test_an_accepted_debrief_is_in_both_days_and_off_when_the_peer_leaves() -> None:
    day, offer = offered()
    before = day.sessions[offer.peer]
    asker, peer = day.people[offer.agent], day.people[offer.peer]
    assert day.accept(offer.request)
    for person in (asker, peer):
        assert (SegmentKind.DEBRIEF, offer.starts_at, offer.ends_at) in {key_of(one) for one in person.fixed}
        assert all((kept.starts_at, kept.ends_at) != (offer.starts_at, offer.ends_at) for kept in person.kept)
    assert day.sessions[offer.peer] == before
    others = day.leave(offer.peer, max(peer.agent.starts_at, offer.starts_at - 30 * MINUTE))
    assert others == [offer.agent]
    assert SegmentKind.DEBRIEF not in {one.kind for one in asker.segments}
    assert offer.request in {one.id for one in day.open} and not day.agreed
    assert peer.segments[-1].kind is SegmentKind.AWAY


def test_an_offer_that_is_not_free_any_more_is_refused_and_counted() -> None:
    day, offer = offered()
    person = day.people[offer.agent]
    person.late.append(SegmentSpan(SegmentKind.WORK, offer.starts_at - MINUTE, offer.starts_at + MINUTE))
    assert not day.accept(offer.request)
    assert day.refused == [offer]
    assert not person.kept and SegmentKind.DEBRIEF not in {one.kind for one in person.segments}


def test_rest_that_the_shift_has_no_time_for_is_told_and_other_rest_is_planned_back() -> None:
    day = morning(7)
    code, person = next(iter(day.people.items()))
    day.owe(code, 10, person.agent.ends_at - 5 * MINUTE, 1)
    assert [one.id for one in day.told] == ["debt 1"]
    now = person.agent.starts_at + 60 * MINUTE
    day.begin(now)
    day.owe(code, 10, now, 2)
    day.adopt(replan_day(day.problem_at(now), moves=MOVES).result, now)
    planned = day.appointments["debt 2"].planned_at
    assert planned is not None and planned >= now
    day.begin(planned + MINUTE)
    assert [one.id for one in day.given] == ["debt 2"]
    assert (SegmentKind.DECOMPRESSION, planned, planned + 10 * MINUTE) in {key_of(one) for one in person.fixed}
