"""From tables to a `Problem`: everything a roster is planned and judged from, read in one session.

Agents, queues and shifts carry their codes as ids. People of other teams who have published shifts in the horizon
enter as `fixed` agents, so that cover is counted once for the whole centre; those of a team in another time zone
are left out, because their shifts begin at other local minutes than this problem's.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from api.errors import Invalid
from api.services.rosters.asked import read_pairs, read_role_demand, read_roles, read_shift_demand
from api.services.rosters.demand import read_demand
from api.services.rosters.frame import Frame, check_horizon
from api.services.rosters.published import PublishedShift, days_told, history_days, published_between
from api.services.rosters.remembered import memory_days, what_people_bring
from api.services.rosters.rostered import Known, fixed_agents, own_agents, past_shifts
from roster.people import Agent, AgentChannel, Skill, Team
from roster.policy import Policy
from roster.problem import Assigned, PlannedAgent, Problem, QueueTerms, ShiftOption
from roster.queues import Queue
from roster.shifts import Assignment, ForbiddenSuccession, Roster, RosterStatus, ShiftType

__all__ = ["build_problem", "check_horizon", "queue_weight", "team_named", "zone_of"]

NEUTRAL_PRIORITY = 5
"""Queues from this priority on weigh 1; each step ahead of it adds 1 (priority 1 weighs 5)."""


def queue_weight(priority: int) -> int:
    """What under-cover of a queue is multiplied by: 5 for priority 1, down to 1 for priority 5 and later."""
    return max(1, NEUTRAL_PRIORITY + 1 - priority)


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
    today: date | None = None,
) -> Problem:
    """What a roster of `team_id` (None: every team) from `starts_on` for `days` days is planned from.

    `roster_id` keeps that roster's pins, and the people it has already placed; `today` is for notice. Raises `Invalid`,
    in a sentence, where there is nobody to plan, nothing to plan with, or a queue that nobody in the centre can take.
    """
    check_horizon(starts_on, days)
    frame = Frame(starts_on, days, zone_of(session, team_id))
    shifts = session.exec(select(ShiftType).order_by(col(ShiftType.start_minute), col(ShiftType.code))).all()
    if not shifts:
        raise Invalid("there are no shift types yet: import shifts first")
    queues = session.exec(select(Queue).order_by(col(Queue.code))).all()
    people = _people(session, team_id, roster_id)
    teams = _team_names(session)
    if not people:
        whose = "in any team" if team_id is None else f"in team {teams[team_id]!r}"
        raise Invalid(f"there are no active agents {whose}: import people first")
    codes = {shift.id: shift.code for shift in shifts if shift.id is not None}
    skills = _skills(session, queues)
    demand = read_demand(session, starts_on, days, frame.zone, queues)
    shift_demand = read_shift_demand(session, frame, team_id, codes)
    if not demand and not any(line.required for line in shift_demand):
        raise Invalid(
            f"no requirement falls in {starts_on.isoformat()} to {frame.last_on.isoformat()}:"
            " import requirements or compute them from history first"
        )
    _refuse_unstaffed(session, {row.queue for row in demand}, queues, skills)
    ground = Problem(
        name=f"{teams.get(team_id, 'all teams')} from {starts_on.isoformat()}",
        zone=frame.zone,
        start=starts_on,
        days=days,
        shifts=_shift_options(session, shifts, codes),
        queues=tuple(_queue_terms(queue) for queue in queues),
        agents=(PlannedAgent(id="nobody"),),
        today=today,
        night=policy.night,
        rules=policy.rules,
    )
    back = history_days(policy.rules)
    first = frame.date_of(-max(back, memory_days(policy)))
    published = published_between(session, first, frame.last_on, frame.zone, codes)
    history = published.once((frame, back), lambda: past_shifts(published.lines, frame, back))
    told = [line for line in published.lines if line.on_date >= starts_on]
    roles = read_roles(session, session.exec(select(Agent)).all(), team_id, teams)
    known = Known(teams, codes, skills, roles)
    brought = what_people_bring(session, policy, ground, people, skills, queues, published, codes)
    own = own_agents(session, frame, people, known, history, back, brought, roster_id)
    own_ids = {agent.id: agent.code for agent in people if agent.id is not None}
    fixed = fixed_agents(session, frame, set(own_ids), known, told, history)
    there = {agent.id for agent in fixed}
    others = {key: code for key, code in session.exec(select(Agent.id, Agent.code)) if key and code in there}
    pairs = read_pairs(session, own_ids, others)
    can_be_taken = {skill for agent in (*own, *fixed) for skill in agent.skills}
    # Made anew, not copied, so that the whole is checked for coherence.
    shared = {name: getattr(ground, name) for name in ground.model_fields_set - {"agents"}}
    return Problem(
        **shared,
        agents=(*_with_untold_days(session, frame, people, own, told), *fixed),
        # A queue that only people outside this roster can take is not this roster's to cover.
        demand=tuple(row for row in demand if row.queue in can_be_taken),
        shift_demand=tuple(shift_demand),
        role_demand=tuple(read_role_demand(session, frame, team_id, teams)),
        together=pairs.together,
        apart=pairs.apart,
        published=tuple(
            Assigned(agent=own_ids[line.agent_id], day=frame.day(line.on_date), shift=line.shift)
            for line in told
            if line.agent_id in own_ids
        ),
    )


def _with_untold_days(
    session: Session,
    frame: Frame,
    people: Sequence[Agent],
    own: Sequence[PlannedAgent],
    told: Sequence[PublishedShift],
) -> list[PlannedAgent]:
    """`own`, each with the days that no published roster reaches for them, where one reaches anybody."""
    lines = {(line.agent_id, line.on_date) for line in told}
    teams = days_told(session, frame.starts_on, frame.last_on, frame.zone)
    dates = [frame.date_of(day) for day in range(frame.days)]
    if not lines or all(None in teams.get(on_date, ()) for on_date in dates):
        return list(own)
    numbers = {agent.code: (agent.id or 0, agent.team_id) for agent in people}
    found = []
    for agent in own:
        number, team_id = numbers[agent.id]
        untold = tuple(
            day
            for day, on_date in enumerate(dates)
            if not {None, team_id} & teams.get(on_date, set()) and (number, on_date) not in lines
        )
        untold = tuple(sorted({*untold, *agent.untold_days}))
        found.append(agent.model_copy(update={"untold_days": untold}) if untold else agent)
    return found


def _shift_options(session: Session, shifts: Sequence[ShiftType], codes: dict[int, str]) -> tuple[ShiftOption, ...]:
    forbidden: defaultdict[int | None, list[str]] = defaultdict(list)
    for line in session.exec(select(ForbiddenSuccession)).all():
        forbidden[line.shift_type_id].append(codes[line.next_id])
    return tuple(
        ShiftOption(
            id=shift.code,
            name=shift.name,
            start_minute=shift.start_minute,
            minutes=shift.minutes,
            paid_minutes=shift.minutes - shift.meal_minutes,
            not_followed_by=tuple(sorted(forbidden[shift.id])),
        )
        for shift in shifts
    )


def _queue_terms(queue: Queue) -> QueueTerms:
    return QueueTerms(
        id=queue.code,
        name=queue.name,
        weight=queue_weight(queue.priority),
        exposure_per_hour=queue.exposure_per_hour,
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
