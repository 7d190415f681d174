"""A day laid by hand for tests of breaks: who has which breaks, minutes after local midnight."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlmodel import col, select

from api.context import Context
from api.security.caller import Caller
from api.services.days.planning import plan_day
from roster.accounts import Role
from roster.clock import at_local
from roster.day import SegmentSpan, partition
from roster.shifts import Segment, SegmentKind
from roster.store.engine import reading, writing
from tests.api.day_stage import TODAY, ZONE, publish
from tests.conftest import SetClock
from tests.factories import Centre, make_centre

MEAL, REST = SegmentKind.MEAL, SegmentKind.REST
SHIFT = (7 * 60, 15 * 60)
PLAIN = ((REST, 510, 525), (MEAL, 630, 660), (REST, 780, 795))
"""Rest 08:30, meal 10:30, rest 13:00 of the early shift from 07:00 to 15:00."""
OTHER = ((REST, 525, 540), (MEAL, 690, 720), (REST, 795, 810))
"""Rest 08:45, meal 11:30, rest 13:15."""

Break = tuple[SegmentKind, int, int]


def minute(instant: datetime) -> int:
    """Minutes after local midnight."""
    return int((instant - at_local(TODAY, 0, ZONE)).total_seconds() // 60)


def at(minutes: int) -> datetime:
    """That many minutes after local midnight, UTC."""
    return at_local(TODAY, minutes, ZONE)


def lay(context: Context, centre: Centre, code: str, breaks: Sequence[Break]) -> None:
    """The day of an agent with exactly these breaks."""
    agent_id = centre.agents[code]
    inside = [SegmentSpan(kind, at(begin), at(end)) for kind, begin, end in breaks]
    with writing(context.engine) as session:
        old = session.exec(select(Segment).where(Segment.agent_id == agent_id)).all()
        assignment_id = old[0].assignment_id
        for row in old:
            session.delete(row)
        session.flush()
        for span in partition(at(SHIFT[0]), at(SHIFT[1]), inside):
            session.add(
                Segment(
                    agent_id=agent_id,
                    assignment_id=assignment_id,
                    on_date=TODAY,
                    zone=ZONE,
                    kind=span.kind,
                    starts_at=span.starts_at,
                    ends_at=span.ends_at,
                )
            )


def laid(context: Context, clock: SetClock, days: Mapping[str, Sequence[Break]] | None = None) -> Centre:
    """Six people on the early shift, a02 with the OTHER breaks, all else with the PLAIN ones; it is 07:05."""
    clock.now = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    centre = make_centre(context)
    publish(context, centre, dict.fromkeys(centre.agent_codes, "early"))
    plan_day(context, TODAY, deterministic_limit=0)
    for code in centre.agent_codes:
        lay(context, centre, code, (days or {"a02": OTHER}).get(code, PLAIN))
    clock.now = datetime(2026, 11, 24, 6, 5, tzinfo=UTC)
    return centre


def caller(centre: Centre, code: str = "a01") -> Caller:
    """An agent, signed in."""
    return Caller(name=code, role=Role.AGENT, agent_id=centre.agents[code])


def rows(context: Context, centre: Centre, code: str = "a01") -> list[Segment]:
    """The stored day of an agent, by time."""
    with reading(context.engine) as session:
        found = session.exec(
            select(Segment).where(Segment.agent_id == centre.agents[code]).order_by(col(Segment.starts_at))
        )
        return list(found)


def breaks(context: Context, centre: Centre, code: str = "a01") -> list[Break]:
    """The breaks in it."""
    return [
        (row.kind, minute(row.starts_at), minute(row.ends_at))
        for row in rows(context, centre, code)
        if row.kind is not SegmentKind.WORK
    ]


def number(context: Context, centre: Centre, place: int, code: str = "a01") -> int:
    """The number of the break at that place of the day, from 0."""
    found = [row for row in rows(context, centre, code) if row.kind in (MEAL, REST)][place].id
    assert found is not None
    return found
