"""The people of a problem: those it rosters, with all that is agreed with them and asked by them, and other teams'."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from api.services.rosters.absences import absences_in, away_next_day
from api.services.rosters.frame import Frame
from api.services.rosters.published import PublishedShift
from api.services.rosters.remembered import Brought
from roster.agreed import AgentShiftLimit, DayOff
from roster.people import Agent, Availability, Contract, Preference, TimeOff
from roster.problem import NEW_HERE, ContractTerms, PastShift, Pin, PlannedAgent, ShiftLimit, Window, Wish
from roster.shifts import Assignment, PinnedFree


@dataclass(frozen=True)
class Known:
    """What is known of the centre's people by id, and of its teams and shifts."""

    teams: dict[int | None, str]
    shift_codes: dict[int, str]
    skills: dict[int, tuple[str, ...]]
    roles: dict[int, tuple[str, ...]]


History = Mapping[int, tuple[PastShift, ...]]
"""Shifts before the first day by agent id."""


def past_shifts(published: Iterable[PublishedShift], frame: Frame, back: int) -> History:
    """What was published for the `back` days before the first one."""
    found: defaultdict[int, list[PastShift]] = defaultdict(list)
    first = frame.date_of(-back)
    for line in published:
        if first <= line.on_date < frame.starts_on:
            found[line.agent_id].append(PastShift(day=frame.day(line.on_date), shift=line.shift))
    return {agent_id: tuple(shifts) for agent_id, shifts in found.items()}


def own_agents(
    session: Session,
    frame: Frame,
    people: Sequence[Agent],
    known: Known,
    history: History,
    history_days: int,
    brought: Brought,
    roster_id: int | None,
) -> list[PlannedAgent]:
    """The people to be rostered, in the order of `people`."""
    contracts = {contract.id: contract for contract in session.exec(select(Contract)).all()}
    windows = _windows(session)
    # Leave before the first day counts in averages; that of the day after the last keeps the last night out of it.
    away = _days(session.exec(select(TimeOff)).all(), frame, -history_days, frame.days)
    off = _days(session.exec(select(DayOff)).all(), frame, 0, frame.days - 1)
    limits = _limits(session, frame, known.shift_codes)
    wishes = _wishes(session, frame, known.shift_codes)
    pins = _pins(session, frame, known.shift_codes, roster_id)
    absences = absences_in(session, frame, known.shift_codes, roster_id)
    for agent_id in away_next_day(session, frame):
        away[agent_id].discard(frame.days)
    agents = []
    for agent in people:
        if agent.id is None:
            continue
        # An absence of this roster is judged as one, though it is time off as well since it was published.
        absent = tuple(one.day for one in absences[agent.id])
        agents.append(
            PlannedAgent(
                id=agent.code,
                name=agent.name,
                team=known.teams[agent.team_id],
                skills=known.skills.get(agent.id, ()),
                roles=known.roles.get(agent.id, ()),
                contract=_terms(contracts[agent.contract_id], frame),
                availability=tuple(windows[agent.id]),
                time_off=tuple(sorted(away[agent.id].difference(absent))),
                fixed_days_off=tuple(sorted(off[agent.id])),
                shift_limits=tuple(limits[agent.id]),
                wishes=tuple(wishes[agent.id]),
                pins=tuple(pins[agent.id]),
                history=history.get(agent.id, ()),
                memory=brought.memories.get(agent.id, NEW_HERE),
                carried_points=brought.carried_points.get(agent.id, 0),
                absences=tuple(absences[agent.id]),
                # Nothing can change for them on such a day.
                untold_days=absent,
            )
        )
    return agents


