"""Importing line managers and languages: stored, changed, taken back with `none`, refused where they can't be."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlmodel import select

from api.context import Context
from api.services.importing import ImportReport, import_files
from roster.exchange import ExchangeError
from roster.people import Agent
from roster.store.engine import reading

CENTRE = {
    "teams": "team,zone\nNorth,Europe/Amsterdam\n",
    "contracts": "contract,min_week_hours,max_week_hours\nfull,32,40\n",
}
HEADER = "agent,name,team,contract,manager,languages\n"
ROWS = "A1,Ann,North,full,A2,nl|EN-gb\nA2,Bo,North,full,,\nA3,Cy,North,full,A2,none\n"


def imported(context: Context, folder: Path, people: str, **more: str) -> ImportReport:
    paths = []
    for name, text in {**more, "people": people}.items():
        paths.append(folder / f"{name}.csv")
        paths[-1].write_text(text, encoding="utf-8")
    return import_files(context, paths, actor="lead")


def people(context: Context) -> dict[str, tuple[str | None, list[str]]]:
    """Manager's code and languages by agent."""
    with reading(context.engine) as session:
        agents = session.exec(select(Agent)).all()
    codes = {agent.id: agent.code for agent in agents}
    return {agent.code: (codes.get(agent.manager_id), agent.languages) for agent in agents}


def test_managers_and_languages_are_kept_changed_and_taken_back(any_context: Context, tmp_path: Path) -> None:
    imported(any_context, tmp_path, HEADER + ROWS, **CENTRE)
    assert people(any_context) == {"A1": ("A2", ["nl", "en-GB"]), "A2": (None, []), "A3": ("A2", [])}
    again = imported(any_context, tmp_path, HEADER + ROWS)
    assert (again.count("people").updated, again.count("people").unchanged) == (0, 3)
    changed = imported(
        any_context, tmp_path, HEADER + "A1,Ann,North,full,A3,\nA2,Bo,North,full,A1,tr\nA3,Cy,North,full,none,\n"
    )
    # A circle is nobody's fault: a debrief asks for the line manager alone.
    assert people(any_context) == {"A1": ("A3", ["nl", "en-GB"]), "A2": ("A1", ["tr"]), "A3": (None, [])}
    assert (changed.count("people").updated, changed.count("people").unchanged) == (3, 0)
    imported(any_context, tmp_path, "agent,name,team,contract\nA1,Ann,North,full\n")
    assert people(any_context)["A1"] == ("A3", ["nl", "en-GB"])
    imported(any_context, tmp_path, HEADER + "A1,Ann,North,full,none,none\n")
    assert people(any_context)["A1"] == (None, [])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("A1,Ann,North,full,A1,", "manager: value 'A1': expected the code of somebody else, or none"),
        ("A1,Ann,North,full,A9,", "manager: value 'A9': expected one of the agents"),
        ("A1,Ann,North,full,,Dutch", "languages: value 'Dutch': expected up to 10 languages as BCP 47 tags"),
        ("A1,Ann,North,full,,nl|NL", "'nl' is there twice"),
        ("A1,Ann,North,full,,nl|", "'' is no BCP 47 language tag"),
        ("A1,Ann,North,full,,und", "'und' is no BCP 47 language tag"),
        ("A1,Ann,North,full,=A2,", "manager: value '=A2': expected an agent's code"),
    ],
)
def test_what_can_not_be_is_a_fault_and_nothing_is_stored(
    context: Context, tmp_path: Path, row: str, words: str
) -> None:
    imported(context, tmp_path, HEADER + ROWS, **CENTRE)
    before = people(context)
    with pytest.raises(ExchangeError) as caught:
        imported(context, tmp_path, f"{HEADER}{row}\n")
    assert any(words in str(fault) for fault in caught.value.faults), caught.value.faults
    assert people(context) == before


def test_a_workbook_brings_them_too(context: Context, tmp_path: Path) -> None:
    imported(context, tmp_path, HEADER + ROWS, **CENTRE)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (HEADER.strip().split(","), ["A2", "Bo", "North", "full", "A1", "pt-br"]):
        sheet.append(line)
    path = tmp_path / "people.xlsx"
    book.save(path)
    import_files(context, [path], actor="lead")
    assert people(context)["A2"] == ("A1", ["pt-BR"])
