"""Monday morning at 150 agents: an edit checked, replacements ranked, a sick call repaired, each against its target.

    python -m bench.edits [--agents 150] [--seconds 30] [--times 40] [--seed 1]
                          [--days 1] [--ahead 0] [--extent day|week]

The demo's clinic with as many agents as asked (its people again and again, the requirement in proportion), every rule
of the default policy, 28 days, planned for `--seconds` first. Times are of one thread, by the wall and beside it CPU,
for other work may run on the machine. Wanted: an edit under 50 ms, a repair's 95th percentile under 2 s.
"""

import argparse
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.rosters import clinic
from optimizer.shifts.repair.run import Extent, Proof, repair
from optimizer.shifts.solve import solve
from roster.problem import Assigned, Problem
from roster.rules.registry import judge
from roster.whatif.live import LiveRoster
from roster.whatif.replacements import replacements, without

EDIT_TARGET_MS = 50.0
REPAIR_TARGET_MS = 2000.0


AIMS = ("missing", "moves", "inside_notice", "cost")


@dataclass(frozen=True)
class Sick:
    """What kind of call is repaired."""

    days: int
    days_ahead: int
    extent: Extent


@dataclass(frozen=True)
class Times:
    """Milliseconds of each round: wall-clock and CPU."""

    wall: Sequence[float]
    cpu: Sequence[float]

    def line(self, what: str) -> str:
        """Median and 95th percentile of both."""
        wall, cpu = sorted(self.wall), sorted(self.cpu)
        return (
            f"{what:38}{statistics.median(wall):9.1f}{at_95(wall):9.1f}"
            f"{statistics.median(cpu):11.1f}{at_95(cpu):9.1f}  ms"
        )


def main() -> int:
    """Run it; the exit status is 0 when both targets are met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=30.0, help="time limit of the roster solver")
    parser.add_argument("--times", type=int, default=40, help="rounds of each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=1, help="how many days the person is away")
    parser.add_argument("--ahead", type=int, default=0, help="how many days before that they call")
    parser.add_argument("--extent", choices=[one.value for one in Extent], default="day", help="days that may change")
    options = parser.parse_args()
    sick = Sick(options.days, options.ahead, Extent(options.extent))
    problem = scaled(clinic(), options.agents)
    print(f"{options.agents} agents x {problem.days} days, {len(problem.shifts)} shift types; seed {options.seed}")
    planned = solve(problem, time_limit_seconds=options.seconds, workers=1, seed=options.seed).assignments
    if not planned:
        print("no roster was found to be changed")
        return 1
    # What people have been told, so that stability and notice count in all that follows.
    problem = Problem.model_validate(
        problem.model_copy(update={"published": planned, "today": problem.start}).model_dump()
    )
    live = LiveRoster.of(problem, planned)
    print(
        f"  a roster of {len(planned)} shifts, {len(live.verdict.violations)} violations, cost {live.verdict.cost:,}\n"
    )
    print(f"{'':38}{'median':>9}{'95th':>9}{'CPU median':>11}{'95th':>9}")
    draw = random.Random(options.seed)
    whole = timed(min(5, options.times), lambda: judge(problem, planned))
    print(whole.line("judging the whole roster"))
    edits = timed(options.times, lambda: edited(live, draw))
    print(edits.line("checking an edit"))
    ranked = timed(options.times, lambda: ranked_for(live, draw))
    print(ranked.line("ranking replacements of a sick call"))
    outcomes: Counter[str] = Counter()
    repairs = timed(options.times, lambda: repaired(live, draw, outcomes, sick))
    print(repairs.line("repairing a sick call"))
    for what, count in sorted(outcomes.items()):
        print(f"  {count:3} with {what}")
    edit, mend = at_95(sorted(edits.wall)), at_95(sorted(repairs.wall))
    print(f"edit, 95th percentile: {edit:.0f} ms, wanted under {EDIT_TARGET_MS:.0f}")
    print(f"repair, 95th percentile: {mend:.0f} ms, wanted under {REPAIR_TARGET_MS:.0f}")
    return 0 if edit < EDIT_TARGET_MS and mend < REPAIR_TARGET_MS else 1


def scaled(problem: Problem, agents: int) -> Problem:
    """The same centre with `agents` people and a requirement in proportion."""
    there = problem.agents
    people = tuple(
        there[number % len(there)].model_copy(
            update={
                "id": f"{there[number % len(there)].id}.{number // len(there)}",
                "name": f"{there[number % len(there)].name} {number // len(there) + 1}",
            }
        )
        for number in range(agents)
    )
    demand = tuple(
        row.model_copy(update={"required": tuple(round(count * agents / len(there)) for count in row.required)})
        for row in problem.demand
    )
    return Problem.model_validate(problem.model_copy(update={"agents": people, "demand": demand}).model_dump())


def edited(live: LiveRoster, draw: random.Random) -> None:
    """One person's day becomes another shift or free, and the whole verdict is there."""
    agent, day = draw.choice(live.problem.agents).id, draw.randrange(live.problem.days)
    lines = [line for line in live.lines(agent) if line.day != day]
    if draw.random() < 0.7:
        lines.append(Assigned(agent=agent, day=day, shift=draw.choice(live.problem.shifts).id))
    _ = live.changed({agent: lines}).verdict.costs


def ranked_for(live: LiveRoster, draw: random.Random) -> None:
    """Everybody who could take one shift."""
    line = draw.choice(live.assignments)
    replacements(live, line.agent, line.day)


def repaired(live: LiveRoster, draw: random.Random, outcomes: Counter[str], sick: Sick) -> None:
    """A sick call, from the call to the repaired roster."""
    line = draw.choice(live.assignments)
    first = max(0, line.day - sick.days_ahead)
    days = range(line.day, min(live.problem.days, line.day + sick.days))
    now = without(live, line.agent, days)
    found = repair(live, now, away=[line.agent], first_day=first, extent=sick.extent)
    cover = "cover as before" if found.after is not None and found.missing == 0 else "cover worse"
    proofs = found.proofs
    proved = [name for name in AIMS if getattr(proofs, name) is not Proof.NONE]
    outcomes[f"{cover}, proved: {' '.join(proved) or 'nothing'}"] += 1


def timed(times: int, do: Callable[[], object]) -> Times:
    """`do` done so often."""
    wall, cpu = [], []
    for _ in range(times):
        began, worked = time.perf_counter(), time.process_time()
        do()
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - worked) * 1000)
    return Times(wall, cpu)


def at_95(values: Sequence[float]) -> float:
    """The 95th percentile of sorted values."""
    return values[min(len(values) - 1, int(len(values) * 0.95))]


if __name__ == "__main__":
    sys.exit(main())
