"""Templates: a file of every kind with its header and two example rows, which can be imported as they stand."""

from pathlib import Path

from roster.exchange.kinds import KINDS
from roster.exchange.write import write_csv, write_workbook

WORKBOOK = "all.xlsx"


class TemplateError(ValueError):
    """A folder that can't take the templates; the message quotes it."""


def write_templates(folder: Path) -> tuple[Path, ...]:
    """Write every template into `folder` (made if needed): a CSV per kind, and one workbook with all of them.

    Nothing is written over: raises `TemplateError` where a file is there already or the folder can't be used.
    """
    csv_files = [folder / f"{kind.name}.csv" for kind in KINDS]
    workbook = folder / WORKBOOK
    there = [path.name for path in (*csv_files, workbook) if path.exists()]
    if there:
        raise TemplateError(f"{folder}: expected a folder without {', '.join(there)}; nothing was written")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, kind in zip(csv_files, KINDS, strict=True):
            write_csv(path, kind, kind.examples)
        write_workbook(workbook, [(kind, kind.examples) for kind in KINDS])
    except OSError as error:
        raise TemplateError(f"{folder}: expected a folder that can be written: {error.strerror or error}") from error
    return (*csv_files, workbook)
