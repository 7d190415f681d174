"""How hard a contact is when it comes in, what happens in it, and how heavy it felt: draws for the demo.

Each queue mixes two profiles of entry conditions, an easy and a hard one. All shares are invented; the tests hold
the mixture to plausible tiers. The true weight of a contact is its inherited difficulty with noise: outcomes
and felt ratings follow from that, never from who took it.
"""

from bisect import bisect
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import numpy as np

from api.demo.clinic import Line
from roster.contacts import ArrivalState, EntryConditions, History, OutcomeMarker, Resolvability, Stake

Shares = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares of each value in the order of its vocabulary (parties: one, two, three or more)."""

    arrival_state: Shares
    parties: Shares
    history: Shares
    resolvability: Shares


EASY = Profile(
    arrival_state=(0.86, 0.11, 0.02, 0.005, 0.005),
    parties=(0.86, 0.12, 0.02),
    history=(0.74, 0.20, 0.04, 0.02),
    resolvability=(0.82, 0.14, 0.04),
)
HARD = Profile(
    arrival_state=(0.03, 0.53, 0.27, 0.07, 0.10),
    parties=(0.34, 0.42, 0.24),
    history=(0.20, 0.30, 0.34, 0.16),
    resolvability=(0.20, 0.45, 0.35),
)
GRIEVING = Profile(
    arrival_state=(0.04, 0.16, 0.16, 0.46, 0.18),
    parties=(0.30, 0.40, 0.30),
    history=(0.40, 0.24, 0.24, 0.12),
    resolvability=(0.18, 0.40, 0.42),
)

# Chance that each of the five stakes holds, (easy, hard), in the vocabulary's order.
STAKES: dict[str, tuple[Shares, Shares]] = {
    "appointments": ((0.08, 0.01, 0.0, 0.0, 0.06), (0.70, 0.10, 0.02, 0.02, 0.50)),
    "billing": ((0.0, 0.0, 0.60, 0.02, 0.03), (0.20, 0.02, 0.95, 0.25, 0.40)),
    "results": ((0.10, 0.04, 0.0, 0.0, 0.08), (0.55, 0.30, 0.02, 0.04, 0.60)),
    "medication": ((0.06, 0.55, 0.0, 0.0, 0.10), (0.25, 0.98, 0.05, 0.02, 0.45)),
    "nurse_advice": ((0.12, 0.20, 0.0, 0.0, 0.18), (0.42, 0.45, 0.0, 0.02, 0.65)),
    "bereavement": ((0.10, 0.02, 0.15, 0.10, 0.05), (0.30, 0.10, 0.25, 0.35, 0.20)),
}

FELT_ABOVE = (14, 34, 54, 78)
"""True weight from which the felt rating is 2, 3, 4, 5."""

WEIGHT_NOISE = 9.0
"""Standard deviation of the true weight around the inherited score, points."""


def draw_entry(line: Line, random: np.random.Generator) -> EntryConditions:
    """Entry conditions of one contact of `line`."""
    hard = bool(random.random() < line.hard_share)
    profile = (GRIEVING if line.code == "bereavement" else HARD) if hard else EASY
    chances = STAKES[line.code][1 if hard else 0]
    rolls = random.random(len(chances))
    return EntryConditions(
        arrival_state=list(ArrivalState)[_pick(profile.arrival_state, random)],
        parties=1 + _pick(profile.parties, random),
        history=list(History)[_pick(profile.history, random)],
        stakes=tuple(stake for stake, chance, roll in zip(Stake, chances, rolls, strict=True) if roll < chance),
        resolvability=list(Resolvability)[_pick(profile.resolvability, random)],
    )


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What happened in a contact, and the agent's own word for it (None: they said nothing)."""

    outcomes: tuple[OutcomeMarker, ...]
    felt: int | None


def draw_aftermath(
    score: int, entry: EntryConditions, line: Line, handle_seconds: float, random: np.random.Generator
) -> Aftermath:
    """Outcome markers and felt rating of a contact that came in with `score` points."""
    weight = float(np.clip(score + random.normal(0.0, WEIGHT_NOISE), 0, 100))
    strain = weight / 100
    hostile = entry.arrival_state is ArrivalState.HOSTILE
    chances = {
        OutcomeMarker.VERBAL_ABUSE: 0.45 * strain if hostile else 0.01 * strain,
        OutcomeMarker.THREAT: 0.06 * strain if hostile else 0.0,
        OutcomeMarker.DISTRESSING_DISCLOSURE: 0.22 * strain**2,
        OutcomeMarker.RISK_TO_LIFE: 0.06 * strain**2 if line.code in ("nurse_advice", "medication") else 0.0,
    }
    outcomes = [marker for marker, chance in chances.items() if random.random() < chance]
    if handle_seconds > 2.5 * line.handle.mean_seconds and strain > 0.2:
        outcomes.append(OutcomeMarker.PROLONGED)
    said = bool(random.random() < 0.25 + 0.5 * strain)
    felt = 1 + sum(weight >= edge for edge in FELT_ABOVE) if said else None
    return Aftermath(tuple(outcomes), felt)


def _pick(shares: Shares, random: np.random.Generator) -> int:
    """An index drawn by its share; what rounding leaves above the last sum goes to the last."""
    return min(bisect(_sums(shares), random.random()), len(shares) - 1)


@cache
def _sums(shares: Shares) -> Shares:
    return tuple(accumulate(shares))
