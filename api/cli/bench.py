"""`breather bench NAME`: one benchmark of the checkout's `bench/`."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli.failed import Failed
from api.errors import Invalid

CHECKOUT = Path(__file__).resolve().parents[2]


def register(app: typer.Typer) -> None:
    """Add the command; what follows the name goes to the benchmark."""
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(bench)


def bench(
    context: typer.Context, name: Annotated[str, typer.Argument(help="which one; a wrong name lists them")]
) -> None:
    """Run one benchmark; it prints its figure and what it is compared with."""
    known = names()
    if not known:
        raise Invalid(
            f"there are no benchmarks beside {CHECKOUT.name}: expected a checkout of the project, with bench/"
        )
    if name not in known:
        raise Invalid(f"benchmark {name!r}: expected one of {', '.join(known)}")
    command = [sys.executable, "-m", f"bench.{name}", *context.args]
    status = subprocess.run(command, cwd=CHECKOUT, check=False).returncode  # noqa: S603 - our own modules, no shell
    if status:
        raise Failed(f"benchmark {name} ended with exit status {status}")


def names() -> list[str]:
    """The benchmarks: modules of `bench/` that can be run."""
    files = sorted((CHECKOUT / "bench").glob("*.py"))
    return [file.stem for file in files if 'if __name__ == "__main__":' in file.read_text(encoding="utf-8")]
