"""Every error is a problem document that says what was expected, and nothing of our inside."""

import logging
from typing import Annotated

import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field

from api.app import create_api
from api.context import Context
from api.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError, TooMany, Unauthenticated


class Inner(BaseModel):
    count: Annotated[int, Field(ge=1)]


class Body(BaseModel):
    name: str
    inner: Inner
    password: Annotated[str, Field(min_length=10)] = "long enough"


@pytest.fixture
def probe(context: Context) -> FastAPI:
    """The bare API with addresses that go wrong."""
    app = create_api(context)
    kinds = {kind.__name__: kind for kind in (Conflict, Forbidden, Invalid, NotFound, Unauthenticated)}

    @app.get("/probe/service/{kind}")
    def service(kind: str) -> None:
        raise kinds[kind](f"queue 'x': expected one of {kind}", known=["a", "b"])

    @app.get("/probe/busy")
    def busy() -> None:
        raise TooMany("try again soon", retry_after_seconds=7)

    @app.post("/probe/body")
    def body(sent: Body, days: Annotated[int, Query(le=42)] = 1) -> None: ...

    @app.get("/probe/crash")
    def crash() -> None:
        raise RuntimeError("secret inside")

    return app


@pytest.mark.parametrize("kind", [Conflict, Forbidden, Invalid, NotFound, Unauthenticated])
def test_service_error_is_told_in_its_own_words(probe: FastAPI, kind: type[ServiceError]) -> None:
    answer = TestClient(probe).get(f"/probe/service/{kind.__name__}")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": kind.title,
        "status": kind.status,
        "detail": f"queue 'x': expected one of {kind.__name__}",
        "known": ["a", "b"],
    }
    assert answer.status_code == kind.status


def test_too_many_says_when(probe: FastAPI) -> None:
    answer = TestClient(probe).get("/probe/busy")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_every_bad_field_is_named_at_once_with_its_value(probe: FastAPI) -> None:
    answer = TestClient(probe).post("/probe/body?days=43", json={"inner": {"count": 0}, "password": "short"})
    assert answer.status_code == 422
    errors = {error["field"]: error for error in answer.json()["errors"]}
    assert set(errors) == {"days", "name", "inner.count", "password"}
    assert errors["days"]["found"] == "'43'"
    assert errors["inner.count"]["found"] == "0"
    assert "greater than or equal to 1" in errors["inner.count"]["expected"]
    assert "inner.count: Input should be greater than or equal to 1 (found 0)" in answer.json()["detail"]


def test_bad_password_is_never_repeated(probe: FastAPI) -> None:
    answer = TestClient(probe).post("/probe/body", json={"name": "x", "inner": {"count": 1}, "password": "sh0rt"})
    assert answer.status_code == 422
    assert "sh0rt" not in answer.text


def test_body_that_is_no_json_is_said_so(probe: FastAPI) -> None:
    headers = {"Content-Type": "application/json"}
    answer = TestClient(probe).post("/probe/body", content=b"{nonsense", headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert "JSON" in answer.json()["detail"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/v1/none", 404), ("DELETE", "/healthz", 405)])
def test_framework_errors_are_problem_documents_too(probe: FastAPI, method: str, path: str, status: int) -> None:
    answer = TestClient(probe).request(method, path)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code == status


def test_crash_gives_a_reference_and_keeps_its_inside(probe: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "breather.http"):
        answer = TestClient(probe, raise_server_exceptions=False).get("/probe/crash")
    assert answer.status_code == 500
    assert "secret inside" not in answer.text
    assert answer.json()["reference"] in caplog.text
    assert "secret inside" in caplog.text


def test_openapi_stands_at_its_address(probe: FastAPI) -> None:
    assert TestClient(probe).get("/api/v1/openapi.json").json()["info"]["title"] == "Breather"
