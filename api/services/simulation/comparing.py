"""Run a trace under several routings and gather the report and what the page draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from optimizer.simulation.centre import World
from optimizer.simulation.files import read
from optimizer.simulation.hindsight import Limit, limit
from optimizer.simulation.report import WAITS, Figures, Picture, figures, picture
from optimizer.simulation.run import Routing, run
from roster.policy import Policy


@dataclass(frozen=True)
class Comparison:
    """Everything of one comparison; `report` and `pictures` are by routing, in the order asked for.

    `limit` is by day the lowest maximum of heavy contacts on one person that was possible, where it was asked for.
    """

    trace: str
    contacts: int
    heavy: int
    agents: int
    agent_days: int
    days: int
    target_seconds: float
    rests: bool
    slowing: float
    unserved: tuple[str, ...]
    report: dict[str, Figures]
    pictures: dict[str, Picture]
    waits: tuple[int, ...] = WAITS
    """seconds, as in `Picture.answered`"""
    limit: Limit | None = None


def compare(
    trace_path: Path,
    duty_path: Path,
    routings: Sequence[Routing],
    policy: Policy,
    world: World,
    *,
    seed: int = 0,
    with_limit: bool = False,
) -> Comparison:
    """Both files through every routing. Raises `ExchangeError` with every fault of the files."""
    simulated = read(trace_path, duty_path, policy.difficulty)
    trace, duty = simulated.trace, simulated.duty
    report: dict[str, Figures] = {}
    pictures: dict[str, Picture] = {}
    agent_days = days = 0
    for routing in dict.fromkeys(routings):
        outcome = run(trace, duty, routing, policy, world, seed)
        report[routing.value] = figures(outcome, trace.heavy)
        pictures[routing.value] = picture(outcome)
        agent_days, days = int(outcome.duty.sum()), outcome.duty.shape[1]
    return Comparison(
        trace=trace_path.name,
        contacts=len(trace),
        heavy=int(trace.heavy.sum()),
        agents=len(duty.agents),
        agent_days=agent_days,
        days=days,
        target_seconds=world.target_seconds,
        rests=world.rests,
        slowing=world.slowing,
        unserved=simulated.unserved,
        report=report,
        pictures=pictures,
        limit=limit(trace, duty, policy) if with_limit else None,
    )
