"""Which requirements clash together: a set that can't all be kept, made smaller one by one, and proved at the end.

No assumptions and no cores: in OR-Tools 9.15 a core is minimal only without an objective, and with presolve on it may
name a literal that is no assumption (its tracker, 5141). Instead each requirement is left out in turn, and stays out
where the rest can't be kept without it either. The set that is left is proved once more without presolve, which in
9.15 has called a feasible model infeasible (its tracker, 5274).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from optimizer.cp_sat import new_solver
from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.reasons.demands import price

SOLVE_LIMIT = 10.0
"""Deterministic units for one question."""

WHOLE_LIMIT = 40.0
"""Deterministic units for all questions about one set; past them it stays as small as it is."""


def quiet_solver(*, limit: float = SOLVE_LIMIT, presolve: bool = True) -> cp_model.CpSolver:
    """One worker, by a deterministic limit: the same answer every time."""
    solver = new_solver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = limit
    solver.parameters.cp_model_presolve = presolve
    return solver


@dataclass(frozen=True, slots=True)
class ConflictSet:
    """Requirements that can't all be kept. `minimal`: without any one of them the others can."""

    requirements: tuple[Requirement, ...]
    minimal: bool


def conflict_set(roster: RosterModel, kept: Iterable[Requirement]) -> ConflictSet | None:
    """The smallest set found among `kept`, requirements of an elastic model; None where no clash is proved."""
    return _Filter(roster).run(sorted(kept, key=lambda one: (one.rule, one.agent, one.day, one.detail)))


class _Filter:
    def __init__(self, roster: RosterModel) -> None:
        self._roster = roster
        self._spent = 0.0
        self._minimal = True

    def run(self, kept: Sequence[Requirement]) -> ConflictSet | None:
        if not self._clash(kept):
            return None
        # Whole rules of a person first, the dearest first: what is said should be what is cheap to change.
        left = self._without(list(kept), lambda one: (one.rule, one.agent))
        left = self._without(left, lambda one: (one.rule, one.agent, one.day, one.detail))
        if not self._clash(left, presolve=False):
            return None
        return ConflictSet(tuple(left), self._minimal)

    def _without(
        self, kept: list[Requirement], group_of: Callable[[Requirement], tuple[str | int, ...]]
    ) -> list[Requirement]:
        groups: defaultdict[tuple[str | int, ...], list[Requirement]] = defaultdict(list)
        for one in kept:
            groups[group_of(one)].append(one)
        for key in sorted(groups, key=lambda key: (-price(groups[key][0]), key)):
            if self._spent > WHOLE_LIMIT:
                self._minimal = False
                break
            group = set(groups[key])
            fewer = [one for one in kept if one not in group]
            if self._clash(fewer):
                kept = fewer
        return kept

    def _clash(self, kept: Sequence[Requirement], *, presolve: bool = True) -> bool:
        """Whether `kept` is proved impossible; a question that stays open counts as no."""
        model = self._roster.model.clone()
        model.clear_objective()  # type: ignore[no-untyped-call]  # OR-Tools leaves it untyped
        held = set(kept)
        for one, slack in self._roster.slacks.items():
            literal = model.get_bool_var_from_proto_index(slack.index)
            model.add(literal == (0 if one in held else 1))
        solver = quiet_solver(presolve=presolve)
        status = solver.solve(model)
        self._spent += solver.response_proto.deterministic_time
        if status == cp_model.UNKNOWN:
            self._minimal = False
        return bool(status == cp_model.INFEASIBLE)
