"""TaskRouter's two callbacks over HTTP."""

from typing import Any

from fastapi import APIRouter, BackgroundTasks, Response, status

from api.adapters.received import AdapterRoute
from api.adapters.twilio.assignment import instruction_for
from api.adapters.twilio.events import MOVED, follow
from api.adapters.twilio.form import FormDep
from api.adapters.twilio.keeping import keep_current
from api.deps import ContextDep

router = APIRouter(prefix="/adapters/twilio", tags=["adapters"], route_class=AdapterRoute)


@router.post("/assignment")
def post_assignment(form: FormDep, context: ContextDep) -> dict[str, Any]:
    """What to do about a reservation: take it (`accept`, `dequeue`, `call` or `redirect`) or `reject` it."""
    return instruction_for(context, form)


@router.post("/events", status_code=status.HTTP_204_NO_CONTENT, response_class=Response)
def post_event(form: FormDep, context: ContextDep, background: BackgroundTasks) -> None:
    """Something happened at TaskRouter; answered 204, then what TaskRouter knows of the agent is brought up to date."""
    agent_code = follow(context, form)
    if agent_code is not None:
        # After a contact TaskRouter may have moved them by itself; after a move there is an event that said where to.
        background.add_task(keep_current, context, (agent_code,), anew=form.get("EventType") != MOVED)
