"""Plays contacts through the production services with a driven clock: an event loop over a heap.

Nothing here decides anything: who takes a contact, who rests and for how long is decided by the same code that a
real router calls. This file plays the world around it: callers who arrive and may give up, agents who come on duty,
accept, talk and say how it was.
"""

import heapq
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import ClassVar

import numpy as np
from sqlmodel import col, select

from api.context import Context
from api.demo.entry import Aftermath
from api.errors import ServiceError
from api.services.floor.commands import (
    CompletionIn,
    ContactIn,
    abandon,
    accept,
    complete,
    post_contact,
    set_state,
    start,
    tick,
)
from roster.contacts import Contact, ContactStatus, EntryConditions, History, Resolvability
from roster.people import Agent
from roster.store.engine import reading

logger = logging.getLogger(__name__)

ROUTER = "demo-router"
TICK = timedelta(seconds=10)
"""How often the play does what the server's scheduler does each second; fewer, so that a morning takes seconds."""
ACCEPT_SECONDS = (2, 7)
CALL_BACK_WITHIN = timedelta(hours=24)
"""When a call-back is due that is promised to whoever comes again after a failure and is blocked by somebody else."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One contact to play: `patience_seconds` is how long its caller waits before giving up (None: for ever)."""

    ref: str
    queue: str
    arrived_at: datetime
    handle_seconds: int
    entry: EntryConditions = field(default_factory=EntryConditions)
    patience_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """One agent is there from `starts_at` until `ends_at`."""

    agent: str
    starts_at: datetime
    ends_at: datetime


class What(StrEnum):
    """What an event of the heap is."""

    ON = "on"
    OFF = "off"
    ARRIVE = "arrive"
    ANSWER = "answer"
    FINISH = "finish"
    GIVE_UP = "give_up"
    TICK = "tick"


class DrivenClock:
    """The context's clock while playing."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The instant the play has come to."""
        return self.now


@dataclass
class Tally:
    """What came of a play; waits in seconds, of contacts that were answered."""

    posted: int = 0
    served: int = 0
    abandoned: int = 0
    waits: list[float] = field(default_factory=list)
    targets_met: int = 0
    rests: int = 0
    rest_minutes: float = 0.0


AftermathOf = Callable[[Incoming, int], Aftermath]
"""What happened in a contact and how heavy it felt, from it and its inherited score."""


