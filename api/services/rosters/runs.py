"""Planning runs as they are stored: begun, beating, finished or failed; and what others see of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from api.context import Context
from api.errors import Conflict, NotFound
from api.events.log import append
from roster.people import Agent
from roster.problem import Assigned, Problem
from roster.result import WAY_OUT, Result, Status, TracePoint
from roster.rules.registry import Verdict, judge
from roster.shifts import Assignment, DayAway, PlanRun, Roster, RosterStatus, RunStatus, ShiftType
from roster.store.engine import reading, writing

ACTIVE = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.STOPPING)
MACHINE = "breather"
SILENT_FOR = timedelta(seconds=30)
"""A run without a sign of life for so long was left behind by a process that died."""
MAX_TRACE = 240
"""Points of a trace that are kept; a longer one is thinned, its ends stay."""


@dataclass(frozen=True)
class TraceView:
    """The best objective and bound after some seconds."""

    seconds: float
    objective: int | None
    bound: int | None


@dataclass(frozen=True)
class RunView:
    """A planning run as leads see it. `gap` is a share, 0.03 = 3 %; `outcome` is empty until it is finished."""

    id: int
    roster_id: int
    status: str
    outcome: str | None
    started_at: datetime
    finished_at: datetime | None
    time_limit_seconds: float
    seconds: float
    objective: int | None
    bound: int | None
    gap: float | None
    costs: dict[str, int]
    trace: tuple[TraceView, ...]
    messages: tuple[str, ...]

    @property
    def active(self) -> bool:
        """Whether it still goes on."""
        return self.status in ACTIVE

    @property
    def clashes(self) -> tuple[str, ...]:
        """Where no roster can be: what clashes, a sentence each."""
        if self.outcome != Status.INFEASIBLE:
            return ()
        return tuple(sentence for sentence in self.messages if not sentence.startswith(WAY_OUT))

    @property
    def way_out(self) -> tuple[str, ...]:
        """Where no roster can be: what is cheapest to give up, a sentence each."""
        told = [sentence.removeprefix(WAY_OUT) for sentence in self.messages if sentence.startswith(WAY_OUT)]
        return tuple(sentence[:1].upper() + sentence[1:] for sentence in told)

    @property
    def stored(self) -> bool:
        """Whether its roster was kept."""
        return self.status == RunStatus.FINISHED and self.outcome in (Status.OPTIMAL, Status.FEASIBLE)


def view_of(run: PlanRun) -> RunView:
    """What is seen of a stored run."""
    found = Result(status=Status.UNKNOWN, objective=run.objective, bound=run.bound)
    return RunView(
        id=run.id or 0,
        roster_id=run.roster_id,
        status=run.status.value,
        outcome=run.outcome,
        started_at=run.started_at,
        finished_at=run.finished_at,
        time_limit_seconds=run.time_limit_seconds,
        seconds=run.seconds,
        objective=run.objective,
        bound=run.bound,
        gap=found.gap,
        costs={rule: int(cost) for rule, cost in run.costs.items()},
        trace=tuple(TraceView(*point) for point in run.trace),
        messages=tuple(run.messages),
    )


def find_run(session: Session, run_id: int, roster_id: int | None = None) -> PlanRun:
    """The run called `run_id` (of this roster), or `NotFound`."""
    run = session.get(PlanRun, run_id)
    if run is None or roster_id not in (None, run.roster_id):
        raise NotFound(f"there is no planning run {run_id}" + (f" of roster {roster_id}" if roster_id else ""))
    return run


def latest_run(session: Session, roster_id: int) -> PlanRun | None:
    """The newest run of a roster."""
    return session.exec(
        select(PlanRun).where(PlanRun.roster_id == roster_id).order_by(col(PlanRun.id).desc()).limit(1)
    ).first()


def active_run(session: Session, roster_id: int) -> PlanRun | None:
    """The run that is changing this roster right now, if any."""
    return session.exec(
        select(PlanRun).where(PlanRun.roster_id == roster_id, col(PlanRun.status).in_(ACTIVE)).limit(1)
    ).first()


def refuse_while_planning(session: Session, roster_id: int) -> None:
    """`Conflict` while a run is changing this roster."""
    run = active_run(session, roster_id)
    if run is not None:
        raise Conflict(f"roster {roster_id} is being planned (run {run.id}): wait for it, or stop it first")


def begin_run(context: Context, session: Session, roster: Roster, time_limit_seconds: float, actor: str) -> int:
    """A new running run of `roster`, in the caller's transaction."""
    now = context.now()
    run = PlanRun(
        roster_id=roster.id or 0,
        status=RunStatus.RUNNING,
        started_at=now,
        beat_at=now,
        time_limit_seconds=time_limit_seconds,
    )
    session.add(run)
    session.flush()
    data = {"roster": roster.id, "time_limit_seconds": time_limit_seconds}
    append(session, at=now, kind="run.started", subject=str(run.id), actor=actor, data=data)
    return run.id or 0


