"""Recorded calls as a trace and a duty list: read from a file beside the project, kept nowhere.

The file gives queues, arrivals, waits, outcomes, handle times and who answered. A day's session of a server is from
their first answer to the end of their last call; their skills are the queues that they answered in the file. Which
calls are heavy it does not tell: they are drawn.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from optimizer.simulation.trace import Duty, Trace

SHORTEST_SESSION = 1800.0


@dataclass(frozen=True)
class _Call:
    queue: str
    arrives: float
    waited: float
    given_up: bool
    handle: float
    server: str


def recorded(path: Path, heavy_share: float, random: np.random.Generator) -> tuple[Trace, Duty]:
    """The calls of the file and the people who answered them, times from the midnight before the first.

    A call that was given up has that wait as its patience, and a handle time drawn from its queue's answered calls. An
    answered one is patient for longer than it waited: by an exponential time with the mean patience of the file
    (all waiting over calls given up).
    """
    calls = sorted(_read(path), key=lambda call: call.arrives)
    sessions: dict[tuple[str, int], list[float]] = defaultdict(list)
    skills: dict[str, set[str]] = defaultdict(set)
    handles: dict[str, list[float]] = defaultdict(list)
    for call in calls:
        if not call.given_up:
            handles[call.queue].append(call.handle)
            if call.server:
                begin = call.arrives + call.waited
                sessions[call.server, int(begin // 86_400)] += [begin, begin + call.handle]
                skills[call.server].add(call.queue)
    queues = tuple(sorted(handles))
    calls = [call for call in calls if call.queue in handles]
    mean_patience = sum(call.waited for call in calls) / max(1, sum(call.given_up for call in calls))
    patience = [call.waited + (0.0 if call.given_up else float(random.exponential(mean_patience))) for call in calls]
    handle = [float(random.choice(handles[call.queue])) if call.given_up else call.handle for call in calls]
    heavy = random.random(len(calls)) < heavy_share
    score = np.where(heavy, random.integers(50, 75, len(calls)), random.integers(0, 31, len(calls)))
    trace = Trace(
        names=(),
        queues=queues,
        queue=np.array([queues.index(call.queue) for call in calls], np.int64),
        arrives=np.array([call.arrives for call in calls]),
        handle=np.array(handle),
        patience=np.array(patience),
        score=score.astype(np.int64),
        heavy=heavy,
    )
    rows = sorted(
        (min(times), max(max(times), min(times) + SHORTEST_SESSION), server) for (server, _), times in sessions.items()
    )
    agents = tuple(sorted(skills))
    duty = Duty(
        agents=agents,
        agent=np.array([agents.index(row[2]) for row in rows], np.int64),
        begins=np.array([row[0] for row in rows]),
        ends=np.array([row[1] for row in rows]),
        skills=np.array([[queue in skills[row[2]] for queue in queues] for row in rows]),
    )
    return trace, duty


def _read(path: Path) -> list[_Call]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["outcome"] != "PHANTOM"]
    at = [datetime.fromisoformat(row["arrived_at"]) for row in rows]
    midnight = min(at).replace(hour=0, minute=0, second=0)
    return [
        _Call(
            row["queue"],
            (instant - midnight).total_seconds(),
            float(row["wait_seconds"]),
            row["outcome"] == "HANG",
            max(1.0, float(row["handle_seconds"])),
            row["server"],
        )
        for row, instant in zip(rows, at, strict=True)
    ]
