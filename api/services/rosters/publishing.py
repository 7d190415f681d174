"""A person makes a draft the roster that counts: judged once more, older ones cut, the next days planned."""

from datetime import timedelta

from sqlmodel import col, select

from api.context import Context
from api.errors import Conflict
from api.events.log import append
from api.services.days.planning import plan_day
from api.services.floor.work import touch_pools
from api.services.rosters.absences import grant_absences
from api.services.rosters.judging import find_roster, judged
from api.services.rosters.runs import fail_abandoned, refuse_while_planning
from api.services.rosters.superseding import last_day, supersede_for
from roster.clock import local_day
from roster.people import Team
from roster.shifts import RosterStatus
from roster.store.engine import writing

MAX_SENTENCES = 20
DAY_LIMIT = 0.25
"""The day solver's limit for each of the two days, in its own units: somebody waits for the page."""


def publish(context: Context, roster_id: int, *, actor: str) -> None:
    """Publish a draft in the name of `actor`.

    Refused with `Conflict` while it is being planned, when it is no draft, is empty, or breaks a rule (each breach a
    sentence). Published rosters that it overlaps give way where they overlap. Today and tomorrow, where it holds
    them, get their breaks at once.
    """
    fail_abandoned(context)
    now = context.now()
    with writing(context.engine) as session:
        # One publication at a time: two that overlap must each see what the other replaced.
        session.exec(select(Team).order_by(col(Team.id)).with_for_update()).all()
        roster = find_roster(session, roster_id, lock=True)
        if roster.status is not RosterStatus.DRAFT:
            raise Conflict(f"roster {roster_id} is {roster.status.value}: only a draft can be published")
        refuse_while_planning(session, roster_id)
        found = judged(session, context.policy, roster, now=context.now())
        if not found.own:
            raise Conflict(f"roster {roster_id} is empty: plan it, or place shifts by hand, before publishing it")
        sentences = [finding.sentence for finding in found.verdict.violations]
        if sentences:
            shown = " ".join(sentences[:MAX_SENTENCES])
            more = f" And {len(sentences) - MAX_SENTENCES} more." if len(sentences) > MAX_SENTENCES else ""
            raise Conflict(f"roster {roster_id} breaks rules. {shown}{more}", violations=sentences)
        replaced = supersede_for(session, roster)
        grant_absences(session, roster)
        roster.status = RosterStatus.PUBLISHED
        roster.published_at, roster.published_by = now, actor
        roster.version += 1
        session.add(roster)
        touch_pools(session)
        append(
            session,
            at=now,
            kind="roster.published",
            subject=str(roster_id),
            actor=actor,
            data={"starts_on": roster.starts_on.isoformat(), "days": roster.days, "replaced": replaced},
        )
    context.announcer.announce()
    today = local_day(now, roster.zone)
    for on_date in (today, today + timedelta(days=1)):
        if roster.starts_on <= on_date <= last_day(roster):
            plan_day(
                context,
                on_date,
                team_id=roster.team_id,
                actor=actor,
                deterministic_limit=DAY_LIMIT,
                only_new=True,
            )
