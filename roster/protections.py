"""What protects an agent on the floor and may yield: a closed vocabulary, and what an agent may exclude for themself."""

from enum import StrEnum

from roster.contacts import ArrivalState, Stake


class Protection(StrEnum):
    """A protection that may give way to a contact. Severe after severe is not among them: it never does."""

    LIGHT_ONLY = "light_only"
    HEAVY_CAPS = "heavy_caps"
    REST = "rest"
    """a break, a meal, decompression or a debrief that is on, wrap-up, and rest that only waits for contacts in hand"""
    PRIVATE_LIMIT = "private_limit"


SOFT_PROTECTIONS = frozenset({Protection.LIGHT_ONLY, Protection.HEAVY_CAPS})
"""What may yield to a contact that has waited too long; the others yield to life at risk alone."""

Topic = ArrivalState | Stake

TOPICS: tuple[Topic, ...] = (*(state for state in ArrivalState if state is not ArrivalState.CALM), *Stake)
"""What an agent may exclude beside whole queues: how the other side arrives, and what is at stake."""
