"""The fictional clinic's history: handle times, arrivals and tiers are what the module says they are."""

from collections import Counter
from datetime import date
from math import exp, log, sqrt

import numpy as np
import pytest

from api.demo.arrivals import Arrival, draw_handle_seconds, lognormal, mean_arrivals
from api.demo.clinic import LINES, LONG_TALK, NURSE_CALL, SHORT_CALL, demo_day, monday_of
from api.demo.entry import draw_aftermath
from api.demo.history import Size, draw_history
from api.demo.people import PEOPLE
from roster.clock import zone
from roster.contacts import Tier
from roster.load.difficulty import inherited_difficulty
from roster.policy import default_policy

FIRST = date(2026, 11, 23)


@pytest.fixture(scope="module")
def history() -> list[Arrival]:
    """Four weeks before Monday 2026-11-23, seed 7."""
    return draw_history(FIRST, 7, Size())


def test_short_calls_have_the_real_centres_mean_median_and_95th_percentile(history: list[Arrival]) -> None:
    seconds = np.array([one.handle_seconds for one in history if one.line.handle is SHORT_CALL])
    _, sigma = lognormal(SHORT_CALL)
    count = len(seconds)
    assert count > 10_000
    # Four standard errors: of the mean by the log-normal's variance, of a quantile q by sqrt(q (1 - q) / n) / density.
    spread = SHORT_CALL.mean_seconds * sqrt(exp(sigma**2) - 1)
    assert abs(seconds.mean() - 180) < 4 * spread / sqrt(count)
    assert abs(np.log(np.median(seconds)) - log(109)) < 4 * sigma * sqrt(0.25 * 2 * np.pi / count)
    # 587 s was measured; the log-normal through the same median and mean has 566 s: 4 % below.
    density = exp(-(1.645**2) / 2) / sqrt(2 * np.pi)
    error = 4 * sigma * sqrt(0.95 * 0.05 / count) / density
    assert abs(np.log(np.percentile(seconds, 95)) - log(566)) < error
    assert abs(np.percentile(seconds, 95) / 587 - 1) < 0.04 + error


def test_half_of_the_nurses_calls_last_8_to_12_minutes(history: list[Arrival]) -> None:
    seconds = np.array([one.handle_seconds for one in history if one.line.code == "nurse_advice"])
    share = np.mean((seconds >= 480) & (seconds <= 720))
    assert abs(share - 0.5) < 4 * sqrt(0.25 / len(seconds))


@pytest.mark.parametrize("handle", [SHORT_CALL, NURSE_CALL, LONG_TALK])
def test_lognormal_is_derived_from_median_and_mean(handle) -> None:
    mu, sigma = lognormal(handle)
    assert exp(mu) == pytest.approx(handle.median_seconds)
    assert exp(mu + sigma**2 / 2) == pytest.approx(handle.mean_seconds)


def test_arrivals_follow_the_curve_of_the_day_and_the_week(history: list[Arrival]) -> None:
    line = LINES[0]
    wednesday = date(2026, 11, 18)
    quarters = range(0, 1440, 15)
    assert sum(mean_arrivals(line, wednesday, quarter) for quarter in quarters) == pytest.approx(line.weekday_volume)
    assert mean_arrivals(line, wednesday, 9 * 60) > 2 * mean_arrivals(line, wednesday, 19 * 60)
    here = zone("Europe/Berlin")
    by_weekday = Counter(one.arrived_at.astimezone(here).weekday() for one in history)
    assert by_weekday[6] == 0
    assert by_weekday[0] > by_weekday[2] > by_weekday[5] > 0
    total = sum(
        mean_arrivals(one, date(2026, 10, 26 + day), quarter)
        for one in LINES
        for day in range(6)
        for quarter in quarters
    )
    assert abs(len(history) - 4 * total) < 4 * sqrt(4 * total)


def test_no_contact_arrives_when_its_queue_is_closed(history: list[Arrival]) -> None:
    here = zone("Europe/Berlin")
    for one in history:
        local = one.arrived_at.astimezone(here)
        if local.weekday() < 5:
            assert one.line.opens <= local.hour * 60 + local.minute < one.line.closes
        else:
            assert one.line.saturday


def test_tiers_are_plausible_and_bereavement_is_the_heaviest_queue(history: list[Arrival]) -> None:
    policy = default_policy().difficulty
    tiers = {one.ref: inherited_difficulty(one.entry, policy).tier for one in history}
    heavy = {Tier.HEAVY, Tier.SEVERE}
    assert 0.06 <= np.mean([tiers[one.ref] in heavy for one in history]) <= 0.09
    assert 0.7 <= np.mean([tiers[one.ref] is Tier.ROUTINE for one in history]) <= 0.88
    share = {line.code: np.mean([tiers[one.ref] in heavy for one in history if one.line is line]) for line in LINES}
    assert share["bereavement"] > 0.4
    assert share["bereavement"] > share["nurse_advice"] > share["medication"] > share["appointments"]


@pytest.mark.slow
def test_the_seed_decides_everything(history: list[Arrival]) -> None:
    assert draw_history(FIRST, 7, Size()) == history
    assert draw_history(FIRST, 8, Size()) != history


def test_what_was_felt_follows_from_the_contacts_weight(history: list[Arrival]) -> None:
    random = np.random.default_rng(3)
    policy = default_policy().difficulty
    felt: dict[bool, list[int]] = {True: [], False: []}
    for one in history[:4000]:
        score = inherited_difficulty(one.entry, policy).score
        after = draw_aftermath(score, one.entry, one.line, one.handle_seconds, random)
        if after.felt is not None:
            felt[score >= 50].append(after.felt)
    assert np.mean(felt[True]) > 3 > 2 > np.mean(felt[False])


def test_the_handle_time_draw_is_never_shorter_than_five_seconds() -> None:
    assert draw_handle_seconds(SHORT_CALL, 20_000, np.random.default_rng(1)).min() == 5


def test_demo_day_is_the_wednesday_of_the_week() -> None:
    assert monday_of(date(2026, 11, 29)) == date(2026, 11, 23)
    assert demo_day(date(2026, 11, 23)) == demo_day(date(2026, 11, 29)) == date(2026, 11, 25)


def test_people_are_36_in_three_teams_with_two_to_four_skills_and_a_few_for_bereavement() -> None:
    assert len({one.code for one in PEOPLE}) == len({one.name for one in PEOPLE}) == 36
    assert len({one.team for one in PEOPLE}) == 3
    assert all(2 <= len(one.skills) <= 4 for one in PEOPLE)
    assert {queue for one in PEOPLE for queue, _ in one.skills} == {line.code for line in LINES}
    assert all(one.team == "Nurse Advice" for one in PEOPLE if "nurse_advice" in dict(one.skills))
    assert 6 <= sum("bereavement" in dict(one.skills) for one in PEOPLE) <= 10
    assert 5 <= sum(one.peer for one in PEOPLE) <= 6
