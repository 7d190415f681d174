"""Reflective groups: only for those who want them, at a quiet time, accepted or silently declined, seen by nobody."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from api.events.log import since
from api.security.caller import Caller
from api.services.appointments.groups import tend_groups
from api.services.days.ledger import ledger_export
from api.services.days.planning import plan_day
from roster.accounts import Role
from roster.policy import default_policy
from roster.shifts import SegmentKind
from roster.store.engine import reading
from tests.api.appointment_stage import TODAY, Stage, at, lay, publish
from tests.api.refusals import dump

MEAL = SegmentKind.MEAL


def wish(stage: Stage, *codes: str, wanted: bool = True) -> None:
    """These switch invitations on."""
    for code in codes:
        reply = stage.agent(code).put(f"/api/v1/agents/{code}/groups", json={"wanted": wanted})
        assert reply.status_code == 204, reply.text


def invitation(stage: Stage, code: str) -> dict[str, Any] | None:
    """What somebody sees of a group: an invitation, or one that they accepted."""
    groups: Any = stage.own(code)["groups"]
    assert len(groups) <= 1
    return groups[0] if groups else None


def answer(stage: Stage, code: str, word: str) -> Any:
    """Accept, decline or step back."""
    found = invitation(stage, code)
    assert found is not None
    return stage.agent(code).post(f"/api/v1/agents/{code}/groups/{found['id']}/{word}")


def groups_in(stage: Stage, code: str) -> list[tuple[str, str, str]]:
    """Groups in somebody's own day."""
    return [one for one in stage.day(code) if one[0] == "group"]


def test_the_switch_is_off_at_first_and_nobody_is_invited_without_it(stage: Stage) -> None:
    assert (stage.own("a01")["wants_groups"], stage.own("a01")["groups_enabled"]) == (False, True)
    before = dump(stage.context)
    tend_groups(stage.context)
    wish(stage, "a01", "a02")
    tend_groups(stage.context)
    after = dump(stage.context)
    assert {name for name in after if after[name] != before[name]} == {"group_wish", "user_session"}


def test_three_who_want_it_are_invited_to_one_quiet_time_and_it_takes_place(any_stage: Stage) -> None:
    stage = any_stage
    wish(stage, "a01", "a02", "a03")
    tend_groups(stage.context)
    seen = [invitation(stage, code) for code in ("a01", "a02", "a03")]
    assert all(one is not None and one["status"] == "offered" for one in seen)
    assert invitation(stage, "a04") is None
    first = seen[0]
    assert first is not None
    assert datetime.fromisoformat(first["starts_at"]) >= at(7 * 60 + 5 + 180)
    for code in ("a01", "a02", "a03"):
        assert answer(stage, code, "accept").json()["status"] == "accepted"
        assert answer(stage, code, "accept").status_code == 200
        assert groups_in(stage, code) == [("group", first["starts"], first["ends"])]
    stage.clock.now = datetime.fromisoformat(first["starts_at"]) - timedelta(minutes=60)
    tend_groups(stage.context)
    told = [invitation(stage, code) for code in ("a01", "a02", "a03")]
    assert [one["status"] for one in told if one] == ["on", "on", "on"]
    assert groups_in(stage, "a01") == [("group", first["starts"], first["ends"])]


def test_to_others_it_is_protected_time(stage: Stage) -> None:
    wish(stage, "a01", "a02", "a03")
    tend_groups(stage.context)
    answer(stage, "a01", "accept")
    for client in (stage.lead, stage.software):
        reply = client.get("/api/v1/agents/a01/day")
        assert "group" not in reply.text
        assert "Protected time" in reply.text
    made = stage.agent("a01").post("/api/v1/agents/a01/calendars", json={"kind": "shared"}).json()["url"]
    own = stage.agent("a01").post("/api/v1/agents/a01/calendars", json={"kind": "own", "details": True}).json()["url"]
    shared_text, own_text = (stage.lead.get(url).text for url in (made, own))
    assert "SUMMARY:Protected time" in shared_text
    assert "eflective" not in shared_text
    assert "SUMMARY:Reflective group" in own_text


def test_fewer_than_three_who_accept_is_no_group_and_nobody_learns_how_many(stage: Stage) -> None:
    wish(stage, "a01", "a02", "a03", "a04")
    tend_groups(stage.context)
    found = invitation(stage, "a01")
    assert found is not None
    before = stage.day("a02")
    answer(stage, "a01", "accept")
    answer(stage, "a02", "accept")
    answer(stage, "a03", "decline")
    stage.clock.now = datetime.fromisoformat(found["starts_at"]) - timedelta(minutes=60)
    tend_groups(stage.context)
    assert [invitation(stage, code) for code in ("a01", "a02", "a03", "a04")] == [None] * 4
    assert stage.day("a02") == before
    with reading(stage.context.engine) as session:
        lines = {
            code: [line.kind for line in since(session, 0, agent_id=stage.centre.agents[code]) if "group" in line.kind]
            for code in ("a01", "a03", "a04")
        }
    assert lines == {"a01": ["group.accepted", "group.off"], "a03": [], "a04": []}


