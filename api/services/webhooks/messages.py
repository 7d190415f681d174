"""What leaves the house: a line of the log as a CloudEvent, with the fields that outsiders may read and no others.

Thin on purpose: ids, codes, counts and dates. Who did it, sentences, tiers, rest, ratings, debriefs, absences and
accounts stay here; whoever has the right asks the API for more. A kind that is not listed never leaves.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from api.errors import Invalid
from roster.events import Event

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
SPEC_VERSION = "1.0"
TYPE_PREFIX = "breather."

OUTWARD: Mapping[str, tuple[str, ...]] = {
    "agent.day_changed": ("date",),
    "agent.state": ("state",),
    "contact.abandoned": (),
    "contact.accepted": (),
    "contact.assigned": ("agent", "queue"),
    "contact.completed": ("agent", "queue"),
    "contact.started": (),
    "contact.transferred": ("queue",),
    "contact.waiting": ("queue",),
    "day.planned": ("people", "short_minutes"),
    "floor.changed": ("state",),
    "requirements.replaced": ("quarters", "hours_per_week"),
    "roster.created": ("team", "starts_on", "days", "copy_of"),
    "roster.discarded": (),
    "roster.published": ("starts_on", "days"),
    "run.finished": ("roster", "status", "outcome"),
    "run.started": ("roster",),
}
"""The kinds that may leave, each with the fields of its data that may."""


def may_leave(event_kind: str, agent_id: int | None) -> bool:
    """Whether a line may be sent at all: of a listed kind, and not private to an agent."""
    return agent_id is None and event_kind in OUTWARD


def is_wanted(kind: str, wanted: Iterable[str]) -> bool:
    """Whether `kind` is one of `wanted` (kinds, or a family such as `contact.*`); nothing wanted means all."""
    named = tuple(wanted)
    return not named or kind in named or f"{kind.partition('.')[0]}.*" in named


def checked_kinds(wanted: Iterable[str]) -> list[str]:
    """`wanted`, sorted and each once; raises `Invalid` where one stands for nothing that is sent."""
    families = sorted({f"{kind.partition('.')[0]}.*" for kind in OUTWARD})
    named = sorted(set(wanted))
    unknown = [kind for kind in named if kind not in OUTWARD and kind not in families]
    if unknown:
        quoted = ", ".join(repr(kind[:80]) for kind in unknown[:5])
        raise Invalid(f"kinds {quoted}: expected {', '.join((*families, *OUTWARD))}")
    return named


def cloud_event(event: Event, source: str) -> bytes:
    """`event` as a CloudEvent 1.0 in structured mode: UTF-8 JSON, the same bytes every time.

    `source` with `id` names the event for good. Only plain values leave, never a list or an object inside the data.
    """
    if not may_leave(event.kind, event.agent_id):
        raise ValueError(f"event {event.id} ({event.kind}) may not leave")
    data: dict[str, Any] = {
        name: event.data[name]
        for name in OUTWARD[event.kind]
        if isinstance(event.data.get(name), (str, int, float, bool))
    }
    envelope = {
        "specversion": SPEC_VERSION,
        "id": str(event.id),
        "source": source,
        "type": TYPE_PREFIX + event.kind,
        "subject": event.subject,
        "time": event.at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": data,
    }
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
