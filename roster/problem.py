"""A rostering problem as a value: plain, frozen, serialisable to documented JSON, no table and no session.

Days count from 0 at `start`; minutes are local wall-clock minutes after that day's midnight in `zone`; cover is
counted per quarter-hour of real time from a day's local midnight (96 a day, 92 or 100 where clocks change).
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from roster.clock import QUARTER, ClockError, at_local, midnight, quarters_of, zone
from roster.rules.parameters import Rules
from roster.rules.parameters.base import NightTerms

MAX_DAYS = 371
"""53 weeks: a year of whole weeks, whatever the calendar does."""

Id = Annotated[str, Field(min_length=1, max_length=120)]


class ProblemError(ValueError):
    """A problem file that can't be used; one line per fault: where, the value, what was expected."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ShiftOption(_Value):
    """A shift that may be worked on any day."""

    id: Id
    name: str = ""
    start_minute: int = Field(ge=0, lt=1440)
    minutes: int = Field(ge=15, le=1440, description="elapsed, meal included")
    paid_minutes: int = Field(ge=0, le=1440, description="what counts towards contract hours")
    not_followed_by: tuple[Id, ...] = Field(default=(), description="shifts that may not begin on the next day")


class QueueTerms(_Value):
    """A queue to be covered; its id is the skill it needs."""

    id: Id
    name: str = ""
    weight: int = Field(default=1, ge=1, le=100, description="multiplies the cost of under-cover")
    exposure_per_hour: float = Field(default=0.0, ge=0, description="difficulty points per agent-hour of work")


class ContractTerms(_Value):
    """Paid minutes per seven days from the problem's first day; a part week counts pro rata, rounded outward."""

    min_week_minutes: int = Field(default=0, ge=0, le=10080)
    max_week_minutes: int = Field(default=10080, ge=0, le=10080)
    max_consecutive_days: int = Field(default=14, ge=1, le=14)
    min_consecutive_days: int = Field(default=1, ge=1, le=14)
    min_days_off: int = Field(default=1, ge=1, le=14, description="days off in a row")
    min_period_minutes: int = Field(default=0, ge=0, description="paid, over the whole horizon")
    max_period_minutes: int | None = Field(default=None, ge=0, description="none = no limit")
    max_weekends: int | None = Field(default=None, ge=0, description="worked in the horizon; none = no limit")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max_consecutive_days < self.min_consecutive_days:
            raise ValueError(
                f"max_consecutive_days {self.max_consecutive_days} is below"
                f" min_consecutive_days {self.min_consecutive_days}"
            )
        if self.max_period_minutes is not None and self.max_period_minutes < self.min_period_minutes:
            raise ValueError(
                f"max_period_minutes {self.max_period_minutes} is below min_period_minutes {self.min_period_minutes}"
            )
        if self.max_week_minutes < self.min_week_minutes:
            raise ValueError(
                f"max_week_minutes {self.max_week_minutes} is below min_week_minutes {self.min_week_minutes}"
            )
        return self


class Window(_Value):
    """A weekly window of availability, local; `end_minute` passes 1440 when it crosses midnight."""

    weekday: int = Field(ge=0, le=6, description="0 = Monday")
    start_minute: int = Field(ge=0, lt=1440)
    end_minute: int = Field(gt=0, le=2880)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_minute <= self.start_minute:
            raise ValueError(f"window ends at minute {self.end_minute}, before it starts at {self.start_minute}")
        return self


class Wish(_Value):
    """For (`wanted`) or against a shift on a day; `shift` empty means any shift."""

    day: int = Field(ge=0)
    shift: Id | None = None
    wanted: bool
    weight: int = Field(default=20, ge=1, le=1000)


class Pin(_Value):
    """A person fixed this: work `shift` on `day`, or (`shift` empty) don't work that day."""

    day: int = Field(ge=0)
    shift: Id | None = None


class PastShift(_Value):
    """A shift worked before the first day; `day` is negative, -1 = the day before."""

    day: int = Field(lt=0)
    shift: Id


