"""What is agreed about people and asked of several at once, from its tables into the problem."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from api.context import Context
from api.errors import Invalid
from api.services.rosters.frame import Frame
from api.services.rosters.problems import build_problem
from roster.agreed import AgentPair, AgentRole, AgentShiftLimit, DayOff, PairKind
from roster.people import Agent, Contract, Team
from roster.problem import Pair, Problem, RoleDemand, ShiftDemand, ShiftLimit
from roster.shifts import (
    ForbiddenSuccession,
    Requirement,
    RoleRequirement,
    Roster,
    RosterStatus,
    ShiftRequirement,
    ShiftType,
)
from roster.store.engine import reading, writing
from tests.planning_centre import MONDAY, ZONE, add, place, second_team, small_centre


def built(context: Context, *, start: date = MONDAY, days: int = 7, team: str | None = "Days") -> Problem:
    with reading(context.engine) as session:
        team_id = None if team is None else session.exec(select(Team.id).where(Team.name == team)).one()
        return build_problem(session, context.policy, team_id=team_id, starts_on=start, days=days)


def agent_id(session: Session, code: str) -> int:
    return session.exec(select(Agent.id).where(Agent.code == code)).one() or 0


def shift_id(session: Session, code: str) -> int:
    return session.exec(select(ShiftType.id).where(ShiftType.code == code)).one() or 0


def team_id(session: Session, name: str) -> int:
    return session.exec(select(Team.id).where(Team.name == name)).one() or 0


@pytest.mark.parametrize(
    ("days", "agreed", "least", "most"),
    [(28, 3, 3, 3), (7, 3, 0, 1), (14, 3, 1, 2), (42, 3, 4, 5), (1, 28, 1, 1), (28, 0, 0, 0), (10, 28, 10, 10)],
)
def test_what_is_agreed_for_28_days_is_shared_out_rounded_outward(
    days: int, agreed: int, least: int, most: int
) -> None:
    frame = Frame(MONDAY, days, ZONE)
    assert (frame.least(agreed), frame.most(agreed)) == (least, most)


def test_contracts_shape_rows(context: Context) -> None:
    small_centre(context)
    with writing(context.engine) as session:
        contract = session.exec(select(Contract)).one()
        contract.min_consecutive_days, contract.min_days_off, contract.max_weekends = 2, 2, 1
        session.add(contract)
    terms = built(context).agent_of["a1"].contract
    assert (terms.min_consecutive_days, terms.min_days_off, terms.max_weekends) == (2, 2, 1)
    assert built(context, days=42).agent_of["a1"].contract.max_weekends == 2
    assert (terms.min_period_minutes, terms.max_period_minutes) == (0, None)


def test_days_off_limits_and_successions(context: Context) -> None:
    small_centre(context)
    with writing(context.engine) as session:
        first = agent_id(session, "a1")
        session.add(DayOff(agent_id=first, starts_on=MONDAY - timedelta(days=2), ends_on=MONDAY + timedelta(days=1)))
        session.add(DayOff(agent_id=first, starts_on=MONDAY + timedelta(days=6), ends_on=MONDAY + timedelta(days=9)))
        session.add(AgentShiftLimit(agent_id=first, shift_type_id=shift_id(session, "E"), least=4, most=9))
        session.add(AgentShiftLimit(agent_id=first, shift_type_id=shift_id(session, "D"), least=0, most=28))
        session.add(ForbiddenSuccession(shift_type_id=shift_id(session, "E"), next_id=shift_id(session, "D")))
    problem = built(context)
    agent = problem.agent_of["a1"]
    assert agent.fixed_days_off == (0, 1, 6)
    assert agent.time_off == ()
    assert agent.shift_limits == (ShiftLimit(shift="E", least=1, most=3),)
    assert [shift.not_followed_by for shift in problem.shifts] == [(), ("D",)]


def test_roles_of_people_and_asked_of_the_centre_and_of_a_team(context: Context) -> None:
    small_centre(context)
    second_team(context)
    with writing(context.engine) as session:
        peer = session.get_one(Agent, agent_id(session, "a2"))
        peer.is_peer = True
        session.add(AgentRole(agent_id=agent_id(session, "a1"), role="shift_lead"))
        session.add(AgentRole(agent_id=agent_id(session, "b1"), role="shift_lead"))
        days = team_id(session, "Days")
        for line in (
            RoleRequirement(role="peer", start_minute=540, end_minute=1020, required=1),
            RoleRequirement(team_id=days, role="shift_lead", weekday=0, start_minute=480, end_minute=720, required=1),
            RoleRequirement(team_id=days, start_minute=1320, end_minute=1800, required=2),
            RoleRequirement(role="shift_lead", start_minute=0, end_minute=60, required=0),
        ):
            session.add(line)
    problem = built(context, days=8)
    assert problem.agent_of["a1"].roles == ("anybody (Days)", "shift_lead", "shift_lead (Days)")
    assert problem.agent_of["a2"].roles == ("anybody (Days)", "peer")
    assert problem.agent_of["a3"].roles == ("anybody (Days)",)
    peers = [line for line in problem.role_demand if line.role == "peer"]
    assert peers == [
        RoleDemand(role="peer", day=day, start_minute=540, end_minute=1020, required=1) for day in range(8)
    ]
    leads = [(line.day, line.required) for line in problem.role_demand if line.role == "shift_lead (Days)"]
    assert leads == [(0, 1), (7, 1)]
    assert len([line for line in problem.role_demand if line.role == "anybody (Days)"]) == 8
    everyone = built(context, team=None)
    assert everyone.agent_of["b1"].roles == ("shift_lead",)
    nights = built(context, team="Nights")
    assert {line.role for line in nights.role_demand} == {"peer"}


def test_people_asked_for_by_shift_of_the_centre_and_of_teams(context: Context) -> None:
    small_centre(context)
    second_team(context)
    with writing(context.engine) as session:
        days, nights = team_id(session, "Days"), team_id(session, "Nights")
        early, day_shift = MONDAY + timedelta(days=1), shift_id(session, "D")
        for team, on_date, required in (
            (None, MONDAY, 1),
            (days, MONDAY, 2),
            (nights, MONDAY, 4),
            (days, early, 0),
            (days, MONDAY + timedelta(days=7), 9),
            (days, MONDAY - timedelta(days=1), 9),
        ):
            line = ShiftRequirement(team_id=team, shift_type_id=day_shift, on_date=on_date, required=required)
            session.add(line)
    assert built(context).shift_demand == (
        ShiftDemand(day=0, shift="D", required=3),
        ShiftDemand(day=1, shift="D", required=0),
    )
    assert built(context, team="Nights").shift_demand == (ShiftDemand(day=0, shift="D", required=5),)
    assert built(context, team=None).shift_demand[0] == ShiftDemand(day=0, shift="D", required=7)


def test_a_roster_may_be_asked_for_by_shift_alone(context: Context) -> None:
    small_centre(context)
    with writing(context.engine) as session:
        for row in session.exec(select(Requirement)).all():
            session.delete(row)
    with pytest.raises(Invalid, match="no requirement falls in"):
        built(context)
    with writing(context.engine) as session:
        session.add(ShiftRequirement(shift_type_id=shift_id(session, "D"), on_date=MONDAY, required=1))
    assert built(context).demand == ()


def test_pairs_of_the_problems_people(context: Context) -> None:
    small_centre(context)
    second_team(context, agents=("b1", "b2", "b3"))
    with writing(context.engine) as session:
        ids = {code: agent_id(session, code) for code in ("a1", "a2", "a3", "b1", "b2", "b3")}
        for first, second, kind in (
            ("a1", "a2", PairKind.TOGETHER),
            ("a2", "a1", PairKind.TOGETHER),
            ("a2", "a3", PairKind.APART),
            ("a3", "a2", PairKind.APART),
            ("a3", "b1", PairKind.APART),
            ("a1", "b2", PairKind.APART),
            ("b1", "b3", PairKind.APART),
        ):
            session.add(AgentPair(first_id=ids[first], second_id=ids[second], kind=kind))
        theirs = add(
            session,
            Roster(
                team_id=team_id(session, "Nights"),
                zone=ZONE,
                starts_on=MONDAY,
                days=7,
                status=RosterStatus.PUBLISHED,
                created_at=context.now(),
                created_by="lea",
                published_at=context.now(),
                published_by="lea",
            ),
        )
    place(context, theirs, "b1", MONDAY, "D")
    place(context, theirs, "b3", MONDAY, "D")
    problem = built(context)
    assert problem.together == (Pair(first="a1", second="a2"), Pair(first="a2", second="a1"))
    # b2 is not in this problem; b1 and b3 are, but neither is rostered here.
    assert problem.apart == (Pair(first="a2", second="a3"), Pair(first="a3", second="b1"))
    assert len(built(context, team=None).apart) == 4
