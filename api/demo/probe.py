"""The demo checks itself: a real server, its pages as lead and agent, a heavy contact, the rest it brings."""

import http.cookiejar
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from api.demo.build import Built, Say
from api.demo.scenes import GRIEF_AFTER_A_DROPPED_HANDOFF
from api.services.access.tokens import make_link

PAGE_TARGET_MS = 200
PAGE_ROUNDS = 5
TIMEOUT_SECONDS = 20
QUEUES_TO_TRY = ("appointments", "billing", "results", "medication", "bereavement", "nurse_advice")


class CheckFailed(RuntimeError):
    """Something the demo promises is not so; the message says what."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read whole."""

    status: int
    address: str
    text: str
    milliseconds: float


class Browser:
    """A session with cookies, or a program with a bearer token; follows redirects as a browser does."""

    def __init__(self, root: str, token: str = "") -> None:
        self.root = root
        self._token = token
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str) -> Answer:
        """GET `path`."""
        return self._open(urllib.request.Request(self.root + path))  # noqa: S310 - http to ourselves

    def form(self, path: str, **fields: str) -> Answer:
        """POST a form."""
        data = urllib.parse.urlencode(fields).encode()
        return self._open(urllib.request.Request(self.root + path, data=data))  # noqa: S310 - http to ourselves

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST JSON; the answer must be a success and JSON itself."""
        request = urllib.request.Request(  # noqa: S310 - http to ourselves
            self.root + path, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
        )
        answer = self._open(request)
        if not 200 <= answer.status < 300:
            raise CheckFailed(f"POST {path}: status {answer.status}: {answer.text[:300]}")
        found: dict[str, Any] = json.loads(answer.text)
        return found

    def sign_in(self, link: str) -> Answer:
        """Use a one-time link as its page does."""
        answer = self.form(f"/sign-in/link/{link}")
        if answer.status != 200 or "/sign-in" in answer.address:
            raise CheckFailed(f"the sign-in link led to {answer.address} with status {answer.status}")
        return answer

    def _open(self, request: urllib.request.Request) -> Answer:
        request.add_header("Accept", "text/html, application/json;q=0.9")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        begin = time.perf_counter()
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                text = response.read().decode("utf-8")
                status, address = response.status, response.url
        except urllib.error.HTTPError as error:
            text, status, address = error.read().decode("utf-8", "replace"), error.code, error.url or request.full_url
        return Answer(status, address, text, (time.perf_counter() - begin) * 1000)


def check(built: Built, root: str, say: Say) -> None:
    """Try everything the demo promises on the server at `root`; raises `CheckFailed` at the first thing amiss."""
    _expect(Browser(root), "/readyz", "ready")
    _expect(Browser(root), "/api/v1/openapi.json", "/contacts")
    say("  the server is alive and ready")
    _pages(built, root, say)
    _heavy_contact(built, root, say)


@dataclass(frozen=True)
class Visit:
    """A page, who looks at it, and words that must be on it."""

    browser: Browser
    path: str
    words: str


def open_visits(built: Built, root: str) -> tuple[Visit, ...]:
    """Every page, signed in as the lead or as the guest."""
    lead, agent = Browser(root), Browser(root)
    lead.sign_in(make_link(built.context, built.lead_username))
    agent.sign_in(make_link(built.context, built.guest.code))
    roster = f"/rosters/{built.roster_id}"
    return (
        Visit(lead, "/rosters", "Published"),
        Visit(lead, roster, built.size.people[-1].name),
        Visit(lead, f"{roster}/cover/{built.now:%Y-%m-%d}", "Nurse advice"),
        Visit(lead, "/floor", "Nurse advice"),
        Visit(agent, "/today", built.guest.name),
        Visit(agent, "/today/ledger", "You carry"),
    )


def timed(visit: Visit, rounds: int) -> list[float]:
    """Milliseconds of each of `rounds` requests; raises `CheckFailed` where the page is not as it should be."""
    return [_expect(visit.browser, visit.path, visit.words).milliseconds for _ in range(rounds)]


def percentile_95(values: Sequence[float]) -> float:
    """The value that 95 % of `values` do not exceed."""
    return sorted(values)[ceil(0.95 * len(values)) - 1]


def _pages(built: Built, root: str, say: Say) -> None:
    visits = open_visits(built, root)
    taken = [one for visit in visits for one in timed(visit, PAGE_ROUNDS)]
    p95 = percentile_95(taken)
    within = "within" if p95 <= PAGE_TARGET_MS else "above"
    say(
        f"  {len(visits)} pages as lead and agent; 95th percentile {p95:.0f} ms,"
        f" {within} the target of {PAGE_TARGET_MS} ms"
    )


def _heavy_contact(built: Built, root: str, say: Say) -> None:
    router = Browser(root, built.router_token)
    contact = _taken(router)
    agent = str(contact["agent"])
    tier = contact["difficulty"]["tier"]
    if tier != "severe":
        raise CheckFailed(f"the heavy contact is {tier}: expected severe")
    for step in ("accept", "start"):
        router.post(f"/api/v1/contacts/{contact['id']}/{step}", {})
    done = router.post(
        f"/api/v1/contacts/{contact['id']}/complete", {"outcomes": ["distressing_disclosure"], "felt": 4}
    )
    rest = done["rest"]
    if not rest or rest["minutes"] < 15:
        raise CheckFailed(f"after a severe contact the rest was {rest!r}: expected at least 15 minutes")
    browser = Browser(root)
    browser.sign_in(make_link(built.context, agent))
    _expect(browser, "/today", "ecompression")
    say(f"  a severe contact reached {agent}: {rest['minutes']} minutes of decompression, seen on their own page")


def _taken(router: Browser) -> dict[str, Any]:
    """A severe contact that somebody was free to take; queues are tried in turn."""
    for queue in QUEUES_TO_TRY:
        body = {"ref": f"check-{queue}", "queue": queue, "entry": GRIEF_AFTER_A_DROPPED_HANDOFF.model_dump(mode="json")}
        contact = router.post("/api/v1/contacts", body)
        if contact["agent"]:
            return contact
        router.post(f"/api/v1/contacts/{contact['id']}/abandon", {})
    raise CheckFailed("nobody in any queue was free to take a contact at 12:05")


def _expect(browser: Browser, path: str, words: str) -> Answer:
    answer = browser.get(path)
    if answer.status != 200:
        raise CheckFailed(f"GET {path}: status {answer.status}: {answer.text[:300]}")
    if urllib.parse.urlsplit(answer.address).path.startswith("/sign-in"):
        raise CheckFailed(f"GET {path} asked to sign in")
    if words not in answer.text:
        raise CheckFailed(f"GET {path}: {words!r} is not on the page")
    return answer
