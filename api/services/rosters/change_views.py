"""What leads see when they think about a change: what arises and goes, who could step in, what a repair moves.

Planned exposure may show in a cost, for it is a property of the roster; what people experienced is no part of it.
"""

from dataclasses import dataclass
from datetime import date

from api.services.rosters.views import FindingView


@dataclass(frozen=True)
class MoveView:
    """One person's day that changes; empty = free."""

    agent: str
    name: str
    on_date: date
    before: tuple[str, ...]
    after: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class RuleCost:
    """A rule's cost, or by how much it changes."""

    rule: str
    heading: str
    cost: int


@dataclass(frozen=True)
class WhatIfView:
    """What a change would do. Nothing is stored."""

    roster_id: int
    version: int
    moves: tuple[MoveView, ...]
    new_violations: tuple[FindingView, ...]
    gone_violations: tuple[FindingView, ...]
    arises: tuple[FindingView, ...]
    """What would cost and does not now, by name and day; only the dearest where there are many."""
    goes: tuple[FindingView, ...]
    costs: tuple[RuleCost, ...]
    """By how much each rule would cost more (negative: less)."""
    cost_before: int
    cost_after: int
    pay_minutes: int
    """Predictability pay that it adds, in minutes of pay."""
    sentence: str


@dataclass(frozen=True)
class ReplacementView:
    """One way to have the shift worked. `cost` is against the roster in which nobody works it."""

    moves: tuple[MoveView, ...]
    cost: int
    costs: tuple[RuleCost, ...]
    inside_notice: int
    sentence: str


@dataclass(frozen=True)
class UnableView:
    """Somebody who can't take the shift; `rule` is the key of the rule, or `skills`."""

    agent: str
    name: str
    rule: str
    sentence: str


@dataclass(frozen=True)
class UnableGroup:
    """How many can't for the same rule."""

    rule: str
    heading: str
    people: tuple[UnableView, ...]


@dataclass(frozen=True)
class ReplacementsView:
    """Who can step in for somebody, best first, and who can't and why."""

    roster_id: int
    version: int
    agent: str
    name: str
    on_date: date
    shift: str
    shift_name: str
    absence: str
    """What it means that nobody works the shift."""
    able: tuple[ReplacementView, ...]
    unable: tuple[UnableGroup, ...]


@dataclass(frozen=True)
class PersonCost:
    """What the rules about one person say of their row."""

    agent: str
    name: str
    cost: int
    costs: tuple[RuleCost, ...]
    findings: tuple[FindingView, ...]


@dataclass(frozen=True)
class DayCost:
    """What is said of one day, of nobody in particular or of somebody."""

    on_date: date
    cost: int
    costs: tuple[RuleCost, ...]
    findings: tuple[FindingView, ...]


@dataclass(frozen=True)
class RuleShare:
    """One rule: its cost, how many findings that is, and how many must not be."""

    rule: str
    heading: str
    cost: int
    findings: int
    violations: int


@dataclass(frozen=True)
class ExplanationView:
    """The cost of a roster taken apart by rule, by person and by day; a finding may be in two of them."""

    roster_id: int
    version: int
    cost: int
    violations: tuple[FindingView, ...]
    rules: tuple[RuleShare, ...]
    people: tuple[PersonCost, ...]
    """Whose rows cost something, by name: people are not ranked."""
    days: tuple[DayCost, ...]


@dataclass(frozen=True)
class WhyView:
    """One shift against the best roster found without it."""

    roster_id: int
    version: int
    agent: str
    name: str
    on_date: date
    shift: str
    status: str
    """`optimal`: the best without it, among those that move only `people` in `days`; `feasible`: the search was cut;
    `infeasible`: none of those keeps the rules; `unknown`: cut before one was found."""
    cost_more: int | None
    """What the best found without it costs more than the roster as it is."""
    at_least: int | None
    """What any of them costs more, at least."""
    costs: tuple[RuleCost, ...]
    moves: tuple[MoveView, ...]
    people: tuple[str, ...]
    first_day: date
    last_day: date
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class ProofsView:
    """Of each aim of a repair, those before it being as good: none does better `everywhere`, or among those that change
    only the `window`, or among those of them that make no change but such as people's own rules allow `by_itself`; or
    that is not proved (`none`).
    """

    missing: str
    moves: str
    inside_notice: str
    cost: str


@dataclass(frozen=True)
class RepairView:
    """A repair as a draft to look at and publish.

    `status`: `optimal` (fewest moves, proved `everywhere` or of the `window`), `feasible` (not so), `infeasible`
    (proved that there is none), `unknown` (none found in time). `proof`: among which repairs none moves fewer days;
    `proofs` says so of each aim.
    """

    roster_id: int
    draft_id: int | None
    status: str
    proof: str
    proofs: ProofsView
    moves: tuple[MoveView, ...]
    least_moves: int
    inside_notice: int
    missing: int
    least_missing: int
    window: tuple[date, ...]
    costs: tuple[RuleCost, ...]
    pay_minutes: int
    violations: tuple[FindingView, ...]
    """What must be settled before it can be published."""
    sentences: tuple[str, ...]
