"""Cells of a known type: how each is read from text, written back, and described when it is wrong.

Reading never guesses: a cell is what its type says, or it is a fault whose text says what was expected.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from roster.clock import ClockError, zone
from roster.exchange.faults import closest
from roster.languages import MOST, language_tag

E = TypeVar("E", bound=StrEnum)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0"})
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?", re.ASCII
)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::00)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_DECIMAL = re.compile(r"\d{1,6}(?:[.,]\d{1,12})?", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1970, 2199


class CellError(ValueError):
    """A cell that is not what its type says; the message is what was expected, where that says more."""


@dataclass(frozen=True)
class Cell:
    """A type of cell: `read` raises `CellError`; `show` is its inverse; `expected` ends "expected …"."""

    expected: str
    read: Callable[[str], Any]
    show: Callable[[Any], str] = str


def text(limit: int, what: str) -> Cell:
    """A name or code of at most `limit` characters that no spreadsheet would run as a formula."""
    expected = f"{what}: 1 to {limit} printable characters, not beginning with = + - or @"

    def read(cell: str) -> str:
        if len(cell) > limit or not cell.isprintable() or cell[0] in "=+-@":
            raise CellError(expected)
        return cell

    return Cell(expected, read)


def texts(limit: int, what: str) -> Cell:
    """Several names or codes joined by `|`, each of at most `limit` characters; `none` says that there is not one."""
    expected = f"{what} joined by |, each 1 to {limit} printable characters, not beginning with = + - or @; or none"

    def read(cell: str) -> tuple[str, ...]:
        if folded(cell) == "none":
            return ()
        words = tuple(word.strip() for word in cell.split("|"))
        for word in words:
            if not 1 <= len(word) <= limit or not word.isprintable() or word[0] in "=+-@":
                raise CellError(expected)
            if words.count(word) > 1:
                raise CellError(f"{expected}; {word!r} is there twice")
        return words

    return Cell(expected, read, lambda value: "|".join(value) or "none")


def one_or_none(limit: int, what: str) -> Cell:
    """A name or code as `text` reads it, in a tuple; `none` says that there is not one."""
    one = text(limit, what)
    expected = f"{one.expected}; or none"

    def read(cell: str) -> tuple[str, ...]:
        if folded(cell) == "none":
            return ()
        try:
            return (one.read(cell),)
        except CellError:
            raise CellError(expected) from None

    return Cell(expected, read, lambda value: "".join(value) or "none")


def _read_languages(cell: str) -> tuple[str, ...]:
    if folded(cell) == "none":
        return ()
    try:
        tags = tuple(language_tag(word.strip()) for word in cell.split("|"))
    except ValueError as error:
        raise CellError(f"{LANGUAGES.expected}; {error}") from None
    twice = next((tag for tag in tags if tags.count(tag) > 1), None)
    if twice is not None:
        raise CellError(f"{LANGUAGES.expected}; {twice!r} is there twice")
    if len(tags) > MOST:
        raise CellError(LANGUAGES.expected)
    return tags


LANGUAGES = Cell(
    f"up to {MOST} languages as BCP 47 tags joined by |, such as nl|pt-BR; or none",
    _read_languages,
    lambda value: "|".join(value) or "none",
)


def reference(limit: int, what: str) -> Cell:
    """A caller's own opaque reference of at most `limit` printable characters."""
    expected = f"{what}: 1 to {limit} printable characters"

    def read(cell: str) -> str:
        if len(cell) > limit or not cell.isprintable():
            raise CellError(expected)
        return cell

    return Cell(expected, read)


def whole(lowest: int, highest: int, what: str = "a whole number") -> Cell:
    """A whole number from `lowest` to `highest`."""
    expected = f"{what} from {lowest} to {highest}"

    def read(cell: str) -> int:
        if not _WHOLE.fullmatch(cell) or not lowest <= (value := int(cell)) <= highest:
            raise CellError(expected)
        return value

    return Cell(expected, read)


def hours(highest: int) -> Cell:
    """Hours with decimals (point or comma), whole minutes, read as minutes."""
    expected = f"hours from 0 to {highest}, such as 36 or 37.5"

    def read(cell: str) -> int:
        if not _DECIMAL.fullmatch(cell) or (value := float(cell.replace(",", "."))) > highest:
            raise CellError(expected)
        return round(value * 60)

    def show(minutes: int) -> str:
        return f"{minutes / 60:.4f}".rstrip("0").rstrip(".")

    return Cell(expected, read, show)


def _read_share(cell: str) -> float:
    number = cell.removesuffix("%").strip()
    if not _DECIMAL.fullmatch(number):
        raise CellError(SHARE.expected)
    value = round(float(number.replace(",", ".")) / (100 if cell.endswith("%") else 1), 6)
    if not 0 < value < 1:
        raise CellError(SHARE.expected)
    return value


