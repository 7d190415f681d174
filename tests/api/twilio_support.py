"""TaskRouter's side of the wire: callbacks of the documented shape, signed, and a stand-in for its REST API."""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from api.adapters.twilio.form import signature
from api.context import Context
from api.services.floor.commands import set_state
from tests.api.adapter_support import SECRET, client_of, with_adapters
from tests.factories import make_centre

BASE = "http://testserver"
URL = "/api/v1/adapters/twilio"
ACCOUNT, WORKSPACE, WORKFLOW = "AC" + "1" * 32, "WS" + "2" * 32, "WW" + "3" * 32
QUEUE, OTHER_QUEUE = "WQ" + "4" * 32, "WQ" + "5" * 32
TASK = "WT" + "6" * 32
WORKERS = {f"WK{number}" + "7" * 31: f"a0{number}" for number in (1, 2, 3)}
FIRST, SECOND, THIRD = WORKERS
AVAILABLE, BETWEEN, LUNCH = "WA" + "8" * 32, "WA" + "9" * 32, "WAa" + "0" * 31
NOBODY_THERE = "http://127.0.0.1:1"


def served_on(context: Context, **more: Any) -> Context:
    """A centre of three agents, two of them available, whom TaskRouter knows as `WORKERS`."""
    table = {
        "account_sid": ACCOUNT,
        "workspace_sid": WORKSPACE,
        "workers": WORKERS,
        "queues": {QUEUE: "advice", OTHER_QUEUE: "billing"},
        "available_activity": AVAILABLE,
        "api_url": NOBODY_THERE,
        **more,
    }
    served = with_adapters(context, twilio=table)
    make_centre(served, agents=3, accounts=False)
    for code in ("a01", "a02"):
        set_state(served, code, "available", actor="test")
    return served


def sign(url: str, form: dict[str, str]) -> str:
    """The header that TaskRouter sends with `form`."""
    return signature(url, form.items(), SECRET)


def call(context: Context, address: str, form: dict[str, str]) -> Any:
    """Post `form` to one of the two callbacks, sent now where it doesn't say otherwise, and signed."""
    now = round(context.now().timestamp() * 1000)
    form = {"Timestamp": str(now // 1000), "TimestampMs": str(now), **form}
    url = f"{URL}/{address}"
    return client_of(context).post(url, data=form, headers={"X-Twilio-Signature": sign(BASE + url, form)})


def fields(**more: str) -> dict[str, str]:
    """Fields that both callbacks have."""
    return {"AccountSid": ACCOUNT, "WorkspaceSid": WORKSPACE, **more}


def assignment(worker: str = FIRST, task: str = TASK, reservation: str = "WR1", **more: Any) -> dict[str, str]:
    """An assignment callback, field by field as documented; `task_attributes` and `worker_attributes` are objects."""
    return fields(
        WorkflowSid=WORKFLOW,
        TaskQueueSid=more.get("queue", QUEUE),
        WorkerSid=worker,
        WorkerAttributes=json.dumps(more.get("worker_attributes", {"contact_uri": "client:alice"})),
        TaskSid=task,
        TaskAttributes=json.dumps(more.get("task_attributes", {"type": "support", "call_sid": "CA1", "name": "Erika"})),
        TaskAge="3",
        TaskPriority="0",
        ReservationSid=reservation,
    )


def event(kind: str, worker: str | None = None, task: str = TASK, **more: Any) -> dict[str, str]:
    """An event callback of `kind`, with the fields documented for its group."""
    group = kind.partition(".")[0]
    form = fields(
        Sid="EV1",
        EventType=kind,
        ResourceType=group,
        ResourceSid=worker if group == "worker" and worker else task,
        EventDescription=f"{kind} happened",
        WorkspaceName="Clinic",
    )
    if "milliseconds" in more:
        form |= {"Timestamp": str(more["milliseconds"] // 1000), "TimestampMs": str(more["milliseconds"])}
    if group != "worker":
        attributes = more.get("task_attributes", {"type": "support", "name": "Erika"})
        form |= {"TaskSid": task, "TaskAttributes": json.dumps(attributes), "TaskAge": "9", "TaskPriority": "0"}
        form |= {"TaskQueueSid": more.get("queue", QUEUE), "WorkflowSid": WORKFLOW}
    if group == "reservation":
        form["ReservationSid"] = more.get("reservation", "WR1")
    if worker is not None:
        form |= {"WorkerSid": worker, "WorkerName": "alice", "WorkerAttributes": "{}"}
        form |= {
            "WorkerActivitySid": more.get("activity", AVAILABLE),
            "WorkerActivityName": more.get("activity_name", "Available"),
        }
    return form


def assign(context: Context, worker: str = FIRST, **more: Any) -> dict[str, Any]:
    """The answer to an assignment callback."""
    reply = call(context, "assignment", assignment(worker, **more))
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "application/json"
    found: dict[str, Any] = reply.json()
    return found


def happen(context: Context, kind: str, worker: str | None = None, **more: Any) -> None:
    """An event that is followed."""
    reply = call(context, "events", event(kind, worker, **more))
    assert reply.status_code == 204, reply.text
    assert reply.content == b""


@dataclass
class Fake:
    """A stand-in for TaskRouter's workers over HTTP: their attributes and activities, and every change asked for."""

    url: str = ""
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    activities: dict[str, str] = field(default_factory=dict)
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    credentials: set[str] = field(default_factory=set)
    readings: int = 0
    version: int = 1
    change_before_write: int = 0
    """how often somebody else changes the worker between a reading and the writing that follows"""
    failing: bool = False


@contextmanager
def fake_task_router() -> Iterator[Fake]:
    """A fake on a port of its own, until the block ends."""
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fake.readings += 1
            attributes = json.dumps(fake.attributes.get(self.worker, {}))
            self.answer(200, {"sid": self.worker, "attributes": attributes}, {"ETag": f'"{fake.version}"'})

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            form = {name: values[0] for name, values in sent.items()}
            if "Attributes" in form and fake.change_before_write:
                fake.change_before_write -= 1
                fake.version += 1
            if "If-Match" in self.headers and self.headers["If-Match"] != f'"{fake.version}"':
                self.answer(412, {"code": 20412}, {})
                return
            fake.posted.append((self.worker, form))
            if "Attributes" in form:
                fake.attributes[self.worker] = json.loads(form["Attributes"])
                fake.version += 1
            if "ActivitySid" in form:
                fake.activities[self.worker] = form["ActivitySid"]
            self.answer(200, {"sid": self.worker}, {})

        @property
        def worker(self) -> str:
            prefix = f"/v1/Workspaces/{WORKSPACE}/Workers/"
            assert self.path.startswith(prefix)
            return self.path.removeprefix(prefix)

        def answer(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
            fake.credentials.add(b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode())
            sent = json.dumps(body).encode()
            self.send_response(503 if fake.failing else status)
            for name, value in {**headers, "Content-Length": str(len(sent))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
