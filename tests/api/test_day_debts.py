"""Rest that is owed: planned back into the shift, begun then or sooner, carried to the next, counted for the team."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from api.context import Context
from api.services.days import debts as module
from api.services.days import replanning
from api.services.days.debts import carry_debts, team_debt
from api.services.days.replanning import replan, replan_days
from api.services.days.views import agent_day
from api.services.floor.commands import ContactIn, post_contact, set_state, tick
from api.services.floor.resting import postpone_rest, take_owed_rest
from optimizer.day.live import Replanned
from roster.day_problem import DayProblem, PlacedAppointment
from roster.people import Agent
from roster.rest import Rest, RestDebt
from roster.shifts import SegmentKind
from roster.store.engine import reading, writing
from tests.api.break_stage import at, laid, rows
from tests.api.day_stage import TODAY, publish
from tests.api.test_day_live import events
from tests.conftest import SetClock
from tests.factories import Centre

TOMORROW = TODAY + timedelta(days=1)


def owe(context: Context, centre: Centre, code: str = "a01", minutes: int = 10, **values: Any) -> None:
    """A debt from the shift of today."""
    with writing(context.engine) as session:
        session.add(
            RestDebt(
                agent_id=centre.agents[code],
                minutes=minutes,
                incurred_at=context.now(),
                **{"on_date": TODAY, **values},
            )
        )


def debts(context: Context) -> list[RestDebt]:
    """Every debt, oldest first."""
    with reading(context.engine) as session:
        return list(session.exec(select(RestDebt).order_by(col(RestDebt.id))).all())


def placing(patch: pytest.MonkeyPatch, minute: int, asked: list[DayProblem]) -> None:
    """The optimizer puts what is owed at that local minute."""
    real = replanning.replan_day

    def placed(problem: DayProblem, **kwargs: Any) -> Replanned:
        asked.append(problem)
        found = real(problem.model_copy(update={"appointments": ()}), **kwargs)
        times = tuple(
            PlacedAppointment(id=one.id, starts_at=at(minute), ends_at=at(minute + one.minutes))
            for one in problem.appointments
        )
        return Replanned(found.result.model_copy(update={"appointments": times}), found.changes)

    patch.setattr(replanning, "replan_day", placed)


def test_what_is_owed_gets_a_time_in_the_same_shift_and_its_owner_is_told(
    any_context: Context, clock: SetClock
) -> None:
    context = any_context
    centre = laid(context, clock)
    owe(context, centre)
    owe(context, centre, minutes=5)
    before = [row.id for row in rows(context, centre) if row.kind is SegmentKind.DECOMPRESSION]
    asked: list[DayProblem] = []
    with pytest.MonkeyPatch.context() as patch:
        placing(patch, 480, asked)
        replan(context, TODAY)
        replan(context, TODAY)
    (wanted,) = asked[0].appointments
    assert (wanted.kind, wanted.people, wanted.minutes) == (SegmentKind.DECOMPRESSION, ("a01",), 15)
    assert wanted.earliest == clock.now + timedelta(minutes=context.policy.day.announced_minutes)
    assert wanted.latest == at(900 - context.policy.rest.repay_before_end_minutes)
    assert [one.planned_at for one in asked[1].appointments] == [at(480)]
    assert [debt.planned_at for debt in debts(context)] == [at(480), at(480)]
    # No segment stands for it: the floor gives it, and then the day has it.
    assert [row.id for row in rows(context, centre) if row.kind is SegmentKind.DECOMPRESSION] == before
    told = [event for event in events(context, "day.changed") if event.agent_id == centre.agents["a01"]]
    lines = [change for event in told for change in event.data["changes"] if change["kind"] == "decompression"]
    assert [(line["was"], line["now"]["starts_at"]) for line in lines] == [(None, at(480).isoformat())]
    own = agent_day(context, centre.agents["a01"], clock.now).own
    assert own is not None
    assert (own.owed_minutes, own.owed) == (15, "at 08:00, sooner if it is quiet")


def test_the_optimizer_itself_finds_a_time_for_what_is_owed(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock)
    owe(context, centre)
    replan(context, TODAY)
    (debt,) = debts(context)
    assert debt.planned_at is not None
    assert at(455) <= debt.planned_at <= at(875)
    replan(context, TODAY)
    assert [one.planned_at for one in debts(context)] == [debt.planned_at]
    told = [event for event in events(context, "day.changed") if event.agent_id == centre.agents["a01"]]
    assert sum(change["kind"] == "decompression" for event in told for change in event.data["changes"]) == 1


def test_it_begins_when_it_is_planned_busy_or_not_and_once(any_context: Context, clock: SetClock) -> None:
    context = any_context
    centre = laid(context, clock)
    owe(context, centre, planned_at=at(480))
    set_state(context, "a01", "available", actor="test")
    post_contact(context, ContactIn(ref="r1", queue="advice"), actor="router")
    for place in range(2, 5):
        post_contact(context, ContactIn(ref=f"r{place}", queue="advice"), actor="router")
    clock.now = at(479)
    tick(context)
    assert debts(context)[0].repaid_minutes == 0
    clock.now = at(480)
    tick(context)
    clock.forward(minutes=1)
    tick(context)
    assert debts(context)[0].repaid_minutes == 10
    with reading(context.engine) as session:
        (rest,) = session.exec(select(Rest)).all()
    assert (rest.starts_at, rest.ends_at) == (at(480), at(490))


def test_a_quiet_time_before_it_is_taken_and_nothing_is_given_again(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock)
    owe(context, centre, planned_at=at(480))
    for code in ("a01", "a02"):
        set_state(context, code, "available", actor="test")
    tick(context)
    assert debts(context)[0].repaid_minutes == 10
    clock.now = at(480)
    tick(context)
    replan(context, TODAY)
    with reading(context.engine) as session:
        assert len(session.exec(select(Rest)).all()) == 1


def test_what_its_owner_put_off_is_not_planned_for_them(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock)
    set_state(context, "a01", "available", actor="test")
    owe(context, centre)
    take_owed_rest(context, "a01", actor="a01")
    postpone_rest(context, "a01", 20, actor="a01")
    asked: list[DayProblem] = []
    with pytest.MonkeyPatch.context() as patch:
        placing(patch, 600, asked)
        replan(context, TODAY)
    assert asked[0].appointments == ()
    assert all(debt.planned_at is None for debt in debts(context))


def test_what_a_shift_could_not_repay_goes_to_the_next_once_and_is_told(any_context: Context, clock: SetClock) -> None:
    context = any_context
    centre = laid(context, clock)
    publish(context, centre, {"a01": "late"}, TOMORROW)
    owe(context, centre, postponed_to=at(890))
    owe(context, centre, "a02")
    clock.now = at(899)
    assert carry_debts(context) == 0
    clock.now = at(900)
    replan_days(context)
    assert carry_debts(context) == 0
    mine, other = debts(context)
    assert (mine.on_date, mine.postponed_to, mine.planned_at) == (TOMORROW, None, None)
    # Without another shift it stays where it was, and is still owed.
    assert other.on_date == TODAY
    (told,) = events(context, "rest.carried")
    assert (told.agent_id, told.data) == (centre.agents["a01"], {"minutes": 10, "to": "2026-11-25"})
    own = agent_day(context, centre.agents["a01"], clock.now).own
    assert own is not None
    assert (own.owed_minutes, own.owed) == (10, "in your shift on Wednesday 25 November")


def test_two_processes_carry_a_debt_once(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock)
    for days, shift in ((1, "late"), (2, "late")):
        publish(context, centre, {"a01": shift}, TODAY + timedelta(days=days))
    owe(context, centre)
    clock.now = at(900)
    with reading(context.engine) as session:
        read_before = module._to_carry(session, clock.now)
    assert carry_debts(context) == 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_to_carry", lambda *_: [(debt, TOMORROW + timedelta(days=1)) for debt, _ in read_before])
        assert carry_debts(context) == 0
    assert [debt.on_date for debt in debts(context)] == [TOMORROW]
    assert len(events(context, "rest.carried")) == 1


def test_of_a_team_there_are_two_figures_and_none_of_a_small_one(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock)
    owe(context, centre)
    owe(context, centre, minutes=5)
    owe(context, centre, "a02", minutes=7, repaid_minutes=4)
    owe(context, centre, "a03", minutes=5, repaid_minutes=5)
    with reading(context.engine) as session:
        found = team_debt(session, centre.team_id)
    assert found is not None
    assert (found.people, found.minutes) == (2, 18)
    with writing(context.engine) as session:
        for code in ("a05", "a06"):
            agent = session.get(Agent, centre.agents[code])
            assert agent is not None
            agent.active = False
            session.add(agent)
    with reading(context.engine) as session:
        assert team_debt(session, centre.team_id) is None
