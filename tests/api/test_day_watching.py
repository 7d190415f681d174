"""What starts a new plan of a day under way, read once, by one process; and the jobs that look for it."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.context import Context
from api.events.shown import KINDS
from api.jobs import days as jobs
from api.jobs.scheduler import JOBS
from api.services.breaks.moving import move_break
from api.services.days import replanning, watching
from api.services.days.replanning import live_dates, replan
from api.services.days.watching import look
from api.services.floor.commands import CompletionIn, ContactIn, complete, post_contact, set_state, start
from optimizer.day.live import Replanned
from roster.contacts import ContactStatus
from roster.day_problem import DayProblem
from roster.store.engine import reading
from tests.api.break_stage import at, breaks, caller, laid, minute, number
from tests.api.day_stage import TODAY
from tests.api.live_stage import contact, crowd, events, require
from tests.api.test_floor_rests import HEAVY
from tests.conftest import SetClock


def test_a_queue_that_fills_asks_for_people_once(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock)
    require(context, centre, dict.fromkeys(range(420, 900, 15), 1))
    replan(context, TODAY)
    asked: list[DayProblem] = []
    real = replanning.replan_day

    def listening(problem: DayProblem, **kwargs: Any) -> Replanned:
        asked.append(problem)
        return real(problem, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replanning, "replan_day", listening)
        assert not look(context)
        for place in range(20):
            waits = {"status": ContactStatus.WAITING, "agent": None, "arrived": clock.now - timedelta(minutes=5)}
            contact(context, centre, f"w{place}", **waits)
            # What waits within its queue's target says nothing.
            contact(context, centre, f"n{place}", **{**waits, "arrived": clock.now})
        assert look(context)
        assert not look(context)
    (problem,) = asked
    required = next(demand.required for demand in problem.demands if demand.queue == "advice")
    now = problem.quarter_at(clock.now)
    more = -(-20 * context.policy.routing.expected_handle_seconds // 3600)
    assert required[now] == 1 + more
    assert required[problem.quarter_at(clock.now + timedelta(minutes=59))] == 1 + more
    assert required[problem.quarter_at(clock.now + timedelta(minutes=80))] == 1


def test_a_look_reads_each_line_once_and_matters_only_for_some(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock)
    look(context)
    assert not look(context)
    move_break(context, caller(centre), number(context, centre, 1), at(690))
    assert look(context)
    assert not look(context)


def test_a_rest_after_a_heavy_contact_is_followed_and_a_light_one_is_not(context: Context, clock: SetClock) -> None:
    laid(context, clock)
    look(context)
    set_state(context, "a01", "available", actor="test")
    light = post_contact(context, ContactIn(ref="r1", queue="advice"), actor="router")
    start(context, light.id, actor="a01")
    complete(context, light.id, CompletionIn(), actor="a01")
    assert not look(context)
    heavy = post_contact(context, ContactIn(ref="r2", queue="advice", entry=HEAVY), actor="router")
    start(context, heavy.id, actor="a01")
    complete(context, heavy.id, CompletionIn(), actor="a01")
    assert look(context)
    assert not look(context)


def test_the_scheduler_looks_every_few_seconds_and_plans_every_five_minutes() -> None:
    found = {job.run: job.seconds for job in JOBS}
    assert found[jobs.replan] == 300
    assert found[jobs.watch] <= 10


def test_what_is_looked_for_is_what_is_written() -> None:
    assert set(watching.MATTERS) <= set(KINDS)


def test_only_days_with_a_shift_that_is_not_over_are_planned_again(context: Context, clock: SetClock) -> None:
    laid(context, clock)
    with reading(context.engine) as session:
        assert live_dates(session, clock.now) == [TODAY]
        assert live_dates(session, at(15 * 60)) == []
        assert live_dates(session, at(0) - timedelta(hours=1)) == []
    assert replan(context, TODAY + timedelta(days=1)) is None


def test_two_processes_do_not_both_follow_one_line(any_context: Context, clock: SetClock) -> None:
    context = any_context
    centre = laid(context, clock)
    look(context)
    move_break(context, caller(centre), number(context, centre, 1), at(690))
    found: list[bool] = []
    barrier = threading.Barrier(2)
    real = watching._news

    def reading_first(*args: Any) -> Any:
        read = real(*args)
        barrier.wait(30)
        return read

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watching, "_news", reading_first)
        threads = [threading.Thread(target=lambda: found.append(look(context))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert sorted(found) == [False, True]


def test_the_jobs_plan_the_day_again(context: Context, clock: SetClock) -> None:
    centre = crowd(context, clock)
    jobs.replan(context)
    assert events(context, "day.changed")
    clock.now = datetime(2026, 11, 24, 7, 31, tzinfo=UTC)
    (rest, *_) = [one for one in breaks(context, centre) if one[1] > minute(clock.now)]
    contact(context, centre, "long", began=at(rest[1] - 1))
    clock.now = at(rest[1] + 1)
    jobs.watch(context)
    assert rest not in breaks(context, centre)
