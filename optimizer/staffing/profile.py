"""A queue's week as history shows it: arrivals and handle times by weekday and local quarter-hour.

Steps, for each queue (arrays are 7 weekdays from Monday x 96 quarters of a local day):

1. Mean: contacts offered (served or abandoned) in a quarter of a weekday, over the dates of that weekday on which
   the centre had any contact at all: a day on which it was closed is no quiet day.
2. Open: a quarter in which any contact ever arrived on that weekday. A hole of up to an hour between two of them
   counts as open: a gap in a thin stream is chance, not closing time.
3. Smooth: weights 1-2-3-2-1 over the two quarters before and after, open quarters only, then scaled back so that
   the day's total stays what it was. A few weeks of history say little about one quarter alone.
4. Handle time: mean of served contacts within two quarters of a weekday's quarter, drawn towards the queue's own
   mean as if `PRIOR_CONTACTS` more of that length had been seen there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

WEEKDAYS, QUARTERS = 7, 96
HOLE_QUARTERS = 4
KERNEL = (1.0, 2.0, 3.0, 2.0, 1.0)
PRIOR_CONTACTS = 50.0

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PastContacts:
    """One queue's contacts as parallel arrays: local date (ordinal), quarter of the day, and what they took.

    `score` is NaN where the contact was not scored; `rest_minutes` is what policy gives after such a contact, 0
    where unscored; `severe` says whether it would bring an invitation to a debrief.
    """

    day: npt.NDArray[np.int64]
    quarter: npt.NDArray[np.int64]
    served: npt.NDArray[np.bool_]
    handle_seconds: Array
    score: Array
    rest_minutes: Array
    severe: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Profile:
    """A queue's expected week. `arrivals` and `handle_seconds` are 7 x 96; NaN-free."""

    contacts: int
    served: int
    weeks: float
    """Dates seen, in weeks of seven."""
    arrivals: Array
    handle_seconds: Array
    mean_handle_seconds: float
    scored: int
    mean_score: float
    """Points; 0 where nothing was scored."""
    rest_minutes_per_contact: float
    severe_share: float

    @property
    def week_contacts(self) -> float:
        """Contacts expected in seven days."""
        return float(self.arrivals.sum())


def profiles(history: Mapping[str, PastContacts]) -> dict[str, Profile]:
    """The profile of every queue that has contacts; the dates seen are those of all queues together."""
    filled = {queue: past for queue, past in history.items() if past.day.size}
    if not filled:
        return {}
    dates = np.unique(np.concatenate([past.day for past in filled.values()]))
    dates_of_weekday = np.bincount(_weekday(dates), minlength=WEEKDAYS).astype(np.float64)
    centre_mean = _mean_handle(list(filled.values()), 0.0)
    span_weeks = float(dates[-1] - dates[0] + 1) / WEEKDAYS
    return {queue: _profile(past, dates_of_weekday, span_weeks, centre_mean) for queue, past in filled.items()}


def _weekday(ordinals: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Weekday, 0 = Monday, of proleptic ordinals (`date.toordinal`): ordinal 1 was a Monday."""
    return (ordinals + 6) % 7


def _mean_handle(pasts: Sequence[PastContacts], otherwise: float) -> float:
    lengths = np.concatenate([past.handle_seconds[past.served & (past.handle_seconds > 0)] for past in pasts])
    return float(lengths.mean()) if lengths.size else otherwise


def _profile(past: PastContacts, dates_of_weekday: Array, span_weeks: float, centre_mean: float) -> Profile:
    cells = _weekday(past.day) * QUARTERS + past.quarter
    counts = np.bincount(cells, minlength=WEEKDAYS * QUARTERS).reshape(WEEKDAYS, QUARTERS).astype(np.float64)
    mean = counts / np.maximum(dates_of_weekday, 1.0)[:, None]
    arrivals = np.stack([_smoothed(mean[day], _opened(counts[day] > 0)) for day in range(WEEKDAYS)])
    own_mean = _mean_handle([past], centre_mean)
    timed = past.served & (past.handle_seconds > 0)
    scored = ~np.isnan(past.score)
    number = int(scored.sum())
    return Profile(
        contacts=int(past.day.size),
        served=int(past.served.sum()),
        weeks=span_weeks,
        arrivals=arrivals,
        handle_seconds=_handle_by_quarter(cells[timed], past.handle_seconds[timed], own_mean),
        mean_handle_seconds=own_mean,
        scored=number,
        mean_score=float(past.score[scored].mean()) if number else 0.0,
        rest_minutes_per_contact=float(past.rest_minutes[scored].mean()) if number else 0.0,
        severe_share=float(past.severe[scored].mean()) if number else 0.0,
    )


def _opened(seen: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """`seen` with holes of up to `HOLE_QUARTERS` filled."""
    opened = seen.copy()
    places = np.flatnonzero(seen)
    for before, after in pairwise(places):
        if after - before - 1 <= HOLE_QUARTERS:
            opened[before:after] = True
    return opened


def _smoothed(mean: Array, opened: npt.NDArray[np.bool_]) -> Array:
    """`mean` weighted over its open neighbours, with the same total."""
    weight = np.convolve(opened.astype(np.float64), KERNEL, mode="same")
    summed = np.convolve(mean, KERNEL, mode="same")
    smooth: Array = np.where(opened, summed / np.maximum(weight, 1.0), 0.0)
    total = smooth.sum()
    return smooth * (mean.sum() / total) if total > 0 else smooth


def _handle_by_quarter(cells: npt.NDArray[np.int64], lengths: Array, own_mean: float) -> Array:
    size = WEEKDAYS * QUARTERS
    number = np.bincount(cells, minlength=size).reshape(WEEKDAYS, QUARTERS).astype(np.float64)
    total = np.bincount(cells, weights=lengths, minlength=size).reshape(WEEKDAYS, QUARTERS)
    window = np.ones(len(KERNEL))
    near_number = np.stack([np.convolve(number[day], window, mode="same") for day in range(WEEKDAYS)])
    near_total = np.stack([np.convolve(total[day], window, mode="same") for day in range(WEEKDAYS)])
    blended: Array = (near_total + PRIOR_CONTACTS * own_mean) / (near_number + PRIOR_CONTACTS)
    return blended
