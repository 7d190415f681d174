"""`breather roster …`: what a roster costs, who could step in, why a shift is as it is, and its repair."""

import getpass
from datetime import date
from typing import Annotated

import typer

from api.cli.failed import Failed
from api.errors import Invalid
from api.services.rosters.explaining import explanation
from api.services.rosters.repairing import Away, RepairAsked, repair_roster
from api.services.rosters.replacing import replacements_of
from api.services.rosters.why import why as why_service
from api.start import start_context

Number = Annotated[int, typer.Argument(help="number of the roster", min=1)]
Agent = Annotated[str, typer.Argument(help="code of the agent")]
Day = Annotated[str, typer.Argument(help="the day, such as 2026-12-07")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Questions about a roster, and its repair.", rich_markup_mode=None)
    group.command("explain")(explain)
    group.command("replacements")(replacements)
    group.command("why")(why)
    group.command("repair")(repair)
    app.add_typer(group, name="roster")


def explain(roster: Number) -> None:
    """Print what a roster costs by rule, and every rule that it breaks in a sentence."""
    told = explanation(start_context(), roster)
    for line in told.rules:
        if line.cost or line.violations:
            typer.echo(
                f"{line.heading:30}{line.cost:>10,}" + (f"  broken {line.violations}" if line.violations else "")
            )
    for one in told.violations:
        typer.echo(one.sentence)
    typer.echo(f"violations={len(told.violations)} cost={told.cost}")


def replacements(roster: Number, agent: Agent, day: Day) -> None:
    """Print who could take a shift, best first, and how many can't and by which rule."""
    told = replacements_of(start_context(), roster, agent, _day(day))
    typer.echo(told.absence)
    for place, way in enumerate(told.able, start=1):
        typer.echo(f"{place:>3}. {way.sentence}")
    for group in told.unable:
        typer.echo(f"can't, {group.heading}: {len(group.people)}")
    typer.echo(f"ways={len(told.able)} unable={sum(len(group.people) for group in told.unable)}")


def why(roster: Number, agent: Agent, day: Day) -> None:
    """Print why somebody works a shift: the best roster found without it, and what is proved."""
    told = why_service(start_context(), roster, agent, _day(day))
    for sentence in told.sentences:
        typer.echo(sentence)
    typer.echo(f"status={told.status} more={_number(told.cost_more)} at_least={_number(told.at_least)}")


def repair(
    roster: Number,
    agent: Agent,
    day: Day,
    until: Annotated[str, typer.Option(help="last day away, such as 2026-12-09; else the same day")] = "",
    extent: Annotated[str, typer.Option(help="days that may change: day, or week (slower)")] = "day",
    most_changes: Annotated[int, typer.Option(help="how many days of people may move at most")] = 7,
    by: Annotated[str, typer.Option(help="who repairs; else the user of this machine")] = "",
) -> None:
    """Make a draft in which somebody is away and as few days of people as possible move."""
    first = _day(day)
    asked = RepairAsked(
        away=(Away(agent, first, _day(until) if until else first),), extent=extent, most_changes=most_changes
    )
    told = repair_roster(start_context(), roster, asked, actor=by.strip() or getpass.getuser())
    for sentence in told.sentences:
        typer.echo(sentence)
    for move in told.moves:
        typer.echo(f"  {move.sentence}")
    for one in told.violations:
        typer.echo(f"to be settled: {one.sentence}")
    if told.draft_id is None:
        raise Failed(f"no draft was made: {told.status}")
    typer.echo(
        f"draft={told.draft_id} status={told.status} proof={told.proof} cost_proof={told.proofs.cost}"
        f" moves={len(told.moves)}"
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"day {text!r}: expected a date such as 2026-12-07") from error


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)
