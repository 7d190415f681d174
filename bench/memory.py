"""Peak memory of a process and all that it starts, added up while they run (Linux: read from /proc)."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

SAMPLE_SECONDS = 0.25
KIB_PER_MB = 1024


class PeakMemory:
    """While the block runs: the largest sum so far of what the processes under `pid` have resident."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_mb = 0.0
        self.processes = 0
        """The most that were there at once."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def wait(self, seconds: float) -> None:
        """Let it look on for a while."""
        self._over.wait(seconds)

    def _watch(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            sizes = [_resident_kib(pid) for pid in _family(self._pid)]
            self.peak_mb = max(self.peak_mb, sum(sizes) / KIB_PER_MB)
            self.processes = max(self.processes, len(sizes))


def _family(root: int) -> list[int]:
    """`root` and all processes below it."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
        except OSError:
            continue  # it ended while we looked
        parents[int(stat.parent.name)] = int(fields[1])
    found = [root] if root in parents else []
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _resident_kib(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    lines = [line for line in text.splitlines() if line.startswith("VmRSS:")]
    return int(lines[0].split()[1]) if lines else 0
