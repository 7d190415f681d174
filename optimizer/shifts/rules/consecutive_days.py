"""Posts consecutive days: of each run of maximum + 1 days, one is free; the past counts."""

from optimizer.shifts.variables import Linear, Requirement, RosterModel
from roster.problem import PlannedAgent

KEY = "consecutive_days"


def post(roster: RosterModel) -> None:
    """A sliding window over the horizon and the days before it."""
    for agent in roster.people:
        longest = min(roster.problem.rules.consecutive_days.maximum, agent.contract.max_consecutive_days)
        past = {one.day for one in agent.history}
        busy = [_busy(roster, agent, day) for day in range(roster.problem.days)]
        for last in range(roster.problem.days):
            first = last - longest
            before = sum(1 for day in range(first, 0) if day in past)
            window = busy[max(0, first) : last + 1]
            if len(window) + before > longest:
                requirement = Requirement(KEY, agent.id, last)
                roster.require(requirement, roster.model.add(sum(window) <= longest - before))


def _busy(roster: RosterModel, agent: PlannedAgent, day: int) -> Linear:
    """1 where a shift begins on `day`."""
    begins = roster.shifts_on(agent, day)
    if roster.problem.rules.one_shift_a_day.mode == "hard" and not roster.elastic:
        return sum(begins)
    busy = roster.model.new_bool_var(f"busy {agent.id}/{day}")
    roster.model.add_max_equality(busy, begins)
    return busy
