"""What is planned: shift types, requirements, rosters and their assignments, runs of the solver, segments."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from roster.columns import Json, UtcDateTime, enum_type


class RosterStatus(StrEnum):
    """A roster is a draft until a person publishes it."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class RunStatus(StrEnum):
    """How far a planning run is; what it found is in `PlanRun.outcome`."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    FINISHED = "finished"
    FAILED = "failed"


class SegmentKind(StrEnum):
    """What a stretch of a person's day is for."""

    WORK = "work"
    MEAL = "meal"
    REST = "rest"
    DECOMPRESSION = "decompression"
    DEBRIEF = "debrief"
    CALL_BACK = "call_back"
    TRAINING = "training"
    MEETING = "meeting"
    FOCUS = "focus"
    GROUP = "group"
    """a reflective group: three to eight who wanted it"""
    AWAY = "away"


class Placed(StrEnum):
    """Who put a segment where it is: a plan, which may move it until it begins, or a person, and then no plan does."""

    PLAN = "plan"
    HAND = "hand"
    PART = "part"
    """by a person, and a part of a rest that they split"""


PROTECTED_KINDS = frozenset({SegmentKind.DECOMPRESSION, SegmentKind.DEBRIEF, SegmentKind.GROUP})
"""Shown to others as "protected time", whichever it is."""


class ShiftType(SQLModel, table=True):
    """A shift that may be worked on any day: local start, elapsed length, and how much of it is paid."""

    __tablename__: ClassVar[str] = "shift_type"
    __table_args__ = (
        CheckConstraint("start_minute >= 0 and start_minute < 1440", name="shift_start_in_day"),
        CheckConstraint("minutes >= 60 and minutes <= 1440", name="shift_minutes_possible"),
        CheckConstraint("meal_minutes >= 0 and meal_minutes < minutes", name="meal_inside_shift"),
    )
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=32)
    name: str = Field(max_length=80)
    start_minute: int
    minutes: int = Field(description="elapsed, meal included")
    meal_minutes: int = Field(default=0, description="unpaid, inside the shift")


class ForbiddenSuccession(SQLModel, table=True):
    """`next_id` may not begin on the day after `shift_type_id` began."""

    __tablename__: ClassVar[str] = "forbidden_succession"
    shift_type_id: int = Field(foreign_key="shift_type.id", primary_key=True)
    next_id: int = Field(foreign_key="shift_type.id", primary_key=True)


class Requirement(SQLModel, table=True):
    """How many agents a queue needs in the quarter-hour that begins at `starts_at`.

    The lines that `required` was built from are agents too; together, rounded, they are it. All are empty where a
    person or a file said `required` itself.
    """

    __tablename__: ClassVar[str] = "requirement"
    __table_args__ = (
        UniqueConstraint("queue_id", "starts_at", name="requirement_once"),
        CheckConstraint("required >= 0", name="required_not_negative"),
    )
    id: int | None = Field(default=None, primary_key=True)
    queue_id: int = Field(foreign_key="queue.id", index=True)
    starts_at: datetime = Field(sa_type=UtcDateTime, index=True)
    required: int
    working: float | None = Field(default=None, description="on contacts and ready for them")
    decompression: float | None = Field(default=None, description="expected rest after heavy contacts")
    debriefs: float | None = Field(default=None, description="debriefs expected, or planned where those are more")
    breaks: float | None = None
    absence: float | None = None


class ShiftRequirement(SQLModel, table=True):
    """How many people a shift needs on a date, whatever their skills; `team_id` empty means the whole centre."""

    __tablename__: ClassVar[str] = "shift_requirement"
    __table_args__ = (CheckConstraint("required between 0 and 10000", name="required_possible"),)
    id: int | None = Field(default=None, primary_key=True)
    team_id: int | None = Field(default=None, foreign_key="team.id")
    shift_type_id: int = Field(foreign_key="shift_type.id")
    on_date: date = Field(index=True)
    required: int


class RoleRequirement(SQLModel, table=True):
    """At least `required` people with `role` (empty: anybody) on shift between two local minutes.

    `team_id` empty means the whole centre, `weekday` (0 = Monday) empty every day.
    """

    __tablename__: ClassVar[str] = "role_requirement"
    __table_args__ = (
        CheckConstraint("weekday is null or weekday between 0 and 6", name="weekday_known"),
        CheckConstraint("start_minute >= 0 and start_minute < 1440", name="start_minute_in_day"),
        CheckConstraint("end_minute > start_minute and end_minute <= 2880", name="end_after_start"),
        CheckConstraint("required between 0 and 10000", name="required_possible"),
    )
    id: int | None = Field(default=None, primary_key=True)
    team_id: int | None = Field(default=None, foreign_key="team.id")
    role: str | None = Field(default=None, max_length=40)
    weekday: int | None = None
    start_minute: int
    end_minute: int = Field(description="past 1440 when it crosses midnight")
    required: int


