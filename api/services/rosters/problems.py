"""From tables to a `Problem`: everything a roster is planned and judged from, read in one session.

Agents, queues and shifts carry their codes as ids. People of other teams who have published shifts in the horizon
enter as `fixed` agents, so that cover is counted once for the whole centre; those of a team in another time zone
are left out, because their shifts begin at other local minutes than this problem's.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from api.errors import Invalid
from api.services.rosters.demand import read_demand
from roster.people import Agent, AgentChannel, Availability, Contract, Preference, Skill, Team, TimeOff
from roster.policy import Policy
from roster.problem import (
    MAX_DAYS,
    ContractTerms,
    PastShift,
    Pin,
    PlannedAgent,
    Problem,
    QueueTerms,
    ShiftOption,
    Window,
    Wish,
)
from roster.queues import Queue
from roster.shifts import Assignment, PinnedFree, Roster, RosterStatus, ShiftType

HISTORY_DAYS = 14
NEUTRAL_PRIORITY = 5
"""Queues from this priority on weigh 1; each step ahead of it adds 1 (priority 1 weighs 5)."""
YEARS = range(1970, 2200)


def queue_weight(priority: int) -> int:
    """What under-cover of a queue is multiplied by: 5 for priority 1, down to 1 for priority 5 and later."""
    return max(1, NEUTRAL_PRIORITY + 1 - priority)


@dataclass(frozen=True)
class _Frame:
    """The stretch of local days that a problem is about."""

    starts_on: date
    days: int
    zone: str

    @property
    def last_on(self) -> date:
        return self.starts_on + timedelta(days=self.days - 1)

    def day(self, on_date: date) -> int:
        return (on_date - self.starts_on).days


def check_horizon(starts_on: date, days: int) -> None:
    """Refuse a horizon that can't be planned."""
    if not 1 <= days <= MAX_DAYS:
        raise Invalid(f"a roster of {days} days can't be planned: expected 1 to {MAX_DAYS} (six weeks)")
    if starts_on.year not in YEARS:
        raise Invalid(f"start {starts_on.isoformat()}: expected a date from {YEARS.start} to {YEARS.stop - 1}")


def team_named(session: Session, name: str) -> Team:
    """The team called `name`; `Invalid` quotes the known ones."""
    team = session.exec(select(Team).where(Team.name == name)).first()
    if team is None:
        known = session.exec(select(Team.name).order_by(Team.name)).all()
        raise Invalid(f"team {name!r} is unknown: expected one of {', '.join(known) or 'none, for there are no teams'}")
    return team


def zone_of(session: Session, team_id: int | None) -> str:
    """The zone a roster of this team is planned in; every team's roster needs one zone shared by all."""
    if team_id is not None:
        team = session.get(Team, team_id)
        if team is None:
            raise Invalid(f"team number {team_id} is unknown")
        return team.zone
    zones = sorted(set(session.exec(select(Team.zone)).all()))
    if not zones:
        raise Invalid("there are no teams yet: import people first")
    if len(zones) > 1:
        raise Invalid(f"the teams are in different time zones ({', '.join(zones)}): plan them one by one")
    return zones[0]


