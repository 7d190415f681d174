"""`breather serve` and `breather migrate`."""

from typing import Annotated

import typer
import uvicorn

from api.cli.failed import Failed
from api.context import make_context
from api.errors import Invalid
from api.start import read_settings, start_context
from optimizer.shifts.processes.warming import warming
from roster.store.migrate import is_current
from roster.store.migrate import migrate as migrate_engine

# The pages stand a floor above this one, so nothing here may import them: the server is given their name instead,
# and imports them itself. (Each worker process has to import the application by name anyway.)
APPLICATION = "web.app:create_default_app"
GRACE_SECONDS = 10


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(serve)
    app.command()(migrate)


def serve(
    host: Annotated[str | None, typer.Option(help="address to listen on; else BREATHER_HOST")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="port; else BREATHER_PORT")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="processes; more than one needs PostgreSQL")] = 1,
    access_log: Annotated[bool, typer.Option(help="a line per request; it shows addresses, sign-in links too")] = False,
) -> None:
    """Serve the API and the pages. The embedded database is made and migrated on start."""
    # Made once here, so that a bad policy or database is one clear line instead of a server's traceback.
    context = start_context()
    settings = context.settings
    current = is_current(context.engine)
    context.engine.dispose()
    if not current:
        raise Failed("the database is not at the newest schema: run breather migrate first")
    if workers > 1 and settings.embedded:
        raise Invalid(f"--workers {workers}: expected 1 with the embedded database; set BREATHER_DATABASE_URL for more")
    where = host or settings.host
    typer.echo(f"Breather on http://{where}:{settings.port if port is None else port}")
    try:
        with warming():
            uvicorn.run(
                APPLICATION,
                factory=True,
                host=where,
                port=settings.port if port is None else port,
                workers=workers,
                log_level="warning",
                access_log=access_log,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
    except KeyboardInterrupt:
        typer.echo("Stopped.")


def migrate() -> None:
    """Bring the database to the newest schema."""
    context = make_context(read_settings())
    migrate_engine(context.engine)
    context.engine.dispose()
    typer.echo("The database is at the newest schema.")
