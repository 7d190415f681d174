"""Kill the server at random moments under load, start it again, and ask whether it kept its word.

A parent process that has everything imported forks the servers, so that a start costs a tenth of a second. Clients
note what was acknowledged, and ask again, in the same words, for what was not: a ref and an idempotency key make that
safe. `check` then reads the tables: nothing acknowledged is lost, nothing is there twice, no rest is forgotten.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import uvicorn
from sqlmodel import select

from api.context import Context
from api.settings import Settings
from optimizer.routing.decide import warm_up
from roster.contacts import OPEN_STATUSES, Contact, ContactStatus, OutcomeMarker
from roster.events import Event
from roster.load.difficulty import rest_minutes
from roster.rest import FloorState, Rest, RestDebt
from roster.store.engine import reading
from web.app import create_default_app

HOST = "127.0.0.1"
HEAVY = {"arrival_state": "grieving", "history": "repeat_after_failure", "parties": 3}
HEAVY_SHARE = 0.03
"""Rests last minutes and kills come every fraction of a second: with more, everybody would soon be at rest."""
Reply = tuple[int, Any]


@dataclass
class Server:
    """Processes that serve one database, one a port, each killed and started by itself."""

    parent: subprocess.Popen[str]
    ports: list[int]
    pids: dict[int, int] = field(default_factory=dict)

    def start(self, port: int) -> None:
        """Start the server on `port`; it listens when this returns."""
        assert self.parent.stdin is not None
        assert self.parent.stdout is not None
        self.parent.stdin.write(f"{port}\n")
        self.parent.stdin.flush()
        said = self.parent.stdout.readline().split()
        if len(said) != 2:
            raise RuntimeError(f"the parent of the servers said {said!r}: expected a process id and 'up'")
        self.pids[port] = int(said[0])

    def kill(self, port: int) -> None:
        """End it without warning."""
        os.kill(self.pids.pop(port), signal.SIGKILL)


@contextmanager
def serving(settings: Settings, ports: list[int]) -> Iterator[Server]:
    """Servers on `ports`, all started."""
    environment = os.environ | {
        "BREATHER_DATA_DIR": str(settings.data_dir),
        "BREATHER_DATABASE_URL": settings.database_url,
        "BREATHER_ENVIRONMENT": "test",
    }
    command = [sys.executable, "-c", "from bench.killing import parent_of_servers; parent_of_servers()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        server = Server(parent, ports)
        try:
            for port in ports:
                server.start(port)
            yield server
        finally:
            for pid in server.pids.values():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            assert parent.stdin is not None
            parent.stdin.close()


class _Announcing(uvicorn.Server):
    """Writes to a pipe once it listens."""

    def __init__(self, config: uvicorn.Config, pipe: int) -> None:
        super().__init__(config)
        self._pipe = pipe

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        os.write(self._pipe, b"x")


def parent_of_servers() -> None:
    """Fork a server for each port that comes on standard input; its process id and "up" once it listens."""
    warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        port = int(line)
        inside, outside = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(inside)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)

            config = uvicorn.Config(create_default_app(), host=HOST, port=port, log_level="critical", access_log=False)
            _Announcing(config, outside).run()
            os._exit(0)
        os.close(outside)
        up = os.read(inside, 1)
        os.close(inside)
        print(pid, "up" if up else "", flush=True)


@dataclass
class Word:
    """What was asked and what was acknowledged."""

    posted: dict[str, str] = field(default_factory=dict)
    """ref -> id"""
    completed: dict[str, Any] = field(default_factory=dict)
    """contact's id -> the reply to completing it"""
    broken: list[str] = field(default_factory=list)
    """replies that contradict earlier ones"""
    retried: int = 0


