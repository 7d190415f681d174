"""Import and staffing on both databases: the whole set of templates, twice, then changed, then staffed."""

from datetime import UTC, date, datetime
from pathlib import Path

from sqlmodel import col, func, select

from api.context import Context
from api.services.importing import import_files
from api.services.staffing.requirements import requirements_from_history
from roster.contacts import PastContact
from roster.exchange.templates import write_templates
from roster.people import Agent, Availability
from roster.shifts import Requirement
from roster.store.engine import reading

ZONE = "Europe/Amsterdam"


def test_templates_are_stored_updated_and_staffed(any_context: Context, tmp_path: Path) -> None:
    context = any_context
    paths = write_templates(tmp_path)[:-1]
    assert all(count.added >= 2 for count in import_files(context, paths, actor="lead").counts)
    again = import_files(context, paths, actor="lead").counts
    assert all((count.added, count.updated, count.removed) == (0, 0, 0) for count in again)
    by_name = {path.stem: path for path in paths}
    for name, before, after in (
        ("people", "Noor Bakker", "Noor de Bakker"),
        ("people", "voice|chat", "email"),
        ("availability", "07:00,19:00", "08:00,26:00"),
        ("requirements", "12:00,1", "12:00,2"),
    ):
        path = by_name[name]
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    changed = import_files(context, paths, actor="lead")
    assert (changed.count("people").updated, changed.count("requirements").updated) == (1, 16)
    assert (changed.count("availability").added, changed.count("availability").removed) == (1, 1)
    with reading(context.engine) as session:
        assert session.exec(select(Agent.name).where(Agent.code == "A01")).one() == "Noor de Bakker"
        assert session.exec(select(Availability.end_minute)).one() == 26 * 60
        first = session.exec(select(PastContact).order_by(col(PastContact.ref))).first()
        assert first is not None
        assert first.arrived_at == datetime(2026, 11, 2, 8, 14, 5, tzinfo=UTC)
    report = requirements_from_history(context, starts_on=date(2026, 11, 30), days=7, zone=ZONE, actor="lead")
    with reading(context.engine) as session:
        kept = session.exec(select(func.count()).select_from(Requirement)).one()
    assert (report.quarters, kept) == (2, 2)  # the 48 quarters of the templates lay in that week


def test_many_contacts_are_compared_with_the_database_in_parts(any_context: Context, tmp_path: Path) -> None:
    queues, calls = tmp_path / "queues.csv", tmp_path / "calls.csv"
    queues.write_text("queue,name\nq,Q\n", encoding="utf-8")
    header = "contact,queue,arrived_at,wait_seconds,outcome,handle_seconds\n"
    lines = [f"c{number},q,2026-11-02T09:00:00Z,1,served,60\n" for number in range(12_000)]
    calls.write_text(header + "".join(lines[:11_000]), encoding="utf-8")
    assert import_files(any_context, [queues, calls], actor="lead").count("contacts").added == 11_000
    calls.write_text(header + "".join(lines), encoding="utf-8")
    count = import_files(any_context, [calls], actor="lead").count("contacts")
    assert (count.added, count.unchanged) == (1_000, 11_000)