def test_declining_is_silent_and_final(stage: Stage) -> None:
    wish(stage, "a01", "a02", "a03")
    tend_groups(stage.context)
    found = invitation(stage, "a01")
    assert found is not None
    before = dump(stage.context)
    own = stage.agent("a01")
    address = f"/api/v1/agents/a01/groups/{found['id']}"
    assert own.post(f"{address}/decline").status_code == 204
    after = dump(stage.context)
    assert {name for name in after if after[name] != before[name]} == {"group_invitation", "user_session"}
    assert invitation(stage, "a01") is None
    assert own.post(f"{address}/decline").status_code == 204
    assert own.post(f"{address}/accept").status_code == 409


def test_an_accepted_one_is_stepped_back_from_not_declined(stage: Stage) -> None:
    wish(stage, "a01", "a02", "a03", "a04")
    tend_groups(stage.context)
    found = invitation(stage, "a01")
    assert found is not None
    for code in ("a01", "a02", "a03"):
        answer(stage, code, "accept")
    assert answer(stage, "a01", "decline").status_code == 409
    stage.clock.now = datetime.fromisoformat(found["starts_at"]) - timedelta(minutes=60)
    tend_groups(stage.context)
    assert answer(stage, "a01", "step-back").status_code == 204
    # Two are left: it is off for them, too.
    assert [groups_in(stage, code) for code in ("a01", "a02", "a03")] == [[]] * 3
    assert [invitation(stage, code) for code in ("a01", "a02", "a03")] == [None] * 3


def test_a_group_that_loses_somebody_to_sickness_is_decided_again(stage: Stage) -> None:
    wish(stage, "a01", "a02", "a03")
    tend_groups(stage.context)
    found = invitation(stage, "a01")
    assert found is not None
    for code in ("a01", "a02", "a03"):
        answer(stage, code, "accept")
    stage.clock.now = datetime.fromisoformat(found["starts_at"]) - timedelta(minutes=60)
    tend_groups(stage.context)
    stage.away("a03")
    tend_groups(stage.context)
    assert [groups_in(stage, code) for code in ("a01", "a02")] == [[], []]


def test_an_invitation_is_open_until_it_is_decided(stage: Stage) -> None:
    wish(stage, "a01", "a02", "a03")
    tend_groups(stage.context)
    found = invitation(stage, "a01")
    assert found is not None
    stage.clock.now = datetime.fromisoformat(found["starts_at"]) - timedelta(minutes=60)
    assert invitation(stage, "a01") is None
    reply = stage.agent("a01").post(f"/api/v1/agents/a01/groups/{found['id']}/accept")
    assert (reply.status_code, reply.json()["detail"]) == (
        409,
        "This invitation is no longer open. Nothing was changed.",
    )


