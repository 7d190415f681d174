"""Requirements and forecasts from contact history: who is needed when, and what every hour of it is for."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import delete, insert
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from api.context import Context
from api.errors import Invalid
from api.events.log import append
from api.services.staffing.planned import planned_debriefs
from api.services.staffing.report import (
    ForecastReport,
    History,
    StaffingReport,
    quarters_of_stretch,
    report,
)
from optimizer.staffing.dated import QuarterLines, quarter_lines
from optimizer.staffing.profile import PastContacts, profiles
from optimizer.staffing.requirement import Promise, WeekRequirement, week_requirements
from roster.clock import ClockError, midnight
from roster.clock import zone as zone_named
from roster.contacts import PastContact, Tier
from roster.load.difficulty import rest_minutes, tier_of
from roster.people import Skill, Team
from roster.policy import Policy, StaffingPolicy
from roster.queues import Queue
from roster.shifts import Requirement
from roster.store.engine import reading, writing

__all__ = ["ForecastReport", "StaffingReport", "forecast_from_history", "requirements_from_history", "sole_zone"]

MAX_DAYS = 366


def requirements_from_history(
    context: Context, *, starts_on: date, days: int, zone: str, actor: str, check_only: bool = False
) -> StaffingReport:
    """Replace the requirement of `days` local days from `starts_on`, and each queue's exposure rate, from history.

    Queues without history keep what they have. The formula is in `docs/staffing.md`.

    Raises
    ------
    Invalid : no history, a zone that does not exist, or a stretch of no or too many days.
    """
    require_stretch(days, zone)
    with writing(context.engine) as session:
        history = _read_history(session, zone, context.policy)
        weeks = week_requirements(
            history.profiles,
            {code: Promise(one.target_wait_seconds, one.service_level) for code, one in history.queues.items()},
            context.policy.staffing,
            context.policy.debrief,
        )
        planned = planned_debriefs(session, starts_on, days, zone)
        dated = _dated(weeks, context.policy.staffing, planned, starts_on, days, zone)
        rows = [
            {"queue_id": history.queues[code].id, "starts_at": instant, **asdict(line)}
            for instant, lines in dated.items()
            for code, line in lines.items()
            if line.required > 0
        ]
        told = report(history, weeks, dated, context.policy, starts_on, days, zone, len(rows), check_only)
        if check_only:
            return told
        _replace(session, [history.queues[code].id for code in weeks], starts_on, days, zone, rows)
        for line in told.queues:
            queue = history.queues[line.queue]
            queue.exposure_per_hour = line.exposure_per_hour
            session.add(queue)
        append(
            session,
            at=context.now(),
            kind="requirements.replaced",
            subject=f"{starts_on}/{days}",
            actor=actor,
            data={"quarters": len(rows), "hours_per_week": round(told.required_hours, 2)},
        )
    context.announcer.announce()
    return told


def _dated(
    weeks: Mapping[str, WeekRequirement],
    staffing: StaffingPolicy,
    planned: Mapping[datetime, float],
    starts_on: date,
    days: int,
    zone: str,
) -> dict[datetime, dict[str, QuarterLines]]:
    """Every quarter-hour of the stretch with the lines of every queue; without planned debriefs, the week's."""
    usual: dict[tuple[int, int], dict[str, QuarterLines]] = {}
    found = {}
    for instant, cell in quarters_of_stretch(starts_on, days, zone):
        if instant in planned:
            found[instant] = quarter_lines(weeks, cell, staffing, planned[instant])
            continue
        if cell not in usual:
            usual[cell] = quarter_lines(weeks, cell, staffing)
        found[instant] = usual[cell]
    return found


