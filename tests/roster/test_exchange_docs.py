"""`docs/import.md` says what is read: every kind, column, expectation and example, word for word."""

from pathlib import Path

import pytest

from roster.exchange.kinds import KINDS, Kind
from roster.exchange.write import csv_text

DOCS = Path(__file__).resolve().parents[2] / "docs" / "import.md"


def section(kind: Kind) -> str:
    """The section that the documentation must have for `kind`."""
    lines = [
        f"### {kind.name}",
        "",
        kind.says,
        "",
        "| column | needed | what | expected |",
        "| --- | --- | --- | --- |",
    ]
    for column in kind.columns:
        names = " or ".join(f"`{name}`" for name in (column.name, *column.aliases))
        expected = column.cell.expected.replace("|", "\\|")
        what = column.says.replace("|", "\\|")
        lines.append(f"| {names} | {'yes' if column.required else ''} | {what} | {expected} |")
    key = " + ".join(f"`{name}`" for name in kind.key)
    example = csv_text(kind, kind.examples).replace("\r\n", "\n").rstrip()
    return "\n".join(
        [*lines, "", f"A row is the same as another when it has the same {key}.", "", "```", example, "```"]
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_documentation_has_the_kind_as_it_is_read(kind: Kind) -> None:
    assert section(kind) in DOCS.read_text(encoding="utf-8"), f"docs/import.md lacks this:\n{section(kind)}"
