"""Webhooks by the clock: what is due is sent, and old deliveries are forgotten.

Endpoints that fail have a job of their own, so that one that answers slowly or not at all holds up nobody else.
"""

import asyncio
from collections.abc import Sequence

from api.context import Context
from api.services.webhooks import deliveries
from api.services.webhooks.sending import Send, sender
from api.services.webhooks.turns import endpoints_with_work, take_turn

SECONDS = 1.0
FAILING_SECONDS = 2.0
TIDY_SECONDS = 3600.0


def send_due(context: Context) -> None:
    """Everything due for endpoints that are well, all endpoints side by side."""
    _run(context, endpoints_with_work(context, failing=False))


def try_failing(context: Context) -> None:
    """Everything due for endpoints whose last attempt failed."""
    _run(context, endpoints_with_work(context, failing=True))


def tidy(context: Context) -> None:
    """Forget what is old."""
    deliveries.tidy(context)


def _run(context: Context, endpoints: Sequence[int]) -> None:
    # An idle log costs one look a second and no event loop.
    if endpoints:
        asyncio.run(_sent(context, endpoints))


async def _sent(context: Context, endpoints: Sequence[int]) -> None:
    async with sender(context.settings.allowed_networks) as send:
        await take_turns(context, endpoints, send)


async def take_turns(context: Context, endpoints: Sequence[int], send: Send) -> int:
    """A turn for each of `endpoints`, side by side; the number of attempts. One that breaks stops no other."""
    turns = (take_turn(context, endpoint_id, send) for endpoint_id in endpoints)
    results = await asyncio.gather(*turns, return_exceptions=True)
    broken = [result for result in results if isinstance(result, BaseException)]
    if broken:
        raise BaseExceptionGroup("webhooks", broken)
    return sum(result for result in results if isinstance(result, int))
