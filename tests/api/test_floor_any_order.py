"""Whatever happens in whatever order: what must hold of the floor holds after every step."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from api.context import Context, make_context
from api.errors import Conflict
from api.security.caller import Caller
from api.services.floor.cache import cache_of
from api.services.floor.commands import (
    CompletionIn,
    ContactIn,
    TransferIn,
    abandon,
    accept,
    complete,
    decline,
    moment,
    post_contact,
    set_state,
    start,
    tick,
    transfer,
)
from api.services.floor.limits import Limits, set_limits
from api.services.floor.resting import give_back_rest, postpone_rest, take_owed_rest
from api.services.floor.state import load_pool
from api.settings import Settings
from roster.accounts import Role
from roster.contacts import (
    HEAVY_TIERS,
    OPEN_STATUSES,
    ArrivalState,
    Contact,
    ContactStatus,
    EntryConditions,
    History,
    OutcomeMarker,
    Resolvability,
    Stake,
    Tier,
)
from roster.people import AgentChannel, Channel
from roster.protections import PrivateLimit
from roster.queues import Pool
from roster.rest import RestDebt
from roster.shifts import Segment, SegmentKind
from roster.store.engine import reading, writing
from tests.conftest import SetClock
from tests.factories import Centre, make_centre

ENTRIES = (
    EntryConditions(),
    EntryConditions(arrival_state=ArrivalState.GRIEVING),
    EntryConditions(arrival_state=ArrivalState.GRIEVING, history=History.REPEAT_AFTER_FAILURE, parties=3),
    EntryConditions(
        arrival_state=ArrivalState.FLOODED,
        history=History.DROPPED_HANDOFF,
        stakes=(Stake.MEDICATION, Stake.CARE_ACCESS),
        resolvability=Resolvability.BLOCKED,
    ),
)
CODES = ("a01", "a02", "a03")
LIMITS = (
    Limits(),
    Limits(arrival_states=(ArrivalState.GRIEVING,)),
    Limits(stakes=(Stake.MEDICATION,)),
    Limits(queues=("billing",)),
)
_folders = count()

STEPS = st.one_of(
    st.tuples(
        st.just("post"),
        st.sampled_from(["advice", "billing"]),
        st.sampled_from(range(4)),
        st.booleans(),
        st.sampled_from([False, False, False, True]),
    ),
    st.tuples(st.just("forward"), st.sampled_from([1, 15, 60, 240, 900, 3600])),
    st.tuples(st.just("tick")),
    st.tuples(st.just("state"), st.sampled_from(CODES), st.sampled_from(["available", "available", "away", "offline"])),
    st.tuples(st.just("moment"), st.sampled_from(CODES)),
    st.tuples(st.sampled_from(["postpone", "give back", "take"]), st.sampled_from(CODES)),
    st.tuples(st.just("limits"), st.sampled_from(CODES), st.sampled_from(LIMITS)),
    st.tuples(st.sampled_from(["accept", "start", "start", "decline", "abandon"]), st.integers(0, 30)),
    st.tuples(st.just("transfer"), st.integers(0, 30)),
    st.tuples(
        st.just("complete"),
        st.integers(0, 30),
        st.sampled_from([(), (OutcomeMarker.THREAT,), (OutcomeMarker.VERBAL_ABUSE,)]),
        st.sampled_from([None, 1, 5]),
    ),
)


@contextmanager
def centre_of(template: Path, folder: Path) -> Iterator[tuple[Context, SetClock, Centre]]:
    """Three agents; `a01` has a planned day with a meal, `a02` takes chats too, all are available."""
    folder.mkdir()
    shutil.copy(template, folder / "breather.sqlite3")
    clock = SetClock(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    context = make_context(Settings(environment="test", data_dir=folder), clock)
    try:
        centre = make_centre(context, agents=3, accounts=False)
        day = datetime(2026, 11, 24, tzinfo=UTC)
        with writing(context.engine) as session:
            session.add(AgentChannel(agent_id=centre.agents["a02"], channel=Channel.CHAT))
            for kind, begin, end in ((SegmentKind.WORK, 8, 11), (SegmentKind.MEAL, 11, 12), (SegmentKind.WORK, 12, 15)):
                session.add(
                    Segment(
                        agent_id=centre.agents["a01"],
                        on_date=day.date(),
                        kind=kind,
                        starts_at=day + timedelta(hours=begin),
                        ends_at=day + timedelta(hours=end),
                        zone=centre.zone,
                    )
                )
        for code in CODES:
            set_state(context, code, "available", actor="test")
        yield context, clock, centre
    finally:
        context.engine.dispose()
        shutil.rmtree(folder)


def do(context: Context, clock: SetClock, centre: Centre, ids: list[str], step: tuple[Any, ...]) -> None:
    """One step; a `Conflict` is an answer like any other."""
    name, *values = step
    if name == "post":
        queue, entry, chat, danger = values
        channel = Channel.CHAT if chat else Channel.VOICE
        body = ContactIn(ref=f"r{len(ids)}", queue=queue, entry=ENTRIES[entry], channel=channel, life_at_risk=danger)
        ids.append(post_contact(context, body, actor="router").id)
    elif name == "forward":
        clock.forward(seconds=values[0])
    elif name == "tick":
        tick(context)
    elif name == "state":
        set_state(context, values[0], values[1], actor="test")
    elif name == "moment":
        moment(context, values[0], actor="test")
    elif name == "limits":
        caller = Caller(name=values[0], role=Role.AGENT, agent_id=centre.agents[values[0]])
        set_limits(context, values[1], caller)
        clock.forward(seconds=1)  # What was given before stays: it is told apart by when.
    elif name in ("postpone", "give back", "take"):
        with suppress(Conflict):
            if name == "postpone":
                postpone_rest(context, values[0], 10, actor="test")
            else:
                {"give back": give_back_rest, "take": take_owed_rest}[name](context, values[0], actor="test")
    elif ids:
        contact_id = ids[values[0] % len(ids)]
        with suppress(Conflict):
            if name == "complete":
                body = CompletionIn(outcomes=list(values[1]), felt=values[2])
                complete(context, contact_id, body, actor="test")
            elif name == "transfer":
                ids.append(transfer(context, contact_id, TransferIn(queue="billing"), actor="test").id)
            else:
                commands = {"accept": accept, "start": start, "decline": decline, "abandon": abandon}
                commands[name](context, contact_id, actor="test")


def check(context: Context, centre: Centre) -> None:
    """What must hold of the tables, and of the cache against them."""
    policy, now = context.policy, context.now()
    with reading(context.engine) as session:
        contacts = session.exec(select(Contact).order_by(col(Contact.assigned_at))).all()
        segments = session.exec(select(Segment).order_by(col(Segment.agent_id), col(Segment.starts_at))).all()
        debts = session.exec(select(RestDebt)).all()
        own = session.exec(select(PrivateLimit)).all()
    limits = {(one.agent_id, one.queue_id) for one in own if one.queue_id is not None}
    limited = {agent: {one.topic for one in own if one.agent_id == agent} for agent in centre.agents.values()}
    for earlier, later in pairwise(segments):
        assert earlier.agent_id != later.agent_id or earlier.ends_at <= later.starts_at, "segments overlap"
    planned = [each for each in segments if each.agent_id == centre.agents["a01"]]
    assert planned[0].starts_at.hour == 8
    assert planned[-1].ends_at.hour == 15, "rest never moves a shift's end"
    for agent_id in centre.agents.values():
        held = [each for each in contacts if each.agent_id == agent_id and each.status in OPEN_STATUSES]
        channels = Counter(each.channel for each in held)
        assert len(channels) <= 1
        assert all(number <= policy.routing.concurrency[channel] for channel, number in channels.items())
        assert sum(each.tier is Tier.SEVERE for each in held) <= 1
        done = [each for each in contacts if each.agent_id == agent_id and each.status is ContactStatus.COMPLETED]
        done.sort(key=lambda each: each.completed_at or now)
        for each in held:
            if each.assigned_at != now:
                continue
            at_that_time = [part for part in segments if part.agent_id == agent_id]
            inside = [part for part in at_that_time if part.starts_at <= now < part.ends_at]
            yielded = {one["protection"] for one in each.reason["yielded"]}
            assert "rest" in yielded or all(part.kind is SegmentKind.WORK for part in inside), "in protected time"
            assert yielded <= {"light-only", "heavy-contact cap"} or each.life_at_risk
            if (agent_id, each.queue_id) in limits or limited[agent_id] & {each.arrival_state, *each.stakes}:
                assert "not available for this contact" in yielded
            heavy = sum((one.final_tier or one.tier) in HEAVY_TIERS for one in (*done, *held))
            if each.tier in HEAVY_TIERS and "heavy-contact cap" not in yielded:
                assert heavy <= policy.load.max_heavy_per_shift
            if each.tier is Tier.SEVERE and done:
                assert done[-1].final_tier is not Tier.SEVERE, "severe after severe"
    for each in contacts:
        if each.status is ContactStatus.COMPLETED and each.reason.get("yielded"):
            # Of a rest no more is owed than the contact took: what that was is tried elsewhere.
            owed = sum(one["minutes"] for one in each.reason["yielded"] if one["protection"] != "rest")
            assert sum(debt.minutes for debt in debts if debt.contact_id == each.id) >= owed
    cached = cache_of(context.engine).get(centre.pool_id)
    assert cached is not None
    with reading(context.engine) as session:
        if cached.version != session.exec(select(Pool.version).where(Pool.id == centre.pool_id)).one():
            return  # Somebody's limits changed beside the floor: the next decision reads it afresh.
        fresh = load_pool(session, centre.pool_id, cached.version, 0, cached.built_at)
    assert dict(cached.contacts) == dict(fresh.contacts)
    for agent_id, agent in fresh.floor.agents.items():
        kept = cached.floor.agents[agent_id]
        assert sorted(one.contact_id for one in kept.held) == sorted(one.contact_id for one in agent.held)
        for name in ("load", "closed", "state", "rest_pending", "limits", "limited_queues", "light_only_until"):
            assert getattr(kept, name) == getattr(agent, name), name


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=5, max_size=30))
def test_the_floor_holds_in_any_order(steps: list[tuple[Any, ...]], empty_database: Path, tmp_path: Path) -> None:
    with centre_of(empty_database, tmp_path / str(next(_folders))) as (context, clock, centre):
        ids: list[str] = []
        for step in steps:
            do(context, clock, centre, ids, step)
            check(context, centre)
