"""The demo's own data folder: made anew each time, and never a folder that holds anything else."""

import json
import shutil
from pathlib import Path

MARKER = "breather-demo.json"
FILES = "files"
DATABASE = "breather.sqlite3"
SERVER_LOG = "server.log"
OWN = frozenset({MARKER, FILES, SERVER_LOG, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"})


class NotADemoFolder(ValueError):
    """The folder holds something that the demo did not make; the message names it."""


def prepare(folder: Path) -> None:
    """Make `folder` an empty demo folder; raises `NotADemoFolder` and touches nothing where it holds other things."""
    if folder.exists() and not folder.is_dir():
        raise NotADemoFolder(f"{folder} is no folder: expected a new or empty one, or an earlier demo's")
    found = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    strange = [name for name in found if name not in OWN]
    if found and (strange or MARKER not in found):
        named = strange or found
        raise NotADemoFolder(
            f"{folder} holds {', '.join(named[:3])}{' …' if len(named) > 3 else ''}, which the demo did not make:"
            " expected a new or empty folder, or an earlier demo's"
        )
    for name in found:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text(
        json.dumps({"made_by": "breather demo", "note": "this folder is deleted and made anew by each `breather demo`"})
        + "\n",
        encoding="utf-8",
    )
