"""Where a break may go: the times that the rules allow, with cover beside each; a split; and who could swap."""

from datetime import timedelta

from api.context import Context
from api.security.caller import Caller
from api.services.breaks.cover import DayCover, touched_by
from api.services.breaks.moving import moved, split_limits
from api.services.breaks.own_day import changeable, own_agent, read_own
from api.services.breaks.swapping import colleagues_of
from api.services.breaks.views import BreakView, SplitView, TimeView, shown
from api.services.days.facts import span_of
from roster.store.engine import reading


def break_choices(context: Context, caller: Caller, segment_id: int, *, step_minutes: int = 15) -> BreakView:
    """What may become of a break that has not begun; times lie on the clock's grid of `step_minutes`.

    Raises
    ------
    NotFound: no segment of the caller. Invalid: it is no break. Conflict: it has begun.
    """
    agent_id, now, policy = own_agent(caller), context.now(), context.policy
    with reading(context.engine) as session:
        own = read_own(session, agent_id, segment_id)
        row = changeable(own, segment_id, now)
        span, limits = span_of(row), split_limits(policy, row)
        cover = DayCover(session, policy, own.shift.on_date, now)
        times = []
        for at in own.possible(policy, now, row, span.minutes):
            if at == row.starts_at or (at.minute % step_minutes if step_minutes < 60 else at.minute):
                continue
            there = moved(own, row, at)
            days = {own.shift.agent.code: own.arranged([there], {segment_id})}
            change = cover.change(days, touched_by(span, there))
            times.append(
                TimeView(
                    starts_at=at, starts=own.text(at), ends=own.text(at + timedelta(minutes=span.minutes)), cover=change
                )
            )
        return BreakView(
            segment=shown(own, row, now),
            times=tuple(times),
            split=None if limits is None else SplitView(least_minutes=limits[0], most_minutes=limits[1]),
            colleagues=colleagues_of(session, context.policy, own, row, now),
        )
