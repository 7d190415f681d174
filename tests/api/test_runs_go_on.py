"""What a planning run had found outlives it: cost by rule while it runs, its best kept, the next run begins there."""

import queue
import threading

import pytest

from api.context import Context
from api.jobs import planning as jobs
from api.services.rosters.planning import plan_now, recover_runs, run_view, start_run, stop_run
from api.services.rosters.problems import build_problem
from api.services.rosters.runs import record_progress
from optimizer.shifts.processes.wire import Improvement
from roster.problem import Assigned
from roster.result import TracePoint
from roster.shifts import PlanRun, Roster, RunStatus
from roster.store.engine import reading, writing
from tests.api.test_planning_runs import MONDAY_COVERED, WORK_WEEK, draft, feasible, finished, script
from tests.conftest import SetClock
from tests.planning_centre import MONDAY, small_centre, stored

BETTER = Improvement(seconds=0.2, objective=640, bound=100, costs={"cover": 640}, assignments=WORK_WEEK)


def left_behind(context: Context, roster_id: int, best: tuple[Assigned, ...]) -> int:
    """A run whose process died after it had stored `best`."""
    with writing(context.engine) as session:
        roster = session.get_one(Roster, roster_id)
        problem = build_problem(
            session, context.policy, team_id=roster.team_id, starts_on=roster.starts_on, days=roster.days
        )
        roster.problem = problem.model_dump(mode="json")
        session.add(roster)
        run = PlanRun(
            roster_id=roster_id,
            status=RunStatus.RUNNING,
            started_at=context.now(),
            beat_at=context.now(),
            time_limit_seconds=60,
        )
        session.add(run)
        session.flush()
        run_id = run.id or 0
    record_progress(context, run_id, [TracePoint(seconds=1.0, objective=640, bound=100)], 1.0, False, best)
    return run_id


def test_the_cost_of_each_rule_is_seen_while_it_runs(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    small_centre(context)
    later = TracePoint(seconds=0.3, objective=640, bound=200)
    script(monkeypatch, points=(BETTER, later), ending=feasible(WORK_WEEK))
    run_id = start_run(context, draft(context), time_limit_seconds=60, actor="lea")
    seen: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    for _ in range(200):
        view = run_view(context, run_id)
        seen.put(view.bound)
        if view.bound == 200:
            break
        threading.Event().wait(0.05)
    assert (view.objective, view.costs) == (640, {"cover": 640})
    stop_run(context, run_id, "lea")
    finished(context, run_id)


def test_the_best_is_stored_while_it_runs_and_gone_when_it_is_over(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_centre(context)
    script(monkeypatch, points=(BETTER,), ending=feasible(WORK_WEEK))
    run_id = start_run(context, draft(context), time_limit_seconds=60, actor="lea")
    for _ in range(200):
        with reading(context.engine) as session:
            best = session.get_one(PlanRun, run_id).best
        if best:
            break
        threading.Event().wait(0.05)
    assert best == [["a1", day, "D"] for day in range(5)]
    stop_run(context, run_id, "lea")
    finished(context, run_id)
    with reading(context.engine) as session:
        assert session.get_one(PlanRun, run_id).best == []


def test_a_run_whose_process_was_killed_leaves_its_best_and_the_next_begins_there(
    context: Context, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_centre(context)
    roster = draft(context)
    run_id = left_behind(context, roster, WORK_WEEK)
    clock.forward(seconds=31)
    assert recover_runs(context) == 1
    run = run_view(context, run_id)
    assert (run.status, run.outcome, run.objective) == ("finished", "feasible", 2 * 32 * 10)
    assert run.messages == (
        "The process that made this plan ended before it was done; the best roster it had found was kept.",
    )
    assert len(stored(context, roster)) == 5
    scripted = script(monkeypatch, waits=False, ending=feasible(WORK_WEEK))
    plan_now(context, roster, time_limit_seconds=60, actor="lea")
    assert set(scripted.last.start_from) == set(WORK_WEEK)


def test_a_best_that_breaks_a_rule_is_not_kept(context: Context, clock: SetClock) -> None:
    small_centre(context)
    roster = draft(context)
    run_id = left_behind(context, roster, (*MONDAY_COVERED, Assigned(agent="a1", day=0, shift="E")))
    clock.forward(seconds=31)
    assert recover_runs(context) == 1
    run = run_view(context, run_id)
    assert run.status == "failed"
    assert run.messages == ("The process that made this plan ended before it was done; plan again.",)
    assert stored(context, roster) == []


def test_a_run_that_is_stopped_and_begun_again_goes_on_from_its_best(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_centre(context)
    script(monkeypatch, ending=feasible(MONDAY_COVERED))
    roster = draft(context)
    run_id = start_run(context, roster, time_limit_seconds=60, actor="lea")
    stop_run(context, run_id, "lea")
    finished(context, run_id)
    assert stored(context, roster) == [("a1", MONDAY, "D")]
    scripted = script(monkeypatch, waits=False, ending=feasible(WORK_WEEK))
    plan_now(context, roster, time_limit_seconds=60, actor="lea")
    assert scripted.last.start_from == MONDAY_COVERED
    assert jobs.wait_until_idle(context, 0)
