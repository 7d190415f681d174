"""Reading a problem from JSON, with a line per fault."""

from collections.abc import Iterable

from pydantic import ValidationError

from roster.problem.whole import Problem


class ProblemError(ValueError):
    """A problem file that can't be used; one line per fault: where, the value, what was expected."""


def problem_from_json(text: str | bytes) -> Problem:
    """Read a problem; raises `ProblemError` with a line per fault."""
    try:
        return Problem.model_validate_json(text)
    except ValidationError as error:
        raise ProblemError("\n".join(_lines(error))) from error


def _lines(error: ValidationError) -> Iterable[str]:
    for fault in error.errors():
        where = ".".join(str(part) for part in fault["loc"]) or "problem"
        found = "" if isinstance(fault["input"], (dict, list)) else f" (found {str(fault['input'])[:80]!r})"
        yield f"{where}: {fault['msg'].removeprefix('Value error, ')}{found}"
