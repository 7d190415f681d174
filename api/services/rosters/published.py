"""What published rosters say of the time before a horizon and inside it: who worked what, and who was told what.

Only rosters in the problem's own zone count, whatever team they were for. Nothing here knows a contact or what anybody
felt: a published shift is a line of a plan.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import BigInteger, Connection, cast
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from roster.people import Agent, Preference
from roster.rules.parameters import Rules
from roster.shifts import Assignment, Roster, RosterStatus

LEAST_HISTORY_DAYS = 14
"""The longest run of days that a contract or the rule on consecutive days can speak of."""


KEPT = 8
"""So many stretches of published days are kept in memory; each is a few megabytes at 150 agents."""

T = TypeVar("T")


class PublishedShift(NamedTuple):
    """One person's shift in a published roster; `shift` is its code."""

    agent_id: int
    on_date: date
    shift: str


def history_days(rules: Rules) -> int:
    """How many days before the first one the rules that are on look back on."""
    looks_back = (
        (rules.max_days_off.mode, rules.max_days_off.maximum + 1),
        (rules.average_minutes.mode, rules.average_minutes.reference_weeks * 7),
        (rules.night_limits.mode, rules.night_limits.days),
        (rules.heavy_shift_budget.mode, rules.heavy_shift_budget.days),
    )
    return max([LEAST_HISTORY_DAYS, *(days for mode, days in looks_back if mode != "off")])


class Published:
    """Published shifts of a stretch of days, with what has been worked out of them."""

    def __init__(self, lines: tuple[PublishedShift, ...]) -> None:
        self.lines = lines
        self._worked_out: dict[Hashable, Any] = {}

    def once(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """What `work_out` makes of these shifts and `key` alone: looked up where it was worked out before."""
        found: T | None = self._worked_out.get(key)
        if found is None:
            if len(self._worked_out) >= KEPT:
                self._worked_out = {}
            found = self._worked_out[key] = work_out()
        return found


class _Recent:
    """The stretches asked for last. Every edit of a draft asks for the same months, and they hardly ever change."""

    def __init__(self) -> None:
        self._found: OrderedDict[Hashable, Published] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Published | None:
        """What was kept under `key`."""
        with self._lock:
            return self._found.get(key)

    def keep(self, key: Hashable, found: Published) -> Published:
        """Keep it, and let go of the oldest."""
        with self._lock:
            self._found[key] = found
            while len(self._found) > KEPT:
                self._found.popitem(last=False)
        return found


_recent = _Recent()


def published_between(session: Session, first: date, last: date, zone: str, shift_codes: dict[int, str]) -> Published:
    """Published shifts that begin from `first` to `last`, by person and date.

    Read anew only where a published roster of these days has changed: rosters move their version with every change, and
    the sums notice lines that were put in without one.
    """
    within = (
        col(Roster.status) == RosterStatus.PUBLISHED,
        col(Roster.zone) == zone,
        col(Assignment.on_date).between(first, last),
    )
    of_roster = col(Roster.id) == col(Assignment.roster_id)
    agent, shift, number = col(Assignment.agent_id), col(Assignment.shift_type_id), col(Assignment.id)
    sums = (
        func.count(),
        func.sum(number),
        func.sum(shift),
        func.sum(cast(agent, BigInteger) * shift),
        func.sum(Roster.version),
    )
    # The engine, not its address, tells databases apart: it lives as long as what is kept of it.
    bind = session.get_bind()
    engine = bind.engine if isinstance(bind, Connection) else bind
    stamp = tuple(
        session.execute(sql_select(*sums).select_from(Assignment).join(Roster, of_roster).where(*within)).one()
    )
    key = (engine, first, last, zone, stamp, tuple(shift_codes.items()))
    kept = _recent.get(key)
    if kept is not None:
        return kept
    query = (
        select(agent, col(Assignment.on_date), shift)
        .join(Roster, of_roster)
        .where(*within)
        .order_by(agent, col(Assignment.on_date))
    )
    lines = (
        PublishedShift(agent_id, on_date, shift_codes[shift_id])
        for agent_id, on_date, shift_id in session.exec(query).all()
    )
    return _recent.keep(key, Published(tuple(lines)))


def refused_wishes(
    session: Session,
    people: Sequence[Agent],
    published: Published,
    first: date,
    last: date,
    zone: str,
    shift_codes: dict[int, str],
) -> dict[int, int]:
    """How many wishes for days from `first` to `last` published rosters did not grant, by agent.

    A wish counts where the person was in a published roster of that day: it was for every team or theirs, or has a
    shift of theirs.
    """
    teams = {agent.id: agent.team_id for agent in people}
    shifts = published.once("by person and date", lambda: _by_person_and_date(published.lines))
    told = days_told(session, first, last, zone)
    wishes = session.exec(select(Preference).where(col(Preference.on_date).between(first, last))).all()
    refused: dict[int, int] = {}
    for wish in wishes:
        if wish.agent_id not in teams:
            continue
        has = shifts.get((wish.agent_id, wish.on_date), set())
        if not has and not {None, teams[wish.agent_id]} & told.get(wish.on_date, set()):
            continue
        granted = bool(has) if wish.shift_type_id is None else shift_codes[wish.shift_type_id] in has
        if granted != wish.wanted:
            refused[wish.agent_id] = refused.get(wish.agent_id, 0) + 1
    return refused


def _by_person_and_date(lines: Iterable[PublishedShift]) -> dict[tuple[int, date], set[str]]:
    found: defaultdict[tuple[int, date], set[str]] = defaultdict(set)
    for line in lines:
        found[line.agent_id, line.on_date].add(line.shift)
    return dict(found)


def days_told(session: Session, first: date, last: date, zone: str) -> dict[date, set[int | None]]:
    """Teams (none: every team) with a published roster, by date."""
    rosters = session.exec(
        select(Roster).where(
            Roster.status == RosterStatus.PUBLISHED, Roster.zone == zone, col(Roster.starts_on) <= last
        )
    ).all()
    told: defaultdict[date, set[int | None]] = defaultdict(set)
    for roster in rosters:
        begin = max(roster.starts_on, first)
        end = min(roster.starts_on + timedelta(days=roster.days - 1), last)
        for number in range((end - begin).days + 1):
            told[begin + timedelta(days=number)].add(roster.team_id)
    return told
