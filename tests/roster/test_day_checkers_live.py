"""Rules of a day that goes on, in pairs: appointments where they may be and not, and what was announced."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from roster.day import SegmentSpan, partition
from roster.day_problem import (
    Appointment,
    DayAgent,
    DayProblem,
    DayResult,
    DayStatus,
    PersonDay,
    PlacedAppointment,
    PlacedDebrief,
    QueueDemand,
    Span,
    Unplaced,
)
from roster.policy import BreaksPolicy, default_policy
from roster.rules.day.cover import short_minutes
from roster.rules.day.registry import judge_day
from roster.shifts import SegmentKind

START = datetime(2026, 11, 24, 7, tzinfo=UTC)
TERMS = default_policy().breaks
MEAL, REST, CALL_BACK, OWED = SegmentKind.MEAL, SegmentKind.REST, SegmentKind.CALL_BACK, SegmentKind.DECOMPRESSION
GOOD = ((REST, 110, 125), (MEAL, 225, 255), (REST, 355, 370))
Inside = Sequence[tuple[SegmentKind, int, int]]


def at(minute: int) -> datetime:
    """`minute` minutes into the shift."""
    return START + timedelta(minutes=minute)


def spans(inside: Inside) -> tuple[SegmentSpan, ...]:
    """Segments from minutes."""
    return tuple(SegmentSpan(kind, at(begin), at(end)) for kind, begin, end in inside)


def person(code: str = "a", **more: Any) -> DayAgent:
    """Somebody from 07:00 to 15:00 UTC."""
    return DayAgent(id=code, skills=("q",), starts_at=START, ends_at=at(480), **more)


def problem(*people: DayAgent, breaks: BreaksPolicy = TERMS, **more: Any) -> DayProblem:
    """A day of 32 quarters."""
    return DayProblem(
        on_date=date(2026, 11, 24), starts_at=START, quarters=32, agents=people or (person(),), breaks=breaks, **more
    )


def result(days: dict[str, Inside], **more: Any) -> DayResult:
    """What is inside each person's shift."""
    return DayResult(
        status=DayStatus.FEASIBLE,
        days=tuple(
            PersonDay(agent=code, segments=partition(START, at(480), spans(inside))) for code, inside in days.items()
        ),
        **more,
    )


def broken(given: DayProblem, found: DayResult) -> set[str]:
    """Names of the rules that are broken."""
    return {finding.rule for finding in judge_day(given, found).violations}


def met(
    kind: SegmentKind = CALL_BACK,
    *,
    agent: dict[str, Any] | None = None,
    asked: dict[str, Any] | None = None,
    placed: dict[str, Any] | None = None,
    inside: Inside | None = None,
    **more: Any,
) -> tuple[DayProblem, DayResult]:
    """a and b meet after an hour, for a quarter."""
    wanted = Appointment(id="x", kind=kind, people=("a", "b"), minutes=15, earliest=at(0), latest=at(120)).model_copy(
        update=asked or {}
    )
    time = PlacedAppointment(id="x", starts_at=at(60), ends_at=at(75)).model_copy(update=placed or {})
    own = (*GOOD, (kind, 60, 75))
    given = problem(person("a", **(agent or {})), person("b"), appointments=(wanted,))
    return given, result({"a": own if inside is None else inside, "b": own}, **{"appointments": (time,)} | more)


@pytest.mark.parametrize("kind", [CALL_BACK, OWED, SegmentKind.GROUP, SegmentKind.MEETING])
def test_an_appointment_in_everybodys_work_time_is_right(kind: SegmentKind) -> None:
    assert judge_day(*met(kind)).findings == ()


DEBRIEF = PlacedDebrief(request="r", agent="a", peer="b", starts_at=at(70), ends_at=at(95))


