"""What runs Breather is documented: every setting, command and role."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from api.cli.main import make_command
from api.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"
RUNNING = (DOCS / "running.md").read_text(encoding="utf-8")
ALL = "\n".join(path.read_text(encoding="utf-8") for path in [*sorted(DOCS.glob("*.md")), DOCS.parent / "README.md"])


def commands(app: typer.Typer, prefix: str = "") -> Iterator[str]:
    for command in app.registered_commands:
        yield f"{prefix}{command.name or getattr(command.callback, '__name__', '')}"
    for group in app.registered_groups:
        assert group.typer_instance is not None
        yield from commands(group.typer_instance, f"{prefix}{group.name} ")


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_documented(field: str) -> None:
    assert f"`BREATHER_{field.upper()}`" in RUNNING


@pytest.mark.parametrize("command", sorted(commands(make_command())))
def test_every_command_is_documented(command: str) -> None:
    assert f"breather {command}" in ALL
