"""The frame of the pages in a real Chromium: signing in by keyboard, news, an ended session, small screens."""

import time
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from api.services.access.accounts import create_user, set_active
from api.services.access.tokens import make_link, make_token
from tests.factories import make_centre

if TYPE_CHECKING:
    from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
SMALLEST = (320, 640)
REMEMBER_NEWS = (
    "window.heard = []; document.body.addEventListener('breather:news', (event) => heard.push(event.detail.kinds))"
)
SMALL_TARGETS = """
[...document.querySelectorAll("a, button, input:not([type=hidden]), select")]
  .filter((one) => one.offsetParent && !one.classList.contains("skip-link"))
  .filter((one) => one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML)
"""


def until(page: Page, script: str, seconds: float) -> Any:
    """The first true value of `script` within `seconds`; the content policy forbids Playwright's own way of waiting."""
    deadline = time.monotonic() + seconds
    while not (value := page.evaluate(script)):
        assert time.monotonic() < deadline, f"{script} stayed {value!r}"
        page.wait_for_timeout(20)
    return value


def listening(page: Page) -> None:
    """Wait until the page's stream is open, then remember what arrives."""
    until(page, "document.body.dataset.connected === 'yes'", 5)
    page.evaluate(REMEMBER_NEWS)


def test_a_lead_signs_in_by_keyboard_alone(site: "Site") -> None:
    create_user(site.context, username="mara", display_name="Mara", role="lead", password=PASSWORD, actor="test")
    page = site.visit(None)
    page.goto("/")
    expect(page).to_have_url(f"{site.url}/sign-in")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_label("User name").focus()
    page.keyboard.type("mara")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Rosters")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{site.url}/sign-in")


def test_a_link_signs_in_with_one_press(site: "Site") -> None:
    make_centre(site.context, agents=2)
    page = site.visit(None, size=SMALLEST)
    page.goto(f"/sign-in/link/{make_link(site.context, 'lead')}")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Lea Lead")).to_be_visible()


def test_news_reaches_an_open_page_within_a_second(site: "Site") -> None:
    make_centre(site.context, agents=2)
    page = site.visit("lead")
    page.goto("/rosters")
    listening(page)
    make_token(site.context, "phone", actor="test")
    assert ["token.created"] in until(page, "heard.length && heard", 1)


def test_page_of_an_ended_session_goes_to_sign_in(site: "Site") -> None:
    make_centre(site.context, agents=2)
    page = site.visit("lead")
    page.goto("/rosters")
    listening(page)
    set_active(site.context, "lead", False, actor="test")
    expect(page).to_have_url(f"{site.url}/sign-in?next=/rosters")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_small_screens_need_no_sideways_scrolling_and_can_be_touched(site: "Site", dark: bool) -> None:
    page = site.visit(None, size=SMALLEST, dark=dark)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    for path in ("/sign-in", "/nothing/here"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        assert page.evaluate(SMALL_TARGETS) == [], path
    assert refused == []
