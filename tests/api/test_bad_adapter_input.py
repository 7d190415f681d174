"""Bad input at the adapters and webhooks: the right problem, every table as it was, and a line that says it was tried.

Refused adapters' requests are lines `adapter.refused` of the event log besides.
"""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.context import Context
from api.services.webhooks.endpoints import disable_endpoint
from tests.api.adapter_support import SECRET, client_of, with_adapters
from tests.api.refusals import assert_refused
from tests.api.twilio_support import BASE, FIRST, TASK, URL, assignment, call, event, happen, served_on, sign
from tests.conftest import SetClock
from tests.factories import Centre, make_centre
from tests.webhooks import endpoint, write

TEN_MEGABYTES = b"x" * 10_000_000
ROCKETCHAT, AZURE = "/api/v1/adapters/rocketchat", "/api/v1/adapters/azure/score"
TOLD = {"type": "LivechatSessionTaken", "_id": "room1", "departmentId": "advice", "servedBy": {"username": "a01"}}


@pytest.fixture
def taskrouter(any_context: Context) -> Context:
    """Three agents whom TaskRouter knows, two of them available."""
    return served_on(any_context)


@pytest.fixture
def others(any_context: Context) -> Context:
    """The same for Rocket.Chat and Azure, by our own codes."""
    made = with_adapters(any_context)
    make_centre(made, agents=2, accounts=False)
    return made


@pytest.mark.parametrize("address", ["assignment", "events"])
@pytest.mark.parametrize("signature", [None, "", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=", "é"])
def test_twilio_bad_signature(
    taskrouter: Context, caplog: pytest.LogCaptureFixture, address: str, signature: str | None
) -> None:
    form = assignment() if address == "assignment" else event("task-queue.entered")
    sent = [] if signature is None else [(b"X-Twilio-Signature", signature.encode())]
    assert_refused(
        taskrouter,
        caplog,
        lambda: client_of(taskrouter).post(f"{URL}/{address}", data=form, headers=sent),
        403,
        "X-Twilio-Signature does not fit this address and form",
        line=True,
    )


@pytest.mark.parametrize("address", ["assignment", "events"])
@pytest.mark.parametrize("seconds", [-301, 301])
def test_twilio_stale_timestamp(
    taskrouter: Context, clock: SetClock, caplog: pytest.LogCaptureFixture, address: str, seconds: int
) -> None:
    form = assignment() if address == "assignment" else event("task-queue.entered")
    sent = str(round(clock.now.timestamp()) + seconds)
    assert_refused(
        taskrouter,
        caplog,
        lambda: call(taskrouter, address, {**form, "Timestamp": sent}),
        422,
        f"Timestamp={sent}: 301 s from now, expected at most 300 s",
        line=True,
    )


def entered(**more: Any) -> dict[str, str]:
    return event("task-queue.entered", **more)


@pytest.mark.parametrize(
    ("address", "form", "status", "quoted"),
    [
        ("assignment", assignment("WK9"), 422, "WorkerSid='WK9': agent 'WK9' is not known"),
        ("assignment", assignment(queue="WQ9"), 422, "queue 'WQ9' is not known"),
        ("assignment", assignment(queue="W\0"), 422, r"TaskQueueSid='W\x00'"),
        ("assignment", assignment(task_attributes={"breather_owner": "x"}), 422, "owner: agent 'x' is not known"),
        (
            "assignment",
            assignment(queue="WQ9", task_attributes={"breather_queue": "a\0"}),
            422,
            "breather_queue: expected",
        ),
        ("assignment", assignment(task_attributes={"breather_parties": 0}), 422, "breather_parties='0'"),
        ("assignment", {**assignment(), "AccountSid": "AC9"}, 422, "AccountSid='AC9'"),
        ("assignment", {**assignment(), "TaskAttributes": "{"}, 422, "TaskAttributes: expected a JSON object"),
        ("assignment", assignment(task="../x"), 422, "TaskSid='../x'"),
        ("events", entered(queue="WQ9"), 422, "queue 'WQ9' is not known"),
        ("events", event("reservation.accepted", "WK9"), 422, "WorkerSid='WK9'"),
        ("events", event("task.completed"), 404, f"contact 'twilio:{TASK}' is not known"),
        ("events", event("worker.activity.update", "WK9"), 422, "WorkerSid='WK9'"),
    ],
)
def test_twilio_what_is_unknown_or_makes_no_sense(
    taskrouter: Context, caplog: pytest.LogCaptureFixture, address: str, form: dict[str, str], status: int, quoted: str
) -> None:
    assert_refused(taskrouter, caplog, lambda: call(taskrouter, address, form), status, quoted, line=True)


def test_twilio_taking_what_is_over(taskrouter: Context, caplog: pytest.LogCaptureFixture) -> None:
    happen(taskrouter, "reservation.accepted", FIRST)
    happen(taskrouter, "task.completed")
    form = event("reservation.accepted", FIRST)
    problem = assert_refused(
        taskrouter, caplog, lambda: call(taskrouter, "events", form), 409, "is completed: it can be taken", line=True
    )
    assert problem["state"] == "completed"


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        (f"{URL}/assignment", {}),
        (f"{URL}/events", {}),
        (f"{ROCKETCHAT}/events", {"X-RocketChat-Livechat-Token": SECRET}),
        (AZURE, {"x-functions-key": SECRET}),
    ],
)
@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in pieces"])
def test_a_body_of_ten_megabytes(
    others: Context,
    caplog: pytest.LogCaptureFixture,
    address: str,
    sent: dict[str, str],
    announced: bool,
) -> None:
    content = TEN_MEGABYTES if announced else (TEN_MEGABYTES[:50_000] for _ in range(200))
    ask = client_of(others).post
    expected = f"is too large: expected at most {others.settings.max_body_bytes} bytes"
    assert_refused(others, caplog, lambda: ask(address, content=content, headers=sent), 413, expected, line=True)


