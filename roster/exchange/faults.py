"""What is wrong in a file, cell by cell, and the one error that carries all of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

QUOTED_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: the file (with its sheet, where it has several) and the row as the file counts it."""

    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad cell. `row` 0 = the file as a whole; `column` empty = the row as a whole."""

    file: str
    row: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        """`file:row: column: value 'x': expected …`, leaving out what does not apply."""
        where = f"{self.file}:{self.row}" if self.row else self.file
        column = f"{self.column}: " if self.column else ""
        shown = self.value if len(self.value) <= QUOTED_CHARACTERS else self.value[:QUOTED_CHARACTERS] + "…"
        value = f"value {shown!r}: " if self.value or self.column else ""
        return f"{where}: {column}{value}expected {self.expected}"


class ExchangeError(ValueError):
    """Files that can't be imported. `.faults` has every bad cell of all of them, in file order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def one_of(what: str, known: Iterable[str], value: str) -> str:
    """`one of the teams: 'A', 'B' (did you mean 'A'?)`: the known names, at most twenty, closest first asked."""
    names = sorted(set(known))
    if not names:
        return f"one of the {what}: there are none yet"
    listed = ", ".join(repr(name) for name in names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return f"one of the {what}: {listed}{closest(names, value)}"


def closest(names: Iterable[str], value: str) -> str:
    """` (did you mean 'x'?)` where a name is near `value`, else nothing."""
    by_folded = {name.casefold(): name for name in names}
    near = get_close_matches(value.casefold(), by_folded, n=1, cutoff=0.6)
    return f" (did you mean {by_folded[near[0]]!r}?)" if near else ""
