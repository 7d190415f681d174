"""What came of a run, as the figures that are compared; and what the page draws of it."""

from dataclasses import dataclass

import numpy as np

from optimizer.simulation.run import Outcome
from optimizer.simulation.state import Bools, Count, Floats, Ints, Sum

Figures = dict[str, int | float]
MANY_HEAVY = 4
DECIMALS = 6


def figures(outcome: Outcome, heavy: Bools) -> Figures:
    """The report of one policy. `heavy` says which contacts of the trace are.

    Waits are of all contacts, those that gave up until they did; `service_level` is the share of all contacts that
    somebody took within the target. `occupancy` leaves rest out of its denominator. Means by day are over the days
    with duty; the Gini coefficient is of the people on duty on a day, averaged over days with a heavy contact.
    Shares after heavy contacts are of all heavy contacts that ended. `rest_debt_minutes` is what nobody repaid.
    """
    days = range(outcome.duty.shape[1])
    daily_max = daily_maxima(outcome)
    ginis = [gini(outcome.heavy[outcome.duty[:, day], day]) for day in days if outcome.heavy[:, day].any()]
    count, seconds = outcome.count, outcome.seconds
    ended_heavy = max(1, int(count[Count.HEAVY_OVER]))
    on_duty = outcome.duty_seconds + seconds[Sum.OVERTIME] - seconds[Sum.REST_GIVEN]
    peaks = outcome.peak_acute[outcome.duty]
    found: Figures = {
        "served": int(outcome.served.sum()),
        "abandoned": int((~outcome.served).sum()),
        "mean_wait_seconds": float(outcome.wait.mean()),
        "p95_wait_seconds": float(np.quantile(outcome.wait, 0.95)),
        "service_level": float((outcome.served & (outcome.wait <= outcome.target_seconds)).mean()),
        "occupancy": float(seconds[Sum.BUSY] / max(on_duty, 1.0)),
        "heavy_total": int((heavy & outcome.served).sum()),
        "max_heavy_per_agent_day_mean": float(daily_max.mean()),
        "share_agent_days_heavy_ge4": float((outcome.heavy[outcome.duty] >= MANY_HEAVY).mean()),
        "gini_heavy": float(np.mean(ginis)) if ginis else 0.0,
        "share_next_contact_within_5min_after_heavy": float(count[Count.NEXT_WITHIN_5] / ended_heavy),
        "share_next_contact_within_10min_after_heavy": float(count[Count.NEXT_WITHIN_10] / ended_heavy),
        "back_to_back_heavy": int(count[Count.BACK_TO_BACK]),
        "rest_minutes_given": float(seconds[Sum.REST_GIVEN] / 60),
        "rest_debt_minutes": float(seconds[Sum.UNPAID] / 60),
        "peak_acute_load_p95": float(np.quantile(peaks, 0.95)) if len(peaks) else 0.0,
        "max_carried_load": float(seconds[Sum.MAX_CARRIED]),
    }
    return {key: round(value, DECIMALS) if isinstance(value, float) else value for key, value in found.items()}


def daily_maxima(outcome: Outcome) -> Ints:
    """The largest number of heavy contacts on one person, by day with duty."""
    return np.asarray(np.where(outcome.duty, outcome.heavy, 0).max(axis=0, initial=0))


def gini(counts: Ints) -> float:
    """Gini coefficient of `counts` (not negative): 0 = everybody the same, towards 1 = all on one person.

    Half the mean absolute difference over the mean, by the sorted form.
    """
    total = int(counts.sum())
    if not total:
        return 0.0
    ordered = np.sort(counts)
    ranks = np.arange(1, len(ordered) + 1)
    return float((2 * ranks - len(ordered) - 1) @ ordered / (len(ordered) * total))


@dataclass(frozen=True)
class Picture:
    """What is drawn of one run: shares of agent-days by heavy contacts 0, 1, …; shares of contacts taken by waits of
    `WAITS` seconds; the largest number of heavy contacts on one person by day."""

    heavy_shares: tuple[float, ...]
    answered: tuple[float, ...]
    daily_max: tuple[int, ...]


WAITS = tuple(range(0, 125, 5))


def picture(outcome: Outcome) -> Picture:
    """The curves of one run."""
    counts = outcome.heavy[outcome.duty]
    shares: Floats = np.bincount(counts) / max(1, len(counts))
    answered = [float((outcome.served & (outcome.wait <= seconds)).mean()) for seconds in WAITS]
    return Picture(tuple(shares.tolist()), tuple(answered), tuple(daily_maxima(outcome).tolist()))
