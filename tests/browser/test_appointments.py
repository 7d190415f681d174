"""Appointments in a real browser, on a phone and a desktop: a call-back put elsewhere, a group, a lead's meeting."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from api.security.caller import Caller
from api.services.appointments.call_backs import CallBackIn, promise
from api.services.appointments.groups import set_wants_groups, tend_groups
from api.services.days.planning import plan_day
from roster.accounts import Role
from roster.clock import at_local
from tests.api.day_stage import publish
from tests.browser.conftest import DESKTOP, PHONE, Site, assert_easy_to_touch
from tests.factories import Centre, make_centre

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MONDAY = date(2026, 11, 23)
SIZES = pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (DESKTOP, True)], ids=["phone", "desktop, dark"])


def opened(site: Site) -> Centre:
    """Six people on the early shift, planned; it is 07:05."""
    centre = make_centre(site.context)
    site.clock.set(at_local(MONDAY, 7 * 60 + 5, centre.zone))
    publish(site.context, centre, dict.fromkeys(centre.agent_codes, "early"), MONDAY)
    plan_day(site.context, MONDAY, deterministic_limit=0)
    return centre


def promised(site: Site, owner: str, minutes: int) -> None:
    """A call-back that is due so many minutes after midnight."""
    body = CallBackIn(
        owner=owner, due_at=at_local(MONDAY, minutes, "Europe/Amsterdam"), contact="their-reference-77120"
    )
    promise(site.context, body, Caller("phone", Role.ROUTER))


def assert_fits(page: Page) -> None:
    """No page is wider than its window."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@SIZES
def test_an_agent_moves_a_call_back_and_joins_a_group(site: Site, size: tuple[int, int], dark: bool) -> None:
    centre = opened(site)
    promised(site, "a01", 12 * 60)
    for code in ("a01", "a02", "a03"):
        set_wants_groups(site.context, True, Caller(code, Role.AGENT, agent_id=centre.agents[code]))
    tend_groups(site.context)
    page = site.visit("a01", size=size, dark=dark)
    faults: list[object] = []
    page.on("pageerror", lambda fault: faults.append(fault))
    page.goto("/today")
    assert_fits(page)
    page.get_by_role("link", name="Another time for the call about their-reference-77120").click()
    expect(page.get_by_role("heading", name="Call-back about their-reference-77120")).to_be_visible()
    assert_fits(page)
    button = page.locator(".agent-time").nth(2)
    assert_easy_to_touch(button)
    starts = button.locator("strong").inner_text()
    button.click()
    expect(page.locator(".agent-timeline > li.call_back .numbers")).to_contain_text(starts)
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("heading", name="Your reflective group")).to_be_visible()
    expect(page.locator(".agent-timeline > li.group")).to_be_visible()
    page.get_by_role("button", name="15 min").click()
    expect(page.locator(".agent-timeline > li.focus")).to_contain_text("15 min")
    page.get_by_role("button", name="Done with the call about their-reference-77120").click()
    expect(page.get_by_role("heading", name="Call-backs that you promised")).to_have_count(0)
    assert_fits(page)
    assert faults == []


@SIZES
def test_a_lead_finds_a_call_back_somebody_and_asks_for_a_meeting(
    site: Site, size: tuple[int, int], dark: bool
) -> None:
    opened(site)
    promised(site, "a01", 7 * 60 + 12)
    page = site.visit("lead", size=size, dark=dark)
    faults: list[object] = []
    page.on("pageerror", lambda fault: faults.append(fault))
    page.goto("/lead/appointments")
    assert_fits(page)
    expect(page.get_by_role("heading", name="Agent 1, about their-reference-77120")).to_be_visible()
    page.get_by_label("New due day").fill(MONDAY.isoformat())
    page.get_by_label("and time").fill("11:00")
    page.get_by_role("button", name="Move").click()
    expect(page.get_by_text("None. Every promised call-back has somebody and a time.")).to_be_visible()
    expect(page.get_by_role("cell", name="their-reference-77120")).to_be_visible()
    page.get_by_label("Day", exact=True).fill(MONDAY.isoformat())
    page.get_by_label("or people").select_option(["a02", "a03"])
    page.get_by_role("button", name="Find a time").click()
    expect(page.get_by_text("a02, a03")).to_be_visible()
    assert_fits(page)
    page.get_by_role("button", name="Cancel the meeting").click()
    expect(page.get_by_text("None ahead.")).to_be_visible()
    assert faults == []
