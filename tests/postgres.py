"""A real PostgreSQL for tests: a throw-away cluster on a Unix socket, started once per test process."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg


@dataclass(frozen=True)
class Cluster:
    """A running server; `socket` is the folder of its Unix socket."""

    socket: Path

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://breather@/{database}?host={self.socket}"

    def execute(self, statement: str) -> None:
        """Run one statement outside a transaction, as the owner of the cluster."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]  # statements here are our own constants


def programs() -> Path:
    """The folder of initdb and postgres; raises where there is none: the tests must not pass without it."""
    named = os.environ.get("BREATHER_POSTGRES_BIN")
    places = [Path(named)] if named else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists():
            return place
    raise RuntimeError("no PostgreSQL server found: `make test` installs one, or set BREATHER_POSTGRES_BIN")


@contextmanager
def running_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Start a cluster in a temporary folder and stop it at the end. As root it runs as `nobody`.

    `durable` waits for the disk at every commit, as a centre's own PostgreSQL would.
    """
    folder = Path(tempfile.mkdtemp(prefix="breather-postgres-"))
    user = "nobody" if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    data = folder / "data"

    def run(*command: str | Path) -> None:
        done = subprocess.run([str(part) for part in command], user=user, cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            log = (folder / "log").read_text() if (folder / "log").exists() else ""
            raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}{log}")

    try:
        run(programs() / "initdb", "-D", data, "-U", "breather", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync={'on' if durable else 'off'}"
        options += " -c max_connections=200"
        run(programs() / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start")
        try:
            yield Cluster(folder)
        finally:
            run(programs() / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
