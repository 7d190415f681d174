"""Plain text tables for a terminal."""

from collections.abc import Collection, Sequence


def table(header: Sequence[str], lines: Sequence[Sequence[str]], *, numbers: Collection[int] = ()) -> list[str]:
    """`lines` under `header`, columns two spaces apart; those whose place is in `numbers` stand to the right."""
    rows = [header, *lines]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    return [
        "  ".join(
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
