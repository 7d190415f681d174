"""`breather policy …`: what a site has decided, and where it differs from Breather's defaults."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.toml_text import toml_text, value_text
from api.start import read_settings
from roster.policy import default_policy, load_layers, load_policy
from roster.policy_layers import flat

PolicyFile = Annotated[Path | None, typer.Argument(help="policy file; else the one of BREATHER_POLICY")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="What this site has decided.", rich_markup_mode=None)
    group.command("show")(show)
    group.command("check")(check)
    group.command("diff")(diff)
    app.add_typer(group, name="policy")


def show(file: PolicyFile = None) -> None:
    """Print the whole policy in force as TOML: the defaults, packs and the file, each value with where it is from."""
    loaded = load_layers(_chosen(file))
    notes = {key: ", ".join(origins) for key, origins in loaded.origins.items()}
    typer.echo(toml_text(loaded.policy.model_dump(mode="json", exclude_none=True), notes), nl=False)


def check(file: PolicyFile = None) -> None:
    """Say whether a policy file can be used; every bad key or conflict is a line on standard error."""
    chosen = _chosen(file)
    packs = load_policy(chosen).packs
    typer.echo(f"{chosen or 'the default policy'}: ok" + (f", with {', '.join(packs)}" if packs else ""))


def diff(file: PolicyFile = None) -> None:
    """Print each key in which the policy differs from the defaults: its default, then its value, and whose pack's."""
    loaded = load_layers(_chosen(file))
    ours = dict(flat(default_policy().model_dump(mode="json")))
    theirs = dict(flat(loaded.policy.model_dump(mode="json")))
    for key in sorted(ours.keys() | theirs.keys()):
        if ours.get(key) != theirs.get(key):
            packs = [name for name in loaded.origins.get(key, ()) if name.startswith("pack ")]
            whose = f" ({', '.join(packs)})" if packs else ""
            typer.echo(f"{key}: {_shown(ours, key)} -> {_shown(theirs, key)}{whose}")


def _chosen(file: Path | None) -> Path | None:
    return file if file is not None else read_settings().policy


def _shown(values: dict[str, Any], key: str) -> str:
    return "none" if values.get(key) is None else value_text(values[key])
