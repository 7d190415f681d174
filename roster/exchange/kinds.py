"""Every kind of file, declared: its columns, which it must have, what makes two rows the same, what a row must obey.

The kind of a sheet is found from its header. Reading, templates, export and the documentation all follow this table.
"""

from collections.abc import Iterable
from dataclasses import replace

from roster.agreed import PEER
from roster.clock import QUARTER_MINUTES, minute_text
from roster.contacts import ArrivalState, History, Resolvability, Stake
from roster.exchange import rows
from roster.exchange.columns import (
    DATE,
    INSTANT,
    LANGUAGES,
    PARTIES,
    SHARE,
    WEEKDAY,
    YES_NO,
    ZONE,
    choice,
    choices,
    folded,
    hours,
    one_or_none,
    reference,
    text,
    texts,
    time_of_day,
    whole,
)
from roster.exchange.faults import closest
from roster.exchange.kind import (
    AGENT,
    CONTRACT,
    LATEST_HOUR,
    OF_AGENT,
    OF_QUEUE,
    QUEUE,
    SHIFT,
    TEAM,
    Column,
    Complaint,
    Kind,
)
from roster.exchange.kinds_agreed import PAIRS, ROLE_REQUIREMENTS, SHIFT_LIMITS, SHIFT_REQUIREMENTS
from roster.people import AvailabilityKind, Channel

WEEK_HOURS = 168


def _contract_complaints(row: rows.ContractRow) -> Iterable[Complaint]:
    if row.max_week_hours < row.min_week_hours:
        yield "max_week_hours", f"at least min_week_hours, which is {row.min_week_hours / 60:g}"
    if row.min_consecutive_days and row.max_consecutive_days and row.min_consecutive_days > row.max_consecutive_days:
        yield "min_consecutive_days", f"at most max_consecutive_days, which is {row.max_consecutive_days}"


def _shift_complaints(row: rows.ShiftRow) -> Iterable[Complaint]:
    if row.end == row.start:
        yield "end", f"an end other than its start {minute_text(row.start)}; an earlier time is on the next day"
    elif not 60 <= row.minutes <= 1440:
        yield "end", f"a shift of 60 to 1440 minutes, this one has {row.minutes}"
    elif row.meal_minutes is not None and row.meal_minutes >= row.minutes:
        yield "meal_minutes", f"fewer than the shift's {row.minutes} minutes"


def _person_complaints(row: rows.PersonRow) -> Iterable[Complaint]:
    if row.roles and PEER in row.roles:
        yield "roles", f"roles other than {PEER}, for which there is the column peer"
    if row.manager == (row.agent,):
        yield "manager", "the code of somebody else, or none"


def _availability_complaints(row: rows.AvailabilityRow) -> Iterable[Complaint]:
    weekly = {"weekday": row.weekday, "start": row.start, "end": row.end}
    dated = {"from": row.first, "to": row.last}
    needed, unused = (weekly, dated) if row.kind is AvailabilityKind.AVAILABLE else (dated, weekly)
    missing = [column for column, value in needed.items() if value is None]
    for column in missing:
        yield column, f"a value, for kind {row.kind.value} needs {', '.join(needed)}"
    for column, value in unused.items():
        if value is not None:
            yield column, f"nothing: kind {row.kind.value} uses only {', '.join(needed)}"
    if missing:
        return
    if row.start is not None and row.end is not None and row.end <= row.start:
        hint = f"past midnight, write {minute_text(row.end)} as {row.end // 60 + 24}:{row.end % 60:02d}"
        yield "end", f"a time after start {minute_text(row.start)} ({hint})"
    if row.first is not None and row.last is not None and row.last < row.first:
        yield "to", f"a date not before from, which is {row.first}"


def _requirement_complaints(row: rows.RequirementRow) -> Iterable[Complaint]:
    for column, minute in (("start", row.start), ("end", row.end)):
        if minute % QUARTER_MINUTES:
            yield column, "a time on the quarter-hour: minutes 00, 15, 30 or 45"
    if row.end <= row.start:
        yield "end", f"a time after start {minute_text(row.start)}; an interval past midnight takes two rows"


ENTRY_COLUMNS = ("arrival_state", "parties", "history", "stakes", "resolvability")

