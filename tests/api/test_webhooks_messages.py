"""What leaves: CloudEvents with listed fields, and nothing private whatever the log holds."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.errors import Invalid
from api.services.webhooks.messages import OUTWARD, checked_kinds, cloud_event, is_wanted, may_leave
from roster.events import Event

DOCS = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
AT = datetime(2026, 11, 24, 9, 0, 0, 250_000, tzinfo=UTC)


def line(kind: str, **data: object) -> Event:
    return Event(id=7, at=AT, kind=kind, subject="s1", actor="mara", data=data)


def test_line_becomes_a_cloud_event() -> None:
    sent = cloud_event(line("contact.assigned", agent="a01", queue="advice", sentence="Ann: best of 3"), "urn:x:y")
    assert json.loads(sent) == {
        "specversion": "1.0",
        "id": "7",
        "source": "urn:x:y",
        "type": "breather.contact.assigned",
        "subject": "s1",
        "time": "2026-11-24T09:00:00.250000Z",
        "datacontenttype": "application/json",
        "data": {"agent": "a01", "queue": "advice"},
    }


PRIVATE = {
    "actor": "who",
    "sentence": "why",
    "why": "why",
    "reason": "why",
    "cause": "moment",
    "tier": "severe",
    "score": 80,
    "felt": 5,
    "outcomes": ["threat"],
    "minutes": 15,
    "away": ["a01"],
    "before": {"shift": "early"},
    "after": {"shift": None},
    "files": ["people.csv"],
    "light_only_until": "2026-11-24T10:00:00Z",
}


@pytest.mark.parametrize("kind", OUTWARD)
def test_no_kind_carries_what_is_private_or_who_did_it(kind: str) -> None:
    sent = json.loads(cloud_event(line(kind, **PRIVATE), "urn:x:y"))
    assert sent["data"] == {}
    assert "mara" not in json.dumps(sent)


@pytest.mark.parametrize("kind", OUTWARD)
def test_an_object_where_a_plain_value_belongs_stays_here(kind: str) -> None:
    nested = {name: {"felt": 5} for name in OUTWARD[kind]}
    assert json.loads(cloud_event(line(kind, **nested), "urn:x:y"))["data"] == {}


@pytest.mark.parametrize(
    "kind",
    [
        "rest.given",
        "rest.owed",
        "rest.asked",
        "rest.repaid",
        "debrief.invited",
        "debrief.accepted",
        "contact.declined",
        "contact.lapsed",
        "roster.edited",
        "roster.repaired",
        "import.finished",
        "user.created",
        "token.created",
        "webhook.created",
        "a.new_kind",
    ],
)
def test_what_is_not_listed_never_leaves(kind: str) -> None:
    assert not may_leave(kind, None)
    with pytest.raises(ValueError, match="may not leave"):
        cloud_event(line(kind), "urn:x:y")


def test_line_that_is_private_to_an_agent_never_leaves_whatever_its_kind() -> None:
    assert may_leave("contact.completed", None)
    assert not may_leave("contact.completed", 3)
    event = line("contact.completed")
    event.agent_id = 3
    with pytest.raises(ValueError, match="may not leave"):
        cloud_event(event, "urn:x:y")


def test_kinds_are_chosen_one_by_one_or_by_family() -> None:
    assert is_wanted("contact.started", [])
    assert is_wanted("contact.started", ["contact.started"])
    assert is_wanted("contact.started", ["roster.published", "contact.*"])
    assert not is_wanted("contact.started", ["contact.completed", "roster.*", "con.*"])
    assert checked_kinds(["roster.*", "contact.started", "roster.*"]) == ["contact.started", "roster.*"]


@pytest.mark.parametrize("bad", ["rest.given", "rest.*", "*", "", "contact", "CONTACT.*"])
def test_kind_that_is_not_sent_is_quoted(bad: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_kinds(["contact.*", bad])
    assert repr(bad) in refused.value.detail
    assert "contact.assigned" in refused.value.detail


def test_documentation_lists_every_kind_with_its_fields_and_no_other() -> None:
    rows = re.findall(r"^\| (`breather\..*?) \| .*? \| ?(.*?) ?\|$", DOCS, re.MULTILINE)
    documented: dict[str, set[str]] = {}
    for kinds, fields in rows:
        first, *others = re.findall(r"`(.*?)`", kinds)
        family = first.rpartition(".")[0]
        for kind in (first, *(family + other for other in others)):
            named = set(re.findall(r"`(\w+)`", fields))
            documented[kind.removeprefix("breather.")] = named
    assert documented == {kind: set(fields) for kind, fields in OUTWARD.items()}
