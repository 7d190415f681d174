"""What each hard rule demands of whom and when, in words, and what giving one demand up is worth.

`DEMANDS` has a line for every rule that can be hard. A demand is a phrase that fits into "Give up ..." and into
"These can't all be kept: ...".
"""

from collections.abc import Callable
from dataclasses import dataclass

from optimizer.shifts.model.roster_model import Requirement
from optimizer.shifts.rules import contract_minutes, period_minutes
from roster.problem import PlannedAgent, Problem
from roster.rules.wording import day_text, duration, person, shift_name, week_text

Words = Callable[[Problem, Requirement], str]


@dataclass(frozen=True, slots=True)
class Demand:
    """How a demand is worded, and the price of giving it up: wishes and pins first, agreements next, the law last."""

    price: int
    words: Words


def words(problem: Problem, requirement: Requirement) -> str:
    """What `requirement` demands: `Ana's time off on Monday 23 November`."""
    return DEMANDS[requirement.rule].words(problem, requirement)


def price(requirement: Requirement) -> int:
    """What giving `requirement` up costs."""
    return DEMANDS[requirement.rule].price


def _of(requirement: Requirement, problem: Problem) -> PlannedAgent:
    return problem.agent_of[requirement.agent]


def _dated(what: Callable[[Problem, PlannedAgent], str], before_day: str) -> Words:
    """`Ana's <what> <before_day> Monday 23 November`."""

    def told(problem: Problem, one: Requirement) -> str:
        agent = _of(one, problem)
        return f"{person(agent)}'s {what(problem, agent)} {before_day} {day_text(problem, one.day)}"

    return told


def _plain(what: str, before_day: str = "on") -> Words:
    return _dated(lambda problem, agent: what, before_day)


def _weekly_rest(problem: Problem, one: Requirement) -> str:
    rest = duration(problem.rules.weekly_rest.minutes)
    return f"{person(_of(one, problem))}'s {rest} of rest in a row in {week_text(problem, one.day, 7)}"


def _longest_run(problem: Problem, agent: PlannedAgent) -> str:
    most = min(problem.rules.consecutive_days.maximum, agent.contract.max_consecutive_days)
    return f"limit of {most} working days in a row"


def _shortest_run(problem: Problem, agent: PlannedAgent) -> str:
    least = max(problem.rules.min_consecutive_days.minimum, agent.contract.min_consecutive_days)
    return f"at least {least} working days in a row"


def _shortest_free_run(problem: Problem, agent: PlannedAgent) -> str:
    return f"at least {max(problem.rules.min_days_off.minimum, agent.contract.min_days_off)} days off in a row"


def _nights(problem: Problem, one: Requirement) -> str:
    terms = problem.rules.night_limits
    whose = f"{person(_of(one, problem))}'s limit of"
    if one.detail == "length":
        return f"{whose} {duration(terms.shift_minutes)} for a night shift on {day_text(problem, one.day)}"
    return f"{whose} {terms.maximum} nights in {terms.days} days up to {day_text(problem, one.day)}"


def _week_minutes(problem: Problem, one: Requirement) -> str:
    agent = _of(one, problem)
    week = range(one.day, min(one.day + 7, problem.days))
    least, most = contract_minutes.limits(problem, agent, week)
    limit = f"least of {duration(least)}" if one.detail == "least" else f"most of {duration(most)}"
    return f"{person(agent)}'s {limit} in {week_text(problem, one.day, len(week))}"


def _period_minutes(problem: Problem, one: Requirement) -> str:
    agent = _of(one, problem)
    least, most = period_minutes.limits(agent, period_minutes.paid_of(problem), problem.days)
    limit = f"least of {duration(least)}" if one.detail == "least" else f"most of {duration(most or 0)}"
    return f"{person(agent)}'s {limit} in the whole roster"


def _shift_counts(problem: Problem, one: Requirement) -> str:
    agent = _of(one, problem)
    side, _, shift = one.detail.partition(" ")
    limit = next(line for line in agent.shift_limits if line.shift == shift)
    count = limit.least if side == "least" else limit.most
    return f"{person(agent)}'s {side} of {count} times {shift_name(problem, shift)}"


