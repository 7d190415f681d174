"""What every value of a problem shares: an id's form, and that it is frozen and knows its fields."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MAX_DAYS = 371
"""53 weeks: a year of whole weeks, whatever the calendar does."""

Id = Annotated[str, Field(min_length=1, max_length=120)]


class Value(BaseModel):
    """Frozen; a field that it does not know is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")
