"""`breather import`: files into the database, all or nothing; or templates of those files."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from api.cli.table import table
from api.errors import Invalid
from api.services.importing import ImportReport, import_files
from api.start import start_context
from roster.exchange import ExchangeError
from roster.exchange.templates import TemplateError, write_templates

BAD_INPUT = 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_)


def import_(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE…", help="CSV or XLSX, any kinds together")] = None,
    check: Annotated[bool, typer.Option("--check", help="say what would happen, keep nothing")] = False,
    zone: Annotated[
        str | None, typer.Option(help="IANA zone of local times; else the one zone that all teams have")
    ] = None,
    template: Annotated[Path | None, typer.Option(metavar="DIR", help="write templates of every file there")] = None,
    by: Annotated[str, typer.Option(help="who imports; else the user of this machine")] = "",
) -> None:
    """Import people, hours, requirements and contact history: all of it, or nothing and every fault at once."""
    if template is not None:
        if files or check or zone:
            raise Invalid("--template DIR writes files: expected no FILE, --check or --zone beside it")
        _write_templates(template)
        return
    if not files:
        raise Invalid("no file given: expected FILE…, or --template DIR")
    context = start_context()
    try:
        report = import_files(context, files, actor=by.strip() or getpass.getuser(), check_only=check, zone=zone)
    except ExchangeError as error:
        for fault in error.faults:
            typer.echo(str(fault), err=True)
        number = len(error.faults)
        typer.echo(f"breather: {number} fault{'s' if number > 1 else ''}; nothing was imported", err=True)
        raise typer.Exit(BAD_INPUT) from error
    _show(report)


def _write_templates(folder: Path) -> None:
    try:
        paths = write_templates(folder)
    except TemplateError as error:
        raise Invalid(str(error)) from error
    for path in paths:
        typer.echo(str(path))


def _show(report: ImportReport) -> None:
    header = ("kind", "added", "updated", "unchanged", "removed", "left out", "counted in")
    lines = [
        (
            count.kind,
            str(count.added),
            str(count.updated),
            str(count.unchanged),
            str(count.removed),
            str(count.left_out),
            count.unit + (f" ({count.note})" if count.note else ""),
        )
        for count in report.counts
    ]
    for line in table(header, lines, numbers=range(1, 6)):
        typer.echo(line)
    files = f"{report.files} file{'s' if report.files > 1 else ''}"
    typer.echo(f"{files} checked; nothing was kept" if report.check_only else f"{files} imported")
