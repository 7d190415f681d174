"""The centre that is simulated, as arrays: contacts, sessions, people, events and tallies. `kernel.py` moves them.

Instants are seconds since 1970, UTC, in whole 1/64 seconds: exact as floats and as microseconds, so that an instant
is the same for the kernel and for a routing decision that reads clocks.
"""

from typing import NamedTuple, TypeVar, cast, get_type_hints

import numpy as np
import numpy.typing as npt

from optimizer.routing.columns import Arrays

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

TICKS_PER_SECOND = 64
NOBODY = -1


def ticked(seconds: Floats) -> Floats:
    """`seconds` in whole 1/64; infinite stays infinite."""
    return np.asarray(np.rint(seconds * TICKS_PER_SECOND) / TICKS_PER_SECOND)


class Contacts:
    """One row a contact, in order of arrival."""

    arrives: Floats
    handle: Floats
    """seconds with an agent of pace 1 who carries nothing"""
    patience: Floats
    """seconds of waiting after which the caller gives up; infinite = never"""
    queue: Ints
    score: Floats
    tier: Ints
    """0 routine, 1 demanding, 2 heavy, 3 severe"""
    rest_due: Floats
    """seconds of decompression after it"""
    expected: Floats
    """handle seconds that are expected of its queue"""
    draw: Floats
    """a number in [0, 1) for policies by chance, the same for all of them"""
    agent: Ints
    """who took it, -1 = nobody"""
    began: Floats
    """when they did; not a number = never"""
    left: Floats
    """when it was over or the caller gave up"""
    before: Ints
    after: Ints
    """neighbours in the line of those that wait, -1 = none"""


class Sessions:
    """One row a session of duty, in order of its begin."""

    agent: Ints
    begins: Floats
    ends: Floats
    day: Ints
    """place of its date among all dates with duty; a session belongs to the date on which it begins"""
    next: Ints
    """the agent's next session of the same day, -1 = none"""
    day_begins: Floats
    day_ends: Floats
    """first begin and last end of the agent's sessions of that day"""
    by_end: Ints
    """all sessions in order of their end"""


class People:
    """One row an agent: what the event loop knows beside the routing floor's columns."""

    pace: Floats
    """factor of handle times: 1 = as the contact says, 2 = twice as long"""
    on_duty: Bools
    free: Bools
    session: Ints
    contact: Ints
    """what they are on, -1 = nothing"""
    rest_until: Floats
    contacts_today: Ints
    busy_today: Floats
    duty_today: Floats
    """seconds of today's sessions before the one that is on"""
    owed: Floats
    """seconds of rest owed today"""
    last_heavy: Bools
    last_ended: Floats
    """not a number before the day's first contact ends"""
    last_due: Floats
    last_owed: Bools
    turn: Ints
    """when they were last chosen, as a count of all choices"""


class Events:
    """A binary heap of what is to come: earliest first, then in the order in which it was pushed."""

    at: Floats
    order: Ints
    kind: Ints
    subject: Ints


class Days:
    """What is counted by agent and day with duty (agents x days)."""

    duty: Bools
    heavy: Ints
    contacts: Ints
    peak_acute: Floats
    """points"""


class Count:
    """Places in `Centre.counts`."""

    NEXT_WITHIN_5 = 0
    NEXT_WITHIN_10 = 1
    HEAVY_OVER = 2
    BACK_TO_BACK = 3
    INSIDE_DUE = 4
    INSIDE_DUE_OWED = 5
    ASKED = 6
    EVENTS = 7
    SIZE = 8


class Sum:
    """Places in `Centre.seconds`; the last is points."""

    BUSY = 0
    OVERTIME = 1
    REST_GIVEN = 2
    OWED = 3
    REPAID = 4
    UNPAID = 5
    MAX_CARRIED = 6
    SIZE = 7


class At:
    """Places in the clock's whole numbers."""

    ARRIVAL = 0
    BEGIN = 1
    END = 2
    EVENTS = 3
    ORDER = 4
    FIRST_WAITING = 5
    LAST_WAITING = 6
    WAITING = 7
    FREE = 8
    TURN = 9
    LAST_CHOSEN = 10
    ASKED = 11
    OWING = 12
    SIZE = 13


class Settings(NamedTuple):
    """Numbers of the policy and of the world, seconds and points."""

    acute_half_life: float
    acute_half_life_resting: float
    carried_half_life: float
    free_points: float
    acute_budget: float
    light_only: float
    max_wait: float
    look_again: float
    """while something waits that a free person could take, the router is asked again so often"""
    slowing: float
    """handle times grow by this share for each acute budget carried; 0 = they don't"""
    rests: bool
    """whether decompression is given at all"""


class Centre(NamedTuple):
    """Everything. Tables are arrays of records, so that a compiled function is handed few things."""

    contacts: Contacts
    sessions: Sessions
    people: People
    events: Events
    days: Days
    day_number: Ints
    """by day with duty: its number from the trace's origin"""
    session_skills: Bools
    """sessions x queues"""
    floor: Arrays
    """the columns that the production decision reads"""
    counts: Ints
    seconds: Floats
    clock: Floats
    """now, and the next instant at which the router is asked again"""
    at: Ints
    settings: Settings


Table = TypeVar("Table")
_KINDS = {Floats: "f8", Ints: "i8", Bools: "?"}


def table(kind: type[Table], shape: int | tuple[int, ...]) -> Table:
    """Records with the fields of `kind`, all zero; read `records(it).field` outside compiled code."""
    fields = [(name, _KINDS[hint]) for name, hint in get_type_hints(kind).items()]
    return cast(Table, np.zeros(shape, np.dtype(fields, align=True)))


def records(filled: Table) -> Table:
    """A view of a table whose fields Python reads and writes as attributes, as compiled code does."""
    return cast(Table, cast(np.ndarray, filled).view(np.recarray))
