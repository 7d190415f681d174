"""Rosters as leads see them: the list, one roster with its grid, the cover of one day, what breaks a rule."""

from datetime import date

from sqlmodel import Session, col, func, select

from api.context import Context
from api.errors import Invalid, NotFound
from api.services.rosters.cells import cell_form
from api.services.rosters.editing import can_undo, edit, undo
from api.services.rosters.grid import day_cover, finding_view, grid_of
from api.services.rosters.judging import find_roster, judged
from api.services.rosters.runs import ACTIVE, fail_abandoned, latest_run, view_of
from api.services.rosters.superseding import last_day
from api.services.rosters.views import DayCover, FindingView, RosterLine, RosterPage, RosterView
from roster.accounts import User
from roster.people import Team
from roster.shifts import Assignment, PlanRun, Roster, RosterStatus
from roster.store.engine import reading

MAX_PAGE = 200

__all__ = [
    "MAX_PAGE",
    "cell_form",
    "cover_of_day",
    "edit",
    "list_rosters",
    "roster_view",
    "team_names",
    "undo",
    "violations",
]


def team_names(context: Context) -> tuple[str, ...]:
    """The teams that can be planned, by name."""
    with reading(context.engine) as session:
        return tuple(session.exec(select(Team.name).order_by(Team.name)).all())


def list_rosters(context: Context, *, limit: int = 50, offset: int = 0) -> RosterPage:
    """Rosters, latest start first; at most `MAX_PAGE` at once, without drafts that were thrown away."""
    if not (1 <= limit <= MAX_PAGE and offset >= 0):
        raise Invalid(f"limit {limit} and offset {offset}: expected a limit of 1 to {MAX_PAGE} and an offset from 0")
    with reading(context.engine) as session:
        # Superseded without ever having been published: a draft that was thrown away.
        kept = (col(Roster.status) != RosterStatus.SUPERSEDED) | col(Roster.published_at).is_not(None)
        newest = (col(Roster.starts_on).desc(), col(Roster.id).desc())
        rosters = session.exec(select(Roster).where(kept).order_by(*newest).limit(limit).offset(offset)).all()
        total = session.exec(select(func.count()).select_from(Roster).where(kept)).one()
        return RosterPage(_lines(session, list(rosters)), total, limit, offset)


def _lines(session: Session, rosters: list[Roster]) -> tuple[RosterLine, ...]:
    ids = [roster.id for roster in rosters]
    names = {team.id: team.name for team in session.exec(select(Team)).all()}
    shown = _display_names(session, rosters)
    counts: dict[int, int] = {}
    for roster_id, count in session.exec(
        select(col(Assignment.roster_id), func.count())
        .where(col(Assignment.roster_id).in_(ids))
        .group_by(col(Assignment.roster_id))
    ).all():
        counts[roster_id] = count
    planning = session.exec(
        select(PlanRun.roster_id).where(col(PlanRun.roster_id).in_(ids), col(PlanRun.status).in_(ACTIVE))
    ).all()
    return tuple(
        RosterLine(
            id=roster.id or 0,
            team=None if roster.team_id is None else names[roster.team_id],
            zone=roster.zone,
            starts_on=roster.starts_on,
            ends_on=last_day(roster),
            days=roster.days,
            status=roster.status.value,
            version=roster.version,
            created_at=roster.created_at,
            created_by=roster.created_by,
            created_by_name=shown.get(roster.created_by, roster.created_by),
            published_at=roster.published_at,
            published_by=roster.published_by,
            published_by_name=shown.get(roster.published_by or "", roster.published_by),
            assignments=counts.get(roster.id or 0, 0),
            planning=roster.id in planning,
        )
        for roster in rosters
    )


def _display_names(session: Session, rosters: list[Roster]) -> dict[str, str]:
    """By user name, of the accounts that made or published a roster; tokens and commands have none."""
    actors = {name for roster in rosters for name in (roster.created_by, roster.published_by) if name}
    lines = session.exec(select(User.username, User.display_name).where(col(User.username).in_(actors))).all()
    return {username: display_name for username, display_name in lines if display_name}


def roster_view(context: Context, roster_id: int) -> RosterView:
    """One roster whole, judged by the rules and tables as they are now."""
    fail_abandoned(context)
    with reading(context.engine) as session:
        roster = find_roster(session, roster_id)
        run = latest_run(session, roster_id)
        grid, unplannable = None, None
        try:
            grid = grid_of(judged(session, context.policy, roster, now=context.now()))
        except Invalid as error:
            unplannable = error.detail
        return RosterView(
            roster=_lines(session, [roster])[0],
            run=view_of(run) if run else None,
            can_undo=can_undo(session, roster),
            grid=grid,
            unplannable=unplannable,
        )


def violations(context: Context, roster_id: int) -> tuple[FindingView, ...]:
    """Every rule the roster breaks, a sentence each; empty means that it may be published."""
    with reading(context.engine) as session:
        roster = find_roster(session, roster_id)
        return tuple(
            finding_view(one) for one in judged(session, context.policy, roster, now=context.now()).verdict.violations
        )


def cover_of_day(context: Context, roster_id: int, on_date: date) -> DayCover:
    """Each queue's cover on one day of the roster, quarter by quarter."""
    with reading(context.engine) as session:
        roster = find_roster(session, roster_id)
        if not roster.starts_on <= on_date <= last_day(roster):
            raise NotFound(
                f"{on_date.isoformat()} is not in roster {roster_id}:"
                f" expected {roster.starts_on.isoformat()} to {last_day(roster).isoformat()}"
            )
        found = judged(session, context.policy, roster, now=context.now())
        return day_cover(roster_id, found, (on_date - roster.starts_on).days)
