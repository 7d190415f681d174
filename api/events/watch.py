"""Finds what other processes wrote to the event log and announces it here, so that their news arrives too."""

import asyncio
import logging

from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import SQLAlchemyError

from api.context import Context
from api.events.log import mark
from api.events.stream import OVERLAP
from roster.store.engine import reading

POLL_SECONDS = 0.5
log = logging.getLogger("breather.events")


def _mark(context: Context) -> tuple[int, int]:
    with reading(context.engine) as session:
        return mark(session, OVERLAP)


async def watch(context: Context, poll_seconds: float = POLL_SECONDS) -> None:
    """Look at the log every `poll_seconds` until cancelled; one query for all readers of this process."""
    seen = (-1, 0)
    while True:
        try:
            found = await run_in_threadpool(_mark, context)
        except SQLAlchemyError:
            log.warning("the event log can't be read; trying again", exc_info=True)
        else:
            if found != seen:
                context.announcer.announce()
            seen = found
        await asyncio.sleep(poll_seconds)
