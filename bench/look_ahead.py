"""Does it pay that heavy contacts wait a moment for somebody fresher? Measured, with the production decision.

    python -m bench.look_ahead [--times 30] [--agents 100]

The same days, staff and rests with the look-ahead off and with several settings: what differs, paired by day, with
95 % intervals. It pays where loads or heavy contacts are spread better (below 0) and waits are no longer.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bench.simulation import DAY, OFFERED
from optimizer.routing.decide import warm_up
from optimizer.simulation.replications import interval
from optimizer.simulation.report import figures
from optimizer.simulation.run import Routing, run
from optimizer.simulation.trace import Duty, Trace
from roster.policy import Policy, default_policy

SETTINGS = ((20, 20.0), (45, 20.0), (90, 20.0), (90, 5.0), (180, 20.0))
"""`look_ahead_seconds` and `look_ahead_margin`."""
KEYS = (
    "mean_wait_seconds",
    "heavy_wait_seconds",
    "service_level",
    "max_heavy_per_agent_day_mean",
    "gini_heavy",
    "peak_acute_load_p95",
)


def ahead(seconds: int, margin: float) -> Policy:
    """The default policy with that look-ahead."""
    policy = default_policy()
    routing = policy.routing.model_copy(update={"look_ahead_seconds": seconds, "look_ahead_margin": margin})
    return policy.model_copy(update={"routing": routing})


def measured(trace: Trace, duty: Duty, policy: Policy) -> dict[str, float]:
    """The figures of one day, and the mean wait of its heavy contacts."""
    outcome = run(trace, duty, Routing.BREATHER, policy)
    found = {key: float(value) for key, value in figures(outcome, trace.heavy).items()}
    return {**found, "heavy_wait_seconds": float(outcome.wait[trace.heavy].mean())}


def bench(times: int, agents: int) -> None:
    """Print the table."""
    warm_up()
    for occupancy in OFFERED:
        day = replace(DAY, agents=agents, occupancy=occupancy)
        draws = [day(np.random.default_rng([41, number])) for number in range(times)]
        off = [measured(trace, duty, ahead(0, 0.0)) for trace, duty in draws]
        base = ", ".join(f"{key} {np.mean([each[key] for each in off]):.3f}" for key in KEYS)
        print(f"offered {occupancy:.0%}, {agents} agents, {times} days; off: {base}")
        for seconds, margin in SETTINGS:
            on = [measured(trace, duty, ahead(seconds, margin)) for trace, duty in draws]
            told = [
                f"{key} {interval(one[key] - other[key] for one, other in zip(on, off, strict=True))}" for key in KEYS
            ]
            print(f"  up to {seconds:>2} s, margin {margin:>4.0f}: {'; '.join(told)}")


def main(arguments: Sequence[str]) -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.look_ahead", description=__doc__)
    parser.add_argument("--times", type=int, default=30, help="days at each load")
    parser.add_argument("--agents", type=int, default=100)
    chosen = parser.parse_args(arguments)
    bench(chosen.times, chosen.agents)


if __name__ == "__main__":
    main(sys.argv[1:])
