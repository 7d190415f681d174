"""The event callback: a task's way and a worker's activity followed, late, twice and out of order."""

from typing import Any

import pytest
from sqlmodel import col, select

from api.context import Context
from api.services.floor.commands import contact_view, tick
from roster.contacts import Contact, ContactStatus
from roster.events import Event
from roster.people import Agent
from roster.rest import AgentState, FloorState, Rest
from roster.store.engine import reading
from tests.api.adapter_support import contacts, kinds, refused
from tests.api.twilio_support import (
    AVAILABLE,
    BETWEEN,
    FIRST,
    LUNCH,
    OTHER_QUEUE,
    SECOND,
    TASK,
    THIRD,
    assign,
    call,
    event,
    happen,
    served_on,
)
from tests.conftest import SetClock

SEVERE = {
    "breather_arrival_state": "grieving",
    "breather_history": "repeat_after_failure",
    "breather_stakes": "medication",
    "breather_resolvability": "blocked",
    "breather_parties": 3,
}
NOT_TAKEN = ["rejected", "timeout", "canceled", "rescinded", "failed"]


@pytest.fixture
def served(any_context: Context) -> Context:
    """Three agents, two of them available; activities are followed and none is ever set."""
    return served_on(any_context, available_activity=AVAILABLE, activities={LUNCH: "away"})


def only(context: Context) -> Contact:
    """The only contact there is."""
    (found,) = contacts(context)
    return found


def state_of(context: Context, code: str) -> AgentState:
    """What the agent's state on the floor is."""
    with reading(context.engine) as session:
        query = select(FloorState.state).join(Agent, col(Agent.id) == FloorState.agent_id).where(Agent.code == code)
        return session.exec(query).one()


def move(context: Context, worker: str, activity: str, name: str, **more: Any) -> None:
    """A worker's activity changes."""
    happen(context, "worker.activity.update", worker, activity=activity, activity_name=name, **more)


def test_a_task_goes_its_way_from_the_queue_to_rest(served: Context) -> None:
    happen(served, "task-queue.entered", task_attributes=SEVERE)
    assert only(served).status is ContactStatus.ASSIGNED
    assert assign(served, FIRST, task_attributes=SEVERE)["instruction"] == "accept"
    happen(served, "reservation.accepted", FIRST)
    assert only(served).status is ContactStatus.ACTIVE
    happen(served, "task.wrapup")
    assert only(served).status is ContactStatus.ACTIVE
    happen(served, "task.completed", task_attributes={"breather_outcomes": ["threat"]})
    assert (only(served).status, only(served).outcomes) == (ContactStatus.COMPLETED, ["threat"])
    with reading(served.engine) as session:
        assert [rest.due_minutes for rest in session.exec(select(Rest)).all()] == [25]


def test_every_event_twice_is_as_once(served: Context) -> None:
    way = ("task-queue.entered", "reservation.accepted", "task.completed")
    for kind in way:
        for _ in range(2):
            happen(served, kind, FIRST if kind.startswith("reservation") else None)
    happen(served, "reservation.timeout", FIRST)
    happen(served, "task.canceled")
    assert only(served).status is ContactStatus.COMPLETED
    told = kinds(served, only(served).id)
    assert [told.count(kind) for kind in ("contact.waiting", "contact.started", "contact.completed")] == [1, 1, 1]


@pytest.mark.parametrize("how", NOT_TAKEN)
def test_a_reservation_that_comes_to_nothing_goes_to_somebody_else(served: Context, how: str) -> None:
    assign(served, FIRST, reservation="WR1")
    happen(served, f"reservation.{how}", None if how == "failed" else FIRST, reservation="WR1")
    assert (only(served).status, only(served).agent_id) == (ContactStatus.ASSIGNED, 2)


@pytest.mark.parametrize("how", NOT_TAKEN)
def test_the_end_of_an_older_reservation_comes_too_late_to_matter(served: Context, how: str) -> None:
    assign(served, FIRST, reservation="WR1")
    assign(served, FIRST, reservation="WR2")
    happen(served, f"reservation.{how}", None if how == "failed" else FIRST, reservation="WR1")
    assert (only(served).status, only(served).agent_id) == (ContactStatus.ACCEPTED, 1)


