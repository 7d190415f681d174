"""Everything the demo imports, written as the files that any centre would bring."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from api.demo.arrivals import Arrival, draw_day
from api.demo.clinic import AWAY, CONTRACTS, LINES, SHIFTS, WINDOWS, WISHES, ZONE, monday_of
from api.demo.people import PEOPLE, Person

HISTORY_DAYS = 28
ABANDONED_SHARE = 0.035
MEAN_WAIT_SECONDS = 24.0

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Size:
    """How much of the clinic to make: the first `agents` people, that share of its volume, so many days."""

    agents: int = len(PEOPLE)
    days: int = 28

    @property
    def people(self) -> tuple[Person, ...]:
        """The people of this size."""
        return PEOPLE[: self.agents]

    @property
    def volume(self) -> float:
        """Share of the whole clinic's volume."""
        return self.agents / len(PEOPLE)


def write_files(folder: Path, today: date, seed: int, size: Size) -> list[Path]:
    """Write the clinic's import files into `folder`, in the order in which they build on one another."""
    folder.mkdir(parents=True, exist_ok=True)
    first = monday_of(today)
    codes = {person.code for person in size.people}
    last = first + timedelta(days=size.days - 1)

    def day(offset: int) -> date:
        return first + timedelta(days=offset)

    files = {
        "teams": _table("team,zone", ([team, ZONE] for team in dict.fromkeys(one.team for one in size.people))),
        "queues": _table(
            "queue,name,channel,priority,target_wait_seconds,service_level",
            (
                [line.code, line.name, "voice", line.priority, line.target_wait_seconds, line.service_level]
                for line in LINES
            ),
        ),
        "shifts": _table("shift,name,start,end,meal_minutes", SHIFTS),
        "contracts": _table("contract,min_week_hours,max_week_hours,max_consecutive_days", CONTRACTS),
        "people": _table(
            "agent,name,team,contract,channels,peer",
            ([one.code, one.name, one.team, one.contract, "voice", "yes" if one.peer else "no"] for one in size.people),
        ),
        "skills": _table(
            "agent,queue,proficiency",
            ([one.code, queue, level] for one in size.people for queue, level in one.skills),
        ),
        "availability": _table(
            "agent,kind,weekday,start,end,from,to",
            (
                *(
                    [code, "available", WEEKDAYS[int(weekday)], start, end, "", ""]
                    for code, (weekdays, start, end) in WINDOWS.items()
                    if code in codes
                    for weekday in weekdays
                ),
                *(
                    [code, "time_off", "", "", "", day(begin), day(end)]
                    for code, begin, end in AWAY
                    if code in codes and day(end) <= last
                ),
            ),
        ),
        "preferences": _table(
            "agent,date,shift,wish,weight",
            (
                [code, day(offset), shift, wish, weight]
                for code, offset, shift, wish, weight in WISHES
                if code in codes and day(offset) <= last
            ),
        ),
        "contacts": _table(
            "contact,queue,priority,arrived_at,wait_seconds,outcome,handle_seconds,agent,"
            "arrival_state,parties,history,stakes,resolvability",
            history_rows(first, seed, size),
        ),
    }
    paths = []
    for name, rows in files.items():
        if len(rows) == 1:
            continue
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        paths.append(path)
    return paths


def draw_history(first: date, seed: int, size: Size) -> list[Arrival]:
    """The contacts of the four weeks before `first`, by arrival."""
    random = np.random.default_rng([seed, 1])
    found = [
        arrival
        for offset in range(-HISTORY_DAYS, 0)
        for line in LINES
        for arrival in draw_day(line, first + timedelta(days=offset), random, volume=size.volume)
    ]
    return sorted(found, key=lambda arrival: (arrival.arrived_at, arrival.ref))


def history_rows(first: date, seed: int, size: Size) -> Iterable[list[object]]:
    """`draw_history` as rows of a contacts file: who took it, how long it waited, or that it was abandoned."""
    random = np.random.default_rng([seed, 2])
    takers = {line.code: [one.code for one in size.people if line.code in dict(one.skills)] for line in LINES}
    for arrival in draw_history(first, seed, size):
        abandoned = bool(random.random() < ABANDONED_SHARE)
        wait = round(float(random.exponential(MEAN_WAIT_SECONDS * (3 if abandoned else 1))))
        able = takers[arrival.line.code]
        yield [
            arrival.ref,
            arrival.line.code,
            arrival.line.priority,
            arrival.arrived_at.isoformat(),
            wait,
            "abandoned" if abandoned else "served",
            0 if abandoned else arrival.handle_seconds,
            "" if abandoned or not able else able[int(random.integers(len(able)))],
            arrival.entry.arrival_state.value,
            arrival.entry.parties,
            arrival.entry.history.value,
            "|".join(stake.value for stake in arrival.entry.stakes),
            arrival.entry.resolvability.value,
        ]


def _table(header: str, rows: Iterable[Sequence[object]]) -> list[Sequence[object]]:
    return [header.split(","), *rows]
