"""The public instances straight from their text, judged without any of our own code: the second opinion of tests."""

from collections import defaultdict
from pathlib import Path

Roster = dict[str, dict[int, str]]
"""The shift of each day, by employee."""

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "instances" / "curtois"
"""Where the public instances may be; no part of the project."""

TINY = """# A comment before everything.
SECTION_HORIZON\r
# days
14\r

SECTION_SHIFTS
E,480,
L,600,E

SECTION_STAFF
# ID, MaxShifts, MaxTotalMinutes, MinTotalMinutes, MaxConsecutive, MinConsecutive, MinDaysOff, MaxWeekends
A,E=14|L=3,4320,3360,5,2,2,1
B,E=14|L=14,4320,2880,4,2,2,1
C,E=0|L=14,3000,1200,3,1,3,2

SECTION_DAYS_OFF
A,0
C,5,6

SECTION_SHIFT_ON_REQUESTS
A,2,E,2
B,3,L,1
C,4,E,3

SECTION_SHIFT_OFF_REQUESTS
B,6,E,3
C,12,L,1

SECTION_COVER
# Day, ShiftID, Requirement, under, over
0,E,1,100,1
0,L,1,100,2
1,E,2,100,1
3,L,0,100,5
5,E,1,50,1
13,L,2,100,1
"""


def sections(text: str) -> dict[str, list[list[str]]]:
    """The cells of each line of each section."""
    found: dict[str, list[list[str]]] = defaultdict(list)
    name = ""
    for line in text.split("\n"):
        line = line.strip()
        if line.startswith("SECTION_"):
            name = line
        elif line and not line.startswith("#"):
            found[name].append([cell.strip() for cell in line.split(",")])
    return found


def cost(text: str, roster: Roster) -> int:
    """Requests not met, and people missing and beyond, at their weights."""
    parts = sections(text)
    total = 0
    for agent, day, shift, weight in parts["SECTION_SHIFT_ON_REQUESTS"]:
        total += int(weight) * (roster[agent].get(int(day)) != shift)
    for agent, day, shift, weight in parts["SECTION_SHIFT_OFF_REQUESTS"]:
        total += int(weight) * (roster[agent].get(int(day)) == shift)
    for day, shift, asked, under, over in parts["SECTION_COVER"]:
        there = sum(row.get(int(day)) == shift for row in roster.values())
        total += max(0, int(asked) - there) * int(under) + max(0, there - int(asked)) * int(over)
    return total


def valid(text: str, roster: Roster) -> bool:
    """Whether everything that is not a request or cover holds for everyone in `roster`."""
    parts = sections(text)
    days = int(parts["SECTION_HORIZON"][0][0])
    minutes = {line[0]: int(line[1]) for line in parts["SECTION_SHIFTS"]}
    after = {line[0]: set("|".join(line[2:]).split("|")) for line in parts["SECTION_SHIFTS"]}
    off = {line[0]: {int(day) for day in line[1:]} for line in parts["SECTION_DAYS_OFF"]}
    return all(
        _valid_row(line, roster[line[0]], days, minutes, after, off.get(line[0], set()))
        for line in parts["SECTION_STAFF"]
        if line[0] in roster
    )


def _valid_row(
    line: list[str], row: dict[int, str], days: int, minutes: dict[str, int], after: dict[str, set[str]], off: set[int]
) -> bool:
    limits = dict(part.split("=") for part in line[1].split("|"))
    most_minutes, least_minutes, longest, shortest, least_off, weekends = map(int, line[2:8])
    worked = "".join("x" if day in row else "." for day in range(days))
    runs = [run for run in worked.split(".") if run]
    inner_runs = [run for run in worked.strip("x").split(".") if run]
    inner_rests = [rest for rest in worked.strip(".").split("x") if rest]
    return (
        all(sum(shift == one for one in row.values()) <= int(limit) for shift, limit in limits.items())
        and least_minutes <= sum(minutes[shift] for shift in row.values()) <= most_minutes
        and all(len(run) <= longest for run in runs)
        and all(len(run) >= shortest for run in inner_runs)
        and all(len(rest) >= least_off for rest in inner_rests)
        and sum("x" in worked[day : day + 2] for day in range(5, days, 7)) <= weekends
        and not off & set(row)
        and all(row.get(day + 1) not in after[shift] for day, shift in row.items() if day + 1 in row)
    )
