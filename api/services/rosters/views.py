"""What leads see of a roster: people by days, cover, planned exposure, conflicts. Values only, nothing stored.

Planned exposure is a property of the roster. What people experienced is no part of any of these.
"""

from dataclasses import dataclass
from datetime import date, datetime

from api.services.rosters.runs import RunView


@dataclass(frozen=True)
class RosterLine:
    """One roster in a list."""

    id: int
    team: str | None
    zone: str
    starts_on: date
    ends_on: date
    days: int
    status: str
    version: int
    created_at: datetime
    created_by: str
    """The user name of who made it, or the name of the token or command that did."""
    created_by_name: str
    """The name to show: of an account the display name."""
    published_at: datetime | None
    published_by: str | None
    published_by_name: str | None
    assignments: int
    planning: bool


@dataclass(frozen=True)
class RosterPage:
    """Some rosters, newest first, and how many there are in all."""

    rosters: tuple[RosterLine, ...]
    total: int
    limit: int
    offset: int


@dataclass(frozen=True)
class ShiftView:
    """A shift that may be placed; `tone` (1 to 6) is the colour it is shown in, beside its code."""

    code: str
    name: str
    starts: str
    ends: str
    paid_minutes: int
    tone: int


@dataclass(frozen=True)
class CellView:
    """One person's day. `conflicts` counts the rules broken there."""

    day: int
    shift: str | None
    pinned: bool
    time_off: bool
    conflicts: int


@dataclass(frozen=True)
class PersonView:
    """One person's row, with sums over the roster: paid minutes against the contract, exposure in points."""

    code: str
    name: str
    team: str
    cells: tuple[CellView, ...]
    paid_minutes: int
    least_minutes: int
    most_minutes: int
    exposure: int
    exposure_per_hour: float


@dataclass(frozen=True)
class DayView:
    """One column: what its cover lacks, in agent-quarters (one agent for 15 minutes)."""

    day: int
    on_date: date
    weekend: bool
    required_quarters: int
    short_quarters: int
    worst_at: str | None
    worst_missing: int


@dataclass(frozen=True)
class FindingView:
    """What a checker says. `hard` must not be; otherwise `cost` is what it costs."""

    rule: str
    sentence: str
    hard: bool
    cost: int
    agent: str | None
    day: int | None


@dataclass(frozen=True)
class GridView:
    """People by days, with what the checkers say."""

    days: tuple[DayView, ...]
    shifts: tuple[ShiftView, ...]
    people: tuple[PersonView, ...]
    violations: tuple[FindingView, ...]
    findings: tuple[FindingView, ...]
    """What costs without being forbidden, by name and day; the dearest ones only, where there are many."""
    more_findings: int
    costs: dict[str, int]
    cost: int
    required_quarters: int
    short_quarters: int


@dataclass(frozen=True)
class RosterView:
    """A roster whole, with its latest run."""

    roster: RosterLine
    run: RunView | None
    can_undo: bool
    grid: GridView | None
    unplannable: str | None
    """Why there is no grid: what keeps the roster from being judged or planned, as the tables are now."""


@dataclass(frozen=True)
class QueueCover:
    """One queue on one day: what is required and missing in each quarter-hour from local midnight."""

    queue: str
    name: str
    required: tuple[int, ...]
    missing: tuple[int, ...]
    worst_at: str | None

    @property
    def required_quarters(self) -> int:
        """Agent-quarters required."""
        return sum(self.required)

    @property
    def short_quarters(self) -> int:
        """Agent-quarters missing."""
        return sum(self.missing)

    @property
    def worst_missing(self) -> int:
        """Agents missing in the worst quarter."""
        return max(self.missing, default=0)


@dataclass(frozen=True)
class DayCover:
    """Cover of one day, queue by queue; `clock` names each quarter as people there read it."""

    roster_id: int
    day: int
    on_date: date
    clock: tuple[str, ...]
    queues: tuple[QueueCover, ...]
    spare_quarters: int


@dataclass(frozen=True)
class EditView:
    """What an edit came to: the roster's new version, and what the checkers say of that person now."""

    version: int
    agent: str
    on_date: date
    shift: str | None
    pinned: bool
    violations: tuple[FindingView, ...]
    costs: dict[str, int]


@dataclass(frozen=True)
class CellForm:
    """Everything needed to change one person's day: what is there, what may be, and what speaks for or against."""

    roster_id: int
    version: int
    can_edit: bool
    agent: str
    name: str
    on_date: date
    shift: str | None
    pinned: bool
    time_off: bool
    wishes: tuple[str, ...]
    agreed: tuple[str, ...]
    """Sentences on what is agreed with the person, and what they were told of the day where that is another shift."""
    shifts: tuple[ShiftView, ...]
    violations: tuple[str, ...]
    week_minutes: int
    """Paid minutes in the seven days of the roster in which the day lies."""
    week_least_minutes: int
    week_most_minutes: int
