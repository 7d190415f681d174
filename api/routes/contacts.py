"""`/contacts`: post a contact and get who takes it and why; accept, start, complete, and what else befalls it.

Routing software (or a lead standing in for it) may do all of it; an agent only with the contact they have. What
people carry is in the reply to software alone.
"""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Response, status
from pydantic import BaseModel

from api.deps import CallerDep, ContextDep, RouterDep
from api.desk_lane import Make, direct
from api.security.caller import Caller
from api.services.floor.commands import completing, contact_view, explanation, transfer
from api.services.floor.contacts import (
    Change,
    Posted,
    abandoned,
    accepted,
    changing,
    declined,
    posting,
    started,
)
from api.services.floor.desk import Command, done
from api.services.floor.lookups import Speaker
from api.services.floor.views import (
    NO_NUL,
    CompletionIn,
    CompletionView,
    ContactIn,
    ContactView,
    ExplanationView,
    TransferIn,
)
from roster.accounts import Role

router = APIRouter(prefix="/contacts", tags=["contacts"])

ContactId = Annotated[str, Path(max_length=80, pattern=NO_NUL, description="the id that posting the contact gave")]
IdempotencyKey = Annotated[
    str | None, Header(description="1 to 200 characters; the same key and body again gets the very same reply")
]


def _speaker(caller: Caller) -> Speaker:
    return Speaker(caller.name, caller.role, _as_agent(caller))


def _as_agent(caller: Caller) -> int | None:
    return caller.agent_id if caller.role is Role.AGENT else None


def _show(view: ContactView, role: Role) -> tuple[int, BaseModel]:
    return status.HTTP_200_OK, view.seen_by(role)


def _show_posted(posted: Posted, role: Role) -> tuple[int, BaseModel]:
    return status.HTTP_201_CREATED if posted.created else status.HTTP_200_OK, posted.view.seen_by(role)


def _show_completed(view: CompletionView, role: Role) -> tuple[int, BaseModel]:
    return status.HTTP_200_OK, view.seen_by(role)


def _posting(_: str, body: bytes, key: str | None, token: str) -> Command[Posted]:
    return posting(ContactIn.model_validate_json(body), key, token)


def _changing(change: Change) -> Make[ContactView]:
    return lambda contact_id, body, key, token: changing(contact_id, change, token)


def _completing(contact_id: str, body: bytes, _: str | None, token: str) -> Command[CompletionView]:
    return completing(contact_id, CompletionIn.model_validate_json(body), token)


@router.post("", status_code=status.HTTP_201_CREATED, responses={200: {"description": "this ref was there before"}})
@direct("/contacts", _posting, _show_posted)
async def post_contact(
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
    posted = await done(context, posting(body, idempotency_key), _speaker(caller))
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
@direct("/contacts/{contact_id}/accept", _changing(accepted), _show)
async def accept_contact(contact_id: ContactId, context: ContextDep, caller: CallerDep) -> ContactView:
    """Take what was reserved."""
    return (await done(context, changing(contact_id, accepted), _speaker(caller))).seen_by(caller.role)


@router.post("/{contact_id}/decline")
@direct("/contacts/{contact_id}/decline", _changing(declined), _show)
async def decline_contact(contact_id: ContactId, context: ContextDep, caller: CallerDep) -> ContactView:
    """Pass on it, without a reason: it is offered to somebody else at once."""
    return (await done(context, changing(contact_id, declined), _speaker(caller))).seen_by(caller.role)


@router.post("/{contact_id}/start")
@direct("/contacts/{contact_id}/start", _changing(started), _show)
async def start_contact(contact_id: ContactId, context: ContextDep, caller: CallerDep) -> ContactView:
    """The conversation begins."""
    return (await done(context, changing(contact_id, started), _speaker(caller))).seen_by(caller.role)


@router.post("/{contact_id}/abandon")
@direct("/contacts/{contact_id}/abandon", _changing(abandoned), _show)
async def abandon_contact(contact_id: ContactId, context: ContextDep, caller: RouterDep) -> ContactView:
    """The other side gave up before it began."""
    return (await done(context, changing(contact_id, abandoned), _speaker(caller))).seen_by(caller.role)


@router.post("/{contact_id}/transfer")
def transfer_contact(contact_id: ContactId, body: TransferIn, context: ContextDep, caller: RouterDep) -> ContactView:
    """Send it on to another queue. Use the id in the reply from then on."""
    return transfer(context, contact_id, body, actor=caller.name).seen_by(caller.role)


@router.post("/{contact_id}/complete")
@direct("/contacts/{contact_id}/complete", _completing, _show_completed)
async def complete_contact(
    contact_id: ContactId, body: CompletionIn, context: ContextDep, caller: CallerDep
) -> CompletionView:
    """It is over: what happened, how heavy it felt, and the rest that follows from it."""
    return (await done(context, completing(contact_id, body), _speaker(caller))).seen_by(caller.role)
