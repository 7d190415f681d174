"""Publishing: a person, a judged draft, older rosters cut exactly where they overlap, the next days planned."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from api.context import Context
from api.errors import Conflict, NotFound
from api.services.rosters.planning import copy_roster, create_roster
from api.services.rosters.publishing import publish
from api.services.rosters.reading import edit, list_rosters, roster_view, violations
from roster.events import Event
from roster.people import Agent
from roster.shifts import Roster, RosterStatus, Segment
from roster.store.engine import reading
from tests.conftest import SetClock
from tests.planning_centre import MONDAY, place, second_team, small_centre, status_of, stored

WEEK = 7


def days_after(count: int) -> date:
    return MONDAY + timedelta(days=count)


def draft(
    context: Context,
    *shifts: tuple[str, int, str],
    team: str | None = "Days",
    start: int = 0,
    days: int = WEEK,
) -> int:
    """A draft with shifts as (agent, days after Monday, shift)."""
    roster = create_roster(context, team=team, starts_on=days_after(start), days=days, actor="lea")
    for agent, day, shift in shifts:
        place(context, roster, agent, days_after(day), shift)
    return roster


def published_shifts(context: Context) -> list[tuple[str, int, str]]:
    with reading(context.engine) as session:
        live = session.exec(select(Roster.id).where(Roster.status == RosterStatus.PUBLISHED)).all()
    found = [line for roster in live for line in stored(context, roster or 0)]
    return sorted((agent, (on_date - MONDAY).days, shift) for agent, on_date, shift in found)


def pieces(context: Context) -> list[tuple[str, str, int, int]]:
    """Every roster as status, team, first day after Monday, days."""
    listing = list_rosters(context).rosters
    return sorted((one.status, one.team or "all", (one.starts_on - MONDAY).days, one.days) for one in listing)


def test_publishing_names_the_person_and_the_moment(context: Context) -> None:
    small_centre(context)
    roster = draft(context, ("a1", 0, "D"))
    publish(context, roster, actor="Lea Hofman")
    row = status_of(context, roster)
    assert (row.status, row.published_by, row.published_at) == ("published", "Lea Hofman", context.now())
    with reading(context.engine) as session:
        (line,) = session.exec(select(Event).where(Event.kind == "roster.published")).all()
    assert (line.subject, line.actor) == (str(roster), "Lea Hofman")
    with pytest.raises(Conflict, match="is published: only a draft can be published"):
        publish(context, roster, actor="lea")


def test_draft_that_breaks_a_rule_is_refused_in_sentences_and_stays_a_draft(context: Context) -> None:
    small_centre(context)
    before = draft(context, ("a1", 0, "D"))
    publish(context, before, actor="lea")
    roster = draft(context, ("a1", 0, "E"), ("a1", 1, "D"), *(("a2", day, "D") for day in range(7)))
    with pytest.raises(Conflict) as refused:
        publish(context, roster, actor="lea")
    sentences = [finding.sentence for finding in violations(context, roster)]
    assert {finding.rule for finding in violations(context, roster)} >= {"consecutive_days", "contract_minutes"}
    assert refused.value.extra["violations"] == sentences
    assert all(sentence in refused.value.detail for sentence in sentences)
    assert status_of(context, roster).status == "draft"
    assert status_of(context, before).status == "published"


def test_empty_draft_is_refused(context: Context) -> None:
    small_centre(context)
    with pytest.raises(Conflict, match="is empty"):
        publish(context, draft(context), actor="lea")
    with pytest.raises(NotFound, match="there is no roster 44"):
        publish(context, 44, actor="lea")


def test_roster_of_the_same_days_is_replaced_whole(context: Context) -> None:
    small_centre(context)
    old = draft(context, ("a1", 0, "D"), ("a2", 3, "E"))
    publish(context, old, actor="lea")
    publish(context, draft(context, ("a3", 0, "D")), actor="lea")
    assert status_of(context, old).status == "superseded"
    assert len(stored(context, old)) == 2
    assert published_shifts(context) == [("a3", 0, "D")]


def test_overlap_is_cut_out_and_the_days_before_it_stay(context: Context) -> None:
    small_centre(context, days=14)
    old = draft(context, ("a1", 0, "D"), ("a1", 8, "D"), days=14)
    publish(context, old, actor="lea")
    publish(context, draft(context, ("a2", 8, "D"), start=7), actor="lea")
    assert published_shifts(context) == [("a1", 0, "D"), ("a2", 8, "D")]
    assert pieces(context) == [
        ("published", "Days", 0, 7),
        ("published", "Days", 7, 7),
        ("superseded", "Days", 7, 7),
    ]
    assert status_of(context, old).status == "published"


def test_overlap_in_the_middle_leaves_both_ends(context: Context) -> None:
    small_centre(context, days=9)
    publish(context, draft(context, *(("a1", day, "D") for day in (0, 3, 8)), days=9), actor="lea")
    publish(context, draft(context, ("a2", 3, "D"), start=2, days=3), actor="lea")
    assert published_shifts(context) == [("a1", 0, "D"), ("a1", 8, "D"), ("a2", 3, "D")]
    assert pieces(context) == [
        ("published", "Days", 0, 2),
        ("published", "Days", 2, 3),
        ("published", "Days", 5, 4),
        ("superseded", "Days", 2, 3),
    ]


def test_another_team_in_the_same_days_is_left_alone(context: Context) -> None:
    small_centre(context)
    second_team(context)
    publish(context, draft(context, ("b1", 0, "D"), team="Nights"), actor="lea")
    publish(context, draft(context, ("a1", 1, "D")), actor="lea")
    assert published_shifts(context) == [("a1", 1, "D"), ("b1", 0, "D")]


def test_every_team_replaces_each_team(context: Context) -> None:
    small_centre(context)
    second_team(context)
    publish(context, draft(context, ("b1", 0, "D"), team="Nights"), actor="lea")
    publish(context, draft(context, ("a1", 1, "D")), actor="lea")
    publish(context, draft(context, ("a2", 2, "D"), ("b1", 3, "D"), team=None), actor="lea")
    assert published_shifts(context) == [("a2", 2, "D"), ("b1", 3, "D")]


def test_one_team_takes_only_its_own_people_out_of_a_roster_of_every_team(context: Context) -> None:
    small_centre(context)
    second_team(context)
    whole = draft(context, ("a1", 0, "D"), ("b1", 1, "D"), team=None)
    publish(context, whole, actor="lea")
    publish(context, draft(context, ("b1", 4, "E"), team="Nights"), actor="lea")
    assert published_shifts(context) == [("a1", 0, "D"), ("b1", 4, "E")]
    grid = roster_view(context, whole).grid
    assert grid is not None
    assert {person.code for person in grid.people} == {"a1", "a2", "a3"}
    assert pieces(context) == [
        ("published", "Nights", 0, 7),
        ("published", "all", 0, 7),
        ("superseded", "Nights", 0, 7),
    ]


def test_copy_is_a_draft_with_the_same_shifts_and_pins(context: Context) -> None:
    small_centre(context)
    old = draft(context, ("a1", 0, "D"))
    edit(context, old, agent="a2", on_date=MONDAY, shift=None, pin=True, seen_version=0, actor="lea")
    publish(context, old, actor="lea")
    new = copy_roster(context, old, actor="Mara")
    row = status_of(context, new)
    assert (row.status, row.created_by, row.published_by) == ("draft", "Mara", None)
    assert stored(context, new) == stored(context, old)
    grid = roster_view(context, new).grid
    assert grid is not None
    assert [person.cells[0].pinned for person in grid.people] == [False, True, False]


def test_today_and_tomorrow_get_their_breaks_at_once(context: Context, clock: SetClock) -> None:
    small_centre(context)
    clock.now = clock.now.replace(day=30, hour=6)
    publish(context, draft(context, ("a1", 0, "D"), ("a2", 1, "D"), ("a3", 2, "D")), actor="lea")
    with reading(context.engine) as session:
        planned = session.exec(
            select(Agent.code, Segment.on_date)
            .join(Agent, col(Agent.id) == col(Segment.agent_id))
            .where(Segment.kind == "meal")
        ).all()
    assert sorted(planned) == [("a1", days_after(0)), ("a2", days_after(1))]


def test_days_far_ahead_are_not_planned_yet(context: Context) -> None:
    small_centre(context)
    publish(context, draft(context, ("a1", 0, "D")), actor="lea")
    with reading(context.engine) as session:
        assert session.exec(select(Segment)).all() == []
