"""Requirements from history: what is stored, replaced and told, and each queue's exposure rate."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select

from api.context import Context
from api.errors import Invalid
from api.services.staffing.requirements import (
    StaffingReport,
    forecast_from_history,
    requirements_from_history,
    sole_zone,
)
from roster.clock import at_local
from roster.contacts import PastContact
from roster.events import Event
from roster.people import Team
from roster.queues import Queue
from roster.shifts import Requirement
from roster.store.engine import reading, writing
from tests.factories import Centre, make_centre

ZONE = "Europe/Amsterdam"
MONDAY = date(2026, 11, 2)
PLANNED = date(2026, 11, 30)


@pytest.fixture
def centre(context: Context) -> Centre:
    return make_centre(context, 4, ("advice", "billing"), zone=ZONE, accounts=False)


def _history(
    context: Context, centre: Centre, queue: str, contacts: Sequence[tuple[int, int]], *, score: int | None = None
) -> None:
    """Served contacts of 180 s as (days after Monday, local minute)."""
    with writing(context.engine) as session:
        for number, (day, minute) in enumerate(contacts):
            session.add(
                PastContact(
                    ref=f"{queue}-{day}-{minute}-{number}",
                    queue_id=centre.queues[queue],
                    arrived_at=at_local(MONDAY + timedelta(days=day), minute, ZONE),
                    wait_seconds=3,
                    abandoned=False,
                    handle_seconds=180,
                    score=score,
                )
            )


def _staff(context: Context, *, days: int = 7, starts_on: date = PLANNED, check_only: bool = False) -> StaffingReport:
    return requirements_from_history(
        context, starts_on=starts_on, days=days, zone=ZONE, actor="lead", check_only=check_only
    )


def _required(context: Context, queue: int) -> dict[datetime, int]:
    with reading(context.engine) as session:
        query = select(Requirement.starts_at, Requirement.required).where(Requirement.queue_id == queue)
        return dict(session.exec(query.order_by(col(Requirement.starts_at))).all())


def test_a_busy_quarter_of_history_is_required_in_every_week_to_come(context: Context, centre: Centre) -> None:
    _history(context, centre, "advice", [(0, 540)] * 50)
    report = _staff(context, days=14)
    nine = at_local(PLANNED, 540, ZONE)
    assert _required(context, centre.queues["advice"]) == {nine: 16, nine + timedelta(days=7): 16}  # 14 / 0.91
    assert report.quarters == 2
    (queue,) = report.queues
    assert (queue.peak_required, queue.peak_at, queue.contacts_per_week) == (16, "Mon 09:00", pytest.approx(50))
    assert (queue.working_hours, queue.required_hours) == (3.5, 4.0)
    assert [(day.on_date, day.required_hours) for day in report.daily if day.required_hours] == [
        (PLANNED, 4.0),
        (PLANNED + timedelta(days=7), 4.0),
    ]
    assert report.working_hours + sum(line.agent_hours for line in report.lines) == pytest.approx(report.required_hours)


def test_local_hours_hold_across_a_change_of_clocks(context: Context, centre: Centre) -> None:
    _history(context, centre, "advice", [(6, minute) for minute in range(0, 1440, 15)])
    _staff(context, days=1, starts_on=date(2027, 3, 28))
    required = _required(context, centre.queues["advice"])
    assert len(required) == 92
    assert min(required) == datetime(2027, 3, 27, 23, 0, tzinfo=UTC)
    assert max(required) == datetime(2027, 3, 28, 21, 45, tzinfo=UTC)


def test_the_stretch_is_replaced_and_all_else_stays(context: Context, centre: Centre) -> None:
    _history(context, centre, "advice", [(0, 540)] * 10)
    nine = at_local(PLANNED, 540, ZONE)
    with writing(context.engine) as session:
        for queue, start in (
            ("advice", nine),
            ("advice", nine + timedelta(hours=3)),
            ("advice", nine - timedelta(days=1)),
            ("advice", nine + timedelta(days=7)),
            ("billing", nine),
        ):
            session.add(Requirement(queue_id=centre.queues[queue], starts_at=start, required=99))
    report = _staff(context)
    required = _required(context, centre.queues["advice"])
    assert required.pop(nine) < 99
    assert required == {nine - timedelta(days=1): 99, nine + timedelta(days=7): 99}
    assert _required(context, centre.queues["billing"]) == {nine: 99}
    assert "no history for billing: their requirement stays as it is" in report.notes


def test_exposure_is_mean_score_times_contacts_per_required_hour(context: Context, centre: Centre) -> None:
    _history(context, centre, "advice", [(0, 540)] * 25, score=60)
    _history(context, centre, "advice", [(0, 541)] * 25, score=20)
    _history(context, centre, "billing", [(0, 540)] * 50)
    report = _staff(context)
    advice, billing = report.queues
    assert advice.exposure_per_hour == pytest.approx(40 * 50 / advice.required_hours, abs=1e-4)
    assert billing.exposure_per_hour == 0
    assert any(note.startswith("no entry conditions in the history of billing") for note in report.notes)
    with reading(context.engine) as session:
        stored = dict(session.exec(select(Queue.code, Queue.exposure_per_hour)).all())
    assert stored == {"advice": advice.exposure_per_hour, "billing": 0.0}


def test_heavy_history_asks_for_decompression_and_debriefs(context: Context, centre: Centre) -> None:
    _history(context, centre, "advice", [(0, 540)] * 40, score=10)
    _history(context, centre, "advice", [(0, 541)] * 10, score=90)
    lines = {line.name: line for line in _staff(context).lines}
    assert lines["decompression"].agent_hours == pytest.approx(10 * context.policy.rest.severe_minutes / 60)
    assert lines["debriefs"].agent_hours == pytest.approx(10 * context.policy.debrief.minutes * 2 / 60)


def test_a_check_keeps_nothing_and_a_run_is_a_line_of_the_log(context: Context, centre: Centre) -> None:
    _history(context, centre, "advice", [(0, 540)] * 50, score=60)
    checked = _staff(context, check_only=True)
    assert (checked.quarters, checked.check_only) == (1, True)
    assert _required(context, centre.queues["advice"]) == {}
    with reading(context.engine) as session:
        assert session.exec(select(Event)).all() == []
        assert set(session.exec(select(Queue.exposure_per_hour))) == {0.0}
    _staff(context)
    with reading(context.engine) as session:
        (event,) = session.exec(select(Event))
    assert (event.kind, event.subject, event.actor) == ("requirements.replaced", "2026-11-30/7", "lead")
    assert event.data["quarters"] == 1


def test_the_forecast_is_the_mean_of_the_weekday(context: Context, centre: Centre) -> None:
    _history(context, centre, "advice", [(0, 540), (0, 541), (0, 900), (7, 540), (1, 540)])
    report = forecast_from_history(context, starts_on=PLANNED, days=3, zone=ZONE)
    assert report.dates == (PLANNED, PLANNED + timedelta(days=1), PLANNED + timedelta(days=2))
    assert report.contacts == {"advice": pytest.approx((2.0, 1.0, 0.0))}
    assert (report.history_from, report.history_to) == (MONDAY, MONDAY + timedelta(days=7))


def test_what_can_not_be_is_refused(context: Context, centre: Centre) -> None:
    with pytest.raises(Invalid, match="no contact history"):
        _staff(context)
    with pytest.raises(Invalid, match="days 0: expected 1 to 366"):
        _staff(context, days=0)
    with pytest.raises(Invalid, match="'Nowhere' does not exist"):
        requirements_from_history(context, starts_on=PLANNED, days=7, zone="Nowhere", actor="lead")


def test_the_zone_of_all_teams_is_the_default(context: Context, centre: Centre) -> None:
    assert sole_zone(context) == ZONE
    with writing(context.engine) as session:
        session.add(Team(name="Other", zone="Europe/Lisbon"))
    with pytest.raises(Invalid, match="teams have Europe/Amsterdam, Europe/Lisbon"):
        sole_zone(context)
