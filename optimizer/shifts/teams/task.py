"""What one process or machine does for a big run: plan some people anew while everybody else stays as they are.

A task says all that its answer depends on, in values that can be pickled. A worker keeps what it has built of the
last problem, for the next task is likely to be about the same one; that saves time and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.grid import Grid
from optimizer.shifts.progress import Progress
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.people import people_of
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.dive import Dive
from optimizer.shifts.search.sweeps import sweep
from roster.problem import Problem, problem_from_json

Rows = Mapping[str, tuple[int, ...]]
"""By agent id, the options worked, as numbers of the grid."""

LONG_SECONDS = 3600.0
"""No task is ended by its clock: it does a certain amount of work."""


@dataclass(frozen=True, slots=True)
class Task:
    """Plan `people` anew: so many `sweeps` over them at one heat, then the weeks that begin on `weeks` by columns."""

    problem: str
    """As JSON: the same text for all tasks of a run."""
    rows: Rows
    """Of everybody."""
    people: tuple[str, ...]
    slopes: Mapping[str, tuple[float, ...]]
    """The price on each balance that last gave each of these people's best row."""
    seed: int
    sweeps: int
    heat: float
    weeks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """The answer: new rows of the task's people, and their slopes."""

    rows: Rows
    slopes: Mapping[str, tuple[float, ...]]


def work(task: Task) -> Planned:
    """Do a task."""
    crew = crew_of(task.problem)
    mine = set(task.people)
    people = [person for person in crew.people if person.agent.id in mine]
    for person in crew.people:
        row = list(task.rows[person.agent.id])
        if crew.rows.get(person.agent.id) != row:
            crew.put(person, row)
    for person in people:
        # Nothing may be left of earlier tasks: the answer depends on the task alone.
        person.counted = ()
        crew.known[person.agent.id] = {task.rows[person.agent.id]: None}
        crew.slopes.pop(person.agent.id, None)
        if person.agent.id in task.slopes:
            crew.slopes[person.agent.id] = np.array(task.slopes[person.agent.id], float)
    progress = Progress(time_limit_seconds=LONG_SECONDS)
    random = np.random.default_rng([task.seed, 4])
    for _ in range(task.sweeps):
        sweep(crew, people, task.heat, random)
    for first in task.weeks:
        Dive(crew, range(first, min(first + 7, crew.grid.problem.days)), people).run(progress)
    return Planned(
        {person.agent.id: tuple(crew.rows[person.agent.id]) for person in people},
        {
            person.agent.id: tuple(crew.slopes[person.agent.id].tolist())
            for person in people
            if person.agent.id in crew.slopes
        },
    )


@lru_cache(maxsize=1)
def crew_of(text: str) -> Crew:
    """The crew of a problem given as JSON, everybody still without a row."""
    problem: Problem = problem_from_json(text)
    grid = Grid(problem)
    people = people_of(grid)
    return Crew(grid, people, RowFinder(grid, people), CoverTable(grid))
