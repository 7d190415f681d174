"""The day as a value: who works when, which breaks they are due, what must be covered; and what came of it.

Plain, frozen, serialisable to JSON. Every instant is UTC; quarters count from `starts_at`. A model (whichever it is)
takes a `DayProblem` and returns a `DayResult`; the checkers in `roster/rules/day/` judge any such pair.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import combinations
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from roster.clock import QUARTER, QUARTER_MINUTES
from roster.day import MINUTE, SegmentSpan
from roster.policy import BreaksPolicy
from roster.shifts import SegmentKind

BREAK_KINDS = frozenset({SegmentKind.MEAL, SegmentKind.REST})
"""What a model places; every other kind is fixed before it starts."""

Id = Annotated[str, Field(min_length=1, max_length=120)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Value):
    """A stretch of time, UTC."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether it shares any time with [starts_at, ends_at)."""
        return self.starts_at < ends_at and starts_at < self.ends_at


class DayAgent(_Value):
    """One person's shift. `fixed` is in it already and stays; `kept_free` is promised to nobody's break.

    `parts` are rests that a person split: each shorter than a rest, together as many rests as they make up.
    """

    id: Id
    zone: str = "UTC"
    skills: tuple[Id, ...] = Field(default=(), description="queues they can take")
    starts_at: datetime
    ends_at: datetime
    fixed: tuple[SegmentSpan, ...] = ()
    planned: tuple[SegmentSpan, ...] = Field(
        default=(), description="breaks that lie ahead where an earlier plan put them, not in `fixed`: they may move"
    )
    kept_free: tuple[Span, ...] = ()
    parts: tuple[Span, ...] = ()
    not_before: datetime | None = Field(default=None, description="no new break starts earlier: what was, was")
    volunteer: bool = Field(default=False, description="a trained peer for debriefs")
    sessions_left: int = Field(default=0, ge=0, description="debriefs they may still give this week")
    managers: tuple[Id, ...] = Field(default=(), description="line managers, where known: never their peer")
    languages: tuple[str, ...] = Field(default=(), description="BCP 47 tags, where known: a peer shares one")

    @model_validator(mode="after")
    def _inside(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError(f"shift of {self.id!r} ends at {self.ends_at}, not after it starts at {self.starts_at}")
        for span in self.fixed:
            if span.starts_at < self.starts_at or span.ends_at > self.ends_at:
                raise ValueError(f"{span.kind} of {self.id!r} at {span.starts_at} leaves the shift")
        return self

    @property
    def minutes(self) -> int:
        """Length of the shift, minutes."""
        return (self.ends_at - self.starts_at) // MINUTE

    def is_part(self, span: SegmentSpan) -> bool:
        """Whether `span` is a part of a rest that a person split."""
        return any((part.starts_at, part.ends_at) == (span.starts_at, span.ends_at) for part in self.parts)

    def still_due(self, terms: BreaksPolicy) -> tuple["BreakNeed", ...]:
        """The breaks due in the shift less those in `fixed`, each taken for the one whose ideal time it is nearest."""
        needs = break_needs(self.starts_at, self.ends_at, terms)
        given: list[BreakNeed] = []
        for kind in BREAK_KINDS:
            given += _nearest([need for need in needs if need.kind is kind], self._given(kind, terms))
        return tuple(need for need in needs if need not in given)

    def _given(self, kind: SegmentKind, terms: BreaksPolicy) -> list[datetime]:
        """Starts of the breaks of `kind` in `fixed`; parts of rests count as the whole ones that they make up."""
        spans = [span for span in self.fixed if span.kind is kind]
        parts = sorted((span for span in spans if self.is_part(span)), key=lambda span: span.starts_at)
        minutes = sum(span.minutes for span in parts)
        whole = minutes // terms.rest_minutes if terms.rest_minutes else 0
        starts = [span.starts_at for span in spans if not self.is_part(span)]
        return sorted([*starts, *(span.starts_at for span in parts[:whole])])

    def is_taken(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether something fixed, or time kept free, lies in [starts_at, ends_at)."""
        return any(span.overlaps(starts_at, ends_at) for span in self.fixed) or any(
            span.overlaps(starts_at, ends_at) for span in self.kept_free
        )


class DebriefRequest(_Value):
    """Somebody who may want a debrief: who could give it, and when. Never why."""

    id: Id
    agent: Id
    peers: tuple[Id, ...] = Field(description="who may be asked, best first")
    barred: tuple[Id, ...] = Field(default=(), description="people on the same contact: never asked")
    earliest: datetime
    latest: datetime = Field(description="the latest end")
    minutes: int = Field(ge=5, le=120)


class Appointment(_Value):
    """Something that needs a time: a call-back, focus time, a meeting, rest that is owed. All of `people` at once.

    `planned_at` is where an earlier plan put it; then it may move.
    """

    id: Id
    kind: SegmentKind
    people: tuple[Id, ...] = Field(min_length=1, max_length=60)
    minutes: int = Field(ge=1, le=240)
    earliest: datetime
    latest: datetime = Field(description="the latest end")
    planned_at: datetime | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.kind in (SegmentKind.WORK, *BREAK_KINDS):
            raise ValueError(f"{self.id!r} is {self.kind}: expected a kind that is neither work nor a break")
        if self.latest - self.earliest < self.minutes * MINUTE:
            raise ValueError(
                f"{self.id!r} of {self.minutes} minutes does not fit between {self.earliest} and {self.latest}"
            )
        return self


class QueueDemand(_Value):
    """What a queue needs per quarter: agents, and how many heavy and severe contacts history makes one expect."""

    queue: Id
    required: tuple[int, ...]
    expected_heavy: tuple[float, ...] = ()
    expected_severe: tuple[float, ...] = ()


class DayWeights(_Value):
    """What a model trades off. All: assumption. Costs are per minute short unless said otherwise."""

    short: int = Field(default=6, ge=0, description="per agent-minute short of requirement plus reserve")
    short_again: int = Field(default=6, ge=0, description="on top, beyond the first agent short in a quarter")
    unattended: int = Field(
        default=60, ge=0, description="on top, for a queue's last agent: nobody skilled is left where one must stay"
    )
    drift: int = Field(default=1, ge=0, description="per five minutes that a break leaves the even spread")
    drift_again: int = Field(default=2, ge=0, description="on top, per five minutes beyond half an hour")
    hurried: int = Field(
        default=100, ge=0, description="per five minutes that a break starts within the last 20 minutes that it may"
    )
    tight: int = Field(default=4, ge=0, description="per quarter and agent of slack below `quiet_slack` in a debrief")
    quiet_slack: int = Field(default=3, ge=0, description="agents to spare that make a time quiet")
    unplaced_break: int = Field(default=100_000, ge=0)
    unplaced_meal: int = Field(default=150_000, ge=0, description="where not both have room, the meal has it")
    unplaced_debrief: int = Field(default=2_000, ge=0)
    unplaced_appointment: int = Field(default=20_000, ge=0)
    moved: int = Field(default=60, ge=0, description="per break or appointment that leaves where it was planned")
    short_notice: int = Field(
        default=300, ge=0, description="on top, where it moves from after `announced_until` to before"
    )
    waiting: int = Field(default=4, ge=0, description="per quarter-hour that owed rest waits after its earliest")


class DayProblem(_Value):
    """A day to be arranged: `quarters` quarter-hours from `starts_at`, starts on a grid of `step_minutes`.

    `others` are on duty then but not to be arranged (last night's shift, another team): they count for cover and
    may be peers; what is in their day already is in `fixed`.
    """

    on_date: date
    starts_at: datetime
    quarters: int = Field(ge=0, le=400)
    step_minutes: int = Field(default=5, ge=1, le=15)
    agents: tuple[DayAgent, ...]
    others: tuple[DayAgent, ...] = ()
    demands: tuple[QueueDemand, ...] = ()
    debriefs: tuple[DebriefRequest, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    announced_until: datetime | None = Field(
        default=None, description="what is planned to begin before then moves only if it can't stay"
    )
    breaks: BreaksPolicy
    heavy_rest_minutes: float = Field(default=0, ge=0, description="decompression after a heavy contact")
    severe_rest_minutes: float = Field(default=0, ge=0, description="decompression after a severe contact")
    at_work_share: float = Field(
        default=1.0, gt=0, le=1, description="share of the requirement to be at work; the rest of it stands for breaks"
    )
    reserve_included: bool = Field(default=False, description="the requirement counts decompression already")
    weights: DayWeights = DayWeights()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        ids = [agent.id for agent in self.agents]
        if len(set(ids)) != len(ids):
            raise ValueError("an agent is in the day twice: expected one shift a person")
        for agent in self.agents:
            if agent.starts_at < self.starts_at or agent.ends_at > self.ends_at:
                raise ValueError(f"shift of {agent.id!r} leaves the day's {self.quarters} quarters")
        for demand in self.demands:
            for name in ("required", "expected_heavy", "expected_severe"):
                values = getattr(demand, name)
                if len(values) != self.quarters and not (values == () and name != "required"):
                    raise ValueError(f"{name} of {demand.queue!r} has {len(values)} quarters: expected {self.quarters}")
        return self

    @cached_property
    def ends_at(self) -> datetime:
        """The end of the last quarter."""
        return self.starts_at + self.quarters * QUARTER

    @cached_property
    def agent_of(self) -> dict[str, DayAgent]:
        """Everybody on duty by id; those to be arranged come first."""
        return {agent.id: agent for agent in (*self.others, *self.agents)}

    def unplaced_cost(self, kind: SegmentKind) -> int:
        """What leaving out a break costs."""
        return self.weights.unplaced_meal if kind is SegmentKind.MEAL else self.weights.unplaced_break

    def but(self, **changes: object) -> "DayProblem":
        """The same day with `changes` to its fields; what is kept of them is found anew, unlike in a `model_copy`."""
        fields = {name: getattr(self, name) for name in DayProblem.model_fields}
        return DayProblem.model_validate(fields | changes)

    def quarter_at(self, instant: datetime) -> int:
        """The quarter in which `instant` falls; negative or beyond the last when it is outside."""
        return (instant - self.starts_at) // QUARTER

    def reserve_minutes(self, demand: QueueDemand, quarter: int) -> int:
        """Decompression to be expected in a quarter, agent-minutes: heavy contacts expected times their rest."""
        reserve = 0.0
        if demand.expected_heavy:
            reserve += demand.expected_heavy[quarter] * self.heavy_rest_minutes
        if demand.expected_severe:
            reserve += demand.expected_severe[quarter] * self.severe_rest_minutes
        return round(reserve)

    def needed_minutes(self, demand: QueueDemand, quarter: int) -> int:
        """Agent-minutes that a queue needs in a quarter: the requirement, and the reserve unless it counts that."""
        needed = round(demand.required[quarter] * QUARTER_MINUTES * self.at_work_share)
        return needed if self.reserve_included else needed + self.reserve_minutes(demand, quarter)

    def attended_minutes(self, demand: QueueDemand, quarter: int) -> int:
        """Agent-minutes for which one must stay: the first agent of what a queue needs."""
        return min(QUARTER_MINUTES, self.needed_minutes(demand, quarter))


class DayStatus(StrEnum):
    """How good a result is."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    GREEDY = "greedy"


class PersonDay(_Value):
    """One person's shift, arranged."""

    agent: Id
    segments: tuple[SegmentSpan, ...]


class PlacedDebrief(_Value):
    """A time kept free for two; it becomes a segment only when it is accepted."""

    request: Id
    agent: Id
    peer: Id
    starts_at: datetime
    ends_at: datetime


class PlacedAppointment(_Value):
    """The time of an appointment; it is a segment in the day of each of its people too."""

    id: Id
    starts_at: datetime
    ends_at: datetime


class Unplaced(_Value):
    """What had no place, in a sentence."""

    agent: Id
    kind: SegmentKind
    count: int = Field(default=1, ge=1)
    sentence: str


class DayResult(_Value):
    """What a model returns: everybody's segments, debriefs to offer, what had no place, and what it costs."""

    status: DayStatus
    days: tuple[PersonDay, ...]
    debriefs: tuple[PlacedDebrief, ...] = ()
    appointments: tuple[PlacedAppointment, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    objective: int = 0
    bound: int | None = Field(default=None, description="no plan has a lower objective: proved")
    short_minutes: int = Field(default=0, description="agent-minutes below requirement plus reserve")
    short_bound: int | None = Field(
        default=None, description="no plan with as many breaks and debriefs is short by less: proved"
    )
    seconds: float = 0.0

    @cached_property
    def segments_of(self) -> dict[str, tuple[SegmentSpan, ...]]:
        """Segments by agent."""
        return {day.agent: day.segments for day in self.days}


class BreakNeed(_Value):
    """A break a shift is due: its length, and the window of its start, UTC. Needs come in the order of the day."""

    kind: SegmentKind
    minutes: int
    earliest: datetime
    latest: datetime
    ideal: datetime


def break_needs(starts_at: datetime, ends_at: datetime, terms: BreaksPolicy) -> tuple[BreakNeed, ...]:
    """The breaks due in a shift, spread evenly: a meal past `meal_over_minutes`, another past the second limit, and
    one rest per started period.

    The period is `rest_per_minutes` of working time (a meal is none). Windows keep clear of the edges; those of meals
    are counted from the start of the shift.
    """
    minutes = (ends_at - starts_at) // MINUTE
    latest_meals = _latest_starts_of_meals(minutes, terms)
    worked = minutes - terms.meal_minutes * len(latest_meals)
    rests = -(-worked // terms.rest_per_minutes) if terms.rest_minutes > 0 else 0
    count = rests + len(latest_meals)
    shares = [minutes * (place + 1) / (count + 1) for place in range(count)]
    latest_at = _places_of_meals(shares, latest_meals, minutes, terms)
    needs = []
    for place, middle in enumerate(shares):
        is_meal = place in latest_at
        length = terms.meal_minutes if is_meal else terms.rest_minutes
        earliest = terms.meal_earliest_minutes if is_meal else terms.edge_minutes
        latest = min(minutes - terms.edge_minutes - length, latest_at.get(place, minutes))
        ideal = max(earliest, min(latest, middle - length / 2))
        needs.append(
            BreakNeed(
                kind=SegmentKind.MEAL if is_meal else SegmentKind.REST,
                minutes=length,
                earliest=starts_at + earliest * MINUTE,
                latest=starts_at + latest * MINUTE,
                ideal=starts_at + timedelta(minutes=ideal),
            )
        )
    return tuple(needs)


def _nearest(needs: Sequence[BreakNeed], starts: Sequence[datetime]) -> tuple[BreakNeed, ...]:
    """The needs that breaks at `starts` (by time) stand for: in order, and together nearest to their ideal times."""

    def away(chosen: Sequence[BreakNeed]) -> timedelta:
        return sum((abs(need.ideal - at) for need, at in zip(chosen, starts, strict=False)), timedelta(0))

    return min(combinations(needs, min(len(needs), len(starts))), key=away)


def _latest_starts_of_meals(minutes: int, terms: BreaksPolicy) -> list[int]:
    """For each meal due in a shift of so many minutes, the latest minute at which it may start."""
    limits = (
        (terms.meal_over_minutes, terms.meal_latest_minutes),
        (terms.second_meal_over_minutes, terms.second_meal_latest_minutes),
    )
    return [latest for over, latest in limits if minutes > over and terms.meal_minutes > 0]


def _places_of_meals(
    shares: Sequence[float], latest_meals: Sequence[int], minutes: int, terms: BreaksPolicy
) -> dict[int, int]:
    """Which of the evenly spread breaks are meals, with their latest starts: nearest to the half, or the thirds."""
    found: dict[int, int] = {}
    after = 0
    for number, latest in enumerate(latest_meals):
        middle = minutes * (number + 1) / (len(latest_meals) + 1)
        left = range(after, len(shares) - (len(latest_meals) - number - 1))
        inside = [place for place in left if shares[place] - terms.meal_minutes / 2 <= latest]
        place = min(inside, key=lambda place: abs(shares[place] - middle), default=left[0])
        found[place] = latest
        after = place + 1
    return found
