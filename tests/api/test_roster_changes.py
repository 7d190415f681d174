"""`/api/v1/rosters/{id}`: explanation, why, what-if, replacements and repair over HTTP; arithmetic written out."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from api.context import Context
from api.services.access.accounts import create_user
from api.services.rosters import repairing
from api.services.rosters.planning import create_roster
from api.services.rosters.publishing import publish
from optimizer.shifts.repair.run import Proof, Proofs, Repair, repair
from roster.events import Event
from roster.people import Contract, Preference, TimeOff
from roster.result import Status
from roster.shifts import Assignment, DayAway, Roster
from roster.store.engine import reading, writing
from tests.clients import signed_in
from tests.planning_centre import MONDAY, place, require, small_centre, stored

TUESDAY = MONDAY + timedelta(days=1)
QUARTERS = 4 * 8
"""The queue asks for one agent for eight hours a day; the day shift is just that."""
UNDER = 10
"""What an agent missing for a quarter-hour costs, times the queue's weight of 1."""


@pytest.fixture
def lead(app: FastAPI, context: Context) -> TestClient:
    small_centre(context)
    create_user(context, username="lea", display_name="Lea", role="lead", actor="test")
    create_user(context, username="a1", display_name="A", role="agent", agent="a1", actor="test")
    return signed_in(app, context, "lea")


def made(context: Context, *shifts: tuple[str, int, str]) -> str:
    """A week in which a1 works Monday to Friday but for what `shifts` say, under the API's address."""
    roster = create_roster(context, team="Days", starts_on=MONDAY, days=7, actor="lea")
    for agent, day, shift in shifts:
        place(context, roster, agent, MONDAY + timedelta(days=day), shift)
    return f"/api/v1/rosters/{roster}"


def number(address: str) -> int:
    return int(address.rsplit("/", 1)[1])


def asked(lead: TestClient, address: str, *changes: dict[str, Any]) -> dict[str, Any]:
    answer = lead.post(f"{address}/what-if", json={"changes": list(changes)})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def costs(told: dict[str, Any]) -> dict[str, int]:
    return {one["rule"]: one["cost"] for one in told["costs"]}


def test_what_if_a_shift_goes_cover_misses_it_and_nothing_is_stored(lead: TestClient, context: Context) -> None:
    address = made(context, ("a1", 0, "D"), ("a2", 1, "D"))
    before = lead.get(address).json()["grid"]["cost"]
    told = asked(lead, address, {"kind": "remove", "agent": "a1", "date": MONDAY.isoformat()})
    assert costs(told)["cover"] == QUARTERS * UNDER
    assert (told["cost_before"], told["cost_after"] - before) == (before, sum(costs(told).values()))
    assert [(one["agent"], one["before"], one["after"]) for one in told["moves"]] == [("a1", ["D"], [])]
    assert told["new_violations"] == []
    assert "Care line misses 1 agent on Monday 30 November from 09:00 to 17:00." in [
        one["sentence"] for one in told["arises"]
    ]
    assert stored(context, number(address)) == [("a1", MONDAY, "D"), ("a2", TUESDAY, "D")]


