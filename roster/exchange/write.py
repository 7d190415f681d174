"""Write rows as the files that reading takes back: CSV, or XLSX with one sheet per kind."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from roster.exchange.kind import Kind
from roster.exchange.rows import Row

Lines = Sequence[Sequence[str]]


def lines_of(kind: Kind, rows: Iterable[Row]) -> list[tuple[str, ...]]:
    """The cells of `rows` in the order of the kind's columns; empty where the row does not say."""
    return [
        tuple(
            "" if (value := getattr(row, column.attribute)) is None else column.cell.show(value)
            for column in kind.columns
        )
        for row in rows
    ]


def csv_text(kind: Kind, lines: Lines) -> str:
    """Header and `lines` as CSV, RFC 4180: commas, CRLF."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(kind.names)
    writer.writerows(lines)
    return buffer.getvalue()


def write_csv(path: Path, kind: Kind, lines: Lines) -> None:
    """A CSV file, UTF-8."""
    path.write_bytes(csv_text(kind, lines).encode("utf-8"))


def write_workbook(path: Path, sheets: Iterable[tuple[Kind, Lines]]) -> None:
    """A workbook with a sheet per kind. Every cell is text, so that no spreadsheet turns a code into a date."""
    book = Workbook(write_only=True)
    for kind, lines in sheets:
        sheet: WriteOnlyWorksheet = book.create_sheet(kind.name)
        sheet.append([_text(sheet, name, bold=True) for name in kind.names])
        for line in lines:
            sheet.append([_text(sheet, cell) for cell in line])
    book.save(path)


def _text(sheet: WriteOnlyWorksheet, words: str, *, bold: bool = False) -> Cell:
    cell = WriteOnlyCell(sheet, value=words or None)
    cell.number_format = "@"
    if words:
        cell.data_type = "s"  # else a text that begins with = would be stored as a formula
    if bold:
        cell.font = Font(bold=True)
    return cell
