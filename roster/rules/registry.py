"""The registry of roster rules: policy key, scope, checker and docs heading of each, and the judge that runs them all.

The solver's half is `optimizer/shifts/rules/<key>.py`, tied to the same keys by `optimizer.shifts.model.postings`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from roster.problem import Assigned, Problem
from roster.rules import (
    availability,
    average_minutes,
    complete_weekends,
    consecutive_days,
    consecutive_nights,
    contract_minutes,
    cover,
    cover_by_shift,
    daily_rest,
    exposure_balance,
    fairness,
    fixed_days_off,
    forbidden_successions,
    heavy_shift_budget,
    heavy_successions,
    keep_apart,
    keep_together,
    max_days_off,
    min_consecutive_days,
    min_days_off,
    night_limits,
    notice,
    one_shift_a_day,
    period_minutes,
    pins,
    preferences,
    recovery_day,
    rest_after_nights,
    role_cover,
    shift_counts,
    stability,
    time_off,
    weekends,
    weekly_rest,
)
from roster.rules.finding import Finding
from roster.rules.rows import Rows


class Scope(StrEnum):
    """Whom a rule ties: one person's row (it can live inside a generated column), or several people."""

    PERSONAL = "personal"
    TEAM = "team"


class Kind(StrEnum):
    """What a policy may make of a rule."""

    HARD = "hard"
    SOFT = "soft"


HARD = frozenset({Kind.HARD})
SOFT = frozenset({Kind.SOFT})
EITHER = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `key` is its table in the policy and its file name on both floors."""

    key: str
    scope: Scope
    kinds: frozenset[Kind]
    heading: str
    check: Callable[[Rows], Iterable[Finding]]

    def is_hard(self, problem: Problem) -> bool:
        """Whether the problem makes a breach forbidden; otherwise it costs."""
        mode: str = getattr(problem.rules, self.key).mode
        return mode == "hard" or (mode == "off" and Kind.SOFT not in self.kinds)

    def applies(self, problem: Problem) -> bool:
        """Whether the problem switches it on. `fixed` people's pins and people's absences are kept in any case."""
        mode: str = getattr(problem.rules, self.key).mode
        return (
            mode != "off"
            or (self.key == "pins" and any(agent.fixed for agent in problem.agents))
            or (self.key == "time_off" and any(agent.absences for agent in problem.agents))
        )


RULES: tuple[Rule, ...] = (
    Rule("one_shift_a_day", Scope.PERSONAL, HARD, "One shift a day", one_shift_a_day.check),
    Rule("daily_rest", Scope.PERSONAL, HARD, "Daily rest", daily_rest.check),
    Rule("forbidden_successions", Scope.PERSONAL, HARD, "Forbidden successions", forbidden_successions.check),
    Rule("weekly_rest", Scope.PERSONAL, HARD, "Weekly rest", weekly_rest.check),
    Rule("consecutive_days", Scope.PERSONAL, HARD, "Consecutive days", consecutive_days.check),
    Rule("min_consecutive_days", Scope.PERSONAL, EITHER, "Fewest consecutive days", min_consecutive_days.check),
    Rule("min_days_off", Scope.PERSONAL, EITHER, "Fewest days off", min_days_off.check),
    Rule("max_days_off", Scope.PERSONAL, EITHER, "Most days off", max_days_off.check),
    Rule("consecutive_nights", Scope.PERSONAL, EITHER, "Consecutive nights", consecutive_nights.check),
    Rule("night_limits", Scope.PERSONAL, EITHER, "Night limits", night_limits.check),
    Rule("rest_after_nights", Scope.PERSONAL, EITHER, "Rest after nights", rest_after_nights.check),
    Rule("contract_minutes", Scope.PERSONAL, HARD, "Contract minutes", contract_minutes.check),
    Rule("period_minutes", Scope.PERSONAL, HARD, "Period minutes", period_minutes.check),
    Rule("average_minutes", Scope.PERSONAL, HARD, "Average minutes", average_minutes.check),
    Rule("shift_counts", Scope.PERSONAL, EITHER, "Shift counts", shift_counts.check),
    Rule("weekends", Scope.PERSONAL, EITHER, "Weekends", weekends.check),
    Rule("complete_weekends", Scope.PERSONAL, EITHER, "Complete weekends", complete_weekends.check),
    Rule("availability", Scope.PERSONAL, HARD, "Availability", availability.check),
    Rule("time_off", Scope.PERSONAL, HARD, "Time off", time_off.check),
    Rule("fixed_days_off", Scope.PERSONAL, HARD, "Fixed days off", fixed_days_off.check),
    Rule("pins", Scope.PERSONAL, HARD, "Pins", pins.check),
    Rule("preferences", Scope.PERSONAL, SOFT, "Preferences", preferences.check),
    Rule("heavy_shift_budget", Scope.PERSONAL, EITHER, "Heavy shift budget", heavy_shift_budget.check),
    Rule("heavy_successions", Scope.PERSONAL, EITHER, "Heavy successions", heavy_successions.check),
    Rule("recovery_day", Scope.PERSONAL, EITHER, "Recovery day", recovery_day.check),
    Rule("exposure_balance", Scope.PERSONAL, SOFT, "Exposure balance", exposure_balance.check),
    Rule("fairness", Scope.PERSONAL, SOFT, "Fairness", fairness.check),
    Rule("cover", Scope.TEAM, SOFT, "Cover", cover.check),
    Rule("cover_by_shift", Scope.TEAM, SOFT, "Cover by shift", cover_by_shift.check),
    Rule("role_cover", Scope.TEAM, EITHER, "Role cover", role_cover.check),
    Rule("keep_together", Scope.TEAM, EITHER, "Keep together", keep_together.check),
    Rule("keep_apart", Scope.TEAM, EITHER, "Keep apart", keep_apart.check),
    Rule("stability", Scope.PERSONAL, SOFT, "Stability", stability.check),
    Rule("notice", Scope.PERSONAL, SOFT, "Notice", notice.check),
)


@dataclass(frozen=True)
class Verdict:
    """What the checkers say of one roster."""

    findings: tuple[Finding, ...]
    costs: dict[str, int]
    """Cost of each soft rule that is on, 0 included."""

    @cached_property
    def violations(self) -> tuple[Finding, ...]:
        """What must not be."""
        return tuple(finding for finding in self.findings if finding.hard)

    @property
    def cost(self) -> int:
        """The whole cost: what the solver minimises."""
        return sum(self.costs.values())


def judge(problem: Problem, assignments: Iterable[Assigned]) -> Verdict:
    """Run every rule that is on over a roster; raises `RosterError` where it names what the problem lacks.

    Rules about one person count what they miss by an absence as worked; rules about the team don't.
    """
    rows = Rows(problem, assignments)
    counted = rows.counted()
    findings: list[Finding] = []
    costs: dict[str, int] = {}
    for rule in RULES:
        if not rule.applies(problem):
            continue
        found = list(rule.check(counted if rule.scope is Scope.PERSONAL else rows))
        findings.extend(found)
        if not rule.is_hard(problem):
            costs[rule.key] = sum(finding.cost for finding in found)
    return Verdict(tuple(findings), costs)
