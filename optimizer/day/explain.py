"""The sentence beside each break: what it is due for, and why at that time. For its owner alone."""

from datetime import datetime

from roster.clock import clock_text
from roster.day_problem import BreakNeed, DayAgent, DayProblem
from roster.shifts import SegmentKind


def hours_text(minutes: int) -> str:
    """`4 hours`, `1 hour`, `90 minutes`."""
    if minutes % 60:
        return f"{minutes} minutes"
    return "1 hour" if minutes == 60 else f"{minutes // 60} hours"


def break_reason(problem: DayProblem, person: DayAgent, need: BreakNeed, at: datetime, spare: int) -> str:
    """Why a break is at `at`, when `spare` agents are left beyond what is needed (negative = short)."""
    terms = problem.breaks
    when = clock_text(at, person.zone)
    if need.kind is SegmentKind.MEAL:
        due = f"A {need.minutes}-minute meal: your shift is longer than {hours_text(terms.meal_over_minutes)}"
    else:
        due = f"A {need.minutes}-minute rest: you get one for every {hours_text(terms.rest_per_minutes)} you work"
        if person.minutes > terms.rest_per_minutes:
            due = f"A {need.minutes}-minute rest: your shift is longer than {hours_text(terms.rest_per_minutes)}"
    if spare >= 1:
        return f"{due}, and {when} is a quiet time."
    if spare >= 0:
        return f"{due}, and cover holds at {when}."
    return f"{due}. {when} is busy, but rest that is due does not wait for a quiet time."


def unplaced_reason(person: DayAgent, need: BreakNeed) -> str:
    """What is said of a break that had no place."""
    begin, end = clock_text(person.starts_at, person.zone), clock_text(person.ends_at, person.zone)
    return (
        f"{person.id}: no room for a {need.minutes}-minute {need.kind} in the shift from {begin} to {end} "
        "beside what is already fixed"
    )


APPOINTMENTS = {
    SegmentKind.CALL_BACK: "A call-back that was promised.",
    SegmentKind.FOCUS: "Time for messages, without contacts.",
    SegmentKind.MEETING: "A meeting.",
    SegmentKind.TRAINING: "Training.",
    SegmentKind.GROUP: "A reflective group.",
    SegmentKind.DEBRIEF: "A debrief.",
    SegmentKind.DECOMPRESSION: "Rest that was owed to you.",
    SegmentKind.AWAY: "Away.",
}


def appointment_reason(kind: SegmentKind) -> str:
    """What is said beside an appointment of `kind`."""
    return APPOINTMENTS[kind]


def word_of(kind: SegmentKind) -> str:
    """`call-back` for a call_back, `owed rest` for decompression."""
    words = {SegmentKind.DECOMPRESSION: "owed rest", SegmentKind.FOCUS: "focus time"}
    return words.get(kind, kind.value.replace("_", "-"))
