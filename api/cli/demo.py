"""`breather demo`: a fictional clinic, planned, played until mid-day, and served."""

import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api.cli.failed import Failed
from api.cli.serve import APPLICATION, GRACE_SECONDS
from api.demo.build import Built, NoRoster, build
from api.demo.clinic import NAME
from api.demo.folder import NotADemoFolder
from api.demo.probe import CheckFailed, check
from api.demo.server import ServerFailed, environment, free_port, is_free, running
from api.demo.stream import Stream
from api.errors import Invalid


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    data_dir: Annotated[Path, typer.Option(help="the demo's own folder, made anew each time")] = Path("data/demo"),
    check_only: Annotated[bool, typer.Option("--check", help="build, serve, try everything, stop")] = False,
    today: Annotated[str, typer.Option(help="any date of the demo's week, as 2026-11-25; else this week")] = "",
    port: Annotated[int, typer.Option(min=1, max=65535, help="where to serve")] = 8000,
    seed: Annotated[int, typer.Option(min=0, help="another seed, another clinic's history")] = 7,
) -> None:
    """Make a fictional clinic's centre, plan its month, play its day until mid-day, and serve it."""
    begin = time.monotonic()
    if not check_only and not is_free(port):
        raise Invalid(f"port {port} is in use: expected a free one, see --port")
    typer.echo(f"{NAME}, a fictional clinic, in {data_dir}")
    try:
        built = build(data_dir, today=_date(today), seed=seed, say=typer.echo)
    except NotADemoFolder as error:
        raise Invalid(str(error)) from error
    except NoRoster as error:
        raise Failed(f"demo: {error}") from error
    try:
        if check_only:
            _check(built, begin)
        else:
            _serve(built, port)
    finally:
        built.context.engine.dispose()


def _check(built: Built, begin: float) -> None:
    try:
        with running(built.folder, built.now, free_port()) as root:
            check(built, root, typer.echo)
    except (CheckFailed, ServerFailed) as error:
        raise Failed(f"demo check: {error}") from error
    typer.echo(f"All of it worked, in {time.monotonic() - begin:.0f} s.")


def _serve(built: Built, port: int) -> None:
    os.environ.update(environment(built.folder, built.now, port))
    offset = timedelta(seconds=float(os.environ["BREATHER_CLOCK_OFFSET_SECONDS"]))
    root = f"http://127.0.0.1:{port}"
    errand = ", who has a debrief to answer" if built.guest.invited else ""
    typer.echo(
        f"""
It is {built.now:%A}, five past twelve, at the {NAME}. Links sign in once; they are good for 30 days.

  as the lead, {built.lead_name}:
    {root}/sign-in/link/{built.lead_link}
  as an agent, {built.guest.name}{errand} (in a private window):
    {root}/sign-in/link/{built.agent_link}
  or with a password, on {root}/sign-in: {built.lead_username} or {built.guest.code}, password {built.password}

  post a contact as routing software does:
    curl -s {root}/api/v1/contacts -H 'Authorization: Bearer {built.router_token}' \\
      -H 'Content-Type: application/json' -d '{{"ref": "try-'$RANDOM'", "queue": "medication", "entry":
      {{"arrival_state": "distressed", "parties": 3, "history": "repeat_after_failure",
      "stakes": ["medication", "urgent_timing"], "resolvability": "partly"}}}}'

Ctrl+C stops it. `breather demo` makes it anew."""
    )
    stream = Stream(built.play, lambda: datetime.now(UTC) + offset)
    stream.start()
    try:
        uvicorn.run(
            APPLICATION,
            factory=True,
            host="127.0.0.1",
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    except KeyboardInterrupt:
        typer.echo("Stopped.")
    finally:
        stream.stop()


def _date(text: str) -> date:
    if not text:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"--today {text!r}: expected a date such as 2026-11-25") from error
