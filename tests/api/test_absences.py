"""A sick call from the repair to the publication: the absence is the draft's alone until then, and nothing is lost."""

from datetime import date, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from api.context import Context
from api.services.access.accounts import create_user
from api.services.rosters import repairing
from api.services.rosters.editing import edit, undo
from api.services.rosters.judging import judged
from api.services.rosters.planning import copy_roster, create_roster, plan_now
from api.services.rosters.problems import build_problem
from api.services.rosters.publishing import publish
from roster.people import Agent, Contract, Team, TimeOff
from roster.problem import Absence, Problem
from roster.rules.registry import Verdict
from roster.shifts import DayAway, Roster, ShiftType
from roster.store.engine import reading, writing
from tests.clients import signed_in
from tests.planning_centre import MONDAY, place, require, small_centre, status_of, stored

TUESDAY = MONDAY + timedelta(days=1)
SATURDAY = MONDAY + timedelta(days=5)
SUNDAY = MONDAY + timedelta(days=6)
WEEK = tuple(("a1", MONDAY + timedelta(days=day), "D") for day in range(5))
REST = (("a2", SATURDAY, "D"), ("a2", SUNDAY, "D"), ("a3", TUESDAY, "E"))


@pytest.fixture
def lead(app: FastAPI, context: Context) -> TestClient:
    """Everybody's contract has just the hours they are placed for, so that any minute less or more is a breach."""
    small_centre(context)
    with writing(context.engine) as session:
        for agent, hours in (("a1", 2250), ("a2", 900), ("a3", 450)):
            terms = Contract(name=agent, min_week_minutes=hours, max_week_minutes=hours + 900)
            session.add(terms)
            session.flush()
            session.exec(select(Agent).where(Agent.code == agent)).one().contract_id = terms.id or 0
        session.exec(select(Contract).where(Contract.name == "a1")).one().max_week_minutes = 2250
    create_user(context, username="lea", display_name="Lea", role="lead", actor="test")
    return signed_in(app, context, "lea")


def published(context: Context) -> int:
    roster = create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")
    for agent, on_date, shift in (*WEEK, *REST):
        place(context, roster, agent, on_date, shift)
    publish(context, roster, actor="lea")
    return roster


def repaired(lead: TestClient, roster: int, *away: tuple[str, date, date]) -> dict[str, Any]:
    lines = [{"agent": who, "first": first.isoformat(), "last": last.isoformat()} for who, first, last in away]
    answer = lead.post(f"/api/v1/rosters/{roster}/repair", json={"away": lines})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def time_off(context: Context) -> list[tuple[int, date, date]]:
    with reading(context.engine) as session:
        return sorted((one.agent_id, one.starts_on, one.ends_on) for one in session.exec(select(TimeOff)).all())


def away_in(context: Context, roster: int) -> list[tuple[int, date, int | None]]:
    with reading(context.engine) as session:
        lines = session.exec(select(DayAway).where(DayAway.roster_id == roster)).all()
        return sorted((one.agent_id, one.on_date, one.shift_type_id) for one in lines)


def verdict_of(context: Context, roster: int) -> Verdict:
    with reading(context.engine) as session:
        return judged(session, context.policy, status_of(context, roster), now=context.now()).verdict


def problem_of(context: Context, *, roster: int | None = None, start: date = MONDAY) -> Problem:
    with reading(context.engine) as session:
        team = session.exec(select(Team.id)).first()
        return build_problem(session, context.policy, team_id=team, starts_on=start, days=7, roster_id=roster)


def test_a_draft_that_is_never_published_leaves_nothing_behind(lead: TestClient, context: Context) -> None:
    roster = published(context)
    before = problem_of(context, roster=roster)
    repaired(lead, roster, ("a1", TUESDAY, SUNDAY + timedelta(days=3)))
    assert time_off(context) == []
    assert problem_of(context, roster=roster) == before
    assert problem_of(context).agents[0].time_off == ()


