"""`breather webhook …`: who is told what happens."""

from typing import Annotated

import typer

from api.errors import Invalid
from api.services.webhooks import deliveries, endpoints
from api.services.webhooks.addresses import LONGEST_URL
from api.services.webhooks.views import EndpointIn
from api.start import start_context
from roster.webhooks import DeliveryStatus

ACTOR = "command line"
Number = Annotated[int, typer.Argument(min=1, help="the number that `breather webhook list` shows")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Signed events to other software.", rich_markup_mode=None)
    for command in (add, dead, disable, enable, redeliver, remove, rotate):
        group.command()(command)
    group.command("list")(show)
    app.add_typer(group, name="webhook")


def add(
    url: Annotated[str, typer.Argument(help="where to post, http:// or https://")],
    kind: Annotated[list[str] | None, typer.Option(help="a kind, or a family such as contact.*; none = all")] = None,
    description: Annotated[str, typer.Option(help="what it is for")] = "",
) -> None:
    """Add an endpoint and print its signing key, this once, as the only line."""
    if len(url) > LONGEST_URL or len(description) > 120 or len(kind or ()) > 50:
        raise Invalid(f"expected a url of at most {LONGEST_URL} characters, a description of 120, 50 kinds")
    body = EndpointIn(url=url, kinds=kind or [], description=description)
    typer.echo(endpoints.make_endpoint(start_context(), body, actor=ACTOR).secret)


def show() -> None:
    """List the endpoints: number, state, deliveries waiting, dead letters, address, kinds. Never their keys."""
    for one in endpoints.list_endpoints(start_context()):
        counts = (f"{one.waiting} waiting", f"{one.dead} dead")
        state = one.status.value if one.failing_since is None else f"{one.status.value}, failing"
        typer.echo("\t".join((str(one.id), state, *counts, one.url, " ".join(one.kinds) or "all")))


def rotate(
    webhook: Number,
    overlap_hours: Annotated[int, typer.Option(help="so long the former keys sign too")] = endpoints.OVERLAP_HOURS,
) -> None:
    """Make a new signing key and print it, this once, as the only line."""
    typer.echo(endpoints.rotate_key(start_context(), webhook, overlap_hours=overlap_hours, actor=ACTOR).secret)


def enable(webhook: Number) -> None:
    """Send again, from where it stopped."""
    endpoints.enable_endpoint(start_context(), webhook, actor=ACTOR)
    typer.echo(f"enabled {webhook}")


def disable(webhook: Number) -> None:
    """Send nothing until it is enabled again."""
    endpoints.disable_endpoint(start_context(), webhook, actor=ACTOR)
    typer.echo(f"disabled {webhook}")


def remove(webhook: Number) -> None:
    """Take an endpoint away, with everything that was on its way."""
    endpoints.remove_endpoint(start_context(), webhook, actor=ACTOR)
    typer.echo(f"removed {webhook}")


def dead(webhook: Number) -> None:
    """List the dead letters, the newest 200: delivery, event, kind, attempts, the last error."""
    page = deliveries.list_deliveries(
        start_context(), webhook, status=DeliveryStatus.DEAD, limit=deliveries.MOST_A_PAGE
    )
    for one in page.deliveries:
        typer.echo("\t".join((one.id, str(one.event_id), one.kind, str(one.attempts), one.last_error or "")))


def redeliver(webhook: Number) -> None:
    """Send all dead letters of an endpoint again."""
    typer.echo(f"{deliveries.redeliver_dead(start_context(), webhook).deliveries} will be sent again")
