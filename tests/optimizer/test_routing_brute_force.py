"""Decisions against brute force on tiny floors: who may, what it costs and the best matching, each by another way.

The oracle reads the values, never the columns: rules as sentences, load by `roster.load.pools`, all matchings tried.
"""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from itertools import product
from math import exp, inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.routing.decide import decide
from optimizer.routing.floor import AgentOnFloor, DayAt, Floor, WaitingContact
from optimizer.routing.pairings import pairings_of
from roster.contacts import HEAVY_TIERS, Tier
from roster.load.pools import decayed
from roster.people import Channel
from roster.protections import Protection
from roster.rest import AgentState
from tests.optimizer.routing_floors import NOW, POLICY, agent, busy_hours, contact, minutes, situations

QUEUES = (1, 2, 3)
EVERYTHING = frozenset(Protection)
NOTHING: frozenset[Protection] = frozenset()
ROUTING, LOAD = POLICY.routing, POLICY.load
Situation = tuple[list[AgentOnFloor], list[WaitingContact]]


def may(person: AgentOnFloor, waiting: WaitingContact, passed: frozenset[Protection] = NOTHING) -> bool:
    """Whether the rules let `person` have `waiting`, where the protections in `passed` yield."""
    if waiting.queue_id not in person.skills or waiting.queue_id not in QUEUES:
        return False
    if waiting.channel not in person.channels or person.state is not AgentState.AVAILABLE:
        return False
    if person.held:
        same = all(each.channel is waiting.channel for each in person.held)
        if not same or len(person.held) >= ROUTING.concurrency[waiting.channel]:
            return False
    if person.id in waiting.declined_by:
        return False
    severe = person.last_tier is Tier.SEVERE or any(each.tier is Tier.SEVERE for each in person.held)
    if severe and waiting.tier is Tier.SEVERE:
        return False
    spans = [span for span in person.closed if span.starts_at <= NOW < span.ends_at]
    if any(span.kind is DayAt.CLOSED for span in spans):
        return False
    wrapping = person.wrap_up_until is not None and person.wrap_up_until > NOW
    if Protection.REST not in passed and (spans or wrapping or person.rest_pending):
        return False
    limited = waiting.queue_id in person.limited_queues or bool(waiting.topics & person.limits)
    if Protection.PRIVATE_LIMIT not in passed and limited:
        return False
    light = person.light_only_until is not None and person.light_only_until > NOW
    if Protection.LIGHT_ONLY not in passed and light and waiting.score >= ROUTING.light_score_below:
        return False
    heavy = sum(each.tier in HEAVY_TIERS for each in person.held)
    capped = (
        person.heavy_this_shift + heavy >= LOAD.max_heavy_per_shift
        or person.heavy_in_7_days + heavy >= LOAD.max_heavy_per_7_days
    )
    return Protection.HEAVY_CAPS in passed or not capped or waiting.tier not in HEAVY_TIERS


def share_left(person: AgentOnFloor) -> float | None:
    """How much of the planned shift is to come."""
    if person.shift is None:
        return None
    begins, ends = person.shift
    return min(max((ends - NOW) / (ends - begins), 0.0), 1.0)


def outlooks(people: list[AgentOnFloor]) -> dict[int, float]:
    """Heavy contacts by the end of the shift: so far, and as many more as the floor's rate says (no plan: 1)."""
    so_far = {
        person.id: person.heavy_this_shift + sum(each.tier in HEAVY_TIERS for each in person.held) for person in people
    }
    left = {person.id: share_left(person) for person in people}
    planned = [share for share in left.values() if share is not None]
    if not planned:
        return {number: count + 1.0 for number, count in so_far.items()}
    heavy = sum(so_far[number] for number, share in left.items() if share is not None)
    rate = (1 + heavy) / (1 + sum(1 - share for share in planned))
    mean = sum(planned) / len(planned)
    return {number: so_far[number] + rate * (mean if share is None else share) for number, share in left.items()}


def works_today(person: AgentOnFloor, queue_id: int) -> bool:
    """Whether `person` counts where a queue's heavy contacts are shared: here, or their shift has begun."""
    begun = person.shift is not None and person.shift[0] <= NOW
    return (
        queue_id in person.skills
        and queue_id not in person.limited_queues
        and (person.state is AgentState.AVAILABLE or begun)
    )


