"""The assignment callback: TaskRouter has reserved a worker for a task and asks what to do about it.

Breather says yes to the worker whom its own routing would choose, or one who is nearly as good
(`within_points`), and no to everybody else. A no moves the worker to the activity between contacts for a moment, so
that TaskRouter tries somebody else instead of them again (twilio.com/docs/taskrouter/handle-assignment-callbacks).
"""

from typing import Any

from sqlalchemy import select

from api.adapters.settings import TwilioSettings
from api.adapters.twilio.form import Form
from api.adapters.twilio.names import ACTOR, agent_of, contact_id_of, contact_in
from api.adapters.twilio.places import note_rejected
from api.context import Context
from api.errors import Invalid
from api.services.floor.commands import post_contact, set_state
from api.services.floor.pairing import accept_offered
from api.services.floor.tables import AGENT, FLOOR_STATE
from roster.rest import AgentState
from roster.store.engine import reading

LONGEST_URI = 200


def instruction_for(context: Context, form: Form) -> dict[str, Any]:
    """The instruction with which to answer; the same callback again gets the same one.

    Raises
    ------
    Invalid: an id, attribute, queue or worker that can't be used; then nothing has changed.
    """
    settings = context.adapters.twilio
    reservation, agent_code = form.sid("ReservationSid"), agent_of(context, form)
    yes = _accepted(settings, form)
    contact_id = contact_id_of(context, form)
    body = contact_in(context, form) if contact_id is None else None
    _meet(context, agent_code)
    if body is not None:
        post_contact(context, body, actor=ACTOR)
        contact_id = contact_id_of(context, form)
    accepted = contact_id is not None and accept_offered(
        context, contact_id, agent_code, within_points=settings.within_points, reservation=reservation, actor=ACTOR
    )
    if accepted:
        return yes
    if settings.protected_activity:
        note_rejected(context, agent_code)
        return {"instruction": "reject", "activity_sid": settings.protected_activity}
    return {"instruction": "reject"}


def _meet(context: Context, agent_code: str) -> None:
    """Somebody whom TaskRouter offers and who was never on our floor has come to it before we listened."""
    with reading(context.engine) as session:
        known = session.execute(
            select(FLOOR_STATE.c.agent_id)
            .join(AGENT, AGENT.c.id == FLOOR_STATE.c.agent_id)
            .where(AGENT.c.code == agent_code)
        ).first()
    if known is None:
        set_state(context, agent_code, AgentState.AVAILABLE.value, actor=ACTOR)


def _accepted(settings: TwilioSettings, form: Form) -> dict[str, Any]:
    answer: dict[str, Any] = {"instruction": settings.instruction}
    if settings.instruction in ("dequeue", "call") and settings.call_from:
        answer["from"] = settings.call_from
    if settings.instruction == "dequeue" and settings.protected_activity:
        # Decompression enters here: nothing can come between the call's end and what Breather says follows.
        answer["post_work_activity_sid"] = settings.protected_activity
    if settings.instruction in ("call", "redirect"):
        answer |= {"url": settings.twiml_url, "accept": True}
    if settings.instruction == "call":
        answer["to"] = _uri(form.attributes("WorkerAttributes"), "WorkerAttributes", "contact_uri")
    if settings.instruction == "redirect":
        answer["call_sid"] = _uri(form.attributes("TaskAttributes"), "TaskAttributes", "call_sid")
    return answer


def _uri(attributes: dict[str, Any], field: str, name: str) -> str:
    found = attributes.get(name)
    if not isinstance(found, str) or not 1 <= len(found) <= LONGEST_URI:
        raise Invalid(f"{field}.{name}: expected a text of 1 to {LONGEST_URI} characters")
    return found