@pytest.mark.parametrize("token", [None, "", "nonsense", SECRET + "x"])
@pytest.mark.parametrize(
    ("method", "address", "header"),
    [
        ("GET", f"{ROCKETCHAT}/agent?departmentId=advice", "X-RocketChat-Secret-Token"),
        ("POST", f"{ROCKETCHAT}/events", "X-RocketChat-Livechat-Token"),
        ("POST", AZURE, "x-functions-key"),
    ],
)
def test_a_bad_secret(
    others: Context, caplog: pytest.LogCaptureFixture, method: str, address: str, header: str, token: str | None
) -> None:
    sent = {} if token is None else {header: token}
    body = TOLD if address.endswith("events") else {"job": {}, "worker": {}}
    problem = assert_refused(
        others,
        caplog,
        lambda: client_of(others).request(method, address, headers=sent, json=body if method == "POST" else None),
        403,
        f"{header} is missing or wrong",
        line=True,
    )
    assert SECRET not in json.dumps(problem)


@pytest.mark.parametrize(
    ("query", "quoted"),
    [
        ("departmentId=nope", "queue 'nope' is not known"),
        ("departmentId=advice&ignoreAgentId=nobody", "agent 'nobody' is not known"),
        ("departmentId=", "departmentId"),
        ("departmentId=a%00", r"(found 'a\x00')"),
        ("", "departmentId is missing"),
    ],
)
def test_rocketchat_asks_for_what_is_unknown(
    others: Context, caplog: pytest.LogCaptureFixture, query: str, quoted: str
) -> None:
    sent = {"X-RocketChat-Secret-Token": SECRET}
    ask = client_of(others).get
    address = f"{ROCKETCHAT}/agent?{query}"
    assert_refused(others, caplog, lambda: ask(address, headers=sent), 422, quoted, line=True)


