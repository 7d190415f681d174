"""Fixtures for every test: a set clock, an empty migrated database, a context on it."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.context import Context, make_context
from api.security import secrets
from api.settings import Settings
from roster.store.migrate import migrate
from tests.clients import signed_in, with_token
from tests.factories import Centre, make_centre
from tests.postgres import Cluster, running_cluster

_numbers = count(1)


class SetClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> datetime:
        """Move on by `timedelta(**duration)` and return the new instant."""
        self.now += timedelta(**duration)
        return self.now


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords hashed in a moment; what is tested of the hashing itself has the hasher in use."""
    if request.module.__name__.rpartition(".")[2] != "test_security_secrets":
        monkeypatch.setattr(secrets, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        secrets._unknown.cache_clear()


@pytest.fixture
def clock() -> SetClock:
    """A Tuesday, 09:00 UTC, 10:00 in Amsterdam."""
    return SetClock(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, made once and copied by `context`."""
    folder = tmp_path_factory.mktemp("template")
    context = make_context(Settings(environment="test", data_dir=folder))
    migrate(context.engine)
    context.engine.dispose()
    return folder / "breather.sqlite3"


@pytest.fixture
def context(tmp_path: Path, clock: SetClock, empty_database: Path) -> Iterator[Context]:
    """A context on an empty database of its own."""
    shutil.copy(empty_database, tmp_path / "breather.sqlite3")
    made = make_context(Settings(environment="test", data_dir=tmp_path), clock)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A real PostgreSQL with a migrated, empty database called `template`."""
    with running_cluster() as cluster:
        cluster.execute("create database template")
        context = make_context(Settings(environment="test", database_url=cluster.url("template")))
        migrate(context.engine)
        context.engine.dispose()
        yield cluster


@pytest.fixture
def postgres_context(cluster: Cluster, clock: SetClock) -> Iterator[Context]:
    """A context on an empty PostgreSQL database of its own."""
    name = f"test_{next(_numbers)}"
    cluster.execute(f"create database {name} template template")
    made = make_context(Settings(environment="test", database_url=cluster.url(name)), clock)
    yield made
    made.engine.dispose()
    cluster.execute(f"drop database {name} with (force)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_context(request: pytest.FixtureRequest) -> Context:
    """The same test on SQLite and on a real PostgreSQL."""
    found: Context = request.getfixturevalue("context" if request.param == "sqlite" else "postgres_context")
    return found


@pytest.fixture
def centre(context: Context) -> Centre:
    """A team of six agents `a01` to `a06` and a lead `lead`, two queues, two shift types, no roster."""
    return make_centre(context)


@pytest.fixture
def app(context: Context) -> FastAPI:
    """The whole application, its scheduler off."""
    # Imported here, so that tests of the lower floors run without the pages.
    from web.app import create_app

    return create_app(context, jobs=False)


@pytest.fixture
def lead_client(app: FastAPI, context: Context, centre: Centre) -> TestClient:
    """A browser in which the lead of `centre` is signed in; it sends the CSRF token."""
    return signed_in(app, context, "lead")


@pytest.fixture
def agent_client(app: FastAPI, context: Context, centre: Centre) -> TestClient:
    """A browser in which agent `a01` of `centre` is signed in; it sends the CSRF token."""
    return signed_in(app, context, "a01")


@pytest.fixture
def router_client(app: FastAPI, context: Context, centre: Centre) -> TestClient:
    """Routing software with a bearer token."""
    return with_token(app, context)