@pytest.mark.parametrize(
    ("rules", "change"),
    [
        ({"appointments"}, {"asked": {"earliest": at(61)}}),
        ({"appointments"}, {"asked": {"latest": at(74)}}),
        ({"appointments"}, {"asked": {"minutes": 20}}),
        ({"appointments"}, {"asked": {"people": ("a", "b", "c")}}),
        ({"appointments"}, {"asked": {"people": ("a",)}}),
        ({"appointments"}, {"asked": {"id": "y"}}),
        ({"appointments"}, {"asked": {"kind": SegmentKind.FOCUS}}),
        ({"appointments"}, {"placed": {"ends_at": at(80)}}),
        ({"appointments"}, {"placed": {"starts_at": at(50), "ends_at": at(65)}}),
        ({"appointments"}, {"inside": GOOD}),
        ({"appointments"}, {"agent": {"kept_free": (Span(starts_at=at(70), ends_at=at(90)),)}}),
        ({"appointments"}, {"agent": {"not_before": at(65)}}),
        ({"appointments"}, {"appointments": ()}),
        ({"appointments", "debrief_times", "debrief_peers"}, {"debriefs": (DEBRIEF,)}),
        ({"appointments", "fixed_time"}, {"kind": OWED, "appointments": ()}),
    ],
)
def test_an_appointment_breaks_the_rule_it_breaks(rules: set[str], change: dict[str, Any]) -> None:
    assert broken(*met(**change)) == rules


def test_an_appointment_twice_is_wrong() -> None:
    given, found = met()
    assert broken(given, found.model_copy(update={"appointments": found.appointments * 2})) == {"appointments"}


def test_two_appointments_of_one_person_at_once_are_wrong_where_their_day_is_not_arranged() -> None:
    """Somebody of another shift: their segments are not there to overlap."""
    some = tuple(
        Appointment(id=code, kind=CALL_BACK, people=("n",), minutes=15, earliest=at(0), latest=at(120)) for code in "xy"
    )
    given = problem(person(), others=(person("n"),), appointments=some)
    for begin, rules in ((60, {"appointments"}), (75, set())):
        times = (
            PlacedAppointment(id="x", starts_at=at(60), ends_at=at(75)),
            PlacedAppointment(id="y", starts_at=at(begin), ends_at=at(begin + 15)),
        )
        assert broken(given, result({"a": GOOD}, appointments=times)) == rules


def test_a_missing_appointment_is_a_breach_unless_the_plan_says_so() -> None:
    given, found = met(appointments=(), inside=GOOD)
    same = tuple(one.model_copy(update={"segments": found.days[0].segments}) for one in found.days)
    found = found.model_copy(update={"days": same})
    assert broken(given, found) == {"appointments"}
    told = Unplaced(agent="a", kind=CALL_BACK, sentence="a: no time for it")
    verdict = judge_day(given, found.model_copy(update={"unplaced": (told,)}))
    assert verdict.violations == ()
    assert [finding.sentence for finding in verdict.findings] == ["a: no time for it"]


def test_cover_counts_an_appointment_of_somebody_whose_day_is_not_arranged() -> None:
    asked = Appointment(id="x", kind=CALL_BACK, people=("n",), minutes=15, earliest=at(0), latest=at(120))
    need = QueueDemand(queue="q", required=(2,) + (0,) * 31)
    given = problem(person(), others=(person("n"),), demands=(need,), appointments=(asked,))
    time = PlacedAppointment(id="x", starts_at=at(0), ends_at=at(15))
    assert sum(short_minutes(given, result({"a": GOOD}))) == 0
    assert sum(short_minutes(given, result({"a": GOOD}, appointments=(time,)))) == 15


LATER = ((REST, 115, 130), *GOOD[1:])


