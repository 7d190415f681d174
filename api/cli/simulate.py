"""`breather simulate`: a trace and a duty list through routing policies side by side."""

import json
import os
import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from api.cli.table import table
from api.errors import Invalid
from api.services.simulation.comparing import Comparison, compare
from api.start import read_settings
from optimizer.simulation.centre import World
from optimizer.simulation.run import Routing
from roster.policy import load_policy

# The pages stand a floor above this one, so the one that draws a report is called by its name, as the server is.
PAGE = "web.evidence"

SHOWN = {
    "served": "served",
    "abandoned": "gave up",
    "mean_wait_seconds": "mean wait, s",
    "service_level": "service level",
    "occupancy": "occupancy",
    "max_heavy_per_agent_day_mean": "most heavy a day",
    "gini_heavy": "Gini of heavy",
    "rest_debt_minutes": "rest owed, min",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(simulate)


def simulate(
    trace: Annotated[Path, typer.Option(help="contacts: contact,queue,arrived_at,handle_seconds,…")],
    duty: Annotated[Path, typer.Option(help="sessions of work: agent,start,end,skills")],
    report: Annotated[Path, typer.Option(help="where to write the figures, a .json file")],
    policy: Annotated[
        list[Routing] | None, typer.Option(help="a routing; several may be named. Else breather and longest-idle")
    ] = None,
    page: Annotated[Path | None, typer.Option(help="write a page with plots too, an .html file")] = None,
    limit: Annotated[bool, typer.Option("--limit", help="prove how evenly heavy work could be shared at best")] = False,
    target_seconds: Annotated[float, typer.Option(min=0, max=86_400, help="wait that is aimed for")] = 20.0,
    slowing: Annotated[
        float, typer.Option(min=0, max=10, help="handle times grow by this share for each acute budget carried")
    ] = 0.0,
    rests: Annotated[bool, typer.Option(help="give decompression, under every routing alike")] = True,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="of the routing by chance")] = 0,
) -> None:
    """Replay contacts through routing policies side by side: waiting, and who carries the heavy ones."""
    outputs = [path for path in (report, page) if path is not None]
    _check(report, ".json")
    if page is not None:
        _check(page, ".html")
    found = compare(
        trace,
        duty,
        policy or [Routing.BREATHER, Routing.LONGEST_IDLE],
        load_policy(read_settings().policy),
        World(target_seconds=target_seconds, slowing=slowing, rests=rests),
        seed=seed,
        with_limit=limit,
    )
    texts = [json.dumps(found.report, indent=2) + "\n"]
    if page is not None:
        texts.append(import_module(PAGE).page(found))
    write_whole(dict(zip(outputs, texts, strict=True)))
    _tell(found)


def _tell(found: Comparison) -> None:
    for queue in found.unserved:
        typer.echo(f"warning: nobody on duty has the skill for queue {queue!r}: its contacts wait in vain", err=True)
    header = ("routing", *SHOWN.values())
    lines = [(name, *(_shown(row[key]) for key in SHOWN)) for name, row in found.report.items()]
    for line in table(header, lines, numbers=range(1, len(header))):
        typer.echo(line)
    if found.limit is not None:
        proved = "" if found.limit.proved else f"; {sum(found.limit.lowest) / len(found.limit.lowest):.3g} were found"
        typer.echo(f"most heavy a day, lowest possible in hindsight: {found.limit.mean:.3g}{proved}")


def _shown(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}"


def _check(path: Path, ending: str) -> None:
    if path.suffix.lower() != ending:
        raise Invalid(f"output {str(path)!r}: expected a name ending in {ending}")
    if not path.parent.is_dir():
        raise Invalid(f"output {str(path)!r}: expected an existing folder, {str(path.parent)!r} is none")
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise Invalid(f"output {str(path)!r}: expected a file that can be written")


def write_whole(texts: Mapping[Path, str]) -> None:
    """Write every file beside its place first, then all into their places: nobody finds half of one."""
    partial: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", dir=path.parent, delete=False) as file:
                partial[path] = Path(file.name)
                file.write(text)
            partial[path].chmod(0o644)
        for path, written in partial.items():
            written.replace(path)
    finally:
        for written in partial.values():
            written.unlink(missing_ok=True)
