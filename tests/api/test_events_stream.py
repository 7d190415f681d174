"""The log as a stream: by rights, resumable, prompt, and ending when it should."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import anyio
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sse_starlette import ServerSentEvent

from api.context import Context
from api.events import stream as streams
from api.events import watch as watching
from api.events.log import append
from api.events.stream import lines, news_only, whole
from api.security.caller import Caller
from roster.accounts import Role
from roster.store.engine import writing
from tests.factories import Centre

LEAD = Caller("lead", Role.LEAD)
PROMPTLY = 2.0


def write(context: Context, kind: str, agent_id: int | None = None, *, announce: bool = True) -> None:
    with writing(context.engine) as session:
        append(
            session, at=context.now(), kind=kind, subject="s", actor="test", agent_id=agent_id, data={"why": "private"}
        )
    if announce:
        context.announcer.announce()


def agent(centre: Centre, code: str = "a01") -> Caller:
    return Caller(code, Role.AGENT, agent_id=centre.agents[code])


def payload(sent: ServerSentEvent) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(str(sent.data))
    return loaded


async def take(source: AsyncIterator[ServerSentEvent], count: int) -> list[dict[str, Any]]:
    """The next `count` lines that carry data."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        sent = await asyncio.wait_for(anext(source), PROMPTLY)
        if sent.data is not None:
            found.append(payload(sent))
    return found


def kinds_seen(context: Context, caller: Caller, count: int, *, after: int = 0) -> list[str]:
    async def read() -> list[str]:
        async with aclosing(lines(context, lambda: caller, after, whole, anyio.Event())) as source:
            return [line["kind"] for line in await take(source, count)]

    return asyncio.run(read())


@pytest.fixture
def quiet_centre(context: Context, centre: Centre) -> int:
    """How many lines the centre's own making wrote."""
    return streams.newest(context)


def test_each_reader_sees_what_they_may(context: Context, centre: Centre, quiet_centre: int) -> None:
    write(context, "roster.published")
    write(context, "contact.assigned", centre.agents["a01"])
    write(context, "rest.given", centre.agents["a02"])
    write(context, "the.end")
    see: dict[str, tuple[Caller, list[str]]] = {
        "lead": (LEAD, ["roster.published", "the.end"]),
        "agent": (agent(centre), ["roster.published", "contact.assigned", "the.end"]),
        "router": (Caller("phone", Role.ROUTER), ["roster.published", "the.end"]),
    }
    for caller, expected in see.values():
        assert kinds_seen(context, caller, len(expected), after=quiet_centre) == expected


def test_agent_learns_of_others_doings_only_that_they_were(context: Context, centre: Centre, quiet_centre: int) -> None:
    write(context, "webhook.disabled")
    write(context, "rest.given", centre.agents["a01"])

    async def read(caller: Caller) -> list[dict[str, Any]]:
        async with aclosing(lines(context, lambda: caller, quiet_centre, whole, anyio.Event())) as source:
            return await take(source, 1 if caller is LEAD else 2)

    public, own = asyncio.run(read(agent(centre)))
    assert set(public) == {"id", "at", "kind"}
    assert own["data"] == {"why": "private"}
    [lead] = asyncio.run(read(LEAD))
    assert (lead["actor"], lead["data"]) == ("test", {"why": "private"})


def test_resumes_after_the_last_id(context: Context) -> None:
    for kind in ("one", "two", "three"):
        write(context, kind)
    assert kinds_seen(context, LEAD, 2, after=1) == ["two", "three"]


def test_more_lines_than_a_batch_all_arrive_in_order(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "BATCH", 2)
    names = [f"kind{number}" for number in range(7)]
    for name in names:
        write(context, name)
    assert kinds_seen(context, LEAD, 7) == names


