"""What the database knows already: the names that files may refer to."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from roster.people import Agent, Contract, Skill, Team
from roster.queues import Queue
from roster.shifts import ShiftType


@dataclass(frozen=True)
class Known:
    """Names and codes in the database, and the queues that somebody there can take."""

    zone_of_team: dict[str, str]
    contracts: frozenset[str]
    queues: frozenset[str]
    shifts: frozenset[str]
    agents: frozenset[str]
    skilled_queues: frozenset[str]


def read_known(session: Session) -> Known:
    """All of it, in six small queries."""
    skilled = select(Queue.code).join(Skill, col(Skill.queue_id) == Queue.id).distinct()
    return Known(
        zone_of_team=dict(session.exec(select(Team.name, Team.zone)).all()),
        contracts=frozenset(session.exec(select(Contract.name)).all()),
        queues=frozenset(session.exec(select(Queue.code)).all()),
        shifts=frozenset(session.exec(select(ShiftType.code)).all()),
        agents=frozenset(session.exec(select(Agent.code)).all()),
        skilled_queues=frozenset(session.exec(skilled).all()),
    )
