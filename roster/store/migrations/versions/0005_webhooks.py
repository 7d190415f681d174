"""Webhooks: endpoints, their signing keys, and what is on its way to them"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import roster.columns

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("description", sa.String(length=120), nullable=False),
        sa.Column("kinds", roster.columns.Json, nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active", "disabled", name="endpointstatus_known", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("created_at", roster.columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("disabled_at", roster.columns.UtcDateTime(), nullable=True),
        sa.Column("disabled_why", sa.String(length=200), nullable=True),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("gaps", roster.columns.Json, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", roster.columns.UtcDateTime(), nullable=True),
        sa.Column("resume_at", roster.columns.UtcDateTime(), nullable=True),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("lease_until", roster.columns.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "status <> 'disabled' or disabled_at is not null", name=op.f("ck_webhook_endpoint_disabled_when")
        ),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_webhook_endpoint_failures_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "webhook_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("endpoint_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=120), nullable=False),
        sa.Column("created_at", roster.columns.UtcDateTime(), nullable=False),
        sa.Column("expires_at", roster.columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoint.id"],
            name=op.f("fk_webhook_key_endpoint_id_webhook_endpoint"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_key")),
    )
    with op.batch_alter_table("webhook_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_key_endpoint_id"), ["endpoint_id"], unique=False)

    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("endpoint_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "delivered",
                "dead",
                name="deliverystatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("aside", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", roster.columns.UtcDateTime(), nullable=False),
        sa.Column("next_at", roster.columns.UtcDateTime(), nullable=True),
        sa.Column("last_at", roster.columns.UtcDateTime(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "status <> 'pending' or next_at is not null", name=op.f("ck_webhook_delivery_pending_until")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_webhook_delivery_attempts_not_negative")),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoint.id"],
            name=op.f("fk_webhook_delivery_endpoint_id_webhook_endpoint"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_webhook_delivery_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("endpoint_id", "event_id", name="webhook_delivery_once"),
    )
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.create_index("webhook_delivery_created", ["created_at"], unique=False)
        batch_op.create_index("webhook_delivery_line", ["endpoint_id", "status", "event_id"], unique=False)


def downgrade() -> None:
    for table in ("webhook_delivery", "webhook_key", "webhook_endpoint"):
        op.drop_table(table)
