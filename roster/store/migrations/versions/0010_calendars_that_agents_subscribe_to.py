"""Calendars that agents subscribe to"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import roster.columns

revision: str = "0010"
down_revision: str | Sequence[str] | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("own", "shared", name="feedkind_known", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("details", sa.Boolean(), nullable=False),
        sa.Column("created_at", roster.columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_calendar_feed_agent_id_agent")),
        sa.PrimaryKeyConstraint("agent_id", "kind", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_table(
        "calendar_entry",
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("starts_at", roster.columns.UtcDateTime(), nullable=False),
        sa.Column("ends_at", roster.columns.UtcDateTime(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("modified_at", roster.columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_calendar_entry_agent_id_agent")),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_calendar_entry")),
    )
    op.create_index("calendar_entry_agent_date", "calendar_entry", ["agent_id", "on_date"])


def downgrade() -> None:
    op.drop_table("calendar_entry")
    op.drop_table("calendar_feed")
