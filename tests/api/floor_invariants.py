"""What must hold of a floor after every step, whatever came in whatever order: read from the tables alone."""

import math
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Row

from api.context import Context
from api.services.floor.cache import cache_of
from api.services.floor.planned import RESTING_KINDS
from api.services.floor.state import load_pool, read_declined
from optimizer.routing.decide import decide
from roster.contacts import HEAVY_TIERS, ContactStatus, OutcomeMarker, Tier
from roster.load.difficulty import rest_minutes
from roster.policy import Policy
from roster.rest import AgentState
from roster.shifts import SegmentKind
from roster.store.engine import reading
from tests.api.floor_tables import MINUTE, Tables

NOTHING = timedelta(0)
STATUS_AFTER = {
    "contact.waiting": ContactStatus.WAITING,
    "contact.assigned": ContactStatus.ASSIGNED,
    "contact.accepted": ContactStatus.ACCEPTED,
    "contact.started": ContactStatus.ACTIVE,
    "contact.completed": ContactStatus.COMPLETED,
    "contact.abandoned": ContactStatus.ABANDONED,
    "contact.transferred": ContactStatus.WAITING,
}
PASSED_ON = {"contact.declined", "contact.lapsed"}
LIGHT_ONLY, CAP, REST, LIMIT = "light-only", "heavy-contact cap", "rest", "not available for this contact"
SAME = ("closed", "state", "load", "heavy_this_shift", "last_tier", "light_only_until", "wrap_up_until", "rest_pending")
SAME += ("limits", "limited_queues", "idle_since")


def check_days(tables: Tables, shift: dict[int, tuple[datetime, datetime]]) -> None:
    """Segments don't overlap; rest never moves where a planned shift begins and ends."""
    for agent_id, day in tables.days.items():
        for earlier, later in pairwise(day):
            assert earlier.ends_at <= later.starts_at, "segments overlap"
        if agent_id in shift:
            assert (day[0].starts_at, day[-1].ends_at) == shift[agent_id]
            assert all(one.ends_at == other.starts_at for one, other in pairwise(day)), "a hole in the day"


def check_loads(tables: Tables, policy: Policy) -> None:
    """Nobody holds more than their channel allows, or two channels, or two severe contacts."""
    for agent_id in tables.states:
        held = tables.held(agent_id)
        reserved = [row for row in held if row.status is ContactStatus.ASSIGNED]
        assert not reserved or tables.states[agent_id].state is AgentState.AVAILABLE, "reserved for who is not there"
        channels = Counter(row.channel for row in held)
        assert len(channels) <= 1
        assert all(number <= policy.routing.concurrency[channel] for channel, number in channels.items())
        assert sum(row.tier is Tier.SEVERE for row in held) <= 1


def check_assignments(before: Tables, after: Tables, policy: Policy) -> None:
    """Whoever was given a contact in this step might have it, or what yielded is written down."""
    for contact in after.contacts.values():
        former = before.contacts.get(contact.id)
        given = contact.status is ContactStatus.ASSIGNED and (
            former is None or (former.agent_id, former.assigned_at) != (contact.agent_id, contact.assigned_at)
        )
        if given:
            _check_given(after, contact, policy)


