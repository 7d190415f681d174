"""The event callback: what became of tasks, reservations and workers at TaskRouter, followed on our floor.

Events come late, twice and out of order. Each is held against what stands on the floor under its lock; one that
tells of a reservation that is no longer the contact's changes nothing (twilio.com/docs/taskrouter/api/event/reference).
"""

from collections.abc import Callable

from api.adapters.attributes import outcomes_of
from api.adapters.twilio.form import Form
from api.adapters.twilio.names import ACTOR, agent_of, contact_id_of, contact_in, ref_of
from api.adapters.twilio.places import AVAILABLE, BETWEEN, ELSEWHERE, note_activity
from api.context import Context
from api.errors import Invalid, NotFound
from api.services.floor.commands import TransferIn, contact_view, post_contact, set_state, transfer
from api.services.floor.outside import hand_back, over, taken
from roster.contacts import ContactStatus
from roster.rest import AgentState

MOVED = "worker.activity.update"
USUAL_STATES = {"available": AgentState.AVAILABLE, "idle": AgentState.AVAILABLE, "offline": AgentState.OFFLINE}
"""By the name of an activity that the adapters' file does not list; every other name is away."""


def follow(context: Context, form: Form) -> str | None:
    """Bring the floor in step with one event; the agent of whom TaskRouter may have to be told something now.

    Kinds that mean nothing to the floor are passed over.

    Raises
    ------
    Invalid: an id or attribute that can't be used. NotFound: a task that was never posted. Conflict: what the
    contact's state does not allow.
    """
    handle = HANDLERS.get(form.get("EventType"))
    return None if handle is None else handle(context, form)


def _entered(context: Context, form: Form) -> None:
    """A task waits in a queue: the contact is there before anybody is offered it."""
    if contact_id_of(context, form) is None:
        post_contact(context, contact_in(context, form), actor=ACTOR)


def _moved(context: Context, form: Form) -> None:
    """A task goes on to another queue; where it has begun, its conversation is not disturbed."""
    contact_id = contact_id_of(context, form)
    body = contact_in(context, form)
    if contact_id is None:
        post_contact(context, body, actor=ACTOR)
        return
    view = contact_view(context, contact_id)
    if view.status in (ContactStatus.WAITING, ContactStatus.ASSIGNED) and view.queue != body.queue:
        transfer(context, contact_id, TransferIn(queue=body.queue), actor=ACTOR)


def _begun(context: Context, form: Form) -> None:
    """A worker has the task in hand; where no callback was asked before, this is the first we hear of it."""
    agent_code = agent_of(context, form)
    _entered(context, form)
    taken(context, _known(context, form), agent_code, actor=ACTOR)


def _not_taken(context: Context, form: Form) -> None:
    """Rejected, timed out, canceled, rescinded or failed: if the contact is still reserved by this reservation."""
    contact_id, reservation = _known(context, form), form.sid("ReservationSid")
    if form.get("WorkerSid"):
        # A failed reservation names no worker; one that is named must be ours.
        agent_of(context, form)
    hand_back(context, contact_id, reservation, actor=ACTOR)


def _completed(context: Context, form: Form) -> str | None:
    outcomes = outcomes_of(form.attributes("TaskAttributes"))
    return over(context, _known(context, form), actor=ACTOR, outcomes=outcomes).agent


def _canceled(context: Context, form: Form) -> str | None:
    """Whoever called has gone; told of before the task itself, the contact is there and abandoned at once."""
    contact_id = contact_id_of(context, form)
    if contact_id is None:
        contact_id = post_contact(context, contact_in(context, form), actor=ACTOR).id
    return over(context, contact_id, actor=ACTOR).agent


def _activity(context: Context, form: Form) -> str | None:
    agent_code, activity = agent_of(context, form), form.sid("WorkerActivitySid")
    settings = context.adapters.twilio
    place = AVAILABLE if activity == settings.available_activity else ELSEWHERE
    if activity == settings.protected_activity:
        place = BETWEEN
    if not note_activity(context, agent_code, place, _milliseconds(form)):
        return None
    if place is not BETWEEN:
        # Between contacts is Breather's own doing: the person has said nothing.
        state = AgentState.AVAILABLE if place is AVAILABLE else settings.activities.get(activity)
        if state is None:
            state = USUAL_STATES.get(form.get("WorkerActivityName").strip().lower(), AgentState.AWAY)
        set_state(context, agent_code, state.value, actor=ACTOR)
    return agent_code


def _milliseconds(form: Form) -> int:
    at = form.get("TimestampMs") or f"{form.get('Timestamp')}000"
    if not at.isascii() or not at.isdigit() or len(at) > 14:
        raise Invalid(f"TimestampMs={at[:40]!r}: expected whole milliseconds since 1970")
    return int(at)


def _known(context: Context, form: Form) -> str:
    contact_id = contact_id_of(context, form)
    if contact_id is None:
        raise NotFound(f"contact {ref_of(form.sid('TaskSid'))!r} is not known")
    return contact_id


HANDLERS: dict[str, Callable[[Context, Form], str | None]] = {
    "task-queue.entered": _entered,
    "task-queue.moved": _moved,
    "reservation.accepted": _begun,
    "reservation.rejected": _not_taken,
    "reservation.timeout": _not_taken,
    "reservation.canceled": _not_taken,
    "reservation.rescinded": _not_taken,
    "reservation.failed": _not_taken,
    "task.completed": _completed,
    "task.canceled": _canceled,
    "task.deleted": _canceled,
    "task.system-deleted": _canceled,
    MOVED: _activity,
}
