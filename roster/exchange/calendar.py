"""iCalendar out (RFC 5545, RFC 7986): events as values, and the text that calendars subscribe to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event, vText

from roster.clock import require_utc

PRODUCT = "-//Breather//Breather 1//EN"
REFRESH = timedelta(minutes=15)
"""How often a calendar is asked to look again; assumption: a break that moves is announced half an hour ahead."""


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One event. `sequence` rises when its time moves; `modified_at` is when it last did; instants in UTC."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    modified_at: datetime
    cancelled: bool = False
    description: str = ""
    private: bool = False


def calendar_text(name: str, uid: str, events: Sequence[CalendarEvent], *, modified_at: datetime) -> bytes:
    """A calendar of `events` as UTF-8, lines folded at 75 octets and ended by CR LF.

    It has no METHOD: the calendar is published at an address, so DTSTAMP is the time of the last change (RFC 5545,
    3.8.7.2), and the same events are the same bytes whenever they are asked for.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("uid", uid)
    # Said to be text, or the library would leave commas and semicolons in them as they are.
    calendar.add("name", vText(_line(name)))
    calendar.add("x-wr-calname", vText(_line(name)))
    calendar.add("last-modified", _whole_second(modified_at))
    # RFC 7986, 5.7 has no default type for it, so the type is said.
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{REFRESH // timedelta(minutes=1)}M")
    for event in events:
        calendar.add_component(_component(event))
    text: bytes = calendar.to_ical()
    return text


def _component(event: CalendarEvent) -> Event:
    component = Event()
    component.add("uid", event.uid)
    component.add("dtstamp", _whole_second(event.modified_at))
    component.add("last-modified", _whole_second(event.modified_at))
    component.add("sequence", event.sequence)
    component.add("dtstart", _whole_second(event.starts_at))
    component.add("dtend", _whole_second(event.ends_at))
    component.add("summary", _line(event.title))
    if event.description:
        component.add("description", _line(event.description))
    component.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    component.add("class", "PRIVATE" if event.private else "PUBLIC")
    return component


def _whole_second(instant: datetime) -> datetime:
    return require_utc(instant).replace(microsecond=0)


def _line(text: str) -> str:
    """`text` without control characters, which iCalendar has no way to write (RFC 5545, 3.1)."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
