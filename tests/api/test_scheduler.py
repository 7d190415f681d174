"""Jobs run by the clock, one at a time, and an error does not end them."""

import logging
import threading

import pytest
from sqlmodel import select

from api.context import Context
from api.jobs.scheduler import JOBS, Job, make_scheduler
from api.services.access.accounts import clear_expired, make_session
from api.services.access.tokens import make_link
from roster.accounts import SignInLink, UserSession
from roster.store.engine import reading
from tests.conftest import SetClock
from tests.factories import Centre


def test_job_that_fails_is_logged_and_runs_again(context: Context, caplog: pytest.LogCaptureFixture) -> None:
    runs: list[Context] = []
    enough = threading.Event()

    def failing(given: Context) -> None:
        runs.append(given)
        if len(runs) >= 3:
            enough.set()
        raise RuntimeError("job went wrong")

    scheduler = make_scheduler(context, (Job("failing", 0.02, failing),))
    with caplog.at_level(logging.ERROR, "apscheduler"):
        scheduler.start()
        assert enough.wait(5)
        scheduler.shutdown()
    assert runs[0] is context
    assert "job went wrong" in caplog.text


def test_slow_job_is_never_overtaken(context: Context, caplog: pytest.LogCaptureFixture) -> None:
    running, most = 0, 0
    lock, twice = threading.Lock(), threading.Event()
    rounds = 0

    def slow(_: Context) -> None:
        nonlocal running, most, rounds
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.05)
        with lock:
            running -= 1
            rounds += 1
            if rounds >= 2:
                twice.set()

    scheduler = make_scheduler(context, (Job("slow", 0.01, slow),))
    with caplog.at_level(logging.CRITICAL, "apscheduler"):
        scheduler.start()
        assert twice.wait(5)
        scheduler.shutdown()
    assert most == 1


def test_jobs_have_names_of_their_own() -> None:
    names = [job.name for job in JOBS]
    assert len(set(names)) == len(names)
    assert "clear expired sessions" in names


def test_expired_sessions_and_links_are_cleared_and_others_kept(
    context: Context, clock: SetClock, centre: Centre
) -> None:
    make_session(context, "lead")
    make_link(context, "lead", hours=1)
    clock.forward(hours=context.settings.session_hours)
    kept = make_session(context, "lead")
    clear_expired(context)
    with reading(context.engine) as session:
        assert [row.csrf_token for row in session.exec(select(UserSession)).all()] == [kept.caller.csrf_token]
        assert session.exec(select(SignInLink)).all() == []
