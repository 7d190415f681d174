"""Who may ask for what: roles, sessions with their CSRF token, bearer tokens."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_api
from api.context import Context
from api.deps import CSRF_HEADER, SESSION_COOKIE, AgentDep, CallerDep, LeadDep, RouterDep
from api.services.access.accounts import make_session
from api.services.access.tokens import make_token, revoke_token
from tests.clients import signed_in, with_token
from tests.factories import Centre


@pytest.fixture
def probe(context: Context, centre: Centre) -> FastAPI:
    """The bare API with one address per right."""
    app = create_api(context)

    @app.api_route("/probe/any", methods=["GET", "POST"])
    def anyone(caller: CallerDep) -> str:
        return caller.name

    @app.get("/probe/lead")
    def lead(caller: LeadDep) -> str:
        return caller.name

    @app.get("/probe/agent")
    def agent(caller: AgentDep) -> int | None:
        return caller.agent_id

    @app.get("/probe/router")
    def router(caller: RouterDep) -> str:
        return caller.name

    return app


ALLOWED = {
    "lead": {"any", "lead", "router"},
    "agent": {"any", "agent"},
    "router": {"any", "router"},
    "lead token": {"any", "lead", "router"},
}


@pytest.mark.parametrize("who", ALLOWED)
@pytest.mark.parametrize("what", ["any", "lead", "agent", "router"])
def test_each_right_is_for_its_roles_alone(probe: FastAPI, context: Context, who: str, what: str) -> None:
    clients = {
        "lead": lambda: signed_in(probe, context, "lead"),
        "agent": lambda: signed_in(probe, context, "a01"),
        "router": lambda: with_token(probe, context),
        "lead token": lambda: with_token(probe, context, "script", role="lead"),
    }
    answer = clients[who]().get(f"/probe/{what}")
    assert answer.status_code == (200 if what in ALLOWED[who] else 403)


def test_who_has_not_the_right_is_told_of_the_role_and_not_by_their_login(probe: FastAPI, context: Context) -> None:
    answer = signed_in(probe, context, "a01").get("/probe/lead")
    assert answer.json()["detail"] == "you are signed in as agent: expected lead"
    software = with_token(probe, context, "phone.system").post("/api/v1/webhooks", json={"url": "https://x.example"})
    assert software.json()["detail"] == "you are signed in as router: expected lead"


def test_agent_is_told_apart_by_their_own_agent(probe: FastAPI, context: Context, centre: Centre) -> None:
    assert signed_in(probe, context, "a02").get("/probe/agent").json() == centre.agents["a02"]


@pytest.mark.parametrize("what", ["any", "lead", "agent", "router"])
def test_stranger_is_asked_to_sign_in(probe: FastAPI, what: str) -> None:
    answer = TestClient(probe).get(f"/probe/{what}")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_unknown_and_revoked_tokens_are_worth_nothing(probe: FastAPI, context: Context) -> None:
    made = make_token(context, "phone", actor="test")
    headers = {"Authorization": f"bearer {made.secret}"}
    assert TestClient(probe).get("/probe/any", headers=headers).text == '"phone"'
    revoke_token(context, "phone", actor="test")
    assert TestClient(probe).get("/probe/any", headers=headers).status_code == 401
    assert TestClient(probe).get("/probe/any", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_bad_token_is_not_saved_by_a_good_cookie(probe: FastAPI, context: Context) -> None:
    client = signed_in(probe, context, "lead")
    assert client.get("/probe/any", headers={"Authorization": "Bearer nonsense"}).status_code == 401


class TestForgedRequests:
    """An unsafe request with a cookie needs the CSRF token of that very session."""

    @pytest.fixture
    def client(self, probe: FastAPI, context: Context) -> TestClient:
        """Signed in, sending no CSRF token."""
        return signed_in(probe, context, "lead", csrf=False)

    @pytest.fixture
    def token(self, client: TestClient, context: Context) -> str:
        """The CSRF token of the client's session."""
        other = make_session(context, "lead")
        client.cookies.set(SESSION_COOKIE, other.token)
        return other.caller.csrf_token

    def test_without_token_is_refused(self, client: TestClient) -> None:
        assert client.post("/probe/any").status_code == 403
        assert client.post("/probe/any", data={"csrf_token": ""}).status_code == 403

    def test_reading_needs_none(self, client: TestClient) -> None:
        assert client.get("/probe/any").status_code == 200

    def test_header_and_both_kinds_of_form_carry_it(self, client: TestClient, token: str) -> None:
        assert client.post("/probe/any", headers={CSRF_HEADER: token}).status_code == 200
        assert client.post("/probe/any", data={"csrf_token": token}).status_code == 200
        parts = client.post("/probe/any", data={"csrf_token": token}, files={"file": b"x"})
        assert parts.status_code == 200

    def test_token_of_another_session_is_refused(self, client: TestClient, token: str, context: Context) -> None:
        another = make_session(context, "lead").caller.csrf_token
        assert client.post("/probe/any", headers={CSRF_HEADER: another}).status_code == 403

    def test_file_in_the_place_of_the_token_is_refused(self, client: TestClient, token: str) -> None:
        assert client.post("/probe/any", files={"csrf_token": token.encode()}).status_code == 403

    def test_bearer_token_needs_none(self, probe: FastAPI, context: Context) -> None:
        assert with_token(probe, context).post("/probe/any").status_code == 200


def test_session_says_who_is_asking(probe: FastAPI, context: Context) -> None:
    assert signed_in(probe, context, "lead").get("/api/v1/session").json() == {
        "name": "lead",
        "display_name": "Lea Lead",
        "role": "lead",
    }
    assert with_token(probe, context).get("/api/v1/session").json()["role"] == "router"
    assert TestClient(probe).get("/api/v1/session").status_code == 401
