"""Indexes that new contacts pass by: what is completed alone, one by pool and status; the log by what it is about"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | Sequence[str] | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COMPLETED = sa.text("completed_at is not null")


def upgrade() -> None:
    for name in ("contact_open", "ix_contact_pool_id", "contact_agent_completed", "contact_queue_completed"):
        op.drop_index(name, table_name="contact")
    op.drop_index("ix_event_agent_id", table_name="event")
    op.create_index("contact_pool_status", "contact", ["pool_id", "status"])
    for name, column in (("contact_agent_completed", "agent_id"), ("contact_queue_completed", "queue_id")):
        columns = [column, "completed_at"]
        op.create_index(name, "contact", columns, sqlite_where=COMPLETED, postgresql_where=COMPLETED)
    op.create_index("ix_event_subject", "event", ["subject"])


def downgrade() -> None:
    for name in ("contact_pool_status", "contact_agent_completed", "contact_queue_completed"):
        op.drop_index(name, table_name="contact")
    op.drop_index("ix_event_subject", table_name="event")
    op.create_index("contact_open", "contact", ["status", "queue_id"])
    op.create_index("ix_contact_pool_id", "contact", ["pool_id"])
    op.create_index("contact_agent_completed", "contact", ["agent_id", "completed_at"])
    op.create_index("contact_queue_completed", "contact", ["queue_id", "completed_at"])
    op.create_index("ix_event_agent_id", "event", ["agent_id"])