def build_problem(
    session: Session,
    policy: Policy,
    *,
    team_id: int | None,
    starts_on: date,
    days: int,
    roster_id: int | None = None,
) -> Problem:
    """What a roster of `team_id` (None: every team) from `starts_on` for `days` days is planned from.

    `roster_id` keeps that roster's pins, and the people it has already placed. Raises `Invalid`, in a sentence, where
    there is nobody to plan, nothing to plan with, or a queue that nobody in the centre can take.
    """
    check_horizon(starts_on, days)
    frame = _Frame(starts_on, days, zone_of(session, team_id))
    shifts = session.exec(select(ShiftType).order_by(col(ShiftType.start_minute), col(ShiftType.code))).all()
    if not shifts:
        raise Invalid("there are no shift types yet: import shifts first")
    queues = session.exec(select(Queue).order_by(col(Queue.code))).all()
    people = _people(session, team_id, roster_id)
    if not people:
        whose = "in any team" if team_id is None else f"in team {_team_names(session)[team_id]!r}"
        raise Invalid(f"there are no active agents {whose}: import people first")
    shift_codes = {shift.id: shift.code for shift in shifts if shift.id is not None}
    skills = _skills(session, queues)
    own = _own_agents(session, frame, people, skills, shift_codes, roster_id)
    fixed = _fixed_agents(session, frame, {agent.id for agent in people}, skills, shift_codes)
    demand = read_demand(session, starts_on, days, frame.zone, queues)
    if not demand:
        raise Invalid(
            f"no requirement falls in {starts_on.isoformat()} to {frame.last_on.isoformat()}:"
            " import requirements or compute them from history first"
        )
    _refuse_unstaffed(session, {row.queue for row in demand}, queues, skills)
    can_be_taken = {skill for agent in (*own, *fixed) for skill in agent.skills}
    return Problem(
        name=f"{_team_names(session).get(team_id, 'all teams')} from {starts_on.isoformat()}",
        zone=frame.zone,
        start=starts_on,
        days=days,
        shifts=tuple(
            ShiftOption(
                id=shift.code,
                name=shift.name,
                start_minute=shift.start_minute,
                minutes=shift.minutes,
                paid_minutes=shift.minutes - shift.meal_minutes,
            )
            for shift in shifts
        ),
        queues=tuple(
            QueueTerms(
                id=queue.code,
                name=queue.name,
                weight=queue_weight(queue.priority),
                exposure_per_hour=queue.exposure_per_hour,
            )
            for queue in queues
        ),
        agents=(*own, *fixed),
        # A queue that only people outside this roster can take is not this roster's to cover.
        demand=tuple(row for row in demand if row.queue in can_be_taken),
        night=policy.night,
        rules=policy.rules,
    )


def _people(session: Session, team_id: int | None, roster_id: int | None) -> Sequence[Agent]:
    """Active agents of the team, and whoever the roster has placed though they have left it since."""
    belongs: ColumnElement[bool] = col(Agent.active).is_(True)
    if team_id is not None:
        belongs = belongs & (col(Agent.team_id) == team_id)
    if roster_id is not None:
        placed = select(Assignment.agent_id).where(Assignment.roster_id == roster_id)
        belongs = or_(belongs, col(Agent.id).in_(placed))
        belongs &= col(Agent.team_id).not_in(_teams_gone(session, roster_id))
    return session.exec(select(Agent).where(belongs).order_by(col(Agent.team_id), col(Agent.code))).all()


def _teams_gone(session: Session, roster_id: int) -> set[int]:
    """Teams whose people left a published roster of every team for a published roster of their own."""
    roster = session.get(Roster, roster_id)
    if roster is None or roster.status is not RosterStatus.PUBLISHED or roster.team_id is not None:
        return set()
    last = roster.starts_on + timedelta(days=roster.days - 1)
    others = session.exec(
        select(Roster).where(
            Roster.status == RosterStatus.PUBLISHED, col(Roster.team_id).is_not(None), col(Roster.starts_on) <= last
        )
    ).all()
    return {
        other.team_id
        for other in others
        if other.team_id is not None and other.starts_on + timedelta(days=other.days - 1) >= roster.starts_on
    }


def _team_names(session: Session) -> dict[int | None, str]:
    return {team.id: team.name for team in session.exec(select(Team)).all()}


def _skills(session: Session, queues: Sequence[Queue]) -> dict[int, tuple[str, ...]]:
    """Queue codes that each agent can take: skilled in it, and on its channel (no channel listed: on all)."""
    channels = defaultdict(set)
    for line in session.exec(select(AgentChannel)).all():
        channels[line.agent_id].add(line.channel)
    by_id = {queue.id: queue for queue in queues}
    found = defaultdict(list)
    for skill in session.exec(select(Skill)).all():
        queue = by_id[skill.queue_id]
        if skill.agent_id not in channels or queue.channel in channels[skill.agent_id]:
            found[skill.agent_id].append(queue.code)
    return {agent: tuple(sorted(codes)) for agent, codes in found.items()}


