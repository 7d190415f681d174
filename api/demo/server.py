"""Serves a built demo: the real server, on a clock that shows the demo's own day and moves on."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from api.demo.folder import SERVER_LOG

APPLICATION = "web.app:create_default_app"
START_SECONDS = 30


class ServerFailed(RuntimeError):
    """The server did not come up; the message holds the end of what it said."""


def environment(folder: Path, now: datetime, port: int) -> dict[str, str]:
    """The process environment in which the application shows the demo in `folder`, its clock starting at `now`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BREATHER_")}
    return kept | {
        "BREATHER_DATA_DIR": str(folder.resolve()),
        "BREATHER_HOST": "127.0.0.1",
        "BREATHER_PORT": str(port),
        "BREATHER_CLOCK_OFFSET_SECONDS": str((now - datetime.now(UTC)).total_seconds()),
    }


def is_free(port: int) -> bool:
    """Whether nobody listens on `port` of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nobody uses right now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(folder: Path, now: datetime, port: int) -> Iterator[str]:
    """The server in a process of its own; gives its address, ends it afterwards.

    Raises
    ------
    ServerFailed: it ended, or did not answer within half a minute.
    """
    log = folder / SERVER_LOG
    with log.open("wb") as sink:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            [sys.executable, "-m", "uvicorn", APPLICATION, "--factory", "--host", "127.0.0.1", "--port", str(port),
             "--log-level", "warning"],
            env=environment(folder, now, port),
            stdout=sink,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _await(process, address, log)
        yield address
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        if process.poll() is None:
            process.kill()
            process.wait()


def _await(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerFailed(f"the server ended with status {process.returncode}:\n{_tail(log)}")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310 - http to ourselves
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise ServerFailed(f"the server did not answer within {START_SECONDS} s:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
