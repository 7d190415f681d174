"""Routing in simulation: how fast, how true, and what it does for the people and for those who wait.

    python -m bench.simulation [--only speed validation comparison policies calls] [--times 10] [--calls FILE]

Everything is drawn with set seeds, but for the recorded calls beside the project
(`../shared/data/calls/bank_feb1999.csv`, not part of it), which are left out where they are not there.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import process_time

import numpy as np

from bench.bank_centre import RECORDS
from bench.reaches import Line, table
from bench.simulation_calls import recorded
from optimizer.routing.decide import warm_up
from optimizer.simulation.centre import World
from optimizer.simulation.drawn import WorkingDays
from optimizer.simulation.hindsight import limit
from optimizer.simulation.published import STEADY, Check, steady, transient, unequal_servers
from optimizer.simulation.replications import Interval, Replications, interval, replicate
from optimizer.simulation.report import Figures, figures
from optimizer.simulation.run import Routing, run
from optimizer.simulation.state import Count, Sum
from roster.policy import default_policy

POLICY = default_policy()
DAY = WorkingDays(agents=100, days=1, handle_seconds=900.0, light_most=30)
OFFERED = (0.68, 0.78, 0.85, 0.88)
"""Drawn so that measured occupancies go from 70 to 92 %."""
OVER_BREAKS = "minutes_over_breaks"
"""Time on contacts past the end of a session: into breaks and past the end of the day."""
OURS, IDLE = Routing.BREATHER, Routing.LONGEST_IDLE
PARTS = ("speed", "validation", "comparison", "policies", "calls")


def bench_speed() -> list[Line]:
    """Contacts a second of processor time (other work on the machine is left out), the best of three runs."""
    print("speed, 100 agents (contacts a second of one core's own time, best of three)")
    warm_up()
    found = []
    for routing, reach in ((OURS, 20_000), (IDLE, 100_000)):
        for occupancy in (0.7, 0.8, 0.9):
            trace, duty = replace(DAY, days=5, occupancy=occupancy)(np.random.default_rng(1))
            run(trace, duty, routing, POLICY)
            seconds = []
            for _ in range(3):
                begun = process_time()
                run(trace, duty, routing, POLICY)
                seconds.append(process_time() - begun)
            rate = len(trace) / min(seconds)
            print(
                f"  {routing:<14} offered {occupancy:.0%}  {rate:>10,.0f}   {rate / reach:5.2f} of the reach, {reach:,}"
            )
            what = f"contacts/s, {routing}, offered {occupancy:.0%}"
            found.append(Line(what, f"{reach:,}", f"{rate:,.0f}", rate >= reach))
    return found


def bench_validation(times: int) -> list[Line]:
    """The event loop against theory and print."""
    print("validation (mean and 95 % interval of independent replications)")
    checks: list[Check] = []
    for case in STEADY:
        checks += steady(case, POLICY, times=6 * times, seed=21)
    checks += transient(POLICY, days=30 * times, seed=22)
    checks += unequal_servers(POLICY, times=3 * times, seed=23)
    for check in checks:
        said = f"{check.published:g}" + (f" [{check.low:g}, {check.high:g}]" if check.low is not None else "")
        found = "agrees" if check.holds else "DISAGREES"
        print(f"  {check.what:<82} {said:>20}  measured {check.measured!s:>19}  {found}")
    agreed = sum(check.holds for check in checks)
    return [Line("published figures that agree", str(len(checks)), str(agreed), agreed == len(checks))]


def bench_comparison(times: int) -> list[Line]:
    """Ours and longest-idle on the same days, with the same people and the same rests."""
    print(f"against longest-idle: {times} days of 100 agents at each load, 9 % heavy, same days, staff and rests")
    reached = []
    for occupancy in OFFERED:
        day = replace(DAY, occupancy=occupancy)
        limits, inside, found = [], 0, {OURS: list[Figures](), IDLE: list[Figures]()}
        for number in range(times):
            trace, duty = day(np.random.default_rng([31, number]))
            lowest = limit(trace, duty, POLICY)
            limits.append(lowest.mean)
            if not lowest.proved:
                print(f"  day {number}: the limit is a bound; {lowest.lowest} was found")
            for routing, rows in found.items():
                outcome = run(trace, duty, routing, POLICY, seed=number)
                own = figures(outcome, trace.heavy)
                rows.append({**own, OVER_BREAKS: float(outcome.seconds[Sum.OVERTIME]) / 60})
                inside += int(outcome.count[Count.INSIDE_DUE]) if routing is OURS else 0
        both = Replications({routing: tuple(rows) for routing, rows in found.items()})
        reached += tell(both, float(np.mean(limits)), inside)
        without = replicate(day, [IDLE], POLICY, world=World(rests=False), times=times, seed=31)
        print(
            f"    (longest-idle without any rest: mean wait {without.of(IDLE, 'mean_wait_seconds')} s, service level"
            f" {without.of(IDLE, 'service_level')})"
        )
    return reached


def tell(both: Replications, lowest: float, inside: int) -> list[Line]:
    """One load of the comparison, and what is to be reached at it."""
    busy = both.of(IDLE, "occupancy")
    print(f"  occupancy {busy} under longest-idle, {both.of(OURS, 'occupancy')} under ours")
    wait = both.difference(OURS, IDLE, "mean_wait_seconds")
    level = both.difference(OURS, IDLE, "service_level")
    most = both.of(OURS, "max_heavy_per_agent_day_mean")
    over = most.mean / lowest - 1
    ratio = both.of(OURS, "gini_heavy").mean / both.of(IDLE, "gini_heavy").mean
    line("mean wait, s", both, "mean_wait_seconds", f"difference {wait}")
    line("service level", both, "service_level", f"difference {level}")
    line("most heavy on one person", both, "max_heavy_per_agent_day_mean", f"hindsight limit {lowest:.3g}: {over:+.1%}")
    line("Gini of heavy", both, "gini_heavy", f"ratio {ratio:.2f}")
    line("rest owed and unpaid, min", both, "rest_debt_minutes")
    line("worked into breaks, min", both, OVER_BREAKS)
    at = f"at {busy.mean:.0%}: "
    return [
        Line(at + "mean wait less longest-idle's, s", "not above 0 for sure", str(wait), wait.low <= 0.0),
        Line(at + "service level less longest-idle's", "-.01", str(level), level.mean >= -0.01),
        Line(at + "most heavy on one person over the limit", "+12 %", f"{100 * over:+.1f} %", over <= 0.12),
        Line(at + "Gini of heavy over longest-idle's", "below .50", f"{ratio:.2f}", ratio < 0.5),
        Line(at + "next contacts inside due rest, no debt", "0", str(inside), inside == 0),
    ]


def line(words: str, both: Replications, key: str, said: str = "") -> None:
    """One figure of both."""
    print(f"    {words:<26} ours {both.of(OURS, key)!s:>17}  longest-idle {both.of(IDLE, key)!s:>17}  {said}")


def bench_policies(times: int) -> list[Line]:
    """Every routing on the same days, at the middle load."""
    names = ("mean_wait_seconds", "service_level", "max_heavy_per_agent_day_mean", "gini_heavy", "back_to_back_heavy")
    print(f"every routing, {times} days of 100 agents, offered {OFFERED[1]:.0%}")
    found = replicate(replace(DAY, occupancy=OFFERED[1]), list(Routing), POLICY, times=times, seed=32)
    print(f"  {'':<20}" + "".join(f"{name:>30}" for name in names))
    for routing in Routing:
        print(f"  {routing:<20}" + "".join(f"{found.of(routing, name)!s:>30}" for name in names))
    return []


def bench_calls(path: Path, times: int) -> list[Line]:
    """Recorded calls: their real arrivals, handle times and people; heavy ones drawn anew each time.

    With some ten heavy calls a person and day the default caps would hold most of them back: they are lifted.
    """
    caps = {"max_heavy_per_shift": 1000, "max_heavy_per_7_days": 1000}
    policy = POLICY.model_copy(update={"load": POLICY.load.model_copy(update=caps)})
    if not path.is_file():
        print(f"recorded calls: {path} is not there, so they are left out")
        return []
    found: dict[Routing, list[Figures]] = {routing: [] for routing in (OURS, Routing.FEWEST_HEAVY_FIRST, IDLE)}
    limits = []
    for number in range(times):
        trace, duty = recorded(path, 0.09, np.random.default_rng([33, number]))
        limits.append(limit(trace, duty, policy).mean)
        for routing, rows in found.items():
            rows.append(figures(run(trace, duty, routing, policy, seed=number), trace.heavy))
    print(
        f"recorded calls, {path.name}: {len(trace):,} calls, {len(duty.agents)} people, {times} draws of 9 % heavy,"
        " without caps"
    )
    for key in ("mean_wait_seconds", "service_level", "abandoned", "occupancy", "gini_heavy", "rest_debt_minutes"):
        row = "".join(f"  {routing} {mean(rows, key)!s:>18}" for routing, rows in found.items())
        print(f"  {key:<32}{row}")
    row = "".join(f"  {name} {mean(rows, 'max_heavy_per_agent_day_mean')!s:>18}" for name, rows in found.items())
    print(f"  {'max_heavy_per_agent_day_mean':<32}{row}  hindsight limit {np.mean(limits):.3g}")
    return []


def mean(rows: Sequence[Figures], key: str) -> Interval:
    """One figure with its interval."""
    return interval(float(row[key]) for row in rows)


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--times", type=int, default=10, help="replications, two or more; twice as many days compared")
    parser.add_argument("--calls", type=Path, default=RECORDS, help="recorded calls to replay")
    options = parser.parse_args()
    if options.times < 2:
        parser.error(f"--times {options.times}: expected two or more, for intervals")
    parts: dict[str, Callable[[], list[Line]]] = {
        "speed": bench_speed,
        "validation": lambda: bench_validation(options.times),
        "comparison": lambda: bench_comparison(2 * options.times),
        "policies": lambda: bench_policies(options.times),
        "calls": lambda: bench_calls(options.calls, max(2, options.times // 3)),
    }
    reached: list[Line] = []
    for name in PARTS:
        if name in options.only:
            reached += parts[name]()
            print(flush=True)
    print(table(reached))
    return 0


if __name__ == "__main__":
    sys.exit(main())
