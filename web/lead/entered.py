"""What a person typed into a form, as values; what can't be read is said with the value and what was expected."""

from datetime import date

from api.errors import Invalid
from api.services.rosters.planning import MAX_TIME_LIMIT_SECONDS


def day(text: str) -> date:
    """A date as browsers send it."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid(f"first day {text!r}: expected a date such as 2026-12-07") from error


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