def cost(person: AgentOnFloor, waiting: WaitingContact, able: list[AgentOnFloor], people: list[AgentOnFloor]) -> float:
    """What the pairing costs, points, among those `able` to take it, where `people` are on the floor."""
    outlook = outlooks(people)
    sharing = [outlook[one.id] for one in people if works_today(one, waiting.queue_id)]
    mean = sum(sharing) / len(sharing) if sharing else 0.0
    so_far = person.heavy_this_shift + sum(each.tier in HEAVY_TIERS for each in person.held)
    rested = sum(
        max(0.0, (min(span.ends_at, NOW) - max(span.starts_at, person.load.at)).total_seconds()) / 60
        for span in person.closed
        if span.is_rest
    )
    load = decayed(person.load, NOW, resting_minutes=rested, policy=LOAD)
    held = max(0.0, sum(each.score for each in person.held) - LOAD.free_points * len(person.held))
    acute, carried = load.acute + held, load.carried + held
    points = max(0, waiting.score - LOAD.free_points)
    total = ROUTING.acute_weight * ((acute + points) ** 2 - acute**2) / LOAD.acute_budget
    total += ROUTING.carried_weight * ((carried + points) ** 2 - carried**2) / LOAD.carried_budget

    def week(one: AgentOnFloor) -> int:
        return one.heavy_in_7_days + sum(each.tier in HEAVY_TIERS for each in one.held)

    if waiting.tier in HEAVY_TIERS:
        beyond = max(0.0, so_far + 1 - mean)
        total += ROUTING.heavy_share_weight * (outlook[person.id] - mean + beyond**2)
        total += ROUTING.heavy_week_weight * (week(person) - min(week(one) for one in able))
    elif waiting.score < ROUTING.light_score_below:
        total += ROUTING.heavy_share_weight * (mean - outlook[person.id])
    total += ROUTING.proficiency_weight * (3 - person.skills[waiting.queue_id])
    if person.idle_since is not None and not person.held:
        total -= ROUTING.idle_weight * min(max((NOW - person.idle_since).total_seconds(), 0.0), 3600.0)
    breaks = [span.ends_at for span in person.closed if span.is_rest and span.ends_at <= NOW]
    if person.shift is not None:
        breaks.append(person.shift[0])
    if breaks:
        hours = min((NOW - max(breaks)).total_seconds() / 3600, 4.0)
        total += ROUTING.since_break_weight * hours * waiting.score / 100
    if waiting.owner_id == person.id and acute <= LOAD.acute_budget and carried <= LOAD.carried_budget:
        total -= ROUTING.continuity_bonus
    ahead = [(span.starts_at - NOW).total_seconds() for span in person.closed if span.starts_at > NOW]
    handle = waiting.handle_seconds or ROUTING.expected_handle_seconds
    overrun = handle * exp(-min(ahead, default=inf) / handle)
    return total + ROUTING.before_break_weight * min(overrun / (60 * ROUTING.before_break_minutes), 1.0)


def urgency(waiting: WaitingContact) -> float:
    """What leaving it to wait costs, points."""
    waited = max(0.0, (NOW - waiting.arrived_at).total_seconds())
    return ROUTING.wait_weight * (10 - waiting.priority) * (1 + waited / waiting.target_wait_seconds) ** 2


@settings(derandomize=True, deadline=None, max_examples=400)
@given(situations(dangerous=True) | busy_hours(dangerous=True))
def test_who_may_take_a_contact_is_who_the_rules_let(situation: Situation) -> None:
    people, waiting = situation
    floor = Floor.of(people, QUEUES)
    for each in waiting:
        able = [person for person in people if may(person, each)]
        expected = {person.id: cost(person, each, able, people) for person in able}
        found = {pairing.agent_id: pairing.cost for pairing in pairings_of(floor, each, NOW, POLICY)}
        assert found == pytest.approx(expected, abs=0.006)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=300)