class ShiftLimit(_Value):
    """How often one person may or must work a shift in the horizon."""

    shift: Id
    least: int = Field(default=0, ge=0)
    most: int | None = Field(default=None, ge=0, description="none = no limit")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.most is not None and self.most < self.least:
            raise ValueError(f"most {self.most} is below least {self.least}")
        return self


class Memory(_Value):
    """What a person has had over the months that fairness remembers, before this horizon."""

    nights: int = Field(default=0, ge=0)
    weekend_shifts: int = Field(default=0, ge=0)
    late_finishes: int = Field(default=0, ge=0)
    refused_wishes: int = Field(default=0, ge=0)


class PlannedAgent(_Value):
    """One person to be rostered."""

    id: Id
    name: str = ""
    team: str = ""
    skills: tuple[Id, ...] = ()
    roles: tuple[Id, ...] = Field(default=(), description="peer supporter, shift lead, ...")
    contract: ContractTerms = ContractTerms()
    availability: tuple[Window, ...] = Field(default=(), description="none = any time")
    time_off: tuple[int, ...] = Field(default=(), description="days")
    fixed_days_off: tuple[int, ...] = Field(default=(), description="days agreed to be free; no leave, so no minutes")
    shift_limits: tuple[ShiftLimit, ...] = ()
    wishes: tuple[Wish, ...] = ()
    pins: tuple[Pin, ...] = ()
    history: tuple[PastShift, ...] = ()
    memory: Memory = Memory()
    carried_points: int = Field(default=0, ge=0, description="planned exposure above their own average, from before")
    fixed: bool = Field(
        default=False,
        description="another team's person: only their pins are worked, they count for cover alone",
    )


class Demand(_Value):
    """Agents required in one queue on one day, per quarter-hour from local midnight."""

    queue: Id
    day: int = Field(ge=0)
    required: tuple[Annotated[int, Field(ge=0, le=10_000)], ...]


class ShiftDemand(_Value):
    """People asked for one shift on one day, whatever their skills; weights left out are the rule's."""

    day: int = Field(ge=0)
    shift: Id
    required: int = Field(ge=0, le=10_000)
    under_weight: int | None = Field(default=None, ge=0, le=100_000)
    over_weight: int | None = Field(default=None, ge=0, le=100_000)


class RoleDemand(_Value):
    """At least `required` people with a role on shift between two local minutes of a day."""

    role: Id | None = Field(default=None, description="none = anybody")
    day: int | None = Field(default=None, ge=0, description="none = every day")
    start_minute: int = Field(default=0, ge=0, lt=1440)
    end_minute: int = Field(default=1440, gt=0, le=2880)
    required: int = Field(ge=1, le=10_000)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_minute <= self.start_minute:
            raise ValueError(f"role demand ends at minute {self.end_minute}, before it starts at {self.start_minute}")
        return self


class Pair(_Value):
    """Two people; where the order matters, `first` is the one who needs the other."""

    first: Id
    second: Id

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.first == self.second:
            raise ValueError(f"a pair needs two people: {self.first!r} is there twice")
        return self


class Assigned(_Value):
    """One agent works one shift, beginning on one day."""

    agent: Id
    day: int
    shift: Id


