"""What a person typed into a form, as values; what can't be read is said with the value and what was expected."""

from collections.abc import Iterable
from datetime import date

from api.errors import Invalid
from api.services.rosters.planning import MAX_TIME_LIMIT_SECONDS
from api.services.rosters.repairing import Away


def day(text: str, what: str = "day") -> date:
    """A date as browsers send it."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid(f"{what} {text!r}: expected a date such as 2026-12-07") from error


def others_away(lines: Iterable[tuple[str, str, str]], first: date) -> tuple[Away, ...]:
    """Who else is away, from and until when; no begin means `first`, no end the begin. Empty lines are left out."""
    found = []
    for agent, begin, end in lines:
        if agent.strip():
            begins = day(begin) if begin.strip() else first
            found.append(Away(agent.strip(), begins, day(end) if end.strip() else begins))
        elif begin.strip() or end.strip():
            raise Invalid(f"away from {begin.strip()!r} until {end.strip()!r}: expected the person, too")
    return tuple(found)


def whole(what: str, text: str, least: int, most: int) -> int:
    """A whole number between two bounds."""
    try:
        value = int(text.strip())
    except ValueError as error:
        raise Invalid(f"{what} {text!r}: expected a whole number from {least} to {most}") from error
    if not least <= value <= most:
        raise Invalid(f"{what} {value}: expected {least} to {most}")
    return value


def seconds(text: str) -> float:
    """A time limit."""
    return float(whole("time limit", text, 1, int(MAX_TIME_LIMIT_SECONDS)))
