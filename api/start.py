"""Starting up: a context from the environment, with its embedded database brought up to date."""

import threading

from pydantic import ValidationError

from api.context import Context, make_context
from api.errors import Invalid
from api.settings import Settings
from optimizer.routing.decide import warm_up
from roster.store.migrate import migrate


def read_settings() -> Settings:
    """Settings from the environment; raises `Invalid` naming every variable that is no good."""
    try:
        return Settings()
    except ValidationError as error:
        raise Invalid(
            "; ".join(
                f"BREATHER_{'_'.join(str(part) for part in fault['loc']).upper()}={fault['input']!r}: {fault['msg']}"
                for fault in error.errors()
            )
        ) from error


def start_context(settings: Settings | None = None) -> Context:
    """A context ready for use: an embedded database is made and migrated, any other must have been migrated."""
    context = make_context(settings or read_settings())
    if context.settings.embedded:
        migrate(context.engine)
    return context


def prepare_routing() -> threading.Thread:
    """Compile the routing decision (or fetch it from the cache) beside everything else.

    The first contact would otherwise wait for it: about a second, ten and more on a fresh installation.
    """
    thread = threading.Thread(target=warm_up, name="prepare-routing", daemon=True)
    thread.start()
    return thread
