"""Questions for a swap of breaks as they stand: both days of one, and how each of the two sees it."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, or_, select

from api.context import Context
from api.errors import Conflict, Invalid
from api.services.breaks.own_day import OwnDay, changeable, own_day
from api.services.days.facts import key
from roster.clock import clock_text
from roster.people import Agent
from roster.shifts import Placed, Segment
from roster.store.engine import reading
from roster.swaps import BreakSwap, SwapStatus

UNANSWERED = (SwapStatus.OFFERED, SwapStatus.DECLINED)


class SwapView(BaseModel):
    """A swap as one of the two sees it: `asked` by them or `offered` to them. Times are local.

    Theirs is the break that they have now, `starts` to `ends`; they would get the other one's instead.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    status: str
    kind: str
    with_name: str
    starts: str
    ends: str
    instead_starts_at: datetime
    instead_starts: str
    instead_ends: str


@dataclass(frozen=True)
class Pair:
    """Both days and both breaks of a swap, as they are now."""

    mine: OwnDay
    row: Segment
    theirs: OwnDay
    other: Segment


def swaps_of(context: Context, agent_id: int, zone: str) -> tuple[SwapView, ...]:
    """Questions that are open: those that the agent asked, declined or not, and those to them."""
    with reading(context.engine) as session:
        return tuple(swap_view(session, swap, agent_id, zone) for swap in open_swaps(session, agent_id, context.now()))


def pair_of(session: Session, swap: BreakSwap, now: datetime) -> Pair | None:
    """Both breaks, if both are still where they were when it was asked, and ahead."""
    rows = []
    for agent_id, starts_at, ends_at in (
        (swap.agent_id, swap.starts_at, swap.ends_at),
        (swap.colleague_id, swap.colleague_starts_at, swap.colleague_ends_at),
    ):
        row = session.exec(
            select(Segment).where(
                Segment.agent_id == agent_id,
                Segment.kind == swap.kind,
                Segment.starts_at == starts_at,
                Segment.ends_at == ends_at,
                Segment.placed != Placed.PART,
            )
        ).first()
        if row is None or row.starts_at <= now:
            return None
        rows.append(row)
    try:
        days = [own_day(session, row.agent_id, row) for row in rows]
        breaks = [changeable(own, key(row.id), now) for own, row in zip(days, rows, strict=True)]
    except (Conflict, Invalid):
        return None
    return Pair(days[0], breaks[0], days[1], breaks[1])


def open_swaps(session: Session, agent_id: int, now: datetime) -> list[BreakSwap]:
    """Questions that still stand, by time: what one asked, declined or not, and what one was asked and left open."""
    found = session.exec(
        select(BreakSwap)
        .where(
            or_(
                (col(BreakSwap.agent_id) == agent_id) & col(BreakSwap.status).in_(UNANSWERED),
                (col(BreakSwap.colleague_id) == agent_id) & (col(BreakSwap.status) == SwapStatus.OFFERED),
            ),
            col(BreakSwap.starts_at) > now,
            col(BreakSwap.colleague_starts_at) > now,
        )
        .order_by(col(BreakSwap.starts_at), col(BreakSwap.id))
    ).all()
    return [swap for swap in found if pair_of(session, swap, now) is not None]


def swap_view(session: Session, swap: BreakSwap, agent_id: int, zone: str) -> SwapView:
    """A question as one of its two people sees it."""
    asked = swap.agent_id == agent_id
    other = session.get(Agent, swap.colleague_id if asked else swap.agent_id)
    mine = (swap.starts_at, swap.ends_at)
    theirs = (swap.colleague_starts_at, swap.colleague_ends_at)
    if not asked:
        mine, theirs = theirs, mine
    return SwapView(
        id=key(swap.id),
        status="asked" if asked else "offered",
        kind=swap.kind.value,
        with_name=other.name if other is not None else "",
        starts=clock_text(mine[0], zone),
        ends=clock_text(mine[1], zone),
        instead_starts_at=theirs[0],
        instead_starts=clock_text(theirs[0], zone),
        instead_ends=clock_text(theirs[1], zone),
    )
