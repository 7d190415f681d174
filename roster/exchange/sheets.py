"""Read CSV and XLSX files into sheets of text cells with the row numbers that the file itself shows.

Everything is judged before it is loaded: size on disk, size once unpacked, and whether it is a spreadsheet at all.
"""

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from roster.exchange.faults import ExchangeError, Fault

MAX_BYTES = 100_000_000
"""Files of this size or more are refused, before reading and (XLSX) before unpacking."""

MAX_COLUMNS = 100
MAX_ROWS = 1_048_576
"""As many as a sheet of a workbook can have; a row number beyond it would be counted up to for ever."""

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# What the unpacker, the XML parser and openpyxl raise on broken bytes (found by mutating good workbooks).
_BROKEN = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, ValueError, TypeError, LookupError,
    AttributeError, ArithmeticError, RuntimeError, EOFError, OSError,
)  # fmt: skip
_SPREADSHEET = "a spreadsheet: CSV text (UTF-8) or XLSX"


@dataclass(frozen=True)
class Sheet:
    """One table: `rows` are (row number in the file, cells); blank rows are left out, cells are stripped text."""

    label: str
    hint: str
    """File stem or sheet name, to settle which kind of table it is where the header leaves it open."""
    header_row: int
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """Every sheet of the file at `path` that has a header; raises `ExchangeError` where there is none."""
    label = str(path)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise _unusable(label, "", "a file, this is a folder or device")
        if size >= MAX_BYTES:
            raise _unusable(label, "", f"a file under {MAX_BYTES // 1_000_000} MB, found {size / 1_000_000:.0f} MB")
        content = path.read_bytes()
    except OSError as error:
        raise _unusable(label, "", f"a file that can be read: {error.strerror or error}") from error
    if not content.strip():
        raise _unusable(label, "", "a header and rows, the file is empty")
    read = _read_xlsx if content.startswith(_ZIP) else _read_csv
    sheets = read(label, path.stem, content)
    if not sheets:
        raise _unusable(label, "", "a header and rows, the file is empty")
    return sheets


def _unusable(label: str, value: str, expected: str, row: int = 0) -> ExchangeError:
    return ExchangeError([Fault(label, row, "", value, expected)])


def _read_csv(label: str, stem: str, content: bytes) -> tuple[Sheet, ...]:
    if content.startswith(_OLD_EXCEL):
        raise _unusable(label, "", f"{_SPREADSHEET}; this is an old Excel file (.xls): save it as .xlsx")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unusable(label, "", f"{_SPREADSHEET}; byte {error.start} is no UTF-8") from error
    if "\0" in text:
        raise _unusable(label, "", f"{_SPREADSHEET}; it holds NUL bytes")
    lines: list[tuple[int, tuple[str, ...]]] = []
    begins = 1
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        for cells in reader:
            lines.append((begins, tuple(cell.strip() for cell in cells)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _unusable(label, "", f"{_SPREADSHEET}; this row can't be read: {error}", begins) from error
    return _sheets(label, stem, iter(lines))


def _delimiter(text: str) -> str:
    """Comma, semicolon or tab: whichever cuts the first line that is not blank into most cells; comma on a tie."""
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    return max(",;\t", key=lambda mark: len(next(csv.reader([first], delimiter=mark), ())))


def _read_xlsx(label: str, stem: str, content: bytes) -> tuple[Sheet, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            names = set(archive.namelist())
    except _BROKEN as error:
        raise _unusable(label, "", f"{_SPREADSHEET}; this archive is broken: {error}") from error
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise _unusable(label, "", f"{_SPREADSHEET}; this is another kind of archive")
    if unpacked >= MAX_BYTES:
        megabytes = unpacked / 1_000_000
        raise _unusable(label, "", f"a workbook under {MAX_BYTES // 1_000_000} MB once unpacked, found {megabytes:.0f}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styling that it drops; only values matter here
            return _workbook_sheets(label, stem, content)
    except _BROKEN as error:
        if isinstance(error, ExchangeError):
            raise
        raise _unusable(label, "", f"{_SPREADSHEET}; this workbook is broken: {error}") from error


def _workbook_sheets(label: str, stem: str, content: bytes) -> tuple[Sheet, ...]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        found: list[Sheet] = []
        alone = len(book.worksheets) == 1
        for table in book.worksheets:
            table.reset_dimensions()  # the size a workbook claims for itself can be wrong
            name = label if alone else f"{label}[{table.title}]"
            rows = table.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1)
            found.extend(_sheets(name, stem if alone else table.title, _numbered(name, rows)))
        return tuple(found)
    finally:
        book.close()


def _numbered(label: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, tuple[str, ...]]]:
    for number, values in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise _unusable(label, "", f"at most {MAX_ROWS} rows", number)
        if values.count(None) < len(values):
            yield number, tuple(cell_text(value) for value in values)


def _sheets(label: str, hint: str, lines: Iterator[tuple[int, tuple[str, ...]]]) -> tuple[Sheet, ...]:
    filled = ((number, cells) for number, cells in lines if any(cells))
    try:
        header_row, header = next(filled)
    except StopIteration:
        return ()
    while header and not header[-1]:
        header = header[:-1]
    if len(header) > MAX_COLUMNS:
        raise _unusable(label, "", f"at most {MAX_COLUMNS} columns", header_row)
    return (Sheet(label, hint, header_row, header, tuple((number, _trimmed(cells)) for number, cells in filled)),)


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return cells[:width]


def cell_text(value: Any) -> str:
    """A workbook's cell as the text that the same table would hold as CSV; instants to the nearest second."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        rounded = (value + timedelta(milliseconds=500)).replace(microsecond=0)
        return rounded.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}" if value.second == 0 else f"{value:%H:%M:%S}"
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
    return str(value).strip()
