"""The routing decision: each hard filter, each soft cost, relief after a long wait, and what holds of any floor."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.routing.candidates import ACUTE_NOW, BACK_AT, CARRIED_NOW, FREE, OUTLOOK, candidates
from optimizer.routing.decide import Decision, Yielded, decide
from optimizer.routing.floor import AgentOnFloor, ClosedSpan, DayAt, Floor, WaitingContact
from optimizer.routing.pricing import ANY
from optimizer.routing.terms import PASS_NOTHING, terms_of
from roster.contacts import HEAVY_TIERS, Tier
from roster.load.pools import Load, decayed
from roster.people import Channel
from roster.rest import AgentState
from tests.optimizer.routing_floors import (
    NOW,
    POLICY,
    QUEUES,
    agent,
    agents,
    contact,
    held,
    minutes,
    shift_from,
    situations,
)

LONG_AGO = NOW - timedelta(seconds=POLICY.routing.max_wait_seconds)


def one(people: list[AgentOnFloor], waiting: WaitingContact) -> Decision:
    """The decision for one contact."""
    (found,) = decide(Floor.of(people, QUEUES), [waiting], NOW, POLICY)
    return found


def states_of(floor: Floor, now: datetime) -> np.ndarray:
    """What the pricing reads of everybody on `floor`."""
    return candidates(floor.columns.arrays, now.timestamp(), PASS_NOTHING, terms_of(POLICY).weights, ANY, ANY, True)


HEAVY, SEVERE = 60, 80
CHAT = frozenset({Channel.CHAT})


@pytest.mark.parametrize(
    ("person", "waiting"),
    [
        (agent(1, skills={2: 3}), contact()),
        (agent(1), contact(queue_id=99)),
        (agent(1, channels=CHAT), contact()),
        (agent(1, state=AgentState.AWAY), contact()),
        (agent(1, state=AgentState.OFFLINE), contact()),
        (agent(1, rest_pending=True), contact()),
        (agent(1, held=(held("h"),)), contact()),
        (agent(1, channels=CHAT, held=tuple(held(n, 5, Channel.CHAT) for n in "abc")), contact(channel=Channel.CHAT)),
        (agent(1, channels=frozenset(Channel), held=(held("h"),)), contact(channel=Channel.CHAT)),
        (agent(1, closed=(ClosedSpan(NOW, NOW + minutes(5), protected=True),)), contact()),
        (agent(1, closed=(ClosedSpan(NOW - minutes(5), NOW + minutes(1)),)), contact()),
        (agent(1, **shift_from(10, 100)), contact()),
        (agent(1, **shift_from(-100, 0)), contact()),
        (agent(1, light_only_until=NOW + minutes(1)), contact(score=25)),
        (agent(1, last_tier=Tier.SEVERE), contact(score=SEVERE)),
        (agent(1, channels=CHAT, held=(held("h", SEVERE, Channel.CHAT),)), contact(score=SEVERE, channel=Channel.CHAT)),
        (agent(1, heavy_this_shift=4), contact(score=HEAVY)),
        (agent(1, heavy_in_7_days=12), contact(score=HEAVY)),
        (agent(1), contact(declined_by=frozenset({1}))),
    ],
)
def test_a_hard_filter_keeps_a_contact_from_the_only_agent(person: AgentOnFloor, waiting: WaitingContact) -> None:
    found = one([person], waiting)
    assert found.agent_id is None
    assert found.sentence.startswith("It waits:")


@pytest.mark.parametrize(
    ("person", "waiting"),
    [
        (agent(1), contact()),
        (agent(1, channels=CHAT, held=(held("a", 5, Channel.CHAT),)), contact(channel=Channel.CHAT)),
        (agent(1, closed=(ClosedSpan(NOW - minutes(5), NOW),)), contact()),
        (agent(1, closed=(ClosedSpan(NOW + minutes(9), NOW + minutes(20)),)), contact()),
        (agent(1, **shift_from(0, 100)), contact()),
        (agent(1, light_only_until=NOW + minutes(1)), contact(score=24)),
        (agent(1, light_only_until=NOW), contact(score=60)),
        (agent(1, last_tier=Tier.SEVERE), contact(score=HEAVY)),
        (agent(1, last_tier=Tier.HEAVY), contact(score=SEVERE)),
        (agent(1, heavy_this_shift=4), contact(score=49)),
        (agent(1, heavy_this_shift=3, heavy_in_7_days=11), contact(score=SEVERE)),
    ],
)
def test_what_no_filter_forbids_is_given(person: AgentOnFloor, waiting: WaitingContact) -> None:
    assert one([person], waiting).agent_id == 1


@pytest.mark.parametrize(
    ("worse", "waiting"),
    [
        # Load counts by what it comes to, not by how often: 80 points an hour ago are 20 now.
        (agent(1, load=Load(80, 0, NOW - minutes(5))), contact(score=40)),
        (agent(1, load=Load(0, 300, NOW - minutes(5))), contact(score=40)),
        (agent(1, heavy_this_shift=1), contact(score=HEAVY)),
        (agent(1, skills={1: 1}), contact()),
        (agent(1, idle_since=NOW - minutes(2)), contact()),
        (agent(1, idle_since=None), contact()),
        (agent(1), contact(owner_id=2)),
        (agent(1, closed=(ClosedSpan(NOW + minutes(2), NOW + minutes(9)),)), contact()),
    ],
)
def test_a_soft_cost_sends_it_to_the_other(worse: AgentOnFloor, waiting: WaitingContact) -> None:
    assert one([worse, agent(2)], waiting).agent_id == 2
    # With everything else equal, the first would have got it.
    assert one([agent(1), agent(2)], replace(waiting, owner_id=None)).agent_id == 1


def test_light_contacts_go_to_who_had_the_heavy_ones() -> None:
    assert one([agent(1), agent(2, heavy_this_shift=2)], contact(score=5)).agent_id == 2


def test_heavy_ones_go_to_whose_shift_is_nearly_over_when_counts_are_equal() -> None:
    early = agent(1, **shift_from(-60, 420))
    late = agent(2, **shift_from(-420, 60))
    assert one([early, late], contact(score=HEAVY)).agent_id == 2


def test_expected_heavy_contacts_follow_the_floors_own_rate() -> None:
    floor = Floor.of([agent(1, heavy_this_shift=2, **shift_from(-240, 240)), agent(2, **shift_from(-120, 360))], QUEUES)
    # One heavy contact a shift to begin with, 2 so far in .5 + .25 shifts.
    rate = (1 + 2) / (1 + 0.5 + 0.25)
    found = states_of(floor, NOW)[:, OUTLOOK]
    assert found.tolist() == pytest.approx([2 + rate * 0.5, rate * 0.75])


def test_an_owner_whose_load_is_high_is_spared_in_spite_of_continuity() -> None:
    owner = agent(1, load=Load(150, 300, NOW - minutes(1)))
    assert one([owner, agent(2)], contact(score=HEAVY, owner_id=1)).agent_id == 2


def test_two_contacts_are_matched_together_not_one_by_one() -> None:
    # One by one, the first contact would take the only expert that the second can have.
    both = agent(1, skills={1: 3, 2: 3})
    other = agent(2, skills={1: 1})
    first, second = contact("first", queue_id=1), contact("second", queue_id=2, priority=6)
    found = decide(Floor.of([both, other], QUEUES), [first, second], NOW, POLICY)
    assert [decision.agent_id for decision in found] == [2, 1]


def test_who_has_waited_longer_against_the_target_is_served_first() -> None:
    patient = contact("patient", arrived_at=NOW - timedelta(seconds=40), target_wait_seconds=120)
    pressing = contact("pressing", arrived_at=NOW - timedelta(seconds=30), target_wait_seconds=20)
    found = decide(Floor.of([agent(1)], QUEUES), [patient, pressing], NOW, POLICY)
    assert [decision.agent_id for decision in found] == [None, 1]


def test_priority_counts_among_those_who_came_together() -> None:
    found = decide(Floor.of([agent(1)], QUEUES), [contact("a", priority=7), contact("b", priority=2)], NOW, POLICY)
    assert [decision.agent_id for decision in found] == [None, 1]


def test_chats_fill_up_to_the_limit_within_one_decision() -> None:
    chats = [contact(f"c{number}", channel=Channel.CHAT) for number in range(5)]
    found = decide(Floor.of([agent(1, channels=CHAT)], QUEUES), chats, NOW, POLICY)
    assert [decision.agent_id for decision in found].count(1) == 3


def test_two_severe_chats_never_go_to_one_person_within_one_decision() -> None:
    chats = [contact(f"c{number}", SEVERE, channel=Channel.CHAT, arrived_at=LONG_AGO) for number in range(2)]
    found = decide(Floor.of([agent(1, channels=CHAT)], QUEUES), chats, NOW, POLICY)
    assert [decision.agent_id for decision in found].count(1) == 1


def test_after_a_long_wait_light_only_yields_and_costs_rest() -> None:
    person = agent(1, light_only_until=NOW + minutes(7.5))
    waiting = contact(score=HEAVY, arrived_at=LONG_AGO)
    found = one([person], waiting)
    assert (found.agent_id, found.yielded) == (1, (Yielded("light-only", 8),))
    assert "after it waited past the limit" in found.sentence
    assert one([person], replace(waiting, arrived_at=LONG_AGO + timedelta(seconds=1))).agent_id is None


def test_after_a_long_wait_caps_yield_after_light_only() -> None:
    capped = agent(1, heavy_this_shift=4)
    waiting = contact(score=HEAVY, arrived_at=LONG_AGO)
    assert one([capped], waiting).yielded == (Yielded("heavy-contact cap", POLICY.rest.heavy_minutes),)
    light = agent(2, light_only_until=NOW + minutes(3), load=Load(500, 500, NOW))
    assert one([capped, light], waiting).agent_id == 2
    assert one([capped, light, agent(3, load=Load(500, 500, NOW))], waiting).agent_id == 3


@pytest.mark.parametrize(
    "person",
    [
        agent(1, last_tier=Tier.SEVERE),
        agent(1, closed=(ClosedSpan(NOW - minutes(1), NOW + minutes(1), protected=True),)),
        agent(1, rest_pending=True),
    ],
)
def test_some_protections_never_yield(person: AgentOnFloor) -> None:
    assert one([person], contact(score=SEVERE, arrived_at=NOW - timedelta(days=1))).agent_id is None


def test_a_protection_yields_only_to_what_has_waited_too_long() -> None:
    light = agent(1, light_only_until=NOW + minutes(5))
    late, fresh = contact("late", HEAVY, arrived_at=LONG_AGO), contact("fresh", HEAVY)
    found = decide(Floor.of([light, agent(2)], QUEUES), [late, fresh], NOW, POLICY)
    assert [(decision.agent_id, decision.yielded) for decision in found] == [(2, ()), (None, ())]


def test_a_decision_says_who_why_with_numbers_and_who_else() -> None:
    people = [agent(1), agent(2, skills={1: 1}), agent(3, skills={1: 1}, idle_since=NOW), agent(4, skills={2: 3})]
    found = one(people, contact(score=HEAVY, arrived_at=NOW - timedelta(seconds=12)))
    assert found.sentence == (
        "Agent 1: able at it, free for 10 min; best of 3 who could take it now, by wait, skill and a fair share of "
        "the load. Waited 12 s of 20 s aimed for."
    )
    points = {factor.name: factor.points for factor in found.factors}
    assert points["acute load afterwards"] == pytest.approx(0.6 * (60 - 20) ** 2 / 100)
    assert points["carried load afterwards"] == pytest.approx(0.15 * (60 - 20) ** 2 / 400)
    assert points["proficiency"] == 6.0
    assert points["idle time"] == -0.02 * 600
    assert points["cost of leaving it to wait"] == pytest.approx(5 * (1 + 12 / 20) ** 2)
    assert found.cost == pytest.approx(sum(points.values()) - points["cost of leaving it to wait"], abs=0.02)
    assert [other.agent_id for other in found.next_best] == [2, 3]
    assert found.cost <= found.next_best[0].cost <= found.next_best[1].cost
    private = {factor.name for factor in found.factors if factor.private}
    assert private == {"acute load afterwards", "carried load afterwards"}


def test_a_contact_that_waits_is_explained_without_a_word_about_load() -> None:
    people = [
        agent(1, held=(held("h"),)),
        agent(2, closed=(ClosedSpan(NOW, NOW + minutes(5), protected=True),)),
        agent(3, light_only_until=NOW + minutes(5)),
        agent(4, state=AgentState.AWAY),
    ]
    assert one(people, contact(score=HEAVY)).sentence == (
        "It waits: of 3 available people with this skill, 1 on contacts, 1 on a break or just before it, in protected "
        "time or outside their shift, 1 not available for this contact."
    )


def test_nobody_and_nothing_are_no_trouble() -> None:
    assert decide(Floor.of([], []), [], NOW, POLICY) == ()
    assert decide(Floor.of([agent(1)], QUEUES), [], NOW, POLICY) == ()
    assert one([], contact()).agent_id is None
    (found,) = decide(Floor.of([agent(1)], []), [contact()], NOW, POLICY)
    assert found.agent_id is None


@settings(derandomize=True, deadline=None, max_examples=150)
@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_handed_in_changes_nothing(
    situation: tuple[list[AgentOnFloor], list[WaitingContact]], random: object
) -> None:
    people, waiting = situation
    expected = {d.contact_id: d for d in decide(Floor.of(people, QUEUES), waiting, NOW, POLICY)}
    random.shuffle(people)  # type: ignore[attr-defined]
    random.shuffle(waiting)  # type: ignore[attr-defined]
    found = decide(Floor.of(people, QUEUES), waiting, NOW, POLICY)
    assert [decision.contact_id for decision in found] == [each.id for each in waiting]
    assert {decision.contact_id: decision for decision in found} == expected


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=400)
@given(situations())
def test_no_floor_whatever_makes_it_break_a_hard_rule(
    situation: tuple[list[AgentOnFloor], list[WaitingContact]],
) -> None:
    people, waiting = situation
    by_id = {person.id: person for person in people}
    given_to: dict[int, list[WaitingContact]] = {}
    for each, decision in zip(waiting, decide(Floor.of(people, (1, 2, 3)), waiting, NOW, POLICY), strict=True):
        if decision.agent_id is None:
            assert not decision.yielded
            continue
        given_to.setdefault(decision.agent_id, []).append(each)
        person = by_id[decision.agent_id]
        assert each.queue_id in person.skills
        assert each.channel in person.channels
        assert person.state is AgentState.AVAILABLE
        assert not person.rest_pending
        assert person.closed_at(NOW) is None
        assert person.id not in each.declined_by
        assert not each.topics & person.limits
        assert each.queue_id not in person.limited_queues
        assert person.wrap_up_until is None or person.wrap_up_until <= NOW
        late = (NOW - each.arrived_at).total_seconds() >= POLICY.routing.max_wait(each.priority)
        light = person.light_only_until is not None and person.light_only_until > NOW
        protections = {yielded.protection for yielded in decision.yielded}
        assert ("light-only" in protections) == (light and each.score >= POLICY.routing.light_score_below)
        assert late or not protections
    for agent_id, taken in given_to.items():
        person = by_id[agent_id]
        channels = {each.channel for each in (*person.held, *taken)}
        assert len(channels) == 1
        assert len(person.held) + len(taken) <= POLICY.routing.concurrency[channels.pop()]
        severe_before = person.last_tier is Tier.SEVERE or any(h.tier is Tier.SEVERE for h in person.held)
        assert severe_before + sum(each.tier is Tier.SEVERE for each in taken) <= 1 or not any(
            each.tier is Tier.SEVERE for each in taken
        )


@settings(derandomize=True, deadline=None, max_examples=200)
@given(situations())
def test_nothing_waits_that_somebody_free_could_take(
    situation: tuple[list[AgentOnFloor], list[WaitingContact]],
) -> None:
    people, waiting = situation
    floor = Floor.of(people, (1, 2, 3))
    found = decide(floor, waiting, NOW, POLICY)
    contacts = {each.id: each for each in waiting}
    now_held = {
        decision.contact_id: replace(
            floor.agents[decision.agent_id],
            held=(
                *floor.agents[decision.agent_id].held,
                *(
                    held(other.contact_id, contacts[other.contact_id].score, contacts[other.contact_id].channel)
                    for other in found
                    if other.agent_id == decision.agent_id
                ),
            ),
        )
        for decision in found
        if decision.agent_id is not None
    }
    after = floor.changed(now_held.values())
    left = [contacts[decision.contact_id] for decision in found if decision.agent_id is None]
    assert all(decision.agent_id is None for decision in decide(after, left, NOW, POLICY))


@settings(derandomize=True, deadline=None, max_examples=150)
@given(agents(1), st.integers(0, 600))
def test_load_as_columns_is_load_in_closed_form(person: AgentOnFloor, later: int) -> None:
    now = NOW + minutes(later)
    # Spans of a real day never overlap; those of this test may, so only one is kept. In hand there is nothing.
    person = replace(person, closed=person.closed[:1], held=(), state=AgentState.AVAILABLE, rest_pending=False)
    if any(span.kind is DayAt.CLOSED for span in person.closed):
        person = replace(person, closed=())
    ((acute, carried),) = states_of(Floor.of([person], QUEUES), now)[:, [ACUTE_NOW, CARRIED_NOW]].tolist()
    resting = person.resting_minutes(person.load.at, now)
    expected = decayed(person.load, now, resting_minutes=resting, policy=POLICY.load)
    assert acute == pytest.approx(expected.acute, rel=1e-6, abs=1e-9)
    assert carried == pytest.approx(expected.carried, rel=1e-6, abs=1e-9)


def test_who_has_their_break_next_is_back_after_it_and_no_fresher_for_the_wait() -> None:
    load = Load(100.0, 0.0, NOW - minutes(30))
    before = ClosedSpan(NOW - minutes(30), NOW + minutes(25), DayAt.BEFORE_BREAK)
    person = agent(1, load=load, closed=(ClosedSpan(NOW + minutes(10), NOW + minutes(25), DayAt.RESTING), before))
    floor = Floor.of([person], QUEUES)
    ((acute, back_at, free),) = states_of(floor, NOW)[:, [ACUTE_NOW, BACK_AT, FREE]].tolist()
    assert (acute, back_at, free) == (pytest.approx(50.0), (NOW + minutes(25)).timestamp(), 0.0)
    # Ten minutes of the break count as that many, once.
    ((acute,),) = states_of(floor, NOW + minutes(20))[:, [ACUTE_NOW]].tolist()
    assert acute == pytest.approx(100 * 2 ** -(40 / 30 + 10 / 10))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(agents(1), min_size=2, max_size=2), agents(2), agents(3))
def test_a_floor_changed_is_a_floor_made_anew(
    versions: list[AgentOnFloor], second: AgentOnFloor, newcomer: AgentOnFloor
) -> None:
    changed = Floor.of([versions[0], second], QUEUES).changed([versions[1], newcomer])
    anew = Floor.of([versions[1], second, newcomer], QUEUES)
    assert changed.agents == anew.agents
    for name, column in anew.columns.arrays._asdict().items():
        if name not in ("closed_from", "closed_to", "resting"):
            assert np.array_equal(getattr(changed.columns, name), column, equal_nan=column.dtype == np.float64), name
    assert Floor.of([second], QUEUES).changed([]).agents == {2: second}


def test_heavy_tiers_are_what_caps_count() -> None:
    assert {Tier.HEAVY, Tier.SEVERE} == HEAVY_TIERS