def test_once_it_is_published_it_is_time_off_also_past_the_last_day(lead: TestClient, context: Context) -> None:
    draft = repaired(lead, published(context), ("a1", TUESDAY, SUNDAY + timedelta(days=3)))["draft_id"]
    assert lead.post(f"/api/v1/rosters/{draft}/publish").status_code == 200
    assert time_off(context) == [(1, TUESDAY, SUNDAY + timedelta(days=3))]
    with writing(context.engine) as session:
        require(session, "care", SUNDAY + timedelta(days=1), 7, 540, 1020)
    assert problem_of(context, start=SUNDAY + timedelta(days=1)).agents[0].time_off[-3:] == (0, 1, 2)
    # In its own roster it stays an absence.
    agent = problem_of(context, roster=draft).agents[0]
    assert agent.time_off == ()
    assert agent.absences[0] == Absence(day=1, shift="D")
    assert [one.day for one in agent.absences] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(("first", "last"), [(0, 0), (1, 1), (4, 6), (1, 6), (0, 6), (5, 6)])
def test_whatever_days_it_is_the_rest_of_the_week_stays_valid_and_can_be_published(
    lead: TestClient, context: Context, first: int, last: int
) -> None:
    roster = published(context)
    span = (MONDAY + timedelta(days=first), MONDAY + timedelta(days=last))
    told = repaired(lead, roster, ("a1", *span))
    assert told["violations"] == []
    draft = told["draft_id"]
    publish(context, draft, actor="lea")
    assert not verdict_of(context, draft).violations
    # The days that are left can be copied and published again: nothing is granted twice.
    granted = time_off(context)
    again = copy_roster(context, draft, actor="lea")
    assert away_in(context, again) == away_in(context, draft)
    publish(context, again, actor="lea")
    assert not verdict_of(context, again).violations
    assert time_off(context) == granted == [(1, *span)]


def test_being_ill_is_no_change_of_theirs_that_costs_or_pays(lead: TestClient, context: Context) -> None:
    roster = published(context)
    draft = repaired(lead, roster, ("a1", TUESDAY, TUESDAY))["draft_id"]

    def charged() -> set[str | None]:
        return {one.agent for one in verdict_of(context, draft).findings if one.rule in ("notice", "stability")}

    assert "a1" not in charged()
    publish(context, draft, actor="lea")
    assert "a1" not in charged()


def test_a_shift_on_a_day_of_absence_says_that_they_are_there_after_all(lead: TestClient, context: Context) -> None:
    draft = repaired(lead, published(context), ("a1", TUESDAY, TUESDAY))["draft_id"]
    with reading(context.engine) as session:
        day = session.exec(select(ShiftType.id).where(ShiftType.code == "D")).one()
    assert away_in(context, draft) == [(1, TUESDAY, day)]

    def change(shift: str | None) -> int:
        version = status_of(context, draft).version
        told = edit(
            context,
            draft,
            agent="a1",
            on_date=TUESDAY,
            shift=shift,
            pin=False,
            seen_version=version,
            actor="lea",
        )
        assert told.violations == ()
        return told.version

    change(None)
    assert away_in(context, draft) == [(1, TUESDAY, day)]
    version = change("D")
    assert away_in(context, draft) == []
    version = undo(context, draft, seen_version=version, actor="lea").version
    assert (away_in(context, draft), ("a1", TUESDAY, "D") in stored(context, draft)) == ([(1, TUESDAY, day)], False)
    undo(context, draft, seen_version=version, actor="lea")
    assert (away_in(context, draft), ("a1", TUESDAY, "D") in stored(context, draft)) == ([], True)


def test_in_thought_too_nobody_who_is_away_gets_work(lead: TestClient, context: Context) -> None:
    draft = repaired(lead, published(context), ("a1", TUESDAY, TUESDAY))["draft_id"]
    change = {"kind": "add", "agent": "a1", "date": TUESDAY.isoformat(), "shift": "D"}
    told = lead.post(f"/api/v1/rosters/{draft}/what-if", json={"changes": [change]}).json()
    assert [one["sentence"] for one in told["new_violations"]] == [
        "Agent 1 is away on Tuesday 1 December, but has Day."
    ]
    worked = next(line for line in stored(context, draft) if line[1] == TUESDAY and line[0] != "a1")
    asked = {"agent": worked[0], "date": TUESDAY.isoformat()}
    others = lead.get(f"/api/v1/rosters/{draft}/replacements", params=asked).json()
    assert all(move["agent"] != "a1" for way in others["able"] for move in way["moves"])
    cells = lead.get(f"/api/v1/rosters/{draft}").json()["grid"]["people"][0]["cells"]
    assert [cell["time_off"] for cell in cells] == [False, True, *[False] * 5]


