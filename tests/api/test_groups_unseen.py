"""To everybody else a declined invitation to a group is no invitation: leads and software get the same answers.

The same centre is copied: in one copy somebody declines, in one they never answer, in one they were never invited.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from api.context import Context, make_context
from api.deps import CSRF_HEADER, SESSION_COOKIE
from api.events.log import since
from api.events.shown import seen_of
from api.security.caller import Caller
from api.services.access.accounts import make_session
from api.services.access.tokens import make_token
from api.services.appointments.groups import accept_group, decline_group, groups_of, tend_groups
from api.services.days.planning import plan_day
from api.services.floor.commands import set_state
from api.settings import Settings
from roster.accounts import Role
from roster.appointments import GroupInvitation, GroupWish, ReflectiveGroup
from roster.store.engine import reading, writing
from tests.api.appointment_stage import TODAY, Stage, at, staged
from tests.conftest import SetClock
from tests.factories import Centre
from web.app import PAGES, create_app

ACCEPTS, DECLINES, SILENT, NEVER = "accepts", "declines", "silent", "never invited"
INVITED = ("a01", "a02", "a03", "a04", "a05")
LEFT_OUT = ("/events", "/live", "/stream", "/metrics")
"""Streams (their lines are compared) and how long requests took."""
UID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
ADDRESS = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass
class World:
    """A copy of the centre, and what leads and software see of it."""

    context: Context
    centre: Centre
    app: FastAPI
    clients: dict[str, TestClient]
    secret: str

    def addresses(self) -> Iterator[str]:
        """Everything that can be read, of every agent."""
        api = [path for path, does in self.app.openapi()["paths"].items() if "get" in does]
        pages = [route.path for module in PAGES for route in module.router.routes if "GET" in route.methods]
        for path in sorted({*api, *pages}):
            if path.endswith(LEFT_OUT):
                continue
            for code in self.centre.agent_codes if re.search(r"\{(code|agent)\}", path) else ("",):
                known = {"code": code, "agent": code, "token": self.secret}
                yield ADDRESS.sub(lambda found, known=known: known.get(found[1], "1"), path)

    def seen(self, asked: Iterable[tuple[str, str]] | None = None) -> dict[tuple[str, str], object]:
        """Every answer (or those `asked`) and every line, by who asks and the address.

        Names of calendar events are random.
        """
        found: dict[tuple[str, str], object] = {}
        every = ((who, address) for address in self.addresses() for who in self.clients)
        for who, address in every if asked is None else asked:
            reply = self.clients[who].get(address)
            assert reply.status_code < 500, (address, reply.text)
            found[who, address] = (reply.status_code, UID.sub("uid", reply.text))
        with reading(self.context.engine) as session:
            for role in (Role.LEAD, Role.ROUTER):
                caller = Caller("somebody", role)
                lines = since(session, 0, agent_id=None, limit=10_000)
                found[role.value, "lines"] = [(line.id, line.at, line.kind, seen_of(line, caller)) for line in lines]
        return found

    def says(self, code: str, word: str) -> None:
        """What becomes of somebody's invitation."""
        agent_id = self.centre.agents[code]
        caller = Caller(code, Role.AGENT, agent_id=agent_id)
        if word == NEVER:
            with writing(self.context.engine) as session:
                for row in session.exec(select(GroupInvitation).where(GroupInvitation.agent_id == agent_id)).all():
                    session.delete(row)
                wish = session.get(GroupWish, agent_id)
                assert wish is not None
                session.delete(wish)
            return
        with reading(self.context.engine) as session:
            [view] = groups_of(session, agent_id, self.context.now(), timedelta(minutes=60))
        if word == ACCEPTS:
            accept_group(self.context, view.id, caller)
        elif word == DECLINES:
            decline_group(self.context, view.id, caller)


@pytest.fixture
def stage(context: Context, clock: SetClock) -> Stage:
    """Six people on the early shift, five of whom were invited to a group; it is 07:05."""
    stage = staged(context, clock)
    with writing(context.engine) as session:
        session.add_all(GroupWish(agent_id=stage.centre.agents[code], since=clock.now) for code in INVITED)
    tend_groups(context)
    return stage


def begin_of_group(context: Context) -> datetime:
    """When the one group would begin."""
    with reading(context.engine) as session:
        return session.exec(select(ReflectiveGroup)).one().starts_at


