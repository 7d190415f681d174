"""Centres drawn at random: textbook queues to be compared with theory, and a working day with heavy contacts."""

from dataclasses import dataclass

import numpy as np

from optimizer.simulation.state import Floats
from optimizer.simulation.trace import SECONDS_PER_DAY, Duty, Trace

HOUR = 3600.0
QUEUE = ("all",)
QUIET_END = 0.75 * HOUR


@dataclass(frozen=True)
class Queueing:
    """Poisson arrivals to one queue, exponential handle times and patience, everybody always there.

    Seconds; `patience_seconds` infinite = nobody gives up; `seconds` is how long contacts arrive.
    """

    arrivals_per_second: float
    handle_seconds: float
    servers: int
    seconds: float
    patience_seconds: float = np.inf

    def __call__(self, random: np.random.Generator) -> tuple[Trace, Duty]:
        """One draw, from an empty queue."""
        number = int(random.poisson(self.arrivals_per_second * self.seconds))
        arrives = np.sort(random.random(number)) * self.seconds
        patience = np.full(number, np.inf)
        if self.patience_seconds < np.inf:
            patience = random.exponential(self.patience_seconds, number)
        trace = _plain(arrives, random.exponential(self.handle_seconds, number), patience)
        return trace, always_there(self.servers, self.seconds)


def always_there(servers: int, seconds: float) -> Duty:
    """One endless session for each of `servers`: it ends only after all that arrived in `seconds` is long over."""
    return Duty(
        agents=tuple(f"a{number}" for number in range(1, servers + 1)),
        agent=np.arange(servers),
        begins=np.zeros(servers),
        ends=np.full(servers, 2 * seconds + SECONDS_PER_DAY),
        skills=np.ones((servers, 1), np.bool_),
    )


def _plain(arrives: Floats, handle: Floats, patience: Floats) -> Trace:
    number = len(arrives)
    return Trace(
        names=(),
        queues=QUEUE,
        queue=np.zeros(number, np.int64),
        arrives=arrives,
        handle=handle,
        patience=patience,
        score=np.zeros(number, np.int64),
        heavy=np.zeros(number, np.bool_),
    )


@dataclass(frozen=True)
class WorkingDays:
    """Days of a centre with heavy contacts: shifts with breaks, Poisson arrivals in proportion to who is there.

    `occupancy` is the share of the time that people are there and not resting which the contacts take, with what runs
    over into breaks. Nothing arrives in the last 45 minutes of a day. Handle times are log-normal with mean
    `handle_seconds` and a coefficient of variation of `spread`. Of the contacts `heavy_share` are heavy, a tenth of
    those severe; the others score evenly from 0 to `light_most` points. Where `queues` is 2, half of the people have
    both and the rest one of them. Breaks are gaps between sessions.
    """

    agents: int = 100
    days: int = 1
    occupancy: float = 0.8
    heavy_share: float = 0.09
    handle_seconds: float = 600.0
    spread: float = 0.8
    light_most: int = 40
    queues: int = 1
    patience_seconds: float = np.inf
    rest_minutes: float = 6.0
    """what a heavy contact's rest takes on average, to size the load by"""

    def __call__(self, random: np.random.Generator) -> tuple[Trace, Duty]:
        """One draw."""
        duty = self._duty(random)
        there = float((duty.ends - duty.begins).sum())
        # Whoever is busy when a session ends goes on for a residual handle time, which is time there too.
        there += len(duty.begins) * self.occupancy * self.handle_seconds * (1 + self.spread**2) / 2
        each = self.handle_seconds + self.heavy_share * self.rest_minutes * 60.0 * self.occupancy
        number = int(random.poisson(there * self.occupancy / each))
        # Arrivals follow the staff: an instant of somebody's duty, drawn evenly over all duty.
        day_ends = np.maximum.reduceat(duty.ends, np.unique(duty.days, return_index=True)[1])
        ends = np.minimum(duty.ends, day_ends[duty.days] - QUIET_END)
        lengths = np.maximum(ends - duty.begins, 0.0)
        session = random.choice(len(lengths), number, p=lengths / lengths.sum())
        arrives = duty.begins[session] + random.random(number) * lengths[session]
        order = np.argsort(arrives, kind="stable")
        queue = random.integers(self.queues, size=number)
        sigma = np.sqrt(np.log1p(self.spread**2))
        handle = random.lognormal(np.log(self.handle_seconds) - sigma**2 / 2, sigma, number)
        heavy = random.random(number) < self.heavy_share
        severe = heavy & (random.random(number) < 0.1)
        score = np.where(severe, random.integers(75, 101, number), random.integers(50, 75, number))
        score = np.where(heavy, score, random.integers(0, self.light_most + 1, number))
        patience = np.full(number, np.inf)
        if self.patience_seconds < np.inf:
            patience = random.exponential(self.patience_seconds, number)
        trace = Trace(
            names=(),
            queues=tuple(f"q{place}" for place in range(1, self.queues + 1)),
            queue=queue[order],
            arrives=arrives[order],
            handle=handle[order],
            patience=patience,
            score=score[order].astype(np.int64),
            heavy=heavy[order],
        )
        return trace, duty

    def _duty(self, random: np.random.Generator) -> Duty:
        """Shifts of 8 hours between 07:00 and 19:00, begun each half hour, with a meal and two short breaks."""
        rows: list[tuple[float, float, int]] = []
        for day in range(self.days):
            for agent in range(self.agents):
                begin = day * SECONDS_PER_DAY + (7.0 + 0.5 * int(random.integers(0, 9))) * HOUR
                for start, end in ((0.0, 2.0), (2.25, 4.0), (4.5, 6.25), (6.5, 8.0)):
                    rows.append((begin + start * HOUR, begin + end * HOUR, agent))
        rows.sort()
        able = np.ones((self.agents, self.queues), np.bool_)
        if self.queues == 2:
            for agent in range(self.agents // 2):
                able[agent, agent % 2] = False
        agents = np.array([row[2] for row in rows], np.int64)
        return Duty(
            agents=tuple(f"a{number}" for number in range(1, self.agents + 1)),
            agent=agents,
            begins=np.array([row[0] for row in rows]),
            ends=np.array([row[1] for row in rows]),
            skills=able[agents],
        )
