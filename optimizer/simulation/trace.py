"""What is simulated, as values: the contacts of a trace and the sessions of a duty list."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.simulation.state import Bools, Floats, Ints
from roster.contacts import Tier
from roster.load.difficulty import tier_of
from roster.policy import DifficultyPolicy

SECONDS_PER_DAY = 86_400
TIERS = tuple(Tier)
"""A tier is its place here: routine 0 to severe 3."""


@dataclass(frozen=True, eq=False)
class Trace:
    """Contacts in order of arrival.

    `arrives` is seconds from an origin of the caller's choice, the same as the duty's; `handle` and `patience` are
    seconds, patience infinite = never gives up; `queue` are places in `queues`; `score` is 0..100 points and `heavy`
    says what counts as heavy, both already agreeing with each other (`agreed`). `names` may be left empty.
    """

    names: Sequence[str]
    queues: tuple[str, ...]
    queue: Ints
    arrives: Floats
    handle: Floats
    patience: Floats
    score: Ints
    heavy: Bools

    def __len__(self) -> int:
        return len(self.arrives)


@dataclass(frozen=True, eq=False)
class Duty:
    """Sessions of work in order of their begin, seconds from the trace's origin; `skills` is sessions x queues.

    Sessions of one agent must not overlap. A session belongs to the day (of 86,400 s from the origin) on which it
    begins, and an agent's sessions of one day with their gaps are one shift with its breaks.
    """

    agents: tuple[str, ...]
    agent: Ints
    begins: Floats
    ends: Floats
    skills: Bools

    @cached_property
    def days(self) -> Ints:
        """The day of each session, counted from the origin."""
        return np.asarray(self.begins // SECONDS_PER_DAY, np.int64)


def agreed(score: Ints, heavy: Ints, policy: DifficultyPolicy) -> tuple[Ints, Bools]:
    """Scores and heavy flags that agree: `heavy` is 1, 0, or -1 = by the tier of the score.

    What is called heavy scores at least as the heavy tier begins, what is called not heavy at most just below.
    """
    floor = policy.tiers.heavy
    is_heavy = np.where(heavy < 0, score >= floor, heavy == 1)
    raised = np.where(is_heavy, np.maximum(score, floor), np.minimum(score, floor - 1))
    return np.asarray(raised, np.int64), np.asarray(is_heavy, np.bool_)


def tiers(score: Ints, policy: DifficultyPolicy) -> Ints:
    """The tier of each score, as its place in `TIERS`."""
    by_score = np.array([TIERS.index(tier_of(points, policy)) for points in range(101)], np.int64)
    return np.asarray(by_score[score])
