"""Two agents swap a break: asked and accepted, both days judged then; a decline looks like no answer."""

import pytest
from sqlmodel import select

from api.context import Context
from api.errors import Conflict, NotFound
from api.events.log import since
from api.services.breaks.choices import break_choices
from api.services.breaks.moving import move_break
from api.services.breaks.swapping import accept_swap, ask_swap, decline_swap, withdraw_swap
from api.services.breaks.swaps import swaps_of
from api.services.days.planning import plan_day
from roster.events import Event
from roster.shifts import Placed
from roster.store.engine import reading
from tests.api.break_stage import MEAL, OTHER, PLAIN, REST, at, breaks, caller, laid, lay, number, rows
from tests.api.day_stage import TODAY, ZONE
from tests.conftest import SetClock
from tests.factories import Centre


@pytest.fixture
def centre(any_context: Context, clock: SetClock) -> Centre:
    """Six people with the PLAIN breaks, a02 with the OTHER ones; it is 07:05."""
    return laid(any_context, clock)


def asked(context: Context, centre: Centre) -> int:
    """a01 asks a02 to swap meals; the question's number."""
    return ask_swap(context, caller(centre), number(context, centre, 1), colleague="a02", starts_at=at(690)).id


def test_who_could_swap_is_shown_with_name_and_time(any_context: Context, centre: Centre) -> None:
    found = break_choices(any_context, caller(centre), number(any_context, centre, 1)).colleagues
    assert [(one.agent, one.name, one.starts, one.ends) for one in found] == [("a02", "Agent 2", "11:30", "12:00")]


def test_an_accepted_swap_changes_both_days_and_is_kept(any_context: Context, centre: Centre) -> None:
    told = accept_swap(any_context, caller(centre, "a02"), asked(any_context, centre))
    assert told.sentence == "You swapped: your meal is at 10:30 now. Cover stays as it is."
    mine, theirs = [PLAIN[0], (MEAL, 690, 720), PLAIN[2]], [OTHER[0], (MEAL, 630, 660), OTHER[2]]
    assert (breaks(any_context, centre), breaks(any_context, centre, "a02")) == (mine, theirs)
    plan_day(any_context, TODAY)
    assert (MEAL, 690, 720) in breaks(any_context, centre)
    assert (MEAL, 630, 660) in breaks(any_context, centre, "a02")
    for code in ("a01", "a02"):
        (meal,) = [row for row in rows(any_context, centre, code) if row.kind is MEAL]
        assert meal.placed is Placed.HAND
        assert swaps_of(any_context, centre.agents[code], ZONE) == ()
    with reading(any_context.engine) as session:
        assert not [event for event in since(session, 0) if event.kind.startswith("break")]
        told_both = [row.agent_id for row in session.exec(select(Event).where(Event.kind == "break.swapped")).all()]
    assert told_both == [centre.agents["a01"], centre.agents["a02"]]


def test_nothing_moves_until_it_is_accepted_and_both_see_the_question(any_context: Context, centre: Centre) -> None:
    before = breaks(any_context, centre), breaks(any_context, centre, "a02")
    swap = asked(any_context, centre)
    assert (breaks(any_context, centre), breaks(any_context, centre, "a02")) == before
    (mine,) = swaps_of(any_context, centre.agents["a01"], ZONE)
    (theirs,) = swaps_of(any_context, centre.agents["a02"], ZONE)
    assert (mine.status, mine.with_name, mine.starts, mine.instead_starts) == ("asked", "Agent 2", "10:30", "11:30")
    assert (theirs.status, theirs.with_name, theirs.starts, theirs.instead_starts) == (
        "offered",
        "Agent 1",
        "11:30",
        "10:30",
    )
    assert asked(any_context, centre) == swap


def test_a_decline_looks_like_no_answer(any_context: Context, centre: Centre) -> None:
    swap = asked(any_context, centre)
    unanswered = swaps_of(any_context, centre.agents["a01"], ZONE)
    with reading(any_context.engine) as session:
        lines = len(session.exec(select(Event)).all())
    decline_swap(any_context, caller(centre, "a02"), swap)
    decline_swap(any_context, caller(centre, "a02"), swap)
    with reading(any_context.engine) as session:
        assert len(session.exec(select(Event)).all()) == lines
    assert swaps_of(any_context, centre.agents["a01"], ZONE) == unanswered
    assert swaps_of(any_context, centre.agents["a02"], ZONE) == ()
    assert asked(any_context, centre) == swap
    with pytest.raises(Conflict, match="not possible any more"):
        accept_swap(any_context, caller(centre, "a02"), swap)
    withdraw_swap(any_context, caller(centre), swap)
    assert swaps_of(any_context, centre.agents["a01"], ZONE) == ()