def _own_agents(
    session: Session,
    frame: _Frame,
    people: Sequence[Agent],
    skills: dict[int, tuple[str, ...]],
    shift_codes: dict[int, str],
    roster_id: int | None,
) -> list[PlannedAgent]:
    contracts = {contract.id: contract for contract in session.exec(select(Contract)).all()}
    teams = _team_names(session)
    windows = defaultdict(list)
    for window in session.exec(select(Availability).order_by(col(Availability.id))).all():
        windows[window.agent_id].append(
            Window(weekday=window.weekday, start_minute=window.start_minute, end_minute=window.end_minute)
        )
    away = _time_off(session, frame)
    wishes = _wishes(session, frame, shift_codes)
    pins = _pins(session, frame, shift_codes, roster_id)
    history = _history(session, frame, shift_codes)
    agents = []
    for agent in people:
        if agent.id is None:
            continue
        contract = contracts[agent.contract_id]
        agents.append(
            PlannedAgent(
                id=agent.code,
                name=agent.name,
                team=teams[agent.team_id],
                skills=skills.get(agent.id, ()),
                contract=ContractTerms(
                    min_week_minutes=contract.min_week_minutes,
                    max_week_minutes=contract.max_week_minutes,
                    max_consecutive_days=contract.max_consecutive_days,
                ),
                availability=tuple(windows[agent.id]),
                time_off=tuple(sorted(away[agent.id])),
                wishes=tuple(wishes[agent.id]),
                pins=tuple(pins[agent.id]),
                history=tuple(history[agent.id]),
            )
        )
    return agents


def _time_off(session: Session, frame: _Frame) -> defaultdict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    lines = session.exec(
        select(TimeOff).where(col(TimeOff.starts_on) <= frame.last_on, col(TimeOff.ends_on) >= frame.starts_on)
    ).all()
    for line in lines:
        first, last = max(frame.day(line.starts_on), 0), min(frame.day(line.ends_on), frame.days - 1)
        found[line.agent_id].update(range(first, last + 1))
    return found


def _wishes(session: Session, frame: _Frame, shift_codes: dict[int, str]) -> defaultdict[int, list[Wish]]:
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
    session: Session, frame: _Frame, shift_codes: dict[int, str], roster_id: int | None
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


def _published(session: Session, first: date, last: date, zone: str) -> Sequence[Assignment]:
    return session.exec(
        select(Assignment)
        .join(Roster, col(Roster.id) == col(Assignment.roster_id))
        .where(
            Roster.status == RosterStatus.PUBLISHED,
            Roster.zone == zone,
            col(Assignment.on_date).between(first, last),
        )
        .order_by(col(Assignment.agent_id), col(Assignment.on_date))
    ).all()


def _history(session: Session, frame: _Frame, shift_codes: dict[int, str]) -> defaultdict[int, list[PastShift]]:
    found: defaultdict[int, list[PastShift]] = defaultdict(list)
    first = frame.starts_on - timedelta(days=HISTORY_DAYS)
    for line in _published(session, first, frame.starts_on - timedelta(days=1), frame.zone):
        found[line.agent_id].append(PastShift(day=frame.day(line.on_date), shift=shift_codes[line.shift_type_id]))
    return found


def _fixed_agents(
    session: Session,
    frame: _Frame,
    own: set[int | None],
    skills: dict[int, tuple[str, ...]],
    shift_codes: dict[int, str],
) -> list[PlannedAgent]:
    pins: defaultdict[int, list[Pin]] = defaultdict(list)
    for line in _published(session, frame.starts_on, frame.last_on, frame.zone):
        if line.agent_id not in own:
            pins[line.agent_id].append(Pin(day=frame.day(line.on_date), shift=shift_codes[line.shift_type_id]))
    if not pins:
        return []
    history = _history(session, frame, shift_codes)
    teams = _team_names(session)
    others = session.exec(select(Agent).where(col(Agent.id).in_(pins)).order_by(col(Agent.code))).all()
    return [
        PlannedAgent(
            id=agent.code,
            name=agent.name,
            team=teams[agent.team_id],
            skills=skills.get(agent.id, ()),
            pins=tuple(pins[agent.id]),
            # The day before reaches into the first morning, so it belongs to the shared cover too.
            history=tuple(past for past in history[agent.id] if past.day == -1),
            fixed=True,
        )
        for agent in others
        if agent.id is not None
    ]


def _refuse_unstaffed(
    session: Session, required: set[str], queues: Sequence[Queue], skills: dict[int, tuple[str, ...]]
) -> None:
    """A queue that needs people and that no active agent of the centre can take."""
    active = set(session.exec(select(Agent.id).where(col(Agent.active).is_(True))).all())
    known = {code for agent, codes in skills.items() if agent in active for code in codes}
    missing = [f"{queue.name} ({queue.code})" for queue in queues if queue.code in required - known]
    if missing:
        raise Invalid(
            f"nobody can take {', '.join(missing)}, yet agents are required there:"
            " give somebody the skill and the channel, or take the requirement out"
        )
