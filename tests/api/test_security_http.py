"""Headers on every response, and a limit on what is read."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from pydantic import BaseModel

from api.app import create_api
from api.context import Context
from api.security.headers import CONTENT_SECURITY_POLICY
from api.services.access.tokens import make_token
from tests.factories import make_centre


class Body(BaseModel):
    text: str


def small(context: Context, **settings: object) -> FastAPI:
    """The bare API with an address that reads a body and one that crashes."""
    app = create_api(replace(context, settings=context.settings.model_copy(update=settings)))

    @app.post("/probe/body")
    def body(sent: Body) -> int:
        return len(sent.text)

    @app.post("/probe/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @app.get("/probe/crash")
    def crash() -> None:
        raise RuntimeError("secret inside")

    return app


@pytest.mark.parametrize("path", ["/healthz", "/nothing/here", "/probe/crash"])
def test_headers_are_on_every_answer(context: Context, path: str) -> None:
    answer = TestClient(small(context), raise_server_exceptions=False).get(path)
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in answer.headers


def test_policy_allows_no_inline_script_or_style() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY


def test_production_asks_for_https(context: Context) -> None:
    client = TestClient(small(context, environment="production"))
    assert "Strict-Transport-Security" in client.get("/healthz").headers


def test_announced_body_past_the_limit_is_refused_unread(context: Context) -> None:
    client = TestClient(small(context, max_body_bytes=100))
    answer = client.post("/probe/body", json={"text": "x" * 200})
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "at most 100 bytes" in answer.json()["detail"]
    assert client.post("/probe/body", json={"text": "x" * 20}).json() == 20


@pytest.mark.parametrize("path", ["/probe/body", "/probe/raw"])
def test_unannounced_body_is_cut_off_at_the_limit(context: Context, path: str) -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        for _ in range(1000):
            read += 10
            yield b"x" * 10

    client = TestClient(small(context, max_body_bytes=100))
    headers = {"Content-Type": "application/json"}
    answer = client.post(path, content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (413, "Request Entity Too Large")


@pytest.mark.parametrize("address", ["/api/v1/agents/a%00b/day", "/api/v1/contacts/a%00b"])
def test_an_address_with_the_character_nul_names_nothing(any_context: Context, address: str) -> None:
    make_centre(any_context)
    app = create_api(any_context)
    secret = make_token(any_context, "router", actor="test").secret
    answer = TestClient(app).get(address, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code in (404, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_answers_to_software_over_the_short_way_are_not_guessed_at_run_or_kept(context: Context) -> None:
    make_centre(context)
    secret = make_token(context, "router", actor="test").secret
    client = TestClient(create_api(context), headers={"Authorization": f"Bearer {secret}"})
    answer = client.post("/api/v1/contacts", json={"ref": "r-1", "queue": "advice"})
    assert answer.status_code == 201
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")
    assert "Referrer-Policy" not in answer.headers
