"""Line managers and languages, other times for debriefs, reminders; the lines of a requirement"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import roster.columns

revision: str = "0015"
down_revision: str | Sequence[str] | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LINES = ("working", "decompression", "debriefs", "breaks", "absence")


def upgrade() -> None:
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("manager_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("languages", roster.columns.Json, nullable=False, server_default="[]"))
        batch_op.create_foreign_key(op.f("fk_agent_manager_id_agent"), "agent", ["manager_id"], ["id"])
        batch_op.create_check_constraint(op.f("ck_agent_manager_is_somebody_else"), "manager_id <> id")
    with op.batch_alter_table("debrief_invitation", schema=None) as batch_op:
        for name in ("hot", "proposal_declined", "reminder_over"):
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in ("proposed_at", "reminded_at"):
            batch_op.add_column(sa.Column(name, roster.columns.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("proposed_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_debrief_invitation_proposed_by_id_agent"), "agent", ["proposed_by_id"], ["id"]
        )
        batch_op.create_check_constraint(
            op.f("ck_debrief_invitation_proposal_whole"), "(proposed_at is null) = (proposed_by_id is null)"
        )
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        for name in LINES:
            batch_op.add_column(sa.Column(name, sa.Float(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        for name in LINES:
            batch_op.drop_column(name)
    with op.batch_alter_table("debrief_invitation", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_debrief_invitation_proposal_whole"), type_="check")
        batch_op.drop_constraint(op.f("fk_debrief_invitation_proposed_by_id_agent"), type_="foreignkey")
        for name in ("proposed_by_id", "proposed_at", "proposal_declined", "hot", "reminded_at", "reminder_over"):
            batch_op.drop_column(name)
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_agent_manager_is_somebody_else"), type_="check")
        batch_op.drop_constraint(op.f("fk_agent_manager_id_agent"), type_="foreignkey")
        batch_op.drop_column("languages")
        batch_op.drop_column("manager_id")
