"""`/rosters/{id}`: explained, changed in thought, its shifts replaced and repaired. For leads."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ContextDep, LeadDep
from api.services.rosters.change_views import (
    ExplanationView,
    RepairView,
    ReplacementsView,
    WhatIfView,
    WhyView,
)
from api.services.rosters.explaining import explanation
from api.services.rosters.repairing import (
    MOST_CHANGES,
    Away,
    Dropped,
    MoreAsked,
    RepairAsked,
    repair_roster,
)
from api.services.rosters.replacing import replacements_of
from api.services.rosters.whatif import MAX_CHANGES, Asked, what_if
from api.services.rosters.why import why

router = APIRouter(prefix="/rosters/{roster_id}", tags=["rosters"])

Day = date
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Code = Annotated[str, Field(min_length=1, max_length=64)]
Shift = Annotated[str, Field(min_length=1, max_length=32)]
AgentQuery = Annotated[str, Query(min_length=1, max_length=64, description="code of the agent")]
DateQuery = Annotated[date, Query(alias="date", description="the day on which the shift begins")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ChangeIn(_Body):
    """One change in thought.

    `add`: `agent` works `shift` on `date`. `remove`: what is there goes. `move`: it goes to `to_agent`, to `to_date`
    or becomes `shift`. `swap`: it is exchanged with what `to_agent` has on `to_date`. Left out: the same person, day.
    """

    kind: Literal["add", "remove", "move", "swap"]
    agent: Code
    date: date
    shift: Shift | None = None
    to_agent: Code | None = None
    to_date: Day | None = None


class WhatIfIn(_Body):
    """Changes, made one after another."""

    changes: Annotated[list[ChangeIn], Field(min_length=1, max_length=MAX_CHANGES)]


class AwayIn(_Body):
    """Somebody is away, both days included. No reason is asked."""

    agent: Code
    first: date
    last: date


class DroppedIn(_Body):
    """A shift that its person won't work."""

    agent: Code
    date: date


class MoreIn(_Body):
    """At least `required` agents in a queue between two local minutes of a day."""

    queue: Code
    date: date
    from_minute: int = Field(ge=0, lt=1440)
    to_minute: int = Field(gt=0, le=1440)
    required: int = Field(ge=1, le=10_000)


class RepairIn(_Body):
    """What happened, and how far the repair may reach."""

    away: Annotated[list[AwayIn], Field(max_length=100)] = []
    dropped: Annotated[list[DroppedIn], Field(max_length=100)] = []
    more: Annotated[list[MoreIn], Field(max_length=100)] = []
    extent: Literal["day", "week"] = Field(
        default="day", description="days that may change: those of the trouble, or their whole weeks of the roster"
    )
    most_changes: int = Field(default=7, ge=0, le=MOST_CHANGES, description="how many days of people may move at most")


@router.get("/explanation")
def read_explanation(context: ContextDep, caller: LeadDep, roster_id: Number) -> ExplanationView:
    """The cost of a roster by rule, by person and by day, its findings as sentences.

    Planned exposure counts as the roster's property; nothing that people experienced enters.
    """
    return explanation(context, roster_id)


@router.get("/why")
def read_why(context: ContextDep, caller: LeadDep, roster_id: Number, agent: AgentQuery, on_date: DateQuery) -> WhyView:
    """Why somebody works a shift: what the best roster found without it would cost more, and who could not step in."""
    return why(context, roster_id, agent, on_date)


@router.post("/what-if")
def ask_what_if(context: ContextDep, caller: LeadDep, roster_id: Number, body: WhatIfIn) -> WhatIfView:
    """What changes would do: rules newly broken and newly kept, and the cost by rule. Nothing is stored."""
    asked = [
        Asked(
            kind=one.kind,
            agent=one.agent,
            on_date=one.date,
            shift=one.shift,
            to_agent=one.to_agent,
            to_date=one.to_date,
        )
        for one in body.changes
    ]
    return what_if(context, roster_id, asked)


@router.get("/replacements")
def read_replacements(
    context: ContextDep, caller: LeadDep, roster_id: Number, agent: AgentQuery, on_date: DateQuery
) -> ReplacementsView:
    """Who could take somebody's shift, best first, and who can't and by which rule."""
    return replacements_of(context, roster_id, agent, on_date)


@router.post("/repair")
def repair(context: ContextDep, caller: LeadDep, roster_id: Number, body: RepairIn) -> RepairView:
    """A new draft that mends what happened, moving as few days of people as can be, and what is proved about it.

    Hard rules and cover as before come first, then the number of days moved, then those inside the notice period.
    `unknown` means that none was found in the time, not that there is none. Who is away is so in the draft alone; time
    off it becomes with the publication.
    """
    asked = RepairAsked(
        away=tuple(Away(one.agent, one.first, one.last) for one in body.away),
        dropped=tuple(Dropped(one.agent, one.date) for one in body.dropped),
        more=tuple(MoreAsked(one.queue, one.date, one.from_minute, one.to_minute, one.required) for one in body.more),
        extent=body.extent,
        most_changes=body.most_changes,
    )
    return repair_roster(context, roster_id, asked, actor=caller.name)
