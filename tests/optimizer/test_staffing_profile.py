"""A queue's week from history: means over the dates seen, opening hours, smoothing, handle times."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.staffing.profile import KERNEL, PRIOR_CONTACTS, QUARTERS, WEEKDAYS, PastContacts, Profile, profiles

MONDAY = date(2026, 11, 2).toordinal()
NINE = 36


def _past(*contacts: tuple[int, int], served: bool = True, seconds: float = 180, score: float = np.nan) -> PastContacts:
    """Contacts as (days after Monday 2 November 2026, quarter of the day)."""
    size = len(contacts)
    return PastContacts(
        day=np.array([MONDAY + day for day, _ in contacts], dtype=np.int64),
        quarter=np.array([quarter for _, quarter in contacts], dtype=np.int64),
        served=np.full(size, served),
        handle_seconds=np.full(size, float(seconds)),
        score=np.full(size, score),
        rest_minutes=np.full(size, 0.0 if np.isnan(score) else 5.0),
        severe=np.full(size, not np.isnan(score) and score >= 75),
    )


def _one(past: PastContacts) -> Profile:
    return profiles({"q": past})["q"]


def test_a_mean_is_over_the_dates_of_that_weekday() -> None:
    profile = _one(_past((0, NINE), (0, NINE), (0, NINE), (7, NINE)))
    assert profile.arrivals[0, NINE] == pytest.approx(2.0)  # 4 contacts on 2 Mondays
    assert profile.week_contacts == pytest.approx(2.0)
    assert profile.weeks == pytest.approx(8 / 7)


def test_a_date_on_which_the_centre_was_closed_does_not_count() -> None:
    profile = _one(_past((0, NINE), (14, NINE)))  # the Monday between has no contact in any queue
    assert profile.arrivals[0, NINE] == pytest.approx(1.0)


def test_a_date_on_which_only_another_queue_had_contacts_counts() -> None:
    quiet = profiles({"busy": _past((0, NINE), (7, NINE)), "quiet": _past((0, NINE))})["quiet"]
    assert quiet.arrivals[0, NINE] == pytest.approx(0.5)


def test_smoothing_spreads_over_open_neighbours_and_keeps_the_total() -> None:
    profile = _one(_past(*[(0, NINE)] * 9, (0, NINE + 1)))
    first, second = KERNEL[2] * 9 + KERNEL[1] * 1, KERNEL[1] * 9 + KERNEL[2] * 1  # 29 and 21 over an equal weight of 5
    assert profile.arrivals[0, NINE] == pytest.approx(10 * first / (first + second))
    assert profile.arrivals[0, NINE + 1] == pytest.approx(10 * second / (first + second))
    assert np.count_nonzero(profile.arrivals) == 2


@pytest.mark.parametrize(("gap", "opened"), [(4, 6), (5, 2)])
def test_a_hole_of_an_hour_is_open_and_a_longer_one_is_not(gap: int, opened: int) -> None:
    profile = _one(_past((0, NINE), (0, NINE + gap + 1)))
    assert np.count_nonzero(profile.arrivals) == opened


def test_abandoned_contacts_count_as_arrivals_but_not_as_handle_time() -> None:
    served, gone = _past((0, NINE), seconds=200), _past((0, NINE), served=False, seconds=7)
    both = PastContacts(*(np.concatenate([getattr(served, name), getattr(gone, name)]) for name in _FIELDS))
    profile = _one(both)
    assert (profile.contacts, profile.served) == (2, 1)
    assert profile.arrivals[0, NINE] == pytest.approx(2.0)
    assert profile.mean_handle_seconds == 200


_FIELDS = ("day", "quarter", "served", "handle_seconds", "score", "rest_minutes", "severe")


def test_handle_time_leans_on_the_queue_s_own_mean() -> None:
    short, long = _past(*[(0, NINE)] * 50, seconds=100), _past(*[(1, NINE)] * 50, seconds=300)
    both = PastContacts(*(np.concatenate([getattr(short, name), getattr(long, name)]) for name in _FIELDS))
    profile = _one(both)
    assert profile.mean_handle_seconds == 200
    assert profile.handle_seconds[0, NINE] == pytest.approx((50 * 100 + PRIOR_CONTACTS * 200) / (50 + PRIOR_CONTACTS))
    assert profile.handle_seconds[1, NINE + 2] == pytest.approx(250)  # two quarters away still counts
    assert profile.handle_seconds[1, NINE + 3] == pytest.approx(200)  # three do not


def test_a_queue_without_handle_times_takes_the_centre_s_mean() -> None:
    found = profiles({"a": _past((0, NINE), seconds=240), "b": _past((0, NINE), served=False, seconds=0)})
    assert found["b"].mean_handle_seconds == 240


def test_scores_are_means_over_what_was_scored() -> None:
    scored, not_scored = _past((0, NINE), score=80), _past((0, NINE))
    both = PastContacts(*(np.concatenate([getattr(scored, name), getattr(not_scored, name)]) for name in _FIELDS))
    profile = _one(both)
    assert (profile.scored, profile.mean_score, profile.rest_minutes_per_contact) == (1, 80, 5)
    assert profile.severe_share == 1
    assert _one(not_scored).mean_score == 0


def test_no_history_has_no_profiles() -> None:
    assert profiles({}) == {}
    assert profiles({"q": _past()}) == {}


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 27), st.integers(0, QUARTERS - 1)), min_size=1, max_size=200))
def test_no_contact_is_lost_to_smoothing(contacts: list[tuple[int, int]]) -> None:
    profile = _one(_past(*contacts))
    for weekday in range(WEEKDAYS):
        dates = {day for day, _ in contacts if day % 7 == weekday}
        number = sum(day % 7 == weekday for day, _ in contacts)
        assert profile.arrivals[weekday].sum() == pytest.approx(number / len(dates) if dates else 0.0)
    assert np.isfinite(profile.arrivals).all()
    assert (profile.handle_seconds > 0).all()
