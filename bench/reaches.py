"""Lines of a benchmark's table: what was asked, what was measured, and whether that reaches it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One line; `reached` is empty where nothing was asked."""

    what: str
    asked: str
    measured: str
    reached: bool | None = None


def table(lines: Iterable[Line]) -> str:
    """The lines under a head, in columns."""
    words = {True: "yes", False: "no", None: ""}
    rows = [("", "asked", "measured", "reached")]
    rows += [(line.what, line.asked, line.measured, words[line.reached]) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
