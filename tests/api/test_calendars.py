"""Calendars that agents subscribe to: addresses, what is in them for whom, and names and numbers that follow a move."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from icalendar import Calendar, Event
from sqlmodel import select

from api.context import Context
from api.events.log import since
from api.security.caller import Caller
from api.services.access.accounts import set_active
from api.services.calendars.content import feed_text
from api.services.calendars.feeds import make_feed
from api.services.days.planning import plan_day
from roster.accounts import Role
from roster.calendars import CalendarEntry, CalendarFeed, FeedKind
from roster.clock import at_local
from roster.people import Agent
from roster.shifts import Assignment, Segment, SegmentKind, ShiftType
from roster.store.engine import reading, writing
from tests.api.day_stage import TODAY, ZONE, publish
from tests.clients import signed_in
from tests.conftest import SetClock
from tests.factories import Centre, make_centre
from web.app import create_app

WHY = "After a severe contact, 15 min are yours."


@pytest.fixture
def centre(any_context: Context, clock: SetClock) -> Centre:
    """Six people on the early shift, 07:00 to 15:00 in Amsterdam, their day planned; it is 06:00 there."""
    clock.now = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    made = make_centre(any_context)
    publish(any_context, made, dict.fromkeys(made.agent_codes, "early"))
    plan_day(any_context, TODAY, deterministic_limit=0)
    return made


@pytest.fixture
def client(any_context: Context, centre: Centre) -> Iterator[TestClient]:
    """A browser in which a01 is signed in."""
    yield signed_in(create_app(any_context, jobs=False), any_context, "a01")


def caller(centre: Centre, code: str = "a01") -> Caller:
    return Caller(name=code, role=Role.AGENT, agent_id=centre.agents[code])


def made(context: Context, centre: Centre, kind: FeedKind = FeedKind.OWN, *, details: bool = False) -> str:
    """The secret of a new feed of a01."""
    return make_feed(context, caller(centre), kind, details=details).secret


def events(context: Context, secret: str) -> list[Event]:
    """The events behind an address, by time."""
    return list(Calendar.from_ical(feed_text(context, secret).text).walk("VEVENT"))


def titled(context: Context, secret: str, title: str) -> list[Event]:
    return [event for event in events(context, secret) if str(event["SUMMARY"]) == title]


def put(context: Context, centre: Centre, kind: SegmentKind) -> None:
    """A quarter of an hour of a kind at the begin of a01's day, in place of work."""
    with writing(context.engine) as session:
        at, until = at_local(TODAY, 420, ZONE), at_local(TODAY, 435, ZONE)
        work = session.exec(
            select(Segment).where(Segment.agent_id == centre.agents["a01"], Segment.starts_at == at)
        ).one()
        work.starts_at = until
        session.add(work)
        session.flush()
        session.add(
            Segment(
                agent_id=centre.agents["a01"],
                on_date=TODAY,
                kind=kind,
                starts_at=at,
                ends_at=until,
                zone=ZONE,
                reason=WHY,
            )
        )


def move(context: Context, centre: Centre, kind: SegmentKind, minutes: int) -> None:
    """Another row, `minutes` later, in place of the first segment of a kind of a01: what a plan does."""
    with writing(context.engine) as session:
        row = session.exec(
            select(Segment)
            .where(Segment.agent_id == centre.agents["a01"], Segment.kind == kind)
            .order_by(Segment.starts_at)
        ).first()
        assert row is not None
        values = row.model_dump(exclude={"id"})
        session.delete(row)
        session.flush()
        later = timedelta(minutes=minutes)
        session.add(Segment(**values | {"starts_at": row.starts_at + later, "ends_at": row.ends_at + later}))


def test_a_feed_has_the_shift_and_its_breaks_in_utc(any_context: Context, centre: Centre) -> None:
    found = events(any_context, made(any_context, centre))
    assert sorted(str(event["SUMMARY"]) for event in found) == ["At work", "Meal", "Rest", "Rest"]
    (shift,) = [event for event in found if str(event["SUMMARY"]) == "At work"]
    assert shift["DTSTART"].dt == at_local(TODAY, 7 * 60, ZONE)
    assert shift["DTEND"].dt == at_local(TODAY, 15 * 60, ZONE)
    assert shift["DTSTART"].to_ical() == b"20261124T060000Z"
    for event in found:
        assert (event["STATUS"], event["SEQUENCE"], event["CLASS"]) == ("CONFIRMED", 0, "PRIVATE")
        assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == any_context.now()


