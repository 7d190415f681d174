"""What a row of each file says, typed. `None` = the file does not say; times are minutes after local midnight."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from roster.contacts import ArrivalState, History, Resolvability, Stake
from roster.exchange.faults import Place
from roster.people import AvailabilityKind, Channel


class WishWord(StrEnum):
    """For a shift, or against it."""

    WORK = "work"
    OFF = "off"


class PairWord(StrEnum):
    """What is wanted of two people; `none` takes back what was."""

    TOGETHER = "together"
    APART = "apart"
    NONE = "none"


class PastOutcome(StrEnum):
    """How a contact of the history ended. A phantom never was a contact: it is counted and left out."""

    SERVED = "served"
    ABANDONED = "abandoned"
    PHANTOM = "phantom"


@dataclass(frozen=True, slots=True)
class Row:
    """Any row: where it stands."""

    at: Place


@dataclass(frozen=True, slots=True)
class TeamRow(Row):
    """A team and its IANA zone."""

    team: str
    zone: str


@dataclass(frozen=True, slots=True)
class ContractRow(Row):
    """Minutes of work a week agreed, from least to most, and the shape of a row."""

    contract: str
    min_week_hours: int
    max_week_hours: int
    max_consecutive_days: int | None
    min_consecutive_days: int | None = None
    min_days_off: int | None = None
    max_weekends: int | None = None


@dataclass(frozen=True, slots=True)
class QueueRow(Row):
    """A queue and its promise."""

    queue: str
    name: str
    channel: Channel | None
    priority: int | None
    target_wait_seconds: int | None
    service_level: float | None


@dataclass(frozen=True, slots=True)
class ShiftRow(Row):
    """A shift; an `end` not after `start` is on the next day."""

    shift: str
    name: str
    start: int
    end: int
    meal_minutes: int | None
    not_followed_by: tuple[str, ...] | None = None

    @property
    def minutes(self) -> int:
        """Elapsed length, meal included."""
        return self.end - self.start if self.end > self.start else self.end + 1440 - self.start


@dataclass(frozen=True, slots=True)
class PersonRow(Row):
    """An agent."""

    agent: str
    name: str
    team: str
    contract: str
    channels: tuple[Channel, ...] | None
    peer: bool | None
    roles: tuple[str, ...] | None = None
    manager: tuple[str, ...] | None = None
    """One code; empty = nobody."""
    languages: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class SkillRow(Row):
    """An agent can take a queue."""

    agent: str
    queue: str
    proficiency: int | None


@dataclass(frozen=True, slots=True)
class AvailabilityRow(Row):
    """A weekly window (weekday, start, end), or days away or off (`first` to `last`, both included)."""

    agent: str
    kind: AvailabilityKind
    weekday: int | None
    start: int | None
    end: int | None
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class PreferenceRow(Row):
    """A wish for or against a shift (none = any) on a date."""

    agent: str
    date: date
    shift: str | None
    wish: WishWord
    weight: int | None


@dataclass(frozen=True, slots=True)
class RequirementRow(Row):
    """Agents required in a queue from `start` to `end` of a local date."""

    queue: str
    date: date
    start: int
    end: int
    required: int


@dataclass(frozen=True, slots=True)
class ShiftLimitRow(Row):
    """How often an agent must and may work a shift in 28 days."""

    agent: str
    shift: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class PairRow(Row):
    """Two people, and what is wanted of them."""

    first: str
    second: str
    pair: PairWord


@dataclass(frozen=True, slots=True)
class ShiftRequirementRow(Row):
    """People required in a shift on a local date, in a team or (none) the whole centre."""

    team: str | None
    shift: str
    date: date
    required: int


@dataclass(frozen=True, slots=True)
class RoleRequirementRow(Row):
    """People with a role (none = anybody) required from `start` to `end` of a weekday (none = every day)."""

    team: str | None
    role: str | None
    weekday: int | None
    start: int
    end: int
    required: int


@dataclass(frozen=True, slots=True)
class ContactRow(Row):
    """A contact of the history; `arrived_at` is naive where the file gives local time."""

    contact: str
    queue: str
    priority: int | None
    arrived_at: datetime
    wait_seconds: int
    outcome: PastOutcome
    handle_seconds: int
    agent: str | None
    arrival_state: ArrivalState | None
    parties: int | None
    history: History | None
    stakes: tuple[Stake, ...] | None
    resolvability: Resolvability | None
