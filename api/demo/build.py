"""Builds the demo: the clinic's files imported, its month planned and published, its morning played.

Every step goes through the services that a real centre uses; only the people, the callers and the clock are invented.
"""

import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlmodel import col, func, select

from api.context import Context, make_context
from api.demo.arrivals import draw_day
from api.demo.clinic import LINES, ZONE, demo_day, monday_of
from api.demo.entry import Aftermath, draw_aftermath
from api.demo.folder import FILES, prepare
from api.demo.history import Size, write_files
from api.demo.people import LEAD, Person
from api.demo.play import AftermathOf, DrivenClock, Duty, Incoming, Play, Tally
from api.demo.scenes import TODAY, YESTERDAY, scripted
from api.services.access.accounts import create_user
from api.services.access.tokens import make_link, make_token
from api.services.appointments.tending import tend_appointments
from api.services.days.planning import plan_day
from api.services.debriefs.invitations import offer_debriefs
from api.services.importing import import_files
from api.services.rosters.planning import create_roster, plan_now
from api.services.rosters.publishing import publish
from api.services.staffing.requirements import requirements_from_history
from api.settings import Settings
from roster.accounts import Role
from roster.clock import at_local
from roster.people import Agent
from roster.rest import DebriefInvitation, InvitationStatus
from roster.shifts import Segment
from roster.store.engine import reading
from roster.store.migrate import migrate

NOW_MINUTE = 12 * 60 + 5
"""The demo's "now": 12:05 local, when the play stops and the pages begin."""

OPENS_MINUTE = 6 * 60 + 30
LINK_HOURS = 24 * 30
CLOSED_MINUTE = 21 * 60
MEAN_PATIENCE_SECONDS = 150.0
YESTERDAYS_QUEUES = frozenset({"nurse_advice", "bereavement"})
"""Yesterday is played for these alone: enough for the debriefs that today offers."""

PLAN_SECONDS = 40.0

Say = Callable[[str], None]
Plan = Callable[[Context, int], str]


class NoRoster(RuntimeError):
    """The solver found no roster for the demo in its time; the message says what it said."""


@dataclass(frozen=True)
class Guest:
    """The agent whose link the demo prints, and whether a debrief invitation awaits them."""

    code: str
    name: str
    invited: bool


@dataclass(frozen=True)
class Built:
    """A finished demo; secrets are those of its invented people, shown once."""

    folder: Path
    context: Context
    play: Play
    now: datetime
    lead_link: str
    agent_link: str
    guest: Guest
    password: str
    router_token: str
    size: Size
    roster_id: int

    @property
    def lead_username(self) -> str:
        """The lead's user name."""
        return LEAD[0]

    @property
    def lead_name(self) -> str:
        """The lead's name."""
        return LEAD[1]


def build(
    folder: Path,
    *,
    today: date,
    seed: int,
    say: Say,
    size: Size | None = None,
    plan: Plan | None = None,
) -> Built:
    """Make the demo in `folder` for the Wednesday of `today`'s week; `say` gets a line per finished step.

    `plan` plans a draft and says how that went; left out, the solver gets `PLAN_SECONDS` in its child process.

    Raises
    ------
    NotADemoFolder: the folder holds something else; nothing was touched.
    """
    size = size or Size()
    plan = plan or planned_for(PLAN_SECONDS, say)
    day = demo_day(today)
    yesterday, first = day - timedelta(days=1), monday_of(day)
    context, clock = make_centre(folder, day, seed=seed, say=say, size=size)
    try:
        with _step(say, "plan") as done:
            roster_id = create_roster(context, team=None, starts_on=first, days=size.days, actor=LEAD[0])
            done(f"{size.agents} agents x {size.days} days: {plan(context, roster_id)}")
        with _step(say, "publish") as done:
            publish(context, roster_id, actor=LEAD[0])
            done(f"published by {LEAD[1]}")
        with _step(say, "yesterday") as done:
            play = Play(context, clock, _aftermath(seed), seed, {line.code: line.target_wait_seconds for line in LINES})
            _play_yesterday(context, clock, play, yesterday, seed, size)
            done(f"{play.tally.posted} contacts of its heavier queues played")
        with _step(say, "today") as done:
            clock.now = at_local(day, OPENS_MINUTE, ZONE)
            tend_appointments(context)
            offer_debriefs(context, day)
            plan_day(context, day)
            plan_day(context, day + timedelta(days=1))
            play.tally = Tally()
            _play_today(context, play, day, seed, size)
            done(
                f"{play.tally.posted} contacts played until 12:05, {play.tally.served} served,"
                f" {play.tally.rests} rests given"
            )
        with _step(say, "accounts") as done:
            guest = _guest(context, clock.now)
            password = secrets.token_urlsafe(9)
            links = _accounts(context, size.people, guest, password)
            token = make_token(context, "demo router", actor=LEAD[0]).secret
            done("a lead, every agent, a router token")
    except BaseException:
        # A Ctrl-C too must leave no open database behind.
        context.engine.dispose()
        raise
    return Built(folder, context, play, clock.now, links[0], links[1], guest, password, token, size, roster_id)


