"""Once a second: reservations that nobody answered, contacts that wait, rest that is owed."""

from api.context import Context
from api.services.floor.commands import tick

SECONDS = 1.0


def run(context: Context) -> None:
    """One tick of every pool's floor."""
    tick(context)
