"""Importing files: stored whole, updated when they come again, and nothing at all where a cell is bad."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, SQLModel, col, func, select

from api.context import Context
from api.errors import Invalid
from api.services.importing import ImportReport, import_files
from roster.contacts import ArrivalState, EntryConditions, PastContact, Stake
from roster.events import Event
from roster.exchange import ExchangeError, Fault
from roster.exchange.templates import WORKBOOK, write_templates
from roster.load.difficulty import inherited_difficulty
from roster.people import Agent, AgentChannel, Availability, Channel, Contract, Preference, Skill, Team, TimeOff
from roster.queues import Pool, Queue
from roster.shifts import Requirement, ShiftType
from roster.store.engine import reading, writing

CENTRE = {
    "teams": "team,zone\nNorth,Europe/Amsterdam\n",
    "contracts": "contract,min_week_hours,max_week_hours\nfull,32,40\n",
    "queues": "queue,name\nadvice,Advice\nbilling,Billing\n",
    "shifts": "shift,name,start,end\nearly,Early,07:00,15:30\nshort,Short,09:00,13:00\n",
    "people": "agent,name,team,contract,channels,peer\nA1,Ann,North,full,voice|chat,yes\nA2,Bo,North,full,,\n",
    "skills": "agent,queue,proficiency\nA1,advice,3\nA2,advice,\n",
}
TABLES: tuple[type[SQLModel], ...] = (
    Agent, AgentChannel, Availability, Contract, Event, PastContact, Pool, Preference, Queue, Requirement, ShiftType,
    Skill, Team, TimeOff,
)  # fmt: skip


def _import(
    context: Context, files: dict[str, str], *, check_only: bool = False, zone: str | None = None
) -> ImportReport:
    folder = context.settings.data_dir / "files"
    folder.mkdir(exist_ok=True)
    paths = []
    for name, text in files.items():
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return import_files(context, paths, actor="lead", check_only=check_only, zone=zone)


def _faults(context: Context, files: dict[str, str], zone: str | None = None) -> list[Fault]:
    before = _rows(context)
    with pytest.raises(ExchangeError) as caught:
        _import(context, files, zone=zone)
    assert _rows(context) == before, "something was written"
    return list(caught.value.faults)


def _rows(context: Context) -> dict[str, int]:
    with reading(context.engine) as session:
        return {table.__name__: session.exec(select(func.count()).select_from(table)).one() for table in TABLES}


def _agent(session: Session, code: str) -> Agent:
    return session.exec(select(Agent).where(Agent.code == code)).one()


def test_a_centre_is_stored_with_its_defaults(context: Context) -> None:
    report = _import(context, CENTRE)
    assert {count.kind: count.added for count in report.counts} == {
        "teams": 1, "contracts": 1, "queues": 2, "shifts": 2, "people": 2, "skills": 2,
    }  # fmt: skip
    with reading(context.engine) as session:
        pool = session.exec(select(Pool)).one()
        queue = session.exec(select(Queue).where(Queue.code == "advice")).one()
        assert (pool.name, queue.pool_id) == ("main", pool.id)
        assert (queue.channel, queue.priority, queue.target_wait_seconds, queue.service_level) == (
            Channel.VOICE, 5, 20, 0.8,
        )  # fmt: skip
        contract = session.exec(select(Contract)).one()
        assert (contract.min_week_minutes, contract.max_week_minutes, contract.max_consecutive_days) == (1920, 2400, 6)
        shifts = {shift.code: (shift.minutes, shift.meal_minutes) for shift in session.exec(select(ShiftType))}
        assert shifts == {"early": (510, context.policy.breaks.meal_minutes), "short": (240, 0)}
        ann = _agent(session, "A1")
        assert (ann.name, ann.is_peer, ann.active) == ("Ann", True, True)
        channels = select(Agent.code, AgentChannel.channel).join(AgentChannel)
        assert set(session.exec(channels)) == {("A1", Channel.VOICE), ("A1", Channel.CHAT), ("A2", Channel.VOICE)}
        skills = select(Agent.code, Skill.proficiency).join(Skill)
        assert dict(session.exec(skills).all()) == {"A1": 3, "A2": 2}


def test_the_import_is_a_line_of_the_log(context: Context) -> None:
    _import(context, CENTRE)
    with reading(context.engine) as session:
        (event,) = session.exec(select(Event))
    assert (event.kind, event.actor, event.at, event.agent_id) == ("import.finished", "lead", context.now(), None)
    assert event.data["counts"]["people"] == {"added": 2, "updated": 0}


def test_the_same_files_again_change_nothing(context: Context) -> None:
    _import(context, CENTRE)
    before = _rows(context)
    report = _import(context, CENTRE)
    assert all((count.added, count.updated, count.removed) == (0, 0, 0) for count in report.counts)
    assert _rows(context) == before | {"Event": 2}


def test_people_are_updated_by_code_and_unsaid_columns_stay(context: Context) -> None:
    _import(context, CENTRE)
    report = _import(context, {"people": "agent,name,team,contract\nA1,Anna,North,full\nA3,Cy,North,full\n"})
    count = report.count("people")
    assert (count.added, count.updated, count.unchanged) == (1, 1, 0)
    with reading(context.engine) as session:
        anna = _agent(session, "A1")
        assert (anna.name, anna.is_peer) == ("Anna", True)
        assert len(session.exec(select(AgentChannel).where(AgentChannel.agent_id == anna.id)).all()) == 2
    _import(context, {"people": "agent,name,team,contract,channels,peer\nA1,Anna,North,full,email,no\n"})
    with reading(context.engine) as session:
        anna = _agent(session, "A1")
        assert anna.is_peer is False
        (line,) = session.exec(select(AgentChannel).where(AgentChannel.agent_id == anna.id))
        assert line.channel is Channel.EMAIL


def test_windows_are_replaced_for_the_agents_named_and_days_off_kept_by_first_day(context: Context) -> None:
    header = "agent,kind,weekday,start,end,from,to\n"
    both = "A1,available,mon,07:00,15:00,,\nA2,available,mon,07:00,15:00,,\nA1,time_off,,,,2026-12-24,2026-12-26\n"
    _import(context, CENTRE | {"availability": header + both})
    later = "A1,available,tue,22:00,30:00,,\nA1,time_off,,,,2026-12-24,2026-12-27\n"
    count = _import(context, {"availability": header + later}).count("availability")
    assert (count.added, count.updated, count.removed) == (1, 1, 1)
    with reading(context.engine) as session:
        windows = select(Agent.code, Availability.weekday, Availability.end_minute).join(Availability)
        assert set(session.exec(windows)) == {("A1", 1, 1800), ("A2", 0, 900)}
        assert session.exec(select(TimeOff.ends_on)).all() == [date(2026, 12, 27)]


def test_wishes_are_kept_by_agent_date_and_shift(context: Context) -> None:
    header = "agent,date,shift,wish,weight\n"
    _import(context, CENTRE | {"preferences": header + "A1,2026-12-01,early,work,30\nA1,2026-12-01,,off,\n"})
    count = _import(context, {"preferences": header + "A1,2026-12-01,early,off,\n"}).count("preferences")
    assert (count.added, count.updated, count.unchanged) == (0, 1, 0)
    with reading(context.engine) as session:
        wishes = session.exec(select(Preference.wanted, Preference.weight).order_by(col(Preference.weight))).all()
    assert wishes == [(False, 20), (False, 30)]


def test_a_requirement_becomes_quarters_in_the_zone_of_the_team(context: Context) -> None:
    files = CENTRE | {"requirements": "queue,date,start,end,required\nadvice,2026-12-01,08:00,09:00,2\n"}
    assert _import(context, files).count("requirements").added == 4
    with reading(context.engine) as session:
        rows = session.exec(select(Requirement.starts_at, Requirement.required).order_by(col(Requirement.id))).all()
    assert rows[0] == (datetime(2026, 12, 1, 7, 0, tzinfo=UTC), 2)
    assert rows[-1][0] == datetime(2026, 12, 1, 7, 45, tzinfo=UTC)
    files = {"requirements": "queue,date,start,end,required\nadvice,2026-12-01,08:30,09:15,3\n"}
    count = _import(context, files).count("requirements")
    assert (count.added, count.updated, count.unchanged) == (1, 2, 0)


@pytest.mark.parametrize(("day", "quarters"), [("2026-03-29", 92), ("2026-10-25", 100), ("2026-10-26", 96)])
def test_a_whole_day_is_as_long_as_the_clocks_make_it(context: Context, day: str, quarters: int) -> None:
    files = CENTRE | {"requirements": f"queue,date,start,end,required\nadvice,{day},00:00,24:00,1\n"}
    assert _import(context, files).count("requirements").added == quarters


def test_contacts_are_stored_scored_and_never_doubled(context: Context) -> None:
    header = "contact,queue,arrived_at,wait_seconds,outcome,handle_seconds,agent,arrival_state,stakes\n"
    first = (
        "c1,advice,2026-11-02T09:00:00,5,served,180,X9,grieving,medication\nc2,advice,2026-11-02T09:00:01,9,HANG,0,,,\n"
    )
    count = _import(context, CENTRE | {"contacts": header + first}).count("contacts")
    assert (count.added, count.left_out) == (2, 0)
    again = (
        first + "c3,billing,2026-11-02T09:00:00+00:00,0,PHANTOM,0,,,\nc4,billing,2026-11-02T09:00:00Z,0,AGENT,9,,,\n"
    )
    count = _import(context, {"contacts": header + again}).count("contacts")
    assert (count.added, count.unchanged, count.left_out) == (1, 2, 1)
    with reading(context.engine) as session:
        one, two, four = session.exec(select(PastContact).order_by(col(PastContact.ref)))
    entry = EntryConditions(arrival_state=ArrivalState.GRIEVING, stakes=(Stake.MEDICATION,))
    assert one.score == inherited_difficulty(entry, context.policy.difficulty).score > 0
    assert (one.arrived_at, one.handled_by, one.abandoned) == (datetime(2026, 11, 2, 8, tzinfo=UTC), "X9", False)
    assert (two.score, two.abandoned, two.handled_by) == (None, True, None)
    assert (four.ref, four.arrived_at) == ("c4", datetime(2026, 11, 2, 9, tzinfo=UTC))


def test_a_dry_run_counts_and_keeps_nothing(context: Context) -> None:
    before = _rows(context)
    report = _import(context, CENTRE, check_only=True)
    assert (report.check_only, report.count("people").added) == (True, 2)
    assert _rows(context) == before


def test_all_templates_can_be_imported_together_from_either_format(context: Context) -> None:
    *csv_files, workbook = write_templates(context.settings.data_dir / "templates")
    assert workbook.name == WORKBOOK
    from_csv = import_files(context, csv_files, actor="lead", check_only=True)
    from_workbook = import_files(context, [workbook], actor="lead")
    assert from_csv.counts == from_workbook.counts
    assert all(count.added >= 2 for count in from_workbook.counts)
    assert len(from_workbook.counts) == len(csv_files)


@pytest.mark.parametrize(
    ("kind", "text", "place", "words"),
    [
        ("people", "agent,name,team,contract\nA9,Al,Nrth,full\n", (2, "team", "Nrth"), "teams: 'North' (did you mean"),
        ("people", "agent,name,team,contract\nA9,Al,North,half\n", (2, "contract", "half"), "contracts: 'full'"),
        ("skills", "agent,queue\nA1,advise\n", (2, "queue", "advise"), "queues: 'advice', 'billing' (did you"),
        ("skills", "agent,queue\nA7,advice\n", (2, "agent", "A7"), "agents: 'A1', 'A2'"),
        ("preferences", "agent,date,shift,wish\nA1,2026-12-01,late,off\n", (2, "shift", "late"), "'early', 'short'"),
        (
            "requirements",
            "queue,date,start,end,required\nbilling,2026-12-01,08:00,09:00,1\n",
            (2, "queue", "billing"),
            "one of the queues that somebody has as a skill: 'advice'",
        ),
        (
            "requirements",
            "queue,date,start,end,required\nadvice,2026-03-29,02:15,04:00,1\n",
            (2, "start", "2026-03-29 02:15"),
            "2026-03-29 02:15 does not exist in Europe/Amsterdam",
        ),
        (
            "requirements",
            "queue,date,start,end,required\nadvice,2026-03-29,01:00,02:30,1\n",
            (2, "end", "2026-03-29 02:30"),
            "does not exist in Europe/Amsterdam",
        ),
        (
            "requirements",
            "queue,date,start,end,required\nadvice,2026-12-01,08:00,10:00,1\nadvice,2026-12-01,09:30,11:00,1\n",
            (3, "start", "09:30"),
            "each quarter-hour of a queue once, row 2 covers 09:30",
        ),
        (
            "contacts",
            "contact,queue,arrived_at,wait_seconds,outcome,handle_seconds\nc1,advice,2026-03-29T02:30:00,1,served,9\n",
            (2, "arrived_at", "2026-03-29T02:30:00"),
            "exists in Europe/Amsterdam: the clocks skip 02:30 on 2026-03-29",
        ),
        (
            "contacts",
            "contact,queue,arrived_at,wait_seconds,outcome,handle_seconds\nc1,sales,2026-03-29T01:30:00,1,served,9\n",
            (2, "queue", "sales"),
            "one of the queues: 'advice', 'billing'",
        ),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["with the files it names", "against the database"])
def test_what_can_not_be_is_refused_and_nothing_is_written(
    context: Context, kind: str, text: str, place: tuple[int, str, str], words: str, together: bool
) -> None:
    if together:
        files = {f"{name} of the centre": content for name, content in CENTRE.items()} | {kind: text}
    else:
        _import(context, CENTRE)
        files = {kind: text}
    (fault,) = _faults(context, files)
    assert (fault.row, fault.column, fault.value) == place
    assert words in fault.expected


def test_faults_of_all_files_come_at_once_and_none_of_them_twice(context: Context) -> None:
    files = CENTRE | {
        "teams": "team,zone\nNorth,Europe/Amstrdam\n",
        "people": "agent,name,team,contract,peer\n"
        "A1,Ann,North,full,perhaps\nA1,Ann,South,full,no\nA2,Bo,North,full,no\n",
        "requirements": "queue,date,start,end,required\nadvice,2026-12-01,08:10,09:00,1\n",
        "contacts": "contact,queue,arrived_at,wait_seconds,outcome,handle_seconds\n"
        "c1,advice,2026-12-01T08:10:00,-1,lost,1\n",
    }
    assert [(Path(fault.file).stem, fault.row, fault.column) for fault in _faults(context, files)] == [
        ("teams", 2, "zone"),
        ("people", 2, "peer"),
        ("people", 3, "agent"),
        ("people", 3, "team"),
        ("requirements", 2, "start"),
        ("contacts", 2, "wait_seconds"),
        ("contacts", 2, "outcome"),
    ]


def test_a_name_that_a_broken_file_may_bring_is_not_called_unknown(context: Context) -> None:
    files = CENTRE | {"teams": "team,zone\n\0"}
    assert [(Path(fault.file).stem, fault.row) for fault in _faults(context, files)] == [("teams", 0)]


def test_local_times_need_one_zone(context: Context) -> None:
    header = "contact,queue,arrived_at,wait_seconds,outcome,handle_seconds\n"
    contacts = {"contacts": header + "c1,advice,2026-11-02T09:00,5,served,9\nc2,advice,2026-11-02T09:00,5,served,9\n"}
    queues = {"queues": CENTRE["queues"]}
    (fault,) = _faults(context, queues | contacts)
    assert (fault.row, fault.column) == (2, "arrived_at")
    assert "no team gives one" in fault.expected
    two = {"teams": "team,zone\nN,Europe/Amsterdam\nL,Europe/Lisbon\n"}
    (fault,) = _faults(context, two | queues | contacts)
    assert "teams here have Europe/Amsterdam, Europe/Lisbon" in fault.expected
    _import(context, two | queues | contacts, zone="Europe/Lisbon")
    with reading(context.engine) as session:
        assert set(session.exec(select(PastContact.arrived_at))) == {datetime(2026, 11, 2, 9, tzinfo=UTC)}


def test_an_unknown_zone_option_and_no_file_are_refused(context: Context) -> None:
    with pytest.raises(Invalid, match="'Mars/Olympus' does not exist"):
        _import(context, CENTRE, zone="Mars/Olympus")
    with pytest.raises(Invalid, match="expected at least one"):
        import_files(context, [], actor="lead")


def test_a_failure_half_way_leaves_nothing(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("api.services.importing.store.store_skills", break_down)
    before = _rows(context)
    with pytest.raises(RuntimeError, match="disk is full"):
        _import(context, CENTRE)
    assert _rows(context) == before


def test_an_agent_who_left_is_updated_and_stays_away(context: Context) -> None:
    _import(context, CENTRE)
    with writing(context.engine) as session:
        gone = _agent(session, "A2")
        gone.active = False
        session.add(gone)
    _import(context, {"people": "agent,name,team,contract\nA2,Bob,North,full\n"})
    with reading(context.engine) as session:
        assert (_agent(session, "A2").name, _agent(session, "A2").active) == ("Bob", False)