def fixed_agents(
    session: Session,
    frame: Frame,
    own: set[int | None],
    known: Known,
    told: Sequence[PublishedShift],
    history: History,
) -> list[PlannedAgent]:
    """Other teams' people who have published shifts in the frame: these are their pins."""
    pins: defaultdict[int, list[Pin]] = defaultdict(list)
    for line in told:
        if line.agent_id not in own:
            pins[line.agent_id].append(Pin(day=frame.day(line.on_date), shift=line.shift))
    if not pins:
        return []
    others = session.exec(select(Agent).where(col(Agent.id).in_(pins)).order_by(col(Agent.code))).all()
    return [
        PlannedAgent(
            id=agent.code,
            name=agent.name,
            team=known.teams[agent.team_id],
            skills=known.skills.get(agent.id, ()),
            roles=known.roles.get(agent.id, ()),
            pins=tuple(pins[agent.id]),
            # The day before reaches into the first morning, so it belongs to the shared cover too.
            history=tuple(one for one in history.get(agent.id, ()) if one.day == -1),
            fixed=True,
        )
        for agent in others
        if agent.id is not None
    ]


def _terms(contract: Contract, frame: Frame) -> ContractTerms:
    return ContractTerms(
        min_week_minutes=contract.min_week_minutes,
        max_week_minutes=contract.max_week_minutes,
        max_consecutive_days=contract.max_consecutive_days,
        min_consecutive_days=contract.min_consecutive_days,
        min_days_off=contract.min_days_off,
        max_weekends=None if contract.max_weekends is None else frame.most(contract.max_weekends),
    )


def _windows(session: Session) -> defaultdict[int, list[Window]]:
    found: defaultdict[int, list[Window]] = defaultdict(list)
    for window in session.exec(select(Availability).order_by(col(Availability.id))).all():
        found[window.agent_id].append(
            Window(weekday=window.weekday, start_minute=window.start_minute, end_minute=window.end_minute)
        )
    return found


def _days(lines: Iterable[TimeOff | DayOff], frame: Frame, first: int, last: int) -> defaultdict[int, set[int]]:
    """Days from `first` to `last` that lie in the lines, by agent."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for line in lines:
        begin, end = max(frame.day(line.starts_on), first), min(frame.day(line.ends_on), last)
        found[line.agent_id].update(range(begin, end + 1))
    return found


def _limits(session: Session, frame: Frame, shift_codes: dict[int, str]) -> defaultdict[int, list[ShiftLimit]]:
    found: defaultdict[int, list[ShiftLimit]] = defaultdict(list)
    lines = session.exec(select(AgentShiftLimit).order_by(col(AgentShiftLimit.shift_type_id))).all()
    for line in lines:
        least, most = frame.least(line.least), frame.most(line.most)
        if least > 0 or most < frame.days:
            code = shift_codes[line.shift_type_id]
            found[line.agent_id].append(ShiftLimit(shift=code, least=least, most=most))
    return found


def _wishes(session: Session, frame: Frame, shift_codes: dict[int, str]) -> defaultdict[int, list[Wish]]:
    found: defaultdict[int, list[Wish]] = defaultdict(list)
    lines = session.exec(
        select(Preference)
        .where(col(Preference.on_date).between(frame.starts_on, frame.last_on))
        .order_by(col(Preference.id))
    ).all()
    for line in lines:
        shift = None if line.shift_type_id is None else shift_codes[line.shift_type_id]
        found[line.agent_id].append(
            Wish(day=frame.day(line.on_date), shift=shift, wanted=line.wanted, weight=line.weight)
        )
    return found


def _pins(
    session: Session, frame: Frame, shift_codes: dict[int, str], roster_id: int | None
) -> defaultdict[int, list[Pin]]:
    found: defaultdict[int, list[Pin]] = defaultdict(list)
    if roster_id is None:
        return found
    placed = session.exec(
        select(Assignment)
        .where(Assignment.roster_id == roster_id, col(Assignment.pinned).is_(True))
        .order_by(col(Assignment.on_date))
    ).all()
    for line in placed:
        found[line.agent_id].append(Pin(day=frame.day(line.on_date), shift=shift_codes[line.shift_type_id]))
    free = session.exec(
        select(PinnedFree).where(PinnedFree.roster_id == roster_id).order_by(col(PinnedFree.on_date))
    ).all()
    for cleared in free:
        found[cleared.agent_id].append(Pin(day=frame.day(cleared.on_date)))
    return found
