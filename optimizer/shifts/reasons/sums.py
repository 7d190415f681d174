"""Minutes that no shifts add up to, whatever else is asked: said by arithmetic, before any set of rules is blamed."""

from optimizer.shifts.rules.common.sums import nearest_above, nearest_below
from optimizer.shifts.rules.contract_minutes import limits as week_limits
from optimizer.shifts.rules.period_minutes import limits as period_limits
from optimizer.shifts.rules.period_minutes import paid_of
from roster.problem import PlannedAgent, Problem
from roster.rules.wording import count, duration, person, week_text


def week_without_sum(problem: Problem, agent: PlannedAgent, first: int) -> str | None:
    """Why no shifts make the minutes of the week from day `first`; None where some do."""
    week = range(first, min(first + 7, problem.days))
    least, most = week_limits(problem, agent, week)
    return _without_sum(problem, agent, week, week_text(problem, first, len(week)), least, most)


def period_without_sum(problem: Problem, agent: PlannedAgent) -> str | None:
    """Why no shifts make the minutes of the whole roster; None where some do."""
    least, most = period_limits(agent, paid_of(problem), problem.days)
    return _without_sum(problem, agent, range(problem.days), "the whole roster", least, most)


def _without_sum(
    problem: Problem, agent: PlannedAgent, days: range, where: str, least: int, most: int | None
) -> str | None:
    if problem.rules.one_shift_a_day.mode == "off":
        return None
    off = set(agent.time_off) & set(days) if problem.rules.time_off.mode != "off" else set()
    left, paid = len(days) - len(off), paid_of(problem)
    above = nearest_above(paid, left, least)
    if above is not None and (most is None or above <= most):
        return None
    asked = f"exactly {duration(least)}" if least == most else f"at least {duration(least)}"
    if least != most and most is not None:
        asked += f" and at most {duration(most)}"
    asked = f"{person(agent)}: the contract asks {asked} in {where}, but"
    below = nearest_below(paid, left, least)
    if above is None:
        return f"{asked} shifts on {count(left, 'day')} make {duration(below)} at most."
    return f"{asked} no shifts add up to that: {duration(below)} and {duration(above)} are nearest."
