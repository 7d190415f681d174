"""Kinds of files about what is agreed of people, and about people asked for by shift and by role."""

from collections.abc import Iterable

from roster.clock import minute_text
from roster.exchange import rows
from roster.exchange.columns import DATE, WEEKDAY, choice, text, time_of_day, whole
from roster.exchange.kind import AGENT, LATEST_HOUR, OF_AGENT, OF_SHIFT, OF_TEAM, Column, Complaint, Kind


def _limit_complaints(row: rows.ShiftLimitRow) -> Iterable[Complaint]:
    if row.most < row.least:
        yield "most", f"at least least, which is {row.least}"


def _pair_complaints(row: rows.PairRow) -> Iterable[Complaint]:
    if row.first == row.second:
        yield "second", f"somebody other than first, which is {row.first}"


def _role_requirement_complaints(row: rows.RoleRequirementRow) -> Iterable[Complaint]:
    if row.end <= row.start:
        hint = f"past midnight, write {minute_text(row.end)} as {row.end // 60 + 24}:{row.end % 60:02d}"
        yield "end", f"a time after start {minute_text(row.start)} ({hint})"


SHIFT_LIMITS = Kind(
    "shift_limits",
    "How often an agent must and may work a shift in 28 days. Other lengths take their share, rounded outward.",
    rows.ShiftLimitRow,
    (
        OF_AGENT,
        OF_SHIFT,
        Column("least", whole(0, 28), "times at least; 0 = no limit"),
        Column("most", whole(0, 28), "times at most; 28 = no limit"),
    ),
    ("agent", "shift"),
    (("A01", "night", "0", "4"), ("A02", "night", "0", "2")),
    _limit_complaints,
)
PAIRS = Kind(
    "pairs",
    "Who works only where somebody else does, and who never works with whom.",
    rows.PairRow,
    (
        Column("first", AGENT.cell, "code of an agent; of those kept together, who needs the other", refers="people"),
        Column("second", AGENT.cell, "code of another agent", refers="people"),
        Column("pair", choice(rows.PairWord), "together, apart, or none = what was agreed is taken back"),
    ),
    ("first", "second"),
    (("A01", "A02", "apart"), ("A02", "A01", "apart")),
    _pair_complaints,
)
SHIFT_REQUIREMENTS = Kind(
    "shift_requirements",
    "People required in a shift on a date, whatever their skills.",
    rows.ShiftRequirementRow,
    (
        OF_TEAM,
        OF_SHIFT,
        Column("date", DATE, "local date on which the shift begins"),
        Column("required", whole(0, 10_000), "people"),
    ),
    ("team", "shift", "date"),
    (("North", "early", "2026-12-01", "1"), ("", "night", "2026-12-01", "0")),
)
ROLE_REQUIREMENTS = Kind(
    "role_requirements",
    "People with a role required on shift between two local times.",
    rows.RoleRequirementRow,
    (
        OF_TEAM,
        Column(
            "role",
            text(40, "a role"),
            "a role of people, peer = trained for peer debriefs; anybody where empty",
            required=False,
        ),
        Column("weekday", WEEKDAY, "every day where empty", required=False),
        Column("start", time_of_day(24, first_day_only=True), "local time"),
        Column("end", time_of_day(LATEST_HOUR), "local time; 30:00 = 06:00 on the next day"),
        Column("required", whole(0, 10_000), "people at least"),
    ),
    ("team", "role", "weekday", "start"),
    (("North", "shift_lead", "mon", "08:00", "12:00", "1"), ("", "peer", "", "09:00", "17:00", "1")),
    _role_requirement_complaints,
)
