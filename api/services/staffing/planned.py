"""Debriefs that people have agreed to, as agents per quarter-hour: two each, for as long as they last."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from optimizer.staffing.requirement import PEOPLE_IN_A_DEBRIEF
from roster.clock import QUARTER, midnight
from roster.rest import DebriefInvitation, InvitationStatus


def planned_debriefs(session: Session, starts_on: date, days: int, zone: str) -> dict[datetime, float]:
    """Agents by begin of the quarter-hour, in the stretch of local days; who they are is not looked at."""
    begin, end = midnight(starts_on, zone), midnight(starts_on + timedelta(days=days), zone)
    rows = session.exec(
        select(DebriefInvitation.starts_at, DebriefInvitation.ends_at).where(
            DebriefInvitation.status == InvitationStatus.ACCEPTED,
            col(DebriefInvitation.starts_at) < end,
            col(DebriefInvitation.ends_at) > begin,
        )
    ).all()
    agents: dict[datetime, float] = defaultdict(float)
    for starts_at, ends_at in rows:
        quarter = begin + (starts_at - begin) // QUARTER * QUARTER
        while quarter < ends_at:
            if begin <= quarter < end:
                inside = min(ends_at, quarter + QUARTER) - max(starts_at, quarter)
                agents[quarter] += PEOPLE_IN_A_DEBRIEF * (inside / QUARTER)
            quarter += QUARTER
    return dict(agents)
