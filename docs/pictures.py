"""Takes the README's pictures: the demo built, served, and looked at with a real Chromium.

    make pictures        (or: BREATHER_CHROMIUM=/usr/bin/chromium python docs/pictures.py [--seconds 40])

Writes docs/pictures/*.png, each page light and dark. The week is fixed, so that the pictures differ only where the
pages do.
"""

import argparse
import os
import sys
import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from api.demo.build import Built, build, planned_for
from api.demo.clinic import monday_of
from api.demo.server import free_port, running
from api.services.access.tokens import make_link

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "pictures"
TODAY = date(2026, 11, 25)
DESK = {"width": 1280, "height": 800}
LONGEST_RUN_SECONDS = 90
PHONE = {"width": 390, "height": 844}


def main() -> int:
    """Take every picture; the exit status is 0 when each was written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=40.0, help="time limit of the roster solver")
    options = parser.parse_args()
    chromium = os.environ.get("BREATHER_CHROMIUM", "/usr/bin/chromium")
    if not Path(chromium).is_file():
        print(f"pictures: no Chromium at {chromium}: set BREATHER_CHROMIUM", file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="breather-pictures-") as folder:
        built = build(Path(folder) / "demo", today=TODAY, seed=7, say=print, plan=planned_for(options.seconds))
        with running(built.folder, built.now, free_port()) as root, sync_playwright() as tools:
            browser = tools.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for scheme in ("light", "dark"):
                take_all(browser, built, root, scheme)
            browser.close()
        built.context.engine.dispose()
    return 0


def take_all(browser: Browser, built: Built, root: str, scheme: str) -> None:
    """Every page in one colour scheme."""
    lead = open_as(browser, built, root, built.lead_username, scheme, DESK)
    roster = f"/rosters/{built.roster_id}"
    take(lead, f"{root}{roster}", f"roster-{scheme}", top="People and days")
    take(lead, f"{root}/floor", f"floor-{scheme}")
    take_run(lead, root, f"plan-{scheme}")
    agent = open_as(browser, built, root, built.guest.code, scheme, PHONE)
    take(agent, f"{root}/today", f"today-{scheme}")


def open_as(browser: Browser, built: Built, root: str, username: str, scheme: str, size: dict[str, int]) -> Page:
    """A page signed in as `username`."""
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    page = context.new_page()
    page.goto(f"{root}/sign-in/link/{make_link(built.context, username)}")
    page.locator("main form button").first.click()
    page.wait_for_url(lambda address: "/sign-in" not in address)
    return page


def take_run(page: Page, root: str, name: str) -> None:
    """Write the picture of a search that is over: a draft for all teams, planned through the page."""
    page.goto(f"{root}/rosters")
    page.get_by_label("First day").fill(monday_of(TODAY).isoformat())
    page.get_by_role("button", name="Plan").click()
    page.get_by_role("heading", name="Done").wait_for(timeout=LONGEST_RUN_SECONDS * 1000)
    save(page, name)


def take(page: Page, address: str, name: str, top: str = "") -> None:
    """Write the picture of one page, scrolled to heading `top`; a page that is not 200 fails the script."""
    answer = page.goto(address, wait_until="load")
    if answer is None or not answer.ok:
        raise SystemExit(f"pictures: {address} answered {answer.status if answer else 'nothing'}")
    if top:
        page.get_by_role("heading", name=top).evaluate("heading => heading.scrollIntoView()")
    page.wait_for_timeout(400)
    save(page, name)


def save(page: Page, name: str) -> None:
    """Write what the page shows now."""
    page.screenshot(path=PICTURES / f"{name}.png")
    print(f"docs/pictures/{name}.png")


if __name__ == "__main__":
    sys.exit(main())
