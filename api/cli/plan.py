"""`breather plan`: make a roster, show how it improves, store a draft, publish it if asked."""

import getpass
import sys
from datetime import date, timedelta
from typing import Annotated

import typer

from api.cli.failed import Failed
from api.context import Context
from api.errors import Invalid
from api.services.rosters.planning import check_time_limit, create_roster, plan_now
from api.services.rosters.publishing import publish as publish_roster
from api.services.rosters.runs import RunView
from api.start import start_context
from roster.result import TracePoint

EVERY_TEAM = "all"
DAYS_PER_WEEK = 7
MAX_WEEKS = 6


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan")(plan)


def plan(
    team: Annotated[str, typer.Option(help="name of the team, or all for every team")],
    from_: Annotated[str, typer.Option("--from", help="first day, such as 2026-12-07")],
    weeks: Annotated[int, typer.Option(help="1 to 6")] = 4,
    time_limit: Annotated[float, typer.Option(help="seconds of solving")] = 60.0,
    publish: Annotated[bool, typer.Option("--publish", help="publish it if it breaks no rule")] = False,
    by: Annotated[str, typer.Option(help="who plans and publishes; else the user of this machine")] = "",
) -> None:
    """Plan a roster and store it as a draft; Ctrl-C stops and keeps the best found."""
    starts_on = _first_day(from_)
    if not 1 <= weeks <= MAX_WEEKS:
        raise Invalid(f"--weeks {weeks}: expected 1 to {MAX_WEEKS}")
    check_time_limit(time_limit)
    context = start_context()
    actor = by.strip() or getpass.getuser()
    run = _planned(context, team, starts_on, weeks * DAYS_PER_WEEK, time_limit, actor)
    for sentence in run.messages:
        typer.echo(sentence)
    if not run.stored:
        raise Failed(f"no roster was stored; draft {run.roster_id} is as it was")
    if publish:
        publish_roster(context, run.roster_id, actor=actor)
        typer.echo(f"published by {actor}")
    last_on = starts_on + timedelta(days=weeks * DAYS_PER_WEEK - 1)
    typer.echo(f"roster {run.roster_id}: {starts_on.isoformat()} to {last_on.isoformat()}")
    typer.echo(
        f"status={run.outcome} objective={_number(run.objective)} bound={_number(run.bound)}"
        f" gap={_percent(run.gap)} seconds={run.seconds:.1f}"
    )


def _first_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"--from {text!r}: expected a date such as 2026-12-07") from error


def _planned(context: Context, team: str, starts_on: date, days: int, time_limit: float, actor: str) -> RunView:
    name = None if team == EVERY_TEAM else team
    roster_id = create_roster(context, team=name, starts_on=starts_on, days=days, actor=actor)
    shown = _Progress()
    run = plan_now(
        context, roster_id, time_limit_seconds=time_limit, actor=actor, on_progress=shown.show, on_note=typer.echo
    )
    shown.close()
    return run


class _Progress:
    """One line that is written over on a terminal; a line a point elsewhere."""

    def __init__(self) -> None:
        self._overwrite = sys.stdout.isatty()
        self._open = False

    def show(self, point: TracePoint) -> None:
        """The newest point of the trace."""
        words = (
            f"{point.seconds:7.1f} s  objective {_number(point.objective)}"
            f"  bound {_number(point.bound)}  gap {_percent(point.gap)}"
        )
        if self._overwrite:
            typer.echo(f"\r{words:<78}", nl=False)
        else:
            costs = "".join(f"  {rule} {cost}" for rule, cost in point.costs.items() if cost)
            typer.echo(words + costs)
        self._open = self._overwrite

    def close(self) -> None:
        """End the line, so that what follows has its own."""
        if self._open:
            typer.echo()


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)


def _percent(gap: float | None) -> str:
    return "-" if gap is None else f"{gap:.1%}"