def test_time_that_is_taken_meanwhile_is_not_accepted_and_nothing_changes(stage: Stage) -> None:
    wish(stage, "a01", "a02", "a03")
    tend_groups(stage.context)
    found = invitation(stage, "a01")
    assert found is not None
    begin = int((datetime.fromisoformat(found["starts_at"]) - at(0)).total_seconds() // 60)
    lay(stage.context, stage.centre, "a01", [(MEAL, begin, begin + 30)])
    stage.agent("a01")
    before = dump(stage.context, without="user_session")
    reply = answer(stage, "a01", "accept")
    assert (reply.status_code, reply.json()["detail"]) == (
        409,
        "That time is not free in your day now. Nothing was changed.",
    )
    assert dump(stage.context, without="user_session") == before


def test_nobody_is_invited_more_than_once_a_month_whatever_came_of_it(stage: Stage) -> None:
    wish(stage, "a01", "a02", "a03", "a04")
    tend_groups(stage.context)
    answer(stage, "a01", "decline")
    for days in (1, 2, 14, 29):
        on = TODAY + timedelta(days=days)
        publish(stage.context, stage.centre, dict.fromkeys(stage.centre.agent_codes, "early"), on)
        stage.clock.now = at((24 * days) * 60 + 6 * 60)
        plan_day(stage.context, on, deterministic_limit=0)
        tend_groups(stage.context)
        assert invitation(stage, "a01") is None
    wish(stage, "a05", "a06")
    tend_groups(stage.context)
    assert invitation(stage, "a05") is None
    on = TODAY + timedelta(days=31)
    publish(stage.context, stage.centre, dict.fromkeys(stage.centre.agent_codes, "early"), on)
    stage.clock.now = at((24 * 31) * 60 + 6 * 60)
    plan_day(stage.context, on, deterministic_limit=0)
    tend_groups(stage.context)
    assert all(invitation(stage, code) for code in ("a01", "a04", "a05", "a06"))


def test_no_more_are_invited_than_the_policy_says_those_who_were_in_none_first(stage: Stage) -> None:
    group = stage.context.policy.group.model_copy(update={"least": 3, "most": 3})
    context = replace(stage.context, policy=stage.context.policy.model_copy(update={"group": group}))
    wish(stage, *stage.centre.agent_codes)
    tend_groups(context)
    assert [bool(invitation(stage, code)) for code in stage.centre.agent_codes] == [True] * 3 + [False] * 3
    tend_groups(context)
    assert all(invitation(stage, code) for code in stage.centre.agent_codes)


def test_none_is_proposed_where_it_would_take_people_from_cover(stage: Stage) -> None:
    stage.require("advice", 4, range(7 * 60, 15 * 60, 15))
    wish(stage, "a01", "a02", "a03")
    tend_groups(stage.context)
    assert invitation(stage, "a01") is None


def test_the_quietest_time_is_chosen(stage: Stage) -> None:
    stage.require("advice", 3, range(7 * 60, 13 * 60 + 15, 15))
    stage.require("advice", 1, range(13 * 60 + 15, 15 * 60, 15))
    wish(stage, "a01", "a03", "a04")
    tend_groups(stage.context)
    found = invitation(stage, "a01")
    assert found is not None
    # a02 rests until 13:30; before that five of six are there, and more are needed before 13:15.
    assert found["starts"] == "13:30"


def test_switched_off_by_policy_there_are_none(stage: Stage) -> None:
    group = stage.context.policy.group.model_copy(update={"enabled": False})
    context = replace(stage.context, policy=stage.context.policy.model_copy(update={"group": group}))
    wish(stage, "a01", "a02", "a03")
    tend_groups(context)
    assert invitation(stage, "a01") is None


def test_switching_off_takes_an_open_invitation_away_and_leaves_an_accepted_one(stage: Stage) -> None:
    wish(stage, "a01", "a02", "a03")
    tend_groups(stage.context)
    answer(stage, "a02", "accept")
    wish(stage, "a01", "a02", wanted=False)
    assert invitation(stage, "a01") is None
    assert invitation(stage, "a02") is not None


def test_their_owner_can_take_all_of_it_away(stage: Stage) -> None:
    wish(stage, "a01", "a02", "a03")
    tend_groups(stage.context)
    answer(stage, "a01", "decline")
    view = stage.call_back(contact="ref-7")
    own = ledger_export(stage.context, Caller("a01", Role.AGENT, agent_id=stage.centre.agents["a01"]))
    assert (own["wants_groups"], [one["answer"] for one in own["groups"]]) == (True, ["declined"])
    assert [(one["id"], one["contact"]) for one in own["appointments"]] == [(view["id"], "ref-7")]
    other = ledger_export(stage.context, Caller("a04", Role.AGENT, agent_id=stage.centre.agents["a04"]))
    assert (other["wants_groups"], other["groups"], other["appointments"]) == (False, [], [])


def test_no_policy_makes_one_mandatory() -> None:
    fields = type(default_policy().group).model_fields
    assert not [key for key in fields if "mandatory" in key or "require" in key or "everybody" in key]
    assert set(fields) == {"enabled", "minutes", "least", "most", "per_days", "decide_minutes"}


def test_an_invitation_is_its_owners_business(stage: Stage) -> None:
    wish(stage, "a01", "a02", "a03")
    tend_groups(stage.context)
    found = invitation(stage, "a01")
    assert found is not None
    for word in ("accept", "decline", "step-back"):
        other = stage.agent("a02").post(f"/api/v1/agents/a02/groups/{found['id']}/{word}")
        none = stage.agent("a02").post(f"/api/v1/agents/a02/groups/nope/{word}")
        assert (other.status_code, none.status_code) == (404, 404)
        assert stage.agent("a02").post(f"/api/v1/agents/a01/groups/{found['id']}/{word}").status_code == 403
        assert stage.lead.post(f"/api/v1/agents/a01/groups/{found['id']}/{word}").status_code == 403
    assert stage.lead.put("/api/v1/agents/a01/groups", json={"wanted": True}).status_code == 403
    assert stage.agent("a02").put("/api/v1/agents/a01/groups", json={"wanted": True}).status_code == 403
    assert stage.agent("a01").put("/api/v1/agents/a01/groups", json={"wanted": "maybe"}).status_code == 422