class Problem(_Value):
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
        faults = list(self._faults())
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> Iterable[str]:
        yield from _repeated("shift", [shift.id for shift in self.shifts])
        yield from _repeated("queue", [queue.id for queue in self.queues])
        yield from _repeated("agent", [agent.id for agent in self.agents])
        yield from _repeated("demand for", [f"{row.queue} on day {row.day}" for row in self.demand])
        yield from _repeated("shift demand for", [f"{row.shift} on day {row.day}" for row in self.shift_demand])
        shifts = {shift.id for shift in self.shifts}
        queues = {queue.id for queue in self.queues}
        for agent in self.agents:
            where = f"agent {agent.id!r}"
            for skill in agent.skills:
                if skill not in queues:
                    yield f"{where}: skill {skill!r} is no queue: expected one of {sorted(queues)}"
            lines: tuple[Wish | Pin, ...] = (*agent.wishes, *agent.pins)
            for line in lines:
                if line.day >= self.days:
                    yield f"{where}: day {line.day} is past the horizon: expected 0 to {self.days - 1}"
                if line.shift is not None and line.shift not in shifts:
                    yield f"{where}: shift {line.shift!r} is unknown: expected one of {sorted(shifts)}"
            for day in agent.fixed_days_off:
                if not 0 <= day < self.days:
                    yield f"{where}: fixed day off {day} is outside the horizon: expected 0 to {self.days - 1}"
            for limit in agent.shift_limits:
                if limit.shift not in shifts:
                    yield f"{where}: shift {limit.shift!r} is unknown: expected one of {sorted(shifts)}"
            yield from _repeated(f"{where}: limit of shift", [limit.shift for limit in agent.shift_limits])
            for past in agent.history:
                if past.shift not in shifts:
                    yield f"{where}: past shift {past.shift!r} is unknown: expected one of {sorted(shifts)}"
            yield from _repeated(f"{where}: pin on day", [str(pin.day) for pin in agent.pins])
        yield from self._faults_of_team_lines(shifts)
        for row in self.demand:
            if row.queue not in queues:
                yield f"demand: queue {row.queue!r} is unknown: expected one of {sorted(queues)}"
            if row.day >= self.days:
                yield f"demand: day {row.day} is past the horizon: expected 0 to {self.days - 1}"
            elif len(row.required) != self.quarters[row.day]:
                yield (
                    f"demand: {row.queue} on day {row.day} has {len(row.required)} quarters:"
                    f" expected {self.quarters[row.day]}"
                )

    def _faults_of_team_lines(self, shifts: set[str]) -> Iterable[str]:
        agents = {agent.id for agent in self.agents}
        for shift in self.shifts:
            for other in shift.not_followed_by:
                if other not in shifts:
                    yield (
                        f"shift {shift.id!r}: {other!r} in not_followed_by is unknown: expected one of {sorted(shifts)}"
                    )
        placed = [("shift demand", row.day, row.shift) for row in self.shift_demand]
        placed += [("published", line.day, line.shift) for line in self.published]
        for what, day, name in placed:
            if name not in shifts:
                yield f"{what}: shift {name!r} is unknown: expected one of {sorted(shifts)}"
            if not 0 <= day < self.days:
                yield f"{what}: day {day} is outside the horizon: expected 0 to {self.days - 1}"
        for role in self.role_demand:
            if role.day is not None and role.day >= self.days:
                yield f"role demand: day {role.day} is past the horizon: expected 0 to {self.days - 1}"
        named = [("published", line.agent) for line in self.published]
        for what, pairs in (("together", self.together), ("apart", self.apart)):
            named += [(what, agent) for pair in pairs for agent in (pair.first, pair.second)]
        for what, agent in named:
            if agent not in agents:
                yield f"{what}: agent {agent!r} is unknown: expected one of the problem's {len(agents)} agents"

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

    def covered(self, day: int, shift: str) -> range:
        """Quarter-hours from the horizon's begin that `shift` on `day` covers wholly or in part."""
        begin, end = self.span(day, shift)
        first = (begin - self.horizon[0]) // QUARTER
        last = -((self.horizon[0] - end) // QUARTER)
        return range(first, last)


def _repeated(what: str, ids: list[str]) -> Iterable[str]:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            yield f"{what} {one!r} is there twice"
        seen.add(one)


def problem_from_json(text: str | bytes) -> Problem:
    """Read a problem; raises `ProblemError` with a line per fault."""
    try:
        return Problem.model_validate_json(text)
    except ValidationError as error:
        raise ProblemError("\n".join(_lines(error))) from error


def _lines(error: ValidationError) -> Iterable[str]:
    for fault in error.errors():
        where = ".".join(str(part) for part in fault["loc"]) or "problem"
        found = "" if isinstance(fault["input"], (dict, list)) else f" (found {str(fault['input'])[:80]!r})"
        yield f"{where}: {fault['msg'].removeprefix('Value error, ')}{found}"
