"""Every two seconds: what contact systems know of our people, and offers that one of them has forgotten."""

from api.adapters.rocketchat.offers import give_up
from api.adapters.twilio.keeping import keep_current
from api.context import Context

SECONDS = 2.0


def run(context: Context) -> None:
    """One look at each adapter that has something to keep."""
    give_up(context)
    keep_current(context)
