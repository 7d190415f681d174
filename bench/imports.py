"""Import of a real month: 33,344 calls from a CSV file into an empty embedded database, against 10 seconds.

    python -m bench.imports [FILE]

FILE is by default the call records beside the project (`../shared/data/calls/bank_feb1999.csv`, not part of it);
without them this says so and exits 1. Timed is the whole use case that `breather import` calls: reading, every
check, the transaction, its commit. The same contacts are then imported again, which must add none.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from api.context import make_context
from api.services.importing import ImportReport, import_files
from api.settings import Settings
from roster.store.migrate import migrate

RECORDS = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "calls" / "bank_feb1999.csv"
ZONE = "Asia/Jerusalem"
QUEUES = ("IN", "NE", "NW", "PE", "PS", "TT")
LIMIT_SECONDS = 10.0


def main() -> int:
    """Run it; the exit status is 0 when the import took less than the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=RECORDS)
    records = parser.parse_args().file
    if not records.is_file():
        print(f"bench.imports: needs the call records at {records}: they are not there", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="breather-imports-") as folder:
        context = make_context(Settings(environment="test", data_dir=Path(folder), database_url=""))
        migrate(context.engine)
        queues = Path(folder) / "queues.csv"
        queues.write_text("queue,name\n" + "".join(f"{code},{code}\n" for code in QUEUES), encoding="utf-8")
        import_files(context, [queues], actor="bench")
        timed: list[tuple[float, ImportReport]] = []
        for _ in range(2):
            began = time.perf_counter()
            report = import_files(context, [records], actor="bench", zone=ZONE)
            timed.append((time.perf_counter() - began, report))
        context.engine.dispose()
    (seconds, first), (again_seconds, again) = timed
    count, repeated = first.count("contacts"), again.count("contacts")
    read = count.added + count.left_out
    print(f"import of {read} contacts: {seconds:.2f} s, limit {LIMIT_SECONDS:.0f} s ({read / seconds:,.0f} a second)")
    print(f"  {count.added} stored, {count.left_out} phantoms left out")
    print(f"the same file again: {again_seconds:.2f} s, {repeated.added} added, {repeated.unchanged} there already")
    return 0 if seconds < LIMIT_SECONDS and repeated.added == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
