"""What happens by the clock: a list of jobs, run in the background of the serving process.

Every job may run in several processes at once (each `breather serve` has a scheduler): the database decides who
does what, so a job must be right when another process has just done the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from api.context import Context
from api.jobs import adapters, days, floor, webhooks
from api.services.access.accounts import clear_expired
from api.services.rosters.planning import recover_runs


@dataclass(frozen=True)
class Job:
    """Run `run` every `seconds`. A run that takes longer is never overtaken by the next; missed ones are one."""

    name: str
    seconds: float
    run: Callable[[Context], object]


# Each room adds its line here, sorted by name.
JOBS: tuple[Job, ...] = (
    Job("adapters", adapters.SECONDS, adapters.run),
    Job("appointments", days.APPOINTMENT_SECONDS, days.tend_appointments),
    Job("clear expired sessions", 3600, clear_expired),
    Job("days", days.SECONDS, days.keep_planned),
    Job("days, again", days.REPLAN_SECONDS, days.replan),
    Job("days, what happens", days.LOOK_SECONDS, days.watch),
    Job("debriefs", days.DEBRIEF_SECONDS, days.tend_debriefs),
    Job("floor", floor.SECONDS, floor.run),
    Job("recover planning runs", 30, recover_runs),
    Job("webhooks", webhooks.SECONDS, webhooks.send_due),
    Job("webhooks that fail", webhooks.FAILING_SECONDS, webhooks.try_failing),
    Job("webhooks, old deliveries", webhooks.TIDY_SECONDS, webhooks.tidy),
)


def make_scheduler(context: Context, jobs: tuple[Job, ...] = JOBS) -> BackgroundScheduler:
    """A scheduler of `jobs`, not yet started; a job that fails is logged (logger `apscheduler`) and runs again."""
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(6)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        scheduler.add_job(job.run, "interval", args=[context], seconds=job.seconds, id=job.name, name=job.name)
    return scheduler
