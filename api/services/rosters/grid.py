"""A judged roster as a grid: rows of people, columns of days, with cover and planned exposure beside them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from api.services.rosters.judging import Judged
from api.services.rosters.views import (
    CellView,
    DayCover,
    DayView,
    FindingView,
    GridView,
    PersonView,
    QueueCover,
    ShiftView,
)
from roster.clock import QUARTER, clock_text, minute_text
from roster.load.planned import Exposure, required_by_quarter, skills_of
from roster.problem import PlannedAgent, Problem, ShiftOption
from roster.rules.contract_minutes import week_limits
from roster.rules.cover import Matched
from roster.rules.finding import Finding
from roster.rules.wording import person

MAX_FINDINGS = 40
SATURDAY = 5
TONES = 6


def grid_of(found: Judged) -> GridView:
    """A roster as leads see it."""
    problem = found.problem
    days = _days(problem, found.matched)
    soft = [one for one in found.verdict.findings if not one.hard]
    return GridView(
        days=days,
        shifts=shift_views(problem),
        people=_people(found),
        violations=tuple(finding_view(one) for one in found.verdict.violations),
        findings=told(problem, soft, MAX_FINDINGS),
        more_findings=max(0, len(soft) - MAX_FINDINGS),
        costs=found.verdict.costs,
        cost=found.verdict.cost,
        required_quarters=sum(day.required_quarters for day in days),
        short_quarters=sum(day.short_quarters for day in days),
    )


def finding_view(finding: Finding) -> FindingView:
    """A checker's finding as others see it."""
    return FindingView(finding.rule, finding.sentence, finding.hard, finding.cost, finding.agent, finding.day)


def told(problem: Problem, findings: Iterable[Finding], most: int) -> tuple[FindingView, ...]:
    """The dearest findings, at most so many: what must not be first, then by name and day.

    People are never in the order of what their rows cost: that would read as a ranking of them.
    """
    dearest = sorted(findings, key=lambda one: (not one.hard, -one.cost))[:most]

    def place(one: Finding) -> tuple[bool, str, str, int]:
        there = None if one.agent is None else problem.agent_of.get(one.agent)
        return not one.hard, "" if there is None else person(there), one.agent or "", -1 if one.day is None else one.day

    return tuple(finding_view(one) for one in sorted(dearest, key=place))


def shift_views(problem: Problem) -> tuple[ShiftView, ...]:
    """The shifts as others see them, each with a tone of its own where there are no more than `TONES`."""
    return tuple(_shift(option, index % TONES + 1) for index, option in enumerate(problem.shifts))


def _shift(option: ShiftOption, tone: int) -> ShiftView:
    return ShiftView(
        code=option.id,
        name=option.name or option.id,
        starts=minute_text(option.start_minute),
        ends=minute_text(option.start_minute + option.minutes),
        paid_minutes=option.paid_minutes,
        tone=tone,
    )


def _people(found: Judged) -> tuple[PersonView, ...]:
    problem = found.problem
    shifts: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for line in found.own:
        shifts[line.agent][line.day] = line.shift
    conflicts = Counter[tuple[str | None, int | None]](
        (one.agent, one.day) for one in found.verdict.violations if one.day is not None
    )
    return tuple(
        _person(problem, agent, shifts[agent.id], found.exposure, conflicts)
        for agent in problem.agents
        if not agent.fixed
    )


def _person(
    problem: Problem,
    agent: PlannedAgent,
    shifts: dict[int, str],
    exposure: Exposure,
    conflicts: Counter[tuple[str | None, int | None]],
) -> PersonView:
    skills = skills_of(agent)
    pinned = {pin.day for pin in agent.pins}
    off = {*agent.time_off, *(one.day for one in agent.absences)}
    weeks = [week_limits(problem, agent, first, min(7, problem.days - first)) for first in range(0, problem.days, 7)]
    points = sum(exposure.points(skills, day, shift) for day, shift in shifts.items())
    minutes = sum(problem.shift_of[shift].minutes for shift in shifts.values())
    return PersonView(
        code=agent.id,
        name=agent.name or agent.id,
        team=agent.team,
        cells=tuple(
            CellView(day, shifts.get(day), day in pinned, day in off, conflicts[agent.id, day])
            for day in range(problem.days)
        ),
        paid_minutes=sum(problem.shift_of[shift].paid_minutes for shift in shifts.values()),
        least_minutes=sum(least for least, _ in weeks),
        most_minutes=sum(most for _, most in weeks),
        exposure=points,
        exposure_per_hour=round(points * 60 / minutes, 1) if minutes else 0.0,
    )


def _first_quarters(problem: Problem) -> list[int]:
    """Where each day begins among the horizon's quarters, and where the last one ends."""
    offsets = [0]
    for length in problem.quarters:
        offsets.append(offsets[-1] + length)
    return offsets


def _clock_at(problem: Problem, quarter: int) -> str:
    return clock_text(problem.horizon[0] + quarter * QUARTER, problem.zone)


def _days(problem: Problem, matched: Sequence[Matched]) -> tuple[DayView, ...]:
    missing = [sum(count for _, count in one.missing) for one in matched]
    required = [sum(counts) for counts in zip(*required_by_quarter(problem).values(), strict=True)]
    offsets = _first_quarters(problem)
    views = []
    for day in range(problem.days):
        first, end = offsets[day], offsets[day + 1]
        worst = max(range(first, end), key=lambda quarter: missing[quarter])
        on_date = problem.date_of(day)
        views.append(
            DayView(
                day=day,
                on_date=on_date,
                weekend=on_date.weekday() >= SATURDAY,
                required_quarters=sum(required[first:end]),
                short_quarters=sum(missing[first:end]),
                worst_at=_clock_at(problem, worst) if missing[worst] else None,
                worst_missing=missing[worst],
            )
        )
    return tuple(views)


def day_cover(roster_id: int, found: Judged, day: int) -> DayCover:
    """Cover of one day, queue by queue."""
    problem = found.problem
    offsets = _first_quarters(problem)
    stretch = range(offsets[day], offsets[day + 1])
    missing = [dict(found.matched[quarter].missing) for quarter in stretch]
    required = required_by_quarter(problem)
    queues = []
    for terms in problem.queues:
        if terms.id not in required:
            continue
        lacking = tuple(one.get(terms.id, 0) for one in missing)
        worst = max(range(len(lacking)), key=lambda quarter: lacking[quarter])
        queues.append(
            QueueCover(
                queue=terms.id,
                name=terms.name or terms.id,
                required=tuple(required[terms.id][stretch.start : stretch.stop]),
                missing=lacking,
                worst_at=_clock_at(problem, stretch[worst]) if lacking[worst] else None,
            )
        )
    return DayCover(
        roster_id=roster_id,
        day=day,
        on_date=problem.date_of(day),
        clock=tuple(_clock_at(problem, quarter) for quarter in stretch),
        queues=tuple(queues),
        spare_quarters=sum(found.matched[quarter].spare for quarter in stretch),
    )
