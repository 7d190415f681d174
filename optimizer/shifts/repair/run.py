"""Repair a roster after a change: nothing where nothing is worse, else one day of one person, else the model.

A repair by one change is proved everywhere: nothing at all was tried first. One by two is too, where every single
change was tried. Beyond that a model proves it among the days that may change, and the result says which. Where several
days are open, changes that are allowed by themselves come first: they are few, so that a week of a large team is
solved; then, where there is hope of a proof, all changes.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from optimizer.shifts.repair.aims import Mended, Window
from optimizer.shifts.repair.cells import Cells
from optimizer.shifts.repair.crews import CrewModel, fits
from optimizer.shifts.repair.model import RepairModel
from optimizer.shifts.repair.singles import best_single
from optimizer.shifts.repair.trouble import Trouble, mended, missing_beyond, trouble
from roster.problem import Problem
from roster.result import Status
from roster.rules.cover import skill_set
from roster.whatif.changes import Moved, moved
from roster.whatif.live import LiveRoster
from roster.whatif.notice import last_day_inside

DETERMINISTIC_LIMIT = 0.3
"""Of the solver's own units: less than a second of one core at 150 agents."""

BY_ITSELF = 3.0
"""So many times that limit for changes allowed by themselves: a sick week at 150 agents takes up to 2.5 of them."""

MOST_CREW_DAYS = 3
"""With more open days the changes of several days of one person are too many to be tried one by one."""

MOST_CELLS = 400
"""With more open days of people than that the model of everybody proves nothing within the limit, nor finds better."""


class Extent(StrEnum):
    """Which days may change: those whose shifts reach into the trouble, or their whole weeks of the roster."""

    DAY = "day"
    WEEK = "week"


class Proof(StrEnum):
    """Among which repairs none moves fewer days: all; those that change the open days alone; of these, those of which
    the person's own rules allow every change by itself.
    """

    EVERYWHERE = "everywhere"
    WINDOW = "window"
    BY_ITSELF = "by_itself"
    NONE = "none"


@dataclass(frozen=True)
class Proofs:
    """Of each aim, given that those before it are as good: among which repairs none does better."""

    missing: Proof
    moves: Proof
    inside_notice: Proof
    cost: Proof
    """People's own costs."""


STRONG = (Proof.EVERYWHERE, Proof.WINDOW)
"""Proofs among all repairs of the open days at least."""
SURE = 2
"""A repair of so many moves is proved everywhere, where every single change was tried."""
NOTHING = Proofs(Proof.NONE, Proof.NONE, Proof.NONE, Proof.NONE)
ALL = Proofs(Proof.EVERYWHERE, Proof.EVERYWHERE, Proof.EVERYWHERE, Proof.EVERYWHERE)


@dataclass(frozen=True)
class Repair:
    """A repaired roster, what it moves, and what is proved.

    `missing` counts agent-quarters times queue weight by which cover stays worse than before where the trouble is;
    `least_missing` and `least_changes` are what no repair of the window can be below (the latter among those that
    miss no more). Where there is no repair, `proofs.moves` says where that is proved.
    """

    status: Status
    proofs: Proofs
    after: LiveRoster | None
    moves: tuple[Moved, ...]
    missing: int
    least_missing: int
    least_changes: int
    inside_notice: int
    days: tuple[int, ...]
    work: float = 0.0

    @property
    def proof(self) -> Proof:
        """Of the first two aims together: among which repairs none moves fewer days."""
        return self.proofs.moves


