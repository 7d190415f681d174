"""From tables to a problem: who, what, when, and a sentence where there is nothing to plan."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from api.context import Context
from api.errors import Invalid
from api.services.rosters.planning import build_problem, create_roster
from api.services.rosters.problems import queue_weight
from api.services.rosters.published import history_days
from roster.people import Agent, AgentChannel, Availability, Channel, Contract, Preference, Skill, Team, TimeOff
from roster.problem import PastShift, Pin, Problem, Window, Wish
from roster.queues import Queue
from roster.rules.parameters import Rules
from roster.shifts import PinnedFree, Requirement, Roster, RosterStatus, ShiftType
from roster.store.engine import reading, writing
from tests.planning_centre import MONDAY, add, place, require, second_queue, second_team, small_centre


def built(
    context: Context,
    *,
    team: str | None = "Days",
    start: date = MONDAY,
    days: int = 7,
    roster_id: int | None = None,
) -> Problem:
    with reading(context.engine) as session:
        team_id = None if team is None else session.exec(select(Team.id).where(Team.name == team)).one()
        return build_problem(session, context.policy, team_id=team_id, starts_on=start, days=days, roster_id=roster_id)


def number_of(session: Session, code: str) -> int:
    return session.exec(select(Agent.id).where(Agent.code == code)).one() or 0


def published(context: Context, team: str | None, start: date, days: int) -> int:
    with writing(context.engine) as session:
        team_id = None if team is None else session.exec(select(Team.id).where(Team.name == team)).one()
        return add(
            session,
            Roster(
                team_id=team_id,
                zone="Europe/Amsterdam",
                starts_on=start,
                days=days,
                status=RosterStatus.PUBLISHED,
                created_at=context.now(),
                created_by="lea",
                published_at=context.now(),
                published_by="lea",
            ),
        )


def test_problem_carries_codes_contracts_and_what_agents_said(context: Context) -> None:
    small_centre(context)
    with writing(context.engine) as session:
        a1 = number_of(session, "a1")
        evening = session.exec(select(ShiftType.id).where(ShiftType.code == "E")).one()
        session.add(Availability(agent_id=a1, weekday=0, start_minute=480, end_minute=1080))
        session.add(TimeOff(agent_id=a1, starts_on=MONDAY - timedelta(days=3), ends_on=MONDAY + timedelta(days=1)))
        session.add(
            Preference(agent_id=a1, on_date=MONDAY + timedelta(days=4), shift_type_id=evening, wanted=True, weight=7)
        )
        session.add(Preference(agent_id=a1, on_date=MONDAY + timedelta(days=7), wanted=False))
    problem = built(context)
    first = problem.agent_of["a1"]
    assert [agent.id for agent in problem.agents] == ["a1", "a2", "a3"]
    assert (first.name, first.team, first.skills) == ("Agent 1", "Days", ("care",))
    assert (first.contract.min_week_minutes, first.contract.max_week_minutes) == (0, 2400)
    assert first.availability == (Window(weekday=0, start_minute=480, end_minute=1080),)
    assert first.time_off == (-3, -2, -1, 0, 1)
    assert first.wishes == (Wish(day=4, shift="E", wanted=True, weight=7),)
    assert problem.agent_of["a2"].availability == problem.agent_of["a2"].wishes == ()
    assert (problem.shift_of["D"].minutes, problem.shift_of["D"].paid_minutes) == (480, 450)
    assert problem.queue_of["care"].exposure_per_hour == 12.0
    assert problem.rules == context.policy.rules


def test_demand_is_dense_from_local_midnight(context: Context) -> None:
    small_centre(context)
    rows = {row.day: row.required for row in built(context).demand}
    assert sorted(rows) == list(range(7))
    for required in rows.values():
        assert required == (0,) * 36 + (1,) * 32 + (0,) * 28


@pytest.mark.parametrize(
    ("start", "quarters", "nine"),
    [
        (date(2026, 10, 24), (96, 100, 96), (36, 40, 36)),
        (date(2027, 3, 27), (96, 92, 96), (36, 32, 36)),
    ],
)
def test_demand_keeps_its_local_hour_where_the_clocks_change(
    context: Context, start: date, quarters: tuple[int, ...], nine: tuple[int, ...]
) -> None:
    small_centre(context, start=start, days=3)
    rows = [row.required for row in built(context, start=start, days=3).demand]
    assert tuple(len(row) for row in rows) == quarters
    assert tuple(row.index(1) for row in rows) == nine
    assert [sum(row) for row in rows] == [32, 32, 32]


def test_pins_of_the_roster_come_in_also_free_days(context: Context) -> None:
    small_centre(context)
    roster = create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")
    place(context, roster, "a1", MONDAY, "D", pinned=True)
    place(context, roster, "a1", MONDAY + timedelta(days=1), "D")
    with writing(context.engine) as session:
        agent_id = number_of(session, "a2")
        session.add(PinnedFree(roster_id=roster, agent_id=agent_id, on_date=MONDAY + timedelta(days=2)))
    problem = built(context, roster_id=roster)
    assert problem.agent_of["a1"].pins == (Pin(day=0, shift="D"),)
    assert problem.agent_of["a2"].pins == (Pin(day=2),)
    assert built(context).agent_of["a1"].pins == ()


def test_history_is_what_was_published_for_as_long_as_a_rule_looks_back(context: Context) -> None:
    small_centre(context)
    before = published(context, "Days", MONDAY - timedelta(days=126), 42)
    last = published(context, "Days", MONDAY - timedelta(days=7), 7)
    place(context, before, "a1", MONDAY - timedelta(days=120), "D")
    place(context, before, "a1", MONDAY - timedelta(days=119), "D")
    place(context, last, "a1", MONDAY - timedelta(days=1), "E")
    draft = create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")
    place(context, draft, "a2", MONDAY, "D")
    assert context.policy.rules.average_minutes.reference_weeks * 7 == 119
    assert built(context).agent_of["a1"].history == (PastShift(day=-119, shift="D"), PastShift(day=-1, shift="E"))
    later = built(context, start=MONDAY + timedelta(days=1), days=6)
    assert later.agent_of["a2"].history == ()


def test_history_is_two_weeks_where_no_rule_looks_further_back(context: Context) -> None:
    rules = context.policy.rules
    off = {name: {"mode": "off"} for name in type(rules).model_fields}
    assert history_days(Rules.model_validate(off)) == 14
    assert history_days(Rules.model_validate(off | {"max_days_off": {"maximum": 20}})) == 21
    assert history_days(Rules.model_validate(off | {"night_limits": {"days": 21}})) == 21
    assert history_days(Rules.model_validate(off | {"night_limits": {"days": 14, "mode": "off"}})) == 14
    assert history_days(Rules.model_validate(off | {"average_minutes": {"reference_weeks": 52}})) == 364


def test_other_teams_published_people_enter_fixed_with_their_shifts_as_pins(context: Context) -> None:
    small_centre(context)
    second_team(context, agents=("b1", "b2"))
    theirs = published(context, "Nights", MONDAY - timedelta(days=1), 8)
    place(context, theirs, "b1", MONDAY - timedelta(days=1), "E")
    place(context, theirs, "b1", MONDAY + timedelta(days=2), "D")
    problem = built(context)
    other = problem.agent_of["b1"]
    assert other.fixed
    assert other.pins == (Pin(day=2, shift="D"),)
    assert other.history == (PastShift(day=-1, shift="E"),)
    assert "b2" not in problem.agent_of
    everyone = built(context, team=None)
    assert not any(agent.fixed for agent in everyone.agents)
    assert len(everyone.agents) == 5


def test_a_draft_of_another_team_is_nobodys_cover(context: Context) -> None:
    small_centre(context)
    second_team(context)
    draft = create_roster(context, team="Nights", starts_on=MONDAY, days=7, actor="lea")
    place(context, draft, "b1", MONDAY, "D")
    assert "b1" not in built(context).agent_of


def test_queue_that_only_others_can_take_is_not_this_teams_to_cover(context: Context) -> None:
    small_centre(context)
    second_queue(context, "grief")
    second_team(context, skill="grief")
    assert {row.queue for row in built(context).demand} == {"care"}
    assert {row.queue for row in built(context, team=None).demand} == {"care", "grief"}


def test_skill_counts_only_on_a_channel_that_the_agent_works(context: Context) -> None:
    small_centre(context)
    with writing(context.engine) as session:
        session.add(AgentChannel(agent_id=number_of(session, "a1"), channel=Channel.CHAT))
        session.add(AgentChannel(agent_id=number_of(session, "a2"), channel=Channel.VOICE))
    problem = built(context)
    assert [problem.agent_of[code].skills for code in ("a1", "a2", "a3")] == [(), ("care",), ("care",)]


def test_priority_becomes_weight(context: Context) -> None:
    assert [queue_weight(priority) for priority in range(1, 10)] == [5, 4, 3, 2, 1, 1, 1, 1, 1]
    small_centre(context)
    with writing(context.engine) as session:
        queue = session.exec(select(Queue)).one()
        queue.priority = 2
        session.add(queue)
    assert built(context).queue_of["care"].weight == 4


def test_inactive_people_are_left_out_unless_the_roster_has_placed_them(context: Context) -> None:
    small_centre(context)
    roster = create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")
    place(context, roster, "a1", MONDAY, "D")
    with writing(context.engine) as session:
        for agent in session.exec(select(Agent).where(Agent.code != "a3")).all():
            agent.active = False
            session.add(agent)
    assert [agent.id for agent in built(context).agents] == ["a3"]
    assert [agent.id for agent in built(context, roster_id=roster).agents] == ["a1", "a3"]


def test_unknown_team_names_the_known_ones(context: Context) -> None:
    small_centre(context)
    second_team(context)
    with pytest.raises(Invalid, match="team 'Dags' is unknown: expected one of Days, Nights"):
        create_roster(context, team="Dags", starts_on=MONDAY, days=7, actor="lea")


@pytest.mark.parametrize("days", [0, 43, -1])
def test_horizon_is_one_day_to_six_weeks(context: Context, days: int) -> None:
    small_centre(context)
    with pytest.raises(Invalid, match=f"a roster of {days} days can't be planned: expected 1 to 42"):
        create_roster(context, team="Days", starts_on=MONDAY, days=days, actor="lea")


def test_queue_that_nobody_can_take_is_refused_by_name(context: Context) -> None:
    small_centre(context)
    second_queue(context, "grief")
    with pytest.raises(Invalid, match=r"nobody can take Bereavement \(grief\)"):
        create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")


def test_skill_of_a_person_who_left_is_nobodys(context: Context) -> None:
    small_centre(context)
    second_queue(context, "grief")
    with writing(context.engine) as session:
        agent = session.exec(select(Agent).where(Agent.code == "a1")).one()
        grief = session.exec(select(Queue.id).where(Queue.code == "grief")).one() or 0
        session.add(Skill(agent_id=agent.id or 0, queue_id=grief))
        agent.active = False
        session.add(agent)
    with pytest.raises(Invalid, match="nobody can take Bereavement"):
        create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")


def test_nothing_to_plan_is_said_and_no_draft_stays_behind(context: Context) -> None:
    with pytest.raises(Invalid, match="there are no teams yet"):
        create_roster(context, team=None, starts_on=MONDAY, days=7, actor="lea")
    small_centre(context)
    with pytest.raises(Invalid, match="no requirement falls in 2027-02-01 to 2027-02-07"):
        create_roster(context, team="Days", starts_on=date(2027, 2, 1), days=7, actor="lea")
    with writing(context.engine) as session:
        add(session, Team(name="Empty", zone="Europe/Amsterdam"))
    with pytest.raises(Invalid, match="there are no active agents in team 'Empty'"):
        create_roster(context, team="Empty", starts_on=MONDAY, days=7, actor="lea")
    with reading(context.engine) as session:
        assert session.exec(select(Roster)).all() == []


def test_every_team_needs_one_zone(context: Context) -> None:
    small_centre(context)
    second_team(context, zone="Europe/London")
    with pytest.raises(Invalid, match=r"different time zones \(Europe/Amsterdam, Europe/London\)"):
        create_roster(context, team=None, starts_on=MONDAY, days=7, actor="lea")


def test_no_shift_types(context: Context) -> None:
    with writing(context.engine) as session:
        add(session, Team(name="Days", zone="Europe/Amsterdam"))
    with pytest.raises(Invalid, match="there are no shift types yet"):
        create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")


def test_requirement_of_the_neighbouring_days_stays_out(context: Context) -> None:
    small_centre(context, days=7)
    with writing(context.engine) as session:
        require(session, "care", MONDAY - timedelta(days=1), 1, 1380, 1440, required=9)
        require(session, "care", MONDAY + timedelta(days=7), 1, 0, 60, required=9)
        assert session.exec(select(Requirement).where(Requirement.required == 9)).first() is not None
        assert session.exec(select(Contract)).first() is not None
    assert all(max(row.required) == 1 for row in built(context).demand)
