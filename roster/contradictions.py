"""Terms that contradict each other by themselves, whatever is asked: told before anything is planned.

Only hard rules are held to each other. Some of these terms still have a roster, of somebody who hardly works; nobody
means that. What only shifts, pins or leave make impossible is explained by the solver instead.
"""

from collections.abc import Iterator

from roster.problem import PlannedAgent, Problem, ProblemError
from roster.rules.contract_minutes import week_limits
from roster.rules.period_minutes import period_limits


def refuse_contradictions(problem: Problem) -> None:
    """Raise `ProblemError`, a line for each contradiction with both values."""
    found = contradictions(problem)
    if found:
        raise ProblemError("\n".join(found))


def contradictions(problem: Problem) -> tuple[str, ...]:
    """A line for each pair of terms that can't both be meant."""
    found = [*_of_rules(problem)]
    for agent in problem.agents:
        if not agent.fixed:
            found += [f"agent {agent.id!r}: {line}" for line in _of_person(problem, agent)]
    return tuple(found)


def _of_rules(problem: Problem) -> Iterator[str]:
    rules = problem.rules
    if _hard(problem, "min_consecutive_days", "consecutive_days"):
        least, most = rules.min_consecutive_days.minimum, rules.consecutive_days.maximum
        yield from _unordered("rules.min_consecutive_days.minimum", least, "rules.consecutive_days.maximum", most)
    if _hard(problem, "min_days_off", "max_days_off"):
        least, most = rules.min_days_off.minimum, rules.max_days_off.maximum
        yield from _unordered("rules.min_days_off.minimum", least, "rules.max_days_off.maximum", most)
    nights = rules.consecutive_nights.minimum
    if _hard(problem, "consecutive_nights", "consecutive_days"):
        most = rules.consecutive_days.maximum
        yield from _unordered("rules.consecutive_nights.minimum", nights, "rules.consecutive_days.maximum", most)
    limits = rules.night_limits
    if _hard(problem, "consecutive_nights", "night_limits") and limits.maximum and nights <= limits.days:
        yield from _unordered("rules.consecutive_nights.minimum", nights, "rules.night_limits.maximum", limits.maximum)


def _of_person(problem: Problem, agent: PlannedAgent) -> Iterator[str]:
    rules, contract = problem.rules, agent.contract
    if _hard(problem, "min_consecutive_days", "consecutive_days"):
        minimum, maximum = rules.min_consecutive_days.minimum, rules.consecutive_days.maximum
        if minimum <= maximum < contract.min_consecutive_days:
            yield from _unordered(
                "min_consecutive_days", contract.min_consecutive_days, "rules.consecutive_days.maximum", maximum
            )
        elif contract.max_consecutive_days < minimum <= maximum:
            yield from _unordered(
                "rules.min_consecutive_days.minimum", minimum, "max_consecutive_days", contract.max_consecutive_days
            )
    if _hard(problem, "min_days_off", "max_days_off") and rules.min_days_off.minimum <= rules.max_days_off.maximum:
        most = rules.max_days_off.maximum
        yield from _unordered("min_days_off", contract.min_days_off, "rules.max_days_off.maximum", most)
    if _hard(problem, "contract_minutes", "period_minutes"):
        yield from _of_minutes(problem, agent)
    asked = sum(limit.least for limit in agent.shift_limits)
    if _hard(problem, "one_shift_a_day", "shift_counts") and asked > problem.days:
        yield (
            f"shift_limits ask for {asked} shifts, one a day at most, in {problem.days} days:"
            f" expected at most {problem.days}"
        )


def _of_minutes(problem: Problem, agent: PlannedAgent) -> Iterator[str]:
    contract, days = agent.contract, problem.days
    weeks = [week_limits(problem, agent, first, min(7, days - first)) for first in range(0, days, 7)]
    least, most = period_limits(problem, agent)
    in_weeks = sum(week_most for _, week_most in weeks)
    if least > in_weeks:
        yield (
            f"min_period_minutes {contract.min_period_minutes} ask for {least} in {days} days, but max_week_minutes"
            f" {contract.max_week_minutes} allow {in_weeks}: expected no more than that"
        )
    in_weeks = sum(week_least for week_least, _ in weeks)
    if most is not None and most < in_weeks:
        yield (
            f"max_period_minutes {contract.max_period_minutes} allow {most} in {days} days, but min_week_minutes"
            f" {contract.min_week_minutes} ask for {in_weeks}: expected no less than that"
        )


def _unordered(least_name: str, least: int, most_name: str, most: int) -> Iterator[str]:
    if least > most:
        yield f"{least_name} {least} is above {most_name} {most}: expected at most {most}"


def _hard(problem: Problem, *keys: str) -> bool:
    return all(getattr(problem.rules, key).mode == "hard" for key in keys)
