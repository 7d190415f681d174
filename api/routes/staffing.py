"""`/staffing`: what the stored requirement is for, line by line, and how a team's paid time was used. For leads."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import ContextDep, LeadDep
from api.services.staffing.figures import TimeView, time_used
from api.services.staffing.requirements import sole_zone
from api.services.staffing.stored import RequiredView, stored_requirement

router = APIRouter(prefix="/staffing", tags=["staffing"])

From = Annotated[date, Query(alias="from", description="first local date")]
Days = Annotated[int, Query(description="1 to 92")]
Zone = Annotated[str | None, Query(max_length=64, description="IANA zone; else the one zone that all teams have")]
Team = Annotated[str | None, Query(max_length=80, description="name of a team; all of them where it is empty")]


@router.get("")
def get_required(
    context: ContextDep, caller: LeadDep, starts_on: From, days: Days = 7, zone: Zone = None
) -> RequiredView:
    """Agent-hours required by date and queue: on contacts, decompression, debriefs, breaks, absence, rounding."""
    return stored_requirement(context, starts_on=starts_on, days=days, zone=zone or sole_zone(context))


@router.get("/time")
def get_time(context: ContextDep, caller: LeadDep, starts_on: From, days: Days = 7, team: Team = None) -> TimeView:
    """Occupancy and adherence of five people or more together; rest and debriefs are work in both."""
    return time_used(context, starts_on=starts_on, days=days, team=team)
