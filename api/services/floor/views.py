"""What the floor takes and gives back: request bodies, replies, and who may read which part of them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from roster.accounts import Role
from roster.contacts import ContactStatus, EntryConditions, OutcomeMarker, Tier
from roster.people import Channel

PRIVATE_FACTOR = "what people carry (private)"
PROTECTED_TIME = "protected time"

NO_NUL = r"^[^\x00]*$"
"""Texts without the one character that PostgreSQL can't hold."""
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=NO_NUL)]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class ContactIn(_In):
    """A contact that arrived. `ref` is the caller's own opaque reference, never a patient's name or number."""

    ref: Annotated[str, Field(min_length=1, max_length=120, pattern=NO_NUL)]
    queue: Code
    channel: Channel | None = None
    arrived_at: AwareDatetime | None = None
    owner: Code | None = Field(default=None, description="code of the agent who promised to see it through")
    entry: EntryConditions = EntryConditions()
    life_at_risk: bool = Field(default=False, description="decided first; passes all but a severe after a severe")


class TransferIn(_In):
    """Where a contact goes on; `entry` where its conditions have changed."""

    queue: Code
    entry: EntryConditions | None = None


class CompletionIn(_In):
    """What happened in a contact, and the agent's own word on how heavy it was."""

    outcomes: list[OutcomeMarker] = Field(default_factory=list, max_length=20)
    felt: Annotated[int, Field(ge=1, le=5)] | None = None
    follow_up_due: AwareDatetime | None = None


class FactorView(_Out):
    """One factor of a difficulty: points of 0..100."""

    name: str
    points: int


class DifficultyView(_Out):
    """Inherited difficulty of a contact: a property of the work."""

    score: int
    tier: Tier
    factors: tuple[FactorView, ...]
    sentence: str


class CostView(_Out):
    """One factor of a routing decision: points of cost, lower is better. Private ones are withheld from leads."""

    name: str
    points: float | None
    private: bool = False


class CandidateView(_Out):
    """Somebody who could have taken the contact too."""

    agent: str
    cost: float | None
    factors: tuple[CostView, ...]


class ReasonView(_Out):
    """Why this agent, or why nobody yet."""

    sentence: str
    factors: tuple[CostView, ...] = ()


class ContactView(_Out):
    """A contact as its caller sees it."""

    id: str
    ref: str
    queue: str
    channel: Channel
    status: ContactStatus
    agent: str | None
    arrived_at: datetime
    reservation_expires_at: datetime | None
    difficulty: DifficultyView
    reason: ReasonView

    def seen_by(self, role: Role) -> "ContactView":
        """This view without what people carry, unless routing software reads it."""
        if role is Role.ROUTER:
            return self
        return self.model_copy(
            update={"reason": ReasonView(sentence=self.reason.sentence, factors=_public(self.reason.factors))}
        )


class ExplanationView(_Out):
    """Who was chosen for a contact and why, with the two next-best."""

    id: str
    status: ContactStatus
    agent: str | None
    decided_at: datetime | None
    difficulty: DifficultyView
    reason: ReasonView
    next_best: tuple[CandidateView, ...]
    protections_yielded: tuple[str, ...]

    def seen_by(self, role: Role) -> "ExplanationView":
        """This explanation without what others carry: software sees all, its agent their own part, leads neither."""
        if role is Role.ROUTER:
            return self
        own = role is Role.AGENT
        factors = self.reason.factors if own else _public(self.reason.factors)
        return self.model_copy(
            update={
                "reason": ReasonView(sentence=self.reason.sentence, factors=factors),
                "next_best": tuple(
                    CandidateView(agent=other.agent, cost=None, factors=_public(other.factors))
                    for other in self.next_best
                ),
                "protections_yielded": self.protections_yielded if own else (),
            }
        )


class RestView(_Out):
    """Rest that was given: whole minutes, UTC instants."""

    kind: str
    minutes: int
    starts_at: datetime
    ends_at: datetime
    light_only_until: datetime


class CompletionView(_Out):
    """What follows a contact: the agent's rest, and why."""

    rest: RestView | None
    reason: str

    def seen_by(self, role: Role) -> "CompletionView":
        """This reply; to a lead, rest is protected time and nothing more."""
        if role is not Role.LEAD or self.rest is None:
            return self if role is not Role.LEAD else CompletionView(rest=None, reason="Completed.")
        ends_at = self.rest.ends_at
        shown = self.rest.model_copy(update={"kind": PROTECTED_TIME, "light_only_until": ends_at})
        return CompletionView(rest=shown, reason="Protected time.")


class MomentView(_Out):
    """A moment that an agent asked for: `begins` is "now", "after the contact", "later" or "ended"."""

    begins: str
    rest: RestView | None
    reason: str


class StateView(_Out):
    """An agent's own word on whether they take contacts."""

    agent: str
    state: str
    since: datetime


def _public(factors: tuple[CostView, ...]) -> tuple[CostView, ...]:
    shown = tuple(factor for factor in factors if not factor.private)
    if len(shown) == len(factors):
        return shown
    return (*shown, CostView(name=PRIVATE_FACTOR, points=None, private=True))


def stored_reason(value: dict[str, Any]) -> ReasonView:
    """The reason kept with a contact, as a view."""
    return ReasonView(sentence=value.get("sentence", ""), factors=tuple(map(_cost, value.get("factors", ()))))


def stored_next_best(value: dict[str, Any]) -> tuple[CandidateView, ...]:
    """The two next-best kept with a contact, as views."""
    return tuple(
        CandidateView(agent=other["agent"], cost=other["cost"], factors=tuple(map(_cost, other["factors"])))
        for other in value.get("next_best", ())
    )


def _cost(value: dict[str, Any]) -> CostView:
    return CostView(name=value["name"], points=value["points"], private=value["private"])
