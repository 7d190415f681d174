"""What the posted rules say of a roster: whether they allow it, and what it costs."""

from collections.abc import Collection

from ortools.sat.python import cp_model

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.postings import post_rules
from optimizer.shifts.model.roster_model import RosterModel
from roster.problem import Assigned, Problem
from roster.rules.registry import RULES


def posted(problem: Problem, without: Collection[str] = (), *, elastic: bool = False) -> RosterModel:
    """The model of a problem with its rules posted."""
    model = RosterModel(Grid(problem), elastic=elastic)
    post_rules(model, without=without)
    return model


def solved(model: RosterModel) -> tuple[bool, int | None, cp_model.CpSolver]:
    """Solve to the proof: whether there is a roster, and the least cost. Fails where the limit comes first."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = 20
    status = solver.solve(model.model)
    assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE), solver.status_name(status)
    found = status == cp_model.OPTIMAL
    return found, round(solver.objective_value) if found else None, solver


def accepts(problem: Problem, lines: tuple[Assigned, ...], without: Collection[str] = ()) -> bool:
    """Whether the posted rules allow exactly this roster."""
    model = posted(problem, without)
    model.fix(lines)
    return solved(model)[0]


class _Every(cp_model.CpSolverSolutionCallback):
    def __init__(self, model: RosterModel) -> None:
        super().__init__()
        self._model = model
        self.found: set[frozenset[Assigned]] = set()

    def on_solution_callback(self) -> None:
        self.found.add(frozenset(self._model.extract(self.boolean_value)))


def allowed_by(problem: Problem) -> set[frozenset[Assigned]]:
    """Every roster that the posted hard rules allow."""
    model = posted(problem, without={rule.key for rule in RULES if not rule.is_hard(problem)})
    every = _Every(model)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.enumerate_all_solutions = True
    assert solver.solve(model.model, every) in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    return every.found


def cost_of(problem: Problem, lines: tuple[Assigned, ...], without: Collection[str] = ()) -> int | None:
    """What the posted rules say that exactly this roster costs; None where they forbid it."""
    model = posted(problem, without)
    model.minimise_costs()
    model.fix(lines)
    return solved(model)[1]
