"""Acute and carried load: half-lives written out, and what must hold of any closed form that needs no ticking."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roster.load.pools import Load, added, decayed
from roster.policy import default_policy

POLICY = default_policy().load
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTES = st.floats(0, 5000, allow_nan=False)
LOADS = st.builds(Load, st.floats(0, 1000), st.floats(0, 5000), st.just(START))


def after(minutes: float) -> datetime:
    """The instant `minutes` after the start."""
    return START + timedelta(minutes=minutes)


def test_acute_halves_in_30_minutes_of_work_and_in_10_of_rest() -> None:
    load = Load(80, 80, START)
    assert decayed(load, after(30), policy=POLICY).acute == pytest.approx(40)
    assert decayed(load, after(10), resting_minutes=10, policy=POLICY).acute == pytest.approx(40)
    # 30 minutes of which 10 rest: 2/3 of a half-life at work and a whole one at rest.
    assert decayed(load, after(30), resting_minutes=10, policy=POLICY).acute == pytest.approx(80 * 0.5 ** (20 / 30 + 1))


def test_carried_halves_in_48_hours_rest_or_not() -> None:
    load = Load(0, 100, START)
    assert decayed(load, after(48 * 60), policy=POLICY).carried == pytest.approx(50)
    assert decayed(load, after(48 * 60), resting_minutes=600, policy=POLICY).carried == pytest.approx(50)


def test_a_contact_adds_its_points_to_both() -> None:
    assert POLICY.free_points == 20
    assert added(Load(10, 20, START), 62, POLICY) == Load(10 + 42, 20 + 42, START)


def test_routine_work_leaves_nothing_to_carry() -> None:
    assert added(Load(10, 20, START), 20, POLICY) == Load(10, 20, START)


@pytest.mark.parametrize("score", [-1, 101])
def test_a_score_off_the_scale_is_refused_and_quoted(score: int) -> None:
    with pytest.raises(ValueError, match=f"score {score}: expected 0 to 100"):
        added(Load(0, 0, START), score, POLICY)


def test_an_instant_before_changes_nothing() -> None:
    load = Load(80, 90, START)
    assert decayed(load, after(-5), policy=POLICY) == load


def test_rest_beyond_the_time_elapsed_counts_as_the_time_elapsed() -> None:
    load = Load(80, 80, START)
    assert decayed(load, after(10), resting_minutes=500, policy=POLICY).acute == pytest.approx(40)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(LOADS, MINUTES, MINUTES, st.floats(0, 1), st.floats(0, 1))
def test_fading_twice_is_fading_once(load: Load, first: float, second: float, rest_a: float, rest_b: float) -> None:
    middle, end = after(first), after(first) + timedelta(minutes=second)
    twice = decayed(
        decayed(load, middle, resting_minutes=rest_a * first, policy=POLICY),
        end,
        resting_minutes=rest_b * second,
        policy=POLICY,
    )
    once = decayed(load, end, resting_minutes=rest_a * first + rest_b * second, policy=POLICY)
    assert twice.at == once.at
    assert twice.acute == pytest.approx(once.acute, rel=1e-5, abs=1e-9)
    assert twice.carried == pytest.approx(once.carried, rel=1e-5, abs=1e-9)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(LOADS, MINUTES, MINUTES)
def test_load_only_falls_and_rest_makes_it_fall_faster(load: Load, minutes: float, resting: float) -> None:
    at_work = decayed(load, after(minutes), policy=POLICY)
    at_rest = decayed(load, after(minutes), resting_minutes=min(resting, minutes), policy=POLICY)
    assert 0 <= at_rest.acute <= at_work.acute <= load.acute
    assert 0 <= at_rest.carried == at_work.carried <= load.carried
