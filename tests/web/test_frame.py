"""The frame of every page: navigation by role, friendly errors, static files, nothing inline."""

import json
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context, make_context
from api.deps import AgentDep, CallerDep
from api.services.access.accounts import create_user
from api.settings import Settings
from tests.clients import signed_in
from tests.conftest import SetClock
from tests.factories import Centre, make_centre
from web.app import create_app
from web.pages import HERE, page

HTML = {"Accept": "text/html,application/xhtml+xml"}
KEPT = HERE / "templates" / "evidence"
"""Pages that are written to a file and opened from there: whole by themselves, served by nobody."""
TEMPLATES = sorted(one for one in (HERE / "templates").rglob("*.html") if KEPT not in one.parents)


@pytest.fixture
def probe(app: FastAPI) -> FastAPI:
    """The application with a page for anyone signed in, one for agents, and one that crashes."""

    @app.get("/probe/frame")
    def frame(request: Request, caller: CallerDep) -> Response:
        return page(request, "base.html")

    @app.api_route("/probe/agent", methods=["GET", "POST"])
    def agent(request: Request, caller: AgentDep) -> Response:
        return page(request, "base.html")

    @app.get("/probe/crash")
    def crash(request: Request) -> Response:
        raise RuntimeError("secret inside")

    return app


def links(html: str) -> list[str]:
    """Addresses in the main navigation."""
    nav = re.search(r'<nav class="site-nav".*?</nav>', html, re.DOTALL)
    return re.findall(r'href="([^"]+)"', nav.group()) if nav else []


def test_navigation_is_that_of_the_role(probe: FastAPI, context: Context, centre: Centre) -> None:
    lead = signed_in(probe, context, "lead").get("/probe/frame").text
    agent = signed_in(probe, context, "a01").get("/probe/frame").text
    assert links(lead)[:3] == ["/rosters", "/lead/day", "/floor"]
    assert links(agent) == ["/today"]
    assert links(TestClient(probe).get("/sign-in").text) == []
    assert "Lea Lead" in lead


def test_signed_in_page_is_live_and_carries_its_token(probe: FastAPI, context: Context, centre: Centre) -> None:
    client = signed_in(probe, context, "a01")
    html = client.get("/probe/frame").text
    assert 'data-live="/live"' in html
    assert f'name="csrf-token" content="{client.headers["X-CSRF-Token"]}"' in html
    assert "data-live" not in TestClient(probe).get("/sign-in").text


def test_name_is_escaped(probe: FastAPI, context: Context) -> None:
    create_user(context, username="eve", display_name="<script>alert(1)</script>", role="lead", actor="test")
    html = signed_in(probe, context, "eve").get("/probe/frame").text
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_browser_without_a_session_is_led_to_sign_in_and_back(probe: FastAPI) -> None:
    answer = TestClient(probe, follow_redirects=False).get("/probe/frame?week=2", headers=HTML)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/probe/frame%3Fweek%3D2")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [("/probe/agent", 403, "Not for this account"), ("/nothing", 404, "Not here"), ("/probe/crash", 500, "went wrong")],
)
def test_errors_are_friendly_pages(
    probe: FastAPI, context: Context, centre: Centre, path: str, status: int, words: str
) -> None:
    made = signed_in(probe, context, "lead")
    client = TestClient(probe, cookies=dict(made.cookies), raise_server_exceptions=False)
    answer = client.get(path, headers=HTML)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert words in answer.text
    assert "secret inside" not in answer.text
    assert answer.headers["Content-Security-Policy"]


def test_api_answers_browsers_with_the_document_too(app: FastAPI) -> None:
    answer = TestClient(app).get("/api/v1/nothing", headers=HTML)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_form_without_a_session_is_refused_not_redirected(probe: FastAPI) -> None:
    answer = TestClient(probe, follow_redirects=False).post("/probe/agent", headers=HTML)
    assert answer.status_code == 401
    assert "Sign in first" in answer.text


def test_static_files_are_served(app: FastAPI) -> None:
    client = TestClient(app)
    html = client.get("/sign-in").text
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', html):
        assert client.get(path).status_code == 200, path
    assert client.get("/static/../app.py").status_code == 404


def test_unchanged_static_file_is_not_sent_again(app: FastAPI) -> None:
    client = TestClient(app)
    first = client.get("/static/app.js")
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get("/static/app.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_are_not_kept(app: FastAPI) -> None:
    assert TestClient(app).get("/sign-in").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(HERE)))
def test_templates_hold_nothing_that_the_content_policy_forbids(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", source)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", source)
    assert not re.search(r"(src|href)=[\"']https?://", source)
    assert "| safe" not in source and "|safe" not in source


def test_pages_that_are_kept_as_files_run_nothing_and_ask_nobody() -> None:
    kept = sorted(KEPT.glob("*.html"))
    assert kept
    for template in kept:
        source = template.read_text(encoding="utf-8")
        assert not re.search(r"<script|<link|@import|url\(|\son[a-z]+=|javascript:|https?://", source), template.name
        assert "| safe" not in source and "|safe" not in source


def test_forms_that_change_something_carry_the_token() -> None:
    for template in TEMPLATES:
        for form in re.findall(r"<form\b.*?</form>", template.read_text(encoding="utf-8"), re.DOTALL):
            # Signing in has no session yet; the origin of the form is checked instead.
            if re.search(r'method="post"', form, re.IGNORECASE) and 'action="/sign-in' not in form:
                assert 'name="csrf_token"' in form, (template.name, form[:120])


def test_demo_clock_is_shown_where_it_is_not_the_real_one(
    tmp_path: Path, empty_database: Path, clock: SetClock
) -> None:
    (tmp_path / "breather.sqlite3").write_bytes(empty_database.read_bytes())
    settings = Settings(environment="test", data_dir=tmp_path, clock_offset_seconds=3600)
    context = make_context(settings, clock)
    make_centre(context, agents=1)
    html = TestClient(create_app(context, jobs=False)).get("/sign-in").text
    context.engine.dispose()
    assert "Demo clock: Tuesday 24 November 2026, 11:00 (Europe/Amsterdam)" in html


def test_no_notice_on_the_real_clock(app: FastAPI) -> None:
    assert "Demo clock" not in TestClient(app).get("/sign-in").text


def test_htmx_sets_no_style_that_the_content_policy_forbids(app: FastAPI) -> None:
    """A new part of a page gets what its forerunner had of these attributes; an inline style would be refused."""
    found = re.search(r"name=\"htmx-config\" content='([^']*)'", TestClient(app).get("/sign-in").text)
    assert found is not None
    config = json.loads(found.group(1))
    assert config["attributesToSettle"] == ["class", "width", "height"]
    assert config["includeIndicatorStyles"] is False
