"""How long a page takes: every page of the demo from the real server, against 200 ms.

    python -m bench.pages [--rounds 30] [--seconds 40]

Builds the demo (36 agents, 28 days, a morning played) and asks for each page over HTTP on this machine, one request
after another, signed in as its lead or agent. The figure is the 95th percentile of all requests.
"""

import argparse
import statistics
import sys
import tempfile
from datetime import date
from pathlib import Path

from api.demo.build import build, planned_for
from api.demo.probe import PAGE_TARGET_MS, open_visits, percentile_95, timed
from api.demo.server import free_port, running

TODAY = date(2026, 11, 25)


def main() -> int:
    """Run it; the exit status is 0 when the 95th percentile is within the target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30, help="requests per page")
    parser.add_argument("--seconds", type=float, default=40.0, help="time limit of the roster solver")
    options = parser.parse_args()
    everything: list[float] = []
    with tempfile.TemporaryDirectory(prefix="breather-pages-") as folder:
        built = build(Path(folder) / "demo", today=TODAY, seed=7, say=print, plan=planned_for(options.seconds))
        print(f"\n{'page':32}{'median':>10}{'95th':>10}  ms")
        with running(built.folder, built.now, free_port()) as root:
            for visit in open_visits(built, root):
                times = timed(visit, options.rounds)
                everything.extend(times)
                print(f"{visit.path:32}{statistics.median(times):10.0f}{percentile_95(times):10.0f}")
        built.context.engine.dispose()
    result = percentile_95(everything)
    print(f"\nall pages: 95th percentile {result:.0f} ms, wanted: at most {PAGE_TARGET_MS} ms")
    return 0 if result <= PAGE_TARGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
