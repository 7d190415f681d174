"""The floor's desk: commands that came meanwhile are done together, in one short transaction, and answered after it.

Whoever asks from a thread waits for the turn and then does all that has come by then; requests on an event loop are
done by one thread of the process. An answer is given only once it is committed. A command that is refused harms no
other; where one fails half-way the whole batch is rolled back and each is done by itself.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Collection, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from api.context import Context
from api.errors import Forbidden, ServiceError
from api.services.floor.cache import cache_of
from api.services.floor.lookups import Asks, Speaker
from api.services.floor.work import FloorTransaction, in_turn
from roster.accounts import Role
from roster.store.engine import fold_log, is_embedded

R = TypeVar("R")
log = logging.getLogger("breather.floor")
MOST_TOGETHER = 256
"""Commands in one transaction, at most."""
GATHERING_SECONDS = 0.002
"""How long a request waits, at most, for those who are likely to ask again at once."""
FOLDED_EVERY = 1_000
"""Commands after which the embedded database's log is folded, in the thread."""
LIKELY_SHARE = 0.75
"""Of those who asked in the last two batches."""


@dataclass(frozen=True, slots=True)
class Command(Generic[R]):
    """Something to do on the floor.

    `run` changes the floor as it stands in the transaction and returns what gives the reply once the batch is
    decided. It refuses (raises a `ServiceError`) before it changes anything.
    """

    run: Callable[[FloorTransaction, Speaker], Callable[[], R]]
    asks: Asks


@dataclass(frozen=True, slots=True)
class Told(Generic[R]):
    """A reply, and on whose word it was."""

    reply: R
    speaker: Speaker


@dataclass(eq=False)
class _Ticket:
    context: Context
    command: Command[Any]
    speaker: Speaker | None
    roles: Collection[Role]
    future: "asyncio.Future[Told[Any]] | None" = None
    loop: asyncio.AbstractEventLoop | None = None
    told: Told[Any] | None = None
    error: Exception | None = None
    done: bool = False
    caller: Hashable = None

    def speaking(self, transaction: FloorTransaction) -> Speaker:
        """Whose word it is: known by the caller, or the bearer token's as it stands in the transaction."""
        if self.speaker is not None:
            return self.speaker
        speaker = transaction.lookups.speaker(self.command.asks.token or "")
        if speaker.role not in self.roles:
            raise Forbidden(f"you are signed in as {speaker.role}: expected {' or '.join(self.roles)}")
        return speaker


class Desk:
    """The queue of one engine in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[_Ticket] = deque()
        self._thread: ThreadPoolExecutor | None = None
        self._awake = False
        self._timer: asyncio.TimerHandle | None = None
        self._enough = 1
        self._unfolded = 0
        self._callers: frozenset[Hashable] = frozenset()

    def ask(self, context: Context, command: Command[R], speaker: Speaker) -> R:
        """Do `command`, together with whatever else has come, and wait for it; from any thread."""
        ticket = _Ticket(context, command, speaker, ())
        with self._lock:
            self._queue.append(ticket)
        while not ticket.done:
            self._serve_some(context.engine)
        if ticket.error is not None:
            raise ticket.error
        if ticket.told is None:
            raise LookupError("a command of the floor ended without an answer")
        reply: R = ticket.told.reply
        return reply

    async def asked(
        self,
        context: Context,
        command: Command[R],
        speaker: Speaker | None,
        roles: Collection[Role] = (),
        caller: Hashable = None,
    ) -> Told[R]:
        """As `ask`, without a thread that waits.

        Without a `speaker` the command's token must be of one of `roles`. `caller` is the connection: who has just
        been answered is likely to ask again at once, and is waited for a moment.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Told[R]] = loop.create_future()
        with self._lock:
            self._queue.append(_Ticket(context, command, speaker, roles, future, loop, caller=caller))
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="floor")
            enough = len(self._queue) >= self._enough
            wake, self._awake = not self._awake, True
        if wake and not enough:
            self._timer = loop.call_later(GATHERING_SECONDS, self._serve_from_loop, context, self._thread)
        elif wake or (enough and self._timer is not None):
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            # Once this turn of the loop is over: what arrived with this request is done with it.
            loop.call_soon(self._serve_from_loop, context, self._thread)
        return await future

    def _serve_from_loop(self, context: Context, thread: ThreadPoolExecutor) -> None:
        """On the embedded database, whose transactions wait for nothing, at once and here; else by the thread.

        A second thread would only fight with the loop for the interpreter. Where somebody else has the turn, or
        writes just now, it is the thread that waits.
        """
        self._timer = None
        turn = cache_of(context.engine).turn
        if not is_embedded(context.engine) or not turn.taken_at_once():
            thread.submit(self._serve_all, context.engine)
            return
        try:
            with self._lock:
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_TOGETHER))]
            callers = frozenset(ticket.caller for ticket in batch)
            self._enough = max(1, int(LIKELY_SHARE * len(callers | self._callers)))
            self._callers = callers
            try:
                _serve(batch, at_once=True)
            except OperationalError:
                left = [ticket for ticket in batch if ticket.told is None and ticket.error is None]
                with self._lock:
                    self._queue.extendleft(reversed(left))
                thread.submit(self._serve_all, context.engine)
                _tell([ticket for ticket in batch if ticket not in left])
                return
        finally:
            turn.give_back()
        _tell(batch)
        self._unfolded += len(batch)
        if self._unfolded >= FOLDED_EVERY:
            self._unfolded = 0
            thread.submit(fold_log, context.engine).add_done_callback(_note_failure)
        with self._lock:
            again = bool(self._queue)
            self._awake = again
        if again:
            asyncio.get_running_loop().call_soon(self._serve_from_loop, context, thread)

    def _serve_all(self, engine: Engine) -> None:
        while True:
            with self._lock:
                if not self._queue:
                    self._awake = False
                    return
            self._serve_some(engine)

    def _serve_some(self, engine: Engine) -> None:
        """One turn: whatever has come by then, at most a batch."""
        with cache_of(engine).turn:
            with self._lock:
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_TOGETHER))]
            _serve(batch, at_once=False)
        _tell(batch)


