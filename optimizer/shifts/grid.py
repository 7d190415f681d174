"""What every model of one problem shares: each shift of each day as an option with its span, and past shifts."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from roster.clock import midnight
from roster.load.planned import Exposure
from roster.problem import PlannedAgent, Problem


@dataclass(frozen=True, slots=True)
class Option:
    """A shift on a day, with its UTC span and the quarter-hours of the horizon that it covers."""

    day: int
    shift: str
    begin: datetime
    end: datetime
    paid_minutes: int
    quarters: range


class Grid:
    """What every model of one problem shares: options with their spans, exposure, past shifts."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.exposure = Exposure(problem)
        self.quarters = sum(problem.quarters)
        self._known: dict[tuple[int, str], Option] = {}
        self.days: tuple[tuple[Option, ...], ...] = tuple(
            tuple(self.option(day, shift.id) for shift in problem.shifts) for day in range(problem.days)
        )
        self.options: tuple[Option, ...] = tuple(option for day in self.days for option in day)
        self.number: dict[tuple[int, str], int] = {
            (option.day, option.shift): number for number, option in enumerate(self.options)
        }
        """Where a day's shift is among the options."""

    def option(self, day: int, shift: str) -> Option:
        """`shift` on `day`; negative days are before the horizon."""
        key = (day, shift)
        if key not in self._known:
            begin, end = self.problem.span(day, shift)
            covered = self.problem.covered(day, shift)
            inside = range(max(0, covered.start), max(0, min(self.quarters, covered.stop)))
            self._known[key] = Option(day, shift, begin, end, self.problem.shift_of[shift].paid_minutes, inside)
        return self._known[key]

    def minute(self, instant: datetime) -> int:
        """`instant` as real minutes from the horizon's begin."""
        return int((instant - self.problem.horizon[0]).total_seconds() // 60)

    @cached_property
    def midnights(self) -> tuple[int, ...]:
        """When each day begins, in real minutes from the horizon's begin; the last is the horizon's end."""
        problem = self.problem
        return tuple(self.minute(midnight(problem.date_of(day), problem.zone)) for day in range(problem.days + 1))

    @cached_property
    def spans(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """By day the begin and end of each of its options, in real minutes from that day's midnight."""
        return tuple(
            tuple((self.minute(option.begin) - begins, self.minute(option.end) - begins) for option in options)
            for options, begins in zip(self.days, self.midnights, strict=False)
        )

    def length(self, day: int) -> int:
        """How many real minutes `day` has."""
        return self.midnights[day + 1] - self.midnights[day]

    def published(self, agent: PlannedAgent) -> frozenset[Option]:
        """The shifts that `agent` has been told."""
        return self._published.get(agent.id, frozenset())

    @cached_property
    def _published(self) -> dict[str, frozenset[Option]]:
        told: dict[str, set[Option]] = defaultdict(set)
        for line in self.problem.published:
            told[line.agent].add(self.option(line.day, line.shift))
        return {agent: frozenset(options) for agent, options in told.items()}

    def past(self, agent: PlannedAgent) -> list[Option]:
        """The shifts `agent` worked before the horizon."""
        return [self.option(one.day, one.shift) for one in agent.history]

    def given(self, agent: PlannedAgent) -> list[Option]:
        """What is on `agent`'s row whatever is decided: the past, and for another team's people their pins."""
        pinned = [self.option(pin.day, pin.shift) for pin in agent.pins if pin.shift is not None] if agent.fixed else []
        return [*self.past(agent), *pinned]
