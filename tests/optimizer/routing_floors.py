"""Small floors for tests of the routing decision, by hand and by hypothesis."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from optimizer.routing.floor import EVER, NEVER, AgentOnFloor, ClosedSpan, DayAt, HeldContact, WaitingContact
from roster.contacts import ArrivalState, Tier
from roster.load.difficulty import tier_of
from roster.load.pools import Load
from roster.people import Channel
from roster.policy import default_policy
from roster.protections import TOPICS
from roster.rest import AgentState

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
POLICY = default_policy()
QUEUES = (1, 2)


def minutes(number: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=number)


def agent(number: int, **values: Any) -> AgentOnFloor:
    """An able, rested, available agent with both queues; `values` say how they differ."""
    base: dict[str, Any] = {
        "id": number,
        "name": f"Agent {number}",
        "skills": dict.fromkeys(QUEUES, 2),
        "channels": frozenset({Channel.VOICE}),
        "state": AgentState.AVAILABLE,
        "load": Load(0.0, 0.0, NOW - minutes(60)),
        "idle_since": NOW - minutes(10),
    }
    return AgentOnFloor(**{**base, **values})


def contact(name: str = "c", score: int = 10, **values: Any) -> WaitingContact:
    """A voice contact of queue 1 that has just arrived; its tier follows from its score."""
    base: dict[str, Any] = {
        "id": name,
        "queue_id": 1,
        "channel": Channel.VOICE,
        "priority": 5,
        "arrived_at": NOW,
        "target_wait_seconds": 20,
        "score": score,
        "tier": tier_of(score, POLICY.difficulty),
    }
    return WaitingContact(**{**base, **values})


def held(name: str, score: int = 10, channel: Channel = Channel.VOICE) -> HeldContact:
    """A contact that somebody has."""
    return HeldContact(name, channel, score, tier_of(score, POLICY.difficulty))


def shift_from(start_minutes: float, end_minutes: float) -> dict[str, Any]:
    """A planned shift from so many minutes after now to so many, with closed time around it."""
    starts_at, ends_at = NOW + minutes(start_minutes), NOW + minutes(end_minutes)
    closed = (ClosedSpan(EVER, starts_at), ClosedSpan(ends_at, NEVER))
    return {"shift": (starts_at, ends_at) if starts_at <= NOW < ends_at else None, "closed": closed}


_kinds = st.sampled_from([DayAt.CLOSED, DayAt.RESTING, DayAt.BEFORE_BREAK])
_instants = st.integers(-120, 120).map(lambda number: NOW + minutes(number))


@st.composite
def closed_spans(draw: st.DrawFn) -> tuple[ClosedSpan, ...]:
    """Up to two spans around now."""
    spans = []
    for _ in range(draw(st.integers(0, 2))):
        start = draw(_instants)
        length = draw(st.integers(1, 60))
        spans.append(ClosedSpan(start, start + minutes(length), draw(_kinds), draw(st.booleans())))
    return tuple(spans)


@st.composite
def agents(draw: st.DrawFn, number: int) -> AgentOnFloor:
    """Any agent."""
    channel = draw(st.sampled_from([Channel.VOICE, Channel.CHAT]))
    planned = draw(st.booleans())
    shift = (NOW - minutes(draw(st.integers(1, 300))), NOW + minutes(draw(st.integers(1, 300)))) if planned else None
    return agent(
        number,
        skills=draw(st.dictionaries(st.sampled_from([1, 2, 3]), st.integers(1, 3), max_size=3)),
        channels=frozenset(draw(st.lists(st.sampled_from(Channel), min_size=1, unique=True))),
        state=draw(st.sampled_from([AgentState.AVAILABLE] * 4 + [AgentState.AWAY])),
        load=Load(draw(st.floats(0, 300)), draw(st.floats(0, 800)), draw(_instants)),
        held=tuple(
            held(f"h{number}-{at}", draw(st.integers(0, 100)), channel) for at in range(draw(st.integers(0, 3)))
        ),
        shift=shift,
        closed=draw(closed_spans()),
        light_only_until=draw(st.none() | _instants),
        last_tier=draw(st.none() | st.sampled_from(Tier)),
        heavy_this_shift=draw(st.integers(0, 5)),
        heavy_in_7_days=draw(st.integers(0, 13)),
        idle_since=draw(st.none() | _instants),
        rest_pending=draw(st.sampled_from([False, False, False, True])),
        limits=frozenset(draw(st.lists(st.sampled_from(TOPICS), max_size=2))),
        limited_queues=frozenset(draw(st.sampled_from([(), (), (), (1,), (2, 3)]))),
        wrap_up_until=draw(st.sampled_from([None, None, None, NOW - minutes(1), NOW, NOW + minutes(1)])),
    )


SOFT = ("skills", "load", "shift", "closed", "heavy_this_shift", "heavy_in_7_days", "idle_since")
"""What differs between people who may all take the same contact."""


@st.composite
def able_agents(draw: st.DrawFn, number: int) -> AgentOnFloor:
    """An agent who can take most contacts: any in what costs, and in at most one thing that may keep some away."""
    anybody = draw(agents(number))
    hard = (
        "state",
        "held",
        "light_only_until",
        "last_tier",
        "rest_pending",
        "limits",
        "limited_queues",
        "wrap_up_until",
    )
    values = {name: getattr(anybody, name) for name in (*SOFT, draw(st.sampled_from(["name", *hard])))}
    values["skills"] = {queue: values["skills"].get(queue, 2) for queue in (1, 2, 3)}
    values["heavy_this_shift"] = draw(st.integers(0, 4))
    values["heavy_in_7_days"] = draw(st.integers(0, 12))
    # At work now: spans lie before and after.
    values["closed"] = tuple(span for span in values["closed"] if not span.starts_at <= NOW < span.ends_at)
    return agent(number, channels=frozenset(Channel), **values)


@st.composite
def contacts(draw: st.DrawFn, number: int, dangerous: bool = False) -> WaitingContact:
    """Any waiting contact; some with a life at risk where `dangerous`."""
    score = draw(st.integers(0, 100))
    return contact(
        f"c{number}",
        score,
        queue_id=draw(st.sampled_from([1, 1, 2, 3, 9])),
        channel=draw(st.sampled_from([Channel.VOICE, Channel.VOICE, Channel.CHAT])),
        priority=draw(st.integers(1, 9)),
        arrived_at=NOW - timedelta(seconds=draw(st.integers(-5, 600))),
        owner_id=draw(st.none() | st.integers(1, 5)),
        declined_by=frozenset(draw(st.lists(st.integers(1, 5), max_size=2))),
        topics=frozenset(draw(st.lists(st.sampled_from([ArrivalState.CALM, *TOPICS]), max_size=3))),
        handle_seconds=draw(st.sampled_from([0.0, 60.0, 600.0])),
        life_at_risk=dangerous and draw(st.sampled_from([False, False, True])),
    )


@st.composite
def busy_hours(draw: st.DrawFn, dangerous: bool = False) -> tuple[list[AgentOnFloor], list[WaitingContact]]:
    """A floor on which most may take most: two to five agents, one to four contacts."""
    people = [draw(able_agents(number)) for number in range(1, draw(st.integers(2, 5)) + 1)]
    waiting = [
        replace(draw(contacts(number, dangerous)), queue_id=draw(st.integers(1, 3)), declined_by=frozenset())
        for number in range(draw(st.integers(1, 4)))
    ]
    return people, waiting


@st.composite
def situations(draw: st.DrawFn, dangerous: bool = False) -> tuple[list[AgentOnFloor], list[WaitingContact]]:
    """A floor of up to five agents and up to four contacts; lives at risk among them where `dangerous`."""
    people = [draw(agents(number)) for number in range(1, draw(st.integers(0, 5)) + 1)]
    waiting = [draw(contacts(number, dangerous)) for number in range(draw(st.integers(0, 4)))]
    return people, waiting
