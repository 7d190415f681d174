"""`/rosters`: plan, watch, change and publish rosters. For leads."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from api.context import Context
from api.deps import ContextDep, LeadDep, caller_again
from api.errors import Invalid
from api.services.rosters import discarding, planning, publishing
from api.services.rosters import reading as rosters
from api.services.rosters.runs import RunView
from api.services.rosters.views import DayCover, EditView, FindingView, RosterPage, RosterView

router = APIRouter(prefix="/rosters", tags=["rosters"])

IDLE_SECONDS = 2.0
HEARTBEAT_SECONDS = 15

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Code = Annotated[str, Field(min_length=1, max_length=64)]
TimeLimit = Annotated[float, Field(ge=1, le=planning.MAX_TIME_LIMIT_SECONDS, description="seconds of solving")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RosterIn(_Body):
    """A new draft: for a team (none: every team) and a stretch of days, or a copy of another roster."""

    team: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    starts_on: date | None = None
    days: int | None = Field(default=None, ge=1, le=42)
    copy_of: int | None = Field(default=None, ge=1, description="number of a roster; then leave out all else")


class SolveIn(_Body):
    """How long to look for a better roster."""

    time_limit_seconds: TimeLimit = 60.0


class EditIn(_Body):
    """One person's day: `shift` empty = free; `pin` keeps it so in later plans; `version` is the one you saw."""

    agent: Code
    date: date
    shift: Annotated[str, Field(min_length=1, max_length=32)] | None = None
    pin: bool = True
    version: int = Field(ge=0)


class UndoIn(_Body):
    """The version you saw."""

    version: int = Field(ge=0)


@router.get("")
def read_rosters(
    context: ContextDep,
    caller: LeadDep,
    limit: Annotated[int, Query(ge=1, le=rosters.MAX_PAGE)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> RosterPage:
    """Rosters, latest start first."""
    return rosters.list_rosters(context, limit=limit, offset=offset)


@router.post("", status_code=status.HTTP_201_CREATED)
def create_roster(context: ContextDep, caller: LeadDep, body: RosterIn) -> RosterView:
    """Make a draft."""
    if body.copy_of is not None:
        if (body.team, body.starts_on, body.days) != (None, None, None):
            raise Invalid(f"copy_of {body.copy_of} comes with other values: expected it alone")
        made = planning.copy_roster(context, body.copy_of, actor=caller.name)
    elif body.starts_on is None or body.days is None:
        raise Invalid("starts_on and days are missing: expected both, or copy_of alone")
    else:
        made = planning.create_roster(
            context, team=body.team, starts_on=body.starts_on, days=body.days, actor=caller.name
        )
    return rosters.roster_view(context, made)


@router.get("/{roster_id}")
def read_roster(context: ContextDep, caller: LeadDep, roster_id: Number) -> RosterView:
    """One roster: people by days, cover, planned exposure, conflicts."""
    return rosters.roster_view(context, roster_id)


@router.get("/{roster_id}/violations")
def read_violations(context: ContextDep, caller: LeadDep, roster_id: Number) -> tuple[FindingView, ...]:
    """Every rule that it breaks, a sentence each; an empty list may be published."""
    return rosters.violations(context, roster_id)


@router.get("/{roster_id}/cover/{on_date}")
def read_cover(context: ContextDep, caller: LeadDep, roster_id: Number, on_date: date) -> DayCover:
    """Required and missing agents on one day, per queue and quarter-hour."""
    return rosters.cover_of_day(context, roster_id, on_date)


@router.put("/{roster_id}/assignments")
def edit_assignment(context: ContextDep, caller: LeadDep, roster_id: Number, body: EditIn) -> EditView:
    """Change one cell of a draft; the answer says which rules that person's row breaks now."""
    return rosters.edit(
        context,
        roster_id,
        agent=body.agent,
        on_date=body.date,
        shift=body.shift,
        pin=body.pin,
        seen_version=body.version,
        actor=caller.name,
    )


@router.post("/{roster_id}/undo")
def undo_edit(context: ContextDep, caller: LeadDep, roster_id: Number, body: UndoIn) -> EditView:
    """Take the last edit back, if nothing has happened since."""
    return rosters.undo(context, roster_id, seen_version=body.version, actor=caller.name)


@router.post("/{roster_id}/publish")
def publish_roster(context: ContextDep, caller: LeadDep, roster_id: Number) -> RosterView:
    """Make a draft the roster that counts; refused with a sentence for each rule that it breaks."""
    publishing.publish(context, roster_id, actor=caller.name)
    return rosters.roster_view(context, roster_id)


@router.post("/{roster_id}/discard", status_code=status.HTTP_204_NO_CONTENT)
def discard_roster(context: ContextDep, caller: LeadDep, roster_id: Number) -> None:
    """Throw a draft away: its shifts, pins and absences are deleted. What is published can't be."""
    discarding.discard(context, roster_id, actor=caller.name)


@router.post("/{roster_id}/solve", status_code=status.HTTP_202_ACCEPTED)
def solve_roster(context: ContextDep, caller: LeadDep, roster_id: Number, body: SolveIn) -> RunView:
    """Start planning a draft in the background."""
    run_id = planning.start_run(context, roster_id, time_limit_seconds=body.time_limit_seconds, actor=caller.name)
    return planning.run_view(context, run_id)


@router.get("/{roster_id}/runs/{run_id}")
def read_run(context: ContextDep, caller: LeadDep, roster_id: Number, run_id: Number) -> RunView:
    """How far a run is, or how it ended."""
    return planning.run_view(context, run_id, roster_id)


@router.post("/{roster_id}/runs/{run_id}/stop", status_code=status.HTTP_202_ACCEPTED)
def stop_run(context: ContextDep, caller: LeadDep, roster_id: Number, run_id: Number) -> RunView:
    """Ask a run to stop; it keeps the best roster found so far."""
    return planning.stop_run(context, run_id, caller.name, roster_id)


@router.get("/{roster_id}/runs/{run_id}/events", response_class=EventSourceResponse)
async def read_run_events(
    request: Request, context: ContextDep, caller: LeadDep, roster_id: Number, run_id: Number
) -> EventSourceResponse:
    """The run as a stream: `progress` whenever something changed, `finished` once, then the stream ends."""
    # An unknown run is a problem document, not a stream that breaks off.
    await run_in_threadpool(planning.run_view, context, run_id, roster_id)
    return EventSourceResponse(_progress(request, context, roster_id, run_id), ping=HEARTBEAT_SECONDS)


async def _progress(request: Request, context: Context, roster_id: int, run_id: int) -> AsyncIterator[ServerSentEvent]:
    sent: RunView | None = None
    with context.announcer.listening() as listener:
        while True:
            signed_in = await run_in_threadpool(caller_again, request, context)
            if signed_in is None or not signed_in.is_lead:
                return
            view = await run_in_threadpool(planning.run_view, context, run_id, roster_id)
            if view != sent:
                sent = view
                kind = "progress" if view.active else "finished"
                yield ServerSentEvent(event=kind, data=json.dumps(asdict(view), default=_text))
            if not view.active:
                return
            await listener.wait(IDLE_SECONDS)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} can't be sent")
