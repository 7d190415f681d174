"""What people bring from the months before a roster: their shares of what is hard to work, and planned exposure.

Both come from published rosters alone. Exposure is the planned kind, a property of the roster that was published; what
anybody has experienced never enters.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlmodel import Session

from api.services.rosters.demand import read_demand
from api.services.rosters.frame import Frame
from api.services.rosters.published import PublishedShift, refused_wishes
from roster.load.fairness import kinds_of
from roster.load.planned import exposure_of
from roster.people import Agent
from roster.policy import Policy
from roster.problem import Memory, Problem
from roster.queues import Queue

MONTH_DAYS = 365.25 / 12


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
    published: Iterable[PublishedShift],
    shift_codes: dict[int, str],
) -> Brought:
    """What `people` bring into `ground`, a problem of which only the days, shifts, queues, night and rules count.

    `published` holds at least the last `memory_days` of them.
    """
    frame = Frame(ground.start, ground.days, ground.zone)
    own = {agent.id for agent in people}
    worked = [line for line in published if line.agent_id in own and line.on_date < frame.starts_on]
    return Brought(
        _memories(session, ground, frame, people, worked, _fairness_days(policy), shift_codes),
        _carried_points(session, ground, frame, skills, queues, worked, _exposure_weeks(policy)),
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
    worked: Sequence[PublishedShift],
    days: int,
    shift_codes: dict[int, str],
) -> dict[int, Memory]:
    """Nights, weekend shifts, late finishes and refused wishes of the last `days` days."""
    if not days:
        return {}
    first, last = frame.date_of(-days), frame.date_of(-1)

    @cache
    def kinds(on_date: date, shift: str) -> frozenset[str]:
        return kinds_of(ground, frame.day(on_date), shift)

    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for line in worked:
        if line.on_date >= first:
            counts[line.agent_id].update(kinds(line.on_date, line.shift))
    for agent_id, refused in refused_wishes(session, people, worked, first, last, frame.zone, shift_codes).items():
        counts[agent_id]["refused_wishes"] = refused
    return {agent_id: Memory(**count) for agent_id, count in counts.items()}


def _carried_points(
    session: Session,
    ground: Problem,
    frame: Frame,
    skills: dict[int, tuple[str, ...]],
    queues: Sequence[Queue],
    worked: Sequence[PublishedShift],
    weeks: int,
) -> dict[int, int]:
    """Points of planned exposure above what their hours bring on average, over the last `weeks` weeks.

    The rates are those that the queues have now, the requirements those of the weeks in question. Who was below the
    average carries nothing.
    """
    before = Frame(frame.date_of(-7 * weeks), weeks * 7, frame.zone)
    recent = [line for line in worked if line.on_date >= before.starts_on]
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
