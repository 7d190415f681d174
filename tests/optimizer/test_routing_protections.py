"""What protects people in a decision: their limits, limits by priority, life at risk, weeks, breaks, look-ahead."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from optimizer.routing.decide import Decision, Yielded, decide
from optimizer.routing.floor import AgentOnFloor, ClosedSpan, DayAt, Floor, HeldContact, WaitingContact
from optimizer.routing.pairings import pairings_of
from roster.contacts import ArrivalState, Stake, Tier
from roster.load.pools import Load
from roster.people import Channel
from roster.policy import Policy
from roster.protections import TOPICS, Topic
from roster.rest import AgentState
from tests.optimizer.routing_floors import NOW, POLICY, QUEUES, agent, contact, held, minutes, shift_from

HEAVY, SEVERE = 60, 80
CHAT = frozenset({Channel.CHAT})
DANGER = {"score": SEVERE, "life_at_risk": True}


def with_routing(**values: Any) -> Policy:
    """The default policy with some of its routing changed."""
    return POLICY.model_copy(update={"routing": POLICY.routing.model_copy(update=values)})


def one(people: list[AgentOnFloor], waiting: WaitingContact, policy: Policy = POLICY) -> Decision:
    """The decision for one contact."""
    (found,) = decide(Floor.of(people, QUEUES), [waiting], NOW, policy)
    return found


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_that_an_agent_excludes_goes_to_others(topic: Topic) -> None:
    limited = agent(1, limits=frozenset({topic}), skills={1: 3})
    waiting = contact(topics=frozenset({topic, Stake.MONEY, ArrivalState.CALM}))
    assert one([limited, agent(2)], waiting).agent_id == 2
    assert one([limited, agent(2)], contact(topics=frozenset({ArrivalState.CALM}))).agent_id == 1
    days = replace(waiting, arrived_at=NOW - timedelta(days=1))
    found = one([limited], days)
    assert found.agent_id is None, "it never yields to a long wait"
    assert found.sentence == "It waits: of 1 available people with this skill, 1 not available for this contact."


def test_a_queue_that_an_agent_excludes_goes_to_others() -> None:
    limited = agent(1, limited_queues=frozenset({1}), skills={1: 3, 2: 3})
    assert one([limited, agent(2)], contact(queue_id=1)).agent_id == 2
    assert one([limited, agent(2)], contact(queue_id=2)).agent_id == 1
    found = one([limited], contact(queue_id=1, arrived_at=NOW - timedelta(days=1)))
    assert found.sentence == "It waits: of 1 available people with this skill, 1 not available for this contact."


def test_limits_light_only_caps_and_severe_after_severe_are_told_alike() -> None:
    waiting = contact(score=SEVERE, topics=frozenset({Stake.MONEY}))
    protected: list[dict[str, Any]] = [
        {"limits": frozenset({Stake.MONEY})},
        {"light_only_until": NOW + minutes(5)},
        {"heavy_this_shift": 4},
        {"last_tier": Tier.SEVERE},
    ]
    assert len({one([agent(1, **values)], waiting).sentence for values in protected}) == 1


def test_protections_yield_after_the_limit_of_the_contacts_priority() -> None:
    light = agent(1, light_only_until=NOW + minutes(5))
    for priority, limit in ((1, 60), (2, 90), (3, 120), (4, 180), (5, 240), (9, 240)):
        early = contact(score=HEAVY, priority=priority, arrived_at=NOW - timedelta(seconds=limit - 1))
        assert one([light], early).agent_id is None
        assert one([light], replace(early, arrived_at=NOW - timedelta(seconds=limit))).agent_id == 1


def test_the_order_in_which_protections_yield_is_the_policys() -> None:
    light = agent(1, light_only_until=NOW + minutes(5))
    capped = agent(2, heavy_this_shift=4)
    late = contact(score=HEAVY, arrived_at=NOW - timedelta(minutes=10))
    assert one([light, capped], late).agent_id == 1
    assert one([light, capped], late, with_routing(yield_order=("heavy_caps", "light_only"))).agent_id == 2
    assert one([light, capped], late, with_routing(yield_order=())).agent_id is None


@pytest.mark.parametrize(
    ("protected", "yielded"),
    [
        ({"light_only_until": NOW + minutes(7.5)}, Yielded("light-only", 8)),
        ({"heavy_this_shift": 4}, Yielded("heavy-contact cap", 5)),
        ({"heavy_in_7_days": 12}, Yielded("heavy-contact cap", 5)),
        ({"closed": (ClosedSpan(NOW - minutes(1), NOW + minutes(9), DayAt.RESTING, True),)}, Yielded("rest", 9)),
        ({"wrap_up_until": NOW + minutes(1)}, Yielded("rest", 1)),
        ({"limits": frozenset({Stake.MONEY})}, Yielded("not available for this contact", 15)),
        ({"limited_queues": frozenset({1})}, Yielded("not available for this contact", 15)),
    ],
)
def test_life_at_risk_passes_at_once_and_what_it_cost_is_owed(protected: dict[str, Any], yielded: Yielded) -> None:
    waiting = contact(**DANGER, topics=frozenset({Stake.MONEY}))
    found = one([agent(1, **protected)], waiting)
    assert (found.agent_id, found.yielded) == (1, (yielded,))
    assert found.sentence.endswith("A life is at risk.")
    assert "limit" not in found.sentence
    assert one([agent(1, **protected)], replace(waiting, life_at_risk=False)).agent_id is None
    assert one([agent(1, **protected)], waiting, with_routing(life_at_risk_passes=())).agent_id is None
    assert one([agent(1, **protected), agent(2, load=Load(500, 500, NOW))], waiting).agent_id == 2


def test_life_at_risk_reaches_somebody_whose_break_is_next_and_nothing_is_owed_for_it() -> None:
    before = ClosedSpan(NOW - minutes(20), NOW + minutes(25), DayAt.BEFORE_BREAK)
    person = agent(1, closed=(ClosedSpan(NOW + minutes(10), NOW + minutes(25), DayAt.RESTING), before))
    found = one([person], contact(**DANGER))
    assert (found.agent_id, found.yielded) == (1, ())
    assert one([person], contact(priority=1, arrived_at=NOW - timedelta(hours=1))).agent_id is None
    # In the break itself it is the break that gives way.
    begun = replace(person, closed=(before, ClosedSpan(NOW - minutes(5), NOW + minutes(25), DayAt.RESTING)))
    assert one([begun], contact(**DANGER)).yielded == (Yielded("rest", 25),)


@pytest.mark.parametrize(
    "values",
    [
        {"last_tier": Tier.SEVERE},
        {"state": "away"},
        {"skills": {2: 3}},
        {"held": (held("h"),)},
        {"closed": (ClosedSpan(NOW - minutes(1), NOW + minutes(9)),)},
        shift_from(10, 100),
    ],
)
def test_life_at_risk_does_not_pass_what_is_no_protection_or_severe_after_severe(values: dict[str, Any]) -> None:
    assert one([agent(1, **values)], contact(**DANGER)).agent_id is None


def test_life_at_risk_reaches_somebody_whose_rest_only_waits_for_another_chat() -> None:
    busy = agent(1, channels=CHAT, held=(held("h", 5, Channel.CHAT),), rest_pending=True)
    assert one([busy], contact(channel=Channel.CHAT)).agent_id is None
    assert one([busy], contact(channel=Channel.CHAT, **DANGER)).agent_id == 1


def test_life_at_risk_is_decided_before_everything_else() -> None:
    late = contact("late", priority=1, arrived_at=NOW - timedelta(hours=1))
    urgent = contact("urgent", priority=9, **DANGER)
    found = decide(Floor.of([agent(1)], QUEUES), [late, urgent], NOW, POLICY)
    assert [decision.agent_id for decision in found] == [None, 1]


def test_nobody_gets_something_else_beside_a_life_at_risk() -> None:
    urgent, other = contact("a", **DANGER), contact("b")
    found = decide(Floor.of([agent(1)], QUEUES), [urgent, other], NOW, POLICY)
    assert [decision.agent_id for decision in found] == [1, None]


@pytest.mark.parametrize(
    ("worse", "waiting"),
    [
        # An equal number this shift, more of them this week.
        (agent(1, heavy_in_7_days=6), contact(score=HEAVY)),
        # Two hours at work without a break; the other had one a moment ago.
        (agent(1, **shift_from(-120, 60)), contact(score=40)),
        (agent(1, closed=(ClosedSpan(NOW + minutes(4), NOW + minutes(9)),)), contact(handle_seconds=600)),
    ],
)
def test_soft_costs_of_weeks_breaks_and_long_contacts(worse: AgentOnFloor, waiting: WaitingContact) -> None:
    rested = replace(worse, id=2, name="Agent 2", heavy_in_7_days=0)
    if rested.shift is not None:
        span = ClosedSpan(NOW - minutes(20), NOW - minutes(5), DayAt.RESTING)
        rested = replace(rested, closed=(*rested.closed, span))
    elif rested.closed:
        rested = replace(rested, closed=())
    assert one([worse, rested], waiting).agent_id == 2


def test_a_short_contact_still_fits_before_a_break_and_a_long_one_does_not() -> None:
    soon = agent(1, skills={1: 3}, closed=(ClosedSpan(NOW + minutes(10), NOW + minutes(25)),))
    later = agent(2)
    assert one([soon, later], contact(handle_seconds=60)).agent_id == 1
    assert one([soon, later], contact(handle_seconds=1200)).agent_id == 2


def test_the_owner_has_no_advantage_once_their_load_is_past_its_budget() -> None:
    policy = with_routing(acute_weight=0.0, carried_weight=0.0)
    budget = POLICY.load.acute_budget
    within, beyond = agent(2, load=Load(budget, 0, NOW)), agent(2, load=Load(budget + 1, 0, NOW))
    waiting = contact(score=40, owner_id=2)
    assert one([agent(1), within], waiting, policy).agent_id == 2
    assert one([agent(1), beyond], waiting, policy).agent_id == 1
    found = one([within], waiting, policy)
    assert {factor.name: factor.private for factor in found.factors}["knows this contact"]
    assert "knows this contact from before" in found.sentence


def test_nothing_comes_until_wrap_up_is_over_in_any_queue() -> None:
    wrapping = agent(1, skills=dict.fromkeys(range(1, 7), 2), wrap_up_until=NOW + timedelta(seconds=1))
    floor = Floor.of([wrapping], range(1, 7))
    waiting = [contact(f"c{queue}", queue_id=queue) for queue in range(1, 7)]
    assert all(decision.agent_id is None for decision in decide(floor, waiting, NOW, POLICY))
    found = decide(floor, waiting, NOW + timedelta(seconds=1), POLICY)
    assert sum(decision.agent_id == 1 for decision in found) == 1


AHEAD = with_routing(look_ahead_seconds=90, look_ahead_margin=5.0, heavy_share_weight=20.0)
TIRED = agent(1, load=Load(90, 300, NOW), heavy_this_shift=3)


def busy(number: int, seconds: float, **values: Any) -> AgentOnFloor:
    """Somebody fresh on a routine contact of a queue whose contacts take so long."""
    return agent(number, held=(HeldContact("h", Channel.VOICE, 5, Tier.ROUTINE, seconds),), idle_since=None, **values)


def test_a_heavy_contact_waits_a_moment_for_somebody_fresher_who_is_likely_to_be_free_soon() -> None:
    waiting = contact(score=HEAVY, target_wait_seconds=120)
    people = [TIRED, busy(2, 60), busy(3, 60)]
    assert one(people, waiting, with_routing(look_ahead_seconds=0)).agent_id == 1, "switched off"
    found = one(people, waiting, AHEAD)
    assert found.agent_id is None
    assert found.look_ahead is not None
    assert found.look_ahead.until == NOW + timedelta(seconds=90)
    assert found.look_ahead.saving > AHEAD.routing.look_ahead_margin
    assert found.sentence.startswith("It waits a moment, at most 90 s: by what calls usually take, somebody")


@pytest.mark.parametrize(
    ("people", "changes"),
    [
        # Not likely to be free in time.
        ([TIRED, busy(2, 3600)], {}),
        # No fresher than who is free.
        ([agent(1), busy(2, 60), busy(3, 60)], {}),
        # They hold something heavy: rest comes first.
        ([TIRED, agent(2, held=(HeldContact("h", Channel.VOICE, HEAVY, Tier.HEAVY, 60.0),))], {}),
        # They may not have it.
        ([TIRED, busy(2, 60, skills={2: 3}), busy(3, 60, limits=frozenset({Stake.MONEY}))], {}),
        # Nothing is known of how long theirs takes.
        ([TIRED, busy(2, 0)], {}),
        # It is not heavy, or has waited its moment, or may not wait so long at all.
        ([TIRED, busy(2, 60), busy(3, 60)], {"score": 40, "tier": Tier.DEMANDING}),
        ([TIRED, busy(2, 60), busy(3, 60)], {"arrived_at": NOW - timedelta(seconds=90)}),
        ([TIRED, busy(2, 60), busy(3, 60)], {"target_wait_seconds": 5}),
        ([TIRED, busy(2, 60), busy(3, 60)], {"life_at_risk": True}),
    ],
)
def test_it_does_not_wait_where_that_is_not_expected_to_pay(
    people: list[AgentOnFloor], changes: dict[str, Any]
) -> None:
    waiting = replace(contact(score=HEAVY, target_wait_seconds=120, topics=frozenset({Stake.MONEY})), **changes)
    assert one(people, waiting, AHEAD).agent_id == 1


def test_who_comes_back_from_a_break_in_time_is_waited_for() -> None:
    back = agent(2, closed=(ClosedSpan(NOW - minutes(14), NOW + minutes(1), DayAt.RESTING),))
    waiting = contact(score=HEAVY, target_wait_seconds=120)
    assert one([TIRED, back], waiting, AHEAD).agent_id is None
    late = agent(2, closed=(ClosedSpan(NOW - minutes(14), NOW + minutes(2), DayAt.RESTING),))
    assert one([TIRED, late], waiting, AHEAD).agent_id == 1
    light = replace(back, light_only_until=NOW + minutes(16))
    assert one([TIRED, light], waiting, AHEAD).agent_id == 1


def test_who_is_waited_for_is_not_promised_to_two_and_others_take_who_is_free() -> None:
    waiting = [
        contact("a", HEAVY, target_wait_seconds=120),
        contact("b", 5, target_wait_seconds=120, arrived_at=NOW + timedelta(seconds=1)),
    ]
    found = decide(Floor.of([TIRED, busy(2, 60), busy(3, 60)], QUEUES), waiting, NOW, AHEAD)
    assert [decision.agent_id for decision in found] == [None, 1]
    assert found[0].look_ahead is not None
    assert found[1].look_ahead is None
    twice = [replace(waiting[0], id=name) for name in ("a", "b", "c", "d")]
    held_back = decide(Floor.of([TIRED, busy(2, 100), busy(3, 100)], QUEUES), twice, NOW, AHEAD)
    savings = [decision.look_ahead.saving for decision in held_back if decision.look_ahead is not None]
    assert savings == sorted(savings, reverse=True)
    assert len(savings) == 2, "no more wait than there are fresher people"
    assert sum(decision.agent_id == 1 for decision in held_back) == 1


def test_who_is_free_alone_takes_the_heavy_contact_or_leaves_it_by_what_the_whole_floor_has_had() -> None:
    waiting = [contact("heavy", score=HEAVY), contact("light", score=5)]
    others = [busy(2, 60, heavy_this_shift=1), busy(3, 60, heavy_this_shift=2)]

    def taken_by(heavy_so_far: int, *colleagues: AgentOnFloor) -> list[str]:
        floor = Floor.of([agent(1, heavy_this_shift=heavy_so_far), *colleagues], QUEUES)
        decided = decide(floor, waiting, NOW, with_routing(look_ahead_seconds=0, acute_weight=0, carried_weight=0))
        return [decision.contact_id for decision in decided if decision.agent_id == 1]

    assert taken_by(0, *others) == ["heavy"]
    assert taken_by(3, *others) == ["light"]
    # Who works another queue, or has not begun, says nothing about it.
    elsewhere = agent(4, skills={2: 2}, heavy_this_shift=20)
    tomorrow = agent(5, state=AgentState.OFFLINE, heavy_this_shift=20, shift=(NOW + minutes(600), NOW + minutes(900)))
    assert taken_by(3, *others, elsewhere, tomorrow) == ["light"]


def test_what_waited_too_long_finds_who_is_left_when_others_took_theirs() -> None:
    light_only = agent(2, light_only_until=NOW + minutes(5))
    late = [
        contact(name, 40, tier=Tier.DEMANDING, arrived_at=NOW - timedelta(seconds=300 + number))
        for number, name in enumerate(("a", "b", "c"))
    ]
    found = decide(Floor.of([agent(1), light_only], QUEUES), late, NOW, POLICY)
    assert sorted(decision.agent_id or 0 for decision in found) == [0, 1, 2]
    assert [[each.protection for each in one.yielded] for one in found if one.agent_id == 2] == [["light-only"]]


def test_pairings_are_what_a_decision_would_weigh() -> None:
    people = [agent(1), agent(2, skills={1: 1}), agent(3, skills={1: 3}), agent(4, light_only_until=NOW + minutes(1))]
    waiting = contact(score=HEAVY)
    found = pairings_of(Floor.of(people, QUEUES), waiting, NOW, POLICY)
    assert [pairing.agent_id for pairing in found] == [3, 1, 2]
    decided = one(people, waiting)
    assert (decided.agent_id, decided.cost) == (found[0].agent_id, found[0].cost)
    assert decided.next_best == found[1:]
