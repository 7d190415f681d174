"""The floor's reach, asked and measured: the decision alone, posting over HTTP, and two databases.

    python -m bench.floor [--only decide http databases] [--seconds 8] [--agents 200] [--connections 16 64]

Some four minutes for all of it; kills are `bench.kills`, routing in simulation is `bench.simulation`.
"""

import argparse
from collections.abc import Callable, Iterator

from bench.floor_decide import bench_decide, bench_post
from bench.floor_http import bench_databases, bench_sqlite
from bench.reaches import Line, table


def main() -> None:
    """Print each line as it is found, and all of them as a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=("decide", "http", "databases"), help="parts of it")
    parser.add_argument("--seconds", type=float, default=8.0, help="of load on each side of each comparison")
    parser.add_argument("--agents", type=int, default=200, help="on the floor that is posted to")
    parser.add_argument("--connections", type=int, nargs="+", default=[16, 64])
    asked = parser.parse_args()

    def decisions() -> Iterator[Line]:
        yield from bench_decide()
        yield from bench_post(asked.agents, 600)

    parts: dict[str, Callable[[], Iterator[Line]]] = {
        "decide": decisions,
        "http": lambda: bench_sqlite(asked.agents, asked.connections, asked.seconds),
        "databases": lambda: bench_databases(asked.agents, max(asked.connections), asked.seconds),
    }
    lines = []
    for name, part in parts.items():
        if asked.only is None or name in asked.only:
            for line in part():
                lines.append(line)
                print(f"{line.what}: {line.measured}", flush=True)
    print()
    print(table(lines))


if __name__ == "__main__":
    main()
