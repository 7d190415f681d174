"""The roster solver: the demo's clinic, our own shape, a thousand agents, the textbook model, the public instances.

    python -m bench.rosters [--only PART ...] [--seconds S] [--workers 2] [--seed 0] [--problem FILE]

Parts, with the seconds each has unless `--seconds` says otherwise:

- demo (60): 36 agents x 28 days, every rule that the default policy has on; wanted: first valid under 5 s, gap in 3 %;
- own (120): 150 agents x 28 days x 6 shift types, every rule on; wanted: first valid under 10 s, gap in 2 %;
- teams (600): 1,000 agents x 28 days in 25 teams that share cover; wanted: gap in 5 %, under 8 GB;
- textbook: the textbook model on what demo and own solved, just as long, with the ratio;
- public (600 each): the public instances, where they are there (see `bench/curtois.py`).

Each is solved as a plan is, in a child process; seconds count from its start, Python's own included; memory is that of
all its processes together. `--problem` measures a problem file instead. A figure is of one run: one seed, one machine.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from api.demo.build import make_centre
from api.demo.clinic import demo_day, monday_of
from api.demo.history import Size
from api.services.rosters.problems import build_problem
from bench import curtois
from bench.own_shape import own_shape
from bench.roster_run import Limits, Measured, describe, gap_text, measure, report, seconds_text
from bench.textbook import compare, textbook
from roster.exchange.roster_files import read_problem
from roster.problem import Problem
from roster.store.engine import reading

TODAY = date(2026, 11, 25)
PARTS = ("demo", "own", "teams", "textbook", "public")
PUBLIC_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a part is measured against."""

    seconds: float
    gap: float
    first_seconds: float | None = None
    peak_mb: float | None = None


WANTED = {
    "demo": Wanted(60.0, 0.03, first_seconds=5.0),
    "own": Wanted(120.0, 0.02, first_seconds=10.0),
    "teams": Wanted(600.0, 0.05, peak_mb=8192.0),
}


def main() -> int:
    """Run it; the exit status is 0 when everything wanted is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts to run")
    parser.add_argument("--seconds", type=float, help="time limit of each run")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--problem", type=Path, help="a problem file instead of all parts")
    options = parser.parse_args()

    def limits(seconds: float) -> Limits:
        return Limits(options.seconds or seconds, options.workers, options.seed)

    if options.problem:
        return _run_file(options.problem, limits(WANTED["demo"].seconds))
    good = True
    for name, wanted in WANTED.items():
        beside = "textbook" in options.only and name != "teams"
        if name in options.only or beside:
            good &= _run_part(name, wanted, limits(wanted.seconds), beside=beside)
    if "public" in options.only:
        seconds = options.seconds or PUBLIC_SECONDS
        print(f"public instances, {seconds:g} s each")
        lines = list(curtois.table(seconds, workers=options.workers, seed=options.seed))
        good &= all(line.sound for line in lines)
    return 0 if good else 1


def _problem(name: str, seed: int) -> Problem:
    if name == "demo":
        return clinic()
    if name == "own":
        return own_shape(seed=seed)
    return own_shape(agents=1000, teams=25, seed=seed, every_rule=False)


def _run_part(name: str, wanted: Wanted, limits: Limits, *, beside: bool) -> bool:
    problem = _problem(name, limits.seed)
    print(f"{name}: {describe(problem, limits)}")
    measured = measure(problem, limits)
    report(measured)
    if beside:
        compare(measured, textbook(problem, limits), limits)
    return _met(measured, wanted)


def _run_file(file: Path, limits: Limits) -> int:
    problem = read_problem(file)
    print(f"{file.name}: {describe(problem, limits)}")
    measured = measure(problem, limits)
    report(measured)
    print(f"  gap {gap_text(measured.result.gap)}")
    return 0 if measured.sound else 1


def _met(measured: Measured, wanted: Wanted) -> bool:
    """Print what was wanted beside what came; whether all of it is met."""
    gap, first = measured.result.gap, measured.first_seconds
    good = measured.sound and gap is not None and gap <= wanted.gap
    print(f"  gap {gap_text(gap)}, wanted within {wanted.gap:.0%}")
    if wanted.first_seconds is not None:
        good &= first is not None and first < wanted.first_seconds
        print(f"  first valid {seconds_text(first)}, wanted under {wanted.first_seconds:g} s")
    if wanted.peak_mb is not None:
        good &= measured.peak_mb < wanted.peak_mb
        print(f"  memory {measured.peak_mb:,.0f} MB, wanted under {wanted.peak_mb:,.0f} MB")
    return good


def clinic() -> Problem:
    """The demo's four weeks, as its lead would plan them."""
    size = Size()
    day = demo_day(TODAY)
    with tempfile.TemporaryDirectory(prefix="breather-rosters-") as folder:
        context, _ = make_centre(Path(folder) / "demo", day, seed=7, say=print, size=size)
        try:
            with reading(context.engine) as session:
                return build_problem(session, context.policy, team_id=None, starts_on=monday_of(day), days=size.days)
        finally:
            context.engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
