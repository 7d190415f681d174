"""Whether this process can do its work, and figures about the floor as a whole."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select

from api.context import Context
from roster.contacts import Contact, ContactStatus
from roster.store.engine import reading
from roster.store.migrate import is_current


@dataclass(frozen=True)
class Check:
    """One thing that must be so; `words` say what is, or what to do about it."""

    name: str
    ok: bool
    words: str


def check_database(context: Context) -> tuple[Check, ...]:
    """Whether the database answers, and whether it is at the newest schema."""
    try:
        with reading(context.engine) as session:
            session.execute(text("select 1"))
    except SQLAlchemyError as error:
        # The driver's own words may hold the address and more; the kind of error is enough here.
        return (Check("database", False, f"can't be reached ({type(error).__name__})"),)
    current = is_current(context.engine)
    words = "at the newest schema" if current else "not at the newest schema: run breather migrate"
    return Check("database", True, "answers"), Check("migrations", current, words)


def contacts_by_status(context: Context) -> dict[ContactStatus, int]:
    """How many contacts are open, by where they are."""
    unfinished = [status for status in ContactStatus if status not in ENDED]
    with reading(context.engine) as session:
        rows = session.exec(
            select(Contact.status, func.count())
            .where(col(Contact.status).in_(unfinished))
            .group_by(col(Contact.status))
        ).all()
    found = dict(rows)
    return {status: found.get(status, 0) for status in unfinished}


ENDED = frozenset({ContactStatus.COMPLETED, ContactStatus.ABANDONED})
