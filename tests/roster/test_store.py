"""The store: the same guarantees on SQLite and PostgreSQL, and a schema that migrations alone can make."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import select

from api.context import Context
from api.services.floor.commands import ContactIn, post_contact
from roster.clock import ClockError
from roster.people import Contract, Team
from roster.queues import Pool, Queue
from roster.shifts import Requirement
from roster.store.engine import StoreError, make_engine, reading, writing
from roster.store.migrate import alembic_config, is_current
from roster.store.tables import metadata
from tests.factories import make_centre
from tests.postgres import Cluster


def test_migrations_make_exactly_the_tables_of_the_code(any_context: Context) -> None:
    assert is_current(any_context.engine)
    with any_context.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_the_schema_can_be_taken_down_again(any_context: Context) -> None:
    command.downgrade(alembic_config(any_context.engine), "base")
    assert not is_current(any_context.engine)


def test_a_failed_write_leaves_nothing(any_context: Context) -> None:
    with pytest.raises(ZeroDivisionError), writing(any_context.engine) as session:
        session.add(Team(name="North", zone="UTC"))
        session.flush()
        raise ZeroDivisionError
    with reading(any_context.engine) as session:
        assert session.exec(select(Team)).all() == []


def test_the_database_itself_refuses_impossible_hours(any_context: Context) -> None:
    with pytest.raises(IntegrityError, match="week_minutes_ordered"), writing(any_context.engine) as session:
        session.add(Contract(name="odd", min_week_minutes=2400, max_week_minutes=2000))


def test_the_database_itself_refuses_unknown_words(any_context: Context) -> None:
    with pytest.raises((IntegrityError, StatementError)), writing(any_context.engine) as session:
        session.add(Pool(id=1, name="main"))
        session.flush()
        session.add(Queue(code="q", name="q", pool_id=1, channel="pigeon"))


def test_the_database_itself_refuses_a_reference_to_nothing(any_context: Context) -> None:
    with pytest.raises(IntegrityError), writing(any_context.engine) as session:
        session.add(Requirement(queue_id=99, starts_at=datetime(2026, 11, 24, tzinfo=UTC), required=1))


def test_instants_come_back_in_utc_whatever_zone_they_came_in(any_context: Context) -> None:
    eastern = datetime(2026, 11, 24, 10, 0, tzinfo=timezone(timedelta(hours=2)))
    with writing(any_context.engine) as session:
        session.add(Pool(id=1, name="main"))
        session.flush()
        session.add(Queue(id=1, code="q", name="q", pool_id=1))
        session.flush()
        session.add(Requirement(queue_id=1, starts_at=eastern, required=1))
    with reading(any_context.engine) as session:
        found = session.exec(select(Requirement)).one()
    assert found.starts_at == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert found.starts_at.tzinfo is UTC


def test_an_instant_without_a_zone_is_refused(any_context: Context) -> None:
    naive = datetime(2026, 11, 24)  # noqa: DTZ001  the very thing that is refused
    with pytest.raises(StatementError) as caught, writing(any_context.engine) as session:
        session.add(Requirement(queue_id=1, starts_at=naive, required=1))
    assert isinstance(caught.value.orig, ClockError)


def test_a_database_of_another_make_is_refused_by_name() -> None:
    with pytest.raises(StoreError, match=r"mysql.*expected sqlite.*postgresql"):
        make_engine("mysql://u:secret@h/d")


END_ALL = """
    select pg_terminate_backend(pid) from pg_stat_activity where datname like 'test%' and pid <> pg_backend_pid()
"""


def _close_all(context: Context, cluster: Cluster) -> None:
    """Two connections of the pool, both idle, and then the server ends them."""
    with context.engine.connect() as first, context.engine.connect() as other:
        assert first.exec_driver_sql("select 1").scalar() == other.exec_driver_sql("select 1").scalar()
    cluster.execute(END_ALL)


@pytest.mark.postgres
def test_connections_that_idled_are_tried_before_they_are_used(
    postgres_context: Context, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_centre(postgres_context)
    monkeypatch.setattr("roster.store.engine.IDLE_SECONDS", 0.0)
    _close_all(postgres_context, cluster)
    with reading(postgres_context.engine) as session:
        assert session.exec(select(Team)).one().name == "Team"


@pytest.mark.postgres
def test_the_floor_asks_again_where_the_server_has_just_ended_its_connections(
    postgres_context: Context, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_centre(postgres_context)
    monkeypatch.setattr("roster.store.engine.IDLE_SECONDS", 1e6)
    _close_all(postgres_context, cluster)
    assert post_contact(postgres_context, ContactIn(ref="r-1", queue="advice"), actor="router").ref == "r-1"
