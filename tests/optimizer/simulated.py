"""Small centres for tests of the simulation, written by hand."""

import math
from collections.abc import Sequence

import numpy as np

from optimizer.simulation.trace import Duty, Trace, agreed
from roster.policy import default_policy

POLICY = default_policy()
MINUTE = 60.0
HOUR = 3600.0

Call = tuple[float, float]
"""When it arrives and how long it takes, seconds."""


def trace(
    calls: Sequence[Call],
    *,
    scores: Sequence[int] | None = None,
    patience: Sequence[float] | None = None,
    queues: Sequence[str] | None = None,
) -> Trace:
    """Contacts in order of arrival; light, patient and of queue `q` unless said otherwise."""
    names = tuple(sorted(set(queues or ["q"])))
    score = np.array(scores or [0] * len(calls), np.int64)
    score, heavy = agreed(score, np.full(len(calls), -1), POLICY.difficulty)
    return Trace(
        names=(),
        queues=names,
        queue=np.array([names.index(queue) for queue in queues or ["q"] * len(calls)], np.int64),
        arrives=np.array([call[0] for call in calls], np.float64),
        handle=np.array([call[1] for call in calls], np.float64),
        patience=np.array(patience or [math.inf] * len(calls), np.float64),
        score=score,
        heavy=heavy,
    )


def duty(*sessions: tuple[str, float, float], skills: dict[str, Sequence[int]] | None = None, queues: int = 1) -> Duty:
    """Sessions as (agent, begin, end), seconds; `skills` gives the places of an agent's queues, else all."""
    rows = sorted(sessions, key=lambda row: (row[1], row[0]))
    agents = tuple(sorted({row[0] for row in rows}))
    able = np.zeros((len(rows), queues), np.bool_)
    for place, (agent, _, _) in enumerate(rows):
        able[place, list((skills or {}).get(agent, range(queues)))] = True
    return Duty(
        agents=agents,
        agent=np.array([agents.index(row[0]) for row in rows], np.int64),
        begins=np.array([row[1] for row in rows], np.float64),
        ends=np.array([row[2] for row in rows], np.float64),
        skills=able,
    )
