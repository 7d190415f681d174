"""Breaks that a person placed, and swaps of breaks"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import roster.columns

revision: str = "0011"
down_revision: str | Sequence[str] | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = ("work", "meal", "rest", "decompression", "debrief", "call_back", "training", "away")


def known(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    with op.batch_alter_table("segment", schema=None) as batch_op:
        placed = known("plan", "hand", "part", name="placed_known")
        batch_op.add_column(sa.Column("placed", placed, nullable=False, server_default="plan"))
    op.create_table(
        "break_swap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("kind", known(*KINDS, name="segmentkind_known"), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", roster.columns.UtcDateTime(), nullable=False),
        sa.Column("ends_at", roster.columns.UtcDateTime(), nullable=False),
        sa.Column("colleague_id", sa.Integer(), nullable=False),
        sa.Column("colleague_starts_at", roster.columns.UtcDateTime(), nullable=False),
        sa.Column("colleague_ends_at", roster.columns.UtcDateTime(), nullable=False),
        sa.Column(
            "status",
            known("offered", "accepted", "declined", "withdrawn", name="swapstatus_known"),
            nullable=False,
        ),
        sa.Column("created_at", roster.columns.UtcDateTime(), nullable=False),
        sa.CheckConstraint("agent_id <> colleague_id", name=op.f("ck_break_swap_swap_takes_two")),
        sa.CheckConstraint(
            "ends_at > starts_at and colleague_ends_at > colleague_starts_at",
            name=op.f("ck_break_swap_swap_times_ordered"),
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_break_swap_agent_id_agent")),
        sa.ForeignKeyConstraint(["colleague_id"], ["agent.id"], name=op.f("fk_break_swap_colleague_id_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_swap")),
    )
    for column in ("agent_id", "colleague_id", "on_date"):
        op.create_index(op.f(f"ix_break_swap_{column}"), "break_swap", [column])


def downgrade() -> None:
    op.drop_table("break_swap")
    with op.batch_alter_table("segment", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_segment_placed_known"), type_="check")
        batch_op.drop_column("placed")