def record_progress(
    context: Context,
    run_id: int,
    trace: Sequence[TracePoint],
    seconds: float,
    tell: bool,
    best: Sequence[Assigned] | None = None,
    note: str = "",
) -> bool:
    """Store how far a run is, and a line in the log if `tell`; true when it was asked to stop or is over.

    `best`, a roster, is kept too, so that it survives this process. `note` says what takes long before there is a
    first line of the trace.
    """
    now = context.now()
    with writing(context.engine) as session:
        run = find_run(session, run_id)
        if run.status not in ACTIVE:
            return True
        run.beat_at = now
        run.seconds = seconds
        run.messages = [note] if note and not trace else []
        if trace:
            run.objective, run.bound = trace[-1].objective, trace[-1].bound
            run.trace = [[point.seconds, point.objective, point.bound] for point in thinned(trace)]
            run.costs = next((point.costs for point in reversed(trace) if point.costs), run.costs)
        if best is not None:
            run.best = [[line.agent, line.day, line.shift] for line in best]
        session.add(run)
        if tell:
            data = {
                "roster": run.roster_id,
                "objective": run.objective,
                "bound": run.bound,
                "seconds": round(seconds, 1),
                "costs": run.costs,
            }
            append(session, at=now, kind="run.progress", subject=str(run_id), actor=MACHINE, data=data)
        stopping = run.status is RunStatus.STOPPING
    context.announcer.announce()
    return stopping


def stop_wanted(context: Context, run_id: int) -> bool:
    """Whether a run was asked to stop, or is over already."""
    with reading(context.engine) as session:
        return find_run(session, run_id).status not in (RunStatus.QUEUED, RunStatus.RUNNING)


def thinned(trace: Sequence[TracePoint]) -> list[TracePoint]:
    """`trace` with at most `MAX_TRACE` points, first and last among them."""
    if len(trace) <= MAX_TRACE:
        return list(trace)
    step = (len(trace) - 1) / (MAX_TRACE - 1)
    return [trace[round(index * step)] for index in range(MAX_TRACE)]


def finish_run(context: Context, run_id: int, problem: Problem, result: Result, *, note: str = "") -> None:
    """Judge what the solver found and, if no rule is broken, store it; all in one transaction.

    `note` is a sentence for the lead about how the run ended, where it did not end by itself.
    """
    found = result.status in (Status.OPTIMAL, Status.FEASIBLE)
    verdict = judge(problem, result.assignments) if found else None
    with writing(context.engine) as session:
        run = find_run(session, run_id)
        if run.status not in ACTIVE:
            return
        run.trace = [[point.seconds, point.objective, point.bound] for point in thinned(result.trace)]
        _finish(context, session, run, problem, result, verdict, note)
    context.announcer.announce()


def _finish(
    context: Context,
    session: Session,
    run: PlanRun,
    problem: Problem,
    result: Result,
    verdict: Verdict | None,
    note: str,
) -> None:
    now = context.now()
    run.beat_at = run.finished_at = now
    run.outcome = result.status.value
    run.seconds = result.seconds
    run.objective, run.bound = result.objective, result.bound
    run.status = RunStatus.FINISHED
    run.best, run.costs = [], {}
    if verdict is None:
        run.messages = [*result.conflicts, *result.relax] or [_nothing_found(result)]
    elif verdict.violations:
        run.status = RunStatus.FAILED
        run.messages = [
            "The roster found breaks rules, so it was not stored.",
            *(finding.sentence for finding in verdict.violations),
        ]
    else:
        run.costs = dict(verdict.costs)
        run.objective = verdict.cost
        run.messages = [note or _found(result), *result.warnings]
        _store(session, run.roster_id, problem, result.assignments)
    session.add(run)
    data = {"roster": run.roster_id, "status": run.status.value, "outcome": run.outcome}
    append(session, at=now, kind="run.finished", subject=str(run.id), actor=MACHINE, data=data)


