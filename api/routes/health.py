"""`/healthz`, `/readyz`, `/metrics`: for whoever keeps the process running. They name nobody."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from api.deps import ContextDep
from api.metrics import sample
from api.problems import Problem
from api.services.health import Check, check_database, contacts_by_status

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """The process runs. It asks nothing of the database, so that a restart is not tried where it can't help."""
    return {"status": "alive"}


@router.get("/readyz")
def ready(request: Request, context: ContextDep) -> Response:
    """Whether to send requests here; 503 names what is missing."""
    checks = (*check_database(context), _scheduler(request.app.state))
    words = {check.name: check.words for check in checks}
    missing = [check for check in checks if not check.ok]
    if not missing:
        return JSONResponse({"status": "ready", "checks": words})
    detail = "; ".join(f"{check.name}: {check.words}" for check in missing)
    return Problem(503, "Not ready", detail, {"checks": words, "failed": [check.name for check in missing]}).response()


def _scheduler(state: Any) -> Check:
    if not state.jobs:
        return Check("scheduler", True, "switched off here")
    running = state.scheduler is not None and state.scheduler.running
    return Check("scheduler", running, "running" if running else "not running")


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request, context: ContextDep) -> Response:
    """This process's requests, and the floor's open contacts, in Prometheus' text format."""
    lines: list[str] = list(request.app.state.metrics.lines())
    try:
        counts = contacts_by_status(context)
    except SQLAlchemyError:
        # Figures of the process matter most while the database is away; readiness says that it is.
        counts = {}
    lines += ["# HELP breather_contacts Contacts open now.", "# TYPE breather_contacts gauge"]
    lines += [sample("breather_contacts", (("status", str(status)),), count) for status, count in counts.items()]
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
