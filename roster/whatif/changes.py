"""Changes of a roster that somebody thinks about: add, remove, move, swap; several at once, one after another."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from roster.problem import Assigned
from roster.rules.wording import day_text, person, shift_name
from roster.whatif.live import LiveRoster


class ChangeError(ValueError):
    """A change that can't be thought: somebody or a shift unknown, a day outside, nothing there to move."""


class ChangeKind(StrEnum):
    """What is done to a shift."""

    ADD = "add"
    REMOVE = "remove"
    MOVE = "move"
    SWAP = "swap"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of `agent`'s `day`.

    `add` gives `shift`; `remove` takes what is there; `move` takes it to `to_agent` or `to_day` or makes it another
    `shift`; `swap` exchanges it with what `to_agent` has on `to_day`. Where `to_agent` or `to_day` is left out it is
    the same person or day.
    """

    kind: ChangeKind
    agent: str
    day: int
    shift: str | None = None
    to_agent: str | None = None
    to_day: int | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """One person's day that is no longer what it was; empty = free."""

    agent: str
    day: int
    before: tuple[str, ...]
    after: tuple[str, ...]


def apply(live: LiveRoster, changes: Iterable[Change]) -> LiveRoster:
    """The roster after `changes`, each seeing what those before it did; raises `ChangeError`."""
    cells = _Cells(live)
    for change in changes:
        _STEPS[change.kind](cells, change)
    return live.changed(cells.lines)


def moved(before: LiveRoster, after: LiveRoster) -> tuple[Moved, ...]:
    """The days of people that differ between two rosters of the same people, by day and person."""
    found = []
    for agent in before.problem.agents:
        # Rows that nobody touched are shared.
        if before.rows.of(agent) is after.rows.of(agent):
            continue
        days = {one.day for one in (*before.rows.of(agent), *after.rows.of(agent))}
        for day in days:
            was, now = before.shifts_on(agent.id, day), after.shifts_on(agent.id, day)
            if was != now:
                found.append(Moved(agent.id, day, was, now))
    return tuple(sorted(found, key=lambda one: (one.day, one.agent)))


class _Cells:
    """The rows that change, as they are so far."""

    def __init__(self, live: LiveRoster) -> None:
        self.live = live
        self.lines: dict[str, list[Assigned]] = {}

    def shifts(self, agent: str, day: int) -> list[str]:
        return [line.shift for line in self._row(agent) if line.day == day]

    def take(self, agent: str, day: int) -> list[str]:
        """Empty the cell and return what was in it; `ChangeError` where that is nothing."""
        there = self.shifts(agent, day)
        if not there:
            raise ChangeError(f"{self.who(agent)} has no shift on {self.when(day)}: expected one to take from there")
        self._row(agent)[:] = [line for line in self._row(agent) if line.day != day]
        return there

    def put(self, agent: str, day: int, shifts: Iterable[str]) -> None:
        """Fill an empty cell; `ChangeError` where it is not."""
        there = self.shifts(agent, day)
        if there:
            name = shift_name(self.live.problem, there[0])
            raise ChangeError(
                f"{self.who(agent)} already has {name} on {self.when(day)}: expected a free day, or remove it first"
            )
        self._row(agent).extend(Assigned(agent=agent, day=day, shift=shift) for shift in shifts)

    def known(self, agent: str, day: int, shift: str | None = None) -> None:
        """Raise `ChangeError` for somebody, a day or a shift that the roster does not have."""
        problem = self.live.problem
        there = problem.agent_of.get(agent)
        if there is None or there.fixed:
            raise ChangeError(f"agent {agent!r} is not in the roster: expected one of its people")
        if not 0 <= day < problem.days:
            last = problem.date_of(problem.days - 1)
            raise ChangeError(
                f"{problem.date_of(day).isoformat()} is not in the roster:"
                f" expected {problem.start.isoformat()} to {last.isoformat()}"
            )
        if shift is not None and shift not in problem.shift_of:
            raise ChangeError(f"shift {shift!r} is unknown: expected one of {', '.join(sorted(problem.shift_of))}")

    def who(self, agent: str) -> str:
        return person(self.live.problem.agent_of[agent])

    def when(self, day: int) -> str:
        return day_text(self.live.problem, day)

    def _row(self, agent: str) -> list[Assigned]:
        return self.lines.setdefault(agent, list(self.live.lines(agent)))


def _add(cells: _Cells, change: Change) -> None:
    _refuse_target(change)
    if change.shift is None:
        raise ChangeError("add: no shift is named: expected the shift to work")
    cells.known(change.agent, change.day, change.shift)
    cells.put(change.agent, change.day, [change.shift])


def _remove(cells: _Cells, change: Change) -> None:
    _refuse_target(change)
    cells.known(change.agent, change.day)
    there = cells.take(change.agent, change.day)
    if change.shift is not None and change.shift not in there:
        raise ChangeError(
            f"{cells.who(change.agent)} does not have {change.shift!r} on {cells.when(change.day)},"
            f" but {', '.join(there)}"
        )


def _move(cells: _Cells, change: Change) -> None:
    agent, day = _target(change)
    cells.known(change.agent, change.day)
    cells.known(agent, day, change.shift)
    there = cells.take(change.agent, change.day)
    if (agent, day) == (change.agent, change.day) and change.shift is None:
        raise ChangeError("move: expected another person, another day or another shift to move to")
    cells.put(agent, day, there if change.shift is None else [change.shift])


def _swap(cells: _Cells, change: Change) -> None:
    agent, day = _target(change)
    if agent == change.agent:
        raise ChangeError(f"swap: {change.agent!r} can't swap with themselves: expected to_agent to be somebody else")
    if change.shift is not None:
        raise ChangeError(f"swap: shift {change.shift!r} is named: a swap exchanges what is there")
    cells.known(change.agent, change.day)
    cells.known(agent, day)
    if day == change.day:
        mine, theirs = cells.shifts(change.agent, day), cells.shifts(agent, day)
        if not mine and not theirs:
            raise ChangeError(f"neither has a shift on {cells.when(day)}: there is nothing to swap")
        for code, there in ((change.agent, mine), (agent, theirs)):
            if there:
                cells.take(code, day)
        cells.put(change.agent, day, theirs)
        cells.put(agent, day, mine)
    else:
        mine, theirs = cells.take(change.agent, change.day), cells.take(agent, day)
        cells.put(agent, change.day, mine)
        cells.put(change.agent, day, theirs)


def _target(change: Change) -> tuple[str, int]:
    agent = change.agent if change.to_agent is None else change.to_agent
    return agent, change.day if change.to_day is None else change.to_day


def _refuse_target(change: Change) -> None:
    if change.to_agent is not None or change.to_day is not None:
        raise ChangeError(f"{change.kind}: to_agent and to_date belong to move and swap: expected none")


_STEPS = {
    ChangeKind.ADD: _add,
    ChangeKind.REMOVE: _remove,
    ChangeKind.MOVE: _move,
    ChangeKind.SWAP: _swap,
}
