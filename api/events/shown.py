"""What a reader of the event stream sees of a line: by kind, the fields of its data that software and leads may read.

A kind or a field that is not listed is not shown: a new one says nothing until somebody decides who may read it. Nobody
but leads and the agent themself may learn that or why somebody is away; what people carry, rest and limits are lines
of one agent and reach nobody else.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from api.security.caller import Caller
from roster.accounts import Role
from roster.events import Event


class Shown(NamedTuple):
    """Fields of a kind: what software may read (None: no more than that it happened), and what leads may besides."""

    software: tuple[str, ...] | None = None
    leads: tuple[str, ...] = ()


PRIVATE = None
"""Lines of one agent, read by that agent alone."""

KINDS: Mapping[str, Shown | None] = {
    "adapter.activity": Shown(),
    "adapter.asked": Shown(()),
    "adapter.refused": Shown(None, ("address", "status", "detail")),
    "adapter.rejected": Shown(),
    "agent.day_changed": Shown(("date",)),
    "agent.state": Shown(("state",)),
    "appointment.closed": PRIVATE,
    "appointment.off": PRIVATE,
    "appointment.placed": PRIVATE,
    "appointment.promised": PRIVATE,
    "appointment.unplaced": PRIVATE,
    "break.moved": PRIVATE,
    "break.split": PRIVATE,
    "break.swap_asked": PRIVATE,
    "break.swap_off": PRIVATE,
    "break.swapped": PRIVATE,
    "calendar.made": PRIVATE,
    "calendar.revoked": PRIVATE,
    "contact.abandoned": Shown(()),
    "contact.accepted": Shown(()),
    "contact.assigned": Shown(("agent", "queue", "sentence")),
    "contact.completed": Shown(("agent", "queue")),
    "contact.declined": PRIVATE,
    "contact.lapsed": PRIVATE,
    "contact.started": Shown(()),
    "contact.transferred": Shown(("queue", "tier")),
    "contact.waiting": Shown(("queue", "tier")),
    "day.changed": PRIVATE,
    "day.planned": Shown(("people", "short_minutes"), ("unplaced",)),
    "debrief.accepted": PRIVATE,
    "debrief.invited": PRIVATE,
    "debrief.lapsed": PRIVATE,
    "debrief.moved": PRIVATE,
    "debrief.off": PRIVATE,
    "debrief.proposed": PRIVATE,
    "debrief.reminder": PRIVATE,
    "floor.changed": Shown(("state",)),
    "group.accepted": PRIVATE,
    "group.off": PRIVATE,
    "group.on": PRIVATE,
    "import.finished": Shown(None, ("files", "counts")),
    "limits.set": PRIVATE,
    "requirements.replaced": Shown(("quarters", "hours_per_week")),
    "rest.asked": PRIVATE,
    "rest.carried": PRIVATE,
    "rest.given": PRIVATE,
    "rest.given_back": PRIVATE,
    "rest.owed": PRIVATE,
    "rest.postponed": PRIVATE,
    "rest.repaid": PRIVATE,
    "rest.taken": PRIVATE,
    "roster.created": Shown(("team", "starts_on", "days", "copy_of")),
    "roster.discarded": Shown(()),
    "roster.edited": Shown(None, ("agent", "date", "before", "after", "version")),
    "roster.published": Shown(("starts_on", "days"), ("replaced",)),
    "roster.repaired": Shown(None, ("of", "moves")),
    "run.finished": Shown(("roster", "status", "outcome")),
    "run.progress": Shown(("roster", "seconds"), ("objective", "bound", "costs")),
    "run.started": Shown(("roster", "time_limit_seconds")),
    "run.stopping": Shown(("roster",)),
    "token.created": Shown(),
    "token.revoked": Shown(),
    "user.closed": Shown(),
    "user.created": Shown(),
    "user.opened": Shown(),
    "user.password_changed": Shown(),
    "webhook.created": Shown(),
    "webhook.disabled": Shown(None, ("why",)),
    "webhook.enabled": Shown(),
    "webhook.key_rotated": Shown(),
    "webhook.removed": Shown(),
}
"""Every kind of line that Breather writes."""


def seen_of(event: Event, caller: Caller) -> dict[str, Any]:
    """What `caller` sees of a line beyond that it happened: subject, actor and data, as far as they may.

    An agent sees lines about themself whole and nothing of others; software never sees who did something.
    """
    if event.agent_id is not None and event.agent_id == caller.agent_id:
        return {"subject": event.subject, "actor": event.actor, "data": event.data}
    shown = KINDS.get(event.kind)
    if caller.is_agent or event.agent_id is not None or shown is None:
        return {}
    if caller.role is Role.LEAD:
        fields = (*(shown.software or ()), *shown.leads)
        return {"subject": event.subject, "actor": event.actor, "data": _only(fields, event.data)}
    if shown.software is None:
        return {}
    return {"subject": event.subject, "data": _only(shown.software, event.data)}


def _only(fields: tuple[str, ...], data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in fields if name in data}
