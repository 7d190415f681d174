"""Meetings, focus time and reflective groups as kinds of segments"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | Sequence[str] | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = ("work", "meal", "rest", "decompression", "debrief", "call_back", "training", "away")
NEW = ("meeting", "focus", "group")
TABLES = ("segment", "break_swap")


def hold_kinds(*kinds: str) -> None:
    """Let the column `kind` of each table hold these."""
    for table in TABLES:
        name = op.f(f"ck_{table}_segmentkind_known")
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(name, type_="check")
            batch_op.create_check_constraint(name, sa.column("kind").in_(kinds))


def upgrade() -> None:
    hold_kinds(*BEFORE, *NEW)


def downgrade() -> None:
    for table in TABLES:
        rows = sa.table(table, sa.column("kind", sa.String))
        op.execute(rows.delete().where(rows.c.kind.in_(NEW)))
    hold_kinds(*BEFORE)