def test_news_arrives_at_once_and_says_no_more_than_that(context: Context, centre: Centre, quiet_centre: int) -> None:
    async def read() -> tuple[list[dict[str, Any]], float]:
        me = agent(centre)
        async with aclosing(lines(context, lambda: me, quiet_centre, news_only, anyio.Event())) as source:
            await anext(source)
            waiting = asyncio.create_task(take(source, 1))
            await asyncio.sleep(0.05)
            loop = asyncio.get_running_loop()
            began = loop.time()
            await asyncio.to_thread(write, context, "rest.given", centre.agents["a01"])
            return await waiting, loop.time() - began

    news, seconds = asyncio.run(read())
    assert news == [{"id": quiet_centre + 1, "kind": "rest.given"}]
    assert seconds < 1.0


def test_news_between_reading_and_waiting_is_not_lost(context: Context) -> None:
    async def read() -> bool:
        with context.announcer.listening() as listener:
            context.announcer.announce()
            await asyncio.sleep(0)
            return await listener.wait(PROMPTLY)

    assert asyncio.run(read())


def test_lines_of_other_processes_are_found_by_the_watcher(context: Context) -> None:
    async def read() -> list[dict[str, Any]]:
        watcher = asyncio.create_task(watching.watch(context, poll_seconds=0.02))
        try:
            async with aclosing(lines(context, lambda: LEAD, 0, whole, anyio.Event())) as source:
                await anext(source)
                waiting = asyncio.create_task(take(source, 1))
                await asyncio.sleep(0.1)
                await asyncio.to_thread(write, context, "elsewhere", announce=False)
                return await waiting
        finally:
            watcher.cancel()

    assert [line["kind"] for line in asyncio.run(read())] == ["elsewhere"]


async def _to_its_end(context: Context, who: Callable[[], Caller | None], closing: anyio.Event) -> list[str]:
    async with asyncio.timeout(PROMPTLY):
        return [str(sent.event) async for sent in lines(context, who, 0, whole, closing)]


def test_stream_ends_when_its_reader_is_signed_out(context: Context) -> None:
    write(context, "before")
    callers: list[Caller | None] = [LEAD]

    def who() -> Caller | None:
        write(context, "again")
        return callers.pop() if callers else None

    assert "before" in asyncio.run(_to_its_end(context, who, anyio.Event()))


def test_stream_ends_soon_after_the_server_begins_to_stop(context: Context) -> None:
    async def read() -> None:
        closing = anyio.Event()
        running = asyncio.create_task(_to_its_end(context, lambda: LEAD, closing))
        await asyncio.sleep(0.05)
        closing.set()
        await running

    asyncio.run(read())


def test_bad_last_event_id_is_quoted(lead_client: TestClient) -> None:
    for bad in ("abc", "-1", "1" * 30, "٣"):
        answer = lead_client.get("/api/v1/events", headers={"Last-Event-ID": bad.encode()})
        assert answer.status_code == 422
    assert "'abc'" in lead_client.get("/live", headers={"Last-Event-ID": "abc"}).json()["detail"]


def test_strangers_get_no_stream(app: FastAPI) -> None:
    assert TestClient(app).get("/live").status_code == 401
    assert TestClient(app).get("/api/v1/events").status_code == 401


@pytest.mark.postgres
def test_line_committed_after_one_with_a_higher_id_arrives_once(postgres_context: Context) -> None:
    context = postgres_context

    def appended(kind: str) -> dict[str, Any]:
        return {"at": context.now(), "kind": kind, "subject": "s", "actor": "test"}

    async def read() -> list[str]:
        async with aclosing(lines(context, lambda: LEAD, 0, whole, anyio.Event())) as source:
            await anext(source)
            with writing(context.engine) as slow:
                append(slow, **appended("slow"))
                slow.flush()
                write(context, "fast")
                first = await take(source, 1)
            context.announcer.announce()
            late = await take(source, 1)
            write(context, "last")
            return [line["kind"] for line in (*first, *late, *await take(source, 1))]

    assert asyncio.run(read()) == ["fast", "slow", "last"]
