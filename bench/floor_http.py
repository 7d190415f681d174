"""Posting contacts over HTTP, durable, on one core, against a bare FastAPI handler that only validates the same body.

Both are served on the first core in turn and loaded from the others; what counts is the ratio within one run.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI
from sqlmodel import col, select

from api.context import make_context
from api.services.access.tokens import make_token
from api.services.floor.views import ContactIn
from api.settings import Settings
from bench import load
from bench.centres import make_centre
from bench.reaches import Line
from roster.contacts import OPEN_STATUSES, Contact
from roster.store.engine import reading
from roster.store.migrate import migrate
from tests.postgres import running_cluster

OUR_PORT, BARE_PORT = 8765, 8766
HOST = "127.0.0.1"
HEAVY = {"arrival_state": "grieving", "history": "repeat_after_failure", "parties": 3}
BARE = "bench.floor_http:bare"
OURS = "web.app:create_default_app"


def bare() -> FastAPI:
    """The same body validated by the same model, and nothing done with it."""
    app = FastAPI()

    @app.post("/api/v1/contacts", status_code=201)
    async def post_contact(body: ContactIn) -> dict[str, str]:
        return {"ref": body.ref}

    return app


@contextmanager
def serving(
    application: str, port: int, core: int | None, settings: Settings | None = None, workers: int = 1
) -> Iterator[int]:
    """A server of `application` (a factory) on `port` and `core`; its process id."""
    environment = dict(os.environ)
    if settings is not None:
        environment |= {
            "BREATHER_DATA_DIR": str(settings.data_dir),
            "BREATHER_DATABASE_URL": settings.database_url,
            "BREATHER_ENVIRONMENT": "test",
        }
    arguments = [
        "--factory",
        "--host",
        HOST,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--log-level",
        "warning",
        "--no-access-log",
    ]
    process = subprocess.Popen([sys.executable, "-m", "uvicorn", application, *arguments], env=environment)
    if core is not None:
        os.sched_setaffinity(process.pid, {core})
    try:
        wait_until_up(process, port)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def wait_until_up(process: subprocess.Popen[bytes], port: int, seconds: float = 60) -> None:
    """Until the port answers; raises where the server ends instead."""
    for _ in range(int(seconds / 0.1)):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with exit status {process.returncode}")
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not come up")


class Posts:
    """Requests that post contacts, 9 % of them heavy, each with a `ref` of its own."""

    def __init__(self, queues: Sequence[str], token: str) -> None:
        self._chance = random.Random(3)
        self._queues = queues
        self._numbers = count()
        self._run = uuid4().hex[:8]
        self.refs: set[str] = set()
        self._head = (
            f"POST /api/v1/contacts HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )

    def __call__(self) -> bytes:
        ref, queue = f"{self._run}-{next(self._numbers)}", self._chance.choice(self._queues)
        self.refs.add(ref)
        body: dict[str, object] = {"ref": ref, "queue": queue}
        if self._chance.random() < 0.09:
            body["entry"] = HEAVY
        text = json.dumps(body)
        return f"{self._head}{len(text)}\r\n\r\n{text}".encode()


def measured(port: int, posts: Posts, connections: int, seconds: float, rate: float | None = None) -> load.Found:
    """One run; raises where anything but 201 came back."""
    found = load.run(HOST, port, connections=connections, seconds=seconds, make=posts, rate=rate)
    if set(found.statuses) != {201}:
        raise RuntimeError(f"expected 201 for every post, found {dict(found.statuses)}")
    return found


def cpu_seconds(process: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Side:
    """One of the two servers: what its slices gave."""

    port: int
    process: int
    rates: list[float]
    cpu: float = 0.0
    replies: int = 0

    def slice(self, posts: Posts, connections: int, seconds: float) -> load.Found:
        """Load it for a moment."""
        before = cpu_seconds(self.process)
        found = measured(self.port, posts, connections, seconds)
        self.cpu += cpu_seconds(self.process) - before
        self.replies += len(found.milliseconds)
        self.rates.append(found.rate)
        return found

    @property
    def microseconds(self) -> float:
        """Processor time of a reply."""
        return self.cpu / self.replies * 1e6


def bench_sqlite(agents: int, connections: Sequence[int], seconds: float) -> Iterator[Line]:
    """SQLite, one process, one core: slices of a second, ours and the bare one in turn, because the machine varies."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, set(cores[1:]) or set(cores))
    for number in connections:
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(environment="test", data_dir=Path(folder))
            context = make_context(settings)
            migrate(context.engine)
            posts = Posts(make_centre(context, agents, busy=True), make_token(context, "bench", actor="bench").secret)
            context.engine.dispose()
            with (
                serving(BARE, BARE_PORT, cores[0]) as bare_process,
                serving(OURS, OUR_PORT, cores[0], settings) as our_process,
            ):
                bare, ours = Side(BARE_PORT, bare_process, []), Side(OUR_PORT, our_process, [])
                for side in (bare, ours):
                    measured(side.port, posts, number, 1)
                slowest = 0.0
                for _ in range(round(seconds)):
                    bare.slice(posts, number, 1)
                    slowest = max(slowest, ours.slice(posts, number, 1).percentile(0.99))
                rate = statistics.median(ours.rates)
                half = measured(OUR_PORT, posts, number, seconds, rate=rate / 2)
        ratio = statistics.median(our / its for our, its in zip(ours.rates, bare.rates, strict=True))
        name = f"POST /contacts, SQLite, {number} connections"
        bare_rate = statistics.median(bare.rates)
        yield Line(
            f"{name}, of a bare handler", ">= 65 %", f"{ratio:.0%} ({rate:.0f}/s of {bare_rate:.0f}/s)", ratio >= 0.65
        )
        quick = half.percentile(0.99)
        yield Line(f"{name}, at half of capacity", "p99 < 30 ms", f"p99 {quick:.1f} ms", quick < 30)
        yield Line(f"{name}, at capacity", "", f"p99 {slowest:.1f} ms")
        yield Line(f"{name}, processor a post", "", f"{ours.microseconds:.0f} us, bare {bare.microseconds:.0f} us")


