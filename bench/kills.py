"""200 kills (SIGKILL) at random moments under load, on SQLite and on a real PostgreSQL with two processes.

`python -m bench.kills` prints, for each: contacts lost, doubled, rests forgotten (wanted: 0, 0, 0).
"""

import argparse
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter

from api.context import make_context
from api.services.access.tokens import make_token
from api.settings import Settings
from bench import killing
from bench.centres import make_centre
from roster.store.migrate import migrate
from tests.postgres import running_cluster

PORTS = [8770, 8771]


def killed(settings: Settings, ports: list[int], kills: int, agents: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Make a centre, load it, kill its servers; what was found, and what was contradicted."""
    context = make_context(settings)
    try:
        migrate(context.engine)
        make_centre(context, agents)
        token = make_token(context, "bench", actor="bench").secret
        word = killing.run(settings, ports, token, kills=kills, seed=seed)
        return killing.check(context, word), word.broken
    finally:
        context.engine.dispose()


def line(name: str, kills: int, found: Counter[str], broken: list[str], seconds: float) -> None:
    """One database's figures."""
    print(
        f"{name}, {kills} kills: {found['lost']} lost, {found['doubled']} doubled,"
        f" {found['forgotten']} rests forgotten, {found['broken']} replies broken"
        f" (wanted: 0 of each), of {found['contacts']} contacts,"
        f" {found['completions']} completions acknowledged, {found['rests']} rests; {found['retried']} requests were"
        f" asked again; {seconds:.0f} s",
        flush=True,
    )
    for each in broken[:5]:
        print(f"  {each}", flush=True)


def main() -> None:
    """Print both lines; exit 1 where anything was lost, doubled, forgotten or contradicted."""
    parser = argparse.ArgumentParser(description="SIGKILL at random moments under load")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--agents", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as folder, running_cluster() as cluster:
        cluster.execute("create database kills")
        for name, settings, ports in (
            ("SQLite, one process", Settings(environment="test", data_dir=Path(folder)), PORTS[:1]),
            ("PostgreSQL, two processes", Settings(environment="test", database_url=cluster.url("kills")), PORTS),
        ):
            begun = perf_counter()
            found, broken = killed(settings, ports, asked.kills, asked.agents, asked.seed)
            line(name, asked.kills, found, broken, perf_counter() - begun)
            bad += found["lost"] + found["doubled"] + found["forgotten"] + found["broken"]
    raise SystemExit(bool(bad))


if __name__ == "__main__":
    main()
