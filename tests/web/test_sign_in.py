"""Signing in: the form, the one-time link, the front door, signing out."""

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.context import Context
from api.deps import SESSION_COOKIE
from api.services.access.accounts import caller_of_session, create_user, set_active
from api.services.access.tokens import make_link
from tests.clients import signed_in
from tests.conftest import SetClock
from tests.factories import Centre

PASSWORD = "correct horse battery"


def browser(app: FastAPI) -> TestClient:
    client = TestClient(app, follow_redirects=False)
    client.headers["Accept"] = "text/html"
    return client


def add_lead(context: Context, username: str = "mara") -> None:
    create_user(context, username=username, display_name="Mara", role="lead", password=PASSWORD, actor="test")


def test_right_password_signs_in_and_front_door_leads_to_the_rosters(app: FastAPI, context: Context) -> None:
    add_lead(context)
    client = browser(app)
    answer = client.post("/sign-in", data={"username": " MARA ", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert SESSION_COOKIE in cookie and "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert client.get("/").headers["Location"] == "/rosters"


def test_wrong_password_shows_the_form_again_without_saying_which_was_wrong(app: FastAPI, context: Context) -> None:
    add_lead(context)
    answers = [
        browser(app).post("/sign-in", data={"username": name, "password": "wrong wrong wrong"})
        for name in ("mara", "nobody")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert all("User name or password is not right" in answer.text for answer in answers)
    assert all("set-cookie" not in answer.headers for answer in answers)


def test_guessing_is_slowed_down_and_the_clock_opens_the_door_again(
    app: FastAPI, context: Context, clock: SetClock
) -> None:
    add_lead(context)
    client = browser(app)
    for _ in range(5):
        assert client.post("/sign-in", data={"username": "mara", "password": "no no no no"}).status_code == 401
    refused = client.post("/sign-in", data={"username": "mara", "password": PASSWORD})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "300")
    clock.forward(minutes=5)
    assert client.post("/sign-in", data={"username": "mara", "password": PASSWORD}).status_code == 303


def test_form_sent_by_another_site_is_refused(app: FastAPI, context: Context) -> None:
    add_lead(context)
    form = {"username": "mara", "password": PASSWORD}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert browser(app).post("/sign-in", data=form, headers=headers).status_code == 403
    for headers in ({"Origin": "http://testserver"}, {"Sec-Fetch-Site": "same-origin"}):
        assert browser(app).post("/sign-in", data=form, headers=headers).status_code == 303


def test_sign_in_leads_only_to_addresses_of_this_site(app: FastAPI, context: Context) -> None:
    add_lead(context)
    for wanted, reached in (
        ("/rosters/3", "/rosters/3"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
    ):
        form = {"username": "mara", "password": PASSWORD, "next": wanted}
        assert browser(app).post("/sign-in", data=form).headers["Location"] == reached


def test_link_works_once_and_looking_at_it_does_not_use_it_up(app: FastAPI, context: Context, centre: Centre) -> None:
    address = f"/sign-in/link/{make_link(context, 'a01')}"
    client = browser(app)
    assert client.get(address).status_code == client.get(address).status_code == 200
    assert client.post(address).status_code == 303
    assert client.get("/").headers["Location"] == "/today"
    again = browser(app)
    assert again.post(address).status_code == again.get(address).status_code == 404


def test_link_is_not_used_by_a_form_of_another_site(app: FastAPI, context: Context, centre: Centre) -> None:
    address = f"/sign-in/link/{make_link(context, 'a01')}"
    client = browser(app)
    assert client.post(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post(address, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_link_grows_old(app: FastAPI, context: Context, clock: SetClock, centre: Centre) -> None:
    address = f"/sign-in/link/{make_link(context, 'lead', hours=1)}"
    clock.forward(hours=1)
    assert browser(app).post(address).status_code == 404


def test_signing_out_ends_the_session_on_the_server_too(app: FastAPI, context: Context, centre: Centre) -> None:
    client = signed_in(app, context, "lead")
    token = client.cookies[SESSION_COOKIE]
    assert client.post("/sign-out").status_code == 303
    other = browser(app)
    other.cookies.set(SESSION_COOKIE, token)
    assert other.get("/").headers["Location"] == "/sign-in"


def test_signing_in_anew_ends_the_session_before(app: FastAPI, context: Context, centre: Centre) -> None:
    client = signed_in(app, context, "lead")
    before = client.cookies[SESSION_COOKIE]
    client.cookies.clear()
    answer = client.post(f"/sign-in/link/{make_link(context, 'a01')}", headers={"Cookie": f"{SESSION_COOKIE}={before}"})
    assert answer.status_code == 303
    assert caller_of_session(context, before) is None


def test_session_ends_by_the_clock(context: Context, clock: SetClock, lead_client: TestClient) -> None:
    clock.forward(hours=context.settings.session_hours)
    assert lead_client.get("/").headers["Location"] == "/sign-in"


def test_closing_an_account_ends_its_sessions(context: Context, lead_client: TestClient) -> None:
    set_active(context, "lead", False, actor="test")
    assert lead_client.get("/").headers["Location"] == "/sign-in"


def test_stranger_is_asked_to_sign_in_and_led_back(app: FastAPI) -> None:
    page = browser(app).get("/sign-in?next=/rosters/3%3Fweek%3D2")
    assert 'value="/rosters/3?week=2"' in page.text