def _check_given(tables: Tables, contact: Row[Any], policy: Policy) -> None:
    agent_id, at = contact.agent_id, contact.assigned_at
    state = tables.states[agent_id]
    yielded = _yielded(contact)
    late = at - contact.arrived_at >= timedelta(seconds=policy.routing.max_wait(contact.priority))
    assert contact.life_at_risk or set(yielded) <= ({LIGHT_ONLY, CAP} if late else set()), "yielded too early"
    assert all(minutes > 0 for minutes in yielded.values())
    assert contact.reservation_expires_at == at + timedelta(seconds=policy.routing.reservation_seconds)
    assert state.state is AgentState.AVAILABLE
    if REST not in yielded:
        now = [row.kind for row in tables.days[agent_id] if row.starts_at <= at < row.ends_at]
        assert set(now) <= {SegmentKind.WORK}, "in protected time"
        assert state.wrap_up_until is None or state.wrap_up_until <= at
    assert contact.life_at_risk or not state.pending_rest_minutes, "before rest that is due"
    if LIGHT_ONLY not in yielded and contact.score >= policy.routing.light_score_below:
        ends = [row.light_only_until for row in tables.rows["rest"] if row.agent_id == agent_id]
        assert max((state.light_only_until or at, *ends)) <= at, "no light contact"
    done, held = tables.done(agent_id), tables.held(agent_id)
    if contact.tier in HEAVY_TIERS and CAP not in yielded:
        # Others may have passed the cap after it, in the same decision: they say so.
        before = [row for row in held if row.assigned_at != at or CAP not in _yielded(row)]
        heavy = [row for row in (*done, *before) if (row.final_tier or row.tier) in HEAVY_TIERS]
        assert len(heavy) <= policy.load.max_heavy_per_shift
    if contact.tier is Tier.SEVERE and done:
        last = {row.final_tier for row in done if row.completed_at == done[-1].completed_at}
        assert last != {Tier.SEVERE}, "severe after severe"
    if LIMIT not in yielded:
        own = [row for row in tables.rows["private_limit"] if row.agent_id == agent_id]
        assert contact.queue_id not in {row.queue_id for row in own}
        assert not {contact.arrival_state.value, *contact.stakes} & {row.topic for row in own}
    passed = timedelta(seconds=policy.routing.max_wait_seconds)
    for event in tables.events:
        if event.kind in PASSED_ON and (event.subject, event.agent_id) == (contact.id, agent_id):
            assert at - event.at >= passed, "offered again to who passed on it"
    assert all(who != agent_id or at - when >= passed for who, when in read_declined(contact.declined_by))


def _yielded(contact: Row[Any]) -> dict[str, int]:
    return {one["protection"]: one["minutes"] for one in contact.reason["yielded"]}


def check_rest(before: Tables, after: Tables, policy: Policy, *, asked: dict[int, int], ended: set[int]) -> None:
    """Not a minute of rest appears or is lost: given, owed and due together grow by what contacts and moments made due.

    `asked` are minutes of moments that began or became due, by agent; who is in `ended` broke off a rest, whose last
    begun minute is theirs.
    """
    for agent_id, state in before.states.items():
        contacts = [before.contacts[row.id] for row in after.done(agent_id) if row.id in before.contacts]
        over = [row for row in contacts if row.status is not ContactStatus.COMPLETED]
        due = yielded = 0
        for row in over:
            now = after.contacts[row.id]
            due += rest_minutes(now.final_tier, [OutcomeMarker(each) for each in now.outcomes], policy.rest)
            yielded += sum(_cost(before, now, one) for one in row.reason["yielded"])
        moment = state.pending_rest_minutes if state.pending_contact_id is None else 0
        # A rest that is due anyway is the moment that was asked for, where it is long enough.
        most = due + yielded + asked.get(agent_id, 0)
        least = most - min(moment, due)
        if len(over) == 1:
            most = least
        # Rest that the shift's end cuts is counted in whole minutes and given to the last second.
        new = after.rows["rest"][len(before.rows["rest"]) :]
        most += sum(row.agent_id == agent_id and (row.ends_at - row.starts_at) % MINUTE > NOTHING for row in new)
        grown = after.rest_minutes(agent_id) - before.rest_minutes(agent_id)
        assert least - (agent_id in ended) < grown + 1e-6, (least, grown)
        assert grown < most + 1e-6, (grown, most)


def _cost(before: Tables, contact: Row[Any], yielded: dict[str, Any]) -> int:
    if yielded["protection"] != REST:
        return int(yielded["minutes"])
    begun, over = contact.started_at, contact.completed_at
    rested = NOTHING
    for row in before.days[contact.agent_id]:
        if row.kind in RESTING_KINDS:
            rested += max(NOTHING, min(row.ends_at, over) - max(row.starts_at, begun))
    return min(int(yielded["minutes"]), math.ceil(rested / MINUTE))


