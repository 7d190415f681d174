"""The fictional clinic from files to a played morning, in small; its folder; its files against the importer."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from api.cli.main import run
from api.context import Context
from api.demo.build import Built, build
from api.demo.clinic import LINES, ZONE
from api.demo.folder import MARKER, NotADemoFolder, prepare
from api.demo.history import Size, write_files
from api.demo.people import PEOPLE
from api.services.floor.commands import CompletionIn, complete
from api.services.importing import import_files
from roster.contacts import Contact, ContactStatus, PastContact
from roster.people import Agent, Skill
from roster.rest import Rest
from roster.shifts import Assignment, Roster, RosterStatus, Segment, SegmentKind
from roster.store.engine import reading
from tests.solved import solve_and_store

TODAY = date(2026, 11, 25)
SMALL = Size(agents=9, days=7)


@pytest.mark.slow
def test_the_clinics_files_are_imported_without_a_fault(context: Context, tmp_path: Path) -> None:
    paths = write_files(tmp_path / "files", TODAY, 7, Size())
    assert [path.stem for path in paths] == [
        *("teams", "queues", "shifts", "contracts", "people", "skills", "availability", "preferences", "contacts")
    ]
    import_files(context, paths, actor="test", zone=ZONE)
    with reading(context.engine) as session:
        assert session.exec(select(func.count()).select_from(Agent)).one() == 36
        assert session.exec(select(func.count()).select_from(Skill)).one() == sum(len(one.skills) for one in PEOPLE)
        contacts, scored = session.exec(select(func.count(), func.count(col(PastContact.score)))).one()
    assert contacts == scored > 20_000


def test_every_size_of_the_clinic_staffs_every_queue() -> None:
    for agents in range(SMALL.agents, len(PEOPLE) + 1):
        taken = {queue for one in Size(agents=agents).people for queue, _ in one.skills}
        assert taken == {line.code for line in LINES}


def test_a_folder_with_anything_else_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(NotADemoFolder, match=r"thesis\.txt"):
        prepare(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_database_without_the_demos_mark_is_refused(tmp_path: Path) -> None:
    (tmp_path / "breather.sqlite3").write_text("a real centre's")
    with pytest.raises(NotADemoFolder, match=r"breather\.sqlite3"):
        prepare(tmp_path)
    assert (tmp_path / "breather.sqlite3").read_text() == "a real centre's"


def test_an_earlier_demos_folder_is_made_anew(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "breather.sqlite3").write_text("old")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "people.csv").write_text("old")
    prepare(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [MARKER]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--today", "tomorrow"], "'tomorrow': expected a date such as 2026-11-25"),
        (["--check", "--data-dir", "{folder}"], "thesis.txt, which the demo did not make"),
    ],
)
def test_the_command_refuses_bad_input_with_status_2(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    folder = str(tmp_path if "{folder}" in arguments else tmp_path / "new")
    given = [one.format(folder=folder) for one in arguments]
    if "--data-dir" not in given:
        given += ["--check", "--data-dir", folder]
    assert run(["demo", *given]) == 2
    assert words in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Nine agents, one week, seed 7, planned by a deterministic limit."""

    def plan(context: Context, roster_id: int) -> str:
        return solve_and_store(context, roster_id, deterministic_limit=2).status.value

    built = build(
        tmp_path_factory.mktemp("small") / "demo", today=TODAY, seed=7, say=lambda _: None, size=SMALL, plan=plan
    )
    built.context.engine.dispose()
    return built


@pytest.mark.slow
def test_a_small_demo_is_planned_published_and_played_until_five_past_twelve(small: Built) -> None:
    assert small.now.astimezone().isoformat() == small.context.now().astimezone().isoformat()
    assert small.now.isoformat() == "2026-11-25T11:05:00+00:00"
    with reading(small.context.engine) as session:
        roster = session.exec(select(Roster)).one()
        assert (roster.status, roster.published_by) == (RosterStatus.PUBLISHED, "maren.vogel")
        assert session.exec(select(func.count()).select_from(Assignment)).one() > 20
        today = session.exec(select(Contact).where(col(Contact.arrived_at) > small.now - timedelta(hours=6))).all()
        assert len(today) == small.play.tally.posted > 50
        done = [one for one in today if one.status is ContactStatus.COMPLETED]
        assert len(done) == small.play.tally.served
        assert all(one.agent_id is not None and one.final_score is not None for one in done)
        assert all(one.arrived_at <= small.now for one in today)
        rests = session.exec(select(Rest)).all()
        assert rests
        ended = {one.id: one.completed_at for one in session.exec(select(Contact)).all()}
        for rest in rests:
            over = ended[rest.contact_id] if rest.contact_id else None
            assert over is not None
            assert over <= rest.starts_at
            assert over <= small.now


@pytest.mark.slow
def test_nobodys_day_overlaps_itself_and_somebody_has_decompressed(small: Built) -> None:
    with reading(small.context.engine) as session:
        rows = session.exec(select(Segment).order_by(col(Segment.agent_id), col(Segment.starts_at))).all()
    assert any(row.kind is SegmentKind.DECOMPRESSION for row in rows)
    for before, after in pairwise(rows):
        assert before.agent_id != after.agent_id or before.ends_at <= after.starts_at


@pytest.mark.slow
def test_nobody_had_two_contacts_at_once(small: Built) -> None:
    with reading(small.context.engine) as session:
        rows = session.exec(
            select(Contact)
            .where(col(Contact.started_at).is_not(None))
            .order_by(col(Contact.agent_id), col(Contact.started_at))
        ).all()
    for before, after in pairwise(rows):
        if before.agent_id == after.agent_id:
            assert before.completed_at is not None
            assert after.started_at is not None
            assert before.completed_at <= after.started_at


@pytest.mark.slow
def test_the_guest_whose_link_is_printed_is_on_shift(small: Built) -> None:
    with reading(small.context.engine) as session:
        here = session.exec(
            select(Agent.code)
            .join(Segment, col(Segment.agent_id) == col(Agent.id))
            .where(col(Segment.starts_at) <= small.now, col(Segment.ends_at) > small.now)
        ).all()
    assert small.guest.code in here


@pytest.mark.slow
def test_the_day_goes_on_beside_people_who_use_the_pages(small: Built) -> None:
    """Last in this file, for it moves the play on: somebody else completes a contact that the play holds."""
    active, now = None, small.now
    while active is None and now < small.now + timedelta(hours=1):
        now += timedelta(minutes=1)
        small.play.run_until(now, among_others=True)
        with reading(small.context.engine) as session:
            active = session.exec(select(Contact.id).where(col(Contact.status) == ContactStatus.ACTIVE)).first()
    assert active is not None
    complete(small.context, active, CompletionIn(), actor="somebody")
    served = small.play.tally.served
    small.play.run_until(now + timedelta(hours=1), among_others=True)
    assert small.play.tally.served > served
    with reading(small.context.engine) as session:
        assert session.get_one(Contact, active).completed_at == now
        stuck = session.exec(
            select(Contact).where(col(Contact.status) == ContactStatus.ACTIVE, col(Contact.started_at) < now)
        ).all()
    assert not stuck
