"""Repair: somebody is away, a shift drops out, more is asked; a draft that moves as few published shifts as can be."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, delete, select

from api.context import Context
from api.errors import Conflict, Invalid
from api.events.log import append
from api.services.rosters.change_views import ProofsView, RepairView
from api.services.rosters.grid import finding_view
from api.services.rosters.judging import find_roster
from api.services.rosters.looked_at import LookedAt, look_at, move_views, pay_minutes, rule_costs
from api.services.rosters.planning import copied
from api.services.rosters.runs import refuse_while_planning
from api.services.rosters.superseding import last_day
from optimizer.shifts.repair.run import Extent, Proof, Repair, repair
from roster.people import Agent
from roster.problem import Demand, Pin, Problem
from roster.result import Status
from roster.rules.wording import day_text, person
from roster.shifts import Assignment, DayAway, PinnedFree, RosterStatus, ShiftType
from roster.store.engine import reading, writing
from roster.whatif.changes import Moved, moved
from roster.whatif.difference import difference
from roster.whatif.live import LiveRoster
from roster.whatif.replacements import without

MOST_CHANGES = 15
REPAIRED = "roster.repaired"
BY_ITSELF = "of changes each of which people's own rules allow by itself"
MOST_DAYS_AWAY = 92
"""Three months: who is away for longer is on leave, which is imported."""


@dataclass(frozen=True)
class Away:
    """Somebody is away, both days included."""

    agent: str
    first: date
    last: date


@dataclass(frozen=True)
class Dropped:
    """A shift that its person won't work; they are not away."""

    agent: str
    on_date: date


@dataclass(frozen=True)
class MoreAsked:
    """At least so many agents in a queue between two local minutes of a day."""

    queue: str
    on_date: date
    from_minute: int
    to_minute: int
    required: int