TEAMS = Kind(
    "teams",
    "Teams that are planned together, each with the zone in which its days are computed.",
    rows.TeamRow,
    (TEAM, Column("zone", ZONE, "IANA time zone")),
    ("team",),
    (("North", "Europe/Amsterdam"), ("South", "Europe/Amsterdam")),
)
CONTRACTS = Kind(
    "contracts",
    "Hours agreed per week of seven days, and the shape of a row.",
    rows.ContractRow,
    (
        CONTRACT,
        Column("min_week_hours", hours(WEEK_HOURS), "least hours of paid work a week"),
        Column("max_week_hours", hours(WEEK_HOURS), "most hours of paid work a week"),
        Column("max_consecutive_days", whole(1, 14), "most days of work in a row; 6 where empty", required=False),
        Column("min_consecutive_days", whole(1, 14), "least days of work in a row; 1 where empty", required=False),
        Column("min_days_off", whole(1, 14), "least days off in a row; 1 where empty", required=False),
        Column("max_weekends", whole(0, 4), "most weekends worked in 28 days; no limit where empty", required=False),
    ),
    ("contract",),
    (("full-time", "32", "40", "5", "2", "2", "2"), ("part-time", "0", "24", "5", "", "", "")),
    _contract_complaints,
)
QUEUES = Kind(
    "queues",
    "What arrives where, and the service promised.",
    rows.QueueRow,
    (
        QUEUE,
        Column("name", text(120, "a name"), "name that people read"),
        Column("channel", choice(Channel), "how contacts reach an agent; voice where empty", required=False),
        Column("priority", whole(1, 9), "1 = first, 9 = last; 5 where empty", required=False),
        Column("target_wait_seconds", whole(1, 86_400), "seconds; 20 where empty", required=False),
        Column("service_level", SHARE, "share answered within the target; 0.8 where empty", required=False),
    ),
    ("queue",),
    (("appointments", "Appointments", "voice", "5", "20", "0.8"), ("nurse", "Nurse advice", "voice", "2", "30", "0.9")),
)
SHIFTS = Kind(
    "shifts",
    "Shifts that may be worked on any day, local time.",
    rows.ShiftRow,
    (
        SHIFT,
        Column("name", text(80, "a name"), "name that people read"),
        Column("start", time_of_day(24, first_day_only=True), "local time"),
        Column("end", time_of_day(LATEST_HOUR), "local time; one before the start is on the next day"),
        Column("meal_minutes", whole(0, 720), "unpaid minutes inside; by policy where empty", required=False),
        Column(
            "not_followed_by",
            texts(32, "shift codes"),
            "shifts that may not begin on the next day; none where empty",
            required=False,
            refers="shifts",
        ),
    ),
    ("shift",),
    (("early", "Early", "07:00", "15:30", "30", ""), ("night", "Night", "22:30", "07:00", "30", "early")),
    _shift_complaints,
)
PEOPLE = Kind(
    "people",
    "Agents, by code. One who is there already is updated.",
    rows.PersonRow,
    (
        AGENT,
        Column("name", text(120, "a name"), "name that people read"),
        replace(TEAM, refers="teams"),
        replace(CONTRACT, refers="contracts"),
        Column("channels", choices(Channel), "channels worked, joined by |; voice where empty", required=False),
        Column("peer", YES_NO, "a trained volunteer for peer debriefs; no where empty", required=False),
        Column("roles", texts(40, "roles"), "roles filled on shift; none where empty", required=False),
        Column(
            "manager",
            one_or_none(64, "an agent's code"),
            "code of the line manager, if an agent too: never their peer in a debrief",
            required=False,
            refers="people",
        ),
        Column("languages", LANGUAGES, "spoken; of two who give any, a debrief needs one of both", required=False),
    ),
    ("agent",),
    (
        ("A01", "Noor Bakker", "North", "full-time", "voice|chat", "yes", "shift_lead", "", "nl|en"),
        ("A02", "Sem Visser", "South", "part-time", "voice", "no", "", "A01", "nl"),
    ),
    _person_complaints,
)
SKILLS = Kind(
    "skills",
    "Which agent can take which queue.",
    rows.SkillRow,
    (
        OF_AGENT,
        OF_QUEUE,
        Column("proficiency", whole(1, 3), "1 = learning, 2 = able, 3 = expert; 2 where empty", required=False),
    ),
    ("agent", "queue"),
    (("A01", "appointments", "2"), ("A02", "nurse", "3")),
)
AVAILABILITY = Kind(
    "availability",
    "Weekly windows in which an agent can work (none at all = any time), and days away or off. No reason is asked.",
    rows.AvailabilityRow,
    (
        OF_AGENT,
        Column(
            "kind",
            choice(AvailabilityKind),
            "available = a weekly window, time_off = leave, day_off = days agreed to be free, which take no hours off"
            " the week",
        ),
        Column("weekday", WEEKDAY, "of a window", required=False),
        Column("start", time_of_day(24, first_day_only=True), "local time, of a window", required=False),
        Column("end", time_of_day(LATEST_HOUR), "local time; 30:00 = 06:00 on the next day", required=False),
        Column("from", DATE, "first day away or off", required=False, field="first"),
        Column("to", DATE, "last day away or off", required=False, field="last"),
    ),
    ("agent", "kind", "weekday", "start", "end", "from"),
    (
        ("A02", "available", "mon", "07:00", "19:00", "", ""),
        ("A01", "time_off", "", "", "", "2026-12-24", "2026-12-27"),
    ),
    _availability_complaints,
)
PREFERENCES = Kind(
    "preferences",
    "Wishes for or against a shift on a date.",
    rows.PreferenceRow,
    (
        OF_AGENT,
        Column("date", DATE, "local date"),
        replace(SHIFT, says="code of the shift; any shift where empty", required=False, refers="shifts"),
        Column("wish", choice(rows.WishWord), "work = would like it, off = would rather not"),
        Column("weight", whole(1, 1000), "cost of not granting it; 20 where empty", required=False),
    ),
    ("agent", "date", "shift"),
    (("A01", "2026-12-01", "early", "work", "20"), ("A02", "2026-12-05", "", "off", "40")),
)
REQUIREMENTS = Kind(
    "requirements",
    "Agents required in a queue from start to end of a local date, on the quarter-hour.",
    rows.RequirementRow,
    (
        OF_QUEUE,
        Column("date", DATE, "local date"),
        Column("start", time_of_day(24, first_day_only=True), "local time, on the quarter-hour"),
        Column("end", time_of_day(24), "local time, on the quarter-hour; 24:00 = midnight"),
        Column("required", whole(0, 10_000), "agents"),
    ),
    ("queue", "date", "start"),
    (("appointments", "2026-12-01", "08:00", "12:00", "1"), ("nurse", "2026-12-01", "09:00", "17:00", "1")),
    _requirement_complaints,
)
_OUTCOMES = {
    "agent": rows.PastOutcome.SERVED,
    "hang": rows.PastOutcome.ABANDONED,
    "answered": rows.PastOutcome.SERVED,
}
CONTACTS = Kind(
    "contacts",
    "Contacts of the past: opaque references, times and closed vocabulary; nothing about a patient.",
    rows.ContactRow,
    (
        Column("contact", reference(120, "an opaque reference"), "reference, once per contact", aliases=("call",)),
        OF_QUEUE,
        Column("priority", whole(0, 99), "as the source has it", required=False),
        Column("arrived_at", INSTANT, "when it arrived"),
        Column("wait_seconds", whole(0, 604_800, "whole seconds"), "seconds until answered or given up"),
        Column(
            "outcome",
            choice(rows.PastOutcome, _OUTCOMES),
            "also AGENT = served, HANG = abandoned; phantoms are left out",
        ),
        Column("handle_seconds", whole(0, 604_800, "whole seconds"), "seconds of work; 0 where abandoned"),
        Column(
            "agent",
            reference(64, "a code"),
            "who took it; need not be an agent here",
            required=False,
            aliases=("server",),
        ),
        Column("arrival_state", choice(ArrivalState), "entry condition", required=False),
        Column("parties", PARTIES, "entry condition", required=False),
        Column("history", choice(History), "entry condition", required=False),
        Column("stakes", choices(Stake, none="none"), "entry condition; several joined by |", required=False),
        Column("resolvability", choice(Resolvability), "entry condition", required=False),
    ),
    ("contact",),
    (
        (
            "C-1001",
            "appointments",
            "",
            "2026-11-02T09:14:05+01:00",
            "12",
            "served",
            "187",
            "A01",
            "calm",
            "1",
            "first",
            "none",
            "resolvable",
        ),
        ("C-1002", "nurse", "", "2026-11-02T09:20:31+01:00", "41", "abandoned", "0", "", "", "", "", "", ""),
    ),
)

