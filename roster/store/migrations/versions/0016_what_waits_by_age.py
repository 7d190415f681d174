"""Contacts by pool, status and age: what has waited longest is found without reading all that waits"""

from collections.abc import Sequence

from alembic import op

revision: str = "0016"
down_revision: str | Sequence[str] | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("contact_pool_status_arrived", "contact", ["pool_id", "status", "arrived_at"])
    op.drop_index("contact_pool_status", table_name="contact")


def downgrade() -> None:
    op.create_index("contact_pool_status", "contact", ["pool_id", "status"])
    op.drop_index("contact_pool_status_arrived", table_name="contact")
