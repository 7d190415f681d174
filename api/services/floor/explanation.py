"""Why a contact is where it is: the stored decision with its factors and the two next-best."""

from datetime import datetime

from api.context import Context
from api.services.floor.contact_rows import contact_row, difficulty_view, require_holder
from api.services.floor.views import ExplanationView, stored_next_best, stored_reason
from roster.store.engine import reading


def explanation(context: Context, contact_id: str, *, as_agent: int | None = None) -> ExplanationView:
    """The decision about the contact, whole; callers show each reader their part (`seen_by`)."""
    with reading(context.engine) as session:
        row = contact_row(session, contact_id)
    require_holder(row, as_agent)
    decided_at = row.reason.get("decided_at")
    return ExplanationView(
        id=row.id,
        status=row.status,
        agent=row.agent_code,
        decided_at=None if decided_at is None else datetime.fromisoformat(decided_at),
        difficulty=difficulty_view(row),
        reason=stored_reason(row.reason),
        next_best=stored_next_best(row.reason),
        protections_yielded=tuple(
            f"{yielded['protection']}: {yielded['minutes']} min of rest owed"
            for yielded in row.reason.get("yielded", ())
        ),
    )
