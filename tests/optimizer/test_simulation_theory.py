"""The event loop against queueing theory and published simulations, by independent replications with set seeds."""

import pytest

from optimizer.simulation.published import STEADY, Steady, steady, transient, unequal_servers
from optimizer.simulation.replications import Interval
from optimizer.staffing.erlang import mean_wait_seconds, wait_probability
from tests.optimizer.simulated import POLICY

pytestmark = pytest.mark.slow


def close(measured: Interval, share: float) -> bool:
    """Whether the interval is narrow enough to say something."""
    return measured.half < share * max(abs(measured.mean), 1e-9)


@pytest.mark.parametrize("case", STEADY, ids=lambda case: case.name.split(",")[0])
def test_steady_queues(case: Steady) -> None:
    for check in steady(case, POLICY, times=60, seed=11):
        assert check.holds, f"{check.what}: {check.published} but measured {check.measured}"
        assert close(check.measured, 0.12), check


def test_erlang_c_as_staffing_computes_it() -> None:
    case = STEADY[0]
    load = case.queue.arrivals_per_second * case.queue.handle_seconds
    published = dict(case.published)
    assert wait_probability(load, case.queue.servers) == pytest.approx(published["waits"], abs=5e-6)
    assert mean_wait_seconds(load, case.queue.servers, 180) == pytest.approx(published["mean wait, s"], abs=5e-4)


def test_from_empty() -> None:
    for check in transient(POLICY, days=150, seed=12):
        assert check.holds, f"{check.what}: {check.published} but measured {check.measured}"
        assert close(check.measured, 0.06), check


def test_unequal_servers_longest_idle_is_as_good_as_chance() -> None:
    idle, chance, difference = unequal_servers(POLICY, times=8, seed=13)
    assert idle.holds and close(idle.measured, 0.06), idle
    assert chance.holds and close(chance.measured, 0.06), chance
    assert difference.holds, difference
    # Common random numbers: the difference is known far better than either mean.
    assert difference.measured.half < idle.measured.half / 3
