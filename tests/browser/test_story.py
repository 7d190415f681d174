"""The story of Breather, played in a real browser: from a lead's plan to an agent's breath."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from api.services.access.tokens import make_token
from roster.clock import at_local
from roster.rest import DebriefInvitation, InvitationStatus
from roster.shifts import Requirement
from roster.store.engine import reading, writing
from tests.browser.conftest import PHONE, Site
from tests.factories import Centre, make_centre

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MONDAY = date(2026, 11, 23)
EARLY, LATE = (7 * 60, 15 * 60), (13 * 60, 21 * 60)
CALM = {"arrival_state": "calm", "parties": 1, "history": "first", "stakes": [], "resolvability": "resolvable"}
HEAVY = {
    "arrival_state": "grieving",
    "parties": 1,
    "history": "repeat_after_failure",
    "stakes": ["medication"],
    "resolvability": "resolvable",
}


class Router:
    """Routing software: speaks HTTP with a token of its own."""

    def __init__(self, site: Site) -> None:
        secret = make_token(site.context, "phones", role="router", actor="test").secret
        self._client = httpx2.Client(base_url=f"{site.url}/api/v1", headers={"Authorization": f"Bearer {secret}"})

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._client.post(path, json=body or {})
        assert answer.status_code in (200, 201), answer.text
        told: dict[str, Any] = answer.json()
        return told

    def contact(self, ref: str, entry: dict[str, Any]) -> dict[str, Any]:
        return self.post("/contacts", {"ref": ref, "queue": "advice", "entry": entry})

    def status(self, contact: dict[str, Any]) -> tuple[str, str | None]:
        told = self._client.get(f"/contacts/{contact['id']}").json()
        return told["status"], told["agent"]

    def close(self) -> None:
        self._client.close()


@contextmanager
def routing(site: Site) -> Iterator[Router]:
    router = Router(site)
    try:
        yield router
    finally:
        router.close()


def require(site: Site, centre: Centre) -> None:
    """Everybody is needed early on Tuesday, two early and one late on the other days of the week."""
    with writing(site.context.engine) as session:
        for day in range(7):
            for (begin, end), needed in ((EARLY, 6 if day == 1 else 2), (LATE, 0 if day == 1 else 1)):
                for minute in range(begin, end, 15):
                    if needed and not (needed == 1 and minute < EARLY[1]):
                        at = at_local(MONDAY + timedelta(days=day), minute, centre.zone)
                        session.add(Requirement(queue_id=centre.queues["advice"], starts_at=at, required=needed))


def work(site: Site, router: Router, contact: dict[str, Any], minutes: float, outcomes: list[str]) -> dict[str, Any]:
    """Accept, start and complete `contact` after `minutes`."""
    router.post(f"/contacts/{contact['id']}/accept")
    router.post(f"/contacts/{contact['id']}/start")
    site.clock.forward(minutes=minutes)
    return router.post(f"/contacts/{contact['id']}/complete", {"outcomes": outcomes})


def plan_and_publish(page: Page) -> None:
    page.goto("/rosters")
    page.get_by_label("First day").fill(MONDAY.isoformat())
    page.get_by_label("Weeks").fill("1")
    page.get_by_label("Seconds to search").fill("5")
    page.get_by_role("button", name="Plan", exact=True).click()
    page.get_by_text("Publish…").click(timeout=60_000)
    page.get_by_role("button", name="Publish this roster").click()
    expect(page.get_by_text("Published by")).to_be_visible()


def test_from_a_plan_to_a_breath_and_a_debrief(site: Site) -> None:
    centre = make_centre(site.context)
    require(site, centre)
    with routing(site) as router:
        # Monday morning: one severe contact. Its debrief may be from a day later on.
        router.post("/agents/a01/state", {"state": "available"})
        severe = work(site, router, router.contact("monday", HEAVY), 9, ["threat"])
        assert severe["rest"]["minutes"] == 25

        # Tuesday, 07:10 in Amsterdam, before any break can be: the lead plans the week and publishes it.
        site.clock.set(datetime(2026, 11, 24, 6, 10, tzinfo=UTC))
        lead = site.visit("lead")
        plan_and_publish(lead)

        # The agent sees the day, and an invitation.
        agent = site.visit("a01", size=PHONE)
        agent.goto("/today")
        expect(agent.get_by_text("Your shift: 07:00 to 15:00")).to_be_visible()
        assert agent.get_by_role("listitem").filter(has_text="Meal").count() == 1
        expect(agent.get_by_role("heading", name="A debrief, if you want one")).to_be_visible()
        expect(agent.locator("body")).to_have_attribute("data-connected", "yes")

        # The router posts a heavy contact; it reaches the only agent who is there.
        heavy = router.contact("tuesday", HEAVY)
        assert (heavy["status"], heavy["agent"]) == ("assigned", "a01")
        assert heavy["difficulty"]["tier"] == "heavy"
        now = agent.get_by_role("region", name="Now", exact=True)
        assert not re.search("decompression|your time", now.inner_text(), re.IGNORECASE)
        told = work(site, router, heavy, 6, [])
        done = time.monotonic()
        expect(now).to_contain_text(re.compile("decompression|your time", re.IGNORECASE), timeout=1000)
        assert time.monotonic() - done < 1.0
        assert told["rest"]["minutes"] == 5
        waiting = router.contact("during decompression", CALM)
        assert router.status(waiting) == ("waiting", None)

        # The lead's floor says that it is protected time, and not why.
        floor = site.visit("lead")
        floor.goto("/floor")
        expect(floor.get_by_text("Agent 1").first).to_be_visible()
        assert "decompression" not in floor.inner_text("main").lower()

        # When it is over, the waiting contact comes by itself.
        site.clock.forward(minutes=5.1)
        expect_status(router, waiting, ("assigned", "a01"))
        work(site, router, waiting, 2, [])

        # The agent accepts the debrief; meanwhile no contact reaches them.
        agent.get_by_role("button", name="Accept").click()
        expect(agent.get_by_role("heading", name="Your debrief")).to_be_visible()
        with reading(site.context.engine) as session:
            invitation = session.get_one(DebriefInvitation, 1)
        assert invitation.status is InvitationStatus.ACCEPTED
        site.clock.set(invitation.starts_at + timedelta(minutes=1))
        meanwhile = router.contact("meanwhile", CALM)
        assert router.status(meanwhile) == ("waiting", None)
        agent.reload()
        expect(now).to_contain_text(re.compile("debrief", re.IGNORECASE))
        site.clock.set(invitation.ends_at + timedelta(seconds=1))
        expect_status(router, meanwhile, ("assigned", "a01"))


def expect_status(router: Router, contact: dict[str, Any], expected: tuple[str, str]) -> None:
    """Wait for the floor's own tick to bring `contact` to `expected`."""
    deadline = time.monotonic() + 10
    while (found := router.status(contact)) != expected and time.monotonic() < deadline:
        time.sleep(0.1)
    assert found == expected
