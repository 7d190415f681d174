"""What a problem takes from published rosters: history, memory, carried exposure, what people were told, and today."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from api.context import Context
from api.errors import Invalid
from api.services.rosters.judging import find_roster, judged
from api.services.rosters.planning import copy_roster, create_roster
from api.services.rosters.problems import build_problem
from roster.clock import at_local
from roster.people import Agent, Preference, Skill, Team, TimeOff
from roster.policy import Policy
from roster.problem import Assigned, Memory, PastShift, Problem
from roster.queues import Queue
from roster.shifts import Assignment, Requirement, Roster, RosterStatus, ShiftType
from roster.store.engine import reading, writing
from tests.planning_centre import MONDAY, ZONE, add, place, require, second_team, small_centre

WEEK = timedelta(days=7)


def publish(context: Context, start: date, days: int, *, team: str | None = "Days", zone: str = ZONE) -> int:
    """A published, empty roster."""
    with writing(context.engine) as session:
        team_id = None if team is None else session.exec(select(Team.id).where(Team.name == team)).one()
        return add(
            session,
            Roster(
                team_id=team_id,
                zone=zone,
                starts_on=start,
                days=days,
                status=RosterStatus.PUBLISHED,
                created_at=context.now(),
                created_by="lea",
                published_at=context.now(),
                published_by="lea",
            ),
        )


def with_rules(context: Context, **rules: dict[str, Any]) -> Policy:
    """The default policy with some parameters of rules changed."""
    changed = {name: getattr(context.policy.rules, name).model_copy(update=update) for name, update in rules.items()}
    return context.policy.model_copy(update={"rules": context.policy.rules.model_copy(update=changed)})


def built(
    context: Context,
    policy: Policy | None = None,
    *,
    start: date = MONDAY,
    days: int = 7,
    team: str | None = "Days",
    today: date | None = None,
) -> Problem:
    with reading(context.engine) as session:
        team_id = None if team is None else session.exec(select(Team.id).where(Team.name == team)).one()
        return build_problem(
            session, policy or context.policy, team_id=team_id, starts_on=start, days=days, today=today
        )


def wish(context: Context, agent: str, on_date: date, shift: str | None, wanted: bool) -> None:
    with writing(context.engine) as session:
        agent_id = session.exec(select(Agent.id).where(Agent.code == agent)).one() or 0
        shift_id = None if shift is None else session.exec(select(ShiftType.id).where(ShiftType.code == shift)).one()
        session.add(Preference(agent_id=agent_id, on_date=on_date, shift_type_id=shift_id, wanted=wanted))


def night_shift(context: Context) -> None:
    with writing(context.engine) as session:
        add(session, ShiftType(code="N", name="Night", start_minute=1350, minutes=480, meal_minutes=30))


FAIR = {"fairness": {"mode": "soft", "late_minute": 1260}}


def test_two_published_rosters_are_one_history(context: Context) -> None:
    small_centre(context)
    first, second = publish(context, MONDAY - 2 * WEEK, 7), publish(context, MONDAY - WEEK, 7)
    place(context, first, "a1", MONDAY - timedelta(days=8), "D")
    place(context, second, "a1", MONDAY - timedelta(days=7), "E")
    place(context, second, "a1", MONDAY - timedelta(days=1), "D")
    history = built(context).agent_of["a1"].history
    assert history == (PastShift(day=-8, shift="D"), PastShift(day=-7, shift="E"), PastShift(day=-1, shift="D"))


def test_a_roster_that_starts_mid_week_counts_from_its_own_first_day(context: Context) -> None:
    thursday = MONDAY + timedelta(days=3)
    small_centre(context, days=14)
    week = publish(context, MONDAY, 3)
    place(context, week, "a1", MONDAY, "D")
    place(context, week, "a1", MONDAY + timedelta(days=2), "E")
    problem = built(context, start=thursday, days=10)
    assert problem.agent_of["a1"].history == (PastShift(day=-3, shift="D"), PastShift(day=-1, shift="E"))
    assert problem.date_of(0).weekday() == 3


def test_history_reaches_over_the_year_end_and_a_leap_day(context: Context) -> None:
    start = date(2028, 3, 1)
    small_centre(context, start=start)
    winter = publish(context, date(2027, 12, 27), 42)
    place(context, winter, "a1", date(2027, 12, 31), "D")
    last = publish(context, date(2028, 2, 28), 2)
    place(context, last, "a1", date(2028, 2, 29), "E")
    history = built(context, start=start).agent_of["a1"].history
    assert history == (PastShift(day=-61, shift="D"), PastShift(day=-1, shift="E"))


def test_leave_before_the_first_day_is_given_too(context: Context) -> None:
    small_centre(context)
    with writing(context.engine) as session:
        agent_id = session.exec(select(Agent.id).where(Agent.code == "a1")).one() or 0
        session.add(TimeOff(agent_id=agent_id, starts_on=MONDAY - WEEK, ends_on=MONDAY - timedelta(days=6)))
        session.add(TimeOff(agent_id=agent_id, starts_on=MONDAY + WEEK, ends_on=MONDAY + 2 * WEEK))
    assert built(context).agent_of["a1"].time_off == (-7, -6, 7)


def test_memory_counts_nights_weekends_late_finishes_and_refused_wishes(context: Context) -> None:
    small_centre(context)
    night_shift(context)
    weeks = publish(context, MONDAY - 2 * WEEK, 14)
    friday, saturday = MONDAY - timedelta(days=3), MONDAY - timedelta(days=2)
    place(context, weeks, "a1", friday - WEEK, "N")  # a night, and no late finish
    place(context, weeks, "a1", saturday - WEEK, "D")  # a weekend shift
    place(context, weeks, "a1", friday, "E")  # ends at 21:00
    place(context, weeks, "a1", saturday, "N")  # a night at the weekend
    wish(context, "a1", friday, "D", True)  # refused: it was E
    wish(context, "a1", saturday, None, False)  # refused
    wish(context, "a1", MONDAY - timedelta(days=4), None, False)  # granted
    wish(context, "a2", friday, None, True)  # refused: no shift at all
    wish(context, "a2", MONDAY - 3 * WEEK, None, True)  # nothing was published then
    problem = built(context, with_rules(context, **FAIR))
    assert problem.agent_of["a1"].memory == Memory(nights=2, weekend_shifts=2, late_finishes=1, refused_wishes=2)
    # Who has had no shift yet counts as having had the mean share, which here is a1's, and what was refused.
    assert problem.agent_of["a2"].memory == Memory(nights=2, weekend_shifts=2, late_finishes=1, refused_wishes=3)
    assert problem.agent_of["a3"].memory == Memory(nights=2, weekend_shifts=2, late_finishes=1, refused_wishes=2)


def test_who_was_there_for_a_part_of_the_time_has_the_mean_share_for_the_rest(context: Context) -> None:
    """Of eight weeks a1 is there for all, a2 for the last two, a3 for all but six weeks of leave; a4 is new."""
    small_centre(context, agents=4)
    night_shift(context)
    first = MONDAY - 8 * WEEK
    early, late = publish(context, first, 28), publish(context, first + 4 * WEEK, 28)
    for week in range(8):
        place(context, early if week < 4 else late, "a1", first + week * WEEK, "N")
    place(context, late, "a2", first + 6 * WEEK, "N")
    place(context, early, "a3", first, "N")
    with writing(context.engine) as session:
        a3 = session.exec(select(Agent.id).where(Agent.code == "a3")).one() or 0
        session.add(TimeOff(agent_id=a3, starts_on=first + WEEK, ends_on=first + 5 * WEEK))
        session.add(TimeOff(agent_id=a3, starts_on=first + 4 * WEEK, ends_on=first + 7 * WEEK - timedelta(days=1)))
        session.add(TimeOff(agent_id=a3, starts_on=MONDAY, ends_on=MONDAY + WEEK))  # no matter of the past
    problem = built(context, with_rules(context, **FAIR))
    # 10 nights in 1 + 1/4 + 1/4 of eight weeks: 6.67 in all of them, 5 in three quarters.
    nights = {code: problem.agent_of[code].memory.nights for code in ("a1", "a2", "a3", "a4")}
    assert nights == {"a1": 8, "a2": 1 + 5, "a3": 1 + 5, "a4": 7}


def test_memory_follows_the_policys_night_and_reaches_as_far_as_it_says(context: Context) -> None:
    small_centre(context)
    old = publish(context, MONDAY - 40 * WEEK, 42)
    place(context, old, "a1", MONDAY - 36 * WEEK, "E")
    place(context, old, "a1", MONDAY - 40 * WEEK, "E")
    recent = publish(context, MONDAY - WEEK, 7)
    place(context, recent, "a1", MONDAY - WEEK, "E")
    policy = with_rules(context, **FAIR)
    assert policy.memory.fairness_months == 6
    assert built(context, policy).agent_of["a1"].memory == Memory(late_finishes=1)
    year = policy.model_copy(update={"memory": policy.memory.model_copy(update={"fairness_months": 9})})
    assert built(context, year).agent_of["a1"].memory == Memory(late_finishes=2)
    evening = policy.model_copy(update={"night": policy.night.model_copy(update={"from_minute": 1080})})
    assert built(context, evening).night.from_minute == 1080
    assert built(context, evening).agent_of["a1"].memory == Memory(nights=1)


def test_nothing_is_remembered_where_fairness_is_off(context: Context) -> None:
    small_centre(context)
    place(context, publish(context, MONDAY - WEEK, 7), "a1", MONDAY - timedelta(days=1), "D")
    assert built(context, with_rules(context, fairness={"mode": "off"})).agent_of["a1"].memory == Memory()


def test_a_draft_and_a_superseded_roster_are_no_memory(context: Context) -> None:
    small_centre(context)
    for status in (RosterStatus.DRAFT, RosterStatus.SUPERSEDED):
        number = publish(context, MONDAY - WEEK, 7)
        place(context, number, "a1", MONDAY - timedelta(days=1), "D")
        with writing(context.engine) as session:
            session.get_one(Roster, number).status = status
    agent = built(context, with_rules(context, **FAIR)).agent_of["a1"]
    assert (agent.memory, agent.history) == (Memory(), ())


def heavy_evenings(context: Context) -> None:
    """Beside the care line (12 points an hour, 09:00 to 17:00), grief (48 points) from 17:00 to 21:00, last week."""
    with writing(context.engine) as session:
        pool = session.exec(select(Queue.pool_id)).first() or 0
        add(session, Queue(code="grief", name="Grief", pool_id=pool, exposure_per_hour=48.0))
        require(session, "care", MONDAY - WEEK, 7, 540, 1020)
        require(session, "grief", MONDAY - WEEK, 7, 1020, 1260)


def skilled_in_grief(context: Context) -> None:
    with writing(context.engine) as session:
        grief = session.exec(select(Queue.id).where(Queue.code == "grief")).one() or 0
        for agent_id in session.exec(select(Agent.id)).all():
            session.add(Skill(agent_id=agent_id or 0, queue_id=grief))


def test_planned_exposure_above_the_average_is_carried_in(context: Context) -> None:
    small_centre(context)
    heavy_evenings(context)
    skilled_in_grief(context)
    week = publish(context, MONDAY - WEEK, 7)
    for day in range(3):
        place(context, week, "a1", MONDAY - WEEK + timedelta(days=day), "E")
        place(context, week, "a2", MONDAY - WEEK + timedelta(days=day), "D")
    agents = built(context).agent_of
    # On average (8 h x 12 + 4 h x 48) / 12 h = 24 points an hour, 192 in a shift; an evening has 4 x 12 + 4 x 48 = 240.
    assert agents["a1"].carried_points == 3 * (240 - 192)
    # A day has 8 x 12 = 96, which is below: nothing is carried.
    assert agents["a2"].carried_points == 0
    assert agents["a3"].carried_points == 0
    off = with_rules(context, exposure_balance={"mode": "off"})
    assert built(context, off).agent_of["a1"].carried_points == 0
    short = context.policy.model_copy(update={"memory": context.policy.memory.model_copy(update={"exposure_weeks": 0})})
    assert built(context, short).agent_of["a1"].carried_points == 0


def test_what_is_kept_of_the_past_gives_way_to_every_change(any_context: Context) -> None:
    context = any_context
    small_centre(context)
    week = publish(context, MONDAY - WEEK, 7)
    place(context, week, "a1", MONDAY - timedelta(days=1), "D")
    policy = with_rules(context, **FAIR)
    assert built(context, policy).agent_of["a1"].history == (PastShift(day=-1, shift="D"),)
    assert built(context, policy).agent_of["a1"].memory == Memory(weekend_shifts=1)
    with writing(context.engine) as session:
        line = session.exec(select(Assignment)).one()
        line.shift_type_id = session.exec(select(ShiftType.id).where(ShiftType.code == "E")).one() or 0
        session.add(line)
    assert built(context, policy).agent_of["a1"].memory == Memory(weekend_shifts=1, late_finishes=1)
    wish(context, "a1", MONDAY - timedelta(days=1), None, False)
    assert built(context, policy).agent_of["a1"].memory == Memory(weekend_shifts=1, late_finishes=1, refused_wishes=1)
    with writing(context.engine) as session:
        session.exec(select(Assignment)).one().agent_id = session.exec(select(Agent.id).where(Agent.code == "a2")).one()
    assert built(context, policy).agent_of["a1"].history == ()
    assert built(context, policy).agent_of["a2"].history == (PastShift(day=-1, shift="E"),)
    with writing(context.engine) as session:
        session.get_one(Roster, week).status = RosterStatus.SUPERSEDED
    assert built(context, policy).agent_of["a2"].history == ()


def test_carried_points_follow_what_was_required(any_context: Context) -> None:
    context = any_context
    small_centre(context)
    heavy_evenings(context)
    skilled_in_grief(context)
    place(context, publish(context, MONDAY - WEEK, 7), "a1", MONDAY - WEEK, "E")
    with writing(context.engine) as session:  # as long in use as a number can be
        far = Requirement(id=2**31 - 1, queue_id=1, starts_at=at_local(MONDAY - WEEK, 0, ZONE), required=10_000)
        session.add(far)
    assert built(context).agent_of["a1"].carried_points > 0
    with writing(context.engine) as session:
        session.delete(session.get_one(Requirement, 2**31 - 1))
    assert built(context).agent_of["a1"].carried_points == 240 - 192
    with writing(context.engine) as session:
        grief = session.exec(select(Queue.id).where(Queue.code == "grief")).one()
        for row in session.exec(select(Requirement).where(Requirement.queue_id == grief)).all():
            row.required = 2
            session.add(row)
    # On average (8 x 12 + 4 x 2 x 48) / 16 = 30 points an hour, 240 in eight hours: the evening is average now.
    assert built(context).agent_of["a1"].carried_points == 0


def test_what_people_were_told_stands_in_the_problem_of_a_new_draft(context: Context) -> None:
    small_centre(context, days=14)
    second_team(context)
    told = publish(context, MONDAY, 7)
    place(context, told, "a1", MONDAY, "D")
    place(context, told, "a1", MONDAY + timedelta(days=4), "E")
    theirs = publish(context, MONDAY, 7, team="Nights")
    place(context, theirs, "b1", MONDAY, "D")
    draft = copy_roster(context, told, actor="lea")
    place(context, draft, "a2", MONDAY, "E")
    expected = (Assigned(agent="a1", day=0, shift="D"), Assigned(agent="a1", day=4, shift="E"))
    assert built(context, days=14).published == expected
    later = built(context, start=MONDAY + timedelta(days=4), days=3)
    assert later.published == (Assigned(agent="a1", day=0, shift="E"),)
    assert later.agent_of["a1"].history == (PastShift(day=-4, shift="D"),)
    everyone = built(context, team=None)
    assert set(everyone.published) == {*expected, Assigned(agent="b1", day=0, shift="D")}
    assert built(context, start=MONDAY + WEEK, days=7).published == ()


def test_days_that_no_published_roster_reaches_are_untold(context: Context) -> None:
    small_centre(context, days=14)
    second_team(context)
    told = publish(context, MONDAY, 7)
    place(context, told, "a1", MONDAY, "D")
    assert built(context).agent_of["a1"].untold_days == ()
    longer = built(context, start=MONDAY + timedelta(days=5), days=9)
    assert longer.agent_of["a1"].untold_days == ()  # nothing is published of these days: there is nothing to compare
    both = built(context, days=9)
    assert both.agent_of["a1"].untold_days == both.agent_of["a2"].untold_days == (7, 8)
    everyone = built(context, team=None, days=8)
    assert everyone.agent_of["a2"].untold_days == (7,)
    assert everyone.agent_of["b1"].untold_days == tuple(range(8))
    publish(context, MONDAY, 8, team=None)
    assert built(context, team=None, days=8).agent_of["b1"].untold_days == ()


def test_today_is_that_of_the_centres_zone(context: Context, clock: Any) -> None:
    small_centre(context)
    draft = create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")
    clock.now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # half past midnight in Amsterdam
    with reading(context.engine) as session:
        roster = find_roster(session, draft)
        assert judged(session, context.policy, roster, now=context.now()).problem.today == date(2026, 11, 25)
        assert judged(session, context.policy, roster).problem.today is None


@pytest.mark.parametrize(("start", "quarters"), [(date(2027, 3, 25), 92), (date(2027, 10, 28), 100)])
def test_weeks_with_a_clock_change_keep_history_and_demand(context: Context, start: date, quarters: int) -> None:
    small_centre(context, start=start)
    night_shift(context)
    before = publish(context, start - timedelta(days=3), 3)
    place(context, before, "a1", start - timedelta(days=1), "N")
    problem = built(context, with_rules(context, **FAIR), start=start)
    assert sorted(problem.quarters) == sorted([quarters, *[96] * 6])
    assert problem.agent_of["a1"].history == (PastShift(day=-1, shift="N"),)
    assert problem.agent_of["a1"].memory.nights == 1
    later = built(context, start=start + timedelta(days=1), days=6)
    assert later.agent_of["a1"].history == (PastShift(day=-2, shift="N"),)


def test_rosters_of_another_zone_are_no_history(context: Context) -> None:
    small_centre(context)
    number = publish(context, MONDAY - WEEK, 7, zone="Europe/London")
    place(context, number, "a1", MONDAY - timedelta(days=1), "D")
    assert built(context).agent_of["a1"].history == ()


def test_a_shift_that_is_in_no_roster_of_today_is_still_known(context: Context) -> None:
    small_centre(context)
    night_shift(context)
    place(context, publish(context, MONDAY - WEEK, 7), "a1", MONDAY - timedelta(days=1), "N")
    problem = built(context)
    assert {past.shift for agent in problem.agents for past in agent.history} <= {shift.id for shift in problem.shifts}


@pytest.mark.parametrize("days", [0, -7, 43, 420])
def test_no_roster_of_no_days_or_of_sixty_weeks(context: Context, days: int) -> None:
    small_centre(context)
    with pytest.raises(Invalid, match=rf"a roster of {days} days can't be planned: expected 1 to 42 \(six weeks\)"):
        create_roster(context, team="Days", starts_on=MONDAY, days=days, actor="lea")
    with reading(context.engine) as session:
        assert session.exec(select(Roster)).all() == []
        assert session.exec(select(Assignment)).all() == []
