"""Whose a callback's ids are: agents and queues by SID, or as the site's own attributes say."""

from api.adapters.attributes import AGENT, OWNER, QUEUE, entry_of, is_name, life_at_risk, text
from api.adapters.twilio.form import Form
from api.context import Context
from api.errors import Invalid, NotFound
from api.services.floor.contact_rows import queue_named
from api.services.floor.outside import agent_id_of, known_contact
from api.services.floor.views import ContactIn
from roster.store.engine import reading

ACTOR = "twilio"


def ref_of(task_sid: str) -> str:
    """The reference under which a task is a contact."""
    return f"twilio:{task_sid}"


def agent_of(context: Context, form: Form) -> str:
    """Code of the form's worker: by `workers`, by the worker attribute `breather_agent`, or the SID itself.

    Raises
    ------
    Invalid: nobody is called so.
    """
    sid = form.sid("WorkerSid")
    workers = context.adapters.twilio.workers
    code = workers[sid] if sid in workers else text(form.attributes("WorkerAttributes"), AGENT) or sid
    try:
        agent_id_of(context, code)
    except NotFound as error:
        raise Invalid(f"WorkerSid={sid!r}: agent {code!r} is not known") from error
    return code


def contact_in(context: Context, form: Form) -> ContactIn:
    """The form's task as a contact to post.

    Raises
    ------
    Invalid: an attribute that can't be used, an unknown queue or owner.
    """
    attributes = form.attributes("TaskAttributes")
    queues, sid = context.adapters.twilio.queues, form.get("TaskQueueSid")
    queue = queues[sid] if sid in queues else text(attributes, QUEUE) or sid
    if not is_name(queue):
        raise Invalid(f"TaskQueueSid={sid[:40]!r}: expected a queue that the adapters' file or {QUEUE} names")
    owner = text(attributes, OWNER)
    try:
        if owner is not None:
            agent_id_of(context, owner)
    except NotFound as error:
        raise Invalid(f"{OWNER}: {error.detail}") from error
    with reading(context.engine) as session:
        queue_named(session, queue)
    return ContactIn(
        ref=ref_of(form.sid("TaskSid")),
        queue=queue,
        owner=owner,
        entry=entry_of(attributes),
        life_at_risk=life_at_risk(attributes),
    )


def contact_id_of(context: Context, form: Form) -> str | None:
    """The contact that the form's task is by now, if it was ever posted."""
    with reading(context.engine) as session:
        return known_contact(session, ref_of(form.sid("TaskSid")))
