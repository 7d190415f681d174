"""The child process of a planning run: progress, stop, kill, crash, and no orphan."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from types import SimpleNamespace

import pytest

from optimizer.shifts.processes.process import SolverCrashed, SolverProcess
from optimizer.shifts.processes.wire import Improvement
from roster.problem import Problem
from roster.result import Result, Status
from roster.rules.registry import judge
from tests.optimizer.rosters import hard_team
from tests.small_rosters import small_problem

PATIENCE_SECONDS = 60.0


def easy() -> Problem:
    required = [1 if 28 <= quarter < 60 else 0 for quarter in range(96)]
    return small_problem(
        "one_shift_a_day",
        "cover",
        days=2,
        queues=[{"id": "x"}],
        agents=[{"id": "A", "skills": ["x"]}, {"id": "B", "skills": ["x"]}],
        demand=[{"queue": "x", "day": day, "required": required} for day in (0, 1)],
    )


def first_improvement(process: SolverProcess) -> Improvement:
    for point in process.progress():
        if isinstance(point, Improvement):
            return point
    pytest.fail("the run ended without a roster")


def gone(pid: int) -> bool:
    """Whether the process has ended (a zombie has)."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: PTH123 - no path of ours
                if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_progress_ends_with_the_run_and_the_result_is_the_last_improvement() -> None:
    process = SolverProcess(easy(), time_limit_seconds=60, workers=1)
    improvements = [point for point in process.progress() if isinstance(point, Improvement)]
    result = process.result()
    assert result.status is Status.OPTIMAL
    assert result.objective == 0
    assert set(improvements[-1].assignments) == set(result.assignments)


@pytest.mark.slow
def test_stop_keeps_the_best_found() -> None:
    problem = hard_team()
    process = SolverProcess(problem, time_limit_seconds=600, workers=1)
    first = first_improvement(process)
    process.stop()
    list(process.progress())
    result = process.result()
    assert result.stopped
    assert result.status is Status.FEASIBLE
    assert result.objective is not None
    assert first.objective is not None
    assert result.objective <= first.objective
    assert judge(problem, result.assignments).violations == ()


@pytest.mark.slow
def test_kill_keeps_the_best_that_was_reported() -> None:
    problem = hard_team()
    process = SolverProcess(problem, time_limit_seconds=600, workers=1)
    first_improvement(process)
    process.kill()
    result = process.result()
    assert result.stopped
    assert result.status is Status.FEASIBLE
    verdict = judge(problem, result.assignments)
    assert verdict.violations == ()
    assert result.objective == verdict.cost


@pytest.mark.slow
def test_a_crash_is_told_with_its_exit_code_and_the_best_so_far() -> None:
    process = SolverProcess(hard_team(), time_limit_seconds=600, workers=1)
    first_improvement(process)
    os.kill(process.pid, signal.SIGSEGV)
    with pytest.raises(SolverCrashed, match="exit code -11") as crash:
        process.result()
    assert crash.value.exit_code == -signal.SIGSEGV
    assert crash.value.best is not None
    assert crash.value.best.status is Status.FEASIBLE


def test_a_crash_passes_between_processes_with_all_that_it_says() -> None:
    best = Result(status=Status.FEASIBLE, objective=7, bound=3)
    crash = pickle.loads(pickle.dumps(SolverCrashed("exit code -11", -11, best)))
    assert isinstance(crash, SolverCrashed)
    assert (str(crash), crash.exit_code, crash.best) == ("exit code -11", -11, best)


def test_what_the_child_said_last_is_in_the_crash() -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such luck')"]
    process = SolverProcess(easy(), time_limit_seconds=60, workers=1, command=command)
    assert list(process.progress()) == []
    with pytest.raises(SolverCrashed, match="exit code 1: no such luck"):
        process.result()


def test_a_child_that_hangs_is_ended() -> None:
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    process = SolverProcess(easy(), time_limit_seconds=0.1, workers=1, grace_seconds=0.1, command=command)
    assert list(process.progress()) == []
    assert process.result().status is Status.UNKNOWN
    assert gone(process.pid)


def test_patience_begins_anew_when_the_work_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("optimizer.shifts.processes.process.time", SimpleNamespace(monotonic=lambda: now[0]))
    told = threading.Event()
    program = (
        "import sys, time\n"
        "for line in (sys.stdin.readline(), sys.stdin.readline()): pass\n"
        "print('{\"ready\": true}', flush=True)\n"
        'print(\'{"preparing": "ready by now"}\', flush=True)\n'
        "sys.stdin.readline()\n"
        "time.sleep(0.3)\n"
        'print(\'{"refused": "I was let finish"}\', flush=True)\n'
    )
    process = SolverProcess(
        easy(),
        time_limit_seconds=30,
        workers=1,
        grace_seconds=30,
        on_note=lambda note: told.set(),
        command=[sys.executable, "-c", program],
    )
    now[0] = 50.0
    assert process.seconds == 0.0
    process.stop()
    assert told.wait(PATIENCE_SECONDS)
    now[0] = 70.0
    assert process.seconds == 20.0
    process.stop()
    with pytest.raises(SolverCrashed, match="I was let finish"):
        process.result()


@pytest.mark.slow
def test_the_end_of_the_parent_ends_the_child() -> None:
    program = (
        "import sys, time\n"
        "from optimizer.shifts.processes.process import SolverProcess\n"
        "from tests.optimizer.rosters import hard_team\n"
        "process = SolverProcess(hard_team(), time_limit_seconds=600, workers=2)\n"
        "next(iter(process.progress()))\n"
        "print(process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
        assert gone(child)
    finally:
        with suppress(ProcessLookupError):
            parent.kill()
        parent.wait()
        if parent.stdout is not None:
            parent.stdout.close()
