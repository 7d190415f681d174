"""Numbers of the log's lines and of a pool's versions in 64 bits: in 32 a busy centre would use them up in a year"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | Sequence[str] | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = (
    ("event", "id"),
    ("webhook_endpoint", "cursor"),
    ("webhook_delivery", "event_id"),
    ("pool", "version"),
    ("pool_change", "version"),
)


def upgrade() -> None:
    _become("bigint", sa.Integer(), sa.BigInteger())


def downgrade() -> None:
    _become("integer", sa.BigInteger(), sa.Integer())


def _become(name: str, former: sa.types.TypeEngine[int], new: sa.types.TypeEngine[int]) -> None:
    """Each column, and the sequence that numbers the lines: PostgreSQL alone; SQLite's INTEGER has 64 bits as it is."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column in COLUMNS:
        op.alter_column(table, column, existing_type=former, type_=new, existing_nullable=False)
    op.execute(f"alter sequence event_id_seq as {name}")
