"""One attempt over a real connection: what is sent, what is not followed, and an end to waiting."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx2
import pytest

from api.services.webhooks.sending import Outcome, Sendable, sender
from api.settings import read_networks

Heard = list[tuple[str, dict[str, str], bytes]]


class Receiver(HTTPServer):
    """A receiver on this machine that answers with `status` and `headers`, and remembers what it heard."""

    status = 204
    headers: dict[str, str]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.headers, self.heard = {}, Heard()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?key=1"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.heard.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing on the test's output."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def sent(url: str, *, networks: str = "127.0.0.0/8", seconds: float = 15.0, **options: Any) -> Outcome:
    async def one() -> Outcome:
        async with sender(read_networks(networks), total_seconds=seconds, **options) as send:
            return await send(Sendable(url, {"webhook-id": "msg_1", "content-type": "x/y"}, b"{}"))

    return asyncio.run(one())


def test_posts_the_bytes_and_headers_as_they_are(receiver: Receiver) -> None:
    assert sent(receiver.url) == Outcome(204)
    [(path, headers, body)] = receiver.heard
    assert (path, body) == ("/hook?key=1", b"{}")
    assert (headers["webhook-id"], headers["content-type"], headers["content-length"]) == ("msg_1", "x/y", "2")
    assert headers["host"] == f"127.0.0.1:{receiver.server_address[1]}"
    assert headers["user-agent"] == "Breather-Webhooks/1"


def test_address_that_may_not_be_sent_to_hears_nothing(receiver: Receiver) -> None:
    outcome = sent(receiver.url, networks="")
    assert outcome.status is None
    assert "not on the public internet" in (outcome.error or "")
    assert receiver.heard == []


def test_name_is_looked_up_once_and_the_connection_goes_to_the_address_that_was_checked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, looked_up = receiver.server_address[1], list[str]()
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
        looked_up.append(host if isinstance(host, str) else host.decode())
        return real("127.0.0.1" if host == "router.example" else host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert sent(f"http://router.example:{port}/x").delivered
    assert looked_up.count("router.example") == 1
    assert set(looked_up) <= {"router.example", "127.0.0.1"}
    assert receiver.heard[0][1]["host"] == f"router.example:{port}"


def test_proxy_of_the_environment_is_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert sent(receiver.url).delivered


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(receiver: Receiver, status: int) -> None:
    receiver.status, receiver.headers = status, {"location": "/elsewhere"}
    outcome = sent(receiver.url)
    assert (outcome.status, outcome.delivered) == (status, False)
    assert "redirects are not followed" in (outcome.error or "")
    assert [path for path, _, _ in receiver.heard] == ["/hook?key=1"]


@pytest.mark.parametrize(
    ("status", "delivered", "refused", "gone"),
    [
        (200, True, False, False),
        (202, True, False, False),
        (299, True, False, False),
        (400, False, True, False),
        (401, False, False, False),
        (404, False, False, False),
        (410, False, False, True),
        (422, False, True, False),
        (429, False, False, False),
        (500, False, False, False),
    ],
)
def test_what_an_answer_means(receiver: Receiver, status: int, delivered: bool, refused: bool, gone: bool) -> None:
    receiver.status = status
    outcome = sent(receiver.url)
    assert (outcome.delivered, outcome.refused, outcome.gone) == (delivered, refused, gone)
    assert outcome.error == (None if delivered else f"answered {status}")


@pytest.mark.parametrize(
    ("header", "seconds"), [("120", 120), ("999999999999", 3600), ("Wed, 25 Nov 2026 07:28:00 GMT", None), ("-1", None)]
)
def test_retry_after_is_heeded_up_to_an_hour(receiver: Receiver, header: str, seconds: int | None) -> None:
    receiver.status, receiver.headers = 503, {"retry-after": header}
    assert sent(receiver.url).retry_after_seconds == seconds


@contextmanager
def talking(answer: bytes) -> Iterator[str]:
    """The address of a receiver that sends `answer` to one caller and then keeps the line open, silent."""
    over = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def talk() -> None:
            caller, _ = listening.accept()
            with closing(caller):
                caller.recv(65536)
                caller.sendall(answer)
                over.wait(10)

        thread = threading.Thread(target=talk)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            over.set()
            thread.join()


def test_receiver_that_never_finishes_its_headers_is_given_up() -> None:
    with talking(b"HTTP/1.1 200 OK\r\nx-slow: ") as url:
        assert sent(url, seconds=0.2).error == "no answer within 0.2 s"


def test_body_of_an_answer_is_not_waited_for() -> None:
    with talking(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nwords") as url:
        assert sent(url, seconds=5.0) == Outcome(200)


def test_endless_headers_are_given_up() -> None:
    with talking(b"HTTP/1.1 200 OK\r\n" + b"x-more: " + b"a" * 200_000) as url:
        outcome = sent(url, seconds=5.0)
    assert outcome.status is None
    assert "RemoteProtocolError" in (outcome.error or "")


def test_closed_port_is_an_outcome() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as once:
        port = once.getsockname()[1]
    outcome = sent(f"http://127.0.0.1:{port}/")
    assert outcome.status is None
    assert (outcome.error or "").startswith("ConnectError")


def test_answer_that_is_no_http_is_an_outcome() -> None:
    with talking(b"220 mail.example ESMTP\r\n\r\n") as url:
        assert "RemoteProtocolError" in (sent(url).error or "")


def found_at(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_next_address_of_a_host_is_tried_where_the_first_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    found_at(monkeypatch, "2606:4700::1111", "8.8.8.8")
    asked: list[tuple[str, str, str]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append((request.url.host, request.headers["host"], request.extensions["sni_hostname"]))
        if request.url.host == "2606:4700::1111":
            raise httpx2.ConnectError("network is unreachable", request=request)
        return httpx2.Response(200)

    assert sent("https://router.example/x", networks="", transport=httpx2.MockTransport(answer)).delivered
    name = ("router.example", "router.example")
    assert asked == [("2606:4700::1111", *name), ("8.8.8.8", *name)]


def test_host_none_of_whose_addresses_answers_is_an_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    found_at(monkeypatch, "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1")
    asked: list[str] = []

    def refuse(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.host)
        raise httpx2.ConnectTimeout("no answer", request=request)

    outcome = sent("https://router.example/x", networks="", transport=httpx2.MockTransport(refuse))
    assert outcome.error == "ConnectTimeout: no answer"
    assert asked == ["8.8.8.8", "8.8.4.4", "1.1.1.1"]
