"""Requirements as the demand of a problem: dense quarters for each local day, true where the clocks change."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import BigInteger, cast
from sqlalchemy import extract as sql_extract
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func

from roster.clock import QUARTER_MINUTES, midnight, quarters_of
from roster.problem import Demand
from roster.queues import Queue
from roster.shifts import Requirement


def demand_stamp(session: Session, starts_on: date, days: int, zone: str) -> tuple[int | None, ...]:
    """What moves when a requirement of the stretch does: their number, and sums of what they ask for."""
    begin, end = midnight(starts_on, zone), midnight(starts_on + timedelta(days=days), zone)
    number, queue = col(Requirement.id), col(Requirement.queue_id)
    required = cast(col(Requirement.required), BigInteger)  # products of two integers may be longer than one
    sums = (func.count(), func.sum(number), func.sum(required), func.sum(required * number), func.sum(required * queue))
    within = (col(Requirement.starts_at) >= begin, col(Requirement.starts_at) < end)
    return tuple(session.execute(sql_select(*sums).select_from(Requirement).where(*within)).one())


def read_demand(session: Session, starts_on: date, days: int, zone: str, queues: Sequence[Queue]) -> list[Demand]:
    """Agents required per queue and local day; queues without any requirement in the stretch are left out."""
    dates = [starts_on + timedelta(days=day) for day in range(days)]
    lengths = [quarters_of(on_date, zone) for on_date in dates]
    begin, end = midnight(starts_on, zone), midnight(starts_on + timedelta(days=days), zone)
    total = sum(lengths)
    required: dict[int, list[int]] = {}
    # Seconds, not instants: a roster has tens of thousands of rows, and making dates of them is most of the work.
    seconds = sql_extract("epoch", col(Requirement.starts_at))
    rows = session.execute(
        sql_select(col(Requirement.queue_id), seconds, col(Requirement.required)).where(
            col(Requirement.starts_at) >= begin, col(Requirement.starts_at) < end, col(Requirement.required) > 0
        )
    ).all()
    first_second, quarter_seconds = int(begin.timestamp()), QUARTER_MINUTES * 60
    for queue_id, starts_at, count in rows:
        required.setdefault(queue_id, [0] * total)[(int(starts_at) - first_second) // quarter_seconds] = count
    found = []
    for queue in queues:
        quarters = required.get(queue.id) if queue.id is not None else None
        if quarters is None:
            continue
        first = 0
        for day, length in enumerate(lengths):
            found.append(Demand(queue=queue.code, day=day, required=tuple(quarters[first : first + length])))
            first += length
    return found
