"""Migrations of a database that is in use: people stay, new columns get their value, and it goes down again."""

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from api.context import Context
from roster.people import Agent, Contract
from roster.store.engine import StoreError, reading, writing
from roster.store.migrate import alembic_config, is_current
from tests.factories import make_centre


def test_a_centre_of_the_first_schema_comes_up_and_goes_down_whole(any_context: Context) -> None:
    engine = any_context.engine
    make_centre(any_context, agents=2, accounts=False)
    command.downgrade(alembic_config(engine), "0001")
    assert not is_current(engine)
    with writing(engine) as session:
        row = session.execute(text("select * from contract")).mappings().one()
        assert set(row) == {"id", "name", "min_week_minutes", "max_week_minutes", "max_consecutive_days"}
        session.execute(
            text(
                "insert into contract (name, min_week_minutes, max_week_minutes, max_consecutive_days)"
                " values ('part', 0, 1200, 3)"
            )
        )
    command.upgrade(alembic_config(engine), "head")
    assert is_current(engine)
    with reading(engine) as session:
        assert len(session.exec(select(Agent)).all()) == 2
        part = session.exec(select(Contract).where(Contract.name == "part")).one()
        assert (part.min_consecutive_days, part.min_days_off, part.max_weekends) == (1, 1, None)
    with writing(engine) as session:
        session.add(Contract(name="new", min_week_minutes=0, max_week_minutes=600))
    with pytest.raises(IntegrityError), writing(engine) as session:
        session.add(Agent(code="x", name="X", team_id=1, contract_id=999))


def test_a_migration_that_breaks_a_reference_is_undone(context: Context) -> None:
    make_centre(context, agents=1, accounts=False)
    command.downgrade(alembic_config(context.engine), "0002")
    with context.engine.connect() as connection:
        connection.connection.cursor().execute("pragma foreign_keys = off")
        connection.exec_driver_sql("delete from contract")
        connection.commit()
    with pytest.raises(StoreError, match="agent row 1 refers to a missing contract"):
        command.upgrade(alembic_config(context.engine), "head")
    with reading(context.engine) as session:
        assert session.execute(text("select version_num from alembic_version")).scalar() == "0002"
