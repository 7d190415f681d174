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

from api.demo.build import Built, build
from api.demo.server import free_port, running
from api.services.tokens import make_link

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "pictures"
TODAY = date(2026, 11, 25)
DESK = {"width": 1280, "height": 800}
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
        built = build(Path(folder) / "demo", today=TODAY, seed=7, say=print, plan_seconds=options.seconds)
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
    take(lead, f"{root}{roster}", f"roster-{scheme}")
    take(lead, f"{root}{roster}/runs/{built.run.id}", f"plan-{scheme}")
    take(lead, f"{root}/floor", f"floor-{scheme}")
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


def take(page: Page, address: str, name: str) -> None:
    """Write the picture of one page; a page that is not 200 fails the script."""
    answer = page.goto(address, wait_until="load")
    if answer is None or not answer.ok:
        raise SystemExit(f"pictures: {address} answered {answer.status if answer else 'nothing'}")
    page.wait_for_timeout(400)
    page.screenshot(path=PICTURES / f"{name}.png")
    print(f"docs/pictures/{name}.png")


if __name__ == "__main__":
    sys.exit(main())
