"""Plan very many people: teams side by side, each against what the others leave, cooled slowly from round to round.

A first roster at once, person by person. Then round after round: every team is taken out and put back, person by
person, on prices shaken by noise that gets less; at the end its weeks are planned anew by columns. At most a few teams
change at a time, because each plans against the others as they were. Their answers are put together in the order of
the teams, so with a deterministic limit the roster does not depend on which was ready first.

Tasks go to an `Executor`: processes of this machine unless another one is given. The bound is proved meanwhile in one
process more (`proof.py`), which counts as one of the workers while it lasts.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, wait
from contextlib import contextmanager
from functools import partial

import numpy as np

from optimizer.shifts.processes.workers import Workers
from optimizer.shifts.progress import Progress
from optimizer.shifts.search.anneal import COOLING_POWER, start_heat
from optimizer.shifts.search.construct import construct
from optimizer.shifts.search.crew import Crew, Floats
from optimizer.shifts.teams.parts import parts_of
from optimizer.shifts.teams.proof import Proof, proving
from optimizer.shifts.teams.task import Planned, Task, work
from roster.problem import Assigned

ANNEAL_SHARE = 0.9
"""How much of the time teams are annealed; after that weeks are planned anew by columns."""

SWEEPS = 3
"""Over a team, in one task."""

AT_ONCE_SHARE = 8
"""At most one team in so many changes at a time."""

WEEKS_AT_ONCE = 1
"""Planned anew by columns in one task."""

BOUND_SHARE = 0.6
"""How much of the time is spent on the bound, beside the teams."""

TASKS_PER_UNIT = 1.0
"""What a unit of a deterministic limit buys."""

POLL_SECONDS = 0.2


def plan_teams(
    crew: Crew,
    progress: Progress,
    *,
    workers: int,
    seed: int,
    start_from: Sequence[Assigned],
    executor: Executor | None = None,
) -> None:
    """Improve until `progress` is over; what was found is there.

    `executor` runs the tasks; without one, `workers` processes of this machine do, for as long as this takes.
    """
    crew.begin_with(start_from)
    if not construct(crew, seed):
        return
    crew.offer(progress)
    with proving(crew, progress, BOUND_SHARE) as proof, _pool(executor, workers) as pool:
        _Rounds(crew, progress, pool, workers, seed, proof).run()


@contextmanager
def _pool(executor: Executor | None, workers: int) -> Iterator[Executor]:
    if executor is not None:
        yield executor
        return
    pool = Workers(workers)
    try:
        yield pool
    finally:
        pool.end()


class _Rounds:
    """The rounds of one run."""

    def __init__(self, crew: Crew, progress: Progress, pool: Executor, workers: int, seed: int, proof: Proof) -> None:
        self._crew = crew
        self._progress = progress
        self._pool = pool
        self._proof = proof
        self._seed = seed
        self._parts = parts_of(crew.grid.problem.agents)
        self._workers = max(1, min(workers, len(self._parts) // AT_ONCE_SHARE))
        self._text = crew.grid.problem.model_dump_json()
        self._person = {person.agent.id: person for person in crew.people}
        self._heat = start_heat(crew)
        self._done = 0
        self._weeks = range(0, crew.grid.problem.days, 7)
        units = progress.deterministic_limit
        self._tasks = None if units is None else max(1, round(units * TASKS_PER_UNIT))
        self._began = progress.seconds
        self._time = progress.seconds_left

    def run(self) -> None:
        """Round after round until time is over or the tasks are done; the best roster stays in the crew."""
        crew = self._crew
        best, rows = crew.cost(), crew.snapshot()
        random = np.random.default_rng([self._seed, 3])
        cold, told = False, best
        while (share := self._share()) < 1.0 and not self._progress.over():
            for parts in self._batches(random.permutation(len(self._parts)).tolist()):
                share = self._share()
                if share >= 1.0 or self._progress.over():
                    break
                if share >= ANNEAL_SHARE and not cold:
                    cold = True
                    crew.restore(rows)
                heat = 0.0 if cold else self._heat * max(0.0, 1.0 - share / ANNEAL_SHARE) ** COOLING_POWER
                planned = self._plan(parts, heat, cold)
                if planned is None:
                    break
                for one in planned:
                    self._put(one, keep_worse=not cold)
                cost = crew.cost()
                if cost < best and not crew.broken():
                    best, rows = cost, crew.snapshot()
            if best < told:
                # Once a round: twenty thousand shifts take a while to write down.
                self._progress.offer(best, partial(crew.assignments, rows))
                told = best
        crew.restore(rows)

    def _share(self) -> float:
        if self._tasks is not None:
            return self._done / self._tasks
        return (self._progress.seconds - self._began) / self._time if self._time > 0 else 1.0

    def _batches(self, order: Sequence[int]) -> Iterator[list[int]]:
        """The parts in this order, as many at a time as there are processors to spare."""
        left = list(order)
        while left:
            count = max(1, self._workers - 1) if self._proof.busy else self._workers
            yield left[:count]
            left = left[count:]

    def _plan(self, parts: Sequence[int], heat: float, cold: bool) -> list[Planned] | None:
        """The answers in the order of `parts`; None where the run ended first."""
        rows = {agent: tuple(row) for agent, row in self._crew.rows.items()}
        futures: list[Future[Planned]] = []
        for part in parts:
            people = self._parts[part]
            weeks: tuple[int, ...] = ()
            if cold:
                first = (self._done // len(self._parts)) * WEEKS_AT_ONCE
                weeks = tuple(self._weeks[(first + one) % len(self._weeks)] for one in range(WEEKS_AT_ONCE))
            task = Task(
                problem=self._text,
                rows=rows,
                people=people,
                slopes={agent: _numbers(self._crew.slopes[agent]) for agent in people if agent in self._crew.slopes},
                seed=self._seed + 1000 * self._done + 1,
                sweeps=1 if cold else SWEEPS,
                heat=heat,
                weeks=tuple(dict.fromkeys(weeks)),
            )
            self._done += 1
            futures.append(self._pool.submit(work, task))
        open_futures = set(futures)
        while open_futures:
            _, open_futures = wait(open_futures, timeout=POLL_SECONDS)
            self._proof.read()
            if open_futures and self._progress.over():
                return None
        return [future.result() for future in futures]

    def _put(self, planned: Planned, *, keep_worse: bool) -> None:
        """Put a part's answer in; back again where that makes the roster dearer, unless it may."""
        crew = self._crew
        before = crew.cost()
        old = {agent: list(crew.rows[agent]) for agent in planned.rows}
        for agent, row in planned.rows.items():
            if crew.rows[agent] != list(row):
                crew.put(self._person[agent], row)
        if not keep_worse and crew.cost() > before:
            for agent, kept in old.items():
                if crew.rows[agent] != kept:
                    crew.put(self._person[agent], kept)
            return
        for agent, slopes in planned.slopes.items():
            crew.slopes[agent] = np.array(slopes, float)


def _numbers(values: Floats) -> tuple[float, ...]:
    return tuple(values.tolist())
