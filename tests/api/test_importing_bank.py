"""The first calls of a bank's real month, as its file stands, when it is there beside the project."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from api.context import Context
from api.services.importing import import_files
from roster.contacts import PastContact
from roster.store.engine import reading

RECORDS = Path(__file__).resolve().parents[3] / "shared" / "data" / "calls" / "bank_feb1999.csv"
LINES = 2_001


@pytest.mark.skipif(not RECORDS.is_file(), reason=f"left out: the call records are not at {RECORDS}")
def test_two_thousand_real_calls(context: Context, tmp_path: Path) -> None:
    calls, queues = tmp_path / "calls.csv", tmp_path / "queues.csv"
    lines = RECORDS.read_text(encoding="utf-8").splitlines()[:LINES]
    calls.write_text("\n".join(lines), encoding="utf-8")
    cells = [line.split(",") for line in lines[1:]]
    queues.write_text("queue,name\n" + "".join(f"{code},{code}\n" for code in sorted({one[1] for one in cells})))
    count = import_files(context, [queues, calls], actor="test", zone="Asia/Jerusalem").count("contacts")
    phantoms = sum(one[5] == "PHANTOM" for one in cells)
    assert (count.added, count.left_out) == (len(cells) - phantoms, phantoms)
    with reading(context.engine) as session:
        first = session.exec(select(PastContact).where(PastContact.ref == "1")).one()
        abandoned = session.exec(select(func.count()).where(col(PastContact.abandoned))).one()
    assert (first.arrived_at, first.handle_seconds, first.handled_by) == (
        datetime(1999, 2, 1, 5, 2, 47, tzinfo=UTC), 166, "S01",
    )  # fmt: skip
    assert abandoned == sum(one[5] == "HANG" for one in cells)
