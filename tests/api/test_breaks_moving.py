"""An agent's hand on their breaks: moved, taken, split; within the rules, whatever cover says, and kept by plans."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlmodel import select

from api.context import Context
from api.errors import Conflict, Forbidden, Invalid, NotFound
from api.events.log import since
from api.security.caller import Caller
from api.services.breaks.choices import break_choices
from api.services.breaks.moving import move_break, split_rest, take_break
from api.services.days.planning import plan_day
from api.services.days.views import agent_day, masked_day
from api.services.floor.commands import ContactIn, moment, post_contact, set_state, start
from api.services.floor.resting import give_back_rest
from roster.accounts import Role
from roster.contacts import Contact, ContactStatus
from roster.rest import AgentState, DebriefInvitation
from roster.shifts import Placed, Requirement, Segment, SegmentKind, ShiftType
from roster.store.engine import reading, writing
from tests.api.break_stage import (
    MEAL,
    OTHER,
    PLAIN,
    REST,
    SHIFT,
    at,
    breaks,
    caller,
    laid,
    minute,
    number,
    rows,
)
from tests.api.day_stage import TODAY, publish
from tests.conftest import SetClock
from tests.factories import Centre, make_centre


@pytest.fixture
def centre(any_context: Context, clock: SetClock) -> Centre:
    """Six people with the PLAIN breaks, a02 with the OTHER ones; it is 07:05."""
    return laid(any_context, clock)


def test_a_meal_moves_keeps_its_number_and_the_day_stays_whole(any_context: Context, centre: Centre) -> None:
    meal = number(any_context, centre, 1)
    told = move_break(any_context, caller(centre), meal, at(690))
    assert breaks(any_context, centre) == [PLAIN[0], (MEAL, 690, 720), PLAIN[2]]
    assert number(any_context, centre, 1) == meal
    found = rows(any_context, centre)
    assert (minute(found[0].starts_at), minute(found[-1].ends_at)) == SHIFT
    assert all(one.ends_at == other.starts_at for one, other in pairwise(found))
    (segment,) = told.segments
    assert (segment.starts, segment.ends, segment.by_hand) == ("11:30", "12:00", True)
    assert segment.why == "A 30-minute meal. You moved it here from 10:30."
    assert told.sentence == "Your meal is at 11:30 now, and stays there. Cover stays as it is."


def test_a_break_moves_earlier_and_later_and_back(any_context: Context, centre: Centre) -> None:
    for minutes in (600, 690, 630):
        move_break(any_context, caller(centre), number(any_context, centre, 1), at(minutes))
        assert breaks(any_context, centre)[1] == (MEAL, minutes, minutes + 30)


def test_what_was_placed_by_hand_is_kept_when_the_day_is_planned_again(any_context: Context, centre: Centre) -> None:
    rest = number(any_context, centre, 2)
    # Far from the even spread: a plan alone would not leave it there.
    move_break(any_context, caller(centre), rest, at(840))
    plan_day(any_context, TODAY)
    plan_day(any_context, TODAY, deterministic_limit=0)
    found = breaks(any_context, centre)
    assert (REST, 840, 855) in found
    assert [kind for kind, _, _ in found] == [REST, MEAL, REST]
    placed = {minute(row.starts_at): row.placed for row in rows(any_context, centre) if row.kind in (REST, MEAL)}
    assert placed == {minutes: Placed.HAND if minutes == 840 else Placed.PLAN for minutes in placed}


def test_the_rest_that_is_still_due_keeps_its_part_of_the_day(any_context: Context, centre: Centre) -> None:
    move_break(any_context, caller(centre), number(any_context, centre, 2), at(840))
    plan_day(any_context, TODAY, deterministic_limit=0)
    first = breaks(any_context, centre)[0]
    # The even spread puts it near 08:52; as if it were the later one that is due, it would lie after the meal.
    assert first[0] is REST
    assert first[1] < 600


def test_without_the_mark_a_plan_moves_it(any_context: Context, centre: Centre) -> None:
    move_break(any_context, caller(centre), number(any_context, centre, 2), at(840))
    with writing(any_context.engine) as session:
        for row in session.exec(select(Segment)).all():
            row.placed = Placed.PLAN
            session.add(row)
    plan_day(any_context, TODAY)
    assert (REST, 840, 855) not in breaks(any_context, centre)


@pytest.mark.parametrize(
    ("place", "minutes", "rule", "quoted", "nearest"),
    [
        (1, 525, "meals", "starts 105 minutes into the shift, outside 120 to 300", 585),
        (1, 730, "meals", "starts 310 minutes into the shift, outside 120 to 300", 690),
        (2, 870, "rests", "15 minutes from an end of the shift, less than 45", 840),
        (0, 440, "rests", "20 minutes from an end of the shift, less than 45", 465),
        (0, 575, "gaps", "40 minutes between", 555),
        (2, 640, "partition", "there is your meal from 10:30 to 11:00", 720),
    ],
)
def test_a_refusal_names_the_rule_quotes_the_value_and_gives_the_nearest_time(
    any_context: Context, centre: Centre, place: int, minutes: int, rule: str, quoted: str, nearest: int
) -> None:
    before = [row.model_dump() for row in rows(any_context, centre)]
    with pytest.raises(Conflict) as refused:
        move_break(any_context, caller(centre), number(any_context, centre, place), at(minutes))
    assert quoted in refused.value.detail
    assert f"the rule {rule} refuses it" in refused.value.detail
    assert f"{minutes // 60:02d}:{minutes % 60:02d}" in refused.value.detail
    assert refused.value.extra == {"rule": rule, "nearest": at(nearest).isoformat()}
    assert [row.model_dump() for row in rows(any_context, centre)] == before
    with reading(any_context.engine) as session:
        assert not [event for event in since(session, 0, agent_id=centre.agents["a01"]) if "break" in event.kind]
    # What it says is possible, is.
    move_break(any_context, caller(centre), number(any_context, centre, place), at(nearest))


def test_every_time_that_is_offered_is_possible_and_every_other_refused(any_context: Context, centre: Centre) -> None:
    meal = number(any_context, centre, 1)
    offered = {
        minute(time.starts_at) for time in break_choices(any_context, caller(centre), meal, step_minutes=5).times
    }
    # From 60 after the first rest (585) to 60 before the second (690), less where it is.
    assert offered == set(range(585, 691, 5)) - {630}
    for minutes in range(SHIFT[0] + 15, SHIFT[1] - 30, 15):
        if minutes in offered:
            move_break(any_context, caller(centre), meal, at(minutes))
        elif minutes != 630:
            with pytest.raises(Conflict):
                move_break(any_context, caller(centre), meal, at(minutes))


def test_what_is_past_begun_or_outside_is_refused(any_context: Context, centre: Centre, clock: SetClock) -> None:
    rest = number(any_context, centre, 0)
    with pytest.raises(Invalid, match="07:00 is past, expected 07:05 or later"):
        move_break(any_context, caller(centre), rest, at(420))
    with pytest.raises(Invalid, match="leaves your shift from 07:00 to 15:00"):
        move_break(any_context, caller(centre), rest, at(890))
    with pytest.raises(Invalid, match="expected a whole minute"):
        move_break(any_context, caller(centre), rest, at(540) + timedelta(seconds=1))
    clock.now = at(510)
    with pytest.raises(Conflict, match="your rest at 08:30 has begun already"):
        move_break(any_context, caller(centre), rest, at(540))
    assert breaks(any_context, centre) == list(PLAIN)


def test_only_ones_own_breaks_can_be_moved(any_context: Context, centre: Centre) -> None:
    foreign, work = number(any_context, centre, 1, "a02"), rows(any_context, centre)[0].id
    assert work is not None
    for unknown in (foreign, 2**31 - 1):
        with pytest.raises(NotFound, match=f"no break {unknown} of yours"):
            move_break(any_context, caller(centre), unknown, at(690))
    with pytest.raises(Invalid, match="'work': expected a meal or a rest"):
        move_break(any_context, caller(centre), work, at(690))
    with pytest.raises(Forbidden):
        move_break(any_context, Caller(name="lead", role=Role.LEAD), foreign, at(690))
    assert breaks(any_context, centre, "a02") == list(OTHER)


def test_a_break_does_not_move_into_ones_own_invitation_but_into_a_time_held_for_others(
    any_context: Context, centre: Centre
) -> None:
    def invite(agent: str, peer: str, minutes: int) -> None:
        with writing(any_context.engine) as session:
            session.add(
                DebriefInvitation(
                    agent_id=centre.agents[agent],
                    peer_id=centre.agents[peer],
                    starts_at=at(minutes),
                    ends_at=at(minutes + 25),
                    created_at=any_context.now(),
                )
            )

    meal = number(any_context, centre, 1)
    # Somebody else's offer, of which a01 as the peer has not been told.
    invite("a03", "a01", 600)
    move_break(any_context, caller(centre), meal, at(600))
    invite("a01", "a05", 660)
    with pytest.raises(Conflict, match=r"fixed_time refuses it.*open invitation"):
        move_break(any_context, caller(centre), meal, at(660))


def test_cover_is_told_and_refuses_nothing(any_context: Context, centre: Centre) -> None:
    with writing(any_context.engine) as session:
        for minutes in range(690, 720, 15):
            for queue, needed in (("advice", 5), ("billing", 1)):
                session.add(Requirement(queue_id=centre.queues[queue], starts_at=at(minutes), required=needed))
    told = move_break(any_context, caller(centre), number(any_context, centre, 1), at(690))
    # a02 eats then, so five are there for six that are needed: 30 minutes short before, 60 after.
    assert (told.cover.before_minutes, told.cover.after_minutes) == (30, 60)
    assert [(one.queue, one.before_minutes, one.after_minutes) for one in told.cover.queues] == [
        ("advice", 0, 30),
        ("billing", 0, 0),
    ]
    assert told.cover.sentence == "30 agent-minutes of cover less."
    back = move_break(any_context, caller(centre), number(any_context, centre, 1), at(630))
    assert back.cover.sentence == "30 agent-minutes of cover more."


def test_cover_is_the_same_beside_each_time_as_when_it_is_moved(any_context: Context, centre: Centre) -> None:
    with writing(any_context.engine) as session:
        for minutes in range(*SHIFT, 15):
            needed = 4 + minutes // 15 % 3
            session.add(Requirement(queue_id=centre.queues["advice"], starts_at=at(minutes), required=needed))
    meal = number(any_context, centre, 1)
    offered = break_choices(any_context, caller(centre), meal).times
    assert {time.starts for time in offered} == {"09:45", "10:00", "10:15", "10:45", "11:00", "11:15", "11:30"}
    assert len({time.cover.after_minutes - time.cover.before_minutes for time in offered}) > 1
    for time in offered:
        assert move_break(any_context, caller(centre), meal, time.starts_at).cover == time.cover
        move_break(any_context, caller(centre), meal, at(630))


def test_a_break_is_taken_now_and_the_floor_sends_nothing_meanwhile(
    any_context: Context, centre: Centre, clock: SetClock
) -> None:
    set_state(any_context, "a01", AgentState.AVAILABLE, actor="a01")
    clock.now = at(600) + timedelta(seconds=20)
    reserved = post_contact(any_context, ContactIn(ref="r1", queue="advice"), actor="router")
    assert (reserved.status, reserved.agent) == ("assigned", "a01")
    told = take_break(any_context, caller(centre), number(any_context, centre, 1))
    assert told.sentence.startswith("Your meal has begun, until 10:30.")
    (segment,) = told.segments
    assert (segment.starts_at, segment.ends_at) == (clock.now, clock.now + timedelta(minutes=30))
    assert (segment.when, segment.movable, segment.by_hand) == ("now", False, True)
    assert [kind for kind, _, _ in breaks(any_context, centre)] == [REST, MEAL, REST]
    current = agent_day(any_context, centre.agents["a01"], clock.now).current
    assert current is not None
    assert current.kind == "meal"
    late = post_contact(any_context, ContactIn(ref="r2", queue="advice"), actor="router")
    assert (late.status, late.agent) == ("waiting", None)
    with reading(any_context.engine) as session:
        contact = session.get(Contact, reserved.id)
    assert contact is not None
    assert (contact.status, contact.agent_id) == (ContactStatus.WAITING, None)


def test_a_break_is_not_taken_in_the_middle_of_a_contact(any_context: Context, centre: Centre, clock: SetClock) -> None:
    set_state(any_context, "a01", AgentState.AVAILABLE, actor="a01")
    clock.now = at(600)
    held = post_contact(any_context, ContactIn(ref="r1", queue="advice"), actor="router")
    start(any_context, held.id, actor="a01")
    before = breaks(any_context, centre)
    with pytest.raises(Conflict, match="you are on a contact"):
        take_break(any_context, caller(centre), number(any_context, centre, 1))
    assert breaks(any_context, centre) == before


def test_a_break_is_taken_now_only_when_the_rules_let_it_begin(any_context: Context, centre: Centre) -> None:
    before = breaks(any_context, centre)
    with pytest.raises(Conflict, match="07:05 for your meal: the rule meals refuses it") as refused:
        take_break(any_context, caller(centre), number(any_context, centre, 1))
    assert refused.value.extra["nearest"] == at(585).isoformat()
    assert breaks(any_context, centre) == before


def test_a_rest_is_split_and_each_part_counts(any_context: Context, centre: Centre) -> None:
    told = split_rest(any_context, caller(centre), number(any_context, centre, 2), minutes=5, starts_at=at(845))
    assert breaks(any_context, centre) == [*PLAIN[:2], (REST, 780, 785), (REST, 845, 855)]
    assert told.sentence.startswith("Your rest is split: 5 min at 13:00, 10 min at 14:05.")
    # Together they are one rest: the plan adds none, takes none and moves neither.
    plan_day(any_context, TODAY)
    found = breaks(any_context, centre)
    assert found[-2:] == [(REST, 780, 785), (REST, 845, 855)]
    assert [kind for kind, _, _ in found] == [REST, MEAL, REST, REST]


def test_a_part_moves_but_is_not_split_again(any_context: Context, centre: Centre) -> None:
    told = split_rest(any_context, caller(centre), number(any_context, centre, 2), minutes=5, starts_at=at(845))
    first = told.segments[0].id
    assert first is not None
    move_break(any_context, caller(centre), first, at(775))
    assert breaks(any_context, centre)[-2:] == [(REST, 775, 780), (REST, 845, 855)]
    assert [row.placed for row in rows(any_context, centre)].count(Placed.PART) == 2
    with pytest.raises(Conflict, match="can't be split"):
        split_rest(any_context, caller(centre), first, minutes=5, starts_at=at(800))


def test_a_split_that_the_policy_does_not_allow_is_refused(any_context: Context, centre: Centre) -> None:
    before = breaks(any_context, centre)
    rest, meal = number(any_context, centre, 2), number(any_context, centre, 1)
    for minutes in (4, 11, 500):
        with pytest.raises(Invalid, match=f"minutes {minutes}: expected 5 to 10"):
            split_rest(any_context, caller(centre), rest, minutes=minutes, starts_at=at(845))
    with pytest.raises(Conflict, match="gaps"):
        split_rest(any_context, caller(centre), rest, minutes=5, starts_at=at(800))
    with pytest.raises(Conflict, match="the two parts would overlap") as refused:
        split_rest(any_context, caller(centre), rest, minutes=10, starts_at=at(785))
    assert refused.value.extra["nearest"] == at(850).isoformat()
    with pytest.raises(Conflict, match="can't be split"):
        split_rest(any_context, caller(centre), meal, minutes=10, starts_at=at(845))
    assert breaks(any_context, centre) == before


def test_where_law_wants_a_rest_in_one_piece_none_is_split(any_context: Context, centre: Centre) -> None:
    policy = any_context.policy
    strict = policy.model_copy(
        update={"breaks": policy.breaks.model_copy(update={"rest_part_minutes": policy.breaks.rest_minutes})}
    )
    object.__setattr__(any_context, "policy", strict)
    rest = number(any_context, centre, 2)
    assert break_choices(any_context, caller(centre), rest).split is None
    with pytest.raises(Conflict, match=r"parts of 15 minutes or more \(breaks.rest_part_minutes\)"):
        split_rest(any_context, caller(centre), rest, minutes=7, starts_at=at(845))


def test_a_line_of_the_log_is_the_agents_own(any_context: Context, centre: Centre) -> None:
    move_break(any_context, caller(centre), number(any_context, centre, 1), at(690))
    split_rest(any_context, caller(centre), number(any_context, centre, 2), minutes=5, starts_at=at(845))
    with reading(any_context.engine) as session:
        assert not [event for event in since(session, 0) if event.kind.startswith("break")]
        own = [event.kind for event in since(session, 0, agent_id=centre.agents["a01"]) if "break" in event.kind]
    assert own == ["break.moved", "break.split"]


def test_others_do_not_see_who_placed_a_break(any_context: Context, centre: Centre, clock: SetClock) -> None:
    move_break(any_context, caller(centre), number(any_context, centre, 1), at(690))
    own = agent_day(any_context, centre.agents["a01"], clock.now)
    assert [(view.kind, view.by_hand, view.movable) for view in own.segments if view.kind != "work"] == [
        ("rest", False, True),
        ("meal", True, True),
        ("rest", False, True),
    ]
    seen = masked_day(any_context, centre.agents["a01"], clock.now)
    assert {(view.id, view.by_hand, view.movable, view.why) for view in seen.segments} == {(None, False, False, "")}


def test_a_rest_given_back_leaves_what_was_placed_by_hand_or_guarded_as_it_is(
    any_context: Context, centre: Centre, clock: SetClock
) -> None:
    set_state(any_context, "a01", AgentState.AVAILABLE, actor="a01")
    move_break(any_context, caller(centre), number(any_context, centre, 2), at(840))
    with writing(any_context.engine) as session:
        for place, mark in ((1, "overdue"), (2, "last_chance")):
            row = session.get_one(Segment, number(any_context, centre, place))
            setattr(row, mark, True)
            session.add(row)
    moment(any_context, "a01", actor="a01")
    clock.forward(minutes=2)
    give_back_rest(any_context, "a01", actor="a01")
    assert [
        (minute(row.starts_at), row.placed, row.overdue, row.last_chance)
        for row in rows(any_context, centre)
        if row.kind in (REST, MEAL)
    ] == [(510, Placed.PLAN, False, False), (630, Placed.PLAN, True, False), (840, Placed.HAND, False, True)]


def test_over_the_end_of_summer_time_a_meal_moves_by_elapsed_minutes(any_context: Context, clock: SetClock) -> None:
    clock.now = datetime(2026, 10, 24, 12, tzinfo=UTC)
    centre = make_centre(any_context)
    with writing(any_context.engine) as session:
        night = ShiftType(code="night", name="Night", start_minute=23 * 60, minutes=480)
        session.add(night)
        session.flush()
        assert night.id is not None
        centre.shifts["night"] = night.id
    publish(any_context, centre, {"a01": "night"}, clock.now.date())
    plan_day(any_context, clock.now.date(), deterministic_limit=0)
    (meal,) = [row for row in rows(any_context, centre) if row.kind is SegmentKind.MEAL]
    assert meal.id is not None
    offered = break_choices(any_context, caller(centre), meal.id, step_minutes=5).times
    assert offered
    begin = datetime(2026, 10, 24, 21, tzinfo=UTC)
    assert all(timedelta(hours=2) <= time.starts_at - begin <= timedelta(hours=5) for time in offered)
    latest = offered[-1]
    move_break(any_context, caller(centre), meal.id, latest.starts_at)
    (meal,) = [row for row in rows(any_context, centre) if row.kind is SegmentKind.MEAL]
    assert (meal.starts_at, meal.ends_at - meal.starts_at) == (latest.starts_at, timedelta(minutes=30))
