"""Planning a roster: make a draft, start, watch and stop runs of the solver."""

import math
from datetime import date

from sqlmodel import Session, select

from api.context import Context
from api.errors import Conflict, Invalid
from api.events.log import append
from api.jobs.planning import Drive, OnNote, OnProgress, drive_in_background
from api.services.rosters.absences import copy_absences, held_where_away
from api.services.rosters.judging import assigned_in, find_roster
from api.services.rosters.problems import build_problem, check_horizon, team_named, zone_of
from api.services.rosters.runs import (
    RunView,
    begin_run,
    fail_abandoned,
    find_run,
    refuse_while_planning,
    view_of,
)
from roster.clock import local_day
from roster.contradictions import contradictions
from roster.problem import Problem
from roster.shifts import Assignment, PinnedFree, Roster, RosterStatus, RunStatus
from roster.store.engine import reading, writing

MAX_TIME_LIMIT_SECONDS = 3600.0

__all__ = [
    "RunView",
    "build_problem",
    "check_time_limit",
    "copy_roster",
    "create_roster",
    "plan_now",
    "recover_runs",
    "run_view",
    "start_run",
    "stop_run",
]


def create_roster(context: Context, *, team: str | None, starts_on: date, days: int, actor: str) -> int:
    """A new, empty draft for `team` (None: every team); refuses a stretch that can't be planned."""
    with writing(context.engine) as session:
        check_horizon(starts_on, days)
        team_id = None if team is None else team_named(session, team).id
        problem = build_problem(session, context.policy, team_id=team_id, starts_on=starts_on, days=days)
        _refuse_contradictions(problem)
        roster = Roster(
            team_id=team_id,
            zone=zone_of(session, team_id),
            starts_on=starts_on,
            days=days,
            created_at=context.now(),
            created_by=actor,
        )
        session.add(roster)
        session.flush()
        roster_id = roster.id or 0
        data = {"team": team, "starts_on": starts_on.isoformat(), "days": days}
        append(session, at=context.now(), kind="roster.created", subject=str(roster_id), actor=actor, data=data)
    context.announcer.announce()
    return roster_id


def copy_roster(context: Context, roster_id: int, *, actor: str) -> int:
    """A new draft with everything that `roster_id` assigns: the way to change what is published."""
    with writing(context.engine) as session:
        new_id = copied(context, session, roster_id, actor=actor)
    context.announcer.announce()
    return new_id


def copied(context: Context, session: Session, roster_id: int, *, actor: str) -> int:
    """The same inside a transaction of the caller's."""
    old = find_roster(session, roster_id)
    new = Roster(
        team_id=old.team_id,
        zone=old.zone,
        starts_on=old.starts_on,
        days=old.days,
        created_at=context.now(),
        created_by=actor,
    )
    session.add(new)
    session.flush()
    new_id = new.id or 0
    lines = session.exec(select(Assignment).where(Assignment.roster_id == roster_id)).all()
    for line in lines:
        session.add(Assignment(**line.model_dump(exclude={"id", "roster_id"}), roster_id=new_id))
    for free in session.exec(select(PinnedFree).where(PinnedFree.roster_id == roster_id)).all():
        session.add(PinnedFree(roster_id=new_id, agent_id=free.agent_id, on_date=free.on_date))
    copy_absences(session, roster_id, new_id)
    data = {"copy_of": roster_id, "starts_on": old.starts_on.isoformat(), "days": old.days}
    append(session, at=context.now(), kind="roster.created", subject=str(new_id), actor=actor, data=data)
    return new_id


def _refuse_contradictions(problem: Problem) -> None:
    found = contradictions(problem)
    if found:
        raise Invalid("; ".join(found))


def check_time_limit(seconds: float) -> None:
    """Refuse a time limit that no run can have."""
    if not (math.isfinite(seconds) and 1 <= seconds <= MAX_TIME_LIMIT_SECONDS):
        raise Invalid(f"time limit {seconds:g} s: expected 1 to {MAX_TIME_LIMIT_SECONDS:.0f} seconds")


def _begin(
    context: Context,
    roster_id: int,
    time_limit_seconds: float,
    actor: str,
    on_progress: OnProgress | None = None,
    on_note: OnNote | None = None,
) -> tuple[int, Drive]:
    check_time_limit(time_limit_seconds)
    fail_abandoned(context)
    with writing(context.engine) as session:
        roster = find_roster(session, roster_id, lock=True)
        if roster.status is not RosterStatus.DRAFT:
            raise Conflict(f"roster {roster_id} is {roster.status.value}: only a draft can be planned")
        refuse_while_planning(session, roster_id)
        problem = build_problem(
            session,
            context.policy,
            team_id=roster.team_id,
            starts_on=roster.starts_on,
            days=roster.days,
            roster_id=roster_id,
            today=local_day(context.now(), roster.zone),
        )
        _refuse_contradictions(problem)
        start_from = assigned_in(session, roster)
        problem = held_where_away(problem, start_from)
        roster.problem = problem.model_dump(mode="json")
        session.add(roster)
        run_id = begin_run(context, session, roster, time_limit_seconds, actor)
    context.announcer.announce()
    drive = Drive(
        context,
        run_id,
        problem,
        time_limit_seconds=time_limit_seconds,
        start_from=start_from,
        on_progress=on_progress,
        on_note=on_note,
    )
    return run_id, drive


def start_run(context: Context, roster_id: int, *, time_limit_seconds: float, actor: str) -> int:
    """Start planning a draft in the background and return the run's number at once.

    What the draft already holds is where the search starts; what is pinned stays.
    """
    run_id, drive = _begin(context, roster_id, time_limit_seconds, actor)
    drive_in_background(drive)
    return run_id


def plan_now(
    context: Context,
    roster_id: int,
    *,
    time_limit_seconds: float,
    actor: str,
    on_progress: OnProgress | None = None,
    on_note: OnNote | None = None,
) -> RunView:
    """Plan a draft and return when it is done. An interrupt from the keyboard stops it and keeps the best."""
    run_id, drive = _begin(context, roster_id, time_limit_seconds, actor, on_progress, on_note)
    drive.run()
    return run_view(context, run_id)


def run_view(context: Context, run_id: int, roster_id: int | None = None) -> RunView:
    """How far a run is, or how it ended."""
    fail_abandoned(context)
    with reading(context.engine) as session:
        return view_of(find_run(session, run_id, roster_id))


def stop_run(context: Context, run_id: int, actor: str, roster_id: int | None = None) -> RunView:
    """Ask a run to stop; the best roster found so far is kept. Asking twice, or too late, changes nothing."""
    with writing(context.engine) as session:
        run = find_run(session, run_id, roster_id)
        if run.status in (RunStatus.QUEUED, RunStatus.RUNNING):
            run.status = RunStatus.STOPPING
            session.add(run)
            data = {"roster": run.roster_id}
            append(session, at=context.now(), kind="run.stopping", subject=str(run_id), actor=actor, data=data)
    context.announcer.announce()
    return run_view(context, run_id)


def recover_runs(context: Context) -> int:
    """At start, and now and then: mark failed what a dead process left running; how many there were."""
    return fail_abandoned(context)
