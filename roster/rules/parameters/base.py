"""What the parameters of every rule share: a mode, a source, and a weight where a breach only costs."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Weight = Annotated[int, Field(ge=0, le=100_000)]


class RuleParameters(BaseModel):
    """A rule that holds or is off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["hard", "off"] = "hard"
    source: str = ""


class SoftParameters(BaseModel):
    """A rule whose breach costs instead of forbids."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["soft", "off"] = "soft"
    source: str = ""


class FlexibleParameters(BaseModel):
    """A rule that a policy makes hard, or soft at `weight` for each unit of breach."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["hard", "soft", "off"] = "hard"
    weight: Weight = 100
    source: str = ""


class NightTerms(BaseModel):
    """What counts as a night shift: at least `minimum_minutes` of it lie between the two minutes of the local day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_minute: int = Field(default=1380, ge=0, lt=1440)
    to_minute: int = Field(default=360, ge=0, lt=1440)
    minimum_minutes: int = Field(default=180, ge=1, le=1440)

    @model_validator(mode="after")
    def _two_minutes(self) -> Self:
        if self.from_minute == self.to_minute:
            raise ValueError(
                f"the night begins and ends at minute {self.from_minute}: expected two minutes that differ"
            )
        return self
