"""The lead's day in a real browser: bars on a desktop, a list per person on a phone, nothing wider than the page."""

from datetime import date

import pytest
from playwright.sync_api import expect

from api.services.days.planning import plan_day
from roster.clock import at_local
from tests.api.day_stage import publish
from tests.browser.conftest import DESKTOP, PHONE, Site
from tests.factories import make_centre

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(("size", "dark"), [(PHONE, True), (DESKTOP, False)], ids=["phone, dark", "desktop"])
def test_the_day_of_a_team(site: Site, size: tuple[int, int], dark: bool) -> None:
    centre = make_centre(site.context)
    site.clock.set(at_local(MONDAY, 7 * 60 + 5, centre.zone))
    publish(site.context, centre, dict.fromkeys(centre.agent_codes, "early"), MONDAY)
    plan_day(site.context, MONDAY, deterministic_limit=0)
    page = site.visit("lead", size=size, dark=dark)
    faults: list[object] = []
    page.on("pageerror", lambda fault: faults.append(fault))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.goto("/rosters")
    page.get_by_role("link", name="Day", exact=True).click()
    expect(page.get_by_role("heading", name="Team, Monday 23 November 2026")).to_be_visible()
    first = page.locator(".day-people > li").first
    meal = first.locator(".day-words > li.meal")
    bars = first.locator(".day-bars")
    expect(page.locator(".day-people > li")).to_have_count(6)
    # In the page for whoever hears it, whatever the size.
    expect(meal).to_have_count(1)
    if size == PHONE:
        expect(bars).to_be_hidden()
        box = meal.bounding_box()
        assert box is not None
        assert box["width"] > 200
        assert box["height"] > 20
    else:
        expect(bars).to_be_visible()
        box = bars.bounding_box()
        assert box is not None
        assert box["width"] > 600
        line = first.locator(".now").bounding_box()
        assert line is not None
        assert box["x"] < line["x"] < box["x"] + box["width"] / 8
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert faults == []