class Play:
    """A world of callers and agents around the production services; `run_until` moves it on."""

    def __init__(
        self,
        context: Context,
        clock: DrivenClock,
        aftermath: AftermathOf,
        seed: int,
        targets: dict[str, float] | None = None,
    ) -> None:
        self.context = context
        self.clock = clock
        self.tally = Tally()
        self._aftermath = aftermath
        self._random = np.random.default_rng([seed, 3])
        self._targets = targets or {}
        self._heap: list[tuple[datetime, int, What, str]] = []
        self._order = count()
        self._incoming: dict[str, Incoming] = {}
        self._holder: dict[str, str] = {}
        self._score: dict[str, int] = {}
        self._id_of: dict[str, str] = {}
        self._waiting: set[str] = set()
        self._busy: set[str] = set()
        self._leaving: set[str] = set()
        self._ticking = False

    def add(self, contacts: Iterable[Incoming]) -> None:
        """Contacts that will arrive."""
        for contact in contacts:
            self._incoming[contact.ref] = contact
            self._push(contact.arrived_at, What.ARRIVE, contact.ref)

    def staff(self, duties: Iterable[Duty]) -> None:
        """Agents who will be there."""
        for duty in duties:
            self._push(duty.starts_at, What.ON, duty.agent)
            self._push(duty.ends_at, What.OFF, duty.agent)

    def run_until(self, end: datetime, *, among_others: bool = False) -> None:
        """Play everything up to and including `end`; the clock stands at `end` afterwards.

        `among_others`: people use the pages and the API meanwhile, so what this play expects may no longer hold;
        a refusal is then logged and the contact looked at again. Otherwise a refusal is raised: it is a defect.
        """
        while self._heap and self._heap[0][0] <= end:
            at, _, what, subject = heapq.heappop(self._heap)
            self.clock.now = max(self.clock.now, at)
            try:
                self._steps[what](self, subject)
            except ServiceError as refusal:
                if not among_others:
                    raise
                logger.info("%s %s: %s", what, subject, refusal.detail)
                self._refused(what, subject)
        self.clock.now = end

    def _refused(self, what: What, subject: str) -> None:
        if what is What.ANSWER:
            self._waiting.add(subject)
            self._keep_ticking()
        elif what is What.FINISH:
            self._busy.discard(self._holder[subject])

    def _push(self, at: datetime, what: What, subject: str) -> None:
        heapq.heappush(self._heap, (at, next(self._order), what, subject))

    def _on(self, agent: str) -> None:
        self._leaving.discard(agent)
        set_state(self.context, agent, "available", actor=agent)
        self._look()

    def _off(self, agent: str) -> None:
        if agent in self._busy:
            self._leaving.add(agent)
        else:
            set_state(self.context, agent, "offline", actor=agent)

    def _arrive(self, ref: str) -> None:
        contact = self._incoming[ref]
        body = ContactIn(ref=ref, queue=contact.queue, arrived_at=contact.arrived_at, entry=contact.entry)
        view = post_contact(self.context, body, actor=ROUTER)
        self.tally.posted += 1
        self._id_of[ref] = view.id
        self._incoming[view.id] = contact
        self._score[view.id] = view.difficulty.score
        self._waiting.add(view.id)
        if contact.patience_seconds is not None:
            self._push(self.clock.now + timedelta(seconds=contact.patience_seconds), What.GIVE_UP, view.id)
        if view.agent is not None:
            self._assigned(view.id, view.agent)
        self._keep_ticking()

    def _answer(self, contact_id: str) -> None:
        contact = self._incoming[contact_id]
        agent = self._holder[contact_id]
        accept(self.context, contact_id, actor=agent)
        start(self.context, contact_id, actor=agent)
        self._busy.add(agent)
        wait = (self.clock.now - contact.arrived_at).total_seconds()
        self.tally.waits.append(wait)
        self.tally.targets_met += wait <= self._targets.get(contact.queue, 20)
        self._push(self.clock.now + timedelta(seconds=contact.handle_seconds), What.FINISH, contact_id)

    def _finish(self, contact_id: str) -> None:
        contact = self._incoming[contact_id]
        agent = self._holder[contact_id]
        after = self._aftermath(contact, self._score[contact_id])
        said = CompletionIn(outcomes=list(after.outcomes), felt=after.felt, follow_up_due=self._promised(contact))
        view = complete(self.context, contact_id, said, actor=agent)
        self.tally.served += 1
        if view.rest is not None:
            self.tally.rests += 1
            self.tally.rest_minutes += view.rest.minutes
        self._busy.discard(agent)
        if agent in self._leaving:
            self._leaving.discard(agent)
            set_state(self.context, agent, "offline", actor=agent)
        self._look()

    def _promised(self, contact: Incoming) -> datetime | None:
        again = contact.entry.history is History.REPEAT_AFTER_FAILURE
        blocked = contact.entry.resolvability is Resolvability.BLOCKED
        return self.clock.now + CALL_BACK_WITHIN if again and blocked else None

    def _give_up(self, contact_id: str) -> None:
        if contact_id not in self._waiting:
            return
        abandon(self.context, contact_id, actor=ROUTER)
        self._waiting.discard(contact_id)
        self.tally.abandoned += 1

    def _tick(self, _: str) -> None:
        self._ticking = False
        if self._waiting:
            tick(self.context)
            self._look()
            self._keep_ticking()

    def _assigned(self, contact_id: str, agent: str) -> None:
        self._waiting.discard(contact_id)
        self._holder[contact_id] = agent
        self._push(
            self.clock.now + timedelta(seconds=float(self._random.uniform(*ACCEPT_SECONDS))), What.ANSWER, contact_id
        )

    def _look(self) -> None:
        """Find out which of those who waited have been given to somebody."""
        if not self._waiting:
            return
        with reading(self.context.engine) as session:
            rows = session.exec(
                select(Contact.id, Agent.code)
                .join(Agent, col(Agent.id) == col(Contact.agent_id))
                .where(col(Contact.status) == ContactStatus.ASSIGNED)
                .order_by(col(Contact.assigned_at), col(Contact.id))
            ).all()
        for contact_id, agent in rows:
            if contact_id in self._waiting:
                self._assigned(contact_id, agent)

    def _keep_ticking(self) -> None:
        if self._waiting and not self._ticking:
            self._ticking = True
            self._push(self.clock.now + TICK, What.TICK, "")

    _steps: ClassVar[dict[What, Callable[["Play", str], None]]] = {
        What.ON: _on,
        What.OFF: _off,
        What.ARRIVE: _arrive,
        What.ANSWER: _answer,
        What.FINISH: _finish,
        What.GIVE_UP: _give_up,
        What.TICK: _tick,
    }
