"""One measured run of the roster solver, as a plan is made: in a child process, judged by the checkers afterwards."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.memory import PeakMemory
from optimizer.shifts.processes.process import SolverProcess
from roster.problem import Problem
from roster.result import Result, TracePoint
from roster.rules.registry import Verdict, judge


@dataclass(frozen=True, slots=True)
class Limits:
    """How a run is limited."""

    seconds: float
    workers: int
    seed: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a run. Seconds count from the child's start, Python's own included."""

    result: Result
    verdict: Verdict
    trace: tuple[TracePoint, ...]
    """With those seconds."""
    seconds: float
    peak_mb: float
    processes: int

    @property
    def sound(self) -> bool:
        """Whether there is a roster that the checkers accept at the cost that was said."""
        return (
            self.result.objective is not None
            and not self.verdict.violations
            and self.verdict.cost == self.result.objective
        )

    @property
    def first_seconds(self) -> float | None:
        """When the first valid roster was there."""
        return next((point.seconds for point in self.trace if point.objective is not None), None)

    def seconds_to(self, cost: int) -> float | None:
        """When a roster that costs at most `cost` was there."""
        found = (point.seconds for point in self.trace if point.objective is not None and point.objective <= cost)
        return next(found, None)


def measure(problem: Problem, limits: Limits) -> Measured:
    """Solve `problem`."""
    started = time.monotonic()
    process = SolverProcess(problem, time_limit_seconds=limits.seconds, workers=limits.workers, seed=limits.seed)
    trace = []
    with PeakMemory(process.pid) as memory:
        for point in process.progress():
            trace.append(point.model_copy(update={"seconds": time.monotonic() - started}))
        result = process.result()
    seconds = time.monotonic() - started
    verdict = judge(problem, result.assignments)
    return Measured(result, verdict, tuple(trace), seconds, memory.peak_mb, memory.processes)


def describe(problem: Problem, limits: Limits) -> str:
    """What is solved, and how: one line."""
    teams = len({agent.team for agent in problem.agents})
    return (
        f"{len(problem.agents)} agents x {problem.days} days in {teams} teams, {len(problem.shifts)} shift types,"
        f" {len(problem.queues)} queues; seed {limits.seed}, {limits.workers} workers, {limits.seconds:g} s"
    )


def report(measured: Measured) -> None:
    """Print a run's figures."""
    result, verdict = measured.result, measured.verdict
    costs: Sequence[str] = [f"{key} {cost}" for key, cost in verdict.costs.items() if cost]
    print(f"  {result.status}: cost {_number(result.objective)}, proved bound {_number(result.bound)}")
    print(f"  by the checkers: {len(verdict.violations)} violations, cost {_number(verdict.cost)}: {', '.join(costs)}")
    print(
        f"  first valid roster after {seconds_text(measured.first_seconds)}, all of it {measured.seconds:.1f} s;"
        f" peak memory {measured.peak_mb:,.0f} MB in {measured.processes} processes together"
    )
    for sentence in (*result.conflicts, *result.relax):
        print(f"  {sentence}")


def seconds_text(value: float | None) -> str:
    """`4.2 s`, or never."""
    return "never" if value is None else f"{value:.1f} s"


def gap_text(gap: float | None) -> str:
    """`1.52 %`, or unknown."""
    return "unknown" if gap is None else f"{gap * 100:.2f} %"


def _number(value: int | None) -> str:
    return "none" if value is None else f"{value:,}"
