"""Offers of a debrief in a quiet time: to whoever had a severe contact, and to whoever asks."""

from dataclasses import replace
from datetime import date

from sqlmodel import select

from api.context import Context
from api.services.days.building import build_day_problem
from api.services.days.facts import ONE_DAY, DayFacts, read_day
from api.services.days.planning import ensure_day
from api.services.debriefs.matching import Wish, debrief_requests
from api.services.debriefs.reminders import remind
from api.services.debriefs.store import settle_debriefs, store_invitations
from api.services.floor.work import touch_pools
from optimizer.day.solve import solve_day
from roster.clock import local_day
from roster.people import Team
from roster.rest import DebriefInvitation, InvitationStatus
from roster.store.engine import reading, writing

ATTEMPTS = 5


def offer_debriefs(context: Context, on_date: date) -> int:
    """Invite whoever had a severe contact 24 to 72 hours before a slot on `on_date`; how many were invited.

    A date without segments is planned first, and that plan makes the offers.
    """
    planned = ensure_day(context, on_date)
    offered = planned.invitations if planned is not None else 0
    return offered + offer(context, on_date)


def tend_debriefs(context: Context) -> None:
    """The scheduler's job: offers whose time has come lapse, reminders are made, today and tomorrow looked through."""
    with writing(context.engine) as session:
        changed = settle_debriefs(session, context.now())
        changed += remind(session, context.policy, context.now())
    if changed:
        context.announcer.announce()
    with reading(context.engine) as session:
        today = {local_day(context.now(), zone) for zone in session.exec(select(Team.zone)).all()}
    for on_date in sorted(today | {day + ONE_DAY for day in today}):
        offer(context, on_date)


def offer(context: Context, on_date: date, wish: Wish | None = None, *, instead: int | None = None) -> int:
    """Offer what `on_date` has room for, or only what answers `wish`; how many offers were made.

    `instead` is an open invitation that a new one replaces; where none is made, it stays.
    """
    for _ in range(ATTEMPTS):
        now = context.now()
        with reading(context.engine) as session:
            facts = read_day(session, on_date, None)
            if not facts.shifts:
                return 0
            requests = debrief_requests(session, context.policy, facts, now, wish=wish)
            if not requests:
                return 0
            shown = _without(facts, instead)
            problem = build_day_problem(session, context.policy, shown, now, debriefs=requests, breaks_stay=True)
        result = solve_day(problem)
        if not result.debriefs:
            return 0
        with writing(context.engine) as session:
            touch_pools(session)
            if read_day(session, on_date, None).mark != facts.mark:
                continue
            before = None if instead is None else session.get(DebriefInvitation, instead, with_for_update=True)
            if before is not None and before.status is not InvitationStatus.OFFERED:
                return 0
            stored = store_invitations(session, facts, result.debriefs, now)
            if stored and before is not None and before.starts_at != result.debriefs[0].starts_at:
                before.status = InvitationStatus.DECLINED
                session.add(before)
        context.announcer.announce()
        return stored
    return 0


def _without(facts: DayFacts, invitation_id: int | None) -> DayFacts:
    """The day as if that invitation kept nothing free."""
    if invitation_id is None:
        return facts
    left = {person: [row for row in rows if row.id != invitation_id] for person, rows in facts.invitations.items()}
    return replace(facts, invitations=left)
