"""What agents exclude for themselves; life at risk; wrap-up; rest that was put off"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import roster.columns

revision: str = "0006"
down_revision: str | Sequence[str] | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "private_limit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=True),
        sa.Column("queue_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(topic is null) <> (queue_id is null)", name=op.f("ck_private_limit_limit_of_one")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_private_limit_agent_id_agent")),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name=op.f("fk_private_limit_queue_id_queue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_limit")),
        sa.UniqueConstraint("agent_id", "topic", name="limit_topic_once"),
        sa.UniqueConstraint("agent_id", "queue_id", name="limit_queue_once"),
    )
    with op.batch_alter_table("private_limit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_private_limit_agent_id"), ["agent_id"], unique=False)
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("life_at_risk", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index("contact_queue_completed", ["queue_id", "completed_at"], unique=False)
    with op.batch_alter_table("floor_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wrap_up_until", roster.columns.UtcDateTime(), nullable=True))
    with op.batch_alter_table("rest_debt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("postponed_to", roster.columns.UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("rest_debt", schema=None) as batch_op:
        batch_op.drop_column("postponed_to")
    with op.batch_alter_table("floor_state", schema=None) as batch_op:
        batch_op.drop_column("wrap_up_until")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index("contact_queue_completed")
        batch_op.drop_column("life_at_risk")
    op.drop_table("private_limit")
