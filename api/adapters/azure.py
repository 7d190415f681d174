"""Azure Job Router, best-worker mode: a score for one worker and one job, from the costs of production routing.

The rule sends `{"job": {labels}, "selectors": [...], "worker": {"Id": ..., labels}}` and reads a bare number, the
highest first (learn.microsoft.com, "customize how workers are ranked for the best worker distribution mode").
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool

from api.adapters.attributes import OWNER, entry_of, text
from api.adapters.received import AdapterRoute, object_of, require_secret, secret_of
from api.adapters.settings import ours
from api.context import Context
from api.deps import ContextDep
from api.errors import Invalid, NotFound
from api.services.floor.contact_rows import queue_named
from api.services.floor.contacts import incoming
from api.services.floor.outside import agent_id_of
from api.services.floor.pairing import prices
from api.services.floor.views import ContactIn
from api.services.floor.work import floor_transaction

router = APIRouter(prefix="/adapters/azure", tags=["adapters"], route_class=AdapterRoute)

KEY_HEADER = "x-functions-key"
MOST_BYTES = 128_000
BEST_SCORE = 1000.0
HALVED_BY_POINTS = 100.0
HIGHEST_COST = 10_000.0
NOT_ELIGIBLE = 0.0


async def _asked(request: Request, context: ContextDep) -> dict[str, Any]:
    secret = secret_of(context.settings.azure_function_key, "BREATHER_AZURE_FUNCTION_KEY")
    require_secret(request, context, request.headers.get(KEY_HEADER, ""), secret, KEY_HEADER)
    return await object_of(request, MOST_BYTES)


@router.post("/score")
async def post_score(asked: Annotated[dict[str, Any], Depends(_asked)], context: ContextDep) -> float:
    """A bare number: 0 for a worker who may not take the job now, else more the better they suit it."""
    job, worker = _table(asked, "job"), _table(asked, "worker")
    return await run_in_threadpool(score, context, job, worker)


def score(context: Context, job: dict[str, Any], worker: dict[str, Any]) -> float:
    """How well the worker suits the job now; it changes nothing.

    1000 x 2^(-cost / 100) of the routing cost in points: the order is that of the costs, and it is always above 0.
    """
    settings = context.adapters.azure
    label, worker_id = text(job, settings.queue_label), text(worker, "Id")
    if label is None:
        raise Invalid(f"job.{settings.queue_label}: expected the label that names the queue")
    if worker_id is None:
        raise Invalid("worker.Id: expected the worker's id")
    body = ContactIn(
        ref="azure:score",
        queue=ours(settings.queues, label),
        owner=text(job, OWNER),
        entry=entry_of(job),
    )
    try:
        agent_id = agent_id_of(context, ours(settings.workers, worker_id))
    except NotFound as error:
        raise Invalid(error.detail) from error
    with floor_transaction(context) as transaction:
        queue = queue_named(transaction.session, body.queue)
        work = transaction.pool(queue.pool_id)
        contact, _ = incoming(work, body, queue)
        cost = prices(work, contact).of(agent_id)
    if cost is None:
        return NOT_ELIGIBLE
    return float(BEST_SCORE * 2.0 ** (-min(cost, HIGHEST_COST) / HALVED_BY_POINTS))


def _table(asked: dict[str, Any], name: str) -> dict[str, Any]:
    found = asked.get(name)
    if not isinstance(found, dict):
        raise Invalid(f"{name}: expected an object of labels")
    return found
