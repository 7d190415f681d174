"""The floor's commands on both databases: who takes a contact, what follows it, and what is refused."""

from datetime import datetime, timedelta

import pytest

from api.context import Context
from api.errors import Conflict, Invalid, NotFound
from api.services.floor import (
    CompletionIn,
    ContactIn,
    TransferIn,
    abandon,
    accept,
    complete,
    contact_view,
    decline,
    post_contact,
    set_state,
    start,
    tick,
    transfer,
)
from roster.contacts import ArrivalState, ContactStatus, EntryConditions, History, OutcomeMarker, Resolvability, Stake
from tests.factories import Centre, make_centre

HEAVY = EntryConditions(
    arrival_state=ArrivalState.GRIEVING, history=History.REPEAT_AFTER_FAILURE, stakes=(Stake.MEDICATION,)
)
SEVERE = EntryConditions(
    arrival_state=ArrivalState.GRIEVING,
    history=History.REPEAT_AFTER_FAILURE,
    stakes=(Stake.MEDICATION, Stake.CARE_ACCESS),
    resolvability=Resolvability.BLOCKED,
)


@pytest.fixture
def floor(any_context: Context) -> Centre:
    """Six agents, of whom `a01` and `a02` are available, without a planned day."""
    centre = make_centre(any_context, accounts=False)
    for code in ("a01", "a02"):
        set_state(any_context, code, "available", actor="test")
    return centre


def post(context: Context, ref: str, entry: EntryConditions = EntryConditions(), **more: object) -> str:
    """Post a contact to `advice`; its id."""
    return post_contact(context, ContactIn(ref=ref, queue="advice", entry=entry, **more), actor="router").id  # type: ignore[arg-type]


def test_a_contact_is_given_to_a_free_agent_with_its_difficulty_and_reason(
    any_context: Context, floor: Centre, clock: object
) -> None:
    view = post_contact(any_context, ContactIn(ref="r1", queue="advice", entry=HEAVY), actor="router")
    assert view.status is ContactStatus.ASSIGNED
    assert view.agent == "a01"
    assert view.difficulty.score == 28 + 14 + 12
    assert view.reservation_expires_at == any_context.now() + timedelta(seconds=20)
    assert view.reason.sentence.startswith("Agent 1: able at it")
    assert contact_view(any_context, view.id) == view


def test_after_a_heavy_contact_comes_rest_then_light_only(any_context: Context, floor: Centre) -> None:
    contact_id = post(any_context, "r1", HEAVY)
    start(any_context, contact_id, actor="a01")
    view = complete(any_context, contact_id, CompletionIn(), actor="a01")
    now: datetime = any_context.now()
    assert view.rest is not None
    assert (view.rest.minutes, view.rest.starts_at, view.rest.ends_at) == (5, now, now + timedelta(minutes=5))
    assert view.rest.light_only_until == now + timedelta(minutes=20)
    assert "grieving +28" in view.reason
    assert complete(any_context, contact_id, CompletionIn(felt=5), actor="a01") == view