@dataclass
class Original:
    """The centre to copy, and how its people are known in every copy."""

    stage: Stage
    cookie: str
    csrf: str
    token: str
    secret: str

    def copied(self, folder: Path, clock: SetClock) -> World:
        """A world of its own."""
        folder.mkdir(parents=True)
        source = self.stage.context.settings.data_dir / "breather.sqlite3"
        with sqlite3.connect(source) as old, sqlite3.connect(folder / "breather.sqlite3") as new:
            old.backup(new)
        old.close()
        new.close()
        context = make_context(Settings(environment="test", data_dir=folder), clock)
        app = create_app(context, jobs=False)
        lead, software = (TestClient(app, follow_redirects=False, base_url="http://testserver") for _ in range(2))
        lead.cookies.set(SESSION_COOKIE, self.cookie)
        lead.headers[CSRF_HEADER] = self.csrf
        software.headers["Authorization"] = f"Bearer {self.token}"
        return World(context, self.stage.centre, app, {"lead": lead, "software": software}, self.secret)


@pytest.fixture
def original(stage: Stage) -> Original:
    """Its lead and its software signed in, and one agent's calendar given to others."""
    made = make_session(stage.context, "lead")
    token = make_token(stage.context, "phone", role="router", actor="test").secret
    url = stage.agent("a01").post("/api/v1/agents/a01/calendars", json={"kind": "shared"}).json()["url"]
    secret = url.rpartition("/")[2].removesuffix(".ics")
    return Original(stage, made.token, made.caller.csrf_token, token, secret)


def answered(seen: dict[tuple[str, str], object]) -> list[tuple[str, str]]:
    """Who gets an answer at which address, rather than a refusal."""
    return [key for key, reply in seen.items() if isinstance(reply, tuple) and reply[0] == 200]


def test_the_answers_looked_at_are_those_that_there_are(original: Original, tmp_path: Path, clock: SetClock) -> None:
    world = original.copied(tmp_path / "one", clock)
    seen = world.seen()
    good = {address for _, address in answered(seen)}
    for address in (
        "/api/v1/agents/a02/day",
        "/api/v1/call-backs",
        "/api/v1/meetings",
        "/api/v1/rosters/1",
        f"/api/v1/calendar/{original.secret}.ics",
        "/floor",
        "/rosters/1",
    ):
        assert address in good
    # What is there to be seen of an accepted one is seen: the comparison is not blind.
    world.says("a02", ACCEPTS)
    key = ("lead", "/api/v1/agents/a02/day")
    assert world.seen([key])[key] != seen[key]
    world.context.engine.dispose()


@example(words=[DECLINES, ACCEPTS, ACCEPTS, DECLINES, ACCEPTS], again=True)
@example(words=[ACCEPTS, DECLINES, DECLINES, ACCEPTS, DECLINES], again=False)
@given(words=st.lists(st.sampled_from([ACCEPTS, DECLINES]), min_size=5, max_size=5), again=st.booleans())
@settings(
    max_examples=1,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_decline_is_as_silence_and_as_no_invitation(
    original: Original, tmp_path_factory: pytest.TempPathFactory, clock: SetClock, words: list[str], again: bool
) -> None:
    start = clock.now
    begins = begin_of_group(original.stage.context)
    told: list[list[dict[tuple[str, str], object]]] = []
    folder = tmp_path_factory.mktemp("worlds")
    first = original.copied(folder / "first", clock)
    asked = answered(first.seen())
    first.context.engine.dispose()
    for declined in (DECLINES, SILENT, NEVER):
        clock.now = start
        world = original.copied(folder / declined.replace(" ", "-"), clock)
        for code, word in zip(INVITED, words, strict=True):
            clock.forward(minutes=1)
            world.says(code, declined if word == DECLINES else word)
        # A line that everybody reads comes after: its number would tell of one before it.
        set_state(world.context, "a06", "available", actor="phone")
        seen = [world.seen(asked)]
        if again:
            plan_day(world.context, TODAY, deterministic_limit=0)
        clock.now = begins - timedelta(minutes=60)
        tend_groups(world.context)
        clock.now = at(15 * 60)
        tend_groups(world.context)
        seen.append(world.seen(asked))
        told.append(seen)
        world.context.engine.dispose()
    clock.now = start
    for other in told[1:]:
        for one, that in zip(told[0], other, strict=True):
            assert {key: (one[key], that[key]) for key in one if one[key] != that[key]} == {}
