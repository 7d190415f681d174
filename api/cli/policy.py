"""`breather policy …`: what a site has decided, and where it differs from Breather's defaults."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.toml_text import toml_text, value_text
from api.start import read_settings
from roster.policy import default_policy, load_policy

PolicyFile = Annotated[Path | None, typer.Argument(help="policy file; else the one of BREATHER_POLICY")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="What this site has decided.", rich_markup_mode=None)
    group.command("show")(show)
    group.command("check")(check)
    group.command("diff")(diff)
    app.add_typer(group, name="policy")


def show(file: PolicyFile = None) -> None:
    """Print the whole policy in force as TOML: the defaults with the file laid over them."""
    typer.echo(toml_text(load_policy(_chosen(file)).model_dump(mode="json", exclude_none=True)), nl=False)


def check(file: PolicyFile = None) -> None:
    """Say whether a policy file can be used; every bad key is a line on standard error."""
    chosen = _chosen(file)
    load_policy(chosen)
    typer.echo(f"{chosen or 'the default policy'}: ok")


def diff(file: PolicyFile = None) -> None:
    """Print each key in which the policy differs from the defaults: its default, then its value."""
    ours = dict(_flat(default_policy().model_dump(mode="json")))
    theirs = dict(_flat(load_policy(_chosen(file)).model_dump(mode="json")))
    for key in sorted(ours.keys() | theirs.keys()):
        if ours.get(key) != theirs.get(key):
            typer.echo(f"{key}: {_shown(ours, key)} -> {_shown(theirs, key)}")


def _chosen(file: Path | None) -> Path | None:
    return file if file is not None else read_settings().policy


def _shown(values: dict[str, Any], key: str) -> str:
    return "none" if values.get(key) is None else value_text(values[key])


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