SHARE = Cell("a share above 0 and below 1, such as 0.8 or 80%", _read_share, lambda share: f"{share:.6f}".rstrip("0"))


def _read_parties(cell: str) -> int:
    if cell == "3+":
        return 3
    if not _WHOLE.fullmatch(cell) or not 1 <= (value := int(cell)) <= 99:
        raise CellError(PARTIES.expected)
    return value


PARTIES = Cell("departments, vendors or institutions involved, 1 to 99 (3 or 3+ stands for 3 or more)", _read_parties)


def _read_date(cell: str) -> date:
    match = _DATE.fullmatch(cell)
    try:
        value = date.fromisoformat(match[1]) if match else None
    except ValueError:
        value = None
    if value is None or not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise CellError(DATE.expected)
    return value


DATE = Cell(f"a date YYYY-MM-DD that exists, {FIRST_YEAR} to {LAST_YEAR}", _read_date, date.isoformat)


def _read_instant(cell: str) -> datetime:
    try:
        value = datetime.fromisoformat(cell) if _INSTANT.fullmatch(cell) else None
    except ValueError:
        value = None
    if value is None or not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise CellError(INSTANT.expected)
    return value


INSTANT = Cell(
    "an instant YYYY-MM-DDTHH:MM:SS, local to the centre's zone or with an offset such as +01:00 or Z",
    _read_instant,
    datetime.isoformat,
)
"""Naive where the cell has no offset: whoever knows the zone makes it an instant."""


def time_of_day(latest_hour: int, *, first_day_only: bool = False) -> Cell:
    """A local time as minutes after midnight, to `latest_hour`:00 at most (above 24: the next day)."""
    if first_day_only:
        expected, highest = "a time of day HH:MM from 00:00 to 23:59", 1439
    elif latest_hour == 24:
        expected, highest = "a time of day HH:MM from 00:00 to 24:00", 1440
    else:
        expected = f"a time HH:MM from 00:00 to {latest_hour}:00 (above 24:00 = the next day: 30:00 is 06:00)"
        highest = latest_hour * 60

    def read(cell: str) -> int:
        match = _TIME.fullmatch(cell)
        if match is None or int(match[2]) > 59 or (value := int(match[1]) * 60 + int(match[2])) > highest:
            raise CellError(expected)
        return value

    def show(minutes: int) -> str:
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    return Cell(expected, read, show)


def _read_zone(cell: str) -> str:
    try:
        zone(cell)
    except ClockError:
        raise CellError(ZONE.expected) from None
    return cell


ZONE = Cell("a time zone that exists: an IANA name such as Europe/Amsterdam", _read_zone)


def choice(members: type[E], aliases: dict[str, E] | None = None) -> Cell:
    """One word of a closed vocabulary, any case, spaces and hyphens as underscores."""
    words: dict[str, E] = {member.value: member for member in members} | (aliases or {})
    expected = f"one of {', '.join(member.value for member in members)}"

    def read(cell: str) -> E:
        try:
            return words[folded(cell)]
        except KeyError:
            raise CellError(expected + closest(words, folded(cell))) from None

    return Cell(expected, read, _show_member)


def choices(members: type[E], *, none: str | None = None) -> Cell:
    """Several words of a closed vocabulary joined by `|`; `none`, where given, says that there is not one."""
    known = {member.value: member for member in members}
    tail = f", or {none}" if none else ""
    expected = f"one or more of {', '.join(known)} joined by |{tail}"

    def read(cell: str) -> tuple[E, ...]:
        if none is not None and folded(cell) == none:
            return ()
        words = [folded(word) for word in cell.split("|")]
        for word in words:
            if word not in known:
                raise CellError(f"{expected}; {word!r} is not one{closest(known, word)}")
        return tuple(member for member in members if member.value in words)

    def show(value: Iterable[E]) -> str:
        return "|".join(member.value for member in value) or (none or "")

    return Cell(expected, read, show)


def _show_member(value: StrEnum) -> str:
    return str(value.value)


def _read_weekday(cell: str) -> int:
    word = folded(cell)
    for names in (WEEKDAYS, _WEEKDAY_NAMES):
        if word in names:
            return names.index(word)
    raise CellError(WEEKDAY.expected + closest(_WEEKDAY_NAMES, word))


WEEKDAY = Cell(f"a weekday: {', '.join(WEEKDAYS)}, or its full name", _read_weekday, lambda day: WEEKDAYS[day])


def _read_yes_no(cell: str) -> bool:
    word = folded(cell)
    if word not in _YES | _NO:
        raise CellError(YES_NO.expected)
    return word in _YES


YES_NO = Cell("yes or no", _read_yes_no, lambda value: "yes" if value else "no")


def folded(word: str) -> str:
    """A word as headers and vocabularies compare it: lower case, spaces and hyphens as underscores."""
    return re.sub(r"[\s\-]+", "_", word.strip().casefold())