def _weekends(problem: Problem, one: Requirement) -> str:
    agent = _of(one, problem)
    own = agent.contract.max_weekends
    most = problem.rules.weekends.maximum if own is None else min(own, problem.rules.weekends.maximum)
    return f"{person(agent)}'s limit of {most} weekends worked"


def _pin(problem: Problem, one: Requirement) -> str:
    agent = _of(one, problem)
    pin = next(line for line in agent.pins if line.day == one.day)
    what = "pinned free day" if pin.shift is None else f"pin of {shift_name(problem, pin.shift)}"
    return f"{person(agent)}'s {what} on {day_text(problem, one.day)}"


def _heavy_budget(problem: Problem, agent: PlannedAgent) -> str:
    terms = problem.rules.heavy_shift_budget
    return f"limit of {terms.maximum} heavy shifts in {terms.days} days"


def _role(problem: Problem, one: Requirement) -> str:
    lines = [line for line in problem.role_demand if (line.role or "") == one.detail and line.day in (None, one.day)]
    count = max((line.required for line in lines), default=1)
    who = f"with the role {one.detail}" if one.detail else "person" if count == 1 else "people"
    return f"at least {count} {who} on shift on {day_text(problem, one.day)}"


def _pair(between: str) -> Words:
    def told(problem: Problem, one: Requirement) -> str:
        first, second = _of(one, problem), problem.agent_of.get(one.detail)
        whom = one.detail if second is None else person(second)
        return f"{person(first)} {between} {whom} on {day_text(problem, one.day)}"

    return told


DEMANDS: dict[str, Demand] = {
    "one_shift_a_day": Demand(40, _plain("one shift a day")),
    "daily_rest": Demand(
        12, _dated(lambda problem, _: f"{duration(problem.rules.daily_rest.minutes)} of rest", "before the shift on")
    ),
    "forbidden_successions": Demand(8, _plain("forbidden succession of shifts")),
    "weekly_rest": Demand(12, _weekly_rest),
    "consecutive_days": Demand(10, _dated(_longest_run, "up to")),
    "min_consecutive_days": Demand(2, _dated(_shortest_run, "from")),
    "min_days_off": Demand(3, _dated(_shortest_free_run, "from")),
    "max_days_off": Demand(
        2, _dated(lambda problem, _: f"limit of {problem.rules.max_days_off.maximum} days off in a row", "up to")
    ),
    "consecutive_nights": Demand(9, _plain("number of nights in a row", "around")),
    "night_limits": Demand(10, _nights),
    "rest_after_nights": Demand(
        10,
        _dated(
            lambda problem, _: f"{duration(problem.rules.rest_after_nights.minutes)} of rest after nights",
            "before the shift on",
        ),
    ),
    "contract_minutes": Demand(2, _week_minutes),
    "period_minutes": Demand(3, _period_minutes),
    "average_minutes": Demand(
        12,
        _dated(
            lambda problem, _: f"average of at most {duration(problem.rules.average_minutes.week_minutes)} a week",
            "up to the week of",
        ),
    ),
    "shift_counts": Demand(2, _shift_counts),
    "weekends": Demand(5, _weekends),
    "complete_weekends": Demand(2, _plain("weekend, worked or free as a whole,")),
    "availability": Demand(5, _plain("windows of availability")),
    "time_off": Demand(7, _plain("time off")),
    "fixed_days_off": Demand(6, _plain("agreed day off")),
    "pins": Demand(4, _pin),
    "heavy_shift_budget": Demand(8, _dated(_heavy_budget, "up to")),
    "heavy_successions": Demand(8, _plain("rule of no two heavy shifts in a row")),
    "recovery_day": Demand(8, _plain("recovery day", "around")),
    "role_cover": Demand(6, _role),
    "keep_together": Demand(3, _pair("together with")),
    "keep_apart": Demand(6, _pair("apart from")),
}