@given(busy_hours())
def test_one_round_is_as_good_as_the_best_of_all_matchings(situation: Situation) -> None:
    people, waiting = situation
    # Voice alone, and nothing has waited too long: one round, in which nothing yields.
    people = [replace(person, held=()) for person in people]
    waiting = [
        replace(each, channel=Channel.VOICE, arrived_at=max(each.arrived_at, NOW - timedelta(seconds=59)))
        for each in waiting
    ]
    able = {each.id: [person for person in people if may(person, each)] for each in waiting}
    price = {
        (each.id, person.id): round(cost(person, each, able[each.id], people), 2)
        for each in waiting
        for person in able[each.id]
    }

    def judged(choice: dict[str, int | None]) -> tuple[int, float]:
        paired = sum(price[name, agent_id] for name, agent_id in choice.items() if agent_id is not None)
        left = [each for each in waiting if choice[each.id] is None]
        return len(left), paired + sum(urgency(each) for each in left)

    options: list[list[int | None]] = [[None, *(person.id for person in able[each.id])] for each in waiting]
    best = (len(waiting) + 1, inf)
    for tried in product(*options):
        given_to = [agent_id for agent_id in tried if agent_id is not None]
        if len(given_to) == len(set(given_to)):
            best = min(best, judged({each.id: agent_id for each, agent_id in zip(waiting, tried, strict=True)}))
    found = {
        decision.contact_id: decision.agent_id for decision in decide(Floor.of(people, QUEUES), waiting, NOW, POLICY)
    }
    given_to = [agent_id for agent_id in found.values() if agent_id is not None]
    assert len(given_to) == len(set(given_to))
    assert judged(found)[0] == best[0]
    assert judged(found)[1] == pytest.approx(best[1], abs=0.02 * (len(waiting) + 1))


@settings(derandomize=True, deadline=None, max_examples=300)
@given(situations(dangerous=True) | busy_hours(dangerous=True), st.sampled_from([0, 120]))
def test_what_is_given_is_allowed_and_names_what_yielded(situation: Situation, look_ahead: int) -> None:
    people, waiting = situation
    # One contact each: what somebody is given in the same decision would count for the next.
    waiting = waiting[:1]
    policy = POLICY.model_copy(update={"routing": ROUTING.model_copy(update={"look_ahead_seconds": look_ahead})})
    by_id = {person.id: person for person in people}
    for each, decision in zip(waiting, decide(Floor.of(people, QUEUES), waiting, NOW, policy), strict=True):
        late = (NOW - each.arrived_at).total_seconds() >= ROUTING.max_wait(each.priority)
        order = ROUTING.life_at_risk_passes if each.life_at_risk else ROUTING.yield_order if late else ()
        steps = [frozenset(order[:count]) for count in range(len(order) + 1)]
        needed = next((step for step in steps if any(may(person, each, step) for person in people)), None)
        if decision.look_ahead is not None:
            assert needed == NOTHING
            assert each.tier in HEAVY_TIERS
            assert not each.life_at_risk
            assert decision.agent_id is None
        elif needed is None:
            assert decision.agent_id is None
        else:
            assert decision.agent_id is not None
            assert may(by_id[decision.agent_id], each, needed)
            if not needed:
                assert decision.yielded == ()


@settings(derandomize=True, deadline=None, max_examples=300)
@given(situations(dangerous=True) | busy_hours(dangerous=True), st.sampled_from([0, 120]))
def test_a_contact_alone_is_decided_as_one_of_many(situation: Situation, look_ahead: int) -> None:
    people, waiting = situation
    policy = POLICY.model_copy(update={"routing": ROUTING.model_copy(update={"look_ahead_seconds": look_ahead})})
    floor = Floor.of(people, QUEUES)
    for each in waiting:
        (alone,) = decide(floor, [each], NOW, policy)
        # Others that nobody can take make it a batch, and change nothing.
        others = [replace(each, id=f"other {number}", queue_id=99) for number in range(2)]
        among = decide(floor, [others[0], each, others[1]], NOW, policy)[1]
        assert among == alone
        assert (among.sentence, among.factors, among.next_best) == (alone.sentence, alone.factors, alone.next_best)


def test_after_warming_up_nothing_is_left_to_compile() -> None:
    """In a process of its own: in this one everything is compiled long since."""
    script = (
        "from optimizer.routing.decide import warm_up; warm_up();"
        "from optimizer.routing.pricing import choose, price, explain;"
        "from optimizer.routing.look_ahead import worth_waiting;"
        "print([len(each.signatures) for each in (choose, price, explain, worth_waiting)])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[1, 1, 1, 1]"


def test_the_oracle_sees_what_it_is_to_see() -> None:
    """Each rule of the oracle forbids something that is otherwise allowed: without it, agreement would prove little."""
    assert may(agent(1), contact())
    assert not may(agent(1, wrap_up_until=NOW + minutes(1)), contact())
    assert may(agent(1, wrap_up_until=NOW + minutes(1)), contact(), EVERYTHING)
    assert not may(agent(1, last_tier=Tier.SEVERE), contact(score=80), EVERYTHING)