def make_centre(folder: Path, day: date, *, seed: int, say: Say, size: Size) -> tuple[Context, DrivenClock]:
    """The clinic imported, with its requirement from history, nothing planned; it is 06:00 on the Monday of `day`."""
    first = monday_of(day)
    prepare(folder)
    clock = DrivenClock(at_local(first, 6 * 60, ZONE))
    settings = Settings(
        environment="development",
        data_dir=folder,
        database_url="",
        policy=None,
        clock_offset_seconds=0,
    )
    context = make_context(settings, clock)
    try:
        with _step(say, "database") as done:
            migrate(context.engine)
            done("made, every migration run")
        with _step(say, "files") as done:
            paths = write_files(folder / FILES, day, seed, size)
            done(f"{len(paths)} import files written to {folder / FILES}")
        with _step(say, "import") as done:
            import_files(context, paths, actor=LEAD[0], zone=ZONE)
            done(f"{size.agents} agents and four weeks of contacts, by the door that `breather import` uses")
        with _step(say, "staffing") as done:
            requirements_from_history(context, starts_on=first, days=size.days, zone=ZONE, actor=LEAD[0])
            done("requirement per queue and quarter-hour, from the history")
    except BaseException:
        # A Ctrl-C too must leave no open database behind.
        context.engine.dispose()
        raise
    return context, clock


def planned_for(seconds: float, say: Say | None = None) -> Plan:
    """Plan as a lead does, with `seconds` for the solver; `say` gets a line where that begins late."""

    def plan(context: Context, roster_id: int) -> str:
        run = plan_now(context, roster_id, time_limit_seconds=seconds, actor=LEAD[0], on_note=say)
        if run.objective is None:
            raise NoRoster(f"no roster was found in {seconds:g} s: {' '.join(map(str, run.messages))}")
        bound = "" if run.bound is None else f", proved not below {run.bound:,}"
        return f"{run.outcome}, cost {run.objective:,}{bound}"

    return plan


@contextmanager
def _step(say: Say, name: str) -> Iterator[Say]:
    """Time one step; what its body hands over is said with the seconds it took."""
    begin = time.monotonic()
    told: list[str] = []
    yield told.append
    say(f"{time.monotonic() - begin:6.1f} s  {name:<10} {' '.join(told)}")


def _aftermath(seed: int) -> AftermathOf:
    random = np.random.default_rng([seed, 4])
    line_of = {line.code: line for line in LINES}

    def of(contact: Incoming, score: int) -> Aftermath:
        return draw_aftermath(score, contact.entry, line_of[contact.queue], contact.handle_seconds, random)

    return of


def _arrivals(day: date, stream: int, seed: int, size: Size, queues: Collection[str]) -> list[Incoming]:
    """The day's own contacts in `queues`, each caller with patience of their own."""
    random = np.random.default_rng([seed, stream])
    found: list[Incoming] = []
    for line in LINES:
        for one in draw_day(line, day, random, volume=size.volume):
            patience = float(random.exponential(MEAN_PATIENCE_SECONDS))
            if line.code in queues:
                found.append(Incoming(one.ref, line.code, one.arrived_at, one.handle_seconds, one.entry, patience))
    return found


def _play_yesterday(context: Context, clock: DrivenClock, play: Play, day: date, seed: int, size: Size) -> None:
    clock.now = at_local(day, OPENS_MINUTE, ZONE)
    plan_day(context, day)
    play.staff(duties_of(context, day))
    play.add(_arrivals(day, 5, seed, size, YESTERDAYS_QUEUES))
    play.add(scripted(YESTERDAY, day))
    play.run_until(at_local(day, CLOSED_MINUTE, ZONE))


def _play_today(context: Context, play: Play, day: date, seed: int, size: Size) -> None:
    play.staff(duties_of(context, day))
    play.add(_arrivals(day, 6, seed, size, [line.code for line in LINES]))
    play.add(scripted(TODAY, day))
    play.run_until(at_local(day, NOW_MINUTE, ZONE))


def duties_of(context: Context, day: date) -> list[Duty]:
    """Who is there on local `day`, from the segments of its published shifts."""
    with reading(context.engine) as session:
        rows = session.exec(
            select(Agent.code, func.min(Segment.starts_at), func.max(Segment.ends_at))
            .join(Agent, col(Agent.id) == col(Segment.agent_id))
            .where(col(Segment.on_date) == day)
            .group_by(Agent.code)
            .order_by(Agent.code)
        ).all()
    return [Duty(code, starts_at, ends_at) for code, starts_at, ends_at in rows]


def _guest(context: Context, now: datetime) -> Guest:
    """The agent whose page the demo shows: on shift now, with a debrief still to answer, else anyone on shift."""
    with reading(context.engine) as session:
        invited = session.exec(
            select(DebriefInvitation.agent_id)
            .where(col(DebriefInvitation.status) == InvitationStatus.OFFERED)
            .where(col(DebriefInvitation.starts_at) > now)
        ).all()
        present = session.exec(
            select(Agent)
            .join(Segment, col(Segment.agent_id) == col(Agent.id))
            .where(col(Segment.starts_at) <= now, col(Segment.ends_at) > now)
            .order_by(Agent.code)
        ).all()
    agent = min(present, key=lambda one: (one.id not in invited, one.code))
    return Guest(agent.code, agent.name, agent.id in invited)


def _accounts(context: Context, people: Iterable[Person], guest: Guest, password: str) -> tuple[str, str]:
    """A lead and every agent as users; the lead and the guest get `password` and a one-time link's secret each."""
    username, name = LEAD
    create_user(context, username=username, display_name=name, role=Role.LEAD, password=password, actor="demo")
    for one in people:
        create_user(context, username=one.code, display_name=one.name, role=Role.AGENT, agent=one.code, actor=username)
    lead, agent = (make_link(context, user, hours=LINK_HOURS) for user in (username, guest.code))
    return lead, agent
