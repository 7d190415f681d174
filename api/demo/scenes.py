"""A few contacts that the demo needs to happen: someone resting at mid-day, someone waiting, a debrief to offer.

They go through the same router as every other; who takes them is not written here.
"""

from datetime import date, timedelta

from api.demo.clinic import ZONE
from api.demo.play import Incoming
from roster.clock import at_local
from roster.contacts import ArrivalState, EntryConditions, History, Resolvability, Stake

GRIEF_AFTER_A_DROPPED_HANDOFF = EntryConditions(
    arrival_state=ArrivalState.GRIEVING,
    parties=3,
    history=History.DROPPED_HANDOFF,
    stakes=(Stake.CARE_ACCESS, Stake.LEGAL_RIGHTS),
    resolvability=Resolvability.BLOCKED,
)
FLOODED_ABOUT_MEDICATION = EntryConditions(
    arrival_state=ArrivalState.FLOODED,
    parties=3,
    history=History.REPEAT_AFTER_FAILURE,
    stakes=(Stake.MEDICATION, Stake.CARE_ACCESS, Stake.URGENT_TIMING),
    resolvability=Resolvability.PARTLY,
)
CALM = EntryConditions()

Scene = tuple[int, int, str, EntryConditions, int]
"""Local minute, second, queue, entry conditions, handle seconds."""

YESTERDAY: tuple[Scene, ...] = (
    (8 * 60 + 40, 0, "nurse_advice", FLOODED_ABOUT_MEDICATION, 840),
    (9 * 60 + 35, 0, "bereavement", GRIEF_AFTER_A_DROPPED_HANDOFF, 900),
    (10 * 60 + 20, 0, "bereavement", GRIEF_AFTER_A_DROPPED_HANDOFF, 780),
    (11 * 60 + 5, 0, "nurse_advice", FLOODED_ABOUT_MEDICATION, 960),
)
TODAY: tuple[Scene, ...] = (
    (11 * 60 + 47, 0, "nurse_advice", FLOODED_ABOUT_MEDICATION, 660),
    (11 * 60 + 52, 0, "bereavement", GRIEF_AFTER_A_DROPPED_HANDOFF, 540),
    *((12 * 60 + 3, second, "nurse_advice", CALM, 600) for second in (5, 20, 35, 50)),
    *((12 * 60 + 4, second, "nurse_advice", CALM, 540) for second in (5, 20, 35, 50)),
)


def scripted(scenes: tuple[Scene, ...], day: date, until_minute: int = 1440) -> list[Incoming]:
    """The scenes of `day` up to local `until_minute`, as contacts to play."""
    return [
        Incoming(
            f"{day:%Y%m%d}-scene-{number:02d}",
            queue,
            at_local(day, minute, ZONE) + timedelta(seconds=second),
            handle_seconds,
            entry,
        )
        for number, (minute, second, queue, entry, handle_seconds) in enumerate(scenes, start=1)
        if minute < until_minute
    ]