def test_the_calendar_says_how_often_to_look_again(any_context: Context, centre: Centre) -> None:
    lines = feed_text(any_context, made(any_context, centre)).text.decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert {"VERSION:2.0", "REFRESH-INTERVAL;VALUE=DURATION:PT15M", "X-PUBLISHED-TTL:PT15M"} <= set(lines)
    assert not any(line.startswith("METHOD") for line in lines)
    assert all(len(line.encode()) <= 75 for line in lines)


@pytest.mark.parametrize("kind", [SegmentKind.DECOMPRESSION, SegmentKind.DEBRIEF])
def test_protected_time_is_named_in_the_own_feed_with_details_alone(
    any_context: Context, centre: Centre, kind: SegmentKind
) -> None:
    put(any_context, centre, kind)
    label = {SegmentKind.DECOMPRESSION: "Your time", SegmentKind.DEBRIEF: "Peer debrief"}[kind]
    own = made(any_context, centre, details=True)
    (event,) = titled(any_context, own, label)
    assert str(event["DESCRIPTION"]) == WHY
    plain, shared = made(any_context, centre), made(any_context, centre, FeedKind.SHARED)
    for secret in (plain, shared):
        assert len(titled(any_context, secret, "Protected time")) == 1
        text = feed_text(any_context, secret).text.decode().lower()
        assert not any(word in text for word in ("debrief", "your time", "decompression", "severe", "description"))


def test_a_shared_feed_tells_of_no_absence_and_whose_it_is(any_context: Context, centre: Centre) -> None:
    put(any_context, centre, SegmentKind.AWAY)
    own, shared = made(any_context, centre), made(any_context, centre, FeedKind.SHARED)
    assert len(titled(any_context, own, "Away")) == 1
    assert titled(any_context, shared, "Away") == []
    assert {event["CLASS"] for event in events(any_context, shared)} == {"PUBLIC"}
    text = feed_text(any_context, shared).text.decode()
    assert "NAME:Agent 1 at work\r\n" in text


def test_a_break_that_moves_keeps_its_name_and_its_number_rises(
    any_context: Context, centre: Centre, clock: SetClock
) -> None:
    secret = made(any_context, centre)
    before = {event["UID"]: event for event in events(any_context, secret)}
    clock.forward(minutes=5)
    move(any_context, centre, SegmentKind.MEAL, 10)
    after = {event["UID"]: event for event in events(any_context, secret)}
    assert after.keys() == before.keys()
    for uid, event in after.items():
        meal = str(event["SUMMARY"]) == "Meal"
        assert event["SEQUENCE"] == int(meal)
        assert event["DTSTART"].dt - before[uid]["DTSTART"].dt == timedelta(minutes=10 * meal)
        assert event["LAST-MODIFIED"].dt == any_context.now() - timedelta(minutes=0 if meal else 5)
    move(any_context, centre, SegmentKind.MEAL, -10)
    assert [event["SEQUENCE"] for event in titled(any_context, secret, "Meal")] == [2]