@dataclass(frozen=True)
class RepairAsked:
    """What happened, and how far the repair may reach."""

    away: tuple[Away, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    more: tuple[MoreAsked, ...] = ()
    extent: str = "day"
    most_changes: int = 7


def repair_roster(context: Context, roster_id: int, asked: RepairAsked, *, actor: str) -> RepairView:
    """Repair a roster after what happened, from today on, into a new draft for a person to look at and publish.

    Who is away is so in the draft alone, without a reason, until it is published. Where nothing was found nothing is
    stored; nor is half of it.
    """
    _check(asked)
    with reading(context.engine) as session:
        here = look_at(context, session, roster_id)
        refuse_while_planning(session, roster_id)
    if here.roster.status is RosterStatus.SUPERSEDED:
        raise Conflict(f"roster {roster_id} is superseded: repair the one that replaced it")
    first_day = 0
    if here.problem.today is not None:
        first_day = max(0, (here.problem.today - here.problem.start).days)
    if first_day >= here.problem.days:
        raise Conflict(f"roster {roster_id} ended on {last_day(here.roster).isoformat()}: there is nothing to repair")
    now = _after(here, asked, first_day)
    away = {one.agent for one in asked.away} | {one.agent for one in asked.dropped}
    found = repair(
        here.live,
        now,
        away=away,
        first_day=first_day,
        extent=Extent(asked.extent),
        most_changes=asked.most_changes,
    )
    draft = None if found.after is None else _store(context, here, found.after, asked, actor)
    return _view(here, now, found, draft)


def _check(asked: RepairAsked) -> None:
    extents = [extent.value for extent in Extent]
    if asked.extent not in extents:
        raise Invalid(f"extent {asked.extent!r}: expected one of {', '.join(extents)}")
    if not 0 <= asked.most_changes <= MOST_CHANGES:
        raise Invalid(f"most_changes {asked.most_changes}: expected 0 to {MOST_CHANGES}")
    if not (asked.away or asked.dropped or asked.more):
        raise Invalid("nothing has happened: expected somebody away, a shift dropped or more agents asked")


def _after(here: LookedAt, asked: RepairAsked, first_day: int) -> LiveRoster:
    """The roster as what happened leaves it."""
    now = here.live
    for one in asked.away:
        if one.last < one.first:
            raise Invalid(
                f"{one.agent!r} is away from {one.first.isoformat()} to {one.last.isoformat()}: expected an end"
                " no earlier than the begin"
            )
        if (one.last - one.first).days >= MOST_DAYS_AWAY:
            raise Invalid(
                f"{one.agent!r} is away from {one.first.isoformat()} to {one.last.isoformat()}: expected at most"
                f" {MOST_DAYS_AWAY} days at short notice; import longer leave as time off"
            )
        if one.last < here.problem.start or one.first > last_day(here.roster):
            raise Invalid(
                f"{one.first.isoformat()} to {one.last.isoformat()} is not in roster {here.roster.id}:"
                f" expected days from {here.problem.start.isoformat()} to {last_day(here.roster).isoformat()}"
            )
        if (one.last - here.problem.start).days < first_day:
            raise Invalid(
                f"{one.agent!r} is away until {one.last.isoformat()}, which is over: expected a day from today on"
            )
        begin = max(first_day, (one.first - here.problem.start).days)
        end = min(here.problem.days - 1, (one.last - here.problem.start).days)
        now = without(now, here.known(one.agent), range(begin, end + 1))
    for gone in asked.dropped:
        now = _dropped(here, now, gone, first_day)
    if asked.more:
        now = LiveRoster.of(_with_demand(here, now.problem, asked.more), now.assignments)
    return now


def _dropped(here: LookedAt, now: LiveRoster, gone: Dropped, first_day: int) -> LiveRoster:
    day, agent = here.day(gone.on_date), here.known(gone.agent)
    there = now.problem.agent_of[agent]
    if not now.shifts_on(agent, day):
        raise Invalid(f"{person(there)} has no shift on {day_text(now.problem, day)}: expected one that drops out")
    if day < first_day:
        raise Invalid(f"{gone.on_date.isoformat()} is over: expected a day from today on")
    pins = (*(pin for pin in there.pins if pin.day != day), Pin(day=day))
    lines = [line for line in now.lines(agent) if line.day != day]
    return now.changed({agent: lines}, [there.model_copy(update={"pins": pins})])


def _with_demand(here: LookedAt, problem: Problem, more: Sequence[MoreAsked]) -> Problem:
    rows = {(row.queue, row.day): list(row.required) for row in problem.demand}
    for one in more:
        if one.queue not in problem.queue_of:
            raise Invalid(f"queue {one.queue!r} is unknown: expected one of {', '.join(sorted(problem.queue_of))}")
        day = here.day(one.on_date)
        touched = problem.quarters_between(day, one.from_minute, one.to_minute)
        if one.to_minute <= one.from_minute or one.to_minute > 24 * 60:
            raise Invalid(
                f"{one.queue}: more agents from minute {one.from_minute} to {one.to_minute}: expected an end after the"
                " begin, on the same day"
            )
        begin = sum(problem.quarters[:day])
        line = rows.setdefault((one.queue, day), [0] * problem.quarters[day])
        for quarter in touched:
            line[quarter - begin] = max(line[quarter - begin], one.required)
    demand = tuple(
        Demand(queue=queue, day=day, required=tuple(required)) for (queue, day), required in sorted(rows.items())
    )
    return problem.model_copy(update={"demand": demand})


def _store(context: Context, here: LookedAt, after: LiveRoster, asked: RepairAsked, actor: str) -> int:
    """The repaired roster as a new draft, whole or not at all; who is away is a line of it."""
    roster_id = here.roster.id or 0
    moves = moved(here.live, after)
    with writing(context.engine) as session:
        if find_roster(session, roster_id, lock=True).version != here.roster.version:
            raise Conflict(f"roster {roster_id} has changed while its repair was looked for: ask again")
        draft = copied(context, session, roster_id, actor=actor)
        people = {agent.code: agent.id or 0 for agent in session.exec(select(Agent)).all()}
        shifts = {shift.code: shift.id or 0 for shift in session.exec(select(ShiftType)).all()}
        for move in moves:
            _write(session, draft, people[move.agent], here.problem.date_of(move.day), move, shifts)
        for one in asked.dropped:
            if session.get(PinnedFree, (draft, people[one.agent], one.on_date)) is None:
                session.add(PinnedFree(roster_id=draft, agent_id=people[one.agent], on_date=one.on_date))
        for code, on_date, shift in _away_in(here, after, asked.away):
            if session.get(DayAway, (draft, people[code], on_date)) is None:
                missed = None if shift is None else shifts[shift]
                session.add(DayAway(roster_id=draft, agent_id=people[code], on_date=on_date, shift_type_id=missed))
        # Who is away is a line of the draft, for its leads; the log is read by others, too.
        data = {"of": roster_id, "moves": len(moves)}
        append(session, at=context.now(), kind=REPAIRED, subject=str(draft), actor=actor, data=data)
    context.announcer.announce()
    return draft


def _write(session: Session, draft: int, agent: int, on_date: date, move: Moved, shifts: dict[str, int]) -> None:
    """One person's day of the draft."""
    here = (
        col(Assignment.roster_id) == draft,
        col(Assignment.agent_id) == agent,
        col(Assignment.on_date) == on_date,
    )
    session.exec(delete(Assignment).where(*here))
    session.flush()
    for shift in move.after:
        session.add(Assignment(roster_id=draft, agent_id=agent, on_date=on_date, shift_type_id=shifts[shift]))


def _away_in(here: LookedAt, after: LiveRoster, away: Iterable[Away]) -> Iterator[tuple[str, date, str | None]]:
    """Each agent and date away with the shift missed: as judged in the roster, and the dates after its last day."""
    for code in sorted({one.agent for one in away}):
        for absence in after.problem.agent_of[code].absences:
            yield code, here.problem.date_of(absence.day), absence.shift
        later = {
            here.problem.date_of(day)
            for one in away
            if one.agent == code
            for day in range(here.problem.days, (one.last - here.problem.start).days + 1)
        }
        for on_date in sorted(later):
            yield code, on_date, None


def _view(here: LookedAt, now: LiveRoster, found: Repair, draft: int | None) -> RepairView:
    problem = here.problem
    people: Collection[str] = {one.agent for one in found.moves}
    after = found.after
    pay = 0 if after is None else pay_minutes(after, people) - pay_minutes(now, people)
    return RepairView(
        roster_id=here.roster.id or 0,
        draft_id=draft,
        status=found.status.value,
        proof=found.proof.value,
        proofs=ProofsView(
            found.proofs.missing.value,
            found.proofs.moves.value,
            found.proofs.inside_notice.value,
            found.proofs.cost.value,
        ),
        moves=move_views(problem, found.moves),
        least_moves=found.least_changes,
        inside_notice=found.inside_notice,
        missing=found.missing,
        least_missing=found.least_missing,
        window=tuple(problem.date_of(day) for day in found.days),
        costs=() if after is None else rule_costs(difference(now, after).costs),
        pay_minutes=pay,
        violations=() if after is None else tuple(finding_view(one) for one in after.verdict.violations),
        sentences=tuple(_sentences(problem, found)),
    )


def _sentences(problem: Problem, found: Repair) -> Iterable[str]:
    window = _window_text(problem, found.days)
    if found.status is Status.INFEASIBLE:
        yield f"No repair keeps the rules that changes nothing but {window}: proved."
        return
    if found.after is None:
        yield "No repair was found in the time there was; that there is none is not proved."
        return
    count = len(found.moves)
    if not found.days and not count:
        yield "Nothing needs to move: cover is nowhere worse than it was, and no rule is broken."
        return
    days = "One day of one person moves" if count == 1 else f"{count or 'No'} days of people move"
    if found.missing:
        least = "no repair of these days leaves less: proved"
        if found.proofs.missing is Proof.BY_ITSELF:
            least = f"no repair {BY_ITSELF} leaves less: proved"
        elif found.missing > found.least_missing:
            least = f"the search was cut: any repair of these days leaves at least {found.least_missing}"
        yield (
            f"Cover stays worse than before where the change was, by {found.missing} agent-quarters (times the queue's"
            f" weight); changing nothing but {window}, {least}."
        )
    if found.proof is Proof.EVERYWHERE:
        yield f"{days}; no repair moves fewer: proved."
    elif found.proof is Proof.WINDOW:
        yield f"{days}; no repair that changes nothing but {window} and leaves as little missing moves fewer: proved."
    elif found.proof is Proof.BY_ITSELF:
        yield f"{days}; no repair {BY_ITSELF} that leaves as little missing moves fewer: proved."
    else:
        yield f"{days}; the search was cut: any repair there moves at least {found.least_changes}."
    if found.inside_notice:
        few = "; no repair as small has fewer: proved" if found.proofs.inside_notice is not Proof.NONE else ""
        yield f"Inside the notice period: {found.inside_notice} of {count}{few}."
    if count and found.proofs.moves is not Proof.NONE:
        if found.proofs.cost is Proof.NONE:
            yield "Whether another repair as small costs people less by their own rules is not proved."
        else:
            yield "No repair as small costs people less by their own rules: proved."


def _window_text(problem: Problem, days: Sequence[int]) -> str:
    if len(days) == 1:
        return day_text(problem, days[0])
    return f"{day_text(problem, days[0])} to {day_text(problem, days[-1])}" if days else "days from today on"
