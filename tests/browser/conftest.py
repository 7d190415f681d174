"""A real site and a real Chromium: the whole application served on a free port, its clock set and running on."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from api.context import Context, make_context
from api.services.access.accounts import make_session
from api.settings import Settings
from web.app import create_app

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = (1280, 900)
PHONE = (390, 844)


class RunningClock:
    """A clock that starts where it is told, runs as real time does, and can be moved on."""

    def __init__(self, start: datetime) -> None:
        self._offset = start - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def set(self, instant: datetime) -> None:
        """Go on from `instant`."""
        self._offset = instant - datetime.now(UTC)

    def forward(self, **duration: float) -> datetime:
        """Move on by `timedelta(**duration)` and return the new instant."""
        self._offset += timedelta(**duration)
        return self()


def assert_easy_to_touch(button: Locator) -> None:
    """A finger finds the button: it is at least 44 pixels high (WCAG 2.2, 2.5.5), once the page has its styles."""
    button.page.wait_for_load_state("load")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44


def chromium() -> str:
    """The Chromium to drive; raises where there is none: the tests must not pass without it."""
    for candidate in (os.environ.get("BREATHER_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(candidate) if candidate else None
        if found:
            return found
    raise RuntimeError("no Chromium found: `make test` installs one, or set BREATHER_CHROMIUM")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the browser tests that stand together.

    No longer than that: while it is open its thread counts as inside an event loop, and no other test there
    may start one.
    """
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield launched
        launched.close()


@dataclass
class Site:
    """A served application, the context behind it, and browsers signed in to it."""

    context: Context
    clock: RunningClock
    url: str
    browser: Browser
    _open: list[BrowserContext] = field(default_factory=list)

    def visit(self, username: str | None, *, size: tuple[int, int] = DESKTOP, dark: bool = False) -> Page:
        """A page of a browser of its own in which `username` is signed in; any script error fails the test."""
        visitor = self.browser.new_context(
            base_url=self.url,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
        )
        self._open.append(visitor)
        if username is not None:
            made = make_session(self.context, username)
            visitor.add_cookies([{"name": "breather_session", "value": made.token, "url": self.url}])
        page = visitor.new_page()
        page.set_default_timeout(15_000)
        return page

    def close(self) -> None:
        """Close every browser window."""
        for visitor in self._open:
            visitor.close()


@pytest.fixture
def site(tmp_path: Path, empty_database: Path, browser: Browser) -> Iterator[Site]:
    """The application on an empty database, served; it is Monday 2026-11-23, 09:00 in Amsterdam."""
    clock = RunningClock(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    shutil.copy(empty_database, tmp_path / "breather.sqlite3")
    context = make_context(Settings(environment="test", data_dir=tmp_path), clock)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(create_app(context), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="site")
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive(), "the server ended before it started"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.02)
        made = Site(context, clock, f"http://127.0.0.1:{port}", browser)
        try:
            yield made
        finally:
            made.close()
            server.should_exit = True
            thread.join(timeout=20)
            context.engine.dispose()
        assert not thread.is_alive(), "the server did not stop"