def repair(
    before: LiveRoster,
    now: LiveRoster,
    *,
    away: Collection[str] = (),
    first_day: int = 0,
    extent: Extent = Extent.DAY,
    most_changes: int = 7,
    deterministic_limit: float = DETERMINISTIC_LIMIT,
    seed: int = 0,
) -> Repair:
    """Mend `now`, which is `before` after a change, from `first_day` on.

    `before` and `now` are of the same people and days; requirements, people's time off and pins may differ. What the
    change itself took away is no move: moves count from `now`. Nobody who is `away` is moved on other days either.
    The same input gives the same repair.
    """
    found = trouble(before, now, away)
    if found.none:
        return Repair(Status.OPTIMAL, ALL, now, (), 0, 0, 0, 0, ())
    notice = last_day_inside(now.problem)
    cells = Cells(now, found)
    alone = best_single(now, found, cells, first_day=first_day, notice=notice) if most_changes else None
    if alone is not None:
        (move,) = moved(now, alone)
        return Repair(Status.OPTIMAL, ALL, alone, (move,), 0, 0, 1, int(move.day <= notice), (move.day,))
    window = Window(_open(now.problem, found, extent, first_day), notice, most_changes)
    if not window.days:
        return Repair(Status.INFEASIBLE, replace(NOTHING, moves=Proof.EVERYWHERE), None, (), 0, 0, 0, 0, ())
    if not fits(now.problem, found):
        result = RepairModel(now, found, window).solve(deterministic_limit=deterministic_limit, seed=seed)
    elif len(window.days) == 1:
        result = _one_day(now, found, window, cells, deterministic_limit, seed)
    else:
        near = replace(window, days=_open(now.problem, found, Extent.DAY, first_day))
        result = _several_days(now, found, window, near, cells, deterministic_limit, seed)
    return _concluded(now, found, window, result)


def _one_day(
    now: LiveRoster, found: Trouble, window: Window, cells: Cells, deterministic_limit: float, seed: int
) -> Mended:
    """By the small model, all four aims."""
    crews = CrewModel(now, found, window, cells)
    result = crews.solve(deterministic_limit=deterministic_limit, seed=seed)
    if result.status is not Status.OPTIMAL:
        return result
    if not result.changes:
        return replace(result, cheapest=True)
    return crews.cheapest(result, deterministic_limit=deterministic_limit / 2, seed=seed)


def _several_days(
    now: LiveRoster,
    found: Trouble,
    window: Window,
    near: Window,
    cells: Cells,
    deterministic_limit: float,
    seed: int,
) -> Mended:
    """Changes allowed by themselves first; then all, where there is hope of a proof. The better is taken.

    Where even the first is too much, the days `near` the trouble are mended one after another.
    """
    crews = CrewModel(now, found, window, cells, by_itself=True)
    result = crews.solve(deterministic_limit=BY_ITSELF * deterministic_limit, seed=seed)
    optimal = result.status is Status.OPTIMAL
    # Nothing is known of other repairs yet.
    result = replace(result, status=Status.FEASIBLE, least_missing=0, least_changes=0, by_itself=optimal)
    if not optimal:
        by_day = _day_by_day(now, found, near, cells, deterministic_limit, seed)
        result = min(result, by_day, key=lambda one: one.value)
    if result.missing == 0 and result.changes <= SURE and not result.inside_notice:
        return result
    if len(window.days) <= MOST_CREW_DAYS:
        every = CrewModel(now, found, window, cells).solve(deterministic_limit=deterministic_limit, seed=seed)
    elif len(window.days) * len(now.problem.agents) <= MOST_CELLS:
        every = RepairModel(now, found, window).solve(deterministic_limit=deterministic_limit, seed=seed)
    else:
        return result
    work = result.work + every.work
    if every.after is not None and (every.status is Status.OPTIMAL or every.value < result.value):
        return replace(every, work=work)
    least = every.least_changes if every.least_missing == result.missing else 0
    return replace(result, least_missing=every.least_missing, least_changes=least, work=work)


def _day_by_day(
    now: LiveRoster, found: Trouble, window: Window, cells: Cells, deterministic_limit: float, seed: int
) -> Mended:
    """Each day mended by itself, one after another: a repair where the days together are too much, with no proof."""
    after, work = now, 0.0
    for day in sorted(window.days):
        left = window.most_changes - len(moved(now, after))
        alone = replace(window, days=frozenset({day}), most_changes=left)
        model = CrewModel(after, found, alone, cells.of(after))
        result = model.solve(deterministic_limit=deterministic_limit, seed=seed)
        work += result.work
        after = after if result.after is None else result.after
    moves = moved(now, after)
    missing = missing_beyond(after.problem, found, after.cover.matched)
    inside = sum(one.day <= window.last_inside_notice for one in moves)
    return Mended(Status.FEASIBLE, after, missing, changes=len(moves), inside_notice=inside, work=work)


