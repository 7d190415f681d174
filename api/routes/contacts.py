"""`/contacts`: post a contact and get who takes it and why; accept, start, complete, and what else befalls it.

Routing software (or a lead standing in for it) may do all of it; an agent only with the contact they have. What
people carry is in the reply to software alone.
"""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Response, status

from api.deps import CallerDep, ContextDep, RouterDep
from api.security.caller import Caller
from api.services.floor import contacts as use_case
from api.services.floor.commands import abandon, accept, complete, contact_view, decline, explanation, start, transfer
from api.services.floor.views import CompletionIn, CompletionView, ContactIn, ContactView, ExplanationView, TransferIn
from roster.accounts import Role

router = APIRouter(prefix="/contacts", tags=["contacts"])

ContactId = Annotated[str, Path(max_length=80, description="the id that posting the contact gave")]
IdempotencyKey = Annotated[
    str | None, Header(description="1 to 200 characters; the same key and body again gets the very same reply")
]


def _as_agent(caller: Caller) -> int | None:
    return caller.agent_id if caller.role is Role.AGENT else None


@router.post("", status_code=status.HTTP_201_CREATED, responses={200: {"description": "this ref was there before"}})
def post_contact(
    body: ContactIn,
    response: Response,
    context: ContextDep,
    caller: RouterDep,
    idempotency_key: IdempotencyKey = None,
) -> ContactView:
    """Take a contact in and decide who takes it.

    201 for a new one; 200 with the contact as it stands where its `ref` was posted before. A repeated
    `Idempotency-Key` gets the first reply again, status and body.
    """
    posted = use_case.post(context, body, actor=caller.name, idempotency_key=idempotency_key)
    if not posted.created:
        response.status_code = status.HTTP_200_OK
    return posted.view.seen_by(caller.role)


@router.get("/{contact_id}")
def read_contact(contact_id: ContactId, context: ContextDep, caller: CallerDep) -> ContactView:
    """The contact as it stands."""
    return contact_view(context, contact_id, as_agent=_as_agent(caller)).seen_by(caller.role)


@router.get("/{contact_id}/explanation")
def read_explanation(contact_id: ContactId, context: ContextDep, caller: CallerDep) -> ExplanationView:
    """Why it went where it went: the factors with their points, and the two next-best."""
    return explanation(context, contact_id, as_agent=_as_agent(caller)).seen_by(caller.role)


@router.post("/{contact_id}/accept")
def accept_contact(contact_id: ContactId, context: ContextDep, caller: CallerDep) -> ContactView:
    """Take what was reserved."""
    view = accept(context, contact_id, actor=caller.name, as_agent=_as_agent(caller))
    return view.seen_by(caller.role)


@router.post("/{contact_id}/decline")
def decline_contact(contact_id: ContactId, context: ContextDep, caller: CallerDep) -> ContactView:
    """Pass on it, without a reason: it is offered to somebody else at once."""
    view = decline(context, contact_id, actor=caller.name, as_agent=_as_agent(caller))
    return view.seen_by(caller.role)


@router.post("/{contact_id}/start")
def start_contact(contact_id: ContactId, context: ContextDep, caller: CallerDep) -> ContactView:
    """The conversation begins."""
    view = start(context, contact_id, actor=caller.name, as_agent=_as_agent(caller))
    return view.seen_by(caller.role)


@router.post("/{contact_id}/abandon")
def abandon_contact(contact_id: ContactId, context: ContextDep, caller: RouterDep) -> ContactView:
    """The other side gave up before it began."""
    return abandon(context, contact_id, actor=caller.name).seen_by(caller.role)


@router.post("/{contact_id}/transfer")
def transfer_contact(contact_id: ContactId, body: TransferIn, context: ContextDep, caller: RouterDep) -> ContactView:
    """Send it on to another queue. Use the id in the reply from then on."""
    return transfer(context, contact_id, body, actor=caller.name).seen_by(caller.role)


@router.post("/{contact_id}/complete")
def complete_contact(
    contact_id: ContactId, body: CompletionIn, context: ContextDep, caller: CallerDep
) -> CompletionView:
    """It is over: what happened, how heavy it felt, and the rest that follows from it."""
    view = complete(context, contact_id, body, actor=caller.name, as_agent=_as_agent(caller))
    return view.seen_by(caller.role)
