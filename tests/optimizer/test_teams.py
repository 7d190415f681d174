"""Very many people: parts, tasks that depend on nothing else, answers put together in one order."""

import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from typing import Any, TypeVar

import pytest

from bench.own_shape import own_shape
from optimizer.shifts import solve as solving
from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.grid import Grid
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.people import people_of
from optimizer.shifts.search.construct import construct
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.solve import solve
from optimizer.shifts.teams import parts
from optimizer.shifts.teams import side_by_side as teams
from optimizer.shifts.teams.parts import FEWEST, MOST, parts_of
from optimizer.shifts.teams.proof import Proof, prove, proving
from optimizer.shifts.teams.task import Planned, Task, work
from roster.problem import PlannedAgent, Problem
from roster.result import Result, Status
from roster.rules.registry import judge
from tests.optimizer.test_solver_process import gone

LONG = 600.0
"""Seconds no test reaches: counts end them."""

T = TypeVar("T")


class Here(Executor):
    """Does each task at once, in this process, through a pickle as another machine would."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        self.tasks += args
        future: Future[T] = Future()
        future.set_result(pickle.loads(pickle.dumps(fn(*pickle.loads(pickle.dumps(args)), **kwargs))))
        return future


def people(**sizes: int) -> list[PlannedAgent]:
    return [PlannedAgent(id=f"{team}{number}", team=team) for team, size in sizes.items() for number in range(size)]


def crew_of(problem: Problem) -> Crew:
    grid = Grid(problem)
    found = people_of(grid)
    crew = Crew(grid, found, RowFinder(grid, found), CoverTable(grid))
    assert construct(crew, 0)
    return crew


def small() -> Problem:
    return own_shape(agents=40, days=14, teams=2, every_rule=False)


def side_by_side(problem: Problem, executor: Executor, monkeypatch: pytest.MonkeyPatch, **more: Any) -> Result:
    monkeypatch.setattr(solving, "SIDE_BY_SIDE_FROM", 1)
    monkeypatch.setattr(teams, "AT_ONCE_SHARE", 1)
    monkeypatch.setattr(teams, "ANNEAL_SHARE", 0.5)
    limits: dict[str, Any] = {"time_limit_seconds": LONG, "deterministic_limit": 8, "workers": 2, "seed": 3}
    return solve(problem, executor=executor, **(limits | more))


def test_teams_are_parts_small_ones_join_and_large_ones_are_cut() -> None:
    found = parts_of(people(a=40, b=5, c=30, d=130, e=4))
    assert [len(one) for one in found] == [40, 35, 44, 43, 47]
    assert {one[0] for one in found[0]} == {"a"}
    assert {one[0] for one in found[1]} == {"b", "c"}
    assert sorted(agent for one in found for agent in one) == sorted(
        one.id for one in people(a=40, b=5, c=30, d=130, e=4)
    )
    assert all(FEWEST <= len(one) <= MOST for one in found)


def test_nobody_is_left_out_where_there_are_no_teams() -> None:
    found = parts_of(people(**{"": 100}))
    assert [len(one) for one in found] == [50, 50]
    assert parts_of([PlannedAgent(id="x", fixed=True)]) == []


def test_the_answer_to_a_task_depends_on_the_task_alone() -> None:
    problem = small()
    crew = crew_of(problem)
    rows = {agent: tuple(row) for agent, row in crew.rows.items()}
    (first, *_) = parts_of(problem.agents)
    task = Task(problem.model_dump_json(), rows, first, {}, seed=1, sweeps=1, heat=20.0, weeks=(0,))
    answer = work(task)
    assert set(answer.rows) == set(first)
    assert answer.rows != {agent: rows[agent] for agent in first}
    work(Task(task.problem, rows, first, {}, seed=2, sweeps=1, heat=90.0))  # leaves the worker in another state
    assert work(task) == answer


def test_the_roster_is_the_same_whoever_does_the_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = small()
    here = Here()
    one = side_by_side(problem, here, monkeypatch)
    assert len({task.people for task in here.tasks}) > 1
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        two = side_by_side(problem, pool, monkeypatch)
    assert (one.assignments, one.objective, one.bound) == (two.assignments, two.objective, two.bound)


def test_what_teams_plan_side_by_side_is_valid_and_better_than_the_first_roster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = small()
    result = side_by_side(problem, Here(), monkeypatch)
    assert result.status in (Status.FEASIBLE, Status.OPTIMAL)
    verdict = judge(problem, result.assignments)
    assert verdict.violations == ()
    assert verdict.cost == result.objective
    assert result.trace[0].objective is not None
    assert result.objective < result.trace[0].objective
    assert result.bound is not None
    assert result.bound <= result.objective


def test_a_stop_keeps_the_best_and_a_run_goes_on_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = small()
    best = side_by_side(problem, Here(), monkeypatch)
    here = Here()
    again = side_by_side(
        problem, here, monkeypatch, start_from=best.assignments, should_stop=lambda: len(here.tasks) >= 2
    )
    assert again.stopped
    assert len(here.tasks) == 2
    assert again.objective is not None
    assert best.objective is not None
    assert again.objective <= best.objective


def test_what_breaks_in_a_task_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Here):
        def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
            future: Future[T] = Future()
            future.set_exception(ZeroDivisionError("in a worker"))
            return future

    with pytest.raises(ZeroDivisionError, match="in a worker"):
        side_by_side(small(), Broken(), monkeypatch)


def test_the_other_process_sends_each_better_bound() -> None:
    problem = own_shape(agents=12, days=7, every_rule=False)
    crew = crew_of(problem)
    ours, theirs = get_context("spawn").Pipe(duplex=False)
    rows = {agent: tuple(row) for agent, row in crew.rows.items()}
    prove(problem.model_dump_json(), rows, LONG, theirs)
    theirs.close()
    progress = Progress(time_limit_seconds=LONG)
    Proof(progress, None, ours).read()
    ours.close()
    bounds = [point.bound for point in progress.trace if point.bound is not None]
    assert bounds == sorted(set(bounds))
    assert 0 < bounds[-1] <= crew.cost()


def test_a_bound_is_proved_beside_and_its_process_is_gone_afterwards() -> None:
    problem = own_shape(agents=12, days=7, every_rule=False)
    crew = crew_of(problem)
    progress = Progress(time_limit_seconds=LONG)
    with proving(crew, progress, 1.0) as proof:
        assert proof.busy
        for _ in range(600):
            proof.read()
            if progress.bound is not None:
                break
            threading.Event().wait(0.1)
    assert progress.bound is not None
    assert not proof.busy


def test_a_worker_ends_with_the_process_that_started_it() -> None:
    program = (
        "import os, time\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "from multiprocessing import get_context\n"
        "from optimizer.shifts.processes.workers import end_with_parent\n"
        "if __name__ == '__main__':\n"
        "    pool = ProcessPoolExecutor(1, mp_context=get_context('spawn'), initializer=end_with_parent)\n"
        "    print(pool.submit(os.getpid).result(), flush=True)\n"
        "    time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
        assert gone(worker)
    finally:
        with suppress(ProcessLookupError):
            parent.kill()
        parent.wait()
        if parent.stdout is not None:
            parent.stdout.close()


def test_few_people_are_not_cut_into_teams() -> None:
    assert parts.SIDE_BY_SIDE_FROM > 149


def test_an_answer_can_be_pickled() -> None:
    planned = Planned({"a": (1, 2)}, {"a": (0.5,)})
    assert pickle.loads(pickle.dumps(planned)) == planned