class Roster(SQLModel, table=True):
    """Who works which shift from `starts_on` for `days` days; `team_id` empty means every team."""

    __tablename__: ClassVar[str] = "roster"
    __table_args__ = (
        CheckConstraint("days between 1 and 42", name="roster_days_possible"),
        CheckConstraint(
            "status <> 'published' or (published_at is not null and published_by is not null)",
            name="published_by_a_person",
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    team_id: int | None = Field(default=None, foreign_key="team.id")
    zone: str = Field(max_length=64)
    starts_on: date = Field(index=True)
    days: int
    status: RosterStatus = Field(default=RosterStatus.DRAFT, sa_type=enum_type(RosterStatus))
    version: int = Field(default=0, description="moves with every change; edits name the one they saw")
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str = Field(max_length=120)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    published_by: str | None = Field(default=None, max_length=120)
    problem: dict[str, Any] | None = Field(default=None, sa_type=Json, description="what the solver was asked")


class Assignment(SQLModel, table=True):
    """One agent works one shift on one local date."""

    __tablename__: ClassVar[str] = "assignment"
    __table_args__ = (UniqueConstraint("roster_id", "agent_id", "on_date", name="one_shift_a_day"),)
    id: int | None = Field(default=None, primary_key=True)
    roster_id: int = Field(foreign_key="roster.id", index=True, ondelete="CASCADE")
    agent_id: int = Field(foreign_key="agent.id", index=True)
    on_date: date = Field(index=True)
    shift_type_id: int = Field(foreign_key="shift_type.id")
    pinned: bool = False


class PinnedFree(SQLModel, table=True):
    """A person fixed that this agent doesn't work on this date; a worked day is pinned on its assignment."""

    __tablename__: ClassVar[str] = "pinned_free"
    roster_id: int = Field(foreign_key="roster.id", primary_key=True, ondelete="CASCADE")
    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    on_date: date = Field(primary_key=True)


class DayAway(SQLModel, table=True):
    """An agent is away on a date of a roster at short notice; no reason is asked or stored.

    It belongs to the roster: of a draft it is nothing yet, with its publication it becomes time off too. Dates past
    the roster's last day wait there for that.
    """

    __tablename__: ClassVar[str] = "day_away"
    roster_id: int = Field(foreign_key="roster.id", primary_key=True, ondelete="CASCADE")
    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    on_date: date = Field(primary_key=True)
    shift_type_id: int | None = Field(
        default=None, foreign_key="shift_type.id", description="what they would have worked; none = the day was free"
    )


class PlanRun(SQLModel, table=True):
    """One run of the solver for a roster: where it is, the best it has, and what came of it."""

    __tablename__: ClassVar[str] = "plan_run"
    id: int | None = Field(default=None, primary_key=True)
    roster_id: int = Field(foreign_key="roster.id", index=True, ondelete="CASCADE")
    status: RunStatus = Field(default=RunStatus.QUEUED, sa_type=enum_type(RunStatus))
    outcome: str | None = Field(default=None, max_length=32, description="status of the result, once finished")
    started_at: datetime = Field(sa_type=UtcDateTime)
    beat_at: datetime = Field(sa_type=UtcDateTime, description="last sign of life of the process that drives it")
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    time_limit_seconds: float
    objective: int | None = None
    bound: int | None = None
    seconds: float = 0.0
    costs: dict[str, Any] = Field(default_factory=dict, sa_type=Json, description="cost by rule")
    trace: list[Any] = Field(default_factory=list, sa_type=Json, description="[seconds, objective, bound]")
    best: list[Any] = Field(
        default_factory=list, sa_type=Json, description="[agent, day, shift] of the best roster, while it runs"
    )
    messages: list[Any] = Field(default_factory=list, sa_type=Json, description="sentences for the lead")


class Segment(SQLModel, table=True):
    """A stretch of one person's day. A person's segments never overlap: one layer, no overlay."""

    __tablename__: ClassVar[str] = "segment"
    __table_args__ = (
        UniqueConstraint("agent_id", "starts_at", name="segment_once"),
        CheckConstraint("ends_at > starts_at", name="segment_ends_after_start"),
    )
    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    assignment_id: int | None = Field(
        default=None,
        foreign_key="assignment.id",
        index=True,
        ondelete="SET NULL",
        description="the shift it is in",
    )
    on_date: date = Field(index=True, description="local date on which the shift began")
    kind: SegmentKind = Field(sa_type=enum_type(SegmentKind))
    starts_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    zone: str = Field(max_length=64)
    reason: str = Field(default="", max_length=240, description="why it is there; shown to its owner alone")
    placed: Placed = Field(default=Placed.PLAN, sa_type=enum_type(Placed))
    overdue: bool = Field(
        default=False, description="a contact ran into it: it comes next, and its owner is offered nothing new before"
    )
    last_chance: bool = Field(
        default=False, description="no later time is open to it: its owner is offered nothing new just before"
    )
