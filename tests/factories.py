"""A small centre in a few lines: team, contract, queues, shift types, agents with skills, and their accounts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlmodel import Session

from api.context import Context
from api.services.access.accounts import create_user
from roster.people import Agent, AgentChannel, Channel, Contract, Skill, Team
from roster.queues import Pool, Queue
from roster.shifts import ShiftType
from roster.store.engine import writing

Row = TypeVar("Row")
SHIFTS = (("early", 7 * 60), ("late", 13 * 60))


@dataclass
class Centre:
    """What `make_centre` made: ids by code."""

    team_id: int
    team: str
    zone: str
    pool_id: int
    contract_id: int
    agents: dict[str, int] = field(default_factory=dict)
    queues: dict[str, int] = field(default_factory=dict)
    shifts: dict[str, int] = field(default_factory=dict)

    @property
    def agent_codes(self) -> list[str]:
        """Codes of the agents, `a01` first."""
        return list(self.agents)


def make_centre(
    context: Context,
    agents: int = 6,
    queues: Sequence[str] = ("advice", "billing"),
    *,
    zone: str = "Europe/Amsterdam",
    peers: int = 2,
    accounts: bool = True,
    team: str = "Team",
    channels: Sequence[Channel] = (Channel.VOICE,),
) -> Centre:
    """One team of `agents` (`a01` …) with every skill; the last `peers` of them are trained peers.

    Contracts are 20 to 40 hours a week, shifts `early` and `late` last 8 h with 30 min meal. With `accounts`
    there is a lead `lead` and for each agent a user by their code, without passwords (see `tests.clients`).
    """
    with writing(context.engine) as session:
        pool = _added(session, Pool(name="main"))
        group = _added(session, Team(name=team, zone=zone))
        contract = _added(session, Contract(name="full", min_week_minutes=20 * 60, max_week_minutes=40 * 60))
        assert pool.id is not None
        assert group.id is not None
        assert contract.id is not None
        centre = Centre(group.id, team, zone, pool.id, contract.id)
        for code in queues:
            queue = _added(session, Queue(code=code, name=code.capitalize(), pool_id=pool.id))
            centre.queues[code] = _id(queue.id)
        for code, start in SHIFTS:
            shift = _added(
                session,
                ShiftType(code=code, name=code.capitalize(), start_minute=start, minutes=480, meal_minutes=30),
            )
            centre.shifts[code] = _id(shift.id)
        for number in range(1, agents + 1):
            code = f"a{number:02d}"
            agent = _added(
                session,
                Agent(
                    code=code,
                    name=f"Agent {number}",
                    team_id=group.id,
                    contract_id=contract.id,
                    is_peer=number > agents - peers,
                ),
            )
            centre.agents[code] = _id(agent.id)
            session.add_all(AgentChannel(agent_id=_id(agent.id), channel=channel) for channel in channels)
            session.add_all(Skill(agent_id=_id(agent.id), queue_id=queue_id) for queue_id in centre.queues.values())
    if accounts:
        create_user(context, username="lead", display_name="Lea Lead", role="lead", actor="test")
        for code in centre.agents:
            create_user(context, username=code, display_name=code, role="agent", agent=code, actor="test")
    return centre


def _added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def _id(value: int | None) -> int:
    assert value is not None
    return value
