"""Contracts shape a row; roles, pairs, days off and limits of shifts; people asked for by shift and by role"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CHECKS = (
    ("min_consecutive_days_not_above_max", "min_consecutive_days between 1 and max_consecutive_days"),
    ("min_days_off_possible", "min_days_off between 1 and 14"),
    ("max_weekends_in_28_days", "max_weekends is null or max_weekends between 0 and 4"),
)


def upgrade() -> None:
    # A default stands only while rows that are there get their value: the tables of the code have none.
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("min_consecutive_days", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("min_days_off", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("max_weekends", sa.Integer(), nullable=True))
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.alter_column("min_consecutive_days", server_default=None)
        batch_op.alter_column("min_days_off", server_default=None)
        for name, condition in CHECKS:
            batch_op.create_check_constraint(op.f(f"ck_contract_{name}"), condition)
    op.create_table(
        "agent_role",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_role_agent_id_agent")),
        sa.PrimaryKeyConstraint("agent_id", "role", name=op.f("pk_agent_role")),
    )
    op.create_table(
        "day_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_day_off_day_off_ordered")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_day_off_agent_id_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_off")),
        sa.UniqueConstraint("agent_id", "starts_on", name="day_off_once"),
    )
    with op.batch_alter_table("day_off", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_day_off_agent_id"), ["agent_id"], unique=False)
    op.create_table(
        "agent_shift_limit",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("shift_type_id", sa.Integer(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.CheckConstraint("least between 0 and 28", name=op.f("ck_agent_shift_limit_least_in_28_days")),
        sa.CheckConstraint("most between least and 28", name=op.f("ck_agent_shift_limit_most_not_below_least")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_shift_limit_agent_id_agent")),
        sa.ForeignKeyConstraint(
            ["shift_type_id"], ["shift_type.id"], name=op.f("fk_agent_shift_limit_shift_type_id_shift_type")
        ),
        sa.PrimaryKeyConstraint("agent_id", "shift_type_id", name=op.f("pk_agent_shift_limit")),
    )
    op.create_table(
        "agent_pair",
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("together", "apart", name="pairkind_known", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.CheckConstraint("first_id <> second_id", name=op.f("ck_agent_pair_two_people")),
        sa.ForeignKeyConstraint(["first_id"], ["agent.id"], name=op.f("fk_agent_pair_first_id_agent")),
        sa.ForeignKeyConstraint(["second_id"], ["agent.id"], name=op.f("fk_agent_pair_second_id_agent")),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_agent_pair")),
    )
    with op.batch_alter_table("agent_pair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agent_pair_second_id"), ["second_id"], unique=False)
    op.create_table(
        "forbidden_succession",
        sa.Column("shift_type_id", sa.Integer(), nullable=False),
        sa.Column("next_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shift_type_id"], ["shift_type.id"], name=op.f("fk_forbidden_succession_shift_type_id_shift_type")
        ),
        sa.ForeignKeyConstraint(
            ["next_id"], ["shift_type.id"], name=op.f("fk_forbidden_succession_next_id_shift_type")
        ),
        sa.PrimaryKeyConstraint("shift_type_id", "next_id", name=op.f("pk_forbidden_succession")),
    )
    op.create_table(
        "shift_requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("shift_type_id", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("required", sa.Integer(), nullable=False),
        sa.CheckConstraint("required between 0 and 10000", name=op.f("ck_shift_requirement_required_possible")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_shift_requirement_team_id_team")),
        sa.ForeignKeyConstraint(
            ["shift_type_id"], ["shift_type.id"], name=op.f("fk_shift_requirement_shift_type_id_shift_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_requirement")),
    )
    with op.batch_alter_table("shift_requirement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_requirement_on_date"), ["on_date"], unique=False)
    op.create_table(
        "role_requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("required", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "weekday is null or weekday between 0 and 6", name=op.f("ck_role_requirement_weekday_known")
        ),
        sa.CheckConstraint(
            "start_minute >= 0 and start_minute < 1440", name=op.f("ck_role_requirement_start_minute_in_day")
        ),
        sa.CheckConstraint(
            "end_minute > start_minute and end_minute <= 2880", name=op.f("ck_role_requirement_end_after_start")
        ),
        sa.CheckConstraint("required between 0 and 10000", name=op.f("ck_role_requirement_required_possible")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_role_requirement_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_requirement")),
    )


def downgrade() -> None:
    for table in (
        "role_requirement",
        "shift_requirement",
        "forbidden_succession",
        "agent_pair",
        "agent_shift_limit",
        "day_off",
        "agent_role",
    ):
        op.drop_table(table)
    with op.batch_alter_table("contract", schema=None) as batch_op:
        for name, _ in CHECKS:
            batch_op.drop_constraint(op.f(f"ck_contract_{name}"), type_="check")
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_column("max_weekends")
        batch_op.drop_column("min_days_off")
        batch_op.drop_column("min_consecutive_days")
