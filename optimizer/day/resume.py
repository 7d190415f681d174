"""An earlier plan as the beginning of the next: whatever of it is still possible, exactly where it was."""

from optimizer.day.arrays import CLOSED, Bookings, Chains, Covering, State
from optimizer.day.book import is_open, put_booking
from optimizer.day.chain import take_away
from optimizer.day.options import minute_of
from optimizer.day.prepared import Prepared
from roster.day_problem import Appointment


def resume(day: Prepared, chains: Chains, covering: Covering, bookings: Bookings, state: State) -> bool:
    """Put what is planned into the empty `state`; whether anything was."""
    placed = _resume_breaks(day, chains, covering, state)
    for number, booking in enumerate(day.bookings):
        if not isinstance(booking.asked, Appointment) or booking.asked.planned_at is None:
            continue
        minute = minute_of(day.problem, booking.asked.planned_at)
        end = minute + booking.minutes
        for offset, place in enumerate(booking.places):
            if place.start == minute and not any(
                begin < end and minute < until for code in booking.people for begin, until in placed.get(code, ())
            ):
                there = int(bookings.begin[number]) + offset
                if is_open(bookings, state, number, there):
                    put_booking(covering, bookings, state, number, there)
    return bool(placed) or bool((state.place >= 0).any())


def _resume_breaks(day: Prepared, chains: Chains, covering: Covering, state: State) -> dict[str, list[tuple[int, int]]]:
    """The breaks of each person that were put in, as [begin, end) minutes."""
    placed: dict[str, list[tuple[int, int]]] = {}
    for chain, options in enumerate(day.people):
        person, row = int(chains.person[chain]), int(chains.first[chain])
        free_from = 0
        for offset, one in enumerate(options.breaks):
            if one.planned is None:
                continue
            minute = minute_of(day.problem, one.planned.starts_at)
            slot, over = divmod(minute - int(chains.low[person]) * chains.step, chains.step)
            if over or not 0 <= slot < chains.width[person] or slot < free_from:
                continue
            if chains.own[row + offset, slot] < CLOSED:
                state.slot[row + offset] = slot
                take_away(covering, state.lack, person, minute, one.need.minutes)
                placed.setdefault(options.person.id, []).append((minute, minute + one.need.minutes))
                free_from = slot + int(chains.reach[row + offset])
    return placed
