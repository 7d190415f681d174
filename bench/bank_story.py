"""The steps of the bank's month, each timed, each through the services that a centre uses."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlmodel import col, func, select

from api.context import Context, make_context
from api.demo.build import duties_of
from api.demo.clinic import LONG_TALK, Line
from api.demo.entry import Aftermath, draw_aftermath, draw_entry
from api.demo.play import DrivenClock, Incoming, Play, Tally
from api.services.days.planning import plan_day
from api.services.importing import import_files
from api.services.rosters.planning import create_roster, plan_now
from api.services.rosters.publishing import publish
from api.services.staffing.requirements import requirements_from_history
from api.settings import Settings
from bench.bank_centre import MONTH, PLANNED_FROM, QUEUES, ZONE, Record, Records, write_centre
from roster.clock import at_local, zone
from roster.shifts import Requirement
from roster.store.engine import reading
from roster.store.migrate import migrate

ACTOR = "bench"
PLAYED = date(1999, 2, 14)
"""A Sunday, the first day of the working week there: 1,588 rows of the file."""

HARD_SHARE = 0.08
"""The file has no entry conditions: played calls draw them from the demo, this share from its hard profile."""


def bank_context(folder: Path, workers: int = 2) -> tuple[Context, DrivenClock]:
    """A context on an empty database in `folder`, on the morning before the planned month."""
    clock = DrivenClock(at_local(PLANNED_FROM, 5 * 60, ZONE))
    settings = Settings(environment="test", data_dir=folder, database_url="", policy=None, solver_workers=workers)
    context = make_context(settings, clock)
    migrate(context.engine)
    return context, clock


def tell(records: Records, folder: Path, *, agents: int, days: int, plan_seconds: float, seed: int) -> None:
    """Do all of it and print what came of it."""
    context, clock = bank_context(folder)
    with _step(f"import of {len(records.calls):,} calls from {records.path.name}"):
        import_files(context, [*write_centre(folder / "files", records, agents), records.path], actor=ACTOR, zone=ZONE)
    with _step(f"requirement for {days} days from {PLANNED_FROM} (Erlang C, per 15 minutes and queue)"):
        requirements_from_history(context, starts_on=PLANNED_FROM, days=days, zone=ZONE, actor=ACTOR)
    print(f"            {required_hours(context):,.0f} agent-hours required")
    with _step(f"roster of {agents} agents x {days} days, limit {plan_seconds:g} s"):
        roster = create_roster(context, team=None, starts_on=PLANNED_FROM, days=days, actor=ACTOR)
        run = plan_now(context, roster, time_limit_seconds=plan_seconds, actor=ACTOR)
    if run.objective is None:
        sys.exit(f"bench.bank: no roster was found: {' '.join(map(str, run.messages))}")
    bound = "no bound proved" if run.bound is None else f"bound {run.bound:,}"
    print(f"            {run.outcome}, cost {run.objective:,}, {bound}")
    publish(context, roster, actor=ACTOR)
    day = PLAYED + MONTH
    while day >= PLANNED_FROM + timedelta(days=days):
        day -= timedelta(days=7)
    with _step(f"day plan of {day:%A} {day}"):
        clock.now = at_local(day, 6 * 60, ZONE)
        plan_day(context, day)
    calls = records.on(PLAYED)
    with _step(f"play of the {len(calls):,} calls of {PLAYED} on it"):
        tally = play_day(context, clock, records, calls, day, seed)
    report(calls, tally)
    context.engine.dispose()


def play_day(
    context: Context, clock: DrivenClock, records: Records, calls: Sequence[Record], day: date, seed: int
) -> Tally:
    """Post the calls of one recorded day on planned `day`, at their real times of day with their real handle times.

    Calls abandoned in reality are abandoned here after the same wait if nobody answers before; what they would have
    lasted is drawn from the served calls of their queue. Served calls wait at least as long as they did, and then
    with the month's mean patience.
    """
    patience = records.mean_patience_seconds()
    random = np.random.default_rng([seed, 9])
    served: dict[str, list[int]] = {}
    for call in records.calls:
        if call.outcome == "AGENT":
            served.setdefault(call.queue, []).append(call.handle_seconds)
    profile = Line("nurse_advice", "", 5, 20, 0.8, 0, LONG_TALK, HARD_SHARE)

    def after(contact: Incoming, score: int) -> Aftermath:
        return draw_aftermath(score, contact.entry, profile, contact.handle_seconds, random)

    play = Play(context, clock, after, seed, dict.fromkeys(QUEUES, 60.0))
    play.staff(duties_of(context, day))
    play.add(
        Incoming(
            call.ref,
            call.queue,
            _moved(call.arrived_at, day),
            max(1, call.handle_seconds if call.outcome == "AGENT" else int(random.choice(served[call.queue]))),
            draw_entry(profile, random),
            call.wait_seconds + (0.0 if call.outcome == "HANG" else float(random.exponential(patience))),
        )
        for call in calls
    )
    play.run_until(at_local(day + timedelta(days=1), 3 * 60, ZONE))
    return play.tally


def report(calls: Sequence[Record], tally: Tally) -> None:
    """Print what the file says of the day beside what the router made of it."""
    really = [call.wait_seconds for call in calls if call.outcome == "AGENT"]
    print(f"\n{'':24}{'in 1999':>12}{'through Breather':>20}")
    rows: tuple[tuple[str, str, str], ...] = (
        ("calls", f"{len(calls):,}", f"{tally.posted:,}"),
        ("served", f"{len(really):,}", f"{tally.served:,}"),
        ("abandoned", f"{len(calls) - len(really):,}", f"{tally.abandoned:,}"),
        ("mean wait, served", f"{np.mean(really):.0f} s", f"{np.mean(tally.waits):.0f} s"),
        ("95th percentile wait", f"{np.percentile(really, 95):.0f} s", f"{np.percentile(tally.waits, 95):.0f} s"),
        ("answered within 60 s", f"{np.mean(np.array(really) <= 60):.1%}", f"{tally.targets_met / tally.served:.1%}"),
        ("rests given", "-", f"{tally.rests:,}"),
        ("rest minutes", "-", f"{tally.rest_minutes:,.0f}"),
    )
    for name, then, now in rows:
        print(f"{name:24}{then:>12}{now:>20}")
    print(
        "\nThe staff, its roster and the entry conditions of the calls (seeded; the file has none) are made up, so the"
        "\ntwo columns show the same calls in two different centres, not a better and a worse one."
    )


def required_hours(context: Context) -> float:
    """Agent-hours required in all."""
    with reading(context.engine) as session:
        return float(session.exec(select(func.coalesce(func.sum(col(Requirement.required)), 0))).one()) / 4


def _moved(local: datetime, day: date) -> datetime:
    return local.replace(year=day.year, month=day.month, day=day.day, tzinfo=zone(ZONE))


@contextmanager
def _step(name: str) -> Iterator[None]:
    begin = time.monotonic()
    yield
    print(f"{time.monotonic() - begin:8.1f} s  {name}", flush=True)
