"""A small part of the bank's real month: a week of its calls, eight agents, one played day. `bench.bank` does all."""

import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from api.services.days.planning import plan_day
from api.services.importing import import_files
from api.services.rosters.planning import create_roster
from api.services.rosters.publishing import publish
from api.services.staffing.requirements import requirements_from_history
from roster.clock import at_local
from roster.contacts import Contact, ContactStatus, PastContact
from roster.shifts import Segment
from roster.store.engine import reading
from tests.solved import solve_and_store

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.bank_centre import PLANNED_FROM, RECORDS, ZONE, Records, write_centre  # noqa: E402 - bench is no package
from bench.bank_story import bank_context, play_day  # noqa: E402 - bench is no package

pytestmark = [
    pytest.mark.skipif(not RECORDS.is_file(), reason=f"the bank's call records are not at {RECORDS}"),
    pytest.mark.slow,
]

FIRST_WEEK = [f"1999-02-{day:02d}" for day in range(1, 8)]
PLAYED = date(1999, 2, 3)
DAY = date(1999, 3, 3)
EVERY = 5
"""One call in five: eight agents can't take what forty could."""


def test_a_week_of_real_calls_goes_from_file_to_a_played_day(tmp_path: Path) -> None:
    whole = Records.read(RECORDS)
    kept = tuple(call for call in whole.calls if call.arrived_at.date().isoformat() in FIRST_WEEK)[::EVERY]
    records = Records(whole.path, kept)
    calls = tmp_path / "calls.csv"
    wanted = {call.ref for call in kept}
    lines = RECORDS.read_text(encoding="utf-8").splitlines()
    calls.write_text("\n".join([lines[0], *(one for one in lines[1:] if one.split(",", 1)[0] in wanted)]) + "\n")
    context, clock = bank_context(tmp_path / "data", workers=1)
    try:
        report = import_files(context, [*write_centre(tmp_path, records, 8), calls], actor="test", zone=ZONE)
        assert report.files == 7
        real = [call for call in kept if call.outcome != "PHANTOM"]
        with reading(context.engine) as session:
            assert session.exec(select(func.count()).select_from(PastContact)).one() == len(real)
            served = [call for call in real if call.outcome == "AGENT"]
            seconds = session.exec(select(func.sum(col(PastContact.handle_seconds)))).one()
            assert seconds == sum(call.handle_seconds for call in real)

        staffing = requirements_from_history(context, starts_on=PLANNED_FROM, days=7, zone=ZONE, actor="test")
        assert staffing.required_hours > sum(call.handle_seconds for call in served) / 3600

        roster = create_roster(context, team=None, starts_on=PLANNED_FROM, days=7, actor="test")
        solve_and_store(context, roster, deterministic_limit=4)
        publish(context, roster, actor="test")

        clock.now = at_local(DAY, 6 * 60, ZONE)
        plan_day(context, DAY, deterministic_limit=2)
        today = records.on(PLAYED)
        tally = play_day(context, clock, records, today, DAY, seed=7)
        assert tally.posted == len(today) > 200
        assert tally.served + tally.abandoned <= tally.posted
        assert tally.served > 0.6 * tally.posted
        assert tally.rests > 0
        with reading(context.engine) as session:
            done = session.exec(
                select(func.count()).select_from(Contact).where(col(Contact.status) == ContactStatus.COMPLETED)
            ).one()
            assert done == tally.served
            _assert_no_overlap(session.exec(select(Segment).order_by(Segment.agent_id, Segment.starts_at)).all())
    finally:
        context.engine.dispose()


def _assert_no_overlap(segments: list[Segment]) -> None:
    for before, after in pairwise(segments):
        if before.agent_id == after.agent_id:
            assert before.ends_at <= after.starts_at
