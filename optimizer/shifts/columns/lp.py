"""A linear program that grows: columns and rows are added, it is solved again, prices are read.

GLOP behind OR-Tools' older interface: the newer one (MathOpt) takes three times as long for programs of this size, as
it reads every value of every solution through Python.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

Floats = NDArray[np.float64]

GLOP_PARAMETERS = "use_preprocessing: false"
"""Presolve would begin from scratch each time; without it the last basis is gone on from."""

OTHER_WAYS = ("use_preprocessing: true", "use_dual_simplex: true")
"""For programs on which GLOP ends in trouble."""


class LpFailed(Exception):
    """The program could not be solved, warm or cold."""


@dataclass(slots=True)
class _Column:
    cost: float
    least: float
    most: float
    entries: list[tuple[int, float]] = field(default_factory=list)


class Lp:
    """Minimise; columns and rows are known by their numbers, in the order in which they were added."""

    def __init__(self) -> None:
        self._columns: list[_Column] = []
        self._rows: list[tuple[float, float]] = []
        self._begin()

    def _begin(self) -> None:
        """A solver that knows all that was added so far."""
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._solver.SetSolverSpecificParametersAsString(GLOP_PARAMETERS)
        self._solver.SuppressOutput()
        self._objective = self._solver.Objective()
        self._objective.SetMinimization()
        self._infinity = self._solver.infinity()
        self._theirs = [self._variable(column) for column in self._columns]
        self._constraints = [self._solver.Constraint(least, most) for least, most in self._rows]
        for theirs, column in zip(self._theirs, self._columns, strict=True):
            for row, value in column.entries:
                self._constraints[row].SetCoefficient(theirs, value)

    def _variable(self, column: _Column) -> pywraplp.Variable:
        theirs = self._solver.NumVar(column.least, min(column.most, self._infinity), "")
        if column.cost:
            self._objective.SetCoefficient(theirs, column.cost)
        return theirs

    def add_column(self, cost: float) -> int:
        """A variable from 0 up."""
        column = _Column(cost, 0.0, float("inf"))
        self._columns.append(column)
        self._theirs.append(self._variable(column))
        return len(self._columns) - 1

    def add_row(self, least: float, most: float = float("inf")) -> int:
        """A constraint `least` <= sum <= `most`."""
        self._rows.append((least, most))
        self._constraints.append(self._solver.Constraint(least, min(most, self._infinity)))
        return len(self._rows) - 1

    def put(self, row: int, column: int, value: float) -> None:
        """The coefficient of a column in a row, where it has none yet."""
        self._columns[column].entries.append((row, value))
        self._constraints[row].SetCoefficient(self._theirs[column], value)

    def fix(self, column: int) -> None:
        """At least 1 from now on."""
        self._columns[column].least = 1.0
        self._theirs[column].SetLb(1.0)

    def solve(self) -> float:
        """The least cost; raises `LpFailed`. A basis gone bad is thrown away once."""
        status = self._solver.Solve()
        for parameters in (GLOP_PARAMETERS, *OTHER_WAYS):
            if status == pywraplp.Solver.OPTIMAL:
                break
            self._begin()
            self._solver.SetSolverSpecificParametersAsString(parameters)
            status = self._solver.Solve()
        if status != pywraplp.Solver.OPTIMAL:
            raise LpFailed
        return float(self._objective.Value())

    def values(self, columns: Sequence[int]) -> Floats:
        """The values of some columns in the last solution."""
        return np.array([self._theirs[column].solution_value() for column in columns], float)

    def duals(self) -> Floats:
        """The price of each row in the last solution."""
        return np.array([constraint.dual_value() for constraint in self._constraints], float)

    def reduced(self, columns: Sequence[int]) -> Floats:
        """The reduced costs of some columns in the last solution."""
        return np.array([self._theirs[column].reduced_cost() for column in columns], float)
