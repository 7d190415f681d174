"""A sick call in a real browser: from the published grid to who could step in, a repair, and its draft; a phone too."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from api.services.rosters.planning import create_roster
from api.services.rosters.publishing import publish
from roster.clock import at_local
from roster.shifts import Requirement
from roster.store.engine import writing
from tests.browser.conftest import DESKTOP, PHONE, Site
from tests.factories import make_centre
from tests.planning_centre import place

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MONDAY = date(2026, 11, 23)


def published(site: Site) -> int:
    """A week: Agents 1 and 2 early, Agent 3 late, Monday to Friday; two are asked for until 15:00, then one."""
    centre = make_centre(site.context)
    with writing(site.context.engine) as session:
        for day in range(5):
            for minute in range(7 * 60, 21 * 60, 15):
                at = at_local(MONDAY + timedelta(days=day), minute, centre.zone)
                session.add(Requirement(queue_id=centre.queues["advice"], starts_at=at, required=2 - (minute >= 900)))
    roster = create_roster(site.context, team="Team", starts_on=MONDAY, days=7, actor="lead")
    for day in range(7):
        for agent, shift in (("a01", "early"), ("a02", "early"), ("a03", "late")):
            if day < 5:
                place(site.context, roster, agent, MONDAY + timedelta(days=day), shift)
        for agent in ("a04", "a05", "a06"):
            if day > 2:
                place(site.context, roster, agent, MONDAY + timedelta(days=day), "early")
    publish(site.context, roster, actor="lead")
    return roster


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_the_grid_to_a_repaired_draft(site: Site, size: tuple[int, int]) -> None:
    roster = published(site)
    page = site.visit("lead", size=size)
    faults: list[object] = []
    page.on("pageerror", lambda fault: faults.append(fault))
    page.goto(f"/rosters/{roster}")
    page.locator("#c-0-1").click()
    page.get_by_role("link", name="Who could step in").click()
    expect(page.get_by_role("heading", name="Agent 1, Tuesday 24 November 2026")).to_be_visible()
    expect(page.get_by_text("Agent 4 works Early on Tuesday 24 November, free until now.")).to_be_visible()
    page.get_by_role("link", name="Tell me why").click()
    expect(page.locator("#why-told")).to_contain_text("the best without it: proved")
    page.get_by_label("Agent 1 …").select_option("swap")
    page.get_by_label("Other person").select_option("a03")
    page.get_by_role("button", name="What would it do?").click()
    expect(page.locator("#what-if-told")).to_contain_text("It would break")
    page.get_by_role("button", name="Find a repair").click()
    expect(page.locator("#repair-told")).to_contain_text("no repair moves fewer: proved")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("link", name="Look at the draft").click()
    expect(page.get_by_text("Draft", exact=True)).to_be_visible()
    expect(page.get_by_text("No conflict with the rules.")).to_be_visible()
    assert faults == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_two_people_away_in_one_go_and_published(site: Site, size: tuple[int, int]) -> None:
    roster = published(site)
    page = site.visit("lead", size=size)
    page.goto(f"/rosters/{roster}/changes?agent=a01&date=2026-11-24")
    page.get_by_text("Others are away, too").click()
    second = page.get_by_role("group", name="Absence 2")
    second.get_by_label("Person").select_option("a02")
    second.get_by_label("Until").fill("2026-11-25")
    page.get_by_role("button", name="Find a repair").click()
    expect(page.locator("#repair-told")).to_contain_text("3 days of people move")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("link", name="Look at the draft").click()
    page.get_by_text("Publish…").click()
    page.get_by_role("button", name="Publish this roster").click()
    expect(page.get_by_text("Published by")).to_be_visible()
    page.goto(f"/rosters/{roster}")
    expect(page.get_by_text("A newer roster has replaced this one.")).to_be_visible()
