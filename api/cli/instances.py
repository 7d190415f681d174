"""`breather solve`, `check` and `schema`: one instance file, no database."""

import json
import signal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from api.cli.failed import Failed
from optimizer.shifts.processes.process import SolverCrashed, SolverProcess
from optimizer.simulation.described import DutyRow, SimulationReport, TraceRow
from roster.exchange.roster_files import (
    Format,
    check_output,
    read_problem,
    read_problem_to_solve,
    read_roster,
    write_result,
)
from roster.policy import Policy
from roster.problem import Problem
from roster.result import Result, Status, TracePoint
from roster.rules.registry import judge
from roster.rules.rows import Rows
from roster.unmet import unmet

DEFAULT_SECONDS = 60.0
LONGEST_SECONDS = 86_400.0


class Document(StrEnum):
    """Files with a JSON Schema."""

    PROBLEM = "problem"
    RESULT = "result"
    POLICY = "policy"
    TRACE = "trace"
    DUTY = "duty"
    REPORT = "report"


SCHEMAS: dict[Document, type[BaseModel]] = {
    Document.PROBLEM: Problem,
    Document.RESULT: Result,
    Document.POLICY: Policy,
    Document.TRACE: TraceRow,
    Document.DUTY: DutyRow,
    Document.REPORT: SimulationReport,
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(solve)
    app.command()(check)
    app.command()(schema)


def solve(
    file: Annotated[Path, typer.Argument(help="the instance")],
    output: Annotated[Path, typer.Option(help="where to write: .csv for agent,day,shift, .json for everything")],
    form: Annotated[Format, typer.Option("--format", help="the file's format")] = Format.AUTO,
    time_limit: Annotated[
        float | None,
        typer.Option(min=0.1, max=LONGEST_SECONDS, help="seconds; else 60, or a day with the option below"),
    ] = None,
    deterministic_limit: Annotated[
        float | None,
        typer.Option(min=0.1, max=1_000_000, help="work instead of time: same seed and workers, same roster"),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="solver threads")] = 2,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="another seed, another search")] = 0,
    start: Annotated[
        Path | None, typer.Option(help="a roster to start from, such as the output of an earlier run: .csv or .json")
    ] = None,
) -> int:
    """Solve one instance file; Ctrl-C stops and keeps the best roster found."""
    check_output(output)
    problem = read_problem_to_solve(file, form)
    start_from = () if start is None else read_roster(start)
    Rows(problem, start_from)  # a line that this problem does not know is told now
    for sentence in unmet(problem):
        typer.echo(f"warning: {sentence}", err=True)
    process = SolverProcess(
        problem,
        time_limit_seconds=time_limit or (DEFAULT_SECONDS if deterministic_limit is None else LONGEST_SECONDS),
        deterministic_limit=deterministic_limit,
        workers=workers,
        seed=seed,
        start_from=start_from,
        on_note=lambda note: typer.echo(note, err=True),
    )
    # The child does not hear Ctrl-C (it has a process group of its own): we ask it to stop and keep its best.
    former = signal.signal(signal.SIGINT, lambda *_: process.stop())
    try:
        for point in process.progress():
            typer.echo(_progress_line(point), err=True)
        result = process.result()
    except SolverCrashed as error:
        if error.best is not None:
            write_result(error.best, output)
        raise Failed(str(error)) from error
    finally:
        signal.signal(signal.SIGINT, former)
    for sentence in (*result.conflicts, *result.relax):
        typer.echo(sentence, err=True)
    write_result(result, output)
    typer.echo(
        f"status={result.status} objective={_shown(result.objective)} bound={_shown(result.bound)}"
        f" seconds={result.seconds:.1f}"
    )
    return 0 if result.status in (Status.OPTIMAL, Status.FEASIBLE) else 1


def check(
    problem: Annotated[Path, typer.Argument(help="the problem or instance file")],
    roster: Annotated[Path, typer.Argument(help="a roster: .csv with agent,day,shift, or a result's .json")],
) -> int:
    """Judge a roster by the independent checkers: a line per violation; exit 0 only where there is none."""
    verdict = judge(read_problem(problem), read_roster(roster))
    for finding in verdict.violations:
        typer.echo(f"{finding.rule}: {finding.sentence}")
    typer.echo(f"violations={len(verdict.violations)} cost={verdict.cost}")
    return 1 if verdict.violations else 0


def schema(document: Annotated[Document, typer.Argument(help="which file")]) -> None:
    """Print the JSON Schema of a file that Breather reads or writes."""
    described: dict[str, Any] = SCHEMAS[document].model_json_schema()
    typer.echo(json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **described}, indent=2))


def _progress_line(point: TracePoint) -> str:
    gap = "none" if point.gap is None else f"{point.gap:.1%}"
    costs = " ".join(f"{rule}={cost}" for rule, cost in point.costs.items() if cost)
    line = f"{point.seconds:8.1f} s  objective {_shown(point.objective)}  bound {_shown(point.bound)}  gap {gap}"
    return f"{line}  {costs}" if costs else line


def _shown(value: int | None) -> str:
    return "none" if value is None else str(value)
