"""A day played through the floor and its live plan: whatever comes, every break is had whole, or owed."""

import random
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlmodel import col, select

from api.context import Context
from api.services.days.replanning import replan_days
from api.services.days.watching import look
from api.services.floor.commands import CompletionIn, ContactIn, complete, post_contact, set_state, start, tick
from roster.contacts import Contact, ContactStatus, EntryConditions
from roster.rest import RestDebt
from roster.shifts import SegmentKind
from roster.store.engine import reading
from tests.api.break_stage import MEAL, REST, at, laid, rows
from tests.api.live_stage import require
from tests.api.test_floor_rests import HEAVY
from tests.conftest import SetClock

pytestmark = pytest.mark.slow

STEP = timedelta(minutes=5)
DUE_MINUTES = 60
"""A meal of 30 minutes and two rests of 15."""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_break_is_lost_in_a_busy_day(context: Context, clock: SetClock, seed: int) -> None:
    draw = random.Random(seed)
    centre = laid(context, clock)
    require(context, centre, dict.fromkeys(range(420, 900, 15), 4))
    for code in centre.agent_codes:
        set_state(context, code, "available", actor="test")
    count = 0
    while clock.now < at(900):
        with reading(context.engine) as session:
            held = session.exec(
                select(Contact)
                .where(col(Contact.status).in_((ContactStatus.ASSIGNED, ContactStatus.ACTIVE)))
                .order_by(col(Contact.arrived_at), col(Contact.id))
            ).all()
        for contact in sorted(held, key=lambda one: one.ref):
            if contact.status is ContactStatus.ASSIGNED:
                start(context, contact.id, actor="test")
            elif draw.random() < 0.4:
                complete(context, contact.id, CompletionIn(), actor="test")
        for _ in range(draw.randrange(3)):
            count += 1
            entry = HEAVY if draw.random() < 0.2 else EntryConditions()
            made = post_contact(context, ContactIn(ref=f"r{count}", queue="advice", entry=entry), actor="router")
            if made.agent is not None:
                start(context, made.id, actor="test")
        tick(context)
        look(context)
        clock.now += STEP
    replan_days(context)
    with reading(context.engine) as session:
        contacts = session.exec(select(Contact).where(col(Contact.started_at).is_not(None))).all()
        owed: dict[int, int] = defaultdict(int)
        for debt in session.exec(select(RestDebt).where(col(RestDebt.contact_id).is_(None))):
            owed[debt.agent_id] += debt.minutes
    moved = 0
    for code, agent_id in centre.agents.items():
        day = rows(context, centre, code)
        assert (day[0].starts_at, day[-1].ends_at) == (at(420), at(900))
        assert all(one.ends_at == other.starts_at for one, other in pairwise(day))
        breaks = [row for row in day if row.kind in (MEAL, REST)]
        minutes = sum((row.ends_at - row.starts_at) // timedelta(minutes=1) for row in breaks)
        assert minutes + owed[agent_id] == DUE_MINUTES, code
        for row in breaks:
            moved += row.starts_at not in (at(510), at(525), at(630), at(690), at(780), at(795))
            for contact in contacts:
                if contact.agent_id == agent_id and contact.started_at is not None:
                    over = contact.completed_at or clock.now
                    assert not contact.started_at < row.starts_at < over, (code, row.starts_at, contact.ref)
    # It was a day in which plans had to change, and rest was given.
    assert moved > 0
    assert any(
        row.kind is SegmentKind.DECOMPRESSION for code in centre.agent_codes for row in rows(context, centre, code)
    )