def test_several_changes_see_each_other_and_name_the_rules_they_break(lead: TestClient, context: Context) -> None:
    address = made(context, ("a1", 0, "E"), ("a2", 0, "D"))
    with writing(context.engine) as session:
        session.add(TimeOff(agent_id=3, starts_on=TUESDAY, ends_on=TUESDAY))
    swap = {"kind": "swap", "agent": "a1", "date": MONDAY.isoformat(), "to_agent": "a2"}
    told = asked(lead, address, swap, {"kind": "move", "agent": "a1", "date": MONDAY.isoformat(), "to_agent": "a3"})
    assert [(one["agent"], one["before"], one["after"]) for one in told["moves"]] == [
        ("a1", ["E"], []),
        ("a2", ["D"], ["E"]),
        ("a3", [], ["D"]),
    ]
    assert costs(told).get("cover", 0) == 0
    away = asked(lead, address, {"kind": "add", "agent": "a3", "date": TUESDAY.isoformat(), "shift": "D"})
    assert [one["rule"] for one in away["new_violations"]] == ["time_off"]
    place(context, number(address), "a3", TUESDAY, "D")
    back = asked(lead, address, {"kind": "remove", "agent": "a3", "date": TUESDAY.isoformat()})
    assert [one["rule"] for one in back["gone_violations"]] == ["time_off"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "remove", "agent": "zz"}, "agent 'zz' is not in roster"),
        ({"kind": "remove", "agent": "a3"}, "Agent 3 has no shift on Monday 30 November"),
        ({"kind": "remove", "agent": "a1", "date": "2027-01-01"}, "2027-01-01 is not in roster 1: expected 2026-11-30"),
        ({"kind": "add", "agent": "a3", "shift": "X"}, "shift 'X' is unknown: expected one of D, E"),
        ({"kind": "add", "agent": "a1", "shift": "E"}, "Agent 1 already has Day on Monday 30 November"),
        ({"kind": "add", "agent": "a3"}, "no shift is named"),
        ({"kind": "move", "agent": "a1"}, "expected another person, another day or another shift"),
        ({"kind": "swap", "agent": "a1", "to_agent": "a1"}, "'a1' can't swap with themselves"),
        ({"kind": "swap", "agent": "a2", "to_agent": "a3"}, "there is nothing to swap"),
        ({"kind": "remove", "agent": "a1", "to_agent": "a2"}, "to_agent and to_date belong to move and swap"),
        ({"kind": "swap", "agent": "a1", "to_agent": "a2", "shift": "D"}, "a swap exchanges what is there"),
        ({"kind": "juggle", "agent": "a1"}, "'add', 'remove', 'move' or 'swap'"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_its_value(
    lead: TestClient, context: Context, change: dict[str, Any], words: str
) -> None:
    address = made(context, ("a1", 0, "D"))
    answer = lead.post(f"{address}/what-if", json={"changes": [{"date": MONDAY.isoformat(), **change}]})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


def test_the_explanation_adds_up(lead: TestClient, context: Context) -> None:
    address = made(context, ("a1", 0, "D"), ("a1", 1, "E"))
    told = lead.get(f"{address}/explanation").json()
    grid = lead.get(address).json()["grid"]
    assert told["cost"] == grid["cost"] == sum(one["cost"] for one in told["rules"])
    assert {one["rule"]: one["cost"] for one in told["rules"] if one["cost"]} == {
        rule: cost for rule, cost in grid["costs"].items() if cost
    }
    monday, tuesday, wednesday = told["days"][:3]
    assert monday["cost"] == 0
    # The evening shift begins at 13:00: four hours are missing, and after 17:00 nobody is asked for.
    assert {one["rule"]: one["cost"] for one in tuesday["costs"]}["cover"] == 16 * UNDER + 16
    assert wednesday["costs"] == [{"rule": "cover", "heading": "Cover", "cost": QUARTERS * UNDER}]
    assert wednesday["findings"][0]["sentence"].startswith("Care line misses 1 agent on Wednesday 2 December")
    for one in told["people"]:
        assert one["cost"] == sum(line["cost"] for line in one["costs"])


def test_a_repair_thrown_away_leaves_nothing_of_who_was_away(lead: TestClient, context: Context) -> None:
    address = made(context, ("a1", 0, "D"), ("a2", 1, "D"))
    asked_for = {"away": [{"agent": "a1", "first": MONDAY.isoformat(), "last": MONDAY.isoformat()}]}
    draft = lead.post(f"{address}/repair", json=asked_for).json()["draft_id"]
    assert lead.post(f"/api/v1/rosters/{draft}/discard").status_code == 204
    with reading(context.engine) as session:
        assert session.exec(select(DayAway)).all() == []
        assert session.exec(select(Assignment).where(Assignment.roster_id == draft)).all() == []
        last = session.exec(select(Event).order_by(col(Event.id).desc())).first()
    assert last is not None
    assert (last.kind, last.subject, last.actor) == ("roster.discarded", str(draft), "lea")
    assert [one["id"] for one in lead.get("/api/v1/rosters").json()["rosters"]] == [number(address)]
    assert stored(context, number(address)) == [("a1", MONDAY, "D"), ("a2", TUESDAY, "D")]
    again = lead.post(f"/api/v1/rosters/{draft}/discard")
    assert (again.status_code, "only a draft can be thrown away" in again.json()["detail"]) == (409, True)


def test_what_is_proved_by_itself_is_said_to_be_no_more(
    lead: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = made(context, ("a1", 0, "D"))
    weaker = Proofs(Proof.BY_ITSELF, Proof.BY_ITSELF, Proof.BY_ITSELF, Proof.NONE)

    def cut(*given: Any, **more: Any) -> Repair:
        return replace(repair(*given, **more), proofs=weaker, status=Status.FEASIBLE, missing=QUARTERS, days=(0, 1))

    monkeypatch.setattr(repairing, "repair", cut)
    asked_for = {"away": [{"agent": "a1", "first": MONDAY.isoformat(), "last": MONDAY.isoformat()}]}
    told = lead.post(f"{address}/repair", json=asked_for).json()
    assert (told["status"], told["proof"], told["proofs"]["missing"]) == ("feasible", "by_itself", "by_itself")
    scope = "of changes each of which people's own rules allow by itself"
    assert told["sentences"][0].endswith(f"no repair {scope} leaves less: proved.")
    assert told["sentences"][1].endswith(f"no repair {scope} that leaves as little missing moves fewer: proved.")


def test_people_are_told_by_name_and_not_by_cost(lead: TestClient, context: Context) -> None:
    """Wellbeing: no order in which people are ranked by a figure that is about them."""
    address = made(context, ("a1", 0, "D"), ("a2", 1, "D"), ("a3", 2, "D"))
    with writing(context.engine) as session:
        for agent, weight in ((1, 500), (2, 100), (3, 900)):
            on_date = MONDAY + timedelta(days=agent - 1)
            session.add(Preference(agent_id=agent, on_date=on_date, wanted=False, weight=weight))
    told = lead.get(f"{address}/explanation").json()
    costs = {one["agent"]: one["cost"] for one in told["people"]}
    assert costs["a2"] < costs["a1"] < costs["a3"], "else the order by cost might be the one by name"
    assert [one["name"] for one in told["people"]] == ["Agent 1", "Agent 2", "Agent 3"]
    grid = lead.get(address).json()["grid"]
    assert [one["agent"] for one in grid["findings"] if one["agent"]] == sorted(
        one["agent"] for one in grid["findings"] if one["agent"]
    )


def test_replacements_rank_who_can_and_say_why_others_cannot(lead: TestClient, context: Context) -> None:
    address = made(context, ("a1", 0, "D"), ("a2", 0, "E"))
    with writing(context.engine) as session:
        session.add(TimeOff(agent_id=3, starts_on=MONDAY, ends_on=MONDAY))
    query = {"agent": "a1", "date": MONDAY.isoformat()}
    told = lead.get(f"{address}/replacements", params=query).json()
    assert (told["shift"], told["shift_name"], told["name"]) == ("D", "Day", "Agent 1")
    # The evening shift covers half of what the day shift did: the other half is missing without anybody.
    assert "cover costs 144 more" in told["absence"]
    assert [[(move["agent"], move["after"]) for move in one["moves"]] for one in told["able"]] == [[("a2", ["D"])]]
    assert told["able"][0]["sentence"].startswith("Agent 2 works Day on Monday 30 November instead of Evening: cover")
    groups = {one["rule"]: [person["agent"] for person in one["people"]] for one in told["unable"]}
    assert groups == {"time_off": ["a3"], "one_shift_a_day": ["a2"]}
    for params, status, words in (
        ({"agent": "a3", "date": MONDAY.isoformat()}, 422, "Agent 3 has no shift on Monday 30 November"),
        ({"agent": "zz", "date": MONDAY.isoformat()}, 422, "agent 'zz' is not in roster"),
        ({"agent": "a1", "date": "2027-05-01"}, 422, "2027-05-01 is not in roster"),
        ({"agent": "a1", "date": "soon"}, 422, "soon"),
    ):
        answer = lead.get(f"{address}/replacements", params=params)
        assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.text


def test_the_cheapest_without_a_breach_comes_first(lead: TestClient, context: Context) -> None:
    address = made(context, ("a1", 0, "D"), ("a2", 0, "E"))
    told = lead.get(f"{address}/replacements", params={"agent": "a1", "date": MONDAY.isoformat()}).json()
    ways = [[(move["agent"], move["before"], move["after"]) for move in one["moves"]] for one in told["able"]]
    # The evening is more than half idle: who gives it up for the day costs less than a third person.
    assert ways[:2] == [[("a2", ["E"], ["D"])], [("a3", [], ["D"])]]
    assert [one["cost"] for one in told["able"]] == sorted(one["cost"] for one in told["able"])


def test_why_compares_with_the_best_without_it(lead: TestClient, context: Context) -> None:
    address = made(context, ("a1", 0, "D"))
    with writing(context.engine) as session:
        for agent in (2, 3):
            session.add(TimeOff(agent_id=agent, starts_on=MONDAY, ends_on=MONDAY + timedelta(days=6)))
    told = lead.get(f"{address}/why", params={"agent": "a1", "date": MONDAY.isoformat()}).json()
    # Without it a1 can only work evenings on Monday; the other days may be planned better all the same.
    assert told["status"] == "optimal"
    assert told["cost_more"] == told["at_least"] == sum(one["cost"] for one in told["costs"])
    assert all(one["agent"] == "a1" for one in told["moves"])
    assert any("proved" in one for one in told["sentences"])
    assert any("Nobody could simply step in: time off (2)" in one for one in told["sentences"])
    answer = lead.get(f"{address}/why", params={"agent": "a2", "date": MONDAY.isoformat()})
    assert (answer.status_code, "Agent 2 has no shift" in answer.json()["detail"]) == (422, True)


def test_why_waits_until_a_breach_is_settled(lead: TestClient, context: Context) -> None:
    address = made(context, ("a1", 0, "D"))
    with writing(context.engine) as session:
        session.add(TimeOff(agent_id=1, starts_on=MONDAY, ends_on=MONDAY))
    answer = lead.get(f"{address}/why", params={"agent": "a1", "date": MONDAY.isoformat()})
    assert (answer.status_code, "once that is settled" in answer.json()["detail"]) == (409, True)


def published(context: Context, *shifts: tuple[str, int, str]) -> str:
    address = made(context, *shifts)
    publish(context, number(address), actor="lea")
    return address


WEEK = (*(("a1", day, "D") for day in range(5)), ("a2", 5, "D"), ("a2", 6, "D"))


def test_a_sick_call_is_repaired_by_one_move_and_proved(lead: TestClient, context: Context) -> None:
    address = published(context, *WEEK)
    away = {"agent": "a1", "first": TUESDAY.isoformat(), "last": TUESDAY.isoformat()}
    told = lead.post(f"{address}/repair", json={"away": [away]}).json()
    assert (told["status"], told["proof"], told["least_moves"], told["missing"]) == ("optimal", "everywhere", 1, 0)
    ((agent, on_date, after),) = [(one["agent"], one["on_date"], one["after"]) for one in told["moves"]]
    assert (agent in ("a2", "a3"), on_date, after) == (True, TUESDAY.isoformat(), ["D"])
    assert any("no repair moves fewer: proved" in one for one in told["sentences"])
    draft = told["draft_id"]
    lines = stored(context, draft)
    assert ("a1", TUESDAY, "D") not in lines
    assert (agent, TUESDAY, "D") in lines
    assert len(lines) == len(WEEK)
    assert stored(context, number(address)) == sorted(
        (who, MONDAY + timedelta(days=day), what) for who, day, what in WEEK
    )
    with reading(context.engine) as session:
        away_line = session.exec(select(DayAway)).one()
        assert (away_line.roster_id, away_line.agent_id, away_line.on_date) == (draft, 1, TUESDAY)
        assert session.exec(select(TimeOff)).all() == []
        [line] = session.exec(select(Event).where(Event.kind == "roster.repaired")).all()
        assert (line.actor, set(line.data), line.data["of"]) == ("lea", {"of", "moves"}, number(address))
    assert told["violations"] == []
    assert lead.post(f"/api/v1/rosters/{draft}/publish").status_code == 200


def test_where_nobody_else_can_the_hole_stays_and_is_said(lead: TestClient, context: Context) -> None:
    address = published(context, *WEEK)
    with writing(context.engine) as session:
        for agent in (2, 3):
            session.add(TimeOff(agent_id=agent, starts_on=TUESDAY, ends_on=TUESDAY))
    away = {"agent": "a1", "first": TUESDAY.isoformat(), "last": TUESDAY.isoformat()}
    told = lead.post(f"{address}/repair", json={"away": [away]}).json()
    assert (told["status"], told["proof"], told["moves"]) == ("optimal", "window", [])
    assert told["missing"] == told["least_missing"] == QUARTERS
    assert any("Cover stays worse" in one and "proved" in one for one in told["sentences"])


def test_more_asked_for_brings_one_more_and_a_dropped_shift_is_not_given_back(
    lead: TestClient, context: Context
) -> None:
    address = published(context, *WEEK)
    more = {"queue": "care", "date": TUESDAY.isoformat(), "from_minute": 600, "to_minute": 720, "required": 2}
    told = lead.post(f"{address}/repair", json={"more": [more]}).json()
    assert (told["status"], len(told["moves"]), told["moves"][0]["after"]) == ("optimal", 1, ["D"])
    dropped = {"agent": "a2", "date": (MONDAY + timedelta(days=6)).isoformat()}
    told = lead.post(f"{address}/repair", json={"dropped": [dropped]}).json()
    assert [one["agent"] for one in told["moves"]] == ["a3"]
    with reading(context.engine) as session:
        assert session.exec(select(TimeOff)).all() == []


def test_nothing_moves_where_nothing_is_worse(lead: TestClient, context: Context) -> None:
    address = published(context, *WEEK, ("a3", 1, "D"))
    away = {"agent": "a3", "first": TUESDAY.isoformat(), "last": TUESDAY.isoformat()}
    told = lead.post(f"{address}/repair", json={"away": [away]}).json()
    assert (told["status"], told["proof"], told["moves"]) == ("optimal", "everywhere", [])
    assert told["sentences"] == ["Nothing needs to move: cover is nowhere worse than it was, and no rule is broken."]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "nothing has happened"),
        ({"away": [{"agent": "zz", "first": "2026-12-01", "last": "2026-12-01"}]}, "agent 'zz' is not in roster"),
        ({"away": [{"agent": "a1", "first": "2026-12-02", "last": "2026-12-01"}]}, "2026-12-02 to 2026-12-01"),
        ({"away": [{"agent": "a1", "first": "2027-12-01", "last": "2027-12-01"}]}, "2027-12-01 is not in roster"),
        ({"dropped": [{"agent": "a3", "date": "2026-12-01"}]}, "Agent 3 has no shift on Tuesday 1 December"),
        (
            {"more": [{"queue": "xx", "date": "2026-12-01", "from_minute": 0, "to_minute": 60, "required": 1}]},
            "queue 'xx' is unknown: expected one of care",
        ),
        (
            {"more": [{"queue": "care", "date": "2026-12-01", "from_minute": 60, "to_minute": 60, "required": 1}]},
            "from minute 60 to 60",
        ),
        ({"extent": "year", "dropped": []}, "'day' or 'week'"),
        ({"most_changes": 99}, "most_changes"),
    ],
)
def test_a_repair_of_nothing_known_is_refused(
    lead: TestClient, context: Context, body: dict[str, Any], words: str
) -> None:
    address = published(context, *WEEK)
    answer = lead.post(f"{address}/repair", json=body)
    assert (answer.status_code, words in answer.json()["detail"]) == (422, True), answer.text
    with reading(context.engine) as session:
        assert len(session.exec(select(Roster)).all()) == 1
        assert len(session.exec(select(Assignment)).all()) == len(WEEK)


