"""Read files into typed rows, gathering every fault of every file before giving up."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from roster.exchange.columns import CellError
from roster.exchange.faults import ExchangeError, Fault, Place
from roster.exchange.kinds import Column, Kind, kind_of, kinds_text, unknown_column
from roster.exchange.rows import Row
from roster.exchange.sheets import Sheet, read_sheets

R = TypeVar("R", bound=Row)


@dataclass
class Reading:
    """What the files say, and all that is wrong with it so far."""

    faults: list[Fault] = field(default_factory=list)
    rows: dict[type[Row], list[Row]] = field(default_factory=lambda: defaultdict(list))
    mentioned: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """Key cells by (kind, column), of faulty rows too: a row that is wrong elsewhere still makes its name known."""
    unread: set[str] = field(default_factory=set)
    """Kinds of which a sheet could not be read: names that they would bring can't be called unknown."""
    unread_files: bool = False
    """Whether something could not even be told its kind."""

    def of(self, kind: type[R]) -> list[R]:
        """The rows of one kind, in file order."""
        return [row for row in self.rows[kind] if isinstance(row, kind)]

    def complain(self, at: Place, column: str, value: str, expected: str) -> None:
        """Add a fault."""
        self.faults.append(Fault(at.file, at.row, column, value, expected))

    def may_bring(self, kind: str) -> bool:
        """Whether rows of `kind` may have been lost to a sheet that could not be read."""
        return self.unread_files or kind in self.unread

    def require_faultless(self) -> None:
        """Raise `ExchangeError` with all faults in the order of the files and their rows, if there are any."""
        if self.faults:
            files = {name: place for place, name in reversed(list(enumerate(fault.file for fault in self.faults)))}
            raise ExchangeError(sorted(self.faults, key=lambda fault: (files[fault.file], fault.row)))


def read_files(paths: Iterable[Path]) -> Reading:
    """Rows of all `paths`; raises nothing for what is in them, see `Reading.faults`."""
    reading = Reading()
    keys: dict[str, dict[tuple[Any, ...], Place]] = defaultdict(dict)
    for path in paths:
        try:
            sheets = read_sheets(path)
        except ExchangeError as error:
            reading.faults.extend(error.faults)
            reading.unread_files = True
            continue
        for sheet in sheets:
            kind = kind_of(sheet.header, sheet.hint)
            if kind is None:
                found = ", ".join(sheet.header)
                reading.complain(
                    Place(sheet.label, sheet.header_row), "", found, f"the header of one of: {kinds_text()}"
                )
                reading.unread_files = True
            else:
                _read_sheet(reading, sheet, kind, keys[kind.name])
    return reading


def _read_sheet(reading: Reading, sheet: Sheet, kind: Kind, keys: dict[tuple[Any, ...], Place]) -> None:
    columns = _columns(reading, sheet, kind)
    if columns is None:
        reading.unread.add(kind.name)
        return
    if not sheet.rows:
        reading.complain(Place(sheet.label, 0), "", "", "at least one row below the header")
        return
    absent = {column.attribute: None for column in kind.columns if column not in columns}
    width = len(sheet.header)
    key_cells = [column for column in kind.columns if column.name in kind.key]
    attributes = [column.attribute for column in key_cells]
    named = [
        (columns.index(column), reading.mentioned[kind.name, column.name]) for column in key_cells if column in columns
    ]
    for number, cells in sheet.rows:
        at = Place(sheet.label, number)
        if len(cells) > width:
            reading.complain(at, "", cells[width], f"{width} cells as in the header, found {len(cells)}")
            continue
        cells += ("",) * (width - len(cells))
        for position, names in named:
            names.add(cells[position])
        values = _values(reading, at, columns, cells)
        if values is None:
            continue
        row = kind.row(at=at, **values, **absent)
        complaints = list(kind.complaints(row))
        for name, expected in complaints:
            reading.complain(at, name, _cell_of(columns, cells, name), expected)
        key = tuple(getattr(row, attribute) for attribute in attributes)
        first = keys.setdefault(key, at)
        if first is not at:
            filled = [(name, cell) for name in kind.key if (cell := _cell_of(columns, cells, name))]
            where = f"row {first.row}" if first.file == at.file else f"{first.file}:{first.row}"
            joined, shown = " + ".join(name for name, _ in filled), ", ".join(cell for _, cell in filled)
            reading.complain(at, joined, shown, f"each only once, {where} has it already")
        elif not complaints:
            reading.rows[type(row)].append(row)


def _columns(reading: Reading, sheet: Sheet, kind: Kind) -> Sequence[Column] | None:
    """The column that each heading means; none where the header has faults, which are told."""
    at = Place(sheet.label, sheet.header_row)
    found: list[Column] = []
    before = len(reading.faults)
    for heading in sheet.header:
        column = kind.column(heading)
        if column is None:
            reading.complain(at, heading or "(no name)", heading, unknown_column(kind, heading))
        elif column in found:
            reading.complain(at, column.name, heading, "each column once, this one is there twice")
        else:
            found.append(column)
    for column in kind.columns:
        if column.required and column not in found:
            reading.complain(at, column.name, "", f"a column {column.name}: {column.cell.expected}")
    return found if len(reading.faults) == before else None


def _values(reading: Reading, at: Place, columns: Sequence[Column], cells: Sequence[str]) -> dict[str, Any] | None:
    values: dict[str, Any] = {}
    good = True
    for column, cell in zip(columns, cells, strict=True):
        if not cell:
            values[column.attribute] = None
            if column.required:
                reading.complain(at, column.name, "", column.cell.expected)
                good = False
            continue
        try:
            values[column.attribute] = column.cell.read(cell)
        except CellError as error:
            reading.complain(at, column.name, cell, str(error))
            good = False
    return values if good else None


def _cell_of(columns: Sequence[Column], cells: Sequence[str], name: str) -> str:
    return next((cell for column, cell in zip(columns, cells, strict=True) if column.name == name), "")
