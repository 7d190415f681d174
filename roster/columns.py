"""Column types that every table shares: UTC instants, enums with a CHECK, JSON, numbers that grow for ever."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, Integer, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

from roster.clock import require_utc

# Set before the first table is declared, so that every constraint has a name that migrations can use.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Json = JSON().with_variant(JSONB(), "postgresql")
Long = BigInteger().with_variant(Integer(), "sqlite")
"""What counts up for ever: 64 bits. SQLite's INTEGER has them, and there only an INTEGER key numbers rows by itself."""
LARGEST_LONG = 2**63 - 1


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: refuses naive values, stores UTC, gives UTC back (SQLite itself drops the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else require_utc(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def enum_type(kind: type[StrEnum], column: str = "") -> Enum:
    """`kind` as a VARCHAR of its values, held to them by a CHECK named after it (or `column`, where two share it)."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=f"{column or kind.__name__.lower()}_known",
        values_callable=lambda members: [member.value for member in members],
    )