def _nothing_found(result: Result) -> str:
    if result.status is Status.INFEASIBLE:
        return "No roster can keep all the rules at once."
    if result.stopped:
        return "Stopped before a first roster was found; nothing was changed."
    return f"No roster was found in {result.seconds:.0f} s; nothing was changed. Give it more time."


def _found(result: Result) -> str:
    if result.status is Status.OPTIMAL:
        return "This is the best roster there is under these rules and weights."
    if result.stopped:
        return "Stopped by a person; the best roster found so far was kept."
    return "The time was up; the best roster found was kept."


def _store(session: Session, roster_id: int, problem: Problem, assignments: Sequence[Assigned]) -> None:
    roster = session.get(Roster, roster_id, with_for_update=True)
    if roster is None or roster.status is not RosterStatus.DRAFT:
        raise Conflict(f"roster {roster_id} is no longer a draft: the plan was not stored")
    agents = {agent.code: agent.id or 0 for agent in session.exec(select(Agent)).all()}
    shifts = {shift.code: shift.id or 0 for shift in session.exec(select(ShiftType)).all()}
    kept = session.exec(
        select(col(Assignment.agent_id), col(Assignment.on_date)).where(
            Assignment.roster_id == roster_id, col(Assignment.pinned).is_(True)
        )
    ).all()
    pinned = {(agent, on_date) for agent, on_date in kept}
    # Whoever is away keeps their row (`held_where_away`).
    away = select(DayAway.agent_id).where(DayAway.roster_id == roster_id)
    session.exec(
        delete(Assignment).where(
            col(Assignment.roster_id) == roster_id,
            col(Assignment.pinned).is_(False),
            col(Assignment.agent_id).not_in(away),
        )
    )
    for assigned in assignments:
        place = (agents[assigned.agent], problem.date_of(assigned.day))
        if assigned.day < 0 or problem.agent_of[assigned.agent].fixed or place in pinned:
            continue
        session.add(
            Assignment(roster_id=roster_id, agent_id=place[0], on_date=place[1], shift_type_id=shifts[assigned.shift])
        )
    roster.version += 1
    session.add(roster)


def fail_run(context: Context, run_id: int, sentence: str) -> None:
    """Mark a run failed, with a sentence for the lead; one that is over stays as it is."""
    with writing(context.engine) as session:
        run = find_run(session, run_id)
        if run.status in ACTIVE:
            _fail(context, session, run, sentence)
    context.announcer.announce()


def _fail(context: Context, session: Session, run: PlanRun, sentence: str) -> None:
    run.status = RunStatus.FAILED
    run.finished_at = context.now()
    run.messages = [sentence]
    run.best = []
    session.add(run)
    data = {"roster": run.roster_id, "status": run.status.value, "outcome": None}
    append(session, at=context.now(), kind="run.finished", subject=str(run.id), actor=MACHINE, data=data)


def fail_abandoned(context: Context) -> int:
    """End the runs whose process died without a word; how many there were.

    The best roster that such a run had stored is kept in its draft, where the next run begins.
    """
    silent_since = context.now() - SILENT_FOR
    silent = select(PlanRun).where(col(PlanRun.status).in_(ACTIVE), col(PlanRun.beat_at) < silent_since)
    with reading(context.engine) as session:
        if session.exec(silent.limit(1)).first() is None:
            return 0
    with writing(context.engine) as session:
        left = session.exec(silent).all()
        for run in left:
            if not _kept_best(context, session, run):
                _fail(context, session, run, "The process that made this plan ended before it was done; plan again.")
    context.announcer.announce()
    return len(left)


def _kept_best(context: Context, session: Session, run: PlanRun) -> bool:
    """Store the best roster of a run that was left behind; whether there was one to store."""
    roster = session.get(Roster, run.roster_id)
    if not run.best or roster is None or roster.problem is None or roster.status is not RosterStatus.DRAFT:
        return False
    problem = Problem.model_validate(roster.problem)
    lines = tuple(Assigned(agent=agent, day=day, shift=shift) for agent, day, shift in run.best)
    verdict = judge(problem, lines)
    if verdict.violations:
        return False
    result = Result(
        status=Status.FEASIBLE, assignments=lines, objective=verdict.cost, bound=run.bound, seconds=run.seconds
    )
    note = "The process that made this plan ended before it was done; the best roster it had found was kept."
    _finish(context, session, run, problem, result, verdict, note)
    return True
