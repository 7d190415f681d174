"""Who is away in a roster at short notice, and what they would have worked"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "day_away",
        sa.Column("roster_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("shift_type_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["roster.id"], name=op.f("fk_day_away_roster_id_roster"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_day_away_agent_id_agent")),
        sa.ForeignKeyConstraint(
            ["shift_type_id"], ["shift_type.id"], name=op.f("fk_day_away_shift_type_id_shift_type")
        ),
        sa.PrimaryKeyConstraint("roster_id", "agent_id", "on_date", name=op.f("pk_day_away")),
    )


def downgrade() -> None:
    op.drop_table("day_away")
