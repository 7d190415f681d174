"""The textbook model, to compare with: a Boolean per person, day and shift, all rules as constraints, plain CP-SAT.

As in the shift-scheduling example that comes with OR-Tools (`examples/python/shift_scheduling_sat.py`); here with our
rules as they are posted for small problems, which is the same model with tighter constraints.
"""

import time
from dataclasses import dataclass

from bench.roster_run import Limits, Measured, seconds_text
from optimizer.shifts.grid import Grid
from optimizer.shifts.model.postings import post_rules
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.model.solving import search
from optimizer.shifts.processes.workers import Workers
from optimizer.shifts.progress import Progress
from roster.problem import Problem


@dataclass(frozen=True, slots=True)
class Textbook:
    """What the textbook model came to."""

    objective: int | None
    bound: int | None
    first_seconds: float | None
    build_seconds: float
    variables: int
    constraints: int


def textbook(problem: Problem, limits: Limits) -> Textbook:
    """Solve `problem` by the textbook model, in a process of its own."""
    with Workers(1) as pool:
        return pool.submit(_solve, problem, limits).result()


def _solve(problem: Problem, limits: Limits) -> Textbook:
    began = time.monotonic()
    progress = Progress(time_limit_seconds=limits.seconds)
    roster = RosterModel(Grid(problem))
    post_rules(roster)
    roster.minimise_costs()
    built = time.monotonic() - began
    search(
        roster,
        progress,
        seconds=progress.seconds_left,
        deterministic_limit=None,
        workers=limits.workers,
        seed=limits.seed,
    )
    first = next((point.seconds for point in progress.trace if point.objective is not None), None)
    proto = roster.model.proto
    return Textbook(progress.objective, progress.bound, first, built, len(proto.variables), len(proto.constraints))


def compare(ours: Measured, theirs: Textbook, limits: Limits) -> None:
    """Print the textbook's figures and the ratio."""
    print(
        f"  textbook model: {theirs.variables:,} variables, {theirs.constraints:,} constraints, built in"
        f" {theirs.build_seconds:.1f} s; first roster after {seconds_text(theirs.first_seconds)};"
        f" after {limits.seconds:g} s cost {theirs.objective}, bound {theirs.bound}"
    )
    if theirs.objective is None:
        first = seconds_text(ours.first_seconds)
        print(f"  ratio: the textbook model has no roster after {limits.seconds:g} s, ours has one after {first}")
        return
    reached = ours.seconds_to(theirs.objective)
    if reached is None:
        print("  ratio: ours did not reach the textbook model's cost")
        return
    print(
        f"  ratio: ours costs {(ours.result.objective or 0) / max(1, theirs.objective):.3f} of it, and was as cheap"
        f" after {reached:.1f} s: {limits.seconds / reached:.1f} times as fast"
    )
