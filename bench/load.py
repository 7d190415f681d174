"""A load generator for one core: many keep-alive connections of a bare protocol, closed loop or at a given rate."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import cast

import uvloop

Make = Callable[[], bytes]
Seen = Callable[[bytes, bytes], None]
"""Given the request and the reply's body."""


@dataclass
class Found:
    """What a run gave: seconds it lasted, each reply's time in milliseconds (sorted), statuses."""

    seconds: float
    milliseconds: list[float] = field(repr=False)
    statuses: Counter[int]

    @property
    def rate(self) -> float:
        """Replies a second."""
        return len(self.milliseconds) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which `share` (0..1) of the replies came."""
        return self.milliseconds[min(len(self.milliseconds) - 1, int(share * len(self.milliseconds)))]


class _Connection(asyncio.Protocol):
    """One request at a time; the reply's length is in its head."""

    def __init__(self, answered: Callable[["_Connection"], None]) -> None:
        self.answered = answered
        self.buffer = bytearray()
        self.due = 0.0
        self.sent = b""
        self.status = 0
        self.body = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None

    def send(self, request: bytes, due: float) -> None:
        """Send one request whose time runs from `due`."""
        assert self.transport is not None, "the server closed the connection"
        self.sent, self.due = request, due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self.buffer[:end]).lower()
        at = head.find(b"content-length:")
        stop = head.find(b"\r\n", at)
        length = int(head[at + 15 : stop if stop >= 0 else len(head)])
        if len(self.buffer) < end + 4 + length:
            return
        self.status = int(head[9:12])
        self.body = bytes(self.buffer[end + 4 : end + 4 + length])
        self.buffer.clear()
        self.answered(self)


async def _run(
    host: str, port: int, connections: int, seconds: float, rate: float | None, make: Make, seen: Seen | None
) -> Found:
    loop = asyncio.get_running_loop()
    times: list[float] = []
    statuses: Counter[int] = Counter()
    idle: deque[_Connection] = deque()
    late: deque[float] = deque()
    begun = perf_counter()
    end = begun + seconds
    over = asyncio.Event()

    def answered(connection: _Connection) -> None:
        now = perf_counter()
        times.append((now - connection.due) * 1000)
        statuses[connection.status] += 1
        if seen is not None:
            seen(connection.sent, connection.body)
        if now >= end:
            idle.append(connection)
            if len(idle) == connections:
                over.set()
        elif rate is None:
            connection.send(make(), perf_counter())
        elif late:
            connection.send(make(), late.popleft())
        else:
            idle.append(connection)

    opened = [(await loop.create_connection(lambda: _Connection(answered), host, port))[1] for _ in range(connections)]
    begun = perf_counter()
    end = begun + seconds
    if rate is None:
        for connection in opened:
            connection.send(make(), perf_counter())
    else:
        idle.extend(opened)
        due, step = begun, 1 / rate
        while due < end:
            wait = due - perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            if idle:
                idle.popleft().send(make(), due)
            else:
                late.append(due)
            due += step
        end = perf_counter()
        if len(idle) == connections:
            over.set()
    await asyncio.wait_for(over.wait(), 60)
    took = perf_counter() - begun
    for connection in opened:
        if connection.transport is not None:
            connection.transport.close()
    return Found(took, sorted(times), statuses)


def run(
    host: str,
    port: int,
    *,
    connections: int,
    seconds: float,
    make: Make,
    rate: float | None = None,
    seen: Seen | None = None,
) -> Found:
    """Send what `make` makes over `connections` for `seconds`: each as soon as it can, or `rate` a second in all.

    With a rate, a reply's time runs from the moment at which its request was due, whether or not it could be sent.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(host, port, connections, seconds, rate, make, seen))