def test_the_end_of_somebody_elses_reservation_changes_nothing(served: Context) -> None:
    assign(served, FIRST, reservation="WR1")
    happen(served, "reservation.rejected", SECOND, reservation="WR0")
    assert (only(served).status, only(served).agent_id) == (ContactStatus.ACCEPTED, 1)


def test_the_end_of_a_strangers_reservation_is_refused(served: Context) -> None:
    assign(served, FIRST, reservation="WR1")
    assert call(served, "events", event("reservation.rejected", "WKnobody", reservation="WR1")).status_code == 422
    assert only(served).status is ContactStatus.ACCEPTED


def test_a_conversation_is_not_ended_by_a_late_timeout(served: Context) -> None:
    assign(served, FIRST)
    happen(served, "reservation.accepted", FIRST)
    happen(served, "reservation.timeout", FIRST)
    assert only(served).status is ContactStatus.ACTIVE


def test_a_task_accepted_without_a_callback_counts_with_who_has_it(served: Context) -> None:
    happen(served, "reservation.accepted", THIRD)
    assert (only(served).status, only(served).agent_id) == (ContactStatus.ACTIVE, 3)


def test_a_task_accepted_by_another_worker_in_conversation_is_a_transfer(served: Context) -> None:
    happen(served, "reservation.accepted", FIRST)
    happen(served, "reservation.accepted", SECOND, reservation="WR2")
    happen(served, "reservation.accepted", SECOND, reservation="WR2")
    first, second = contacts(served)
    assert (first.status, first.agent_id) == (ContactStatus.COMPLETED, 1)
    assert (second.status, second.agent_id, second.ref) == (ContactStatus.ACTIVE, 2, f"twilio:{TASK}/2")
    happen(served, "task.completed")
    assert {contact.status for contact in contacts(served)} == {ContactStatus.COMPLETED}


def test_a_caller_who_hangs_up_abandons_it_and_frees_the_agent(served: Context) -> None:
    happen(served, "task-queue.entered")
    happen(served, "task.canceled")
    assert only(served).status is ContactStatus.ABANDONED


def test_a_cancel_that_overtakes_the_task_leaves_no_ghost(served: Context) -> None:
    happen(served, "task.canceled")
    happen(served, "task-queue.entered")
    assert only(served).status is ContactStatus.ABANDONED


def test_a_task_moved_while_it_waits_changes_queues_and_one_in_conversation_does_not(served: Context) -> None:
    happen(served, "task-queue.entered")
    happen(served, "task-queue.moved", queue=OTHER_QUEUE)
    assert contact_view(served, only(served).id).queue == "billing"
    happen(served, "reservation.accepted", FIRST, queue=OTHER_QUEUE)
    happen(served, "task-queue.moved")
    assert contact_view(served, only(served).id).queue == "billing"


def test_a_move_may_be_the_first_that_is_heard_of_a_task(served: Context) -> None:
    happen(served, "task-queue.moved", queue=OTHER_QUEUE)
    assert contact_view(served, only(served).id).queue == "billing"


@pytest.mark.parametrize(
    ("activity", "name", "state"),
    [
        (AVAILABLE, "Ready for work", AgentState.AVAILABLE),
        (LUNCH, "Lunch", AgentState.AWAY),
        ("WAother", "Training", AgentState.AWAY),
        ("WAother", "Offline", AgentState.OFFLINE),
        ("WAother", "Idle", AgentState.AVAILABLE),
    ],
)
def test_an_activity_is_what_the_person_says_of_themself(
    served: Context, activity: str, name: str, state: AgentState
) -> None:
    before = "a03" if state is AgentState.AVAILABLE else "a01"
    move(served, THIRD if before == "a03" else FIRST, activity, name)
    assert state_of(served, before) is state


