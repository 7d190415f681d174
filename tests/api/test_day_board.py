"""A team's day over HTTP: masked, with cover by queue and quarter-hour, for leads alone; and what others see change."""

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.context import Context
from api.services.days.changes import Moved, recent_changes, tell
from api.services.days.facts import read_day
from api.services.days.replanning import replan
from roster.day import SegmentSpan
from roster.shifts import SegmentKind
from roster.store.engine import reading, writing
from tests.api.break_stage import PLAIN, REST, at, laid, lay
from tests.api.day_stage import TODAY
from tests.api.live_stage import require
from tests.api.test_day_debts import owe
from tests.api.test_day_live import crowd
from tests.clients import signed_in, with_token
from tests.conftest import SetClock

DAY = "/api/v1/teams/Team/day"


def test_the_board_masks_people_and_counts_cover(context: Context, app: FastAPI, clock: SetClock) -> None:
    centre = laid(context, clock)
    lay(context, centre, "a03", (*PLAIN, (SegmentKind.DECOMPRESSION, 540, 555), (SegmentKind.DEBRIEF, 700, 725)))
    require(context, centre, {510: 7, 525: 3})
    owe(context, centre, "a03", minutes=12)
    board = signed_in(app, context, "lead").get(DAY, params={"date": "2026-11-24"}).json()
    assert (board["team"], board["on_date"], len(board["people"])) == ("Team", "2026-11-24", 6)
    assert (board["starts_at"], board["ends_at"]) == ("2026-11-24T06:00:00Z", "2026-11-24T14:00:00Z")
    (third,) = [person for person in board["people"] if person["agent"] == "a03"]
    kinds = [segment["kind"] for segment in third["segments"] if segment["kind"] != "work"]
    assert kinds == ["rest", "protected", "meal", "protected", "rest"]
    assert third["own"] is None
    for person in board["people"]:
        assert all(one["why"] == "" and one["id"] is None for one in person["segments"])
    (queue,) = board["queues"]
    assert queue["queue"] == "advice"
    quarters = {quarter["starts"]: quarter for quarter in queue["quarters"]}
    assert len(quarters) == 32
    # Rests of 15 minutes at 08:30 for all but a02, whose begins at 08:45.
    assert [quarters["08:30"][name] for name in ("required", "there", "short")] == [7, 1, 6]
    assert [quarters["08:45"][name] for name in ("required", "there", "short")] == [3, 5, 0]
    assert [(one["starts"], one["short"]) for one in board["short"]] == [("08:30", 6)]
    assert board["rest_owed"] == {"people": 1, "minutes": 12}


def test_bad_input_is_a_problem_document(context: Context, lead_client: TestClient) -> None:
    for path, status, words in (
        (f"{DAY}?date=yesterday", 422, "yesterday"),
        ("/api/v1/teams/Nobody/day", 404, "there is no team 'Nobody'"),
        (f"/api/v1/teams/{'x' * 81}/day", 422, "80"),
    ):
        answer = lead_client.get(path)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert words in answer.text


def test_it_is_for_leads(context: Context, agent_client: TestClient, router_client: TestClient) -> None:
    for client in (agent_client, router_client):
        assert client.get(DAY).status_code == 403


def test_a_day_without_shifts_is_empty(context: Context, lead_client: TestClient) -> None:
    board = lead_client.get(DAY).json()
    assert (board["people"], board["queues"], board["starts_at"]) == ([], [], None)
    assert board["on_date"] == "2026-11-24"


def test_only_the_agent_reads_what_changed_and_why(context: Context, app: FastAPI, clock: SetClock) -> None:
    centre = crowd(context, clock)
    replan(context, TODAY)
    changed = [
        code
        for code in centre.agent_codes
        if signed_in(app, context, code).get(f"/api/v1/agents/{code}/day").json()["own"]["changes"]
    ]
    assert changed
    own = signed_in(app, context, changed[0]).get(f"/api/v1/agents/{changed[0]}/day").json()["own"]
    assert set(own["changes"][0]) == {"kind", "at", "was", "now", "sentence"}
    assert own["changes"][0]["sentence"]
    for client in (signed_in(app, context, "lead"), with_token(app, context)):
        assert client.get(f"/api/v1/agents/{changed[0]}/day").json()["own"] is None
    clock.forward(hours=2)
    assert signed_in(app, context, changed[0]).get(f"/api/v1/agents/{changed[0]}/day").json()["own"]["changes"] == []


def test_of_a_break_that_moved_twice_the_last_move_is_told(context: Context, clock: SetClock) -> None:
    centre = laid(context, clock)
    with writing(context.engine) as session:
        shift = next(one for one in read_day(session, TODAY, None).shifts if one.agent.code == "a01")
        for was, now in ((510, 540), (540, 570)):
            spans = [SegmentSpan(REST, at(begin), at(begin + 15)) for begin in (was, now)]
            move = Moved(shift, REST, spans[0], spans[1], f"To {now}.")
            tell(session, clock.now, shift, [move.told()])
    with reading(context.engine) as session:
        views = recent_changes(session, centre.agents["a01"], clock.now, centre.zone)
    assert [(view.was, view.now, view.sentence) for view in views] == [("09:00", "09:30", "To 570.")]
