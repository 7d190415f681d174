"""A break moved by its owner in a real browser, on a phone and a desktop: free times as buttons, no dragging."""

from datetime import date

import pytest
from playwright.sync_api import expect

from api.services.days.planning import plan_day
from api.services.days.views import agent_day
from roster.clock import at_local
from tests.api.day_stage import publish
from tests.browser.conftest import DESKTOP, PHONE, Site, assert_easy_to_touch
from tests.factories import make_centre

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (DESKTOP, True)], ids=["phone", "desktop, dark"])
def test_a_meal_moves_to_a_free_time_and_stays(site: Site, size: tuple[int, int], dark: bool) -> None:
    centre = make_centre(site.context)
    site.clock.set(at_local(MONDAY, 7 * 60 + 5, centre.zone))
    publish(site.context, centre, dict.fromkeys(centre.agent_codes, "early"), MONDAY)
    plan_day(site.context, MONDAY, deterministic_limit=0)
    page = site.visit("a01", size=size, dark=dark)
    faults: list[object] = []
    page.on("pageerror", lambda fault: faults.append(fault))
    page.goto("/today")
    meal = page.locator(".agent-timeline > li.meal")
    before = meal.locator(".numbers").inner_text()
    meal.get_by_role("link", name="Move or swap the meal").click()
    expect(page.get_by_role("heading", name="Your meal")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    button = page.locator(".agent-time").first
    assert_easy_to_touch(button)
    starts = button.locator("strong").inner_text()
    button.click()
    expect(page.get_by_role("status").filter(has_text=f"Your meal is at {starts} now")).to_be_visible()
    expect(meal.locator(".numbers")).to_contain_text(starts)
    expect(meal).to_contain_text("placed by you")
    assert before != meal.locator(".numbers").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    plan_day(site.context, MONDAY)
    kept = [view for view in agent_day(site.context, centre.agents["a01"], site.clock()).segments if view.by_hand]
    assert [(view.kind, view.starts) for view in kept] == [("meal", starts)]
    assert faults == []