KINDS: tuple[Kind, ...] = (
    TEAMS,
    CONTRACTS,
    QUEUES,
    SHIFTS,
    PEOPLE,
    SKILLS,
    AVAILABILITY,
    PREFERENCES,
    REQUIREMENTS,
    SHIFT_LIMITS,
    PAIRS,
    SHIFT_REQUIREMENTS,
    ROLE_REQUIREMENTS,
    CONTACTS,
)
"""In the order in which they are stored: what is named stands before what names it."""


def kind_of(header: tuple[str, ...], hint: str) -> Kind | None:
    """The kind that `header` fits best, or none where it fits no kind by half; `hint` (a file's name) settles ties."""

    def misfit(kind: Kind) -> tuple[int, bool, int]:
        known = {column.name for heading in header if (column := kind.column(heading)) is not None}
        missing = sum(1 for column in kind.columns if column.required and column.name not in known)
        return missing + len(header) - len(known), kind.name not in folded(hint), -len(known)

    best = min(KINDS, key=misfit)
    known = sum(1 for heading in header if best.column(heading) is not None)
    needed = sum(1 for column in best.columns if column.required)
    return best if known * 2 > max(needed, len(header)) or known >= needed else None


def kinds_text() -> str:
    """Every kind with its columns, for whoever brought a header that fits none."""
    return "; ".join(f"{kind.name} ({', '.join(kind.names)})" for kind in KINDS)


def unknown_column(kind: Kind, heading: str) -> str:
    """What was expected instead of `heading`."""
    return f"a column of {kind.name}: {', '.join(kind.names)}{closest(kind.names, folded(heading))}"