class Client:
    """One caller: a connection to whichever server answers, the same request again until it is answered."""

    def __init__(self, ports: list[int], token: str, word: Word, first: int) -> None:
        self._ports = ports
        self._token = token
        self._word = word
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._turn = first

    async def ask(self, address: str, body: dict[str, Any] | None = None, key: str = "") -> Reply:
        """Status and document of a POST; after a lost connection, of the same POST again."""
        text = b"" if body is None else json.dumps(body).encode()
        head = f"POST /api/v1{address} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {self._token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n"
        head += f"Idempotency-Key: {key}\r\n\r\n" if key else "\r\n"
        while True:
            try:
                return await self._once(head.encode() + text)
            except (OSError, asyncio.IncompleteReadError):
                self._word.retried += 1
                self.close()
                self._turn += 1
                await asyncio.sleep(0.01)

    async def _once(self, request: bytes) -> Reply:
        if self._streams is None:
            self._streams = await asyncio.open_connection(HOST, self._ports[self._turn % len(self._ports)])
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        return int(head[9:12]), json.loads(await reader.readexactly(length))

    def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _work(client: Client, word: Word, chance: random.Random, numbers: Iterator[int], over: asyncio.Event) -> None:
    """Contacts one after another, each on its way to its end, until `over`."""
    while not over.is_set():
        ref = f"k{next(numbers)}"
        body: dict[str, Any] = {"ref": ref, "queue": f"q{chance.randint(1, 4)}"}
        if chance.random() < HEAVY_SHARE:
            body["entry"] = HEAVY
        status, contact = await client.ask("/contacts", body, key=ref if chance.random() < 0.5 else "")
        if status not in (200, 201):
            word.broken.append(f"posting {ref}: {status} {contact}")
            continue
        if word.posted.setdefault(ref, contact["id"]) != contact["id"]:
            word.broken.append(f"{ref} was {word.posted[ref]} and is {contact['id']}")
        if contact["status"] == "waiting":
            await client.ask(f"/contacts/{contact['id']}/abandon")
            if chance.random() < 0.2:
                state = {"state": chance.choice(["away", "available"])}
                await client.ask(f"/agents/a{chance.randrange(20)}/state", state)
            continue
        if chance.random() < 0.1:
            await client.ask(f"/contacts/{contact['id']}/decline")
            continue
        status, _ = await client.ask(f"/contacts/{contact['id']}/start")
        if status != 200:
            continue
        outcome: dict[str, Any] = {"outcomes": ["threat"]} if chance.random() < HEAVY_SHARE else {}
        status, done = await client.ask(f"/contacts/{contact['id']}/complete", outcome)
        if status == 200:
            word.completed[contact["id"]] = done
            if chance.random() < 0.3:
                _, again = await client.ask(f"/contacts/{contact['id']}/complete", outcome)
                if again != done:
                    word.broken.append(f"completing {contact['id']} again: {again}, expected {done}")
        else:
            word.broken.append(f"completing {contact['id']}: {status} {done}")


async def _load(
    server: Server, token: str, kills: int, seed: int, workers: int, numbers: Iterator[int], longest: float
) -> Word:
    chance, word, over = random.Random(seed), Word(), asyncio.Event()
    clients = [Client(server.ports, token, word, number) for number in range(workers)]
    tasks = [
        asyncio.create_task(_work(client, word, random.Random(chance.random()), numbers, over)) for client in clients
    ]
    for _ in range(kills):
        await asyncio.sleep(0.02 + chance.random() * longest)
        port = chance.choice(server.ports)
        server.kill(port)
        await asyncio.to_thread(server.start, port)
    over.set()
    await asyncio.wait_for(asyncio.gather(*tasks), 120)
    for client in clients:
        client.close()
    return word


def run(
    settings: Settings,
    ports: list[int],
    token: str,
    *,
    kills: int,
    seed: int = 1,
    workers: int = 12,
    longest_seconds: float = 0.4,
) -> Word:
    """Serve, load, kill `kills` times at moments drawn from `seed`; what was acknowledged."""
    with serving(settings, ports) as server:
        return asyncio.run(_load(server, token, kills, seed, workers, count(1), longest_seconds))


def check(context: Context, word: Word) -> Counter[str]:
    """How much was lost, doubled or forgotten, by the tables against `word`; and what there was of each."""
    with reading(context.engine) as session:
        contacts = session.exec(select(Contact)).all()
        events = session.exec(select(Event.kind, Event.subject)).all()
        rests = session.exec(select(Rest)).all()
        debts = session.exec(select(RestDebt)).all()
        states = session.exec(select(FloorState)).all()
    by_ref = {contact.ref: contact for contact in contacts}
    found = Counter(contacts=len(contacts), completions=len(word.completed), retried=word.retried)
    found["broken"] = len(word.broken)
    found["lost"] = sum(ref not in by_ref or by_ref[ref].id != known for ref, known in word.posted.items())
    done = [contact for contact in contacts if contact.status is ContactStatus.COMPLETED]
    found["lost"] += len(set(word.completed) - {contact.id for contact in done})
    lines = Counter(events)
    found["doubled"] = len(contacts) - len(by_ref)
    found["doubled"] += sum(lines["contact.completed", contact.id] != 1 for contact in done)
    held = Counter(contact.agent_id for contact in contacts if contact.status in OPEN_STATUSES)
    found["doubled"] += sum(number - 1 for number in held.values())
    for contact in done:
        outcomes = [OutcomeMarker(name) for name in contact.outcomes]
        due = rest_minutes(contact.final_tier or contact.tier, outcomes, context.policy.rest)
        given = [rest for rest in rests if rest.contact_id == contact.id]
        own = [debt for debt in debts if debt.contact_id == contact.id]
        owed = sum(debt.minutes - debt.repaid_minutes for debt in own)
        pending = sum(state.pending_rest_minutes for state in states if state.pending_contact_id == contact.id)
        minutes = sum((rest.ends_at - rest.starts_at).total_seconds() / 60 for rest in given)
        found["forgotten"] += minutes + owed + pending < due
        found["doubled"] += minutes > due
        found["rests"] += len(given)
    return found
