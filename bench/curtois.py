"""The public shift-scheduling instances of Curtois and Qu: cost against the best known, with bound, time and memory.

    python -m bench.curtois [NAME ...] [--seconds 600] [--workers 2] [--seed 0] [--folder FOLDER]

Names are the instances' numbers; without any, all that are in the folder run one after another. The instances are no
part of the project: the folder is `../shared/data/instances`, or what is given, with `curtois/Instance<N>.txt` and
`best_known.csv` in it. Every roster is judged by the checkers. Seconds count from the solver's start, Python's own
included; memory is that of the larger of a run's processes.
"""

import argparse
import csv
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from optimizer.shifts.processes.process import SolverProcess
from optimizer.shifts.processes.workers import Workers
from roster.exchange.roster_files import Format, read_problem
from roster.rules.registry import judge

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "instances"
SECONDS = 600.0

HEADINGS = (
    "instance", "people", "days", "shifts", "cost", "best", "gap", "bound", "seconds", "first", "MB", "seed", "workers",
    "checkers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """One instance to solve."""

    name: str
    file: Path
    best_known: int | None
    seconds: float
    workers: int
    seed: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    run: Run
    people: int
    days: int
    shifts: int
    cost: int | None
    bound: int | None
    seconds: float
    first_seconds: float | None
    peak_mb: float
    violations: int
    judged_cost: int

    @property
    def sound(self) -> bool:
        """Whether there is a roster that the checkers accept at the cost that was said."""
        return self.cost is not None and not self.violations and self.judged_cost == self.cost

    def cells(self) -> tuple[str, ...]:
        """As text, by heading."""
        best = self.run.best_known
        gap = "" if self.cost is None or best is None else f"{self.cost / best - 1:.2%}"
        verdict = "ok" if self.sound else f"{self.violations} violations, cost {self.judged_cost}"
        return (
            self.run.name, str(self.people), str(self.days), str(self.shifts), _shown(self.cost), _shown(best), gap,
            _shown(self.bound), f"{self.seconds:.0f}", "never" if self.first_seconds is None else
            f"{self.first_seconds:.1f}", f"{self.peak_mb:.0f}", str(self.run.seed), str(self.run.workers), verdict,
        )  # fmt: skip


def main() -> int:
    """Run it; 0 when every roster is valid and costs what the solver said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="numbers of instances")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="time limit of each")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    found = list(
        table(options.seconds, options.names, workers=options.workers, seed=options.seed, folder=options.folder)
    )
    return 0 if found and all(line.sound for line in found) else 1


def table(
    seconds: float = SECONDS, names: Iterable[str] = (), *, workers: int = 2, seed: int = 0, folder: Path = FOLDER
) -> Iterator[Line]:
    """Print the table line by line as the runs end, and give each line; nothing where the folder is not there."""
    files = {file.stem.removeprefix("Instance"): file for file in (folder / "curtois").glob("Instance*.txt")}
    wanted = list(names) or sorted(files, key=int)
    unknown = [name for name in wanted if name not in files]
    if unknown or not wanted:
        print(f"instance {', '.join(unknown) or 'files'}: none in {folder / 'curtois'}")
    best_known = _best_known(folder)
    _print(HEADINGS)
    for name in wanted:
        if name in files:
            line = _apart(Run(name, files[name], best_known.get(name), seconds, workers, seed))
            _print(line.cells())
            yield line


def _apart(run: Run) -> Line:
    """In a process of its own, so that its memory is this run's alone."""
    with Workers(1) as pool:
        return pool.submit(_solve, run).result()


def _solve(run: Run) -> Line:
    problem = read_problem(run.file, Format.CURTOIS)
    started = time.monotonic()
    first = None
    process = SolverProcess(problem, time_limit_seconds=run.seconds, workers=run.workers, seed=run.seed)
    for point in process.progress():
        if first is None and point.objective is not None:
            first = time.monotonic() - started
    result = process.result()
    seconds = time.monotonic() - started
    verdict = judge(problem, result.assignments)
    return Line(
        run=run,
        people=len(problem.agents),
        days=problem.days,
        shifts=len(problem.shifts),
        cost=result.objective,
        bound=result.bound,
        seconds=seconds,
        first_seconds=first,
        peak_mb=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        violations=len(verdict.violations),
        judged_cost=verdict.cost,
    )


def _best_known(folder: Path) -> dict[str, int]:
    file = folder / "best_known.csv"
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return {row["instance"]: int(row["best_known"]) for row in csv.DictReader(lines) if row["best_known"]}


def _print(cells: tuple[str, ...]) -> None:
    print("  ".join(f"{cell:>8}" for cell in cells), flush=True)


def _shown(value: int | None) -> str:
    return "none" if value is None else str(value)


if __name__ == "__main__":
    sys.exit(main())