def test_a_roster_that_is_over_is_not_repaired(lead: TestClient, context: Context) -> None:
    with writing(context.engine) as session:
        require(session, "care", date(2026, 11, 2), 7, 540, 1020)
    roster = create_roster(context, team="Days", starts_on=date(2026, 11, 2), days=7, actor="lea")
    place(context, roster, "a1", date(2026, 11, 3), "D")
    body = {"dropped": [{"agent": "a1", "date": "2026-11-03"}]}
    answer = lead.post(f"/api/v1/rosters/{roster}/repair", json=body)
    assert (answer.status_code, "ended on 2026-11-08" in answer.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/explanation"),
        ("GET", "/why?agent=a1&date=2026-11-30"),
        ("GET", "/replacements?agent=a1&date=2026-11-30"),
        ("POST", "/what-if"),
        ("POST", "/repair"),
    ],
)
def test_for_leads_only(lead: TestClient, app: FastAPI, context: Context, method: str, path: str) -> None:
    address = made(context, ("a1", 0, "D"))
    agent = signed_in(app, context, "a1")
    assert agent.request(method, f"{address}{path}", json={}).status_code == 403
    assert TestClient(app).request(method, f"{address}{path}", json={}).status_code == 401
    missing = lead.request(method, f"/api/v1/rosters/99{path}", json=BODIES.get(path))
    assert (missing.status_code, missing.json()["detail"]) == (404, "there is no roster 99")


BODIES: dict[str, Any] = {
    "/what-if": {"changes": [{"kind": "remove", "agent": "a1", "date": "2026-11-30"}]},
    "/repair": {"dropped": [{"agent": "a1", "date": "2026-11-30"}]},
}


def test_a_person_at_the_limit_of_their_contract_does_not_step_in(lead: TestClient, context: Context) -> None:
    with writing(context.engine) as session:
        contract = session.exec(select(Contract)).one()
        contract.max_week_minutes = 4 * 450
        session.add(contract)
    address = made(context, ("a1", 0, "D"), *(("a2", day, "D") for day in range(1, 5)))
    told = lead.get(f"{address}/replacements", params={"agent": "a1", "date": MONDAY.isoformat()}).json()
    assert [one["rule"] for one in told["unable"]] == ["contract_minutes"]
    assert told["unable"][0]["people"][0]["sentence"].startswith("Agent 2 works 37 h 30 min in the week of 30 November")
