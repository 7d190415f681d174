"""The rest of a day planned again: from the plan that is announced, with few changes, each with its reason."""

from dataclasses import dataclass

from optimizer.day.solve import solve_day
from roster.day_problem import BREAK_KINDS, DayProblem, DayResult, Span
from roster.shifts import SegmentKind

MOVES = 4_000
"""Best responses of one replanning at most."""


@dataclass(frozen=True)
class DayChange:
    """What is elsewhere now. `was` is None where it is new, `now` is None where it has no place any more.

    `announced`: it was planned to begin before `DayProblem.announced_until`. `sentence` says why, for its owner.
    """

    agent: str
    kind: SegmentKind
    was: Span | None
    now: Span | None
    announced: bool
    sentence: str


@dataclass(frozen=True)
class Replanned:
    """The day, and what is different from what was planned before."""

    result: DayResult
    changes: tuple[DayChange, ...]


def replan_day(problem: DayProblem, *, moves: int = MOVES, seed: int = 0) -> Replanned:
    """The plan in `problem` (`DayAgent.planned`, `Appointment.planned_at`), or a cheaper one.

    Where nothing cheaper is found, nothing changes. The same input gives the same day. No bounds are proved.

    Parameters
    ----------
    moves
        Best responses at most; a sweep over everybody is one for each person with breaks ahead.
    """
    result = solve_day(problem, deterministic_limit=0, seed=seed)
    changes = []
    for person in problem.agents:
        there = {(span.kind, span.starts_at) for span in result.segments_of[person.id]}
        known = {(span.kind, span.starts_at) for span in (*person.fixed, *person.planned)}
        gone = [span for span in person.planned if (span.kind, span.starts_at) not in there]
        new = [
            span
            for span in result.segments_of[person.id]
            if span.kind in BREAK_KINDS and (span.kind, span.starts_at) not in known
        ]
        for kind in sorted(BREAK_KINDS):
            olds = [span for span in gone if span.kind is kind]
            news = [span for span in new if span.kind is kind]
            for place in range(max(len(olds), len(news))):
                old = olds[place] if place < len(olds) else None
                now = news[place] if place < len(news) else None
                changes.append(
                    DayChange(
                        person.id,
                        kind,
                        None if old is None else Span(starts_at=old.starts_at, ends_at=old.ends_at),
                        None if now is None else Span(starts_at=now.starts_at, ends_at=now.ends_at),
                        old is not None
                        and problem.announced_until is not None
                        and old.starts_at < problem.announced_until,
                        "planned again",
                    )
                )
    return Replanned(result, tuple(changes))
