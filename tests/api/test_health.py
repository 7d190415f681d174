"""Alive, ready, measured."""

import logging
from dataclasses import replace

import pytest
from alembic import command
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.context import Context
from api.metrics import Metrics, sample
from api.settings import Settings
from roster.store.engine import make_engine
from roster.store.migrate import alembic_config
from tests.factories import Centre
from web.app import create_app


def test_alive_without_asking_the_database(app: FastAPI, context: Context) -> None:
    context.engine.dispose()
    assert TestClient(app).get("/healthz").json() == {"status": "alive"}


def test_ready_when_all_is_well(app: FastAPI) -> None:
    answer = TestClient(app).get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {
        "database": "answers",
        "migrations": "at the newest schema",
        "scheduler": "switched off here",
    }


def test_unready_before_the_migrations(app: FastAPI, context: Context) -> None:
    command.downgrade(alembic_config(context.engine), "base")
    answer = TestClient(app).get("/readyz")
    assert (answer.status_code, answer.json()["failed"]) == (503, ["migrations"])


def test_unready_without_the_database_and_does_not_say_where_it_is(context: Context) -> None:
    away = replace(context, engine=make_engine("postgresql://someone:secret@127.0.0.1:1/none?connect_timeout=1"))
    answer = TestClient(create_app(away, jobs=False)).get("/readyz")
    assert (answer.status_code, answer.json()["failed"]) == (503, ["database"])
    assert "secret" not in answer.text and "127.0.0.1" not in answer.text


def test_ready_only_while_the_scheduler_runs(context: Context) -> None:
    app = create_app(context, jobs=True)
    assert TestClient(app).get("/readyz").json()["failed"] == ["scheduler"]
    with TestClient(app) as client:
        assert client.get("/readyz").json()["checks"]["scheduler"] == "running"
    assert not app.state.scheduler.running


def test_metrics_count_requests_by_template_never_by_address(app: FastAPI, centre: Centre) -> None:
    client = TestClient(app)
    client.get("/sign-in/link/somebodys-secret")
    client.get("/nothing/of/that/name")
    client.get("/api/v1/events")
    text = client.get("/metrics").text
    assert 'breather_requests_total{method="GET",route="/sign-in/link/{secret}",status="404"} 1' in text
    assert 'breather_requests_total{method="GET",route="unmatched",status="404"} 1' in text
    assert 'breather_requests_total{method="GET",route="/api/v1/events",status="401"} 1' in text
    assert 'breather_contacts{status="waiting"} 0' in text
    assert "somebodys-secret" not in text
    assert not any(code in text for code in centre.agents)


def test_crash_is_counted_as_such(context: Context, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(context, jobs=False)

    @app.get("/probe/crash")
    def crash() -> None:
        raise RuntimeError

    client = TestClient(app, raise_server_exceptions=False)
    with caplog.at_level(logging.CRITICAL):
        client.get("/probe/crash")
    assert 'route="/probe/crash",status="500"} 1' in client.get("/metrics").text


def test_histogram_is_cumulative_and_labels_are_escaped() -> None:
    metrics = Metrics()
    for seconds in (0.001, 0.03, 99.0):
        metrics.observe("GET", "/x", 200, seconds)
    lines = metrics.lines()
    assert 'breather_request_seconds_bucket{route="/x",le="0.005"} 1' in lines
    assert 'breather_request_seconds_bucket{route="/x",le="0.05"} 2' in lines
    assert 'breather_request_seconds_bucket{route="/x",le="10.0"} 2' in lines
    assert 'breather_request_seconds_bucket{route="/x",le="+Inf"} 3' in lines
    assert sample("n", (("l", 'a"b\\c\n'),), 1) == 'n{l="a\\"b\\\\c\\n"} 1'


def test_settings_have_a_switch_for_the_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREATHER_JOBS", "false")
    assert Settings().jobs is False