def test_planned_anew_whoever_is_away_keeps_their_row(lead: TestClient, context: Context) -> None:
    draft = repaired(lead, published(context), ("a1", TUESDAY, TUESDAY))["draft_id"]
    own = [line for line in stored(context, draft) if line[0] == "a1"]
    assert len(own) == 4
    run = plan_now(context, draft, time_limit_seconds=2, actor="lea")
    assert run.status == "finished"
    assert [line for line in stored(context, draft) if line[0] == "a1"] == own
    assert away_in(context, draft) != []
    assert not verdict_of(context, draft).violations


def test_it_goes_with_the_days_that_another_roster_cuts_off(lead: TestClient, context: Context) -> None:
    draft = repaired(lead, published(context), ("a1", TUESDAY, TUESDAY + timedelta(days=1)))["draft_id"]
    publish(context, draft, actor="lea")
    monday = create_roster(context, team="Days", starts_on=MONDAY, days=2, actor="lea")
    place(context, monday, "a2", MONDAY, "D")
    with writing(context.engine) as session:
        for terms in session.exec(select(Contract)).all():
            terms.min_week_minutes = 0
    publish(context, monday, actor="lea")
    with reading(context.engine) as session:
        lines = {one.on_date: one.roster_id for one in session.exec(select(DayAway)).all()}
        status = {one.id: one.status.value for one in session.exec(select(Roster)).all()}
    assert {on: status[roster] for on, roster in lines.items()} == {
        TUESDAY: "superseded",
        TUESDAY + timedelta(days=1): "published",
    }


def test_a_repair_that_breaks_off_stores_nothing(
    lead: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster = published(context)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(repairing, "_write", broken)
    asked = repairing.RepairAsked(away=(repairing.Away("a1", TUESDAY, TUESDAY),))
    with pytest.raises(RuntimeError, match="the power is gone"):
        repairing.repair_roster(context, roster, asked, actor="lea")
    with reading(context.engine) as session:
        assert [one.id for one in session.exec(select(Roster)).all()] == [roster]
        assert session.exec(select(DayAway)).all() == []


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 30), date(2027, 6, 1), "expected at most 92 days at short notice"),
        (date(2026, 12, 7), date(2026, 12, 8), "is not in roster"),
    ],
)
def test_an_absence_that_can_not_be_is_refused(
    lead: TestClient, context: Context, first: date, last: date, words: str
) -> None:
    body = {"away": [{"agent": "a1", "first": first.isoformat(), "last": last.isoformat()}]}
    answer = lead.post(f"/api/v1/rosters/{published(context)}/repair", json=body)
    assert (answer.status_code, words in answer.json()["detail"]) == (422, True), answer.text


def test_it_goes_with_the_people_whom_a_roster_of_their_team_takes_over(lead: TestClient, context: Context) -> None:
    roster = create_roster(context, team=None, starts_on=MONDAY, days=7, actor="lea")
    for agent, on_date, shift in (*WEEK, *REST):
        place(context, roster, agent, on_date, shift)
    draft = repaired(lead, roster, ("a1", TUESDAY, TUESDAY))["draft_id"]
    publish(context, draft, actor="lea")
    own = create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")
    for agent, on_date, shift in stored(context, draft):
        place(context, own, agent, on_date, shift)
    with writing(context.engine) as session:
        for terms in session.exec(select(Contract)).all():
            terms.min_week_minutes = 0
    publish(context, own, actor="lea")
    with reading(context.engine) as session:
        (line,) = [one for one in session.exec(select(DayAway)).all() if one.roster_id != draft]
        piece = session.get(Roster, line.roster_id)
        assert piece is not None
        assert (piece.status.value, line.on_date) == ("superseded", TUESDAY)
