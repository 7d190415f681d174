"""The `breather` command: collects what every room offers, and turns known errors into one clear line each.

Exit status: 0 done, 1 a run that failed, 2 bad input (nothing half-written is left behind).
"""

import sys
from collections.abc import Sequence
from typing import Any

import typer
from sqlalchemy.exc import DBAPIError
from typer.exceptions import TyperException

from api.cli import (
    bench,
    demo,
    doctor,
    imports,
    instances,
    plan,
    policy,
    roster,
    serve,
    simulate,
    staffing,
    tokens,
    users,
    webhooks,
)
from api.cli.failed import Failed
from api.errors import ServiceError
from roster.clock import ClockError
from roster.exchange import ExchangeError
from roster.policy import PolicyError
from roster.problem import ProblemError
from roster.rules.rows import RosterError
from roster.store.engine import StoreError

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
INPUT_ERRORS = (ServiceError, ClockError, ExchangeError, PolicyError, ProblemError, RosterError, StoreError)

# Each room adds its line here, sorted: modules of api/cli with `register(app: typer.Typer) -> None`.
COMMANDS: tuple[Any, ...] = (
    bench,
    demo,
    doctor,
    imports,
    instances,
    plan,
    policy,
    roster,
    serve,
    simulate,
    staffing,
    tokens,
    users,
    webhooks,
)


def make_command() -> typer.Typer:
    """The command with everything that is registered."""
    app = typer.Typer(
        name="breather",
        help="Rosters, routing and rest for people whose work is emotionally heavy.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for module in COMMANDS:
        module.register(app)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run `breather` with `arguments` and return its exit status; unexpected errors go through."""
    try:
        outcome = make_command()(args=list(arguments), prog_name="breather", standalone_mode=False)
    except typer.Abort:
        return _failed("stopped", FAILED)
    except TyperException as error:
        # Asking for nothing shows the help, which is no error line.
        if not arguments:
            typer.echo(error.format_message())
            return BAD_INPUT
        return _failed(error.format_message(), error.exit_code)
    except INPUT_ERRORS as error:
        return _failed(str(error), BAD_INPUT)
    except Failed as error:
        return _failed(str(error), FAILED)
    except DBAPIError as error:
        # Without the statement and its values: they may hold what a screen or a log should not show.
        return _failed(f"database: {str(error.orig).strip().splitlines()[0]}", FAILED)
    return outcome if isinstance(outcome, int) else 0


def _failed(words: str, status: int) -> int:
    for line in words.splitlines() or [""]:
        typer.echo(f"breather: {line}", err=True)
    return status


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))
