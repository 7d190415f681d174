"""Jobs of the day: today and tomorrow always have their segments, and debriefs are offered and lapse in time."""

from api.context import Context
from api.services.days.planning import keep_days_planned
from api.services.debriefs.invitations import tend_debriefs as tend

SECONDS = 60.0
DEBRIEF_SECONDS = 300.0


def keep_planned(context: Context) -> None:
    """Plan whatever published shift of today or tomorrow has no segments yet."""
    keep_days_planned(context)


def tend_debriefs(context: Context) -> None:
    """Lapse offers whose time has come; look for new ones."""
    tend(context)
