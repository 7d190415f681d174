"""A day at 200 agents: breaks and debriefs in place, and what is short against what must be; two other ways beside.

    python -m bench.day [--agents 200] [--days 3] [--seconds 20] [--limit 8]
                        [--replays 1] [--events 2000] [--skip-replay]

Each day is generated (`bench.own_day`), the same for the same number; the table has the worst of them. What is short
is counted by the checker's flow; its lower bound is proved (docs/day.md). The other ways plan the same days without
debriefs, and so do we there. Then days are replayed with events (`bench.day_replay`), planned again after each.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench import day_replay
from bench.day_others import figures, fixed_slots, slots_without_people
from bench.own_day import own_day
from bench.reaches import Line, table
from optimizer.day.bookings import debrief_places
from optimizer.day.live import MOVES
from optimizer.day.matching import matched
from optimizer.day.options import Room, in_every_order, most_placed, person_options
from optimizer.day.solve import solve_day
from optimizer.day.warm import warm
from roster.day_problem import DayProblem, DayResult

FIRST_SECONDS = 2.0
SECONDS = 20.0
GAP = 0.01
"""Of the required agent-minutes."""


@dataclass(frozen=True)
class Measured:
    """One day: seconds to the first plan and to the last, breaks and debriefs in place of those that can be, what is
    short and must be, what is required, and beside it short and missed by our way and two others.
    """

    first_seconds: float
    seconds: float
    placed: int
    room: int
    debriefs: int
    debriefs_room: int
    short: int
    bound: int
    required: int
    ours: tuple[int, int]
    fixed: tuple[int, int]
    slots: tuple[int, int]

    @property
    def gap(self) -> float:
        """What is short beyond the bound, as a share of what is required."""
        return (self.short - self.bound) / self.required


def main(arguments: Sequence[str]) -> int:
    """Measure and print; the exit status is 0 when every line is reached."""
    parser = argparse.ArgumentParser(prog="python -m bench.day", description=__doc__)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--days", type=int, default=3, help="how many generated days")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="guard of the solver's time")
    parser.add_argument("--limit", type=float, default=8.0, help="the solver's deterministic limit")
    parser.add_argument("--events", type=int, default=2000, help="what happens in a replayed day")
    parser.add_argument("--replays", type=int, default=1, help="how many days are replayed")
    parser.add_argument("--moves", type=int, default=MOVES, help="best responses of one replanning")
    parser.add_argument("--skip-replay", action="store_true", help="no day is replayed")
    chosen = parser.parse_args(arguments)
    warm()
    found = []
    for number in range(chosen.days):
        day = own_day(chosen.agents, number)
        one = measured(day, chosen.limit, chosen.seconds)
        found.append(one)
        print(
            f"day {number}: {len(day.agents)} agents, {len(day.demands)} queues, {one.required:,} minutes required;"
            f" first plan after {one.first_seconds:.2f} s; after {one.seconds:.1f} s {one.short:,} short, at least"
            f" {one.bound:,} proved ({one.gap:.2%} of what is required); breaks {one.placed} of {one.room},"
            f" debriefs {one.debriefs} of {one.debriefs_room} that can be, {len(day.debriefs)} asked for\n"
            f"       without debriefs, short and breaks missed: ours {told(one.ours)}, fixed slots {told(one.fixed)},"
            f" slots without people {told(one.slots)}",
            flush=True,
        )
    lines = reach(found) if found else []
    replayed = []
    for number in range(0 if chosen.skip_replay else chosen.replays):
        day = day_replay.replayed_day(chosen.agents, chosen.events, number)
        one_more = day_replay.replay(day, chosen.events, number, moves=chosen.moves, limit=chosen.limit)
        replayed.append(one_more)
        print(f"replay {number}: {len(day.agents)} agents\n{day_replay.told(one_more)}", flush=True)
    lines += day_replay.reach(replayed) if replayed else []
    print()
    print(table(lines))
    return 0 if all(line.reached for line in lines) else 1


def measured(day: DayProblem, limit: float, seconds: float) -> Measured:
    """One day, every way."""
    began = time.monotonic()
    first = solve_day(day, deterministic_limit=0)
    first_seconds = time.monotonic() - began
    figures(day, first)
    began = time.monotonic()
    result = solve_day(day, deterministic_limit=limit, time_limit_seconds=seconds)
    took = time.monotonic() - began
    short, _ = figures(day, result)
    options = [person_options(day, person) for person in day.agents]
    room = sum(max(most_placed(order) for order in in_every_order(each)) for each in options)
    plain = day.model_copy(update={"debriefs": ()})
    return Measured(
        first_seconds=first_seconds,
        seconds=took,
        placed=sum(len(each.breaks) for each in options) - sum(item.count for item in result.unplaced),
        room=room,
        debriefs=len(result.debriefs),
        debriefs_room=most_debriefs(day),
        short=short,
        bound=proved(result),
        required=sum(day.needed_minutes(each, quarter) for each in day.demands for quarter in range(day.quarters)),
        ours=figures(plain, solve_day(plain, deterministic_limit=limit, time_limit_seconds=seconds)),
        fixed=figures(plain, fixed_slots(plain)),
        slots=figures(plain, slots_without_people(plain, seconds / 2)[0]),
    )


def proved(result: DayResult) -> int:
    """The bound of what is short."""
    if result.short_bound is None:
        raise RuntimeError("the day came back without a bound of what is short")
    return result.short_bound


def most_debriefs(day: DayProblem) -> int:
    """How many debriefs have a peer with a session left and a time that leaves both their breaks, all at once."""
    room = Room(person_options(day, person) for person in day.agents)
    wishes = {
        request.id: list(dict.fromkeys(one.peer for one in debrief_places(day, request, room) if one.peer is not None))
        for request in day.debriefs
    }
    return len(matched(wishes, {code: person.sessions_left for code, person in day.agent_of.items()}))


def reach(found: Sequence[Measured]) -> list[Line]:
    """What was asked, and the worst day."""
    first, last = max(one.first_seconds for one in found), max(one.seconds for one in found)
    worst = max(found, key=lambda one: one.gap)
    lines = [
        Line("first valid plan", f"under {FIRST_SECONDS:g} s", f"{first:.2f} s", first < FIRST_SECONDS),
        Line("the last", f"{SECONDS:g} s", f"{last:.1f} s", last < SECONDS + 1),
        Line("breaks that have room, not placed", "0", *none(one.room - one.placed for one in found)),
        Line("debriefs that can be, not placed", "0", *none(one.debriefs_room - one.debriefs for one in found)),
        Line(
            "short beyond the proved bound",
            f"{GAP:.0%} of required",
            f"{worst.gap:.2%} ({worst.short:,} short, at least {worst.bound:,}, required {worst.required:,})",
            worst.gap <= GAP,
        ),
    ]
    for what, other in (
        ("fixed break slots", [one.fixed for one in found]),
        ("slots without people", [one.slots for one in found]),
    ):
        ours = [one.ours for one in found]
        for place, kind in enumerate(("minutes short", "breaks missed")):
            pairs = [(mine[place], theirs[place]) for mine, theirs in zip(ours, other, strict=True)]
            lines.append(compared(f"{kind}, ours / {what}", pairs))
    return lines


def compared(what: str, days: Sequence[tuple[int, int]]) -> Line:
    """Ours and theirs over all days, each day beside it; a break that is missed is cover not missed, so both count."""
    ours, theirs = (sum(one) for one in zip(*days, strict=True))
    each = "; ".join(f"{mine:,} / {other:,}" for mine, other in days)
    return Line(what, "ours lower", f"{ours:,} / {theirs:,} (by day {each})", ours < theirs)


def none(left: Iterable[int]) -> tuple[str, bool]:
    """The most left, and whether that is nothing."""
    most = max(left)
    return str(most), most == 0


def told(both: tuple[int, int]) -> str:
    """Short and missed."""
    return f"{both[0]:,} and {both[1]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
