"""Runs of the solver: stored, stopped, crashed, judged, one at a time; with a real child and with a scripted one."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from api.context import Context
from api.errors import Conflict, Invalid, NotFound
from api.jobs import planning as jobs
from api.services.rosters.planning import (
    RunView,
    create_roster,
    plan_now,
    recover_runs,
    run_view,
    start_run,
    stop_run,
)
from api.services.rosters.publishing import publish
from api.services.rosters.reading import edit, roster_view
from api.services.rosters.runs import MAX_TRACE, thinned
from optimizer.shifts.processes.process import SolverCrashed
from roster.events import Event
from roster.people import Availability, Contract
from roster.problem import Assigned, Problem
from roster.result import Result, Status, TracePoint
from roster.shifts import PlanRun, Roster, RunStatus
from roster.store.engine import reading, writing
from tests.conftest import SetClock
from tests.planning_centre import MONDAY, place, second_team, small_centre, status_of, stored

END = 20.0
"""Seconds after which a scripted run is not coming to an end any more."""

MONDAY_COVERED = (Assigned(agent="a1", day=0, shift="D"),)
WORK_WEEK = tuple(Assigned(agent="a1", day=day, shift="D") for day in range(5))


class ScriptedProcess:
    """Stands in for the child: gives out points, then waits for a stop or a kill, then ends as it was told."""

    points: tuple[TracePoint, ...] = (TracePoint(seconds=0.1, objective=900, bound=100),)
    notes: tuple[str, ...] = ()
    waits = True
    seconds = 3.5
    ending: Result | SolverCrashed = Result(status=Status.UNKNOWN)
    last: "ScriptedProcess"

    def __init__(
        self,
        problem: Problem,
        *,
        time_limit_seconds: float,
        workers: int,
        start_from: Sequence[Assigned] = (),
        on_note: Callable[[str], None],
    ) -> None:
        self.problem, self.start_from = problem, tuple(start_from)
        for note in self.notes:
            on_note(note)
        self.stopped = self.killed = False
        self._end = threading.Event()
        type(self).last = self

    def progress(self) -> Iterator[TracePoint]:
        yield from self.points
        if self.waits:
            assert self._end.wait(END)

    def stop(self) -> None:
        self.stopped = True
        self._end.set()

    def kill(self) -> None:
        self.killed = True
        self._end.set()

    def result(self) -> Result:
        if isinstance(self.ending, SolverCrashed):
            raise self.ending
        return self.ending.model_copy(update={"stopped": self.stopped, "trace": self.points})


def script(monkeypatch: pytest.MonkeyPatch, **values: Any) -> type[ScriptedProcess]:
    kind = type("Scripted", (ScriptedProcess,), values)
    monkeypatch.setattr(jobs, "SolverProcess", kind)
    return kind


def draft(context: Context) -> int:
    return create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")


def events(context: Context, kind: str) -> list[Event]:
    with reading(context.engine) as session:
        return list(session.exec(select(Event).where(Event.kind == kind).order_by(col(Event.id))).all())


def feasible(assignments: tuple[Assigned, ...]) -> Result:
    return Result(status=Status.FEASIBLE, assignments=assignments, objective=900, bound=100, seconds=1.0)


def finished(context: Context, run_id: int) -> RunView:
    assert jobs.wait_until_idle(context, END)
    return run_view(context, run_id)


def test_plan_covers_the_week_with_a_real_child_and_stores_it(context: Context) -> None:
    small_centre(context)
    roster = draft(context)
    seen: list[TracePoint] = []
    run = plan_now(context, roster, time_limit_seconds=30, actor="lea", on_progress=seen.append)
    weekend = 2 + 2  # Saturday and Sunday by two people, who had none before: 2 * 1 each
    told = (run.status, run.outcome, run.objective, run.bound, run.gap)
    assert told == ("finished", "optimal", weekend, weekend, 0.0)
    assert run.stored
    assert run.costs.keys() >= {"preferences", "exposure_balance", "cover", "cover_by_shift", "role_cover"}
    assert {key: cost for key, cost in run.costs.items() if cost} == {"fairness": weekend}
    lines = stored(context, roster)
    assert [(on_date, shift) for _, on_date, shift in sorted(lines, key=lambda line: line[1])] == [
        (MONDAY + timedelta(days=day), "D") for day in range(7)
    ]
    assert seen[-1].objective == weekend
    assert status_of(context, roster).version == 1
    assert status_of(context, roster).problem is not None
    assert [event.actor for event in events(context, "run.started")] == ["lea"]
    assert [event.data["outcome"] for event in events(context, "run.finished")] == ["optimal"]


@pytest.mark.slow
def test_pins_stay_and_published_people_of_other_teams_are_counted_once(context: Context) -> None:
    small_centre(context)
    second_team(context)
    theirs = create_roster(context, team="Nights", starts_on=MONDAY, days=7, actor="lea")
    place(context, theirs, "b1", MONDAY, "D")
    publish(context, theirs, actor="lea")
    ours = draft(context)
    wednesday = MONDAY + timedelta(days=2)
    edit(context, ours, agent="a3", on_date=wednesday, shift="D", pin=True, seen_version=0, actor="lea")
    run = plan_now(context, ours, time_limit_seconds=30, actor="lea")
    assert (run.outcome, run.objective) == ("optimal", 2 + 2)  # two weekend shifts by two people
    lines = stored(context, ours)
    assert ("a3", wednesday, "D") in lines
    assert sorted(on_date for _, on_date, _ in lines) == [MONDAY + timedelta(days=day) for day in range(1, 7)]
    grid = roster_view(context, ours).grid
    assert grid is not None
    assert grid.short_quarters == 0
    assert {person.code for person in grid.people} == {"a1", "a2", "a3"}


def test_infeasible_says_which_requirement_cannot_be_met(context: Context) -> None:
    small_centre(context, agents=1)
    with writing(context.engine) as session:
        contract = session.exec(select(Contract)).one()
        contract.min_week_minutes = 1800
        session.add(contract)
        session.add(Availability(agent_id=1, weekday=0, start_minute=0, end_minute=1440))
    roster = draft(context)
    run = plan_now(context, roster, time_limit_seconds=30, actor="lea")
    assert (run.status, run.outcome, run.stored) == ("finished", "infeasible", False)
    assert any("Agent 1" in sentence and "30 h" in sentence for sentence in run.messages), run.messages
    assert stored(context, roster) == []
    assert status_of(context, roster).version == 0


def test_stop_reaches_the_child_and_keeps_its_best(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    small_centre(context)
    scripted = script(monkeypatch, ending=feasible(WORK_WEEK))
    roster = draft(context)
    run_id = start_run(context, roster, time_limit_seconds=60, actor="lea")
    assert run_view(context, run_id).active
    assert stop_run(context, run_id, "lea").status in ("stopping", "finished")
    run = finished(context, run_id)
    assert scripted.last.stopped
    assert (run.status, run.outcome) == ("finished", "feasible")
    assert run.messages == ("Stopped by a person; the best roster found so far was kept.",)
    assert len(stored(context, roster)) == 5
    assert run.objective == 2 * 32 * 10, "the checkers' count: two days of 32 quarters without anybody"
    assert stop_run(context, run_id, "lea").status == "finished"
    assert len(events(context, "run.stopping")) == 1


def test_progress_is_stored_while_it_runs(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    small_centre(context)
    script(monkeypatch)
    run_id = start_run(context, draft(context), time_limit_seconds=60, actor="lea")
    seen: queue.SimpleQueue[RunView] = queue.SimpleQueue()
    for _ in range(200):
        seen.put(view := run_view(context, run_id))
        if view.objective is not None:
            break
        threading.Event().wait(0.05)
    assert (view.status, view.objective, view.bound) == ("running", 900, 100)
    assert view.seconds == 3.5, "as the solver's time limit counts"
    assert view.gap == pytest.approx(800 / 900)
    assert [(point.seconds, point.objective) for point in view.trace] == [(0.1, 900)]
    stop_run(context, run_id, "lea")
    finished(context, run_id)


@pytest.mark.parametrize("told", [False, True], ids=["before", "after the first point"])
def test_what_takes_long_before_the_first_point_is_said_until_then(
    context: Context, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    small_centre(context)
    script(monkeypatch, notes=("Compiling.",), points=ScriptedProcess.points if told else ())
    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.0)
    notes: list[str] = []
    roster_id = draft(context)
    thread = threading.Thread(
        target=plan_now,
        args=(context, roster_id),
        kwargs={"time_limit_seconds": 60, "actor": "lea", "on_note": notes.append},
    )
    thread.start()
    try:
        for _ in range(400):
            run = roster_view(context, roster_id).run
            if run is not None and (run.objective is not None if told else run.messages):
                break
            threading.Event().wait(0.05)
        assert run is not None
        assert run.messages == (() if told else ("Compiling.",))
        assert notes == ["Compiling."]
    finally:
        stop_run(context, run.id, "lea")
        thread.join(END)


def test_log_gets_one_progress_line_a_second_at_most(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    small_centre(context)
    points = tuple(TracePoint(seconds=n / 100, objective=900 - n, bound=100) for n in range(50))
    script(monkeypatch, points=points, waits=False, ending=feasible(WORK_WEEK))
    run = plan_now(context, draft(context), time_limit_seconds=60, actor="lea")
    assert len(events(context, "run.progress")) == 1
    assert len(run.trace) == 50


def test_crash_of_the_child_marks_the_run_failed_and_changes_nothing(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_centre(context)
    script(monkeypatch, waits=False, ending=SolverCrashed("the solver process ended with exit code -9", -9, None))
    roster = draft(context)
    place(context, roster, "a2", MONDAY, "E")
    run = plan_now(context, roster, time_limit_seconds=60, actor="lea")
    assert (run.status, run.outcome) == ("failed", None)
    assert run.messages == ("Nothing was changed: the solver process ended with exit code -9.",)
    assert stored(context, roster) == [("a2", MONDAY, "E")]
    assert [event.data["status"] for event in events(context, "run.finished")] == ["failed"]


def test_crash_keeps_the_best_that_had_been_reported(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    small_centre(context)
    script(monkeypatch, waits=False, ending=SolverCrashed("gone", -9, feasible(MONDAY_COVERED)))
    roster = draft(context)
    run = plan_now(context, roster, time_limit_seconds=60, actor="lea")
    assert run.stored
    assert run.messages == ("The solver ended before it was done; the best roster it had found was kept.",)
    assert stored(context, roster) == [("a1", MONDAY, "D")]


def test_roster_that_breaks_a_rule_is_never_stored(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    small_centre(context)
    twice = (*MONDAY_COVERED, Assigned(agent="a1", day=0, shift="E"))
    script(monkeypatch, waits=False, ending=feasible(twice))
    roster = draft(context)
    run = plan_now(context, roster, time_limit_seconds=60, actor="lea")
    assert run.status == "failed"
    assert run.messages[0] == "The roster found breaks rules, so it was not stored."
    assert any("Agent 1" in sentence for sentence in run.messages[1:])
    assert stored(context, roster) == []


def test_fault_inside_breather_leaves_no_run_running(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    small_centre(context)
    scripted = script(monkeypatch)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        plan_now(context, draft(context), time_limit_seconds=60, actor="lea", on_progress=broken)
    assert scripted.last.killed
    assert run_view(context, 1).messages == ("The run broke off because of a fault inside Breather.",)


def test_search_starts_from_what_the_draft_holds(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    small_centre(context)
    scripted = script(monkeypatch, waits=False, ending=feasible(WORK_WEEK))
    roster = draft(context)
    place(context, roster, "a2", MONDAY, "E")
    plan_now(context, roster, time_limit_seconds=60, actor="lea")
    assert scripted.last.start_from == (Assigned(agent="a2", day=0, shift="E"),)
    assert ("a2", MONDAY, "E") not in stored(context, roster)


def test_one_run_at_a_time_and_no_edit_or_publication_meanwhile(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_centre(context)
    script(monkeypatch, ending=feasible(WORK_WEEK))
    roster = draft(context)
    place(context, roster, "a1", MONDAY, "D")
    run_id = start_run(context, roster, time_limit_seconds=60, actor="lea")
    sentence = f"roster {roster} is being planned \\(run {run_id}\\)"
    with pytest.raises(Conflict, match=sentence):
        start_run(context, roster, time_limit_seconds=60, actor="lea")
    with pytest.raises(Conflict, match=sentence):
        edit(context, roster, agent="a1", on_date=MONDAY, shift=None, pin=True, seen_version=0, actor="lea")
    with pytest.raises(Conflict, match=sentence):
        publish(context, roster, actor="lea")
    stop_run(context, run_id, "lea")
    finished(context, run_id)
    publish(context, roster, actor="lea")
    with pytest.raises(Conflict, match="is published: only a draft can be planned"):
        start_run(context, roster, time_limit_seconds=60, actor="lea")


def test_run_of_a_dead_process_is_marked_failed(context: Context, clock: SetClock) -> None:
    small_centre(context)
    roster = draft(context)
    with writing(context.engine) as session:
        left = PlanRun(
            roster_id=roster,
            status=RunStatus.RUNNING,
            started_at=context.now(),
            beat_at=context.now(),
            time_limit_seconds=60,
        )
        session.add(left)
    clock.forward(seconds=30)
    assert recover_runs(context) == 0
    assert run_view(context, 1).active
    clock.forward(seconds=1)
    assert recover_runs(context) == 1
    run = run_view(context, 1)
    assert run.status == "failed"
    assert run.messages == ("The process that made this plan ended before it was done; plan again.",)
    assert recover_runs(context) == 0


def test_shut_down_ends_the_child_and_the_run(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    small_centre(context)
    scripted = script(monkeypatch)
    run_id = start_run(context, draft(context), time_limit_seconds=60, actor="lea")
    jobs.shut_down(context)
    assert scripted.last.killed
    assert not run_view(context, run_id).active
    assert jobs.wait_until_idle(context, 0)


@pytest.mark.parametrize("seconds", [0, -1, 3601, float("nan"), float("inf")])
def test_time_limit_is_refused_before_anything_begins(context: Context, seconds: float) -> None:
    small_centre(context)
    with pytest.raises(Invalid, match="expected 1 to 3600 seconds"):
        start_run(context, draft(context), time_limit_seconds=seconds, actor="lea")
    with reading(context.engine) as session:
        assert session.exec(select(PlanRun)).all() == []


def test_unknown_numbers(context: Context) -> None:
    small_centre(context)
    roster = draft(context)
    with pytest.raises(NotFound, match="there is no roster 99"):
        start_run(context, 99, time_limit_seconds=5, actor="lea")
    with pytest.raises(NotFound, match="there is no planning run 7"):
        run_view(context, 7)
    with pytest.raises(NotFound, match=f"there is no planning run 7 of roster {roster}"):
        stop_run(context, 7, "lea", roster)


def test_long_trace_is_thinned_but_keeps_its_ends() -> None:
    trace = [TracePoint(seconds=float(n), objective=n, bound=0) for n in range(1000)]
    kept = thinned(trace)
    assert len(kept) == MAX_TRACE
    assert (kept[0], kept[-1]) == (trace[0], trace[-1])
    assert thinned(trace[:3]) == trace[:3]


def test_created_roster_is_a_line_in_the_log(context: Context) -> None:
    small_centre(context)
    roster = draft(context)
    (line,) = events(context, "roster.created")
    assert (line.subject, line.actor, line.agent_id) == (str(roster), "lea", None)
    assert line.data == {"team": "Days", "starts_on": "2026-11-30", "days": 7}
    with reading(context.engine) as session:
        assert session.exec(select(Roster)).one().created_by == "lea"
