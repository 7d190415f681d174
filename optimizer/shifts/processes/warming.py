"""Compile what planning needs in a process beside this one, so that the first plan need not wait for it.

Where an installation has compiled it, the process looks and ends; either way it works only when nobody else wants to.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

LOG = logging.getLogger(__name__)

LOWEST_PRIORITY = 19
COMMAND = (sys.executable, "-m", "optimizer.warm")


@contextmanager
def warming(command: Sequence[str] = COMMAND) -> Iterator["subprocess.Popen[bytes]"]:
    """Compile while the block runs; its end is not waited for, and a failure is logged and told by the first plan."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, process_group=0
    )
    os.setpriority(os.PRIO_PROCESS, process.pid, LOWEST_PRIORITY)
    ending = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process, ending), daemon=True)
    watcher.start()
    try:
        yield process
    finally:
        if process.poll() is None:
            ending.set()
            process.kill()
        watcher.join()


def _watch(process: "subprocess.Popen[bytes]", ending: threading.Event) -> None:
    code = process.wait()
    if code and not ending.is_set():
        LOG.warning("compiling the row finder ended with exit code %s: the next plan will try, and say why", code)