@pytest.mark.parametrize(
    ("rules", "until", "agent", "inside"),
    [
        (set(), 130, {}, GOOD),
        ({"announced"}, 130, {}, LATER),
        (set(), 110, {}, LATER),
        (set(), 130, {"not_before": at(111)}, LATER),
        (set(), 130, {"kept_free": (Span(starts_at=at(105), ends_at=at(111)),)}, LATER),
        # A rest of their own: the one announced would be too near, or one rest is no longer due.
        (set(), 130, {"fixed": spans([(REST, 60, 75)])}, ((REST, 60, 75), (MEAL, 225, 255), (REST, 355, 370))),
        # Everything planned later moved, so that nothing else fits as it is: it does fit otherwise.
        ({"announced"}, 130, {}, ((REST, 100, 115), (MEAL, 175, 205), (REST, 355, 370))),
        # The meal has room only before 150: too near.
        (
            set(),
            130,
            {"fixed": spans([(SegmentKind.TRAINING, 155, 400)])},
            ((MEAL, 120, 150), (SegmentKind.TRAINING, 155, 400), (REST, 410, 425)),
        ),
        # All of it announced and moved.
        ({"announced"}, 480, {}, ((REST, 105, 120), (MEAL, 230, 260), (REST, 360, 375))),
    ],
)
def test_an_announced_break_may_move_only_if_it_cannot_stay(
    rules: set[str], until: int, agent: dict[str, Any], inside: Inside
) -> None:
    given = problem(person(planned=spans(GOOD), **agent), announced_until=at(until))
    told = (Unplaced(agent="a", kind=REST, sentence="a: no room"),)
    assert broken(given, result({"a": inside}, unplaced=told)) == rules


@pytest.mark.parametrize(
    ("planned", "why"),
    [
        ((REST, 30, 45), "too near the beginning"),
        ((REST, 425, 440), "too near the end"),
        ((MEAL, 115, 145), "a meal too early"),
        ((MEAL, 305, 335), "a meal too late"),
        ((REST, 112, 127), "off the grid"),
        ((REST, 110, 120), "of another length"),
    ],
)
def test_what_was_planned_against_the_rules_may_move(planned: tuple[SegmentKind, int, int], why: str) -> None:
    given = problem(person(planned=spans([planned])), announced_until=at(480))
    assert broken(given, result({"a": GOOD})) == set(), why


def test_a_second_meal_may_be_later_than_the_first_and_lets_an_announced_rest_stay() -> None:
    terms = TERMS.model_copy(update={"second_meal_over_minutes": 420, "second_meal_latest_minutes": 420})
    rest, first, second, other = (REST, 60, 75), (MEAL, 140, 170), (MEAL, 330, 360), (REST, 235, 250)
    given = problem(
        person(planned=spans([rest]), fixed=spans([(SegmentKind.TRAINING, 251, 329)])),
        breaks=terms,
        announced_until=at(90),
    )
    moved = ((REST, 65, 80), first, other, (SegmentKind.TRAINING, 251, 329), second)
    assert broken(given, result({"a": moved})) == {"announced"}


ON_A_CONTACT: dict[str, Any] = {
    "agent": {"fixed": spans([(SegmentKind.WORK, 50, 55)])},
    "inside": (*GOOD, (CALL_BACK, 60, 75), (SegmentKind.WORK, 50, 55)),
}


@pytest.mark.parametrize(
    ("rules", "until", "change"),
    [
        ({"announced"}, 60, {}),
        (set(), 45, {}),
        (set(), 60, {"agent": {"not_before": at(50)}}),
        (set(), 60, {"agent": {"kept_free": (Span(starts_at=at(50), ends_at=at(55)),)}}),
        (set(), 60, ON_A_CONTACT),
        (set(), 60, {"asked": {"planned_at": at(45), "earliest": at(50)}}),
        (set(), 60, {"asked": {"planned_at": at(110), "earliest": at(50)}}),
        (set(), 60, {"asked": {"planned_at": at(60)}}),
    ],
)
def test_an_announced_appointment_moves_only_if_somebody_of_it_is_not_free(
    rules: set[str], until: int, change: dict[str, Any]
) -> None:
    change["asked"] = {"planned_at": at(45)} | change.get("asked", {})
    given, found = met(**change)
    assert broken(given.but(announced_until=at(until)), found) == rules
