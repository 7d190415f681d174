"""The lead's pages about webhooks: the endpoints, and one endpoint with what is on its way and its dead letters."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response
from pydantic import ValidationError

from api.context import Context
from api.deps import ContextDep, LeadDep
from api.errors import Invalid, ServiceError
from api.services.webhooks import deliveries, endpoints
from api.services.webhooks.views import EndpointIn
from web.pages import page, see_other

router = APIRouter(prefix="/webhooks")

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
STATUS = {"active": "Active", "disabled": "Disabled", "pending": "Waiting", "delivered": "Taken", "dead": "Dead letter"}
TONE = {"active": "good", "disabled": "warn", "delivered": "good", "dead": "warn"}
PER_PAGE = 50


@router.get("")
def show_webhooks(request: Request, context: ContextDep, caller: LeadDep) -> Response:
    """The list, and the form for a new one."""
    return _list_page(request, context)


@router.post("")
def make_webhook(
    request: Request,
    context: ContextDep,
    caller: LeadDep,
    url: Annotated[str, Form(max_length=4000)] = "",
    kinds: Annotated[str, Form(max_length=4000)] = "",
    description: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Make one and show its signing key, this once; what can't be is said beside the form."""
    try:
        body = _entered(url, kinds, description)
        made = endpoints.make_endpoint(context, body, actor=caller.name)
    except ServiceError as error:
        entered = {"url": url, "kinds": kinds, "description": description}
        return _list_page(request, context, entered=entered, error=error)
    return _one_page(request, context, made.id, secret=made.secret)


@router.get("/{webhook}")
def show_webhook(
    request: Request,
    context: ContextDep,
    caller: LeadDep,
    webhook: Number,
    status: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Response:
    """One endpoint and its deliveries."""
    return _one_page(request, context, webhook, status=status, before=before)


@router.post("/{webhook}/rotate")
def rotate_key(request: Request, context: ContextDep, caller: LeadDep, webhook: Number) -> Response:
    """A new signing key, shown this once."""
    try:
        made = endpoints.rotate_key(context, webhook, actor=caller.name)
    except ServiceError as error:
        return _one_page(request, context, webhook, error=error)
    return _one_page(request, context, webhook, secret=made.secret)


@router.post("/{webhook}/enable")
def enable_webhook(context: ContextDep, caller: LeadDep, webhook: Number) -> Response:
    """Send again."""
    endpoints.enable_endpoint(context, webhook, actor=caller.name)
    return see_other(f"/webhooks/{webhook}")


@router.post("/{webhook}/disable")
def disable_webhook(context: ContextDep, caller: LeadDep, webhook: Number) -> Response:
    """Send nothing until it is enabled."""
    endpoints.disable_endpoint(context, webhook, actor=caller.name)
    return see_other(f"/webhooks/{webhook}")


@router.post("/{webhook}/remove")
def remove_webhook(context: ContextDep, caller: LeadDep, webhook: Number) -> Response:
    """Take it away, and back to the list."""
    endpoints.remove_endpoint(context, webhook, actor=caller.name)
    return see_other("/webhooks")


@router.post("/{webhook}/redeliver")
def redeliver(
    request: Request,
    context: ContextDep,
    caller: LeadDep,
    webhook: Number,
    delivery: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Send one delivery again, or all dead letters where none is named."""
    try:
        if delivery:
            deliveries.redeliver(context, webhook, delivery)
        else:
            deliveries.redeliver_dead(context, webhook)
    except ServiceError as error:
        return _one_page(request, context, webhook, error=error)
    return see_other(f"/webhooks/{webhook}")


def _entered(url: str, kinds: str, description: str) -> EndpointIn:
    try:
        return EndpointIn(url=url.strip(), kinds=kinds.replace(",", " ").split(), description=description)
    except ValidationError as error:
        raise Invalid("; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())) from error


def _list_page(
    request: Request, context: Context, *, entered: dict[str, str] | None = None, error: ServiceError | None = None
) -> Response:
    return page(
        request,
        "lead/webhooks.html",
        status_code=error.status if error else 200,
        webhooks=endpoints.list_endpoints(context),
        entered=entered or {"url": "", "kinds": "", "description": ""},
        error=error,
        names=STATUS,
        tones=TONE,
    )


def _one_page(
    request: Request,
    context: Context,
    webhook: int,
    *,
    status: str = "",
    before: int | None = None,
    secret: str | None = None,
    error: ServiceError | None = None,
) -> Response:
    return page(
        request,
        "lead/webhook.html",
        status_code=error.status if error else 200,
        webhook=endpoints.endpoint_view(context, webhook),
        listing=deliveries.list_deliveries(context, webhook, status=status or None, before=before, limit=PER_PAGE),
        chosen=status,
        secret=secret,
        error=error,
        names=STATUS,
        tones=TONE,
    )
