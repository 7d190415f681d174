"""Rosters on a real PostgreSQL: planned, edited by two at once, published by two at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from sqlmodel import Session

from api.context import Context
from api.errors import Conflict
from api.services.rosters.planning import create_roster, plan_now, start_run
from api.services.rosters.publishing import publish
from api.services.rosters.reading import edit, list_rosters, roster_view
from api.services.rosters.superseding import supersede_for
from roster.shifts import Roster
from tests.planning_centre import MONDAY, place, small_centre, status_of, stored

pytestmark = pytest.mark.postgres


def both(*tasks: Callable[[], object]) -> list[str]:
    """Run the tasks at the same moment; "done" or the conflict's words of each, in order of the words."""
    ready = Barrier(len(tasks))

    def one(task: Callable[[], object]) -> str:
        ready.wait(20)
        try:
            task()
        except Conflict as conflict:
            return conflict.detail
        return "done"

    with ThreadPoolExecutor(len(tasks)) as pool:
        return sorted(pool.map(one, tasks))


def draft(context: Context) -> int:
    return create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")


def test_planned_judged_and_published(postgres_context: Context) -> None:
    context = postgres_context
    small_centre(context)
    roster = draft(context)
    assert plan_now(context, roster, time_limit_seconds=30, actor="lea").outcome == "optimal"
    assert len(stored(context, roster)) == 7
    grid = roster_view(context, roster).grid
    assert grid is not None and grid.short_quarters == 0
    publish(context, roster, actor="lea")
    assert status_of(context, roster).status == "published"


def test_of_two_edits_that_saw_the_same_version_one_is_refused(postgres_context: Context) -> None:
    context = postgres_context
    small_centre(context)
    roster = draft(context)

    def give(shift: str) -> Callable[[], object]:
        return lambda: edit(
            context, roster, agent="a1", on_date=MONDAY, shift=shift, pin=True, seen_version=0, actor="lea"
        )

    done, refused = both(give("D"), give("E"))
    assert done == "done"
    assert "has changed since you saw it (version 0, now 1)" in refused
    assert len(stored(context, roster)) == 1


def test_of_two_runs_at_once_one_is_refused(postgres_context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    context = postgres_context
    small_centre(context)
    roster = draft(context)
    monkeypatch.setattr("api.services.rosters.planning.drive_in_background", lambda drive: None)
    done, refused = both(*[lambda: start_run(context, roster, time_limit_seconds=5, actor="lea")] * 2)
    assert done == "done"
    assert f"roster {roster} is being planned" in refused


def test_of_two_publications_at_once_one_replaces_the_other(
    postgres_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = postgres_context
    meeting = Barrier(2)

    def met(session: Session, new: Roster) -> list[int]:
        # Without a lock both are here together, and neither sees the other.
        with suppress(BrokenBarrierError):
            meeting.wait(1)
        return supersede_for(session, new)

    monkeypatch.setattr("api.services.rosters.publishing.supersede_for", met)
    small_centre(context)
    first, second = draft(context), draft(context)
    for roster in (first, second):
        place(context, roster, "a1", MONDAY, "D")
    assert both(lambda: publish(context, first, actor="lea"), lambda: publish(context, second, actor="mara")) == [
        "done",
        "done",
    ]
    assert sorted(one.status for one in list_rosters(context).rosters) == ["published", "superseded"]
