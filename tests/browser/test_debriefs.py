"""A debrief asked for with a chosen peer, and moved to another time, in a real browser on a phone and a desktop."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from api.services.days.planning import plan_day
from tests.api.day_stage import TODAY, at, publish
from tests.api.debrief_stage import debriefs_of
from tests.browser.conftest import DESKTOP, PHONE, Site, assert_easy_to_touch
from tests.factories import make_centre

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (DESKTOP, True)], ids=["phone", "desktop, dark"])
def test_a_debrief_is_asked_for_and_moved(site: Site, size: tuple[int, int], dark: bool) -> None:
    centre = make_centre(site.context)
    on_date = TODAY - timedelta(days=1)
    site.clock.set(at(7 * 60 + 5, on_date))
    publish(site.context, centre, dict.fromkeys(centre.agent_codes, "early"), on_date)
    plan_day(site.context, on_date, deterministic_limit=0)
    page = site.visit("a01", size=size, dark=dark)
    faults: list[object] = []
    page.on("pageerror", lambda fault: faults.append(fault))
    page.goto("/today")
    page.get_by_role("link", name="I’d like a debrief").click()
    page.get_by_label("A trained volunteer").select_option(label="Agent 6")
    assert page.evaluate(FITS)
    page.get_by_role("button", name="Ask").click()
    card = page.locator(".agent-debrief")
    expect(card).to_contain_text("With Agent 6, a trained peer.")
    assert page.evaluate(FITS)
    card.get_by_role("link", name="Another peer or another time").click()
    page.wait_for_url("**/today/debriefs/*")
    button = page.locator(".agent-time").first
    assert_easy_to_touch(button)
    assert page.evaluate(FITS)
    starts = button.locator("strong").inner_text()
    button.click()
    expect(card).to_contain_text(f"You asked Agent 6 for {starts}")
    assert page.evaluate(FITS)

    peer = site.visit("a06", size=size, dark=dark)
    peer.goto("/today")
    asked = peer.locator(".agent-debrief")
    expect(asked).to_contain_text("Agent 1 would like a debrief with you")
    asked.get_by_role("button", name="Accept").click()
    expect(peer.locator(".agent-debrief")).to_contain_text("A debrief that you give")
    assert peer.evaluate(FITS)
    assert len(debriefs_of(site.context, centre, "a06")) == len(debriefs_of(site.context, centre, "a01")) == 1
    assert faults == []
