"""`breather user …`: people who sign in."""

import sys
from typing import Annotated

import typer

from api.errors import Invalid
from api.services.access import accounts
from api.services.access.tokens import LINK_HOURS, make_link
from api.start import start_context

ACTOR = "command line"
Username = Annotated[str, typer.Argument(help="user name")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="People who sign in.", rich_markup_mode=None)
    group.command("add")(add)
    group.command("list")(show)
    group.command("password")(password)
    group.command("link")(link)
    group.command("close")(close)
    group.command("open")(reopen)
    app.add_typer(group, name="user")


def add(
    username: Username,
    role: Annotated[str, typer.Option(help="lead or agent")],
    agent: Annotated[str | None, typer.Option(help="code of the agent that this person is")] = None,
    name: Annotated[str, typer.Option(help="name to show; else the user name")] = "",
    by_link: Annotated[bool, typer.Option("--by-link", help="no password: they sign in by links only")] = False,
) -> None:
    """Add a person. The password is asked for, or read from standard input where that is no terminal."""
    context = start_context()
    secret = None if by_link else _new_password()
    made = accounts.create_user(
        context, username=username, display_name=name, role=role, agent=agent, password=secret, actor=ACTOR
    )
    typer.echo(f"added {made.role} {made.username}")


def show() -> None:
    """List the accounts: user name, role, agent code, open or closed, name."""
    for user in accounts.list_users(start_context()):
        state = "open" if user.active else "closed"
        typer.echo("\t".join((user.username, str(user.role), user.agent or "-", state, user.display_name)))


def password(username: Username) -> None:
    """Set a new password and end the person's sessions."""
    accounts.set_password(start_context(), username, _new_password(), actor=ACTOR)
    typer.echo(f"new password for {username}")


def link(
    username: Username,
    hours: Annotated[int, typer.Option(min=1, max=720, help="how long it is good for")] = LINK_HOURS,
    base_url: Annotated[str, typer.Option(help="address of this site; else that of breather serve")] = "",
) -> None:
    """Print a link that signs the person in once."""
    context = start_context()
    site = base_url.rstrip("/") or f"http://{context.settings.host}:{context.settings.port}"
    typer.echo(f"{site}/sign-in/link/{make_link(context, username, hours=hours)}")


def close(username: Username) -> None:
    """Let the person sign in no longer, and end their sessions."""
    accounts.set_active(start_context(), username, False, actor=ACTOR)
    typer.echo(f"closed {username}")


def reopen(username: Username) -> None:
    """Let the person sign in again."""
    accounts.set_active(start_context(), username, True, actor=ACTOR)
    typer.echo(f"opened {username}")


def _new_password() -> str:
    if not sys.stdin.isatty():
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise Invalid("no password on standard input: expected one line")
        return accounts.checked_password(line)
    return accounts.checked_password(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
