"""How heavy a contact is: additive points on 0..100 from its entry conditions, and afterwards from what happened.

The work is scored, never the worker: nothing here knows who took the contact. Every factor keeps its points, so
that a score can always be shown with what it is made of. Pure functions of a contact and the policy.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from roster.contacts import ArrivalState, EntryConditions, History, OutcomeMarker, Resolvability, Stake, Tier
from roster.policy import DifficultyPolicy, RestPolicy

MAX_SCORE = 100

ARRIVAL_WORDS = {state: state.value for state in ArrivalState}
HISTORY_WORDS = {
    History.FIRST: "first contact",
    History.REPEAT: "repeat",
    History.REPEAT_AFTER_FAILURE: "repeat after a failure",
    History.DROPPED_HANDOFF: "dropped hand-off",
}
STAKE_WORDS = {
    Stake.CARE_ACCESS: "access to care at stake",
    Stake.MEDICATION: "medication at stake",
    Stake.MONEY: "money at stake",
    Stake.LEGAL_RIGHTS: "legal rights at stake",
    Stake.URGENT_TIMING: "urgent timing",
}
RESOLVABILITY_WORDS = {
    Resolvability.RESOLVABLE: "agent can resolve it",
    Resolvability.PARTLY: "agent can resolve it only partly",
    Resolvability.BLOCKED: "agent can only explain a blockage someone else owns",
}
OUTCOME_WORDS = {
    OutcomeMarker.VERBAL_ABUSE: "verbal abuse",
    OutcomeMarker.THREAT: "threat",
    OutcomeMarker.DISTRESSING_DISCLOSURE: "distressing disclosure",
    OutcomeMarker.RISK_TO_LIFE: "risk to life",
    OutcomeMarker.PROLONGED: "prolonged",
}


@dataclass(frozen=True)
class Factor:
    """One thing that makes a contact heavy, in words, and its points (0..100)."""

    name: str
    points: int


@dataclass(frozen=True)
class Difficulty:
    """A score on 0..100, its tier, the factors that carry points (in the order they add up), and a sentence."""

    score: int
    tier: Tier
    factors: tuple[Factor, ...]
    sentence: str


def tier_of(score: int, policy: DifficultyPolicy) -> Tier:
    """The tier of `score` (points)."""
    if score >= policy.tiers.severe:
        return Tier.SEVERE
    if score >= policy.tiers.heavy:
        return Tier.HEAVY
    if score >= policy.tiers.demanding:
        return Tier.DEMANDING
    return Tier.ROUTINE


def inherited_difficulty(entry: EntryConditions, policy: DifficultyPolicy) -> Difficulty:
    """How heavy the contact is as it arrives, by its five entry conditions."""
    return _summed(_entry_factors(entry, policy), policy)


def experienced_difficulty(
    difficulty: Difficulty,
    outcomes: Collection[OutcomeMarker],
    felt: int | None,
    policy: DifficultyPolicy,
) -> Difficulty:
    """How heavy it turned out: the higher of (entry + outcome markers, capped) and the agent's own word.

    Parameters
    ----------
    felt: the agent's "how heavy was it", 1..5, taken without proof; None where they said nothing.

    Raises
    ------
    ValueError: `felt` is not 1..5.
    """
    if felt is not None and felt not in policy.felt:
        raise ValueError(f"felt {felt!r}: expected 1 to 5")
    markers = tuple(
        Factor(OUTCOME_WORDS[marker], policy.outcomes[marker]) for marker in OutcomeMarker if marker in outcomes
    )
    happened = _summed(difficulty.factors + markers, policy)
    if felt is None or policy.felt[felt] <= happened.score:
        return happened
    score = policy.felt[felt]
    tier = tier_of(score, policy)
    return Difficulty(
        score,
        tier,
        (Factor(f"own word, {felt} of 5", score),),
        f"{tier.value.capitalize()} ({score} of 100) by your own word, {felt} of 5; what was recorded came to "
        f"{happened.score}.",
    )


def rest_minutes(tier: Tier, outcomes: Collection[OutcomeMarker], policy: RestPolicy) -> int:
    """Minutes of decompression due after a contact of `tier`; a traumatic outcome raises them, never lowers."""
    by_tier = {
        Tier.ROUTINE: policy.routine_minutes,
        Tier.DEMANDING: policy.demanding_minutes,
        Tier.HEAVY: policy.heavy_minutes,
        Tier.SEVERE: policy.severe_minutes,
    }[tier]
    if is_traumatic(outcomes, policy):
        return max(by_tier, policy.traumatic_minutes)
    return by_tier


def is_traumatic(outcomes: Collection[OutcomeMarker], policy: RestPolicy) -> bool:
    """Whether one of `outcomes` is traumatic by policy."""
    return any(marker in policy.traumatic_outcomes for marker in outcomes)


def _entry_factors(entry: EntryConditions, policy: DifficultyPolicy) -> tuple[Factor, ...]:
    parties = policy.parties
    by_parties = {1: (parties.one, "1 party"), 2: (parties.two, "2 parties")}
    party_points, party_words = by_parties.get(entry.parties, (parties.three_or_more, f"{entry.parties} parties"))
    return (
        Factor(ARRIVAL_WORDS[entry.arrival_state], policy.arrival_state[entry.arrival_state]),
        Factor(party_words, party_points),
        Factor(HISTORY_WORDS[entry.history], policy.history[entry.history]),
        *(Factor(STAKE_WORDS[stake], policy.stakes[stake]) for stake in entry.stakes),
        Factor(RESOLVABILITY_WORDS[entry.resolvability], policy.resolvability[entry.resolvability]),
    )


def _summed(factors: tuple[Factor, ...], policy: DifficultyPolicy) -> Difficulty:
    carrying = tuple(factor for factor in factors if factor.points)
    score = min(sum(factor.points for factor in carrying), MAX_SCORE)
    tier = tier_of(score, policy)
    return Difficulty(score, tier, carrying, sentence_of(tier, carrying))


def sentence_of(tier: Tier, factors: Sequence[Factor]) -> str:
    """A score in words: its tier, the sum of `factors` (capped), and each of them with its points."""
    total = sum(factor.points for factor in factors)
    capped = f", capped from {total}" if total > MAX_SCORE else ""
    parts = ", ".join(f"{factor.name} +{factor.points}" for factor in factors) or "nothing that adds points"
    return f"{tier.value.capitalize()} ({min(total, MAX_SCORE)} of {MAX_SCORE}{capped}): {parts}."
