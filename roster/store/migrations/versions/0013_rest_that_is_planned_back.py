"""When rest that is owed is planned, and how far the log was read for the day's sake"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import roster.columns

revision: str = "0013"
down_revision: str | Sequence[str] | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("rest_debt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("planned_at", roster.columns.UtcDateTime(), nullable=True))
    table = op.create_table(
        "log_cursor",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("seen_event", roster.columns.Long, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_log_cursor")),
    )
    event = sa.table("event", sa.column("id", sa.BigInteger))
    newest = op.get_bind().execute(sa.select(sa.func.coalesce(sa.func.max(event.c.id), 0))).scalar_one()
    op.bulk_insert(table, [{"name": "day", "seen_event": newest}])


def downgrade() -> None:
    op.drop_table("log_cursor")
    with op.batch_alter_table("rest_debt", schema=None) as batch_op:
        batch_op.drop_column("planned_at")
