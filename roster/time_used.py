"""How paid time was used: occupancy and adherence, in which rest is work and is never counted against anybody.

- *Protected time* (decompression, debriefs, reflective groups) is taken out of the time that contacts could fill, so
  that it lowers no occupancy, and always counts as kept to plan.
- *Occupancy*: time on contacts / time that was free for them. What is planned as a break, training, a meeting or
  anything else that is no work is not free for contacts either.
- *Adherence*: time as planned / all of the shift. Time is not as planned where contacts were planned and the person had
  said that they were away or offline. Who works through a break is not less adherent for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from roster.day import SegmentSpan
from roster.shifts import PROTECTED_KINDS, SegmentKind

Stretch = tuple[datetime, datetime]
NOTHING = timedelta(0)


@dataclass(frozen=True)
class TimeUsed:
    """Time of a shift, or of many together. `other` is breaks, training, meetings: planned, and no work on contacts."""

    shift: timedelta = NOTHING
    protected: timedelta = NOTHING
    other: timedelta = NOTHING
    on_contacts: timedelta = NOTHING
    missing: timedelta = NOTHING
    """Planned for contacts, and the person was not there."""

    def __add__(self, more: "TimeUsed") -> "TimeUsed":
        return TimeUsed(
            self.shift + more.shift,
            self.protected + more.protected,
            self.other + more.other,
            self.on_contacts + more.on_contacts,
            self.missing + more.missing,
        )

    @property
    def occupancy(self) -> float | None:
        """Share of the time free for contacts that contacts took; none where no time was free for them."""
        free = self.shift - self.protected - self.other
        return self.on_contacts / free if free > NOTHING else None

    @property
    def adherence(self) -> float | None:
        """Share of the shift that was as planned; none without a shift."""
        return (self.shift - self.missing) / self.shift if self.shift > NOTHING else None


def time_of_shift(segments: Sequence[SegmentSpan], contacts: Iterable[Stretch], gone: Iterable[Stretch]) -> TimeUsed:
    """What became of one shift.

    Parameters
    ----------
    segments : the shift as it was in the end, with the rest that was given in it; without overlaps.
    contacts : when the person was on a contact; two at once count once.
    gone : when they had said that they were away or offline.
    """
    work = [(span.starts_at, span.ends_at) for span in segments if span.kind is SegmentKind.WORK]
    protected = sum((span.duration for span in segments if span.kind in PROTECTED_KINDS), NOTHING)
    shift = sum((span.duration for span in segments), NOTHING)
    return TimeUsed(
        shift=shift,
        protected=protected,
        other=shift - protected - sum((end - begin for begin, end in work), NOTHING),
        on_contacts=_shared(work, _merged(contacts)),
        missing=_shared(work, _merged(gone)) - _shared(work, _both(_merged(gone), _merged(contacts))),
    )


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time without overlaps, in order."""
    found: list[Stretch] = []
    for begin, end in sorted(stretches):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        elif end > begin:
            found.append((begin, end))
    return found


def _both(some: Sequence[Stretch], others: Sequence[Stretch]) -> list[Stretch]:
    """Time that is in both; neither has overlaps in itself."""
    pairs = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return [(begin, end) for begin, end in pairs if begin < end]


def _shared(some: Sequence[Stretch], others: Sequence[Stretch]) -> timedelta:
    return sum((end - begin for begin, end in _both(some, others)), NOTHING)
