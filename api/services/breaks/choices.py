"""Where a break may go: the times that the rules allow, with cover beside each; a split; and who could swap."""

from api.context import Context
from api.security.caller import Caller
from api.services.breaks.cover import DayCover, touched_by
from api.services.breaks.moving import split_limits, split_spans
from api.services.breaks.own_day import changeable, own_agent, read_own
from api.services.breaks.swapping import colleagues_of
from api.services.breaks.views import BreakView, SplitView, TimeView, shown
from api.services.days.facts import span_of
from roster.day import MINUTE, SegmentSpan
from roster.store.engine import reading


def break_choices(
    context: Context, caller: Caller, segment_id: int, *, step_minutes: int = 15, first_minutes: int | None = None
) -> BreakView:
    """What may become of a break that has not begun; times lie on the clock's grid of `step_minutes`.

    With `first_minutes` so much of a rest stays where it is, and the times are those of its second part.

    Raises
    ------
    NotFound: no segment of the caller. Invalid: it is no break, or a part too short. Conflict: it has begun, or may not
    be split.
    """
    agent_id, now, policy = own_agent(caller), context.now(), context.policy
    with reading(context.engine) as session:
        own = read_own(session, agent_id, segment_id)
        row = changeable(own, segment_id, now)
        span, limits = span_of(row), split_limits(policy, row)
        minutes, beside = span.minutes, list[SegmentSpan]()
        if first_minutes is not None:
            first, second = split_spans(own, row, policy, first_minutes, row.starts_at)
            minutes, beside = second.minutes, [first]
        cover = DayCover(session, policy, own.shift.on_date, now)
        times = []
        for at in own.possible(policy, now, row, minutes, beside=beside):
            if at == row.starts_at or at.minute % step_minutes:
                continue
            there = SegmentSpan(row.kind, at, at + minutes * MINUTE)
            days = {own.shift.agent.code: own.arranged([*beside, there], {segment_id})}
            change = cover.change(days, touched_by(span, there))
            times.append(TimeView(starts_at=at, starts=own.text(at), ends=own.text(there.ends_at), cover=change))
        return BreakView(
            segment=shown(own, row, now),
            times=tuple(times),
            split=None if limits is None else SplitView(least_minutes=limits[0], most_minutes=limits[1]),
            colleagues=colleagues_of(session, context.policy, own, row, now),
        )
