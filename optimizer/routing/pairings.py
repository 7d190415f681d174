"""What a contact would cost with each of those who may have it: for software that picks among them itself."""

from datetime import datetime

from optimizer.routing.explain import Candidate, Why
from optimizer.routing.floor import Floor, WaitingContact
from optimizer.routing.terms import PASS_NOTHING, terms_of
from roster.policy import Policy


def pairings_of(floor: Floor, contact: WaitingContact, now: datetime, policy: Policy) -> tuple[Candidate, ...]:
    """Everybody who may take `contact` now with every protection in force, cheapest first, factor by factor."""
    return Why(floor, contact, now, terms_of(policy), None, PASS_NOTHING, False, None).able()
