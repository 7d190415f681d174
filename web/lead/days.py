"""The lead's page of a team's day: people on a time axis, how cover stands, and how much rest is owed in all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.context import Context
from api.deps import ContextDep, LeadDep
from api.errors import NotFound
from api.services.days.board import TeamBoardView, team_board
from api.services.days.views import AgentDayView
from api.services.rosters.reading import team_names
from web.lead import words
from web.lead.entered import day
from web.pages import page

router = APIRouter()

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MOST_LABELS = 13

TeamName = Annotated[str, Query(max_length=80)]
On = Annotated[str, Query(max_length=20, alias="date")]


@dataclass(frozen=True)
class Bar:
    """A stretch of a day on the axis, minutes from its left end."""

    kind: str
    x: int
    width: int


@dataclass(frozen=True)
class Axis:
    """The time axis: its length in minutes, where hours and the present are, and the words below it."""

    minutes: int
    hours: tuple[int, ...]
    now: int | None
    labels: tuple[str, ...]
    begin: datetime

    def bars(self, person: AgentDayView) -> tuple[Bar, ...]:
        """The day of `person`."""
        return tuple(
            Bar(one.kind, (one.starts_at - self.begin) // MINUTE, max(1, (one.ends_at - one.starts_at) // MINUTE))
            for one in person.segments
        )


@router.get("/lead/day")
def show_day(request: Request, context: ContextDep, caller: LeadDep, team: TeamName = "", on: On = "") -> Response:
    """The whole page."""
    return _page(request, context, "lead/day.html", team, on)


@router.get("/lead/day/now")
def show_day_now(request: Request, context: ContextDep, caller: LeadDep, team: TeamName = "", on: On = "") -> Response:
    """The live part."""
    return _page(request, context, "lead/day_now.html", team, on)


def axis(board: TeamBoardView) -> Axis | None:
    """The axis of `board`, in whole hours; nothing where nobody works."""
    if board.starts_at is None or board.ends_at is None:
        return None
    begin = board.starts_at - timedelta(minutes=board.starts_at.minute)
    hours = -(-(board.ends_at - begin) // HOUR)
    step = -(-hours // (MOST_LABELS - 1))
    hours += -hours % step
    now = (board.now - begin) // MINUTE
    return Axis(
        minutes=hours * 60,
        hours=tuple(range(60, hours * 60, 60)),
        now=now if 0 <= now < hours * 60 else None,
        labels=tuple(words.clock(begin + place * HOUR, board.zone) for place in range(0, hours + 1, step)),
        begin=begin,
    )


def _page(request: Request, context: Context, template: str, team: str, on: str) -> Response:
    names = team_names(context)
    if not team and not names:
        raise NotFound("there is no team yet: import people first")
    on_date = day(on, "date") if on else None
    board = team_board(context, team or names[0], on_date)
    return page(request, template, board=board, axis=axis(board), teams=names, today=not on, words=words)
