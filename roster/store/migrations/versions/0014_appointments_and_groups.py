"""Call-backs, meetings, focus time and reflective groups"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import roster.columns

revision: str = "0014"
down_revision: str | Sequence[str] | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = (
    "work",
    "meal",
    "rest",
    "decompression",
    "debrief",
    "call_back",
    "training",
    "meeting",
    "focus",
    "group",
    "away",
)
FOLLOW_UP = sa.text("follow_up_due is not null")


def known(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, roster.columns.UtcDateTime(), nullable=nullable)


def key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", known(*KINDS, name="segmentkind_known"), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        instant("earliest"),
        instant("latest"),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("contact", sa.String(length=120), nullable=True),
        sa.Column(
            "status", known("open", "placed", "done", "cancelled", name="appointmentstatus_known"), nullable=False
        ),
        instant("starts_at", nullable=True),
        instant("ends_at", nullable=True),
        sa.Column("trouble", sa.String(length=240), nullable=False),
        instant("nearest", nullable=True),
        instant("created_at"),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        instant("closed_at", nullable=True),
        sa.CheckConstraint(
            "kind in ('call_back', 'meeting', 'training', 'focus')",
            name=op.f("ck_appointment_appointment_kind_possible"),
        ),
        sa.CheckConstraint("minutes between 1 and 240", name=op.f("ck_appointment_appointment_minutes_possible")),
        sa.CheckConstraint(
            "status <> 'placed' or starts_at is not null", name=op.f("ck_appointment_appointment_placed_when")
        ),
        sa.CheckConstraint(
            "(starts_at is null) = (ends_at is null) and (ends_at is null or ends_at > starts_at)",
            name=op.f("ck_appointment_appointment_ends_after_start"),
        ),
        key("appointment", "team_id", "team"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index("appointment_status_latest", "appointment", ["status", "latest"])
    op.create_table(
        "appointment_person",
        sa.Column("appointment_id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        key("appointment_person", "appointment_id", "appointment"),
        key("appointment_person", "agent_id", "agent"),
        sa.PrimaryKeyConstraint("appointment_id", "agent_id", name=op.f("pk_appointment_person")),
    )
    op.create_index(op.f("ix_appointment_person_agent_id"), "appointment_person", ["agent_id"])
    op.create_table(
        "group_wish",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        instant("since"),
        key("group_wish", "agent_id", "agent"),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_group_wish")),
    )
    op.create_table(
        "reflective_group",
        sa.Column("id", sa.String(length=36), nullable=False),
        instant("starts_at"),
        instant("ends_at"),
        sa.Column("status", known("proposed", "on", "lapsed", name="groupstatus_known"), nullable=False),
        instant("created_at"),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_reflective_group_group_ends_after_start")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reflective_group")),
    )
    op.create_index(op.f("ix_reflective_group_starts_at"), "reflective_group", ["starts_at"])
    op.create_table(
        "group_invitation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("answer", known("none", "accepted", "declined", name="groupanswer_known"), nullable=False),
        key("group_invitation", "group_id", "reflective_group"),
        key("group_invitation", "agent_id", "agent"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_invitation")),
    )
    op.create_index(op.f("ix_group_invitation_agent_id"), "group_invitation", ["agent_id"])
    op.create_index("group_invitation_once", "group_invitation", ["group_id", "agent_id"], unique=True)
    # Of contacts that promised something alone: all others have nothing to do with it.
    op.create_index(
        "contact_follow_up_due",
        "contact",
        ["follow_up_due"],
        sqlite_where=FOLLOW_UP,
        postgresql_where=FOLLOW_UP,
    )


def downgrade() -> None:
    op.drop_index("contact_follow_up_due", table_name="contact")
    for table in ("group_invitation", "reflective_group", "group_wish", "appointment_person", "appointment"):
        op.drop_table(table)
