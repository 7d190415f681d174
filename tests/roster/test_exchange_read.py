"""Sheets as typed rows: the kind from the header, every fault at once, duplicates, and the templates."""

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roster.exchange.columns import LAST_YEAR, CellError
from roster.exchange.faults import Fault
from roster.exchange.kinds import KINDS, Kind
from roster.exchange.read import Reading, read_files
from roster.exchange.rows import AvailabilityRow, ContactRow, ContractRow, PastOutcome, ShiftRow, SkillRow, TeamRow
from roster.exchange.templates import WORKBOOK, TemplateError, write_templates


def _read(folder: Path, text: str, name: str = "file.csv") -> Reading:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_files([path])


def _cells(reading: Reading) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.value) for fault in reading.faults]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_kind_is_found_from_the_header_in_any_order(tmp_path: Path, kind: Kind) -> None:
    place = {name: number for number, name in enumerate(kind.names)}
    turned = tuple(reversed(kind.names))
    lines = [",".join(turned), *(",".join(row[place[name]] for name in turned) for row in kind.examples)]
    reading = _read(tmp_path, "\n".join(lines))
    assert reading.faults == []
    assert [(row, len(rows)) for row, rows in reading.rows.items()] == [(kind.row, 2)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_only_the_required_columns_are_enough(tmp_path: Path, kind: Kind) -> None:
    names = [column.name for column in kind.columns if column.required]
    reading = _read(tmp_path, ",".join(names) + "\n" + ",".join("?" for _ in names), f"{kind.name}.csv")
    assert all(fault.row == 2 for fault in reading.faults), reading.faults


def test_headings_may_be_written_by_people(tmp_path: Path) -> None:
    reading = _read(tmp_path, "Contract;Min week hours;MAX-WEEK-HOURS\nfull;32,5;40\n")
    (row,) = reading.of(ContractRow)
    assert (row.min_week_hours, row.max_week_hours, row.max_consecutive_days) == (1950, 2400, None)


def test_a_header_that_fits_nothing_names_every_kind(tmp_path: Path) -> None:
    (fault,) = _read(tmp_path, "colour,size\nred,4\n").faults
    assert fault.value == "colour, size"
    for kind in KINDS:
        assert f"{kind.name} ({', '.join(kind.names)})" in fault.expected


def test_unknown_repeated_and_missing_columns_are_all_told(tmp_path: Path) -> None:
    reading = _read(tmp_path, "agent,name,team,contrct,team\nA1,Ann,North,full,North\n")
    assert _cells(reading) == [(1, "contrct", "contrct"), (1, "team", "team"), (1, "contract", "")]
    assert "(did you mean 'contract'?)" in reading.faults[0].expected
    assert "agent, name, team, contract, channels, peer" in reading.faults[0].expected
    assert reading.rows == {}


def test_every_bad_cell_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    first, second = tmp_path / "contracts.csv", tmp_path / "skills.csv"
    first.write_text(
        "contract,min_week_hours,max_week_hours,max_consecutive_days\nfull,x,200,0\n\nhalf,30,20,5\n", encoding="utf-8"
    )
    second.write_text("agent,queue,proficiency\n,q,4\nA,q,2,more\n", encoding="utf-8")
    reading = read_files([first, second, tmp_path / "none.csv"])
    assert [(Path(fault.file).name, fault.row, fault.column, fault.value) for fault in reading.faults] == [
        ("contracts.csv", 2, "min_week_hours", "x"),
        ("contracts.csv", 2, "max_week_hours", "200"),
        ("contracts.csv", 2, "max_consecutive_days", "0"),
        ("contracts.csv", 4, "max_week_hours", "20"),
        ("skills.csv", 2, "agent", ""),
        ("skills.csv", 2, "proficiency", "4"),
        ("skills.csv", 3, "", "more"),
        ("none.csv", 0, "", ""),
    ]
    assert "hours from 0 to 168" in reading.faults[1].expected


@pytest.mark.parametrize(
    ("header", "row", "column", "words"),
    [
        ("team,zone", "N,Europe/Amstrdam", "zone", "a time zone that exists"),
        (
            "contract,min_week_hours,max_week_hours",
            "c,36,35.5",
            "max_week_hours",
            "at least min_week_hours, which is 36",
        ),
        ("contract,min_week_hours,max_week_hours", "c,36,168.5", "max_week_hours", "hours from 0 to 168"),
        ("contract,min_week_hours,max_week_hours", "c,-1,40", "min_week_hours", "hours from 0 to 168"),
        ("shift,name,start,end", "s,S,07:00,07:00", "end", "other than its start"),
        ("shift,name,start,end", "s,S,07:00,07:30", "end", "60 to 1440 minutes, this one has 30"),
        ("shift,name,start,end", "s,S,07:60,15:00", "start", "a time of day HH:MM"),
        ("shift,name,start,end", "s,S,24:00,30:00", "start", "a time of day HH:MM"),
        ("shift,name,start,end,meal_minutes", "s,S,07:00,08:00,60", "meal_minutes", "fewer than the shift's 60"),
        ("agent,kind,weekday,start,end,from,to", "a,available,caturday,07:00,09:00,,", "weekday", "'saturday'?"),
        ("agent,kind,weekday,start,end,from,to", "a,available,mon,22:00,06:00,,", "end", "write 06:00 as 30:00"),
        ("agent,kind,weekday,start,end,from,to", "a,available,mon,22:00,,,", "end", "a value"),
        ("agent,kind,weekday,start,end,from,to", "a,time_off,,,,2026-02-02,2026-02-01", "to", "not before from"),
        ("agent,kind,weekday,start,end,from,to", "a,time_off,mon,,,2026-02-02,2026-02-03", "weekday", "nothing"),
        ("agent,date,shift,wish", "a,2026-02-30,,work", "date", "a date YYYY-MM-DD that exists"),
        ("agent,date,shift,wish", f"a,{LAST_YEAR + 1}-01-01,,work", "date", "a date YYYY-MM-DD"),
        ("agent,date,shift,wish", "a,2026-02-03,,maybe", "wish", "one of work, off"),
        ("queue,date,start,end,required", "q,2026-02-03,09:00,08:00,1", "end", "a time after start 09:00"),
        ("queue,date,start,end,required", "q,2026-02-03,09:00,09:00,1", "end", "a time after start 09:00"),
        ("queue,date,start,end,required", "q,2026-02-03,09:05,10:00,1", "start", "on the quarter-hour"),
        ("queue,date,start,end,required", "q,2026-02-03,09:00,10:00,-1", "required", "from 0 to 10000"),
        ("queue,name,service_level", "q,Q,1", "service_level", "a share above 0 and below 1"),
        ("queue,name,channel", "q,Q,fax", "channel", "one of voice, chat, crisis_chat, email"),
        ("agent,name,team,contract,channels", "a,A,t,c,voice|telex", "channels", "'telex' is not one"),
        ("agent,name,team,contract", "=cmd(),A,t,c", "agent", "not beginning with = + - or @"),
    ],
)
def test_a_bad_cell_says_what_was_expected(tmp_path: Path, header: str, row: str, column: str, words: str) -> None:
    reading = _read(tmp_path, f"{header}\n{row}\n")
    (fault,) = reading.faults
    assert (fault.row, fault.column) == (2, column)
    assert words in fault.expected
    assert reading.rows == {}


def test_duplicates_in_and_across_files_name_the_first(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("agent,queue\nA1,q\nA1,q\n", encoding="utf-8")
    reading = read_files([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert [(Path(fault.file).name, fault.row, fault.value) for fault in reading.faults] == [
        ("a.csv", 3, "A1, q"),
        ("b.csv", 2, "A1, q"),
        ("b.csv", 3, "A1, q"),
    ]
    assert "row 2 has it already" in reading.faults[0].expected
    assert f"{tmp_path / 'a.csv'}:2 has it already" in reading.faults[1].expected
    assert len(reading.of(SkillRow)) == 1


def test_a_header_alone_is_a_fault(tmp_path: Path) -> None:
    (fault,) = _read(tmp_path, "team,zone\n").faults
    assert fault.expected == "at least one row below the header"


def test_bank_words_and_aliases_are_understood(tmp_path: Path) -> None:
    reading = _read(
        tmp_path,
        "call,queue,priority,arrived_at,wait_seconds,outcome,handle_seconds,server\n"
        "1,PS,0,1999-02-01T07:02:47,0,AGENT,166,S01\n"
        "2,PS,2,1999-02-01 07:02:48+02:00,9,HANG,0,\n"
        "3,PS,2,1999-02-01T07:02Z,9,PHANTOM,0,\n",
    )
    assert reading.faults == []
    rows = reading.of(ContactRow)
    assert [row.outcome for row in rows] == [PastOutcome.SERVED, PastOutcome.ABANDONED, PastOutcome.PHANTOM]
    assert rows[0].arrived_at == datetime(1999, 2, 1, 7, 2, 47)  # noqa: DTZ001 - local until the zone is known
    assert (rows[0].contact, rows[0].agent, rows[1].agent) == ("1", "S01", None)
    assert str(rows[1].arrived_at) == "1999-02-01 07:02:48+02:00"


def test_a_night_shift_ends_on_the_next_day(tmp_path: Path) -> None:
    reading = _read(tmp_path, "shift,name,start,end\nn,Night,22:30,07:00\nd,Day,07:00,31:00\n")
    assert [row.minutes for row in reading.of(ShiftRow)] == [510, 1440]


def test_a_window_past_midnight_is_written_in_hours_above_24(tmp_path: Path) -> None:
    reading = _read(tmp_path, "agent,kind,weekday,start,end,from,to\na,available,Friday,22:00,30:00,,\n")
    (row,) = reading.of(AvailabilityRow)
    assert (row.weekday, row.start, row.end, row.first) == (4, 1320, 1800, None)


def test_a_fault_reads_as_one_line() -> None:
    assert (
        str(Fault("people.csv", 7, "team", "Nort", "one of the teams: 'North'"))
        == "people.csv:7: team: value 'Nort': expected one of the teams: 'North'"
    )
    assert str(Fault("x.csv", 0, "", "", "a file")) == "x.csv: expected a file"
    assert "x" * 80 + "…" in str(Fault("x.csv", 1, "a", "x" * 500, "less"))


def test_templates_are_never_written_over(tmp_path: Path) -> None:
    written = write_templates(tmp_path / "new")
    assert {path.name for path in written} == {f"{kind.name}.csv" for kind in KINDS} | {WORKBOOK}
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "people.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"people\.csv; nothing was written"):
        write_templates(tmp_path / "old")
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["people.csv"]


def test_the_template_workbook_says_what_the_csv_templates_say(tmp_path: Path) -> None:
    *csv_files, workbook = write_templates(tmp_path)
    from_csv, from_workbook = read_files(csv_files), read_files([workbook])
    assert from_csv.faults == from_workbook.faults == []
    for kind, rows in from_csv.rows.items():
        assert [_without_place(row) for row in rows] == [_without_place(row) for row in from_workbook.rows[kind]]
    assert from_csv.of(TeamRow)[0].zone == "Europe/Amsterdam"
    assert from_csv.of(AvailabilityRow)[1].first == date(2026, 12, 24)


def _without_place(row: object) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in type(row).__slots__)  # type: ignore[attr-defined]  # rows have slots


HOSTILE = (
    "²",
    "٣:٠٠",
    "1e9",
    "9" * 5000,
    "nan",
    "-0",
    "0x10",
    "２０２６-01-01",
    "\ud800",
    "x" * 500,
    "../etc",
    "24:00:00",
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1).map(str.strip).filter(bool)))
def test_a_cell_is_read_or_told_whatever_it_holds(kind: Kind, cell: str) -> None:
    for column in kind.columns:
        try:
            value = column.cell.read(cell)
        except CellError as error:
            assert str(error)
        else:
            assert column.cell.read(column.cell.show(value)) == value