def check_log(tables: Tables, codes: dict[int, str]) -> None:
    """The log tells what the tables say: where each contact and person is, what rest was given and is owed."""
    last: dict[str, Row[Any]] = {}
    latest: dict[str, datetime] = {}
    holder: dict[str, str] = {}
    counts: Counter[tuple[str, str]] = Counter()
    owed: Counter[int] = Counter()
    for event in tables.events:
        counts[event.kind, event.subject] += 1
        if event.kind.startswith(("agent.", "contact.", "rest.")):
            assert latest.get(event.subject, event.at) <= event.at, "time went back"
            latest[event.subject] = event.at
        if event.kind in STATUS_AFTER:
            last[event.subject] = event
        if event.kind == "contact.assigned":
            holder[event.subject] = event.data["agent"]
        if event.kind == "agent.state":
            last["agent " + event.subject] = event
        if event.kind == "rest.owed":
            owed[event.agent_id] += event.data["minutes"]
    assert set(tables.contacts) == {subject for kind, subject in counts if kind.startswith("contact.")}
    for contact in tables.contacts.values():
        assert STATUS_AFTER[last[contact.id].kind] is contact.status
        assert counts["contact.completed", contact.id] == (contact.status is ContactStatus.COMPLETED)
        assert counts["contact.abandoned", contact.id] == (contact.status is ContactStatus.ABANDONED)
        assert counts["contact.started", contact.id] <= 1
        if contact.status is ContactStatus.WAITING:
            assert contact.agent_id is None
        elif contact.agent_id is not None:
            assert holder[contact.id] == codes[contact.agent_id]
    for agent_id, state in tables.states.items():
        said = last.get(f"agent {codes[agent_id]}")
        assert (AgentState.OFFLINE if said is None else said.data["state"]) == state.state
        assert owed[agent_id] == sum(row.minutes for row in tables.rows["rest_debt"] if row.agent_id == agent_id)
        given = sum(row.agent_id == agent_id for row in tables.rows["rest"])
        assert counts["rest.given", str(agent_id)] == given


def check_cache(context: Context, pool_ids: list[int]) -> None:
    """What a process remembers of a floor, where it is of the newest version, is what the tables say."""
    for pool_id in pool_ids:
        cached = cache_of(context.engine).get(pool_id)
        with reading(context.engine) as session:
            version = {row.id: row.version for row in Tables.read(session.connection()).rows["pool"]}[pool_id]
            if cached is None or cached.version != version:
                continue
            fresh = load_pool(session, pool_id, version, 0, cached.built_at, cached.handled)
        assert dict(cached.contacts) == dict(fresh.contacts)
        assert dict(cached.waiting) == dict(fresh.waiting)
        assert set(cached.floor.agents) == set(fresh.floor.agents)
        for agent_id, agent in fresh.floor.agents.items():
            kept = cached.floor.agents[agent_id]
            assert sorted(one.contact_id for one in kept.held) == sorted(one.contact_id for one in agent.held)
            for name in SAME:
                assert getattr(kept, name) == getattr(agent, name), name
            assert cached.facts[agent_id] == fresh.facts[agent_id]


def check_offered(context: Context, pool_ids: list[int]) -> None:
    """After a tick: no reservation has lapsed, and nothing waits that somebody could take."""
    policy = context.policy
    passed = timedelta(seconds=policy.routing.max_wait_seconds)
    for pool_id in pool_ids:
        cached = cache_of(context.engine).get(pool_id)
        # The floor's time, where another process's clock has brought it beyond our own.
        now = context.now() if cached is None else max(context.now(), cached.moved_at)
        with reading(context.engine) as session:
            state = load_pool(session, pool_id, 0, 0, now)
        for contact in state.contacts.values():
            assert contact.reservation_expires_at is None or contact.reservation_expires_at > context.now()
        waiting = [
            contact.waiting(state.queues[contact.queue_id].target_wait_seconds, now, passed)
            for contact in state.waiting.values()
        ]
        assert all(decision.agent_id is None for decision in decide(state.floor, waiting, now, policy))
