"""What every use case needs: the settings, the database, the policy, the clock, the announcer, the adapters."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from api.adapters.settings import Adapters, read_adapters
from api.events.announcer import Announcer
from api.security.throttle import Throttle
from api.settings import Settings
from roster.policy import Policy, load_policy
from roster.store.engine import make_engine


def utc_now() -> datetime:
    """The instant now, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Context:
    """Handed to every service. Tests set `clock`; nothing else reads the time."""

    settings: Settings
    engine: Engine
    policy: Policy
    clock: Callable[[], datetime] = utc_now
    announcer: Announcer = field(default_factory=Announcer)
    throttle: Throttle = field(default_factory=Throttle)
    adapters: Adapters = field(default_factory=Adapters)

    def now(self) -> datetime:
        """The instant now, by this context's clock."""
        return self.clock()


def shifted(clock: Callable[[], datetime], seconds: float) -> Callable[[], datetime]:
    """`clock`, `seconds` later (or earlier, when negative)."""
    if not seconds:
        return clock
    offset = timedelta(seconds=seconds)
    return lambda: clock() + offset


def make_context(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Context:
    """A context on what `settings` name; raises `PolicyError`, `StoreError`, or `Invalid` for the adapters' file."""
    policy, adapters = load_policy(settings.policy), read_adapters(settings.adapters)
    timed = shifted(clock, settings.clock_offset_seconds)
    return Context(settings, make_engine(settings.url), policy, timed, adapters=adapters)
