"""The form of paired cases: rows that a rule must allow and rows that it alone must forbid, or what they cost."""

from dataclasses import dataclass

from roster.problem import Problem


@dataclass(frozen=True)
class Case:
    """Rows of one problem, each by person: `allowed` must be accepted, `refused` must break `key` and nothing else."""

    key: str
    name: str
    problem: Problem
    allowed: tuple[dict[str, str], ...]
    refused: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Priced:
    """Rows of one problem with what `key` makes them cost."""

    key: str
    name: str
    problem: Problem
    rows: tuple[tuple[dict[str, str], int], ...]
