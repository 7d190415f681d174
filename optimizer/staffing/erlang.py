"""Erlang B and C: how many people a stream of contacts needs when those that wait do not give up.

Erlang C is the M/M/c queue: Poisson arrivals, exponential handle times, `servers` people, infinite patience
(A. K. Erlang 1917; formulas as in Gans, Koole, Mandelbaum, "Telephone Call Centers", M&SOM 5(2), 2003, section 3).
`load` is the offered load in erlangs: arrivals per second times mean handle seconds. It has no dimension.
"""

import math

MAX_SERVERS = 100_000
_TOLERANCE = 1e-9


def blocking_probability(load: float, servers: int) -> float:
    """Erlang B: the share of contacts that find all `servers` busy where nobody waits.

    By the recursion B(n) = load B(n-1) / (n + load B(n-1)), which keeps every step between 0 and 1 and so is
    stable for any number of servers, where factorials would overflow.
    """
    _require(load, servers)
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked


def wait_probability(load: float, servers: int) -> float:
    """Erlang C: the share of contacts that wait at all; 1 where the load is not below the servers."""
    return _waiting(load, servers, blocking_probability(load, servers))


def _waiting(load: float, servers: int, blocked: float) -> float:
    if load >= servers:
        return 1.0
    return blocked / (1.0 - load / servers * (1.0 - blocked))


def service_level(load: float, servers: int, handle_seconds: float, target_seconds: float) -> float:
    """The share of contacts answered within `target_seconds`; 0 where the queue would grow without end."""
    _require_seconds(handle_seconds, target_seconds)
    return _within(load, servers, wait_probability(load, servers), handle_seconds, target_seconds)


def _within(load: float, servers: int, waiting: float, handle_seconds: float, target_seconds: float) -> float:
    if load >= servers:
        return 0.0
    return 1.0 - waiting * math.exp(-(servers - load) * target_seconds / handle_seconds)


def mean_wait_seconds(load: float, servers: int, handle_seconds: float) -> float:
    """Mean seconds of waiting over all contacts; infinite where the queue would grow without end."""
    _require_seconds(handle_seconds, 0.0)
    if load >= servers:
        return math.inf
    return wait_probability(load, servers) * handle_seconds / (servers - load)


def occupancy(load: float, servers: int) -> float:
    """The share of their time that `servers` spend on contacts, at most 1."""
    _require(load, servers)
    return min(1.0, load / servers)


def offered_load(arrivals: float, handle_seconds: float, interval_seconds: float) -> float:
    """Erlangs of `arrivals` in an interval."""
    return arrivals * handle_seconds / interval_seconds


def required_agents(
    arrivals_per_interval: float,
    handle_seconds: float,
    *,
    interval_seconds: int = 900,
    target_seconds: float,
    service_level: float,
    max_occupancy: float,
    shrinkage: float = 0.0,
) -> int:
    """The fewest agents that keep the promise and the occupancy ceiling, grossed up by `shrinkage`; 0 for no contacts.

    Parameters
    ----------
    arrivals_per_interval : expected contacts in `interval_seconds`.
    handle_seconds : mean handle time, talk and after-contact work.
    target_seconds, service_level : the share `service_level` (0 to 1) is to be answered within `target_seconds`.
    max_occupancy : at most this share of time on contacts (0 to 1].
    shrinkage : share of paid time that people are away from contacts, [0, 1); the result is divided by 1 - shrinkage.
    """
    if not (arrivals_per_interval >= 0 and interval_seconds > 0):
        raise ValueError(f"{arrivals_per_interval} arrivals in {interval_seconds} s: expected 0 or more in some time")
    _require_seconds(handle_seconds, target_seconds)
    if not (0 < service_level < 1 and 0 < max_occupancy <= 1 and 0 <= shrinkage < 1):
        raise ValueError(
            f"service level {service_level}, occupancy {max_occupancy}, shrinkage {shrinkage}: expected shares"
            " above 0 and below 1 (occupancy may be 1, shrinkage 0)"
        )
    load = offered_load(arrivals_per_interval, handle_seconds, interval_seconds)
    if load == 0:
        return 0
    blocked, servers = 1.0, 0
    while servers < MAX_SERVERS:
        servers += 1
        blocked = load * blocked / (servers + load * blocked)
        if load > servers * max_occupancy * (1 + _TOLERANCE) or load >= servers:
            continue
        waiting = _waiting(load, servers, blocked)
        if _within(load, servers, waiting, handle_seconds, target_seconds) >= service_level - _TOLERANCE:
            return math.ceil(servers / (1.0 - shrinkage) - _TOLERANCE)
    raise ValueError(f"{load:.0f} erlangs: expected a load that {MAX_SERVERS} agents can serve")


def _require(load: float, servers: int) -> None:
    if not (load >= 0 and servers >= 1):
        raise ValueError(f"load {load} on {servers} servers: expected a load of 0 or more on 1 or more")


def _require_seconds(handle_seconds: float, target_seconds: float) -> None:
    if not (handle_seconds > 0 and target_seconds >= 0):
        raise ValueError(f"handle {handle_seconds} s, target {target_seconds} s: expected above 0, and 0 or more")
