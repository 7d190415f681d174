"""The row finder is compiled before it is needed: at installation, beside serving, or before a run's time begins."""

import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from optimizer.shifts.processes import child
from optimizer.shifts.processes.process import SolverProcess
from optimizer.shifts.processes.warming import LOWEST_PRIORITY, warming
from optimizer.shifts.processes.wire import Message
from roster.result import Status
from tests.small_rosters import ana, small_problem

LONG = "import time; time.sleep(600)"


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


def test_warming_calls_every_compiled_function() -> None:
    program = (
        "from numba.core.dispatcher import Dispatcher\n"
        "from optimizer.day import book, bound, chain\n"
        "from optimizer import warm\n"
        "from optimizer.shifts.cover import moves\n"
        "from optimizer.shifts.rows import arrays, blocks, layout, near_best, replan, table, weighing\n"
        "warm.warm()\n"
        "rooms = (arrays, layout, table, near_best, blocks, replan, moves, weighing, bound, chain, book)\n"
        "found = {name: one for room in rooms for name, one in vars(room).items()}\n"
        "found = {name: one for name, one in found.items() if isinstance(one, Dispatcher)}\n"
        # What compiled functions call is compiled into them, and only they are kept.
        "inside = {name for one in found.values() for name in one.py_func.__code__.co_names}\n"
        "found = {name: one for name, one in found.items() if name not in inside}\n"
        "print(len(found), *(name for name, one in found.items() if not one.signatures))\n"
    )
    told = subprocess.run(python(program), capture_output=True, text=True, check=True).stdout.split()
    assert int(told[0]) >= 5
    assert told[1:] == [], "not compiled by warming"


def test_warming_goes_on_beside_at_the_lowest_priority_and_ends_with_the_block() -> None:
    with warming(python(LONG)) as process:
        assert process.poll() is None
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == LOWEST_PRIORITY
    assert process.returncode == -signal.SIGKILL


def test_warming_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    for program, words in (("import sys; sys.exit(3)", "exit code 3"), ("pass", ""), (LONG, "")):
        caplog.clear()
        with caplog.at_level(logging.WARNING), warming(python(program)) as process:
            if program != LONG:
                process.wait()
        assert [words in line for line in caplog.messages] == [True] * bool(words), program


def test_what_takes_long_before_a_run_is_told_and_what_does_not_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Message] = []
    monkeypatch.setattr(child, "_say", told.append)
    with child.telling_what_takes_long():
        pass
    assert told == []
    monkeypatch.setattr(child, "TELL_AFTER_SECONDS", 0.0)
    waited = threading.Event()

    def say(message: Message) -> None:
        told.append(message)
        waited.set()

    monkeypatch.setattr(child, "_say", say)
    with child.telling_what_takes_long():
        assert waited.wait(60)
    assert [message.preparing for message in told] == [child.PREPARING]


@pytest.mark.slow
def test_a_run_that_must_compile_first_says_so_and_loses_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    notes: list[str] = []
    problem = small_problem("one_shift_a_day", agents=[ana()])
    process = SolverProcess(problem, time_limit_seconds=3, workers=1, on_note=notes.append)
    assert process.result().status is Status.OPTIMAL
    assert notes == [child.PREPARING]
    assert list(tmp_path.glob("*/table.cheapest*"))
