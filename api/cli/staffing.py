"""`breather staffing` and `breather forecast`: what contact history says of the weeks to come."""

import getpass
from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer

from api.cli.table import table
from api.errors import Invalid
from api.services.staffing.requirements import (
    ForecastReport,
    StaffingReport,
    forecast_from_history,
    requirements_from_history,
    sole_zone,
)
from api.start import start_context

DAYS_PER_WEEK = 7
MAX_WEEKS = 52

From = Annotated[str, typer.Option("--from", help="first day, such as 2026-12-07")]
Weeks = Annotated[int, typer.Option(help=f"1 to {MAX_WEEKS}")]
Zone = Annotated[str | None, typer.Option(help="IANA zone of days and weeks; else the one zone that all teams have")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("staffing")(staffing)
    app.command("forecast")(forecast)


def staffing(
    from_: From,
    weeks: Weeks = 4,
    zone: Zone = None,
    check: Annotated[bool, typer.Option("--check", help="show it, keep nothing")] = False,
    by: Annotated[str, typer.Option(help="who asks; else the user of this machine")] = "",
) -> None:
    """Turn contact history into a requirement per queue and quarter-hour, every line of shrinkage named."""
    starts_on, days = _stretch(from_, weeks)
    context = start_context()
    report = requirements_from_history(
        context,
        starts_on=starts_on,
        days=days,
        zone=zone or sole_zone(context),
        actor=by.strip() or getpass.getuser(),
        check_only=check,
    )
    _show_staffing(report)


def forecast(from_: From, weeks: Weeks = 1, zone: Zone = None) -> None:
    """Show the contacts to expect per queue and day: the weekday's mean in history, no trend and no season."""
    starts_on, days = _stretch(from_, weeks)
    context = start_context()
    _show_forecast(forecast_from_history(context, starts_on=starts_on, days=days, zone=zone or sole_zone(context)))


def _stretch(first: str, weeks: int) -> tuple[date, int]:
    try:
        starts_on = date.fromisoformat(first)
    except ValueError as error:
        raise Invalid(f"--from {first!r}: expected a date such as 2026-12-07") from error
    if not 1 <= weeks <= MAX_WEEKS:
        raise Invalid(f"--weeks {weeks}: expected 1 to {MAX_WEEKS}")
    return starts_on, weeks * DAYS_PER_WEEK


def _show_staffing(report: StaffingReport) -> None:
    _say(f"history: {report.contacts} contacts, {report.history_from} to {report.history_to}, days in {report.zone}")
    _say("")
    header = ("queue", "contacts/week", "handle s", "working h", "required h", "peak", "at", "exposure/h")
    lines = [
        (
            queue.queue,
            f"{queue.contacts_per_week:.1f}",
            f"{queue.mean_handle_seconds:.0f}",
            f"{queue.working_hours:.2f}",
            f"{queue.required_hours:.2f}",
            str(queue.peak_required),
            queue.peak_at,
            f"{queue.exposure_per_hour:.1f}",
        )
        for queue in report.queues
    ]
    _table(header, lines, range(1, 6))
    _say("")
    shares = [
        (
            "on contacts and ready for them",
            report.working_hours,
            report.working_hours / (report.required_hours or 1),
            "",
        ),
        *((line.name, line.agent_hours, line.share, line.basis) for line in report.lines),
        ("required", report.required_hours, 1.0 if report.required_hours else 0.0, ""),
    ]
    _table(
        ("agent-hours a week", "hours", "share", "from"),
        [(name, f"{hours:.2f}", f"{share:.1%}", basis) for name, hours, share, basis in shares],
        range(1, 3),
    )
    _say("")
    _table(
        ("date", "day", "required h", "working", "decompression", "debriefs", "breaks", "absence", "whole people"),
        [
            (
                str(day.on_date),
                f"{day.on_date:%a}",
                *(
                    f"{hours:.2f}"
                    for hours in (
                        day.required_hours,
                        day.working_hours,
                        day.decompression_hours,
                        day.debrief_hours,
                        day.break_hours,
                        day.absence_hours,
                        day.rounding_hours,
                    )
                ),
            )
            for day in report.daily
        ],
        range(2, 9),
    )
    for note in report.notes:
        _say(f"note: {note}")
    _say(f"{report.quarters} quarter-hours {'would be required; nothing was kept' if report.check_only else 'stored'}")


def _show_forecast(report: ForecastReport) -> None:
    _say(f"weekday means of history, {report.history_from} to {report.history_to}, days in {report.zone}")
    queues = list(report.contacts)
    lines = [
        (str(day), f"{day:%a}", *(f"{report.contacts[queue][number]:.1f}" for queue in queues))
        for number, day in enumerate(report.dates)
    ]
    _table(("date", "day", *queues), lines, range(2, 2 + len(queues)))


def _table(header: Sequence[str], lines: Sequence[Sequence[str]], numbers: range) -> None:
    for line in table(header, lines, numbers=numbers):
        _say(line)


def _say(words: str) -> None:
    typer.echo(words)
