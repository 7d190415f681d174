"""What leads see of a roster, and what an edit of one cell does: arithmetic written out."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from api.context import Context
from api.errors import Conflict, Invalid, NotFound
from api.services.rosters.planning import create_roster
from api.services.rosters.publishing import publish
from api.services.rosters.reading import cell_form, cover_of_day, edit, list_rosters, roster_view, undo, violations
from api.services.rosters.views import GridView, PersonView
from roster.events import Event
from roster.people import Contract, Preference, TimeOff
from roster.shifts import Requirement
from roster.store.engine import reading, writing
from tests.planning_centre import MONDAY, place, second_team, small_centre, status_of, stored

TUESDAY = MONDAY + timedelta(days=1)


def draft(context: Context, *shifts: tuple[str, int, str], days: int = 7, start: date = MONDAY) -> int:
    roster = create_roster(context, team="Days", starts_on=start, days=days, actor="lea")
    for agent, day, shift in shifts:
        place(context, roster, agent, start + timedelta(days=day), shift)
    return roster


def grid_of(context: Context, roster: int) -> GridView:
    grid = roster_view(context, roster).grid
    assert grid is not None
    return grid


def person(grid: GridView, code: str) -> PersonView:
    return next(one for one in grid.people if one.code == code)


def test_row_has_hours_against_the_contract_and_planned_exposure(context: Context) -> None:
    small_centre(context)
    with writing(context.engine) as session:
        contract = session.exec(select(Contract)).one()
        contract.min_week_minutes = 600
        session.add(contract)
        session.add(TimeOff(agent_id=1, starts_on=MONDAY + timedelta(days=5), ends_on=MONDAY + timedelta(days=5)))
    row = person(grid_of(context, draft(context, ("a1", 0, "D"), ("a1", 1, "E"))), "a1")
    assert [cell.shift for cell in row.cells] == ["D", "E", None, None, None, None, None]
    assert [cell.time_off for cell in row.cells] == [False] * 5 + [True, False]
    assert row.paid_minutes == 2 * 450
    # A day off credits a fifth of the weekly minimum to both limits.
    assert (row.least_minutes, row.most_minutes) == (600 - 120, 2400 - 120)
    # 12 points an hour in the only queue, 8 hours a shift.
    assert row.exposure == 2 * 8 * 12
    assert row.exposure_per_hour == 12.0


def test_cover_per_day_counts_agent_quarters_and_names_the_worst(context: Context) -> None:
    small_centre(context)
    with writing(context.engine) as session:
        noon = session.exec(select(Requirement).order_by(col(Requirement.starts_at)).offset(12).limit(1)).one()
        noon.required = 3
        session.add(noon)
    grid = grid_of(context, draft(context, ("a1", 0, "D"), ("a2", 1, "E")))
    monday, tuesday = grid.days[:2]
    assert (monday.required_quarters, monday.short_quarters) == (34, 2)
    assert (monday.worst_at, monday.worst_missing) == ("12:00", 2)
    # The evening shift begins at 13:00: 09:00 to 13:00 has nobody.
    assert (tuesday.required_quarters, tuesday.short_quarters, tuesday.worst_at) == (32, 16, "09:00")
    assert [day.weekend for day in grid.days] == [False] * 5 + [True] * 2
    assert grid.short_quarters == 2 + 16 + 5 * 32
    assert grid.costs["cover"] == grid.short_quarters * 10 + 16


def test_published_people_of_another_team_count_for_cover_but_have_no_row(context: Context) -> None:
    small_centre(context)
    second_team(context)
    theirs = create_roster(context, team="Nights", starts_on=MONDAY, days=7, actor="lea")
    place(context, theirs, "b1", MONDAY, "D")
    ours = draft(context)
    assert grid_of(context, ours).days[0].short_quarters == 32
    publish(context, theirs, actor="lea")
    grid = grid_of(context, ours)
    assert grid.days[0].short_quarters == 0
    assert [one.code for one in grid.people] == ["a1", "a2", "a3"]
    assert grid.violations == ()


def test_cover_of_a_day_by_queue_and_quarter_where_the_clocks_change(context: Context) -> None:
    sunday = date(2026, 10, 25)
    small_centre(context, start=sunday, days=1)
    cover = cover_of_day(context, draft(context, start=sunday, days=1), sunday)
    (queue,) = cover.queues
    assert len(cover.clock) == len(queue.required) == len(queue.missing) == 100
    assert cover.clock[7:13] == ("01:45", "02:00", "02:15", "02:30", "02:45", "02:00")
    assert (queue.required_quarters, queue.short_quarters, queue.worst_missing) == (32, 32, 1)
    assert queue.worst_at == "09:00"
    with pytest.raises(NotFound, match="2026-10-26 is not in roster 1: expected 2026-10-25 to 2026-10-25"):
        cover_of_day(context, 1, date(2026, 10, 26))


def test_violations_are_sentences_and_marked_on_their_cell(context: Context) -> None:
    small_centre(context)
    roster = draft(context, ("a1", 0, "E"), ("a1", 1, "D"))
    with writing(context.engine) as session:
        session.add(TimeOff(agent_id=2, starts_on=MONDAY, ends_on=MONDAY))
    place(context, roster, "a2", MONDAY, "D")
    found = violations(context, roster)
    assert [(one.rule, one.agent, one.day) for one in found] == [("time_off", "a2", 0)]
    assert found[0].sentence.startswith("Agent 2")
    grid = grid_of(context, roster)
    assert person(grid, "a2").cells[0].conflicts == 1
    assert person(grid, "a1").cells[0].conflicts == 0


def test_roster_that_cannot_be_judged_says_why_instead_of_a_grid(context: Context) -> None:
    small_centre(context)
    roster = draft(context)
    with writing(context.engine) as session:
        for row in session.exec(select(Requirement)).all():
            session.delete(row)
    view = roster_view(context, roster)
    assert view.grid is None
    assert view.unplannable is not None
    assert view.unplannable.startswith("no requirement falls in 2026-11-30")


def test_list_is_bounded_and_says_how_many_there_are(context: Context) -> None:
    small_centre(context)
    made = [draft(context, ("a1", 0, "D")) for _ in range(3)]
    listing = list_rosters(context, limit=2, offset=1)
    assert [one.id for one in listing.rosters] == [made[1], made[0]]
    assert (listing.total, listing.rosters[0].assignments, listing.rosters[0].team) == (3, 1, "Days")
    assert listing.rosters[0].ends_on == MONDAY + timedelta(days=6)
    for limit, offset in ((0, 0), (201, 0), (1, -1)):
        with pytest.raises(Invalid, match="expected a limit of 1 to 200"):
            list_rosters(context, limit=limit, offset=offset)


def test_edit_is_stored_pinned_and_judged_at_once(context: Context) -> None:
    small_centre(context)
    roster = draft(context, ("a1", 0, "E"))
    with writing(context.engine) as session:
        session.add(TimeOff(agent_id=1, starts_on=TUESDAY, ends_on=TUESDAY))
    done = edit(context, roster, agent="a1", on_date=TUESDAY, shift="D", pin=True, seen_version=0, actor="Lea Hofman")
    assert (done.version, done.shift, done.pinned) == (1, "D", True)
    assert [one.rule for one in done.violations] == ["time_off"]
    assert ("a1", TUESDAY, "D") in stored(context, roster)
    assert status_of(context, roster).version == 1
    with reading(context.engine) as session:
        (line,) = session.exec(select(Event).where(Event.kind == "roster.edited")).all()
    assert line.actor == "Lea Hofman"
    assert line.data["before"] == {"shift": None, "pinned": False}
    assert line.data["after"] == {"shift": "D", "pinned": True}


def test_cell_can_be_cleared_and_the_free_day_pinned(context: Context) -> None:
    small_centre(context)
    roster = draft(context, ("a1", 0, "D"))
    edit(context, roster, agent="a1", on_date=MONDAY, shift=None, pin=True, seen_version=0, actor="lea")
    assert stored(context, roster) == []
    assert person(grid_of(context, roster), "a1").cells[0].pinned
    edit(context, roster, agent="a1", on_date=MONDAY, shift="E", pin=False, seen_version=1, actor="lea")
    cell = person(grid_of(context, roster), "a1").cells[0]
    assert (cell.shift, cell.pinned) == ("E", False)
    assert violations(context, roster) == ()


def test_edit_of_a_version_no_longer_current_is_refused(context: Context) -> None:
    small_centre(context)
    roster = draft(context)
    edit(context, roster, agent="a1", on_date=MONDAY, shift="D", pin=True, seen_version=0, actor="lea")
    with pytest.raises(Conflict, match=r"version 0, now 1") as refused:
        edit(context, roster, agent="a2", on_date=MONDAY, shift="D", pin=True, seen_version=0, actor="mara")
    assert refused.value.extra == {"version": 1}
    assert stored(context, roster) == [("a1", MONDAY, "D")]


@pytest.mark.parametrize(
    ("agent", "day", "shift", "words"),
    [
        ("zz", 0, "D", "agent 'zz' is unknown"),
        ("b1", 0, "D", "agent 'b1' is not in roster 1"),
        ("a1", 7, "D", "2026-12-07 is not in roster 1: expected 2026-11-30 to 2026-12-06"),
        ("a1", -1, None, "2026-11-29 is not in roster 1"),
        ("a1", 0, "N", "shift 'N' is unknown: expected one of D, E, or none"),
    ],
)
def test_edit_of_what_is_not_there_is_refused_and_leaves_nothing(
    context: Context, agent: str, day: int, shift: str | None, words: str
) -> None:
    small_centre(context)
    second_team(context)
    roster = draft(context)
    on_date = MONDAY + timedelta(days=day)
    with pytest.raises(Invalid, match=words):
        edit(context, roster, agent=agent, on_date=on_date, shift=shift, pin=True, seen_version=0, actor="lea")
    assert status_of(context, roster).version == 0


def test_published_roster_is_not_edited_in_place(context: Context) -> None:
    small_centre(context)
    roster = draft(context, ("a1", 0, "D"))
    publish(context, roster, actor="lea")
    with pytest.raises(Conflict, match="is published: only a draft can be changed"):
        edit(context, roster, agent="a1", on_date=MONDAY, shift=None, pin=True, seen_version=1, actor="lea")


def test_undo_takes_back_the_last_edit_and_nothing_older(context: Context) -> None:
    small_centre(context)
    roster = draft(context, ("a1", 0, "D"))
    assert not roster_view(context, roster).can_undo
    with pytest.raises(Conflict, match="has no edit to take back"):
        undo(context, roster, seen_version=0, actor="lea")
    edit(context, roster, agent="a1", on_date=MONDAY, shift="E", pin=True, seen_version=0, actor="lea")
    assert roster_view(context, roster).can_undo
    assert undo(context, roster, seen_version=1, actor="lea").version == 2
    assert stored(context, roster) == [("a1", MONDAY, "D")]
    assert not person(grid_of(context, roster), "a1").cells[0].pinned


def test_cell_form_says_what_speaks_for_and_against(context: Context) -> None:
    small_centre(context)
    roster = draft(context, ("a1", 0, "D"), ("a1", 2, "D"))
    with writing(context.engine) as session:
        session.add(Preference(agent_id=1, on_date=MONDAY, wanted=False))
    form = cell_form(context, roster, "a1", MONDAY)
    assert (form.name, form.shift, form.pinned, form.can_edit, form.version) == ("Agent 1", "D", False, True, 0)
    assert form.wishes == ("Wishes to be free.",)
    assert (form.week_minutes, form.week_least_minutes, form.week_most_minutes) == (900, 0, 2400)
    assert [shift.code for shift in form.shifts] == ["D", "E"]
    with pytest.raises(NotFound, match="agent 'a9' on 2026-11-30 is not in roster 1"):
        cell_form(context, roster, "a9", MONDAY)
