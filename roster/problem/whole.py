"""The problem as a whole, and what it computes of days, shifts and quarter-hours."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from roster.clock import QUARTER, ClockError, at_local, midnight, quarters_of, zone
from roster.problem.base import MAX_DAYS, Value
from roster.problem.coherence import faults
from roster.problem.lines import Assigned, Demand, Pair, RoleDemand, ShiftDemand
from roster.problem.people import PlannedAgent
from roster.problem.remembered import with_mean_shares
from roster.problem.terms import QueueTerms, ShiftOption
from roster.rules.parameters import Rules
from roster.rules.parameters.base import NightTerms


class Problem(Value):
    """Everything a roster is planned from."""

    format: Literal["breather-problem/1"] = "breather-problem/1"
    name: str = ""
    zone: str
    start: date
    days: int = Field(ge=1, le=MAX_DAYS)
    shifts: tuple[ShiftOption, ...] = Field(min_length=1)
    queues: tuple[QueueTerms, ...] = ()
    agents: tuple[PlannedAgent, ...] = Field(min_length=1)
    demand: tuple[Demand, ...] = ()
    shift_demand: tuple[ShiftDemand, ...] = ()
    role_demand: tuple[RoleDemand, ...] = ()
    together: tuple[Pair, ...] = ()
    apart: tuple[Pair, ...] = ()
    published: tuple[Assigned, ...] = Field(default=(), description="the roster that people have been told")
    today: date | None = Field(default=None, description="for notice; none = long before the first day")
    night: NightTerms = NightTerms()
    rules: Rules = Rules()

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        try:
            zone(self.zone)
        except ClockError as error:
            raise ValueError(str(error)) from error
        found = list(faults(self))
        if found:
            raise ValueError("\n".join(found))
        # Once and for all: parts of this problem, with fewer people, must count the same.
        self.__dict__["agents"] = with_mean_shares(self.agents)
        return self

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, with some fields changed; what was computed of the fields before is computed anew."""
        copy = super().model_copy(update=update, deep=deep)
        for name in set(copy.__dict__) - set(type(self).model_fields):
            del copy.__dict__[name]
        return copy

    @cached_property
    def quarters(self) -> tuple[int, ...]:
        """How many quarter-hours each day has."""
        return tuple(quarters_of(self.date_of(day), self.zone) for day in range(self.days))

    @cached_property
    def shift_of(self) -> dict[str, ShiftOption]:
        """Shift options by id."""
        return {shift.id: shift for shift in self.shifts}

    @cached_property
    def agent_of(self) -> dict[str, PlannedAgent]:
        """Agents by id."""
        return {agent.id: agent for agent in self.agents}

    @cached_property
    def queue_of(self) -> dict[str, QueueTerms]:
        """Queues by id."""
        return {queue.id: queue for queue in self.queues}

    def date_of(self, day: int) -> date:
        """The local date of `day` (negative: before the horizon)."""
        return self.start + timedelta(days=day)

    def span(self, day: int, shift: str) -> tuple[datetime, datetime]:
        """UTC begin and end of `shift` beginning on `day`; its length is elapsed time, whatever the clocks do."""
        option = self.shift_of[shift]
        begin = at_local(self.date_of(day), option.start_minute, self.zone)
        return begin, begin + timedelta(minutes=option.minutes)

    @cached_property
    def horizon(self) -> tuple[datetime, datetime]:
        """UTC begin of the first day and end of the last."""
        return midnight(self.start, self.zone), midnight(self.date_of(self.days), self.zone)

    def quarters_between(self, day: int, start_minute: int, end_minute: int) -> range:
        """Quarter-hours of the horizon that the local minutes of `day` touch; what lies past its end is left out."""
        first = (at_local(self.date_of(day), start_minute, self.zone) - self.horizon[0]) // QUARTER
        last = -((self.horizon[0] - at_local(self.date_of(day), end_minute, self.zone)) // QUARTER)
        return range(first, min(last, sum(self.quarters)))

    def covered(self, day: int, shift: str) -> range:
        """Quarter-hours from the horizon's begin that `shift` on `day` covers wholly or in part."""
        begin, end = self.span(day, shift)
        first = (begin - self.horizon[0]) // QUARTER
        last = -((self.horizon[0] - end) // QUARTER)
        return range(first, last)
