"""Jobs of the day: it has its segments, is planned again as it moves; debriefs and appointments are tended in time."""

from api.context import Context
from api.services.appointments.tending import tend_appointments as tend_them
from api.services.days.planning import keep_days_planned
from api.services.days.replanning import replan_days
from api.services.days.watching import look
from api.services.debriefs.invitations import tend_debriefs as tend

SECONDS = 60.0
APPOINTMENT_SECONDS = 60.0
DEBRIEF_SECONDS = 300.0
REPLAN_SECONDS = 300.0
LOOK_SECONDS = 5.0


def keep_planned(context: Context) -> None:
    """Plan whatever published shift of today or tomorrow has no segments yet."""
    keep_days_planned(context)


def replan(context: Context) -> None:
    """Plan the rest of the day again, whatever has happened."""
    replan_days(context)


def watch(context: Context) -> None:
    """The same soon after something that matters to the day."""
    look(context)


def tend_debriefs(context: Context) -> None:
    """Lapse offers whose time has come; look for new ones."""
    tend(context)


def tend_appointments(context: Context) -> None:
    """Find times for what was promised, and say where there is none; decide groups and propose new ones."""
    tend_them(context)