def forecast_from_history(context: Context, *, starts_on: date, days: int, zone: str) -> ForecastReport:
    """Expected contacts by queue and local date; raises `Invalid` as `requirements_from_history` does."""
    require_stretch(days, zone)
    with reading(context.engine) as session:
        history = _read_history(session, zone, context.policy)
    dates = tuple(starts_on + timedelta(days=day) for day in range(days))
    contacts = {
        code: tuple(float(profile.arrivals[day.weekday()].sum()) for day in dates)
        for code, profile in history.profiles.items()
    }
    return ForecastReport(starts_on, zone, history.first, history.last, dates, contacts)


def sole_zone(context: Context) -> str:
    """The one zone that all teams have; raises `Invalid` where there is none or more than one."""
    with reading(context.engine) as session:
        zones = sorted(session.exec(select(Team.zone).distinct()))
    if len(zones) != 1:
        found = f"teams have {', '.join(zones)}" if zones else "there is no team yet"
        raise Invalid(f"no zone given: expected --zone with an IANA name such as Europe/Amsterdam ({found})")
    return zones[0]


def _replace(
    session: Session, queues: list[int | None], starts_on: date, days: int, zone: str, rows: list[dict[str, Any]]
) -> None:
    session.execute(
        delete(Requirement).where(
            col(Requirement.queue_id).in_(queues),
            col(Requirement.starts_at) >= midnight(starts_on, zone),
            col(Requirement.starts_at) < midnight(starts_on + timedelta(days=days), zone),
        )
    )
    if rows:
        session.execute(insert(Requirement), rows)


def require_stretch(days: int, zone: str, most: int = MAX_DAYS) -> None:
    """Raises `Invalid` for a zone that does not exist, or a stretch of no days or more than `most`."""
    if not 1 <= days <= most:
        raise Invalid(f"days {days!r}: expected 1 to {most}")
    try:
        zone_named(zone)
    except ClockError as error:
        raise Invalid(str(error)) from error


def _read_history(session: Session, zone: str, policy: Policy) -> History:
    queues = {queue.id: queue for queue in session.exec(select(Queue).order_by(col(Queue.code)))}
    columns = select_columns(
        col(PastContact.queue_id),
        col(PastContact.arrived_at),
        col(PastContact.abandoned),
        col(PastContact.handle_seconds),
        col(PastContact.score),
    )
    here = zone_named(zone)
    tiers = [tier_of(score, policy.difficulty) for score in range(101)]
    rest_of = [float(rest_minutes(tier, (), policy.rest)) for tier in tiers]
    found: dict[int, list[tuple[int, int, bool, int, float, float, bool]]] = {}
    for queue_id, arrived_at, abandoned, seconds, score in session.execute(columns):
        local = arrived_at.astimezone(here)
        scored = (float("nan"), 0.0, False) if score is None else (score, rest_of[score], tiers[score] is Tier.SEVERE)
        quarter = local.hour * 4 + local.minute // 15
        found.setdefault(queue_id, []).append((local.toordinal(), quarter, not abandoned, seconds, *scored))
    if not found:
        raise Invalid("no contact history: expected contacts, imported with breather import")
    past = {queue.code: _arrays(found[key]) for key, queue in queues.items() if key is not None and key in found}
    days = np.concatenate([one.day for one in past.values()])
    return History(
        queues={queue.code: queue for queue in queues.values()},
        profiles=profiles(past),
        first=date.fromordinal(int(days.min())),
        last=date.fromordinal(int(days.max())),
        skilled=frozenset(session.exec(select(Skill.queue_id).distinct())),
    )


def _arrays(rows: list[tuple[int, int, bool, int, float, float, bool]]) -> PastContacts:
    day, quarter, served, seconds, score, rest, severe = zip(*rows, strict=True)
    return PastContacts(
        day=np.array(day, dtype=np.int64),
        quarter=np.array(quarter, dtype=np.int64),
        served=np.array(served, dtype=np.bool_),
        handle_seconds=np.array(seconds, dtype=np.float64),
        score=np.array(score, dtype=np.float64),
        rest_minutes=np.array(rest, dtype=np.float64),
        severe=np.array(severe, dtype=np.bool_),
    )