def bench_databases(agents: int, connections: int, seconds: float) -> Iterator[Line]:
    """SQLite beside PostgreSQL with 1, 2 and 4 processes, all with 4 pools and all cores."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        cluster = opened.enter_context(running_cluster(durable=True))
        sqlite = _Stand(opened, "SQLite, 1 process", Settings(environment="test", data_dir=folder), agents, OUR_PORT, 1)
        for index, processes in enumerate((1, 2, 4)):
            cluster.execute(f"create database floor_{processes}")
            url = cluster.url(f"floor_{processes}")
            with ExitStack() as serving_it:
                name = f"PostgreSQL, {processes} process{'es' if processes > 1 else ''}"
                settings = Settings(environment="test", database_url=url)
                port = OUR_PORT + 2 + index
                stand = _Stand(serving_it, name, settings, agents, port, processes)
                for _ in range(round(seconds)):
                    sqlite.slice(connections)
                    stand.slice(connections)
                yield from stand.tell(sqlite)
        yield from sqlite.tell(None)


class _Stand:
    """A served centre of 4 pools: what it took in, and whether its tables agree."""

    def __init__(
        self, opened: ExitStack, name: str, settings: Settings, agents: int, port: int, processes: int
    ) -> None:
        self.name = name
        self.port = port
        self.rates: list[float] = []
        self._context = make_context(settings)
        opened.callback(self._context.engine.dispose)
        migrate(self._context.engine)
        token = make_token(self._context, "bench", actor="bench").secret
        self._posts = Posts(make_centre(self._context, agents, pools=4, busy=True), token)
        opened.enter_context(serving(OURS, port, None, settings, processes))
        self.slice(8)
        self.rates.clear()

    def slice(self, connections: int) -> None:
        """Load it for a second."""
        found = measured(self.port, self._posts, connections, 1)
        self.rates.append(found.rate)

    def tell(self, beside: "_Stand | None") -> Iterator[Line]:
        """Its figures, beside another's in the same slices."""
        with reading(self._context.engine) as session:
            posted = session.exec(select(Contact.ref).where(~col(Contact.ref).startswith("busy-"))).all()
            holders = session.exec(select(Contact.agent_id).where(col(Contact.status).in_(OPEN_STATUSES))).all()
        missing, doubled = len(self._posts.refs - set(posted)), len(posted) - len(set(posted))
        beyond, twice = len(set(posted) - self._posts.refs), len(holders) - len(set(holders))
        rate = statistics.median(self.rates)
        if beside is None:
            yield Line(f"{self.name}, 4 pools", "", f"{rate:.0f}/s")
        else:
            pairs = zip(self.rates, beside.rates[-len(self.rates) :], strict=True)
            ratio = statistics.median(our / its for our, its in pairs)
            measured = f"{ratio:.0%} ({rate:.0f}/s)"
            yield Line(f"{self.name}, 4 pools, of SQLite", ">= 100 %", measured, ratio >= 1)
        yield Line(
            f"{self.name}, {len(posted)} posted: missing, doubled, unasked; people with two",
            "0, 0, 0; 0",
            f"{missing}, {doubled}, {beyond}; {twice}",
            not (missing or doubled or beyond or twice),
        )