def _note_failure(folding: Future[None]) -> None:
    error = folding.exception()
    if error is not None:
        log.warning("the database's log could not be folded; trying again later", exc_info=error)


def _serve(batch: list[_Ticket], *, at_once: bool) -> None:
    for _, tickets in groupby(batch, key=lambda ticket: id(ticket.context)):
        _do(list(tickets), at_once=at_once)


def _tell(batch: list[_Ticket]) -> None:
    for ticket in batch:
        ticket.done = True
    for loop in {ticket.loop for ticket in batch if ticket.loop is not None}:
        if not loop.is_closed():
            loop.call_soon_threadsafe(_answer, [ticket for ticket in batch if ticket.loop is loop])


def _answer(tickets: list[_Ticket]) -> None:
    for ticket in tickets:
        if ticket.future is None or ticket.future.done():
            continue
        if ticket.error is not None:
            ticket.future.set_exception(ticket.error)
        elif ticket.told is not None:
            ticket.future.set_result(ticket.told)


class _Entangled(Exception):
    """A command was refused after it had changed something: what it changed must not stay."""


def _do(tickets: list[_Ticket], *, at_once: bool = False) -> None:
    try:
        _together(tickets, at_once=at_once)
    except (_Entangled, IntegrityError):
        _one_by_one(tickets)
    except OperationalError:
        if at_once:
            raise
        # The database itself (a deadlock, a lost connection): once more, and then it is everybody's error.
        try:
            _together(tickets)
        except Exception as error:  # noqa: BLE001 - it is raised again where each command was asked for
            _failed(tickets, error)
    except Exception as error:  # noqa: BLE001 - as above
        if len(tickets) == 1:
            _failed(tickets, error)
        else:
            _one_by_one(tickets)


def _one_by_one(tickets: list[_Ticket]) -> None:
    for ticket in tickets:
        try:
            _alone(ticket)
        except Exception as error:  # noqa: BLE001 - as above
            _failed([ticket], error)


def _alone(ticket: _Ticket) -> None:
    try:
        _together([ticket])
    except IntegrityError:
        # Another process posted the same ref or key under another pool's lock at this instant: now it is there.
        _together([ticket])


def _failed(tickets: list[_Ticket], error: Exception) -> None:
    for ticket in tickets:
        ticket.told, ticket.error = None, error


def _together(tickets: list[_Ticket], *, at_once: bool = False) -> None:
    """All of them in one transaction; their answers stand only when it is committed."""
    context = tickets[0].context
    found: list[tuple[_Ticket, Speaker, Callable[[], Any]] | tuple[_Ticket, ServiceError]] = []
    answers: list[tuple[_Ticket, Told[Any] | None, Exception | None]] = []
    with in_turn(context, at_once=at_once) as transaction:
        transaction.prepare([ticket.command.asks for ticket in tickets])
        for ticket in tickets:
            before = transaction.changes
            try:
                speaker = ticket.speaking(transaction)
                found.append((ticket, speaker, ticket.command.run(transaction, speaker)))
            except ServiceError as error:
                if transaction.changes != before:
                    if len(tickets) == 1:
                        raise
                    raise _Entangled from error
                found.append((ticket, error))
        transaction.settle()
        for entry in found:
            if len(entry) == 3:
                answers.append((entry[0], Told(entry[2](), entry[1]), None))
            else:
                answers.append((entry[0], None, entry[1]))
    for ticket, told, refused in answers:
        ticket.told, ticket.error = told, refused


async def done(context: Context, command: Command[R], speaker: Speaker) -> R:
    """Do `command` on the word of a `speaker` whose rights were checked."""
    told = await desk_of(context).asked(context, command, speaker)
    return told.reply


_desks: WeakKeyDictionary[Engine, Desk] = WeakKeyDictionary()
_desks_lock = threading.Lock()


def desk_of(context: Context) -> Desk:
    """The desk of `context`'s engine in this process."""
    with _desks_lock:
        return _desks.setdefault(context.engine, Desk())
