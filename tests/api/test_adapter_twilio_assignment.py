"""The assignment callback: who is accepted, how, and who is not; asked again, the same."""

from typing import Any

import pytest

from api.context import Context
from api.services.floor.commands import ContactIn, contact_view, post_contact, set_state, start, tick
from roster.contacts import Contact, ContactStatus
from tests.api.adapter_support import contacts, kinds, refused
from tests.api.twilio_support import (
    BETWEEN,
    FIRST,
    SECOND,
    TASK,
    THIRD,
    assign,
    assignment,
    call,
    happen,
    served_on,
)
from tests.conftest import SetClock

HEAVY = {
    "breather_arrival_state": "grieving",
    "breather_history": "repeat_after_failure",
    "breather_stakes": ["medication"],
}
SEVERE = {**HEAVY, "breather_resolvability": "blocked", "breather_parties": 3}


@pytest.fixture
def served(any_context: Context) -> Context:
    """Three agents, two of them available; people may be moved between contacts."""
    return served_on(any_context, protected_activity=BETWEEN)


def only(context: Context) -> Contact:
    """The only contact there is."""
    (found,) = contacts(context)
    return found


def handled(context: Context, worker: str, task: str, **attributes: Any) -> None:
    """A task from its assignment to its end."""
    assert assign(context, worker, task=task, task_attributes=attributes)["instruction"] == "accept"
    happen(context, "reservation.accepted", worker, task=task)
    happen(context, "task.completed", task=task)


def test_the_worker_whom_breather_would_choose_is_accepted(served: Context) -> None:
    assert assign(served, FIRST) == {"instruction": "accept"}
    assert (only(served).ref, only(served).status) == (f"twilio:{TASK}", ContactStatus.ACCEPTED)
    assert only(served).agent_id == 1
    assert only(served).reason["reservation"] == "WR1"


def test_the_attributes_say_how_it_arrives(served: Context) -> None:
    assign(served, FIRST, task_attributes={**SEVERE, "breather_life_at_risk": True, "name": "Erika"})
    contact = only(served)
    assert (contact.tier, contact.stakes, contact.life_at_risk) == ("severe", ["medication"], True)
    assert "Erika" not in str(contact)


def test_the_same_callback_again_gets_the_same_answer_and_counts_once(served: Context) -> None:
    answers = [assign(served, FIRST) for _ in range(3)]
    assert answers == [{"instruction": "accept"}] * 3
    assert kinds(served, only(served).id).count("contact.accepted") == 1


def test_one_who_is_nearly_as_good_as_the_best_is_accepted(served: Context) -> None:
    assert assign(served, SECOND) == {"instruction": "accept"}
    assert only(served).agent_id == 2
    assert "as good as the best of 2" in only(served).reason["sentence"]
    assert only(served).reason["factors"]


def test_one_who_would_be_much_worse_is_not_and_somebody_else_is_tried(served: Context, clock: SetClock) -> None:
    handled(served, FIRST, "WTa", **HEAVY)
    clock.forward(hours=1)
    answer = assign(served, FIRST, task="WTb", reservation="WR2", task_attributes=HEAVY)
    assert answer == {"instruction": "reject", "activity_sid": BETWEEN}
    assert assign(served, SECOND, task="WTb", reservation="WR3", task_attributes=HEAVY) == {"instruction": "accept"}


def test_how_much_worse_one_may_be_is_the_sites_to_say(any_context: Context, clock: SetClock) -> None:
    served = served_on(any_context, within_points=1000)
    handled(served, FIRST, "WTa", **HEAVY)
    clock.forward(hours=1)
    assert assign(served, FIRST, task="WTb", reservation="WR2", task_attributes=HEAVY) == {"instruction": "accept"}


def test_nobody_is_accepted_in_decompression_and_no_reason_is_given(served: Context) -> None:
    handled(served, FIRST, "WTa", **SEVERE)
    answer = assign(served, FIRST, task="WTb", reservation="WR2")
    assert answer == {"instruction": "reject", "activity_sid": BETWEEN}


def test_severe_never_follows_severe_even_where_nobody_else_is_there(served: Context, clock: SetClock) -> None:
    set_state(served, "a02", "offline", actor="test")
    handled(served, FIRST, "WTa", **SEVERE)
    clock.forward(hours=2)
    answer = assign(served, FIRST, task="WTb", reservation="WR2", task_attributes=SEVERE)
    assert answer["instruction"] == "reject"
    assert assign(served, FIRST, task="WTc", reservation="WR3")["instruction"] == "accept"


def test_who_said_they_are_away_is_not_accepted(served: Context) -> None:
    set_state(served, "a02", "away", actor="test")
    assert assign(served, SECOND)["instruction"] == "reject"
    assert only(served).agent_id == 1


def test_a_worker_offered_before_they_ever_came_to_the_floor_is_met_there(served: Context) -> None:
    assert assign(served, THIRD) == {"instruction": "accept"}
    assert only(served).agent_id == 3


