"""Figures of this process for Prometheus: requests by route and status, and how long they took. Nobody in person."""

import threading
from bisect import bisect_left
from collections import defaultdict
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)
API_PREFIX = "/api/v1"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
Labels = tuple[tuple[str, str], ...]


class Metrics:
    """Counters and histograms, safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: dict[tuple[str, str, int], int] = defaultdict(int)
        self._buckets: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = defaultdict(float)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one finished request."""
        with self._lock:
            self._requests[method, route, status] += 1
            counts = self._buckets.setdefault(route, [0] * (len(BUCKETS_SECONDS) + 1))
            counts[bisect_left(BUCKETS_SECONDS, seconds)] += 1
            self._seconds[route] += seconds

    def lines(self) -> list[str]:
        """The figures in Prometheus' text format."""
        with self._lock:
            requests = sorted(self._requests.items())
            durations = sorted((route, list(counts), self._seconds[route]) for route, counts in self._buckets.items())
        out = ["# HELP breather_requests_total Requests answered.", "# TYPE breather_requests_total counter"]
        for (method, route, status), count in requests:
            labels = (("method", method), ("route", route), ("status", str(status)))
            out.append(sample("breather_requests_total", labels, count))
        name = "breather_request_seconds"
        out += [f"# HELP {name} Time to answer; of a stream, until it began.", f"# TYPE {name} histogram"]
        for route, counts, seconds in durations:
            total = 0
            for edge, count in zip((*map(str, BUCKETS_SECONDS), "+Inf"), counts, strict=True):
                total += count
                out.append(sample(f"{name}_bucket", (("route", route), ("le", edge)), total))
            out.append(sample(f"{name}_sum", (("route", route),), round(seconds, 6)))
            out.append(sample(f"{name}_count", (("route", route),), total))
        return out


def sample(name: str, labels: Labels, value: float) -> str:
    """One line of the text format."""
    inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
    return f"{name}{{{inside}}} {value}" if inside else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def template_of(scope: Scope) -> str:
    """The address of the route that answers `scope`, with names instead of what they stand for."""
    path = getattr(scope.get("route"), "path", None)
    if not path:
        return "unmatched"
    # An included router's route knows its own path only, and /rosters is a page and a resource.
    prefixed = scope["path"].startswith(API_PREFIX) and not path.startswith(API_PREFIX)
    return f"{API_PREFIX}{path}" if prefixed else str(path)


class MeasureRequests:
    """Counts each request under its route's template, never under the address itself: that may name somebody."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, counted = perf_counter(), False

        def count(status: int) -> None:
            nonlocal counted
            counted = True
            route = template_of(scope)
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._metrics.observe(method, route, status, perf_counter() - began)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                count(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            # The answer to a crash is sent further out; it is a 500 whenever nothing was sent before.
            if not counted:
                count(500)
            raise
