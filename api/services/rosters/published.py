"""What published rosters say of the time before a horizon and inside it: who worked what, and who was told what.

Only rosters in the problem's own zone count, whatever team they were for. Nothing here knows a contact or what anybody
felt: a published shift is a line of a plan.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlmodel import Session, col, select

from roster.people import Agent, Preference
from roster.rules.parameters import Rules
from roster.shifts import Assignment, Roster, RosterStatus

LEAST_HISTORY_DAYS = 14
"""The longest run of days that a contract or the rule on consecutive days can speak of."""


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


def published_between(
    session: Session, first: date, last: date, zone: str, shift_codes: dict[int, str]
) -> list[PublishedShift]:
    """Published shifts that begin from `first` to `last`, by person and date."""
    query = (
        select(col(Assignment.agent_id), col(Assignment.on_date), col(Assignment.shift_type_id))
        .join(Roster, col(Roster.id) == col(Assignment.roster_id))
        .where(
            Roster.status == RosterStatus.PUBLISHED,
            Roster.zone == zone,
            col(Assignment.on_date).between(first, last),
        )
        .order_by(col(Assignment.agent_id), col(Assignment.on_date))
    )
    return [
        PublishedShift(agent_id, on_date, shift_codes[shift_id])
        for agent_id, on_date, shift_id in session.exec(query).all()
    ]


def refused_wishes(
    session: Session,
    people: Sequence[Agent],
    worked: Sequence[PublishedShift],
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
    shifts: defaultdict[tuple[int, date], set[str]] = defaultdict(set)
    for line in worked:
        shifts[line.agent_id, line.on_date].add(line.shift)
    told = _days_told(session, first, last, zone)
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


def _days_told(session: Session, first: date, last: date, zone: str) -> dict[date, set[int | None]]:
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
