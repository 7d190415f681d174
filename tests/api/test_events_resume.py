"""`GET /events` over HTTP: `Last-Event-ID` resumes after the last line that arrived, none lost and none twice."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI, Request
from httpx2 import Response

from api.context import Context
from api.events import stream as streams
from api.events.log import append
from api.routes import events as routes
from api.security.caller import Caller
from roster.accounts import Role
from roster.columns import LARGEST_LONG
from roster.store.engine import writing
from tests.clients import with_token
from tests.webhooks import write

ROUTER = Caller("phone", Role.ROUTER)


class Connection:
    """A router's connections to the stream; each ends by itself once nothing is left to send."""

    def __init__(self, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
        # Imported here, as the fixtures do: the application stands a floor above these tests.
        from web.app import create_app

        app: FastAPI = create_app(context, jobs=False)
        self._client = with_token(app, context)
        # Lines so far are about the token itself.
        self.start = streams.newest(context)
        self._looks = 0
        real: Callable[[Request, Context], Caller | None] = routes.caller_again
        monkeypatch.setattr(streams, "CLOSING_SECONDS", 0.01)
        monkeypatch.setattr(streams, "IDLE_SECONDS", 0.01)
        monkeypatch.setattr(streams, "PAUSE_SECONDS", 0.0)

        def caller_again(request: Request, given: Context) -> Caller | None:
            self._looks -= 1
            return real(request, given) if self._looks >= 0 else None

        monkeypatch.setattr(routes, "caller_again", caller_again)

    def ask(self, *, looks: int = 2, path: str = "/api/v1/events", **headers: str) -> Response:
        """The whole answer of one connection, which looks at the log `looks` times."""
        self._looks = looks
        return self._client.get(path, headers=headers)

    def read(self, **options: Any) -> list[tuple[int, str, Any]]:
        """What arrives on one connection: id, event and data of each line."""
        answer = self.ask(**options)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        found = []
        for block in answer.text.replace("\r\n", "\n").split("\n\n"):
            fields = dict(line.partition(": ")[::2] for line in block.splitlines() if not line.startswith(":"))
            if "data" in fields:
                found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
        return found

    def subjects(self, **options: Any) -> list[str]:
        """What the lines that arrive are about."""
        return [data["subject"] for _, _, data in self.read(**options)]


@pytest.fixture
def connection(any_context: Context, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """A router on either database."""
    return Connection(any_context, monkeypatch)


def last(event_id: int | str) -> dict[str, str]:
    return {"Last-Event-ID": str(event_id)}


def test_reader_that_comes_back_gets_the_rest_and_nothing_twice(any_context: Context, connection: Connection) -> None:
    write(any_context, "c1", "c2")
    first = connection.read(**last(connection.start))
    assert [(event_id, event, data["id"], data["subject"]) for event_id, event, data in first] == [
        (connection.start + 1, "contact.started", connection.start + 1, "c1"),
        (connection.start + 2, "contact.started", connection.start + 2, "c2"),
    ]
    write(any_context, "c3", "c4")
    assert connection.subjects(**last(first[-1][0])) == ["c3", "c4"]
    assert connection.subjects(**last(first[0][0])) == ["c2", "c3", "c4"]


def test_cut_off_after_any_line_it_goes_on_with_the_next(any_context: Context, connection: Connection) -> None:
    subjects = [f"c{number}" for number in range(6)]
    write(any_context, *subjects)
    for cut in range(7):
        assert connection.subjects(**last(connection.start + cut)) == subjects[cut:]


def test_header_of_a_reconnecting_reader_beats_its_address(any_context: Context, connection: Connection) -> None:
    """EventSource asks the same address again, `?after=0` and all, and adds where it was."""
    write(any_context, "c1", "c2")
    path = f"/api/v1/events?after={connection.start}"
    assert connection.subjects(path=path) == ["c1", "c2"]
    assert connection.subjects(path=path, **last(connection.start + 1)) == ["c2"]


def test_without_a_place_in_the_log_nothing_old_arrives(any_context: Context, connection: Connection) -> None:
    write(any_context, "c1")
    assert connection.read() == []
    assert connection.read(**{"Last-Event-ID": ""}) == []


def test_place_beyond_the_newest_line_is_waited_at(any_context: Context, connection: Connection) -> None:
    write(any_context, "c1", "c2", "c3")
    assert connection.read(**last(connection.start + 3)) == []
    assert connection.read(**last(LARGEST_LONG)) == []


def test_place_that_no_log_can_have_is_refused_before_the_stream_begins(connection: Connection) -> None:
    for path in ("/api/v1/events", "/live"):
        for place in (str(LARGEST_LONG + 1), "9" * 5000):
            answer = connection.ask(path=path, **last(place))
            assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
            assert f"'{place[:80]}'" in answer.json()["detail"]
    assert connection.ask(path=f"/api/v1/events?after={LARGEST_LONG + 1}").status_code == 422


def test_long_absence_is_made_good_in_batches(
    any_context: Context, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "BATCH", 3)
    subjects = [f"c{number}" for number in range(10)]
    write(any_context, *subjects)
    assert connection.subjects(looks=10, **last(connection.start)) == subjects


def test_pages_resume_too_and_learn_no_more_than_before(any_context: Context, connection: Connection) -> None:
    write(any_context, "c1", "c2")
    assert connection.read(path="/live", **last(connection.start + 1)) == [
        (connection.start + 2, "news", {"id": connection.start + 2, "kind": "contact.started"})
    ]


def test_reader_learns_how_soon_to_come_back(any_context: Context, connection: Connection) -> None:
    assert "retry: 1000" in connection.ask().text


@pytest.mark.postgres
def test_line_committed_late_reaches_a_reader_that_came_back_meanwhile(
    postgres_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = postgres_context
    connection = Connection(context, monkeypatch)
    with writing(context.engine) as slow:
        append(slow, at=context.now(), kind="contact.started", subject="slow", actor="test")
        slow.flush()
        write(context, "fast")
        seen = connection.read(**last(connection.start))
        assert [data["subject"] for _, _, data in seen] == ["fast"]
        reader = streams._Reader(context, seen[-1][0])
        assert reader.read(ROUTER) == []
    assert [event.subject for event in reader.read(ROUTER)] == ["slow"]
    assert [event.subject for event in reader.read(ROUTER)] == []
