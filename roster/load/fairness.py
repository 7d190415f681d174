"""Fair shares of what is hard to work: the formula, and what counts as late.

Each kind (nights, weekend shifts, late finishes, wishes refused) costs a person its weight times the square of how
often they have had it, the months that are remembered included, over the size of their contract. For a given total the
sum of such squares is least where everybody's count is in proportion to their hours, and every step towards that pays:
also where the largest share of all is forced on somebody, which is where minimising the largest share says nothing.
"""

from dataclasses import dataclass

from roster.clock import at_local
from roster.problem import PlannedAgent, Problem
from roster.problem.remembered import FULL_WEEK_MINUTES, week_minutes
from roster.rules.nights import is_night


@dataclass(frozen=True, slots=True)
class Share:
    """What one person's count of one kind costs: convex, whole numbers, nothing for what was before the roster."""

    before: int
    week_minutes: int
    weight: int

    def of_next(self, count: int) -> int:
        """What one more costs after `count` in this roster: the difference of two squares, rounded down."""
        number = self.before + count + 1
        return self.weight * (2 * number - 1) * FULL_WEEK_MINUTES // self.week_minutes

    def cost(self, count: int) -> int:
        """What `count` in this roster cost on top of those before."""
        return sum(self.of_next(number) for number in range(count))


def shares(problem: Problem, agent: PlannedAgent) -> dict[str, Share]:
    """The share of each kind that has a weight: `nights`, `weekend_shifts`, `late_finishes`, `refused_wishes`."""
    terms, memory, size = problem.rules.fairness, agent.memory, week_minutes(agent)
    kinds = {
        "nights": Share(memory.nights, size, terms.nights_weight),
        "weekend_shifts": Share(memory.weekend_shifts, size, terms.weekends_weight),
        "late_finishes": Share(memory.late_finishes, size, terms.late_finishes_weight),
        "refused_wishes": Share(memory.refused_wishes, size, terms.refused_wishes_weight),
    }
    return {kind: share for kind, share in kinds.items() if share.weight}


def is_weekend(problem: Problem, day: int) -> bool:
    """Whether a shift that begins on `day` is a weekend shift: on a Saturday or a Sunday."""
    return problem.date_of(day).weekday() >= 5


def is_late(problem: Problem, day: int, shift: str) -> bool:
    """Whether `shift` on `day` ends at or after the late minute of that day; a night is a night and not late too."""
    end = problem.span(day, shift)[1]
    late = at_local(problem.date_of(day), problem.rules.fairness.late_minute, problem.zone)
    return end >= late and not is_night(problem, day, shift)


def kinds_of(problem: Problem, day: int, shift: str) -> frozenset[str]:
    """Which kinds `shift` on `day` counts for, whoever works it."""
    found = {
        "nights": is_night(problem, day, shift),
        "weekend_shifts": is_weekend(problem, day),
        "late_finishes": is_late(problem, day, shift),
    }
    return frozenset(kind for kind, counts in found.items() if counts)
