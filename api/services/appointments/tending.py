"""What the clock brings to appointments: promises found, times lost and found again, groups decided and proposed."""

from api.context import Context
from api.services.appointments.call_backs import collect_promises
from api.services.appointments.focus import give_focus
from api.services.appointments.groups import tend_groups
from api.services.appointments.placing import place_open, settle


def tend_appointments(context: Context) -> None:
    """The scheduler's job. Right when another process has just done the same."""
    collect_promises(context)
    settle(context)
    give_focus(context)
    place_open(context)
    tend_groups(context)
