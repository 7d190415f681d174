"""Worker processes: answers, errors, deaths; and nothing left behind when their owner is cut off."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError

import pytest

from optimizer.shifts.processes.workers import WorkerEnded, Workers

PATIENCE_SECONDS = 60.0


class Unreadable(Exception):
    """Can be pickled, but not be made anew."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)


def unreadable() -> None:
    raise Unreadable("one", "two")


def test_answers_come_whoever_gives_them() -> None:
    with Workers(2) as pool:
        asked = [pool.submit(pow, 2, power) for power in range(20)]
        assert [one.result(PATIENCE_SECONDS) for one in asked] == [2**power for power in range(20)]
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(pow, 2, 2)


def test_no_more_processes_than_there_is_work_for() -> None:
    with Workers(3) as pool:
        first = pool.submit(os.getpid).result(PATIENCE_SECONDS)
        assert len(pool._processes) == 1
        assert pool._processes[0].pid == first


def test_an_error_comes_back_with_where_it_was() -> None:
    with Workers(1) as pool:
        error = pool.submit(int, "three").exception(PATIENCE_SECONDS)
        assert isinstance(error, ValueError)
        assert "'three'" in str(error)
        assert "in a worker process" in " ".join(error.__notes__)
        assert pool.submit(int, "3").result(PATIENCE_SECONDS) == 3


def test_what_can_not_pass_between_processes_is_told() -> None:
    with Workers(1) as pool:
        with pytest.raises(AttributeError, match="pickle"):
            pool.submit(lambda: 1)
        assert isinstance(pool.submit(unreadable).exception(PATIENCE_SECONDS), TypeError)
        assert pool.submit(pow, 2, 3).result(PATIENCE_SECONDS) == 8


def test_a_worker_that_ends_is_told_and_replaced() -> None:
    with Workers(1) as pool:
        with pytest.raises(WorkerEnded, match="exit code 7"):
            pool.submit(os._exit, 7).result(PATIENCE_SECONDS)
        assert pool.submit(pow, 2, 3).result(PATIENCE_SECONDS) == 8


def test_an_error_in_the_block_ends_what_is_going_on() -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Workers(1) as pool:
        going_on, waiting = pool.submit(time.sleep, 600), pool.submit(time.sleep, 600)
        while not going_on.running():
            threading.Event().wait(0.01)
        raise KeyboardInterrupt
    assert time.monotonic() - began < PATIENCE_SECONDS
    assert isinstance(going_on.exception(PATIENCE_SECONDS), WorkerEnded)
    with pytest.raises(CancelledError):
        waiting.exception()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_nothing_is_left_and_nothing_complains_when_a_run_is_cut_off(how: signal.Signals) -> None:
    """A real run of teams side by side; Ctrl-C reaches the whole group, a kill the one process."""
    program = (
        "import signal, optimizer.shifts.solve\n"
        "from bench.own_shape import own_shape\n"
        "if __name__ == '__main__':\n"
        "    signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "    optimizer.shifts.solve.SIDE_BY_SIDE_FROM = 40\n"
        "    problem = own_shape(agents=40, days=14, teams=2, every_rule=False)\n"
        "    optimizer.shifts.solve.solve(problem, time_limit_seconds=600, workers=2, on_progress=lambda one:"
        " print('point', flush=True) if one.bound else None)\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert run.stdout is not None
        while "point" not in (line := run.stdout.readline()):
            assert line, run.stderr.read() if run.stderr else ""
        if how is signal.SIGINT:
            os.killpg(run.pid, how)
        else:
            run.send_signal(how)
        # The pipes end when the last process that has them does.
        _, told = run.communicate(timeout=PATIENCE_SECONDS)
    finally:
        with_the_group(run.pid)
        run.wait()
    assert run.returncode == -how
    assert "leaked" not in told
    assert told.count("Traceback") == (1 if how is signal.SIGINT else 0), told


def with_the_group(pid: int) -> None:
    """End what a failed test would leave."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
