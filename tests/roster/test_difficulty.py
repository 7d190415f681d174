"""Inherited and experienced difficulty: the arithmetic written out, tiers, caps, sentences, and rest by tier."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roster.contacts import ArrivalState, EntryConditions, History, OutcomeMarker, Resolvability, Stake, Tier
from roster.load.difficulty import (
    Factor,
    experienced_difficulty,
    inherited_difficulty,
    is_traumatic,
    rest_minutes,
    tier_of,
)
from roster.policy import default_policy

POLICY = default_policy()
ENTRIES = st.builds(
    EntryConditions,
    arrival_state=st.sampled_from(ArrivalState),
    parties=st.integers(1, 99),
    history=st.sampled_from(History),
    stakes=st.lists(st.sampled_from(Stake), unique=True).map(tuple),
    resolvability=st.sampled_from(Resolvability),
)
OUTCOMES = st.lists(st.sampled_from(OutcomeMarker), unique=True)
FELT = st.none() | st.integers(1, 5)


def test_points_add_up_in_the_order_of_the_conditions() -> None:
    entry = EntryConditions(
        arrival_state=ArrivalState.GRIEVING,
        parties=2,
        history=History.REPEAT_AFTER_FAILURE,
        stakes=(Stake.MEDICATION,),
        resolvability=Resolvability.PARTLY,
    )
    found = inherited_difficulty(entry, POLICY.difficulty)
    assert found.score == 28 + 5 + 14 + 12 + 6
    assert found.tier is Tier.HEAVY
    assert found.factors == (
        Factor("grieving", 28),
        Factor("2 parties", 5),
        Factor("repeat after a failure", 14),
        Factor("medication at stake", 12),
        Factor("agent can resolve it only partly", 6),
    )
    assert found.sentence == (
        "Heavy (65 of 100): grieving +28, 2 parties +5, repeat after a failure +14, medication at stake +12, "
        "agent can resolve it only partly +6."
    )


def test_nothing_weighs_nothing() -> None:
    found = inherited_difficulty(EntryConditions(), POLICY.difficulty)
    assert (found.score, found.tier, found.factors) == (0, Tier.ROUTINE, ())
    assert found.sentence == "Routine (0 of 100): nothing that adds points."


def test_the_score_is_capped_and_says_so() -> None:
    entry = EntryConditions(
        arrival_state=ArrivalState.FLOODED,
        parties=3,
        history=History.DROPPED_HANDOFF,
        stakes=tuple(Stake),
        resolvability=Resolvability.BLOCKED,
    )
    total = 28 + 10 + 14 + (12 + 12 + 6 + 10 + 10) + 14
    found = inherited_difficulty(entry, POLICY.difficulty)
    assert (found.score, found.tier) == (100, Tier.SEVERE)
    assert f"capped from {total}" in found.sentence


@pytest.mark.parametrize(
    ("score", "tier"),
    [
        (0, Tier.ROUTINE),
        (24, Tier.ROUTINE),
        (25, Tier.DEMANDING),
        (49, Tier.DEMANDING),
        (50, Tier.HEAVY),
        (74, Tier.HEAVY),
        (75, Tier.SEVERE),
        (100, Tier.SEVERE),
    ],
)
def test_tiers_begin_at_their_floors(score: int, tier: Tier) -> None:
    assert tier_of(score, POLICY.difficulty) is tier


def test_what_happened_adds_to_how_it_arrived() -> None:
    inherited = inherited_difficulty(EntryConditions(arrival_state=ArrivalState.HOSTILE), POLICY.difficulty)
    found = experienced_difficulty(inherited, [OutcomeMarker.THREAT, OutcomeMarker.PROLONGED], None, POLICY.difficulty)
    assert found.score == 22 + 40 + 12
    assert found.sentence == "Heavy (74 of 100): hostile +22, threat +40, prolonged +12."


def test_the_agents_own_word_counts_where_it_is_higher_and_never_lowers() -> None:
    inherited = inherited_difficulty(EntryConditions(arrival_state=ArrivalState.GRIEVING), POLICY.difficulty)
    felt_more = experienced_difficulty(inherited, [], 5, POLICY.difficulty)
    assert (felt_more.score, felt_more.tier) == (85, Tier.SEVERE)
    assert felt_more.factors == (Factor("own word, 5 of 5", 85),)
    assert "by your own word, 5 of 5; what was recorded came to 28" in felt_more.sentence
    assert experienced_difficulty(inherited, [], 1, POLICY.difficulty) == inherited


@pytest.mark.parametrize("felt", [0, 6, -1])
def test_a_word_off_the_scale_is_refused_and_quoted(felt: int) -> None:
    inherited = inherited_difficulty(EntryConditions(), POLICY.difficulty)
    with pytest.raises(ValueError, match=f"felt {felt}: expected 1 to 5"):
        experienced_difficulty(inherited, [], felt, POLICY.difficulty)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(ENTRIES, OUTCOMES, FELT)
def test_experienced_is_never_below_inherited_and_stays_on_the_scale(
    entry: EntryConditions, outcomes: list[OutcomeMarker], felt: int | None
) -> None:
    inherited = inherited_difficulty(entry, POLICY.difficulty)
    found = experienced_difficulty(inherited, outcomes, felt, POLICY.difficulty)
    assert inherited.score == min(100, sum(factor.points for factor in inherited.factors))
    assert inherited.score <= found.score <= 100
    assert found.tier is tier_of(found.score, POLICY.difficulty)
    if felt is not None:
        assert found.score >= POLICY.difficulty.felt[felt]


@settings(derandomize=True, deadline=None, max_examples=100)
@given(ENTRIES, OUTCOMES, st.sampled_from(OutcomeMarker))
def test_one_more_marker_never_lightens_a_contact(
    entry: EntryConditions, outcomes: list[OutcomeMarker], marker: OutcomeMarker
) -> None:
    inherited = inherited_difficulty(entry, POLICY.difficulty)
    before = experienced_difficulty(inherited, outcomes, None, POLICY.difficulty)
    after = experienced_difficulty(inherited, [*outcomes, marker], None, POLICY.difficulty)
    assert after.score >= before.score


@pytest.mark.parametrize(
    ("tier", "outcomes", "minutes"),
    [
        (Tier.ROUTINE, [], 0),
        (Tier.DEMANDING, [OutcomeMarker.PROLONGED], 0),
        (Tier.HEAVY, [OutcomeMarker.VERBAL_ABUSE], 5),
        (Tier.SEVERE, [], 15),
        (Tier.SEVERE, [OutcomeMarker.THREAT], 25),
        (Tier.ROUTINE, [OutcomeMarker.RISK_TO_LIFE], 25),
    ],
)
def test_rest_by_tier_and_by_what_happened(tier: Tier, outcomes: list[OutcomeMarker], minutes: int) -> None:
    assert rest_minutes(tier, outcomes, POLICY.rest) == minutes


def test_a_traumatic_outcome_never_shortens_a_rest() -> None:
    short = POLICY.rest.model_copy(update={"traumatic_minutes": 3})
    assert is_traumatic([OutcomeMarker.THREAT], short)
    assert rest_minutes(Tier.SEVERE, [OutcomeMarker.THREAT], short) == 15