def test_a_question_taken_back_can_not_be_accepted(any_context: Context, centre: Centre) -> None:
    swap = asked(any_context, centre)
    withdraw_swap(any_context, caller(centre), swap)
    with pytest.raises(NotFound):
        accept_swap(any_context, caller(centre, "a02"), swap)
    assert breaks(any_context, centre) == list(PLAIN)


@pytest.mark.parametrize("who", ["a01", "a02"])
def test_a_break_that_has_moved_meanwhile_lets_the_question_lapse(
    any_context: Context, centre: Centre, who: str
) -> None:
    swap = asked(any_context, centre)
    move_break(any_context, caller(centre, who), number(any_context, centre, 1, who), at(645))
    before = breaks(any_context, centre), breaks(any_context, centre, "a02")
    for code in ("a01", "a02"):
        assert swaps_of(any_context, centre.agents[code], ZONE) == ()
    with pytest.raises(Conflict, match="not possible any more"):
        accept_swap(any_context, caller(centre, "a02"), swap)
    assert (breaks(any_context, centre), breaks(any_context, centre, "a02")) == before


def test_a_day_that_refuses_it_by_now_changes_neither_and_says_no_more(any_context: Context, centre: Centre) -> None:
    swap = asked(any_context, centre)
    # The asker's later rest comes too near to the time that they would get.
    move_break(any_context, caller(centre), number(any_context, centre, 2), at(750))
    before = breaks(any_context, centre), breaks(any_context, centre, "a02")
    with pytest.raises(Conflict) as refused:
        accept_swap(any_context, caller(centre, "a02"), swap)
    assert refused.value.detail == "This swap is not possible any more. Nothing was changed."
    assert (breaks(any_context, centre), breaks(any_context, centre, "a02")) == before


def test_a_break_that_has_begun_is_not_swapped(any_context: Context, centre: Centre, clock: SetClock) -> None:
    swap = asked(any_context, centre)
    clock.now = at(630)
    with pytest.raises(Conflict, match="not possible any more"):
        accept_swap(any_context, caller(centre, "a02"), swap)
    with pytest.raises(Conflict, match="has begun already"):
        asked(any_context, centre)


def test_a_swap_that_a_rule_refuses_is_not_offered(any_context: Context, centre: Centre) -> None:
    # With a rest at 09:00 there are only 30 minutes between it and a meal that would begin at 09:45.
    lay(any_context, centre, "a03", ((REST, 465, 480), (MEAL, 585, 615), (REST, 780, 795)))
    lay(any_context, centre, "a01", ((REST, 540, 555), (MEAL, 630, 660), (REST, 780, 795)))
    meal = number(any_context, centre, 1)
    assert "a03" not in {one.agent for one in break_choices(any_context, caller(centre), meal).colleagues}
    with pytest.raises(Conflict, match="no meal at 09:45 that could be swapped"):
        ask_swap(any_context, caller(centre), meal, colleague="a03", starts_at=at(585))


def test_one_question_a_break(any_context: Context, centre: Centre) -> None:
    lay(any_context, centre, "a03", OTHER)
    asked(any_context, centre)
    with pytest.raises(Conflict, match="withdraw that first"):
        ask_swap(any_context, caller(centre), number(any_context, centre, 1), colleague="a03", starts_at=at(690))


def test_only_who_is_asked_answers_and_only_who_asked_withdraws(any_context: Context, centre: Centre) -> None:
    swap = asked(any_context, centre)
    for code in ("a01", "a03"):
        with pytest.raises(NotFound):
            accept_swap(any_context, caller(centre, code), swap)
        with pytest.raises(NotFound):
            decline_swap(any_context, caller(centre, code), swap)
    for code in ("a02", "a03"):
        with pytest.raises(NotFound):
            withdraw_swap(any_context, caller(centre, code), swap)