@pytest.mark.parametrize(
    ("told", "status", "quoted"),
    [
        ({**TOLD, "departmentId": "nope"}, 422, "queue 'nope' is not known"),
        ({**TOLD, "servedBy": {"username": "nobody"}}, 422, "agent 'nobody' is not known"),
        ({**TOLD, "servedBy": {"username": "a\0"}}, 422, "servedBy.username: expected"),
        ({**TOLD, "_id": "../x"}, 422, "_id: expected the id of a chat"),
        ({**TOLD, "type": "LivechatSession", "_id": "room9"}, 404, "chat 'room9' is not known"),
        ([], 422, "the body is a JSON list: expected an object"),
    ],
)
def test_rocketchat_tells_of_what_is_unknown(
    others: Context, caplog: pytest.LogCaptureFixture, told: Any, status: int, quoted: str
) -> None:
    sent = {"X-RocketChat-Livechat-Token": SECRET}
    ask = client_of(others).post
    assert_refused(
        others, caplog, lambda: ask(f"{ROCKETCHAT}/events", json=told, headers=sent), status, quoted, line=True
    )


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ({"job": {"breather_queue": "nope"}, "worker": {"Id": "a01"}}, "queue 'nope' is not known"),
        ({"job": {"breather_queue": "advice"}, "worker": {"Id": "nobody"}}, "agent 'nobody' is not known"),
        ({"job": {"breather_queue": "advice"}, "worker": {"Id": "a\0"}}, "Id: expected a text"),
        ({"job": {}, "worker": {"Id": "a01"}}, "job.breather_queue: expected the label"),
        ({"job": {"breather_queue": "advice"}, "worker": {}}, "worker.Id: expected"),
        ({"job": [], "worker": {"Id": "a01"}}, "job: expected an object of labels"),
        (b"{", "the body is no JSON"),
    ],
)
def test_azure_asks_for_what_is_unknown(
    others: Context, caplog: pytest.LogCaptureFixture, body: Any, quoted: str
) -> None:
    sent = {"x-functions-key": SECRET}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    ask = client_of(others).post
    assert_refused(others, caplog, lambda: ask(AZURE, content=content, headers=sent), 422, quoted, line=True)


def test_a_form_signed_for_another_address(taskrouter: Context, caplog: pytest.LogCaptureFixture) -> None:
    form = event("task-queue.entered")
    sent = {"X-Twilio-Signature": sign(f"{BASE}{URL}/assignment", form)}
    ask = client_of(taskrouter).post
    assert_refused(
        taskrouter, caplog, lambda: ask(f"{URL}/events", data=form, headers=sent), 403, "does not fit", line=True
    )


class TestWebhooks:
    """Endpoints and their deliveries; what a receiver refuses is `api.services.webhooks.signing`'s."""

    @pytest.fixture
    def one(self, context: Context, centre: Centre) -> int:
        """An endpoint with a delivery, switched off."""
        made = endpoint(context)
        write(context, "c1")
        disable_endpoint(context, made, actor="lead")
        return made

    @pytest.mark.parametrize(
        ("method", "address", "body", "status", "quoted"),
        [
            ("POST", "", {"url": "ftp://x.example"}, 422, "url 'ftp://x.example': expected http"),
            ("POST", "", {"url": "http://127.0.0.1/x"}, 422, "'127.0.0.1'"),
            ("POST", "", {"url": "https://x.example", "kinds": ["rest.given"]}, 422, "kinds 'rest.given'"),
            ("POST", "", {"url": "https://x.example", "secret": "s"}, 422, "secret: Extra inputs"),
            ("GET", "/99", None, 404, "webhook 99 is not known"),
            ("DELETE", "/99", None, 404, "webhook 99 is not known"),
            ("POST", "/99/enable", None, 404, "webhook 99 is not known"),
            ("POST", "/99/rotate", {}, 404, "webhook 99 is not known"),
            ("POST", "/{one}/rotate", {"overlap_hours": 721}, 422, "(found 721)"),
            ("POST", "/{one}/redeliver", None, 409, "is disabled (switched off by hand): enable it first"),
            ("POST", "/{one}/deliveries/msg_x/redeliver", None, 409, "is disabled"),
            ("GET", "/{one}/deliveries?status=lost", None, 422, "(found 'lost')"),
            ("GET", "/{one}/deliveries?limit=201", None, 422, "(found '201')"),
        ],
    )
    def test_bad_input(
        self,
        context: Context,
        lead_client: TestClient,
        caplog: pytest.LogCaptureFixture,
        one: int,
        method: str,
        address: str,
        body: Any,
        status: int,
        quoted: str,
    ) -> None:
        where = f"/api/v1/webhooks{address.format(one=one)}"
        assert_refused(context, caplog, lambda: lead_client.request(method, where, json=body), status, quoted)

    def test_an_unknown_delivery(
        self, context: Context, lead_client: TestClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        where = f"/api/v1/webhooks/{endpoint(context)}/deliveries/msg_nope/redeliver"
        assert_refused(context, caplog, lambda: lead_client.post(where), 404, "no delivery 'msg_nope'")

    @pytest.mark.parametrize("who", ["agent_client", "router_client"])
    def test_they_are_for_leads(
        self, context: Context, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, who: str
    ) -> None:
        client: TestClient = request.getfixturevalue(who)
        body = {"url": "https://x.example"}
        assert_refused(context, caplog, lambda: client.post("/api/v1/webhooks", json=body), 403, "expected lead")
