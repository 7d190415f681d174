"""A centre around the bank's call records: who might have worked there, as import files.

The file gives queues, arrivals, waits, outcomes and handle times. Queue names follow the published description of
the data (Mandelbaum, Sakov, Zeltyn: Empirical analysis of a call center, 2000). Agents, contracts and shifts are
made up: 40 people whose skills are spread over the queues in proportion to the work they brought.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

RECORDS = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "calls" / "bank_feb1999.csv"
ZONE = "Asia/Jerusalem"
MONTH = timedelta(days=28)
PLANNED_FROM = date(1999, 3, 1)
"""February 1999 has 28 days, so that the planned month begins on the same weekday as the recorded one: a Monday."""

QUEUES = {
    "PS": ("Regular service", 4),
    "NW": ("Possible new customers", 4),
    "NE": ("Stock exchange", 3),
    "TT": ("Asked to be called back", 5),
    "IN": ("Internet help", 5),
    "PE": ("Regular service in English", 4),
}
"""Queue code: name, priority."""

SHIFTS = (
    ("day1", "Day 1", "07:00", "15:30", 30),
    ("day2", "Day 2", "08:00", "16:30", 30),
    ("mid", "Mid", "10:00", "18:30", 30),
    ("late", "Late", "13:00", "21:30", 30),
    ("close", "Closing", "15:30", "24:00", 30),
    ("am", "Short morning", "08:00", "13:00", 0),
    ("pm", "Short afternoon", "13:00", "18:00", 0),
    ("eve", "Short evening", "18:00", "24:00", 0),
)
CONTRACTS = (("full", 34, 42, 6), ("part", 20, 28, 5))
SKILL_SLOTS_PER_AGENT = 2.5
FEWEST_PER_QUEUE = 4


@dataclass(frozen=True)
class Record:
    """One recorded call; `arrived_at` is local, without a zone, as the file has it."""

    ref: str
    queue: str
    arrived_at: datetime
    wait_seconds: int
    outcome: str
    handle_seconds: int


@dataclass(frozen=True)
class Records:
    """The recorded calls and the file they came from."""

    path: Path
    calls: tuple[Record, ...]

    @classmethod
    def read(cls, path: Path) -> "Records":
        """Every row of the file."""
        with path.open(encoding="utf-8", newline="") as file:
            return cls(
                path,
                tuple(
                    Record(
                        row["call"],
                        row["queue"],
                        datetime.fromisoformat(row["arrived_at"]),
                        int(row["wait_seconds"]),
                        row["outcome"],
                        int(row["handle_seconds"]),
                    )
                    for row in csv.DictReader(file)
                ),
            )

    def on(self, day: date) -> list[Record]:
        """The calls of one local day that were calls at all."""
        return [call for call in self.calls if call.arrived_at.date() == day and call.outcome != "PHANTOM"]

    def mean_patience_seconds(self) -> float:
        """Maximum-likelihood mean of exponential patience: all waiting over the calls given up.

        Calls that were answered say only that their patience was longer than their wait (right-censored).
        """
        waited = sum(call.wait_seconds for call in self.calls if call.outcome != "PHANTOM")
        return waited / max(1, sum(call.outcome == "HANG" for call in self.calls))

    def work_seconds(self) -> dict[str, int]:
        """Seconds of talk that each queue brought."""
        total: dict[str, int] = defaultdict(int)
        for call in self.calls:
            total[call.queue] += call.handle_seconds
        return dict(total)


def write_centre(folder: Path, records: Records, agents: int) -> list[Path]:
    """Write every import file but the calls themselves; those are imported from their own file."""
    codes = [f"B{number:02d}" for number in range(1, agents + 1)]
    tables: dict[str, list[tuple[object, ...]]] = {
        "teams": [("team", "zone"), ("Bank line", ZONE)],
        "queues": [
            ("queue", "name", "channel", "priority", "target_wait_seconds", "service_level"),
            *((code, name, "voice", priority, 60, 0.75) for code, (name, priority) in QUEUES.items()),
        ],
        "shifts": [("shift", "name", "start", "end", "meal_minutes"), *SHIFTS],
        "contracts": [("contract", "min_week_hours", "max_week_hours", "max_consecutive_days"), *CONTRACTS],
        "people": [
            ("agent", "name", "team", "contract", "channels", "peer"),
            *(
                (code, f"Agent {code}", "Bank line", ("full", "full", "full", "part")[number % 4], "voice", "no")
                for number, code in enumerate(codes)
            ),
        ],
        "skills": [
            ("agent", "queue", "proficiency"),
            *((code, queue, 2) for code, queues in spread_skills(codes, records.work_seconds()) for queue in queues),
        ],
    }
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, rows in tables.items():
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        paths.append(path)
    return paths


def spread_skills(codes: list[str], work_seconds: dict[str, int]) -> list[tuple[str, list[str]]]:
    """Deal skills out so that each queue has agents in proportion to its work, and no agent is without one.

    The busiest queue begins with the first agent; each further queue goes on where the one before stopped.
    """
    total = sum(work_seconds.values())
    held: dict[str, list[str]] = {code: [] for code in codes}
    place = 0
    for queue, seconds in sorted(work_seconds.items(), key=lambda item: (-item[1], item[0])):
        wanted = round(len(codes) * SKILL_SLOTS_PER_AGENT * seconds / total)
        for _ in range(min(len(codes), max(FEWEST_PER_QUEUE, wanted))):
            held[codes[place % len(codes)]].append(queue)
            place += 1
    return list(held.items())
