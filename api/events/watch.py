"""Finds what other processes wrote to the event log and announces it here, so that their news arrives too."""

import asyncio
import logging

from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import SQLAlchemyError

from api.context import Context
from api.events.log import newest_id
from roster.store.engine import reading

POLL_SECONDS = 0.5
log = logging.getLogger("breather.events")


def _newest(context: Context) -> int:
    with reading(context.engine) as session:
        return newest_id(session)


async def watch(context: Context, poll_seconds: float = POLL_SECONDS) -> None:
    """Look at the log every `poll_seconds` until cancelled; one query for all readers of this process."""
    seen = -1
    while True:
        try:
            newest = await run_in_threadpool(_newest, context)
        except SQLAlchemyError:
            log.warning("the event log can't be read; trying again", exc_info=True)
        else:
            if newest != seen:
                context.announcer.announce()
            seen = newest
        await asyncio.sleep(poll_seconds)