def test_which_activity_it_was_is_kept_nowhere(served: Context) -> None:
    move(served, FIRST, LUNCH, "Counselling")
    with reading(served.engine) as session:
        lines = [(line.kind, line.subject, line.data) for line in session.exec(select(Event)).all()]
    assert LUNCH not in str(lines)
    assert "Counselling" not in str(lines)


def test_the_activity_between_contacts_is_breathers_own_and_says_nothing_of_the_person(any_context: Context) -> None:
    served = served_on(any_context, protected_activity=BETWEEN)
    move(served, FIRST, BETWEEN, "Between contacts")
    assert state_of(served, "a01") is AgentState.AVAILABLE


def test_activities_in_the_wrong_order_end_with_the_latest(served: Context, clock: SetClock) -> None:
    now = round(clock.now.timestamp() * 1000)
    move(served, FIRST, AVAILABLE, "Available", milliseconds=now + 900)
    move(served, FIRST, LUNCH, "Lunch", milliseconds=now + 300)
    assert state_of(served, "a01") is AgentState.AVAILABLE
    clock.forward(seconds=2)
    move(served, FIRST, LUNCH, "Lunch", milliseconds=now + 1900)
    assert state_of(served, "a01") is AgentState.AWAY


def test_reservations_of_somebody_who_goes_away_are_offered_to_others(served: Context) -> None:
    happen(served, "task-queue.entered")
    assert only(served).agent_id == 1
    move(served, FIRST, LUNCH, "Lunch")
    assert only(served).agent_id == 2


def test_events_of_no_consequence_are_passed_over(served: Context) -> None:
    for kind in ("task.created", "task.updated", "reservation.created", "reservation.wrapup", "workflow.entered"):
        happen(served, kind, FIRST if kind.startswith("reservation") else None)
    assert contacts(served) == []
    assert refused(served) == []


@pytest.mark.parametrize(
    ("form", "status", "quoted"),
    [
        (event("task.completed"), 404, f"contact 'twilio:{TASK}' is not known"),
        (event("reservation.timeout", FIRST), 404, f"contact 'twilio:{TASK}' is not known"),
        (event("reservation.accepted", "WKnobody"), 422, "agent 'WKnobody' is not known"),
        (event("worker.activity.update", "WKnobody"), 422, "agent 'WKnobody' is not known"),
        (event("worker.activity.update", FIRST, activity=""), 422, "WorkerActivitySid=''"),
        ({**event("worker.activity.update", FIRST), "TimestampMs": "soon"}, 422, "TimestampMs='soon'"),
        (event("task-queue.entered", queue="WQnope"), 422, "queue 'WQnope' is not known"),
        (event("task.canceled", queue="WQnope"), 422, "queue 'WQnope' is not known"),
        (event("task-queue.entered", task="WT 1"), 422, "TaskSid='WT 1'"),
        (event("task.completed", task_attributes={"breather_outcomes": ["rudeness"]}), 422, "'rudeness'"),
    ],
)
def test_unknown_names_are_refused_quoted_and_logged(
    served: Context, form: dict[str, str], status: int, quoted: str
) -> None:
    reply = call(served, "events", form)
    assert reply.status_code == status
    assert quoted in reply.json()["detail"]
    assert [line["status"] for line in refused(served)] == [status]
    assert contacts(served) == []
    assert state_of(served, "a01") is AgentState.AVAILABLE


def test_taking_what_is_over_is_a_conflict_that_names_the_state(served: Context) -> None:
    happen(served, "reservation.accepted", FIRST)
    happen(served, "task.completed")
    reply = call(served, "events", event("reservation.accepted", SECOND, reservation="WR2"))
    assert (reply.status_code, reply.json()["state"]) == (409, "completed")
    assert [line["status"] for line in refused(served)] == [409]


def test_a_restart_in_the_middle_loses_nothing(served: Context) -> None:
    assign(served, FIRST)
    served.engine.dispose()
    tick(served)
    happen(served, "reservation.accepted", FIRST)
    happen(served, "task.completed")
    assert only(served).status is ContactStatus.COMPLETED
