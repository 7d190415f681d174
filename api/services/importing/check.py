"""Check what rows name and when they say it is, against each other and the database; local times become instants."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from api.services.importing.check_agreed import check_agreed
from api.services.importing.known import Known
from roster.clock import QUARTER, QUARTER_MINUTES, ClockError, at_local, zone
from roster.exchange.faults import Place, one_of
from roster.exchange.read import Reading, Reference
from roster.exchange.rows import ContactRow, RequirementRow, TeamRow


@dataclass
class Checked:
    """Rows whose names and times hold, with what the times are in UTC."""

    requirements: dict[tuple[str, datetime], int] = field(default_factory=dict)
    """Agents required by queue code and begin of the quarter-hour."""
    contacts: list[tuple[ContactRow, datetime]] = field(default_factory=list)


def check(reading: Reading, known: Known, zone_option: str | None) -> Checked:
    """Add every further fault to `reading`; what comes back is whole only where there are none."""
    names = _Names(reading, known)
    for reference in reading.references:
        names.look_up(reference)
    check_agreed(reading, known)
    local = _LocalTimes(reading, known, zone_option)
    checked = Checked()
    _requirements(reading, names, local, checked)
    for contact in reading.of(ContactRow):
        arrived_at = local.instant(contact.at, "arrived_at", contact.arrived_at)
        if arrived_at is not None:
            checked.contacts.append((contact, arrived_at))
    return checked


class _Names:
    """Looks names up in the files and the database; remembers what it said of an unknown one."""

    def __init__(self, reading: Reading, known: Known) -> None:
        self._reading = reading
        mentioned = reading.mentioned
        self._names = {
            "teams": known.zone_of_team.keys() | mentioned["teams", "team"],
            "contracts": known.contracts | mentioned["contracts", "contract"],
            "queues": known.queues | mentioned["queues", "queue"],
            "shifts": known.shifts | mentioned["shifts", "shift"],
            "people": known.agents | mentioned["people", "agent"],
        }
        self.skilled_queues = known.skilled_queues | mentioned["skills", "queue"]
        self._said: dict[tuple[str, str], str] = {}

    def has(self, kind: str, value: str) -> bool:
        """Whether `value` is named, or may be in a sheet that could not be read."""
        return value in self._names[kind] or self._reading.may_bring(kind)

    def look_up(self, reference: Reference) -> None:
        """Tell where a name is unknown."""
        at, column, value, kind = reference
        if self.has(kind, value):
            return
        if (kind, value) not in self._said:
            self._said[kind, value] = one_of("agents" if kind == "people" else kind, self._names[kind], value)
        self._reading.complain(at, column, value, self._said[kind, value])


class _LocalTimes:
    """Makes instants of local times in the one zone that holds; tells once where there is none."""

    def __init__(self, reading: Reading, known: Known, zone_option: str | None) -> None:
        self._reading = reading
        zones = known.zone_of_team | {team.team: team.zone for team in reading.of(TeamRow)}
        self._zones = {zone_option} if zone_option else set(zones.values())
        self._name = next(iter(self._zones)) if len(self._zones) == 1 else None
        self._told: set[str] = set()
        # A team whose own row is at fault may bring the zone: that it is missing would be no second fault.
        self._may_come = reading.may_bring("teams") or bool(reading.mentioned["teams", "team"] - zones.keys())

    def zone_for(self, at: Place, column: str, value: str) -> str | None:
        """The zone of local times; the first row of each file that needs it is told if there is none."""
        if self._name is None and at.file not in self._told and not self._may_come:
            self._told.add(at.file)
            found = f"teams here have {', '.join(sorted(self._zones))}" if self._zones else "no team gives one"
            expected = f"a zone for local times: {found}; name one (--zone Europe/Amsterdam)"
            self._reading.complain(at, column, value, expected)
        return self._name

    def instant(self, at: Place, column: str, value: datetime) -> datetime | None:
        """`value` in UTC; local times by the zone, and none where the clocks skip it."""
        if value.tzinfo is not None:
            return value.astimezone(UTC)
        name = self.zone_for(at, column, value.isoformat())
        if name is None:
            return None
        here = zone(name)
        instant = value.replace(tzinfo=here).astimezone(UTC)
        if instant.astimezone(here).replace(tzinfo=None) != value:
            text = f"a time that exists in {name}: the clocks skip {value:%H:%M} on {value:%Y-%m-%d}"
            self._reading.complain(at, column, value.isoformat(), text)
            return None
        return instant


def _requirements(reading: Reading, names: _Names, local: _LocalTimes, checked: Checked) -> None:
    unskilled: set[tuple[str, str]] = set()
    first_of: dict[tuple[str, datetime], Place] = {}
    for row in reading.of(RequirementRow):
        known = names.has("queues", row.queue)
        if known and row.queue not in names.skilled_queues and not reading.may_bring("skills") and row.required:
            if (row.at.file, row.queue) not in unskilled:
                expected = one_of("queues that somebody has as a skill", names.skilled_queues, row.queue)
                reading.complain(row.at, "queue", row.queue, expected)
            unskilled.add((row.at.file, row.queue))
        name = local.zone_for(row.at, "date", row.date.isoformat())
        if name is None:
            continue
        for quarter in _quarters(reading, row, name):
            key = (row.queue, quarter)
            if key in first_of:
                first = first_of[key]
                where = f"row {first.row}" if first.file == row.at.file else f"{first.file}:{first.row}"
                expected = f"each quarter-hour of a queue once, {where} covers {quarter.astimezone(zone(name)):%H:%M}"
                reading.complain(row.at, "start", f"{row.start // 60:02d}:{row.start % 60:02d}", expected)
                break
            first_of[key] = row.at
            checked.requirements[key] = row.required


def _quarters(reading: Reading, row: RequirementRow, name: str) -> Iterable[datetime]:
    """The begins (UTC) of the row's quarter-hours; none where its first or last is one that the clocks skip."""
    bounds = {}
    for column, minute in (("start", row.start), ("end", row.end - QUARTER_MINUTES)):
        try:
            bounds[column] = at_local(row.date, minute, name, strict=True)
        except ClockError as error:
            shown = row.start if column == "start" else row.end
            reading.complain(
                row.at, column, f"{row.date} {shown // 60:02d}:{shown % 60:02d}", f"a time that exists: {error}"
            )
    if len(bounds) < 2:
        return
    instant, end = bounds["start"], at_local(row.date, row.end, name)
    while instant < end:
        yield instant
        instant += QUARTER
