"""Each rule of a day, in pairs: a day that keeps it, and one that breaks it in one place."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from roster.day import SegmentSpan, partition
from roster.day_problem import (
    DayAgent,
    DayProblem,
    DayResult,
    DayStatus,
    DebriefRequest,
    PersonDay,
    PlacedDebrief,
    QueueDemand,
    Span,
    Unplaced,
    break_needs,
)
from roster.policy import default_policy
from roster.rules.day import attended
from roster.rules.day.cover import short_minutes
from roster.rules.day.registry import DAY_RULES, judge_day
from roster.shifts import SegmentKind

START = datetime(2026, 11, 24, 7, tzinfo=UTC)
TERMS = default_policy().breaks
GOOD = ((SegmentKind.REST, 110, 125), (SegmentKind.MEAL, 225, 255), (SegmentKind.REST, 355, 370))


def at(minute: int) -> datetime:
    """`minute` minutes into the shift."""
    return START + timedelta(minutes=minute)


def person(code: str = "a", **more: Any) -> DayAgent:
    """Somebody from 07:00 to 15:00 UTC."""
    return DayAgent(id=code, skills=("q",), starts_at=START, ends_at=at(480), **more)


def problem(*people: DayAgent, **more: Any) -> DayProblem:
    """A day of 32 quarters."""
    return DayProblem(
        on_date=date(2026, 11, 24), starts_at=START, quarters=32, agents=people or (person(),), breaks=TERMS, **more
    )


def result(inside: Sequence[tuple[SegmentKind, int, int]] = GOOD, *codes: str, **more: Any) -> DayResult:
    """The same segments for everybody."""
    spans = partition(START, at(480), [SegmentSpan(kind, at(begin), at(end)) for kind, begin, end in inside])
    days = tuple(PersonDay(agent=code, segments=spans) for code in codes or ("a",))
    return DayResult(status=DayStatus.FEASIBLE, days=days, **more)


def broken(given: DayProblem, found: DayResult) -> set[str]:
    """Names of the rules that are broken."""
    return {finding.rule for finding in judge_day(given, found).violations}


def test_a_good_day_breaks_nothing() -> None:
    assert judge_day(problem(), result()).findings == ()


@pytest.mark.parametrize(
    ("rule", "inside"),
    [
        ("meals", (GOOD[0], GOOD[2])),
        ("meals", (GOOD[0], (SegmentKind.MEAL, 225, 250), GOOD[2])),
        ("meals", (GOOD[0], (SegmentKind.MEAL, 305, 335), (SegmentKind.REST, 400, 415))),
        ("rests", (GOOD[0], GOOD[1])),
        ("rests", (GOOD[0], GOOD[1], (SegmentKind.REST, 355, 365))),
        ("rests", ((SegmentKind.REST, 40, 55), GOOD[1], GOOD[2])),
        ("rests", (GOOD[0], GOOD[1], (SegmentKind.REST, 425, 440))),
        ("gaps", (GOOD[0], GOOD[1], (SegmentKind.REST, 310, 325))),
        ("fixed_time", (*GOOD, (SegmentKind.DECOMPRESSION, 400, 415))),
    ],
)
def test_one_wrong_break_breaks_its_own_rule(rule: str, inside: tuple[tuple[SegmentKind, int, int], ...]) -> None:
    assert broken(problem(), result(inside)) == {rule}


def test_segments_that_overlap_or_leave_a_hole_are_no_partition() -> None:
    whole = result().days[0].segments
    for spans in (
        whole[1:],
        whole[:-1],
        (*whole[:2], *whole[3:]),
        (*whole, SegmentSpan(SegmentKind.WORK, at(0), at(9))),
    ):
        bad = DayResult(status=DayStatus.FEASIBLE, days=(PersonDay(agent="a", segments=spans),))
        assert "partition" in broken(problem(), bad)
    assert "partition" in broken(problem(), DayResult(status=DayStatus.FEASIBLE, days=()))


def test_a_break_without_room_may_be_missing_only_if_the_plan_says_so() -> None:
    told = Unplaced(agent="a", kind=SegmentKind.REST, sentence="a: no room for a rest")
    verdict = judge_day(problem(), result(GOOD[:2], unplaced=(told,)))
    assert verdict.violations == ()
    assert [finding.sentence for finding in verdict.findings] == ["a: no room for a rest"]


def test_what_is_fixed_stays_and_the_past_gets_no_break() -> None:
    calm = SegmentSpan(SegmentKind.DECOMPRESSION, at(300), at(315))
    moved = result((*GOOD, (SegmentKind.DECOMPRESSION, 305, 320)))
    assert broken(problem(person(fixed=(calm,))), moved) == {"fixed_time"}
    kept = result((*GOOD, (SegmentKind.DECOMPRESSION, 300, 315)))
    assert broken(problem(person(fixed=(calm,))), kept) == set()
    assert broken(problem(person(not_before=at(120))), result()) == {"fixed_time"}
    promised = Span(starts_at=at(230), ends_at=at(250))
    assert broken(problem(person(kept_free=(promised,))), result()) == {"fixed_time"}


def debrief_day(**more: Any) -> tuple[DayProblem, DayResult]:
    """a asks, p is the peer, at minute 60."""
    request = DebriefRequest(id="r", agent="a", peers=("p",), earliest=at(0), latest=at(480), minutes=25)
    peer = person("p", **({"volunteer": True, "sessions_left": 1} | more.pop("peer", {})))
    placed = PlacedDebrief(request="r", agent="a", peer="p", starts_at=at(60), ends_at=at(85))
    given = problem(
        person("a", **more.pop("agent", {})), peer, debriefs=(request.model_copy(update=more.pop("request", {})),)
    )
    placed = placed.model_copy(update=more.pop("placed", {}))
    return given, result(GOOD, "a", "p", debriefs=(placed,) * more.pop("times", 1))


def test_a_debrief_in_work_time_of_both_is_right() -> None:
    assert broken(*debrief_day()) == set()


@pytest.mark.parametrize("peer", [(), ("fr", "en-US"), ("en",)])
def test_two_who_share_a_language_as_far_as_is_known_may_talk(peer: tuple[str, ...]) -> None:
    assert broken(*debrief_day(agent={"languages": ("nl", "en-GB")}, peer={"languages": peer})) == set()
    assert broken(*debrief_day(peer={"languages": peer})) == set()


@pytest.mark.parametrize(
    ("rules", "change"),
    [
        ({"debrief_times"}, {"placed": {"starts_at": at(100), "ends_at": at(125)}}),
        ({"debrief_times"}, {"placed": {"starts_at": at(470), "ends_at": at(495)}}),
        ({"debrief_times"}, {"placed": {"ends_at": at(80)}}),
        ({"debrief_times"}, {"request": {"earliest": at(61)}}),
        ({"debrief_times"}, {"peer": {"kept_free": (Span(starts_at=at(80), ends_at=at(90)),)}}),
        ({"debrief_peers"}, {"peer": {"volunteer": False}}),
        ({"debrief_peers"}, {"peer": {"sessions_left": 0}}),
        ({"debrief_peers"}, {"request": {"barred": ("p",)}}),
        ({"debrief_peers"}, {"request": {"peers": ()}}),
        ({"debrief_peers"}, {"agent": {"managers": ("p",)}}),
        ({"debrief_peers"}, {"agent": {"languages": ("nl", "en-GB")}, "peer": {"languages": ("tr",)}}),
        ({"debrief_peers", "debrief_times"}, {"placed": {"peer": "nobody"}}),
        ({"debrief_peers", "debrief_times"}, {"times": 2}),
    ],
)
def test_a_debrief_breaks_the_rule_it_breaks(rules: set[str], change: dict[str, Any]) -> None:
    assert broken(*debrief_day(**change)) == rules


def test_cover_is_counted_by_flow_over_skills_and_reserve() -> None:
    both = DayAgent(id="b", skills=("q", "r"), starts_at=START, ends_at=at(480))
    needs = (
        QueueDemand(queue="q", required=(1,) * 32, expected_heavy=(0.6,) * 32),
        QueueDemand(queue="r", required=(1,) * 32),
    )
    given = problem(person("a"), both, demands=needs, heavy_rest_minutes=5)
    found = result(GOOD, "a", "b")
    short = short_minutes(given, found)
    # 2 people x 15 minutes against 15 + 15 + a reserve of 3; both away in the whole quarter from minute 240.
    assert (short[0], short[15], short[16]) == (3, 33, 33)
    included = given.model_copy(update={"reserve_included": True, "at_work_share": 0.8})
    assert short_minutes(included, found)[0] == 0
    costs = Counter[str]()
    for finding in judge_day(given, found).findings:
        costs[finding.rule] += finding.cost
    assert costs["cover"] == sum(short)


def test_a_queue_is_attended_while_one_skilled_person_stays() -> None:
    needs = (QueueDemand(queue="q", required=(2,) * 32), QueueDemand(queue="r", required=(0,) * 32))
    given = problem(person("a"), person("b"), demands=needs)
    together = result(GOOD, "a", "b")
    apart = DayResult(
        status=DayStatus.FEASIBLE,
        days=(*result(GOOD, "a").days, *result([(kind, begin - 30, end - 30) for kind, begin, end in GOOD], "b").days),
    )
    assert [(one.cost, one.hard) for one in attended.check(given, together)] == [
        (cost, False) for cost in (5, 15, 15, 5)
    ]
    assert list(attended.check(given, apart)) == []
    nobody = problem(person("a"), demands=(QueueDemand(queue="r", required=(0,) * 31 + (3,)),))
    assert [one.cost for one in attended.check(nobody, result(GOOD, "a"))] == [15]


def test_needs_of_a_shift_follow_the_policy() -> None:
    kinds = {
        minutes: [need.kind.value for need in break_needs(START, at(minutes), TERMS)]
        for minutes in (240, 360, 480, 720)
    }
    assert kinds == {
        240: ["rest"],
        360: ["rest", "rest"],
        480: ["rest", "meal", "rest"],
        720: ["rest", "meal", "rest", "rest"],
    }


def test_every_rule_has_its_heading(request: pytest.FixtureRequest) -> None:
    text = (request.config.rootpath / "docs" / "day.md").read_text(encoding="utf-8")
    for rule in DAY_RULES:
        assert f"### {rule}\n" in text