def test_of_several_breaks_only_the_one_that_moved_changes(any_context: Context, centre: Centre) -> None:
    secret = made(any_context, centre)
    before = [event["UID"] for event in titled(any_context, secret, "Rest")]
    # Past the second: by order alone both would seem to have moved.
    first, second = titled(any_context, secret, "Rest")
    past = second["DTSTART"].dt - first["DTSTART"].dt + timedelta(minutes=30)
    move(any_context, centre, SegmentKind.REST, past // timedelta(minutes=1))
    assert [(event["UID"], event["SEQUENCE"]) for event in titled(any_context, secret, "Rest")] == [
        (before[1], 0),
        (before[0], 1),
    ]


def test_what_is_taken_away_is_cancelled_until_its_time_has_passed(
    any_context: Context, centre: Centre, clock: SetClock
) -> None:
    secret = made(any_context, centre)
    uid = titled(any_context, secret, "Meal")[0]["UID"]
    with writing(any_context.engine) as session:
        gone = session.exec(select(Assignment).where(Assignment.agent_id == centre.agents["a01"])).one()
        session.delete(gone)
    plan_day(any_context, TODAY, deterministic_limit=0)
    found = events(any_context, secret)
    assert {(event["STATUS"], event["SEQUENCE"]) for event in found} == {("CANCELLED", 1)}
    assert uid in {event["UID"] for event in found}
    clock.now = at_local(TODAY, 15 * 60, ZONE)
    assert events(any_context, secret) == []


def test_a_shift_given_back_has_its_old_name(any_context: Context, centre: Centre) -> None:
    secret = made(any_context, centre)
    (shift,) = titled(any_context, secret, "At work")
    with writing(any_context.engine) as session:
        gone = session.exec(select(Assignment).where(Assignment.agent_id == centre.agents["a01"])).one()
        session.delete(gone)
    assert [event["STATUS"] for event in titled(any_context, secret, "At work")] == ["CANCELLED"]
    publish(any_context, centre, {"a01": "late"})
    (again,) = titled(any_context, secret, "At work")
    assert (again["UID"], again["STATUS"], again["SEQUENCE"]) == (shift["UID"], "CONFIRMED", 2)
    assert again["DTSTART"].dt == at_local(TODAY, 13 * 60, ZONE)


def test_reading_again_writes_nothing_and_is_the_same_text(
    any_context: Context, centre: Centre, clock: SetClock
) -> None:
    secret = made(any_context, centre)
    first = feed_text(any_context, secret)
    with reading(any_context.engine) as session:
        rows = [row.model_dump() for row in session.exec(select(CalendarEntry)).all()]
    clock.forward(minutes=40)
    assert feed_text(any_context, secret) == first
    with reading(any_context.engine) as session:
        assert [row.model_dump() for row in session.exec(select(CalendarEntry)).all()] == rows


def test_both_feeds_of_an_agent_share_names(any_context: Context, centre: Centre) -> None:
    own, shared = made(any_context, centre), made(any_context, centre, FeedKind.SHARED)
    assert [event["UID"] for event in events(any_context, own)] == [
        event["UID"] for event in events(any_context, shared)
    ]


def test_a_night_shift_over_the_clock_change_is_as_long_as_it_is(any_context: Context, clock: SetClock) -> None:
    clock.now = datetime(2026, 10, 24, 12, tzinfo=UTC)
    centre = make_centre(any_context)
    with writing(any_context.engine) as session:
        night = ShiftType(code="night", name="Night", start_minute=22 * 60, minutes=480)
        session.add(night)
        session.flush()
        assert night.id is not None
        centre.shifts["night"] = night.id
    publish(any_context, centre, {"a01": "night"}, date(2026, 10, 24))
    (shift,) = titled(any_context, made(any_context, centre), "At work")
    assert (shift["DTSTART"].to_ical(), shift["DTEND"].to_ical()) == (b"20261024T200000Z", b"20261025T040000Z")


def test_long_and_odd_names_are_folded_and_escaped(any_context: Context, centre: Centre) -> None:
    name = "Zoë; Müller, \\ \x07" + "é" * 60
    with writing(any_context.engine) as session:
        agent = session.get(Agent, centre.agents["a01"])
        assert agent is not None
        agent.name = name
        session.add(agent)
    text = feed_text(any_context, made(any_context, centre, FeedKind.SHARED)).text
    assert b"\x07" not in text
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    written = "Zoë\\; Müller\\, \\\\ " + "é" * 60 + " at work\r\n"
    for prop in ("NAME", "X-WR-CALNAME"):
        assert f"\r\n{prop}:{written}" in text.replace(b"\r\n ", b"").decode()


def test_an_address_is_made_read_renewed_and_revoked(any_context: Context, centre: Centre, client: TestClient) -> None:
    answer = client.post("/api/v1/agents/a01/calendars", json={"kind": "own", "details": True})
    assert answer.status_code == 201
    assert answer.json()["details"] is True
    address = answer.json()["url"]
    assert address.startswith("http://testserver/api/v1/calendar/")
    anybody = TestClient(client.app)
    read = anybody.get(address)
    assert (read.status_code, read.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    listed = client.get("/api/v1/agents/a01/calendars").json()
    assert listed == [{"kind": "own", "details": True, "made_at": listed[0]["made_at"]}]
    renewed = client.post("/api/v1/agents/a01/calendars", json={"kind": "own"}).json()["url"]
    assert [anybody.get(one).status_code for one in (address, renewed)] == [404, 200]
    assert client.delete("/api/v1/agents/a01/calendars/own").status_code == 204
    assert client.delete("/api/v1/agents/a01/calendars/own").status_code == 404
    refused = anybody.get(renewed)
    never = anybody.get("/api/v1/calendar/never-made.ics")
    assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")
    assert refused.json() == never.json()
    assert client.get("/api/v1/agents/a01/calendars").json() == []


def test_only_a_hash_of_the_address_is_stored_and_no_line_tells_it(any_context: Context, centre: Centre) -> None:
    secret = made(any_context, centre)
    with reading(any_context.engine) as session:
        feed = session.exec(select(CalendarFeed)).one()
        assert secret not in repr(feed.model_dump())
        assert len(feed.token_hash) == 64
        assert all(not event.kind.startswith("calendar") for event in since(session, 0))
        own = [event for event in since(session, 0, agent_id=centre.agents["a01"]) if event.kind == "calendar.made"]
    assert [(event.subject, event.data) for event in own] == [("own", {})]


def test_what_is_known_already_is_not_sent_again(any_context: Context, centre: Centre, client: TestClient) -> None:
    address = client.post("/api/v1/agents/a01/calendars", json={"kind": "own"}).json()["url"]
    anybody = TestClient(client.app)
    first = anybody.get(address)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    for known in (tag, f'"other", W/{tag}', "*"):
        again = anybody.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert anybody.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    head = anybody.head(address)
    assert (head.status_code, head.headers["etag"], head.content) == (200, tag, b"")
    move(any_context, centre, SegmentKind.MEAL, 10)
    changed = anybody.get(address, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)


def test_the_address_of_somebody_who_left_is_as_if_it_had_never_been(any_context: Context, centre: Centre) -> None:
    app = create_app(any_context, jobs=False)
    anybody = TestClient(app)
    secret = made(any_context, centre)
    address = f"/api/v1/calendar/{secret}.ics"
    assert anybody.get(address).status_code == 200
    set_active(any_context, "a01", False, actor="lead")
    assert anybody.get(address).json() == anybody.get("/api/v1/calendar/x.ics").json()
    set_active(any_context, "a01", True, actor="lead")
    assert anybody.get(address).status_code == 200
    with writing(any_context.engine) as session:
        agent = session.get(Agent, centre.agents["a01"])
        assert agent is not None
        agent.active = False
        session.add(agent)
    assert anybody.get(address).status_code == 404


def test_calendars_are_the_agents_own_to_make(any_context: Context, centre: Centre, client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    others = (signed_in(app, any_context, "lead"), signed_in(app, any_context, "a02"))
    for other in others:
        assert other.get("/api/v1/agents/a01/calendars").status_code == 403
        assert other.post("/api/v1/agents/a01/calendars", json={"kind": "own"}).status_code == 403
        assert other.delete("/api/v1/agents/a01/calendars/own").status_code == 403
    anybody = TestClient(app)
    assert anybody.post("/api/v1/agents/a01/calendars", json={"kind": "own"}).status_code == 401
    wrong = client.post("/api/v1/agents/a01/calendars", json={"kind": "family"})
    assert (wrong.status_code, "'family'" in wrong.json()["detail"]) == (422, True)
    told = client.post("/api/v1/agents/a01/calendars", json={"kind": "shared", "details": True})
    assert (told.status_code, "never names protected time" in told.json()["detail"]) == (422, True)
    assert client.get("/api/v1/agents/a01/calendars").json() == []
