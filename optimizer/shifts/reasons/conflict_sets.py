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

from optimizer.shifts.model.roster_model import Requirement, RosterModel
from optimizer.shifts.reasons.asking import Asking
from optimizer.shifts.reasons.demands import price

SOLVE_LIMIT = 10.0
"""Deterministic units for one question."""

WHOLE_LIMIT = 40.0
"""Deterministic units for all questions about one set; past them it stays as small as it is."""

SHRINK_SHARE = 0.5
"""Of the time that is left, for making one set smaller; the rest is for proving it, and for other sets."""


@dataclass(frozen=True, slots=True)
class ConflictSet:
    """Requirements that can't all be kept. `minimal`: without any one of them the others can."""

    requirements: tuple[Requirement, ...]
    minimal: bool


def conflict_set(roster: RosterModel, kept: Iterable[Requirement], asking: Asking | None = None) -> ConflictSet | None:
    """The smallest set found among `kept`, requirements of an elastic model; None where no clash is proved."""
    return _Filter(roster, asking or Asking()).run(
        sorted(kept, key=lambda one: (one.rule, one.agent, one.day, one.detail))
    )


class _Filter:
    def __init__(self, roster: RosterModel, asking: Asking) -> None:
        self._roster = roster
        self._asking = asking
        self._shrink_until = asking.seconds_left() * (1 - SHRINK_SHARE)
        self._limit = asking.spent + WHOLE_LIMIT
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
            if self._asking.spent > self._limit or self._asking.seconds_left() < self._shrink_until:
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
        status, _ = self._asking.solve(model, limit=SOLVE_LIMIT, presolve=presolve)
        if status == cp_model.UNKNOWN:
            self._minimal = False
        return status == cp_model.INFEASIBLE