def test_without_an_activity_to_move_to_a_no_leaves_the_worker_where_they_are(any_context: Context) -> None:
    served = served_on(any_context)
    set_state(served, "a01", "away", actor="test")
    assert assign(served, FIRST) == {"instruction": "reject"}


def test_an_accepted_contact_is_not_offered_to_anybody_while_the_phone_rings(served: Context, clock: SetClock) -> None:
    assign(served, FIRST)
    clock.forward(seconds=90)
    tick(served)
    assert (only(served).status, only(served).agent_id) == (ContactStatus.ACCEPTED, 1)


def test_a_task_that_is_over_or_begun_is_not_accepted_again(served: Context) -> None:
    assign(served, FIRST)
    happen(served, "reservation.accepted", FIRST)
    assert assign(served, SECOND, reservation="WR2")["instruction"] == "reject"
    happen(served, "task.completed")
    assert assign(served, SECOND, reservation="WR3")["instruction"] == "reject"
    assert only(served).agent_id == 1


def test_dequeue_sends_the_worker_between_contacts_after_the_call(any_context: Context) -> None:
    served = served_on(any_context, instruction="dequeue", call_from="+15558675309", protected_activity=BETWEEN)
    assert assign(served, FIRST) == {
        "instruction": "dequeue",
        "from": "+15558675309",
        "post_work_activity_sid": BETWEEN,
    }


def test_call_and_redirect_name_the_call_and_what_to_run(any_context: Context) -> None:
    more = {"call_from": "+15558675309", "twiml_url": "https://clinic.example/answer"}
    served = served_on(any_context, instruction="call", **more)
    assert assign(served, FIRST) == {
        "instruction": "call",
        "from": "+15558675309",
        "to": "client:alice",
        "url": "https://clinic.example/answer",
        "accept": True,
    }


def test_redirect_names_the_tasks_own_call(any_context: Context) -> None:
    served = served_on(any_context, instruction="redirect", twiml_url="https://clinic.example/in")
    expected = {"instruction": "redirect", "call_sid": "CA1", "url": "https://clinic.example/in", "accept": True}
    assert assign(served, FIRST) == expected


def test_ids_may_come_from_the_sites_attributes_instead(served: Context) -> None:
    form = assignment(
        "WKunlisted",
        queue="WQunlisted",
        worker_attributes={"breather_agent": "a02"},
        task_attributes={"breather_queue": "billing"},
    )
    assert call(served, "assignment", form).json() == {"instruction": "accept"}
    assert (contact_view(served, only(served).id).queue, only(served).agent_id) == ("billing", 2)


def test_a_contact_that_another_agent_has_in_conversation_elsewhere_is_left_alone(served: Context) -> None:
    other = post_contact(served, ContactIn(ref="elsewhere", queue="advice"), actor="test")
    start(served, other.id, actor="test")
    assert other.agent == "a01"
    assert assign(served, FIRST)["instruction"] == "reject"
    assert contact_view(served, other.id).status is ContactStatus.ACTIVE


@pytest.mark.parametrize(
    ("changed", "quoted"),
    [
        ({"worker": "WKnobody"}, "agent 'WKnobody' is not known"),
        ({"worker": ""}, "WorkerSid=''"),
        ({"worker": "../x"}, "WorkerSid='../x'"),
        ({"task": "WT 1"}, "TaskSid='WT 1'"),
        ({"reservation": ""}, "ReservationSid=''"),
        ({"queue": "WQnope"}, "queue 'WQnope' is not known"),
        ({"task_attributes": {"breather_owner": "nobody"}}, "agent 'nobody' is not known"),
        ({"task_attributes": {"breather_arrival_state": "furious"}}, "furious"),
        ({"task_attributes": {"breather_stakes": ["gold"]}}, "breather_stakes"),
        ({"task_attributes": {"breather_parties": "many"}}, "breather_parties"),
        ({"task_attributes": {"breather_life_at_risk": [1]}}, "breather_life_at_risk"),
        ({"task_attributes": ["a"]}, "TaskAttributes is a JSON list"),
        ({"worker": "WKunlisted", "worker_attributes": {"breather_agent": 7}}, "breather_agent"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_changes(
    served: Context, changed: dict[str, Any], quoted: str
) -> None:
    reply = call(served, "assignment", assignment(**changed))
    assert reply.status_code == 422
    assert quoted in reply.json()["detail"]
    assert [line["status"] for line in refused(served)] == [422]
    assert contacts(served) == []


def test_attributes_that_are_no_json_are_refused_without_being_quoted(served: Context) -> None:
    form = {**assignment(), "TaskAttributes": "{'name': 'Erika'"}
    reply = call(served, "assignment", form)
    assert reply.status_code == 422
    assert "Erika" not in reply.text + str(refused(served))


def test_a_missing_contact_uri_is_refused_before_anything_changes(any_context: Context) -> None:
    served = served_on(any_context, instruction="call", call_from="+1", twiml_url="https://clinic.example/answer")
    reply = call(served, "assignment", assignment(worker_attributes={}))
    assert reply.status_code == 422
    assert "WorkerAttributes.contact_uri" in reply.json()["detail"]
    assert contacts(served) == []
