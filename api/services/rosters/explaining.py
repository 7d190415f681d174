"""Why a roster costs what it costs: by rule, by person, by day, every finding a sentence."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from api.context import Context
from api.services.rosters.change_views import DayCost, ExplanationView, PersonCost, RuleShare
from api.services.rosters.grid import finding_view, told
from api.services.rosters.looked_at import look_at, rule_costs
from roster.rules.finding import Finding
from roster.rules.registry import RULES
from roster.rules.wording import person
from roster.store.engine import reading

MAX_FINDINGS = 20
"""So many findings of a person or day are told, the dearest of them."""


def explanation(context: Context, roster_id: int) -> ExplanationView:
    """The cost of a roster taken apart. Planned exposure is a property of the roster; nothing experienced enters."""
    with reading(context.engine) as session:
        here = look_at(context, session, roster_id)
    problem, verdict = here.problem, here.live.verdict
    by_rule: defaultdict[str, list[Finding]] = defaultdict(list)
    by_person: defaultdict[str, list[Finding]] = defaultdict(list)
    by_day: defaultdict[int, list[Finding]] = defaultdict(list)
    for one in verdict.findings:
        by_rule[one.rule].append(one)
        if one.agent is not None:
            by_person[one.agent].append(one)
        if one.day is not None and 0 <= one.day < problem.days:
            by_day[one.day].append(one)
    people = [
        PersonCost(
            code,
            person(problem.agent_of[code]),
            _cost(found),
            rule_costs(_costs(found)),
            told(problem, found, MAX_FINDINGS),
        )
        for code, found in by_person.items()
    ]
    return ExplanationView(
        roster_id=roster_id,
        version=here.roster.version,
        cost=verdict.cost,
        violations=tuple(finding_view(one) for one in verdict.violations),
        rules=tuple(
            RuleShare(
                rule=rule.key,
                heading=rule.heading,
                cost=verdict.costs.get(rule.key, 0),
                findings=len(by_rule[rule.key]),
                violations=sum(one.hard for one in by_rule[rule.key]),
            )
            for rule in RULES
            if rule.applies(problem)
        ),
        people=tuple(sorted(people, key=lambda one: (one.name, one.agent))),
        days=tuple(
            DayCost(
                problem.date_of(day),
                _cost(by_day[day]),
                rule_costs(_costs(by_day[day])),
                told(problem, by_day[day], MAX_FINDINGS),
            )
            for day in range(problem.days)
        ),
    )


def _cost(findings: Iterable[Finding]) -> int:
    return sum(one.cost for one in findings)


def _costs(findings: Iterable[Finding]) -> Counter[str]:
    costs: Counter[str] = Counter()
    for one in findings:
        costs[one.rule] += one.cost
    return costs
