"""The real server: `breather serve` answers, streams, and stops at once with a stream open."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from api.cli import serve
from api.cli.main import run
from api.context import make_context
from api.services.access.tokens import make_token
from api.settings import Settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A server of its own on an empty database, and its port."""
    port = free_port()
    environment = {**os.environ, "BREATHER_DATA_DIR": str(tmp_path), "BREATHER_PORT": str(port)}
    command = [sys.executable, "-c", "from api.cli.main import main; main()", "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        try:
            wait_until_ready(port, run)
            yield port, run
        finally:
            if run.poll() is None:
                run.kill()


def wait_until_ready(port: int, run: "subprocess.Popen[str]") -> None:
    """Ask until it answers; a server that ended instead has said why."""
    for _ in range(300):
        assert run.poll() is None, run.stdout.read() if run.stdout else ""
        try:
            with asked(port, "/readyz") as answer:
                if answer.status == 200:
                    return
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("the server did not become ready")


@contextmanager
def asked(port: int, path: str, headers: dict[str, str] | None = None) -> Iterator[http.client.HTTPResponse]:
    """The answer to a GET, and its connection closed afterwards."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path, headers=headers or {})
        with connection.getresponse() as answer:
            yield answer


@pytest.mark.slow
def test_serves_streams_and_stops_with_a_stream_open(
    served: tuple[int, "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    port, run = served
    context = make_context(Settings(data_dir=tmp_path))
    secret = make_token(context, "phone", actor="test").secret
    with asked(port, "/api/v1/events?after=0", {"Authorization": f"Bearer {secret}"}) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        # The token was made by this process, so the server finds its line by watching the log.
        seen = b""
        while b"token.created" not in seen:
            seen += answer.readline()
        context.engine.dispose()
        run.send_signal(signal.SIGTERM)
        output, _ = run.communicate(timeout=10)
        rest = answer.read()
    assert b"Traceback" not in rest
    assert "Traceback" not in output and "ERROR" not in output


def test_what_planning_needs_is_compiled_beside_serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREATHER_DATA_DIR", str(tmp_path))
    seen: list[str] = []

    @contextmanager
    def warming() -> Iterator[None]:
        seen.append("begun")
        yield
        seen.append("ended")

    monkeypatch.setattr(serve, "warming", warming)
    monkeypatch.setattr("api.cli.serve.uvicorn.run", lambda *_, **__: seen.append("served"))
    assert run(["serve"]) == 0
    assert seen == ["begun", "served", "ended"]
