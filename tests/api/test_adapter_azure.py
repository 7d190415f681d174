"""Azure Job Router's scoring rule: requests of the documented shape, scores in the order of production routing."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete
from sqlmodel import col, select

from api.adapters.azure import MOST_BYTES
from api.context import Context
from api.services.floor.commands import CompletionIn, ContactIn, complete, post_contact, set_state, start, touch_pools
from roster.contacts import ArrivalState, EntryConditions, History, Resolvability, Stake
from roster.people import Agent, Skill
from roster.store.engine import writing
from tests.api.adapter_support import SECRET, client_of, contacts, refused, with_adapters
from tests.conftest import SetClock
from tests.factories import make_centre

ADDRESS = "/api/v1/adapters/azure/score"
GRIEVING = EntryConditions(
    arrival_state=ArrivalState.GRIEVING,
    history=History.REPEAT_AFTER_FAILURE,
    stakes=(Stake.MEDICATION, Stake.CARE_ACCESS),
    resolvability=Resolvability.BLOCKED,
    parties=3,
)
HEAVY_LABELS = {
    "breather_arrival_state": "grieving",
    "breather_history": "repeat_after_failure",
    "breather_stakes": "medication",
}
GRIEVING_LABELS = {
    "breather_arrival_state": "grieving",
    "breather_history": "repeat_after_failure",
    "breather_stakes": "medication, care_access",
    "breather_resolvability": "blocked",
    "breather_parties": 3,
}
WORKERS = {"e3a3f2f9-3582-4bfe-9c5a-aa57831a0f88": "a01"}


@pytest.fixture
def served(any_context: Context) -> Context:
    """Four agents with both skills, three of them available; the first is known to Azure by an id of its own."""
    context = with_adapters(any_context, azure={"workers": WORKERS, "queues": {"Oncology": "advice"}})
    make_centre(context, agents=4, accounts=False)
    for code in ("a01", "a02", "a03"):
        set_state(context, code, "available", actor="test")
    return context


def request(worker: str, **labels: Any) -> dict[str, Any]:
    """The body that a scoring rule sends, as in the vendor's guide, with our labels among the site's own."""
    return {
        "job": {
            "CommunicationType": "Chat",
            "Language": "en",
            "HighPriority": True,
            "breather_queue": "advice",
            **labels,
        },
        "selectors": [{"key": "English", "operator": "GreaterThanEqual", "value": 7, "expiresAfterSeconds": None}],
        "worker": {"Id": worker, "HighPrioritySupport": True, "English": 10},
    }


def ask(client: TestClient, body: Any, key: str = SECRET) -> Any:
    """Ask for a score."""
    return client.post(ADDRESS, json=body, headers={"x-functions-key": key})


def score(context: Context, worker: str, **labels: Any) -> float:
    """The score, a bare number."""
    reply = ask(client_of(context), request(worker, **labels))
    assert reply.status_code == 200, reply.text
    found = reply.json()
    assert isinstance(found, float)
    return found


def handle(context: Context, ref: str, entry: EntryConditions) -> str:
    """A contact from its arrival to its end; the agent who had it."""
    view = post_contact(context, ContactIn(ref=ref, queue="advice", entry=entry), actor="test")
    start(context, view.id, actor="test")
    complete(context, view.id, CompletionIn(), actor="test")
    assert view.agent is not None
    return view.agent


def test_a_worker_who_may_take_it_scores_and_nothing_changes(served: Context) -> None:
    assert score(served, "a02") > 0
    assert contacts(served) == []


def test_ids_and_queues_are_those_of_the_adapters_file(served: Context) -> None:
    assert score(served, next(iter(WORKERS)), breather_queue="Oncology") > 0


def test_who_carries_more_scores_lower_and_rest_scores_nothing(served: Context, clock: SetClock) -> None:
    had = handle(served, "r1", GRIEVING)
    others = {"a01", "a02", "a03"} - {had}
    assert score(served, had) == 0.0
    clock.forward(hours=2)
    scores = {code: score(served, code, **HEAVY_LABELS) for code in (had, *others)}
    assert 0 < scores[had] < min(scores[code] for code in others)


def test_the_best_score_is_whom_production_routing_chooses(served: Context, clock: SetClock) -> None:
    for number, entry in enumerate((EntryConditions(arrival_state=ArrivalState.GRIEVING), EntryConditions(), GRIEVING)):
        handle(served, f"r{number}", entry)
        clock.forward(minutes=50)
    scores = {code: score(served, code, **GRIEVING_LABELS) for code in ("a01", "a02", "a03")}
    chosen = post_contact(served, ContactIn(ref="next", queue="advice", entry=GRIEVING), actor="test").agent
    assert chosen == max(scores, key=lambda code: (scores[code], code))
    assert sorted(scores.values())[-2] < scores[chosen]


def test_who_is_not_there_or_lacks_the_skill_scores_lowest(served: Context) -> None:
    assert score(served, "a04") == 0.0
    set_state(served, "a02", "away", actor="test")
    assert score(served, "a02") == 0.0
    with writing(served.engine) as session:
        third = select(Agent.id).where(Agent.code == "a03").scalar_subquery()
        session.execute(delete(Skill).where(col(Skill.agent_id) == third))
        touch_pools(session)
    assert score(served, "a03") == 0.0
    assert score(served, "a01") > 0


def test_the_owner_of_a_repeat_contact_scores_higher(served: Context) -> None:
    assert score(served, "a03", breather_owner="a03") > score(served, "a03")


@pytest.mark.parametrize("key", ["", "wrong", SECRET + "x"])
def test_a_missing_or_wrong_key_is_refused_and_logged(served: Context, key: str) -> None:
    reply = ask(client_of(served), request("a01"), key)
    assert reply.status_code == 403
    assert reply.headers["content-type"] == "application/problem+json"
    assert [(line["address"], line["status"]) for line in refused(served)] == [("azure/score", 403)]


def test_without_a_secret_there_is_nothing_here(context: Context) -> None:
    reply = ask(client_of(context), request("a01"))
    assert reply.status_code == 404
    assert "BREATHER_AZURE_FUNCTION_KEY" in reply.json()["detail"]
    assert refused(context) == []


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        (request("nobody"), "agent 'nobody' is not known"),
        (request("a01", breather_queue="nope"), "queue 'nope' is not known"),
        (request("a01", breather_owner="nobody"), "owner 'nobody' is not known"),
        (request("a01", breather_arrival_state="furious"), "'furious'"),
        (request("a01", breather_parties=0), "breather_parties"),
        (request("a01", breather_queue=7), "breather_queue"),
        (request("a01", breather_queue="x" * 65), "breather_queue"),
        ({"job": {}, "worker": {"Id": "a01"}}, "breather_queue"),
        ({"job": {"breather_queue": "advice"}, "worker": {}}, "worker.Id"),
        ({"job": [], "worker": {"Id": "a01"}}, "job"),
        ([], "expected an object"),
    ],
)
def test_what_makes_no_sense_is_refused_quoted_and_logged(served: Context, body: Any, quoted: str) -> None:
    reply = ask(client_of(served), body)
    assert reply.status_code == 422
    assert quoted in reply.json()["detail"]
    assert [line["status"] for line in refused(served)] == [422]


def test_a_body_past_the_limit_is_refused_and_logged(served: Context) -> None:
    reply = ask(client_of(served), request("a01", padding="x" * MOST_BYTES))
    assert reply.status_code == 413
    assert [line["status"] for line in refused(served)] == [413]
    assert str(MOST_BYTES) in refused(served)[0]["detail"]


def test_no_json_at_all_is_refused_without_being_quoted(served: Context) -> None:
    reply = client_of(served).post(ADDRESS, content=b"{private", headers={"x-functions-key": SECRET})
    assert reply.status_code == 422
    assert "private" not in reply.text


def test_a_guesser_is_slowed_down_and_the_vendor_is_not(served: Context) -> None:
    client = client_of(served)
    statuses = [ask(client, request("a01"), "guess").status_code for _ in range(40)]
    assert (statuses.count(403), statuses.count(429)) == (30, 10)
    assert len(refused(served)) == 30
    assert ask(client, request("a01")).status_code == 200
