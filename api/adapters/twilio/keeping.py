"""What TaskRouter knows of our people is kept current: whether they are between contacts, and how open they are.

Two things are ever sent, each only where the site has set it up: the activity (working, or the one *between
contacts*), and the attribute `breather_load` with 0, 1 or 2. Neither says why, and nothing else leaves the floor.

What was sent last is remembered in this process alone, beside what the event log says of where TaskRouter has
people: a restart, or a second process, may send once more what is true already, and that does no harm.
"""

import logging
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select

from api.adapters.settings import TwilioSettings
from api.adapters.twilio.client import TaskRouter, TaskRouterError
from api.adapters.twilio.places import AVAILABLE, BETWEEN, Place, lines_since
from api.context import Context
from api.services.floor.pairing import Openness, openness
from api.services.floor.pool_work import PoolWork
from api.services.floor.tables import POOL
from api.services.floor.work import floor_transaction
from optimizer.routing.floor import AgentOnFloor
from roster.contacts import ContactStatus
from roster.rest import AgentState
from roster.store.engine import reading

LOAD = "breather_load"
REJECTED_FOR = timedelta(seconds=5)
"""How long somebody whom a callback said no for stays between contacts, so that TaskRouter tries others first."""
LOOK_BACK = timedelta(seconds=60)
log = logging.getLogger("breather.twilio")


@dataclass(frozen=True)
class Known:
    """What TaskRouter has of a worker, or should have; empty = not known, or left as it is."""

    place: Place | None = None
    load: Openness | None = None


@dataclass
class Memory:
    """What was sent or read last, by agent code. `sending` is held while calls are made, so that they keep order."""

    sending: threading.Lock = field(default_factory=threading.Lock)
    known: dict[str, Known] = field(default_factory=dict)
    held_back: dict[str, datetime] = field(default_factory=dict)
    lines: dict[int, datetime] = field(default_factory=dict)

    def read(self, context: Context) -> None:
        """Take in what the log says since the last look."""
        since = context.now() - LOOK_BACK
        self.lines = {line: at for line, at in self.lines.items() if at > since}
        for line in lines_since(context, since):
            if line.id not in self.lines:
                self.lines[line.id] = line.at
                self.known[line.agent] = Known(line.place, self.known.get(line.agent, Known()).load)
                if line.rejected:
                    self.held_back[line.agent] = line.at + REJECTED_FOR


_memories: WeakKeyDictionary[Engine, Memory] = WeakKeyDictionary()
_memories_lock = threading.Lock()


def memory_of(context: Context) -> Memory:
    """What this process remembers for the context's database."""
    with _memories_lock:
        return _memories.setdefault(context.engine, Memory())


def keep_current(context: Context, only: Collection[str] | None = None, *, anew: bool = False) -> None:
    """Send what has changed, for everybody or `only` for these agents (by code); `anew` whatever was sent before.

    Where TaskRouter does not take it, the rest waits for the next time.
    """
    settings = context.adapters.twilio
    token = context.settings.twilio_auth_token.get_secret_value()
    if not settings.writes or not token:
        return
    memory = memory_of(context)
    with memory.sending:
        memory.read(context)
        for code in (only or ()) if anew else ():
            memory.known[code] = Known(None, memory.known.get(code, Known()).load)
        changed = {
            code: want for code, want in _wanted(context, memory).items() if want != memory.known.get(code, Known())
        }
        if only is not None:
            changed = {code: want for code, want in changed.items() if code in only}
        if not changed:
            return
        with TaskRouter(settings, token) as router:
            try:
                for code, want in changed.items():
                    _send(router, settings, memory, code, want)
            except TaskRouterError as error:
                log.warning("what TaskRouter knows is not current: %s", error)


def _send(router: TaskRouter, settings: TwilioSettings, memory: Memory, code: str, want: Known) -> None:
    known = memory.known.get(code, Known())
    sid = next(sid for sid, agent in settings.workers.items() if agent == code)
    if want.place is not None and want.place is not known.place:
        between = want.place is BETWEEN
        router.set_activity(sid, settings.protected_activity if between else settings.available_activity)
    memory.known[code] = Known(want.place, known.load)
    if want.load is not None and want.load is not known.load:
        router.set_attribute(sid, LOAD, want.load.value)
    memory.known[code] = want


def _wanted(context: Context, memory: Memory) -> dict[str, Known]:
    """What TaskRouter should have, for everybody whom the adapters' file names and who says they are available.

    Whoever has a contact in hand is left where they are.
    """
    settings = context.adapters.twilio
    named = set(settings.workers.values())
    with reading(context.engine) as session:
        pools = list(session.execute(select(POOL.c.id).order_by(POOL.c.id)).scalars())
    found: dict[str, Known] = {}
    for pool_id in pools:
        with floor_transaction(context) as transaction:
            work = transaction.pool(pool_id)
        # What was read is values, so that nobody has to wait while they are weighed.
        levels = openness(work) if settings.publish_load else {}
        for agent in work.people():
            code = work.facts(agent.id).code
            if code in named and agent.state is AgentState.AVAILABLE:
                held_back = memory.held_back.get(code, work.now) > work.now
                place = _place(work, agent, held_back) if settings.protected_activity else None
                found[code] = Known(place, levels.get(agent.id))
    return found


def _place(work: PoolWork, agent: AgentOnFloor, held_back: bool) -> Place | None:
    if any(work.contacts[held.contact_id].status is not ContactStatus.ASSIGNED for held in agent.held):
        return None
    between = held_back or agent.rest_pending or agent.closed_at(work.now) is not None
    return BETWEEN if between else AVAILABLE
