"""What the database knows already: the names that files may refer to."""

from dataclasses import dataclass

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from roster.agreed import PEER, AgentPair, AgentRole, PairKind
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
    roles: frozenset[str]
    run_of_contract: dict[str, tuple[int, int]]
    """Least and most days of work in a row by contract."""
    pairs: dict[tuple[str, str], PairKind]


def read_known(session: Session) -> Known:
    """All of it, in a few small queries."""
    skilled = select(Queue.code).join(Skill, col(Skill.queue_id) == Queue.id).distinct()
    peers = session.exec(select(Agent.id).where(col(Agent.is_peer).is_(True)).limit(1)).all()
    runs = select(Contract.name, Contract.min_consecutive_days, Contract.max_consecutive_days)
    first, second = aliased(Agent), aliased(Agent)
    pairs = (
        select(col(first.code), col(second.code), AgentPair.kind)
        .join(first, col(first.id) == AgentPair.first_id)
        .join(second, col(second.id) == AgentPair.second_id)
    )
    return Known(
        zone_of_team=dict(session.exec(select(Team.name, Team.zone)).all()),
        contracts=frozenset(session.exec(select(Contract.name)).all()),
        queues=frozenset(session.exec(select(Queue.code)).all()),
        shifts=frozenset(session.exec(select(ShiftType.code)).all()),
        agents=frozenset(session.exec(select(Agent.code)).all()),
        skilled_queues=frozenset(session.exec(skilled).all()),
        roles=frozenset(session.exec(select(AgentRole.role).distinct()).all()) | ({PEER} if peers else set()),
        run_of_contract={name: (least, most) for name, least, most in session.exec(runs).all()},
        pairs={(one, other): PairKind(kind) for one, other, kind in session.exec(pairs).all()},
    )
