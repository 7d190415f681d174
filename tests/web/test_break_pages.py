"""Breaks in the agent's hand over HTTP and on the page: moved, refused in words, split, swapped; theirs alone."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.context import Context
from tests.api.break_stage import MEAL, OTHER, PLAIN, REST, at, breaks, laid, number
from tests.clients import signed_in
from tests.conftest import SetClock
from tests.factories import Centre
from web.app import create_app


@pytest.fixture
def centre(context: Context, clock: SetClock) -> Centre:
    """Six people with the PLAIN breaks, a02 with the OTHER ones; it is 07:05."""
    return laid(context, clock)


@pytest.fixture
def app(context: Context) -> FastAPI:
    """The application without its scheduler."""
    return create_app(context, jobs=False)


@pytest.fixture
def agent(app: FastAPI, context: Context, centre: Centre) -> Iterator[TestClient]:
    """A browser in which a01 is signed in."""
    yield signed_in(app, context, "a01")


def test_a_break_moves_over_http_and_tells_what_it_did(agent: TestClient, context: Context, centre: Centre) -> None:
    meal = number(context, centre, 1)
    day = agent.get("/api/v1/agents/a01/day").json()
    assert [segment["id"] for segment in day["segments"] if segment["movable"]][1] == meal
    choices = agent.get(f"/api/v1/agents/a01/day/breaks/{meal}").json()
    assert choices["times"][-1]["starts"] == "11:30"
    moved = agent.post(
        f"/api/v1/agents/a01/day/breaks/{meal}/move", json={"starts_at": choices["times"][-1]["starts_at"]}
    )
    assert moved.status_code == 200
    assert moved.json()["segments"][0]["starts"] == "11:30"
    assert moved.json()["cover"]["queues"] == []
    assert breaks(context, centre)[1] == (MEAL, 690, 720)


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("{meal}/move", {"starts_at": "2026-11-24T12:20:00Z"}, 409, "the rule meals refuses it"),
        ("{meal}/move", {"starts_at": "2026-11-24T05:00:00Z"}, 422, "is past"),
        ("{meal}/move", {"starts_at": "2026-11-24T20:00:00Z"}, 422, "leaves your shift"),
        ("{meal}/move", {"starts_at": "2026-11-24T10:30:00"}, 422, "timezone"),
        ("{meal}/move", {"starts_at": "noon"}, 422, "noon"),
        ("{meal}/move", {}, 422, "starts_at"),
        ("2147483647/move", {"starts_at": "2026-11-24T10:30:00Z"}, 404, "no break 2147483647 of yours"),
        ("0/move", {"starts_at": "2026-11-24T10:30:00Z"}, 422, "segment"),
        ("{rest}/split", {"minutes": 500, "starts_at": "2026-11-24T10:30:00Z"}, 422, "minutes 500: expected 5 to 10"),
        ("{meal}/swap", {"colleague": "nobody", "starts_at": "2026-11-24T10:30:00Z"}, 409, "'nobody' has no meal"),
        ("{meal}/take", {}, 409, "the rule meals refuses it"),
    ],
)
def test_what_can_not_be_is_a_problem_document_and_changes_nothing(
    agent: TestClient, context: Context, centre: Centre, path: str, body: dict[str, object], status: int, words: str
) -> None:
    place = path.format(meal=number(context, centre, 1), rest=number(context, centre, 2))
    refused = agent.post(f"/api/v1/agents/a01/day/breaks/{place}", json=body)
    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert words in refused.json()["detail"]
    assert breaks(context, centre) == list(PLAIN)
    if status == 409 and "rule" in words:
        assert refused.json()["rule"] == "meals"
        assert refused.json()["nearest"] in (at(690).isoformat(), at(585).isoformat())


def test_nobody_else_moves_or_sees_them(app: FastAPI, context: Context, centre: Centre) -> None:
    meal = number(context, centre, 1)
    body = {"starts_at": at(690).isoformat()}
    for name in ("lead", "a02"):
        other = signed_in(app, context, name)
        assert other.post(f"/api/v1/agents/a01/day/breaks/{meal}/move", json=body).status_code == 403
        assert other.get(f"/api/v1/agents/a01/day/breaks/{meal}").status_code == 403
        assert other.get(f"/today/breaks/{meal}").status_code == {"lead": 403, "a02": 404}[name]
    unproved = signed_in(app, context, "a01", csrf=False)
    assert unproved.post(f"/today/breaks/{meal}/move", data=body).status_code == 403
    assert breaks(context, centre) == list(PLAIN)


def test_the_page_offers_times_as_buttons_and_moves_without_scripts(
    agent: TestClient, context: Context, centre: Centre
) -> None:
    meal = number(context, centre, 1)
    assert f'href="/today/breaks/{meal}"' in agent.get("/today").text
    text = agent.get(f"/today/breaks/{meal}").text
    assert "Your meal, 10:30 to 11:00" in text
    assert f'name="starts_at" value="{at(690).isoformat()}"><strong>11:30</strong> <span>cover stays</span>' in text
    moved = agent.post(f"/today/breaks/{meal}/move", data={"starts_at": at(690).isoformat()})
    assert (moved.status_code, moved.headers["location"]) == (303, f"/today?moved={meal}")
    text = agent.get(f"/today?moved={meal}").text
    assert "Your meal is at 11:30 now, and stays there." in text
    assert "placed by you" in text


def test_a_refusal_is_words_on_the_same_page(agent: TestClient, context: Context, centre: Centre) -> None:
    meal = number(context, centre, 1)
    refused = agent.post(f"/today/breaks/{meal}/take", headers={"Accept": "text/html"})
    assert refused.status_code == 409
    assert 'role="alert"' in refused.text
    assert "The nearest time is 09:45." in refused.text
    assert "Move it to" in refused.text


def test_a_rest_is_split_on_the_page(agent: TestClient, context: Context, centre: Centre) -> None:
    rest = number(context, centre, 2)
    assert f'href="/today/breaks/{rest}?first=5"' in agent.get(f"/today/breaks/{rest}").text
    text = agent.get(f"/today/breaks/{rest}?first=5").text
    assert f'value="{at(845).isoformat()}"' in text
    split = agent.post(f"/today/breaks/{rest}/split", data={"minutes": 5, "starts_at": at(845).isoformat()})
    assert split.status_code == 303
    assert breaks(context, centre)[2:] == [(REST, 780, 785), (REST, 845, 855)]


def test_a_swap_is_asked_and_answered_on_the_page(
    app: FastAPI, agent: TestClient, context: Context, centre: Centre
) -> None:
    meal = number(context, centre, 1)
    choice = f"{at(690).isoformat()} a02"
    assert f'value="{choice}">11:30 to 12:00, Agent 2</option>' in agent.get(f"/today/breaks/{meal}").text
    assert agent.post(f"/today/breaks/{meal}/swap", data={"choice": choice}).status_code == 303
    assert "You asked Agent 2 to swap" in agent.get("/today").text
    colleague = signed_in(app, context, "a02")
    text = colleague.get("/today").text
    assert "Agent 1 would like to swap" in text
    assert "Declining needs no reason, and nobody is told." in text
    number_of = text.partition('action="/today/swaps/')[2].partition("/")[0]
    answer = colleague.post(f"/today/swaps/{number_of}/accept", headers={"HX-Request": "true"})
    assert "You swapped: your meal is at 10:30 now." in answer.text
    assert breaks(context, centre)[1] == (MEAL, 690, 720)
    assert breaks(context, centre, "a02") == [OTHER[0], (MEAL, 630, 660), OTHER[2]]
    odd = agent.post(f"/today/breaks/{meal}/swap", data={"choice": "later a02"})
    assert odd.status_code == 422
