"""What leaves in the event stream and in webhooks: of every kind the fields that are listed, and nothing else."""

import ast
import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

import api
from api.context import Context
from api.events.log import append
from api.events.shown import KINDS
from api.events.stream import lines, newest, whole
from api.security.caller import Caller
from api.services.webhooks.messages import OUTWARD, cloud_event, may_leave
from roster.accounts import Role
from roster.events import Event
from roster.store.engine import writing
from tests.factories import Centre

LEAD, PHONE = Caller("lead", Role.LEAD), Caller("phone", Role.ROUTER)
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
ALWAYS = {"id", "at", "kind"}
END = "the.end"
KIND = re.compile(r"[a-z]+\.[a-z_]+")
WRITERS = {"append", "event", "tell", "show"}
ABOUT_PEOPLE = {
    "after",
    "away",
    "before",
    "cause",
    "contact",
    "detail",
    "ends_at",
    "felt",
    "light_only_until",
    "minutes",
    "outcomes",
    "reason",
    "score",
    "starts_at",
    "to",
    "why",
}
"""Fields that say why somebody is away or rests, what they carry, or what a draft changes about them."""


def full(kind: str) -> dict[str, Any]:
    """Data of a line with every field that any kind shows, and every one that none may."""
    shown = KINDS[kind]
    listed = () if shown is None else (*(shown.software or ()), *shown.leads)
    return dict.fromkeys((*listed, *ABOUT_PEOPLE, "unheard_of"), "a01")


def written(context: Context, *kinds: str, agent_id: int | None = None) -> int:
    """Write a line of each kind with everything in it; the id of the line before."""
    before = newest(context)
    with writing(context.engine) as session:
        for kind in (*kinds, END):
            append(
                session,
                at=context.now(),
                kind=kind,
                subject="the subject",
                actor="login.name",
                agent_id=None if kind == END else agent_id,
                data=full(kind) if kind in KINDS else {"away": ["a01"]},
            )
            session.flush()
    return before


def read(context: Context, caller: Caller, after: int) -> dict[str, dict[str, Any]]:
    """The lines after `after` as the stream sends them to `caller`, by kind, but for the closing one."""

    async def reading() -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        async with aclosing(lines(context, lambda: caller, after, whole, anyio.Event())) as source:
            async for sent in source:
                line = json.loads(str(sent.data or "{}"))
                if line.get("kind") == END:
                    break
                if line:
                    found[line["kind"]] = line
        return found

    return asyncio.run(reading())


def kinds_written() -> Iterator[str]:
    """Every kind that a call of the code names when it writes a line."""
    for path in sorted(Path(api.__file__).parent.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called not in WRITERS:
                continue
            named = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "kind")]
            for each in named:
                text = constants.get(each.id) if isinstance(each, ast.Name) else getattr(each, "value", None)
                if isinstance(text, str) and KIND.fullmatch(text):
                    yield text


def test_every_kind_that_is_written_is_listed_and_no_other() -> None:
    chosen_by_a_condition = {"user.opened", "user.closed"}
    assert set(kinds_written()) | chosen_by_a_condition == set(KINDS)


def test_software_is_shown_the_listed_fields_and_never_who_or_why(context: Context) -> None:
    seen = read(context, PHONE, written(context, *KINDS))
    public = {kind: shown.software for kind, shown in KINDS.items() if shown is not None and shown.software is not None}
    assert {kind: set(line) for kind, line in seen.items()} == {
        kind: ALWAYS | {"subject", "data"} if kind in public else ALWAYS for kind in KINDS
    }
    assert {kind: set(seen[kind]["data"]) for kind in public} == {kind: set(fields) for kind, fields in public.items()}
    assert {kind for kind, fields in public.items() if set(fields) & ABOUT_PEOPLE} == set()
    assert "login.name" not in json.dumps(seen)


def test_leads_are_shown_the_listed_fields(context: Context) -> None:
    seen = read(context, LEAD, written(context, *KINDS))
    shared = {kind: shown for kind, shown in KINDS.items() if shown is not None}
    assert {kind for kind, line in seen.items() if set(line) == ALWAYS} == set(KINDS) - set(shared)
    for kind, shown in shared.items():
        assert seen[kind]["actor"] == "login.name"
        assert set(seen[kind]["data"]) == {*(shown.software or ()), *shown.leads}, kind


def test_what_is_one_agents_reaches_that_agent_whole_and_nobody_else(context: Context, centre: Centre) -> None:
    after = written(context, *KINDS, agent_id=centre.agents["a01"])
    for caller in (LEAD, PHONE, Caller("a02", Role.AGENT, agent_id=centre.agents["a02"])):
        assert read(context, caller, after) == {}
    own = read(context, Caller("a01", Role.AGENT, agent_id=centre.agents["a01"]), after)
    assert {kind: line["data"] for kind, line in own.items()} == {kind: full(kind) for kind in KINDS}


@pytest.mark.parametrize("caller", [LEAD, PHONE], ids=["lead", "software"])
def test_a_kind_that_is_not_listed_says_only_that_it_happened(context: Context, caller: Caller) -> None:
    seen = read(context, caller, written(context, "a.new_kind"))
    assert set(seen["a.new_kind"]) == ALWAYS


def test_who_is_away_is_in_no_line_of_a_repair(context: Context) -> None:
    after = written(context, "roster.repaired")
    assert read(context, PHONE, after)["roster.repaired"].keys() == ALWAYS
    assert "away" not in read(context, LEAD, after)["roster.repaired"]["data"]
    assert not may_leave("roster.repaired", None)


@pytest.mark.parametrize("kind", KINDS)
def test_webhooks_carry_no_more_than_the_stream_shows_software(kind: str) -> None:
    shown = KINDS[kind]
    may = may_leave(kind, None)
    assert not may or (shown is not None and shown.software is not None)
    if shown is None or not may:
        return
    event = Event(id=7, at=AT, kind=kind, subject="s", actor="login.name", data=full(kind))
    body = json.loads(cloud_event(event, "urn:x:y"))
    assert set(body["data"]) == set(OUTWARD[kind])
    assert set(body["data"]) <= set(shown.software or ())
    assert "login.name" not in json.dumps(body)
