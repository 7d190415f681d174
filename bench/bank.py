"""The whole way of a real month: a bank centre's 33,344 calls of February 1999, from file to a played day.

    python -m bench.bank [--agents 40] [--days 28] [--seconds 60] [--seed 7]

Reads the call records beside the project (`../shared/data/calls/bank_feb1999.csv`, not part of it); says so and
exits 1 when they are not there. Everything between the file and the printed figures is the production code: the
import, the requirement, the roster, the day plan, the router and the rests. The centre around the calls (agents,
contracts, shifts) is made up here, for the file does not tell; so are the entry conditions of the played day.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from bench.bank_centre import RECORDS, Records
from bench.bank_story import tell


def main() -> int:
    """Run it; the exit status is 0 when all of it worked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=40)
    parser.add_argument("--days", type=int, default=28, help="days to plan from 1999-03-01, at most 28")
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of the roster solver")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    if not RECORDS.is_file():
        print(f"bench.bank: needs the call records at {RECORDS}: they are not there", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="breather-bank-") as folder:
        tell(
            Records.read(RECORDS),
            Path(folder),
            agents=options.agents,
            days=options.days,
            plan_seconds=options.seconds,
            seed=options.seed,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
