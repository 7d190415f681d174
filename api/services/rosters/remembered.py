"""What people bring from the months before a roster: their shares of what is hard to work, and planned exposure.

Both come from published rosters alone. Exposure is the planned kind, a property of the roster that was published; what
anybody has experienced never enters.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from sqlmodel import Session, col, select

from api.services.rosters.demand import demand_stamp, read_demand
from api.services.rosters.frame import Frame
from api.services.rosters.published import Published, PublishedShift, refused_wishes
from roster.load.fairness import kinds_of
from roster.load.planned import exposure_of
from roster.people import Agent, TimeOff
from roster.policy import Policy
from roster.problem import Memory, Problem
from roster.queues import Queue

MONTH_DAYS = 365.25 / 12
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Brought:
    """Memory and carried points by agent id; who is in neither brings nothing."""

    memories: dict[int, Memory]
    carried_points: dict[int, int]


def memory_days(policy: Policy) -> int:
    """How many days before the first one memory looks back on: none where no rule that is on asks for it."""
    return max(_fairness_days(policy), _exposure_weeks(policy) * 7)


def what_people_bring(
    session: Session,
    policy: Policy,
    ground: Problem,
    people: Sequence[Agent],
    skills: dict[int, tuple[str, ...]],
    queues: Sequence[Queue],
    published: Published,
    shift_codes: dict[int, str],
) -> Brought:
    """What `people` bring into `ground`, a problem of which only the days, shifts, queues, night and rules count.

    `published` holds at least the last `memory_days` of them.
    """
    frame = Frame(ground.start, ground.days, ground.zone)
    return Brought(
        _memories(session, ground, frame, people, published, _fairness_days(policy), shift_codes),
        _carried_points(session, ground, frame, skills, queues, published, _exposure_weeks(policy)),
    )


def _fairness_days(policy: Policy) -> int:
    return round(policy.memory.fairness_months * MONTH_DAYS) if policy.rules.fairness.mode != "off" else 0


def _exposure_weeks(policy: Policy) -> int:
    return policy.memory.exposure_weeks if policy.rules.exposure_balance.mode != "off" else 0


def _memories(
    session: Session,
    ground: Problem,
    frame: Frame,
    people: Sequence[Agent],
    published: Published,
    days: int,
    shift_codes: dict[int, str],
) -> dict[int, Memory]:
    """Nights, weekend shifts, late finishes, refused wishes of the last `days` days by agent id; none of the new."""
    if not days:
        return {}
    first, last = frame.date_of(-days), frame.date_of(-1)
    shape = (ground.start, ground.zone, ground.shifts, ground.night, ground.rules.fairness)
    kinds = published.once((shape, days), lambda: _kinds_worked(published.lines, ground, frame, first))
    refused = refused_wishes(session, people, published, first, last, frame.zone, shift_codes)
    there = _present_percent(session, published, first, frame.starts_on)
    return {
        agent_id: Memory(
            **kinds.get(agent_id, Counter()),
            refused_wishes=refused.get(agent_id, 0),
            present_percent=there.get(agent_id, 0),
        )
        for agent_id in kinds.keys() | refused.keys() | there.keys()
    }


def _present_percent(session: Session, published: Published, first: date, until: date) -> dict[int, int]:
    """How much of the time since anybody had a shift, from `first` on, each person was there, by agent id.

    There is who has had their first shift and has no time off. Who has had none is left out.
    """
    begun = published.once(("begun", first, until), lambda: _first_shifts(published.lines, first, until))
    if not begun:
        return {}
    opened = min(begun.values())
    away: defaultdict[int, set[date]] = defaultdict(set)
    near = col(TimeOff.ends_on) >= opened, col(TimeOff.starts_on) < until
    for leave in session.exec(select(TimeOff).where(*near)):
        since, back = max(leave.starts_on, begun.get(leave.agent_id, until)), min(leave.ends_on + DAY, until)
        away[leave.agent_id].update(since + DAY * number for number in range((back - since).days))
    return {
        agent_id: round(100 * ((until - since).days - len(away[agent_id])) / (until - opened).days)
        for agent_id, since in begun.items()
    }


def _first_shifts(lines: Iterable[PublishedShift], first: date, until: date) -> dict[int, date]:
    begun: dict[int, date] = {}
    for line in lines:
        if first <= line.on_date < until:
            begun[line.agent_id] = min(line.on_date, begun.get(line.agent_id, until))
    return begun


def _kinds_worked(
    lines: Iterable[PublishedShift], ground: Problem, frame: Frame, first: date
) -> dict[int, Counter[str]]:
    """How many shifts of each kind that fairness knows everybody has had from `first` to the day before the frame."""

    @cache
    def kinds(on_date: date, shift: str) -> frozenset[str]:
        return kinds_of(ground, frame.day(on_date), shift)

    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for line in lines:
        if first <= line.on_date < frame.starts_on:
            counts[line.agent_id].update(kinds(line.on_date, line.shift))
    return dict(counts)


def _carried_points(
    session: Session,
    ground: Problem,
    frame: Frame,
    skills: dict[int, tuple[str, ...]],
    queues: Sequence[Queue],
    published: Published,
    weeks: int,
) -> dict[int, int]:
    """Points of planned exposure above what their hours bring on average, over the last `weeks` weeks, by agent id.

    The rates are those that the queues have now, the requirements those of the weeks in question. Who was below the
    average carries nothing.
    """
    if not weeks:
        return {}
    before = Frame(frame.date_of(-7 * weeks), weeks * 7, frame.zone)
    asked = demand_stamp(session, before.starts_on, before.days, before.zone)

    def work_out() -> dict[int, int]:
        recent = [line for line in published.lines if before.starts_on <= line.on_date < frame.starts_on]
        if not recent:
            return {}
        past = Problem(
            zone=before.zone,
            start=before.starts_on,
            days=before.days,
            shifts=ground.shifts,
            queues=ground.queues,
            agents=ground.agents,
            demand=tuple(read_demand(session, before.starts_on, before.days, before.zone, queues)),
        )
        exposure = exposure_of(past)
        points: Counter[int] = Counter()
        for line in recent:
            own = frozenset(skills.get(line.agent_id, ()))
            points[line.agent_id] += exposure.surplus(own, before.day(line.on_date), line.shift)
        return {agent_id: total for agent_id, total in points.items() if total > 0}

    return published.once((before, asked, ground.shifts, ground.queues, tuple(sorted(skills.items()))), work_out)
