"""Read files into typed rows, gathering every fault of every file before giving up."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from roster.exchange.columns import CellError
from roster.exchange.faults import ExchangeError, Fault, Place
from roster.exchange.kind import Column, Kind
from roster.exchange.kinds import kind_of, kinds_text, unknown_column
from roster.exchange.rows import Row
from roster.exchange.sheets import Sheet, read_sheets

R = TypeVar("R", bound=Row)


class Reference(NamedTuple):
    """A cell that names a row of `kind`, which the files or the database must have."""

    at: Place
    column: str
    value: str
    kind: str


@dataclass
class Reading:
    """What the files say, and all that is wrong with it so far."""

    faults: list[Fault] = field(default_factory=list)
    rows: dict[type[Row], list[Row]] = field(default_factory=lambda: defaultdict(list))
    mentioned: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """Key cells by (kind, column), of faulty rows too: a row that is wrong elsewhere still makes its name known."""
    references: list[Reference] = field(default_factory=list)
    """Every cell that names something of another kind, of faulty rows too."""
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


@dataclass(frozen=True)
class _Header:
    """What each heading means (none = unknown or repeated, told already), and whether rows can be made of it."""

    columns: tuple[Column | None, ...]
    complete: bool

    def position(self, name: str) -> int | None:
        """Where the column called `name` stands."""
        return next((place for place, column in enumerate(self.columns) if column and column.name == name), None)


def _read_sheet(reading: Reading, sheet: Sheet, kind: Kind, keys: dict[tuple[Any, ...], Place]) -> None:
    header = _header(reading, sheet, kind)
    if not sheet.rows:
        reading.complain(Place(sheet.label, 0), "", "", "at least one row below the header")
        return
    absent = {column.attribute: None for column in kind.columns if column not in header.columns}
    key_columns = [(column, header.position(column.name)) for column in kind.columns if column.name in kind.key]
    if any(place is None and column.required for column, place in key_columns):
        reading.unread.add(kind.name)
    named = [(place, reading.mentioned[kind.name, column.name]) for column, place in key_columns if place is not None]
    attributes = [column.attribute for column, _ in key_columns]
    width = len(sheet.header)
    for number, cells in sheet.rows:
        at = Place(sheet.label, number)
        if len(cells) > width:
            reading.complain(at, "", cells[width], f"{width} cells as in the header, found {len(cells)}")
            continue
        cells += ("",) * (width - len(cells))
        for place, names in named:
            if cells[place]:
                names.add(cells[place])
        values, good = _values(reading, at, header.columns, cells)
        if all(
            place is None or attribute in values for attribute, (_, place) in zip(attributes, key_columns, strict=True)
        ):
            key = tuple(values.get(attribute) for attribute in attributes)
            good &= _first_of_its_key(reading, at, kind, header, cells, keys.setdefault(key, at))
        if good and header.complete:
            row = kind.row(at=at, **values, **absent)
            complaints = list(kind.complaints(row))
            for name, expected in complaints:
                reading.complain(at, name, _cell(header, cells, name), expected)
            if not complaints:
                reading.rows[type(row)].append(row)


def _first_of_its_key(
    reading: Reading, at: Place, kind: Kind, header: _Header, cells: Sequence[str], first: Place
) -> bool:
    if first is at:
        return True
    filled = [(name, cell) for name in kind.key if (cell := _cell(header, cells, name))]
    joined, shown = " + ".join(name for name, _ in filled), ", ".join(cell for _, cell in filled)
    where = f"row {first.row}" if first.file == at.file else f"{first.file}:{first.row}"
    reading.complain(at, joined, shown, f"each only once, {where} has it already")
    return False


def _header(reading: Reading, sheet: Sheet, kind: Kind) -> _Header:
    """What the headings mean; every fault among them is told, and cells under good ones are still read."""
    at = Place(sheet.label, sheet.header_row)
    columns: list[Column | None] = []
    for heading in sheet.header:
        column = kind.column(heading)
        if column is None:
            reading.complain(at, heading or "(no name)", heading, unknown_column(kind, heading))
        elif column in columns:
            reading.complain(at, column.name, heading, "each column once, this one is there twice")
            column = None
        columns.append(column)
    missing = [column for column in kind.columns if column.required and column not in columns]
    for column in missing:
        reading.complain(at, column.name, "", f"a column {column.name}: {column.cell.expected}")
    return _Header(tuple(columns), not missing)


def _values(
    reading: Reading, at: Place, columns: Sequence[Column | None], cells: Sequence[str]
) -> tuple[dict[str, Any], bool]:
    """What the good cells say by attribute, and whether all of them are good."""
    values: dict[str, Any] = {}
    good = True
    for column, cell in zip(columns, cells, strict=True):
        if column is None:
            continue
        if not cell:
            if column.required:
                reading.complain(at, column.name, "", column.cell.expected)
                good = False
            else:
                values[column.attribute] = None
            continue
        try:
            values[column.attribute] = column.cell.read(cell)
        except CellError as error:
            reading.complain(at, column.name, cell, str(error))
            good = False
            continue
        if column.refers:
            value = values[column.attribute]
            names = value if isinstance(value, tuple) else (cell,)
            reading.references += [Reference(at, column.name, name, column.refers) for name in names]
    return values, good


def _cell(header: _Header, cells: Sequence[str], name: str) -> str:
    place = header.position(name)
    return "" if place is None else cells[place]
