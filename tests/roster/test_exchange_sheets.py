"""Files as sheets: CSV in its dialects, XLSX, true row numbers, and every file that is none."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from roster.exchange import ExchangeError
from roster.exchange.sheets import MAX_BYTES, cell_text, read_sheets


def _file(folder: Path, content: bytes | str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _refusal(path: Path) -> str:
    with pytest.raises(ExchangeError) as caught:
        read_sheets(path)
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].file == str(path)
    return str(caught.value)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_every_csv_dialect_gives_the_same_cells(tmp_path: Path, mark: str, ending: str, bom: bytes) -> None:
    text = ending.join([mark.join(["team", "zone"]), "", mark.join(["Noord ", '"a; b, c"']), ""])
    (sheet,) = read_sheets(_file(tmp_path, bom + text.encode()))
    assert sheet.header == ("team", "zone")
    assert sheet.rows == ((3, ("Noord", "a; b, c")),)


def test_a_row_number_is_the_line_on_which_the_row_begins(tmp_path: Path) -> None:
    (sheet,) = read_sheets(_file(tmp_path, 'team,zone\n"two\nlines",x\n\nlast,y\n'))
    assert [number for number, _ in sheet.rows] == [2, 5]


def test_a_workbook_keeps_its_row_numbers_and_sheet_names(tmp_path: Path) -> None:
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "Teams"
    first.append(["team", "zone"])
    first["A4"] = "North"
    second = book.create_sheet("Contracts")
    second["A2"] = "contract"
    second["A3"] = "full"
    book.create_sheet("Empty")
    path = tmp_path / "book.xlsx"
    book.save(path)
    sheets = read_sheets(path)
    assert [sheet.label for sheet in sheets] == [f"{path}[Teams]", f"{path}[Contracts]"]
    assert sheets[0].rows == ((4, ("North",)),)
    assert (sheets[1].header_row, sheets[1].rows) == (2, ((3, ("full",)),))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (" x ", "x"),
        (True, "yes"),
        (36.0, "36"),
        (37.5, "37.5"),
        (12, "12"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 7, 2, 46, 999_600), "2026-03-01T07:02:47"),  # noqa: DTZ001 - a cell has no zone
        (time(7, 30), "07:30"),
        (time(7, 30, 5), "07:30:05"),
        (timedelta(hours=30, minutes=15), "30:15"),
    ],
)
def test_a_workbook_cell_reads_as_its_csv_text(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize("content", [b"", b"  \r\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n \n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    assert "the file is empty" in _refusal(_file(tmp_path, content))


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    Workbook().save(tmp_path / "book.xlsx")
    assert "the file is empty" in _refusal(tmp_path / "book.xlsx")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (bytes(range(256)) * 8, "no UTF-8"),
        ("team,zone\nx\0y,z\n", "NUL bytes"),
        ("team,zone\n".encode("utf-16"), "no UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel file"),
        (b"PK\x03\x04 and then nothing of an archive", "archive is broken"),
        ('team,zone\n"open,x\n', "can't be read"),
        ("a" * 200_000, "can't be read"),
    ],
)
def test_what_is_no_spreadsheet_is_refused(tmp_path: Path, content: bytes | str, words: str) -> None:
    message = _refusal(_file(tmp_path, content))
    assert "expected a spreadsheet: CSV text (UTF-8) or XLSX" in message
    assert words in message


def _archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_another_kind_of_archive_is_refused(tmp_path: Path) -> None:
    message = _refusal(_file(tmp_path, _archive({"word/document.xml": b"<x/>"}), "letter.xlsx"))
    assert "another kind of archive" in message


def test_a_workbook_without_its_parts_is_refused(tmp_path: Path) -> None:
    broken = _archive({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<not closed"})
    assert "expected a spreadsheet" in _refusal(_file(tmp_path, broken, "book.xlsx"))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = _archive({"[Content_Types].xml": b"<x/>", "xl/worksheets/sheet1.xml": b"0" * (MAX_BYTES + 1)})
    assert len(bomb) < MAX_BYTES / 100
    assert "under 100 MB once unpacked" in _refusal(_file(tmp_path, bomb, "bomb.xlsx"))


def test_a_file_of_100_mb_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES)

    def read(_: Path) -> bytes:
        raise AssertionError("it was read")

    monkeypatch.setattr(Path, "read_bytes", read)
    assert "a file under 100 MB, found 100 MB" in _refusal(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "No such file" in _refusal(tmp_path / "none.csv")
    assert "folder" in _refusal(tmp_path)


def _workbook_with(folder: Path, changes: dict[str, tuple[bytes, bytes]]) -> Path:
    """A good workbook of one cell, with bytes of its members replaced."""
    book = Workbook()
    assert book.active is not None
    book.active["A1"] = "team"
    book.save(folder / "good.xlsx")
    members = {}
    with zipfile.ZipFile(folder / "good.xlsx") as archive:
        for name in archive.namelist():
            members[name] = archive.read(name)
    for name, (old, new) in changes.items():
        assert old in members[name]
        members[name] = members[name].replace(old, new)
    return _file(folder, _archive(members), "changed.xlsx")


def test_a_row_number_past_the_end_of_any_sheet_is_refused_in_time(tmp_path: Path) -> None:
    path = _workbook_with(tmp_path, {"xl/worksheets/sheet1.xml": (b'<row r="1"', b'<row r="999999999999"')})
    assert "expected at most 1048576 rows" in _refusal(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"xl/worksheets/sheet1.xml": (b'r="A1"', b'r="!"')},
        {"xl/workbook.xml": (b"<sheets>", b"<")},
        {"xl/worksheets/sheet1.xml": (b"</sheetData>", b"")},
    ],
    ids=["cell", "book", "sheet"],
)
def test_a_broken_workbook_is_refused(tmp_path: Path, changes: dict[str, tuple[bytes, bytes]]) -> None:
    assert "workbook is broken" in _refusal(_workbook_with(tmp_path, changes))


def test_broken_compression_is_refused(tmp_path: Path) -> None:
    content = bytearray(_workbook_with(tmp_path, {}).read_bytes())
    start = content.index(b"[Content_Types].xml") + len(b"[Content_Types].xml")
    content[start : start + 40] = b"\xff" * 40
    assert "expected a spreadsheet" in _refusal(_file(tmp_path, bytes(content), "torn.xlsx"))
