"""`breather token …`: bearer tokens for software."""

from typing import Annotated

import typer

from api.services.access.tokens import list_tokens, make_token, revoke_token
from api.start import start_context

ACTOR = "command line"
Name = Annotated[str, typer.Argument(help="what the token is for, such as the name of the phone system")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Bearer tokens for software.", rich_markup_mode=None)
    group.command("make")(make)
    group.command("list")(show)
    group.command("revoke")(revoke)
    app.add_typer(group, name="token")


def make(name: Name, role: Annotated[str, typer.Option(help="router or lead")] = "router") -> None:
    """Make a token and print its secret, this once, as the only line."""
    typer.echo(make_token(start_context(), name, role=role, actor=ACTOR).secret)


def show() -> None:
    """List the tokens: name, role, made, revoked. Never their secrets."""
    for token in list_tokens(start_context()):
        revoked = f"revoked {token.revoked_at:%Y-%m-%d %H:%M}" if token.revoked_at else "in use"
        typer.echo("\t".join((token.name, str(token.role), f"{token.created_at:%Y-%m-%d %H:%M}", revoked)))


def revoke(name: Name) -> None:
    """Make a token worthless from now on."""
    revoke_token(start_context(), name, actor=ACTOR)
    typer.echo(f"revoked {name}")
