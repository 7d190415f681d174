"""What is asked of several people at once: people by shift and by role, and who is kept with whom.

A role that one team asks of its own people is named after the team too, `shift_lead (North)`, so that nobody of
another team counts for it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from sqlmodel import Session, col, select

from api.services.rosters.frame import Frame
from roster.agreed import PEER, AgentPair, AgentRole, PairKind
from roster.people import Agent
from roster.problem import Pair, RoleDemand, ShiftDemand
from roster.shifts import RoleRequirement, ShiftRequirement

ANYBODY = "anybody"


def read_shift_demand(
    session: Session, frame: Frame, team_id: int | None, shift_codes: dict[int, str]
) -> list[ShiftDemand]:
    """People asked for by shift and day: of the team and the whole centre, or of all teams added up."""
    required: Counter[tuple[int, str]] = Counter()
    lines = session.exec(
        select(ShiftRequirement).where(col(ShiftRequirement.on_date).between(frame.starts_on, frame.last_on))
    ).all()
    for line in lines:
        if team_id is None or line.team_id in (None, team_id):
            required[frame.day(line.on_date), shift_codes[line.shift_type_id]] += line.required
    return [ShiftDemand(day=day, shift=shift, required=count) for (day, shift), count in sorted(required.items())]


def read_role_demand(
    session: Session, frame: Frame, team_id: int | None, teams: dict[int | None, str]
) -> list[RoleDemand]:
    """People asked for by role, on each day of the frame that a line speaks of."""
    found = []
    for line in _role_lines(session, team_id):
        role = line.role if line.team_id is None else team_role(line.role, teams[line.team_id])
        for day in range(frame.days):
            if line.weekday in (None, frame.date_of(day).weekday()):
                found.append(
                    RoleDemand(
                        role=role,
                        day=day,
                        start_minute=line.start_minute,
                        end_minute=line.end_minute,
                        required=line.required,
                    )
                )
    return found


def read_roles(
    session: Session, people: Iterable[Agent], team_id: int | None, teams: dict[int | None, str]
) -> dict[int, tuple[str, ...]]:
    """Every role of each person, those that their own team asks for under its name too."""
    stored: defaultdict[int, set[str]] = defaultdict(set)
    for line in session.exec(select(AgentRole)).all():
        stored[line.agent_id].add(line.role)
    asked = [(line.team_id, line.role) for line in _role_lines(session, team_id) if line.team_id is not None]
    found = {}
    for agent in people:
        if agent.id is None:
            continue
        roles = stored[agent.id] | ({PEER} if agent.is_peer else set())
        named = {team_role(role, teams[of]) for of, role in asked if of == agent.team_id and role in {None, *roles}}
        found[agent.id] = tuple(sorted(roles | named))
    return found


def team_role(role: str | None, team: str) -> str:
    """What a role of one team's people is called in a problem."""
    return f"{role or ANYBODY} ({team})"


class Pairs(NamedTuple):
    """Who is kept with whom, of the people of a problem."""

    together: tuple[Pair, ...]
    apart: tuple[Pair, ...]


def read_pairs(session: Session, own: dict[int, str], others: dict[int, str]) -> Pairs:
    """Pairs of the problem's people, each of whom has at least one who is rostered here; codes by agent id."""
    codes = own | others
    together: list[Pair] = []
    apart: dict[frozenset[str], Pair] = {}
    for line in session.exec(select(AgentPair).order_by(col(AgentPair.first_id), col(AgentPair.second_id))).all():
        if not {line.first_id, line.second_id} <= codes.keys() or not {line.first_id, line.second_id} & own.keys():
            continue
        pair = Pair(first=codes[line.first_id], second=codes[line.second_id])
        if line.kind is PairKind.TOGETHER:
            together.append(pair)
        else:
            apart.setdefault(frozenset((pair.first, pair.second)), pair)
    return Pairs(tuple(together), tuple(apart.values()))


def _role_lines(session: Session, team_id: int | None) -> list[RoleRequirement]:
    """Lines that ask for anybody: of the team and the whole centre, or of every team."""
    lines = session.exec(
        select(RoleRequirement).where(col(RoleRequirement.required) > 0).order_by(col(RoleRequirement.id))
    ).all()
    return [line for line in lines if team_id is None or line.team_id in (None, team_id)]
