"""`breather doctor`: looks for what would keep Breather from running here, one line per thing."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile

import typer
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from api.adapters.settings import read_adapters
from api.context import Context
from api.errors import Invalid, ServiceError
from api.services.access.accounts import list_users
from api.services.health import Check, check_database
from api.settings import Settings
from api.start import read_settings
from roster.accounts import Role
from roster.clock import ClockError, zone
from roster.policy import PolicyError, default_policy, load_policy
from roster.store.engine import StoreError, make_engine


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor() -> int:
    """Check settings, policy, adapters, data folder, database, accounts, port, time zones; 1 if anything is not ok."""
    healthy = True
    for check in _checks():
        typer.echo(f"{'ok    ' if check.ok else 'not ok'}  {check.name}: {check.words}")
        healthy = healthy and check.ok
    return 0 if healthy else 1


def _checks() -> Iterator[Check]:
    try:
        settings = read_settings()
    except ServiceError as error:
        yield Check("settings", False, error.detail)
        return
    yield Check("settings", True, settings.environment)
    yield _tried("policy", lambda: load_policy(settings.policy).name, PolicyError)
    yield _tried("adapters", lambda: _adapters(settings), Invalid)
    yield _tried("time zones", lambda: zone("Europe/Amsterdam").key, ClockError)
    if settings.embedded:
        yield _tried("data folder", lambda: _writable(settings.data_dir), OSError)
    yield _tried("port", lambda: _free(settings), OSError)
    yield from _database(settings)


def _tried(name: str, attempt: Callable[[], str], expected: type[Exception]) -> Check:
    try:
        return Check(name, True, attempt())
    except expected as error:
        return Check(name, False, str(error).replace("\n", "; "))


def _adapters(settings: Settings) -> str:
    """Which adapters answer; raises `Invalid` for a file that can't be used, or a table in it without its secret."""
    secrets = {
        "twilio": ("BREATHER_TWILIO_AUTH_TOKEN", settings.twilio_auth_token),
        "rocketchat": ("BREATHER_ROCKETCHAT_TOKEN", settings.rocketchat_token),
        "azure": ("BREATHER_AZURE_FUNCTION_KEY", settings.azure_function_key),
    }
    named = read_adapters(settings.adapters).model_fields_set
    missing = [
        f"[{name}] is there, and {variable} is empty: expected its secret, for without it the adapter answers 404"
        for name, (variable, secret) in secrets.items()
        if name in named and not secret.get_secret_value()
    ]
    if missing:
        raise Invalid("\n".join(f"{settings.adapters}: {line}" for line in missing))
    return ", ".join(name for name, (_, secret) in secrets.items() if secret.get_secret_value()) or "none is set up"


def _writable(folder: Path) -> str:
    there = folder.resolve()
    while not there.exists():
        there = there.parent
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(f"{there} can't be written to")
    with TemporaryFile(dir=there):
        return str(folder.resolve())


def _free(settings: Settings) -> str:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the server itself does it: an address in its closing minute is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise OSError(f"{settings.host}:{settings.port}: {error.strerror}; is Breather running already?") from error
    return f"{settings.host}:{settings.port} is free"


def _database(settings: Settings) -> Iterator[Check]:
    if settings.embedded and not Path(settings.url.removeprefix("sqlite:///")).exists():
        yield Check("database", True, "will be made on the first start")
        return
    try:
        context = Context(settings, make_engine(settings.url), default_policy())
    except (StoreError, ArgumentError, OSError) as error:
        yield Check("database", False, str(error))
        return
    checks = check_database(context)
    yield from checks
    if all(check.ok for check in checks):
        yield _tried("accounts", lambda: _accounts(context), SQLAlchemyError)
    context.engine.dispose()


def _accounts(context: Context) -> str:
    users = list_users(context)
    leads = sum(user.role is Role.LEAD and user.active for user in users)
    if not leads:
        return "no lead can sign in yet: breather user add NAME --role lead"
    return f"{leads} lead{'s' if leads > 1 else ''}, {len(users)} in all"
