"""What a checker says: one breach or one cost, in a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line about a roster. `hard` means it must not be; otherwise `cost` says what it costs.

    `agent` and `day` are empty where it concerns nobody or no day in particular.
    """

    rule: str
    sentence: str
    hard: bool
    cost: int = 0
    agent: str | None = None
    day: int | None = None