def _concluded(now: LiveRoster, found: Trouble, window: Window, result: Mended) -> Repair:
    days = tuple(sorted(window.days))
    if result.after is None:
        proof = Proof.WINDOW if result.status is Status.INFEASIBLE else Proof.NONE
        return Repair(result.status, replace(NOTHING, moves=proof), None, (), 0, 0, 0, 0, days, result.work)
    after = result.after
    if result.missing == 0 and not result.cheapest:
        after = _exchanged(now, after, found)
    moves = moved(now, after)
    least = result.least_changes
    if result.missing == 0:
        # Every single change was tried, and none mends it.
        least = max(least, 2)
    proofs = _proofs(result, len(moves), least)
    return Repair(
        Status.OPTIMAL if proofs.moves in STRONG else Status.FEASIBLE,
        proofs,
        after,
        moves,
        result.missing,
        result.least_missing,
        least,
        result.inside_notice,
        days,
        result.work,
    )


def _proofs(result: Mended, moves: int, least: int) -> Proofs:
    """What the search proves, each aim as far as those before it."""
    weakest = Proof.BY_ITSELF if result.by_itself else Proof.NONE
    missing = many = inside = weakest
    if result.missing == 0:
        missing = Proof.EVERYWHERE
    elif result.missing == result.least_missing:
        missing = Proof.WINDOW
    if result.missing == 0 and moves <= SURE:
        many = Proof.EVERYWHERE
    elif missing in STRONG and moves == least:
        many = Proof.WINDOW
    if result.inside_notice == 0:
        inside = many
    elif many in STRONG and result.status is Status.OPTIMAL:
        inside = Proof.WINDOW
    return Proofs(missing, many, inside, Proof.WINDOW if result.cheapest else Proof.NONE)


def _exchanged(now: LiveRoster, after: LiveRoster, found: Trouble) -> LiveRoster:
    """The same moves by other people of the same skills, where their own rules cost less: then cover is the same."""
    best = after
    for move in moved(now, after):
        agent = now.problem.agent_of[move.agent]
        taken = {one.agent for one in moved(now, best)}
        options = [
            other
            for other in now.problem.agents
            if not other.fixed
            and other.id not in taken
            and other.id not in found.held
            and skill_set(other) == skill_set(agent)
            and now.shifts_on(other.id, move.day) == move.before
        ]
        price = _price(now, best, move.agent)
        for other in options:
            lines = [line for line in now.lines(other.id) if line.day != move.day]
            lines += [
                line.model_copy(update={"agent": other.id}) for line in best.lines(move.agent) if line.day == move.day
            ]
            judged = now.alone(other.id, lines)
            if any(one.hard and one not in found.known for one in judged):
                continue
            cost = sum(one.cost for one in judged) - sum(one.cost for one in now.personal[other.id])
            if cost < price and len([one for one in moved(now, best) if one.agent == move.agent]) == 1:
                tried = best.changed({move.agent: now.lines(move.agent), other.id: lines})
                if mended(tried, found):
                    best, price = tried, cost
                    move = Moved(other.id, move.day, move.before, move.after)
    return best


def _price(now: LiveRoster, after: LiveRoster, agent: str) -> int:
    return sum(one.cost for one in after.personal[agent]) - sum(one.cost for one in now.personal[agent])


def _open(problem: Problem, found: Trouble, extent: Extent, first_day: int) -> frozenset[int]:
    """The days that may change."""
    near = set(_days_touching(problem, found))
    if extent is Extent.WEEK:
        near |= {day for one in near for day in range(one - one % 7, one - one % 7 + 7)}
    return frozenset(day for day in near if first_day <= day < problem.days)


def _days_touching(problem: Problem, found: Trouble) -> Iterable[int]:
    """Days on which some shift reaches into a quarter in trouble; all days where people's own rules are broken."""
    if found.people or found.team:
        yield from range(problem.days)
        return
    for day in range(problem.days):
        if any(not found.quarters.isdisjoint(problem.covered(day, shift.id)) for shift in problem.shifts):
            yield day
