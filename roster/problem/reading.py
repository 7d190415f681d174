"""Reading a problem from JSON, with a line per fault."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from roster.problem.whole import Problem

QUOTED_CHARACTERS = 80

EXPECTED: dict[str, str] = {
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "string_type": "text",
    "string_too_short": "at least {min_length} character",
    "string_too_long": "at most {max_length} characters",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "date_from_datetime_parsing": "a date such as 2026-11-23",
    "date_type": "a date such as 2026-11-23",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "tuple_type": "a list",
    "model_type": "an object",
    "too_short": "at least {min_length}, there are {actual_length}",
}
"""What was expected, in our words, by the kind of fault; other kinds keep the words they come with."""


class ProblemError(ValueError):
    """A problem file that can't be used; one line per fault: where, the value, what was expected."""


def problem_from_json(text: str | bytes) -> Problem:
    """Read a problem; raises `ProblemError` with a line per fault."""
    try:
        return Problem.model_validate_json(text)
    except ValidationError as error:
        raise ProblemError("\n".join(fault_lines(error, text, "problem"))) from error


def fault_lines(error: ValidationError, text: str | bytes, whole: str) -> Iterable[str]:
    """A line per fault of `text`, which was to be read as JSON; `whole` names it where no field can be blamed.

    Where the text is no JSON the line begins with the number of the text's line.
    """
    if any(fault["type"] == "json_invalid" for fault in error.errors()):
        yield _broken(str(error.errors()[0]["ctx"]["error"]), whole)
        return
    values, found = json.loads(text), error.errors()
    for fault in found:
        if fault["type"] == "too_short" and any(
            len(one["loc"]) > len(fault["loc"]) for one in found if _in(one, fault)
        ):
            continue  # lines that are wrong don't count as there; they have their own faults
        where = _where(fault["loc"], values) or whole
        for said in _said(fault):
            yield f"{where}: {said}"


def _in(one: ErrorDetails, other: ErrorDetails) -> bool:
    return one["loc"][: len(other["loc"])] == other["loc"]


def _broken(reason: str, whole: str) -> str:
    """`12: no JSON from column 3 on: EOF while parsing a string: expected ...`; no number where nothing says which."""
    found = re.fullmatch(r"(?P<what>.*) at line (?P<line>\d+) column (?P<column>\d+)", reason)
    if found is None:
        return f"{whole}: no JSON: {reason}: expected a JSON object"
    cut_off = " (is the file complete?)" if reason.startswith("EOF") else ""
    return (
        f"{max(1, int(found['line']))}: no JSON at column {found['column']}: {found['what']}{cut_off}:"
        f" expected a {whole} as a JSON object"
    )


def _where(place: Iterable[int | str], values: Any) -> str:
    """`agents.0 'ana'.contract`: the path, with the id of whatever has one."""
    parts: list[str] = []
    for part in place:
        values = _inside(values, part)
        named = isinstance(part, int) and isinstance(values, Mapping) and isinstance(values.get("id"), str)
        parts.append(f"{part} {values['id'][:QUOTED_CHARACTERS]!r}" if named else str(part))
    return ".".join(parts)


def _inside(values: Any, part: int | str) -> Any:
    if isinstance(values, Mapping):
        return values.get(part)
    return values[part] if isinstance(values, list) and isinstance(part, int) and part < len(values) else None


def _said(fault: ErrorDetails) -> Iterable[str]:
    if fault["type"] == "value_error":
        yield from str(fault["ctx"]["error"]).splitlines()
        return
    found = "" if isinstance(fault["input"], (dict, list)) else f"value {str(fault['input'])[:QUOTED_CHARACTERS]!r}: "
    if fault["type"] == "missing":
        yield "is missing: expected one"
    elif fault["type"] == "extra_forbidden":
        yield f"{found}there is no such field"
    elif fault["type"] in EXPECTED:
        yield f"{found}expected {EXPECTED[fault['type']].format_map(fault.get('ctx', {}))}"
    else:
        yield f"{found}{fault['msg']}"
