"""Erlang B and C against published values, their closed forms on small cases, and their limits."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.staffing.erlang import (
    blocking_probability,
    mean_wait_seconds,
    occupancy,
    offered_load,
    required_agents,
    service_level,
    wait_probability,
)

HALF_HOUR = 1800


@pytest.mark.parametrize(
    ("arrivals", "handle", "agents", "target", "waiting", "mean_wait", "level", "busy"),
    [
        (100, 180, 14, 20, 0.17413, 7.836, 0.88835, 0.7143),
        (360, 240, 55, 15, 0.23870, 8.184, 0.84588, 0.8727),
    ],
)
def test_published_values(
    arrivals: int, handle: int, agents: int, target: int, waiting: float, mean_wait: float, level: float, busy: float
) -> None:
    load = offered_load(arrivals, handle, HALF_HOUR)
    assert wait_probability(load, agents) == pytest.approx(waiting, abs=5e-6)
    assert mean_wait_seconds(load, agents, handle) == pytest.approx(mean_wait, abs=5e-4)
    assert service_level(load, agents, handle, target) == pytest.approx(level, abs=5e-6)
    assert occupancy(load, agents) == pytest.approx(busy, abs=5e-5)


@pytest.mark.parametrize("servers", range(1, 12))
@pytest.mark.parametrize("load", [0.1, 0.9, 3.7, 10.5])
def test_the_recursion_is_the_closed_form(load: float, servers: int) -> None:
    terms = [load**count / math.factorial(count) for count in range(servers + 1)]
    assert blocking_probability(load, servers) == pytest.approx(terms[-1] / sum(terms))
    if load < servers:
        last = terms[-1] * servers / (servers - load)
        assert wait_probability(load, servers) == pytest.approx(last / (sum(terms[:-1]) + last))


def test_one_server_waits_as_often_as_it_is_busy() -> None:
    assert wait_probability(0.6, 1) == pytest.approx(0.6)


def test_thousands_of_servers_stay_finite() -> None:
    """Halfin and Whitt: with beta = (n - a) / sqrt(n) = 1 the share that waits tends to 0.2234 as n grows."""
    servers = 40_000
    assert wait_probability(servers - math.sqrt(servers), servers) == pytest.approx(0.2234, abs=0.002)


def test_an_overloaded_queue_has_no_service() -> None:
    assert wait_probability(10, 10) == 1
    assert service_level(10, 10, 180, 20) == 0
    assert mean_wait_seconds(10.5, 10, 180) == math.inf
    assert occupancy(10.5, 10) == 1


def test_required_agents_of_a_published_case() -> None:
    needed = {"interval_seconds": HALF_HOUR, "target_seconds": 20, "service_level": 0.8}
    assert required_agents(100, 180, max_occupancy=0.85, **needed) == 14
    assert service_level(10, 13, 180, 20) < 0.8 <= service_level(10, 14, 180, 20)
    assert required_agents(100, 180, max_occupancy=0.5, **needed) == 20
    assert required_agents(100, 180, max_occupancy=0.85, shrinkage=0.3, **needed) == 20  # 14 / 0.7
    assert required_agents(100, 180, max_occupancy=0.85, shrinkage=0.29, **needed) == 20  # 19.7
    assert required_agents(0, 180, max_occupancy=0.85, **needed) == 0
    assert required_agents(0.001, 180, max_occupancy=0.85, **needed) == 1


@settings(deadline=None, derandomize=True, max_examples=80)
@given(
    arrivals=st.floats(0.01, 400),
    handle=st.floats(10, 900),
    target=st.integers(0, 300),
    level=st.floats(0.05, 0.99),
    ceiling=st.floats(0.3, 1.0),
)
def test_required_agents_are_enough_and_one_fewer_is_not(
    arrivals: float, handle: float, target: int, level: float, ceiling: float
) -> None:
    agents = required_agents(arrivals, handle, target_seconds=target, service_level=level, max_occupancy=ceiling)
    load = offered_load(arrivals, handle, 900)

    def enough(count: int) -> bool:
        kept = service_level(load, count, handle, target) >= level - 1e-9
        return kept and load < count and load <= count * ceiling * (1 + 1e-9)

    assert enough(agents)
    assert agents == 1 or not enough(agents - 1)


@pytest.mark.parametrize(
    "bad",
    [
        {"arrivals_per_interval": -1.0},
        {"handle_seconds": 0.0},
        {"interval_seconds": 0},
        {"target_seconds": -1},
        {"service_level": 1.0},
        {"max_occupancy": 0.0},
        {"shrinkage": 1.0},
        {"arrivals_per_interval": math.nan},
        {"arrivals_per_interval": 1e9},
    ],
)
def test_impossible_values_are_refused(bad: dict[str, float]) -> None:
    good = {
        "arrivals_per_interval": 10.0, "handle_seconds": 180.0, "interval_seconds": 900, "target_seconds": 20,
        "service_level": 0.8, "max_occupancy": 0.85, "shrinkage": 0.0,
    }  # fmt: skip
    with pytest.raises(ValueError, match="expected"):
        required_agents(**(good | bad))  # type: ignore[arg-type]  # the values are the point


def test_no_servers_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a load of 0 or more on 1 or more"):
        blocking_probability(1.0, 0)
