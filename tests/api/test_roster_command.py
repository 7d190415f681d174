"""`breather roster …`: sentences, the last line, exit statuses, and nothing left behind by bad input."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from api.cli.main import run
from api.context import Context
from api.services.rosters.planning import create_roster
from api.services.rosters.publishing import publish
from api.services.rosters.replacing import replacements_of
from roster.people import TimeOff
from roster.shifts import Roster
from roster.store.engine import reading
from tests.planning_centre import place, small_centre, stored

MONDAY = date(2090, 1, 2)
"""The command reads the real clock: its week is still to come for a while."""

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def week(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Roster 1, published: Agent 1 works Monday to Friday."""
    monkeypatch.setenv("BREATHER_ENVIRONMENT", "test")
    monkeypatch.setenv("BREATHER_DATA_DIR", str(context.settings.data_dir))
    small_centre(context, start=MONDAY)
    roster = create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")
    for day in range(5):
        place(context, roster, "a1", MONDAY + timedelta(days=day), "D")
    publish(context, roster, actor="lea")


def told(capsys: Output, *arguments: str) -> list[str]:
    assert run(("roster", *arguments)) == 0
    return capsys.readouterr().out.splitlines()


def test_explain_ends_with_the_cost(capsys: Output) -> None:
    lines = told(capsys, "explain", "1")
    # Saturday and Sunday miss one agent for eight hours each.
    assert any(line.split() == ["Cover", "640"] for line in lines)
    assert lines[-1].startswith("violations=0 cost=")


def test_replacements_and_why_are_sentences(capsys: Output) -> None:
    lines = told(capsys, "replacements", "1", "a1", "2090-01-03")
    assert lines[1].startswith("  1. Agent 2 works Day on Tuesday 3 January, free until now: cover costs 320 less")
    assert lines[-1] == "ways=2 unable=0"
    lines = told(capsys, "why", "1", "a1", "2090-01-03")
    assert lines[-1].startswith("status=optimal more=")


def test_the_command_lists_what_the_api_does_in_its_order(context: Context, capsys: Output) -> None:
    lines = told(capsys, "replacements", "1", "a1", "2090-01-03")
    same = replacements_of(context, 1, "a1", date(2090, 1, 3))
    assert lines[0] == same.absence
    assert lines[1:-1] == [
        *(f"{place:>3}. {way.sentence}" for place, way in enumerate(same.able, start=1)),
        *(f"can't, {group.heading}: {len(group.people)}" for group in same.unable),
    ]


def test_repair_makes_a_draft(context: Context, capsys: Output) -> None:
    lines = told(capsys, "repair", "1", "a1", "2090-01-03", "--until", "2090-01-04", "--by", "lea")
    assert lines[0] == "2 days of people move; no repair moves fewer: proved."
    assert lines[-1].startswith("draft=2 status=optimal proof=")
    assert [line for line in stored(context, 2) if line[0] == "a1"] == [
        ("a1", MONDAY + timedelta(days=day), "D") for day in (0, 3, 4)
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("replacements", "1", "zz", "2090-01-03"), "agent 'zz' is not in roster 1"),
        (("why", "1", "a1", "tomorrow"), "day 'tomorrow': expected a date"),
        (("repair", "1", "a1", "2090-01-03", "--extent", "year"), "extent 'year': expected one of day, week"),
        (("repair", "1", "a1", "2090-01-03", "--until", "2090-01-01"), "expected an end no earlier than the begin"),
        (("explain", "9"), "there is no roster 9"),
    ],
)
def test_bad_input_is_a_line_and_stores_nothing(
    context: Context, capsys: Output, arguments: tuple[str, ...], words: str
) -> None:
    assert run(("roster", *arguments)) == 2
    assert words in capsys.readouterr().err
    with reading(context.engine) as session:
        assert len(session.exec(select(Roster)).all()) == 1
        assert session.exec(select(TimeOff)).all() == []
