"""`/teams/{team}/day`: a team's day for its leads."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.deps import ContextDep, LeadDep
from api.services.days.board import TeamBoardView, team_board
from api.services.floor.views import NO_NUL

router = APIRouter(prefix="/teams", tags=["days"])

Name = Annotated[str, Path(min_length=1, max_length=80, pattern=NO_NUL, description="the team's name")]
On = Annotated[date | None, Query(alias="date", description="local date on which the shifts begin; today if left out")]


@router.get("/{team}/day")
def get_team_day(team: Name, context: ContextDep, caller: LeadDep, on: On = None) -> TeamBoardView:
    """Everybody's day with protected time as just that, cover by queue and quarter-hour, and rest owed in all."""
    return team_board(context, team, on)
