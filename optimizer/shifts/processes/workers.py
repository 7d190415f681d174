"""Worker processes of this machine as an `Executor` that leaves nothing behind, however it ends.

The standard library's own makes named semaphores. Where whoever owns it is killed they stay, until its resource tracker
has removed them and complained; a Ctrl-C reaches its workers too, and a last task is waited for. Here each worker has a
pipe and a thread that talks to it, nothing else: a worker ends with its pipe, with its parent, or when it is told to.
"""

import os
import queue
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class WorkerEnded(BrokenExecutor):
    """A worker process ended before it had answered."""


@dataclass(frozen=True, slots=True)
class _Job:
    future: Future[Any]
    call: bytes
    """Function and arguments, pickled."""


class Workers(Executor):
    """At most `count` processes, each started when there is work for it.

    As a context manager it waits for what was asked; where the block is left by an error it ends everything at once.
    """

    def __init__(self, count: int) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._processes: list[SpawnProcess] = []
        self._threads = [threading.Thread(target=self._attend, name="worker", daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Ask for `fn(...)`; what can't be pickled is refused at once."""
        job = _Job(Future(), bytes(ForkingPickler.dumps((fn, args, kwargs))))
        with self._lock:
            if self._closed:
                raise RuntimeError("these workers are closed")
            self._jobs.put(job)
        return job.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take nothing more; a worker ends when nothing is left to do."""
        with self._lock:
            self._closed = True
            if cancel_futures:
                self._cancel()
            for _ in self._threads:
                self._jobs.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def end(self) -> None:
        """End every worker now, whatever it does; nobody waits for its answer."""
        self.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            for process in self._processes:
                process.terminate()
        for thread in self._threads:
            thread.join()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.shutdown()
        else:
            self.end()

    def _cancel(self) -> None:
        with suppress(queue.Empty):
            while True:
                job = self._jobs.get_nowait()
                if job is not None:
                    job.future.cancel()

    def _attend(self) -> None:
        """One worker: a process, and what is said to it."""
        process: SpawnProcess | None = None
        pipe: Connection | None = None
        while (job := self._jobs.get()) is not None:
            if not job.future.set_running_or_notify_cancel():
                continue
            try:
                if process is None or pipe is None or not process.is_alive():
                    _leave(process, pipe)
                    process, pipe = self._start()
                pipe.send_bytes(job.call)
                answer, error = pipe.recv()
            except (EOFError, OSError):
                job.future.set_exception(WorkerEnded(f"a worker process ended with exit code {_code(process)}"))
            except Exception as unread:  # noqa: BLE001 - whoever waits for the answer gets it
                job.future.set_exception(unread)
            else:
                if error is None:
                    job.future.set_result(answer)
                else:
                    job.future.set_exception(error)
        _leave(process, pipe)

    def _start(self) -> tuple[SpawnProcess, Connection]:
        # Never forked: a process may have threads.
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs,), daemon=True)
        with self._lock, deaf_to_ctrl_c():
            process.start()
            self._processes.append(process)
        theirs.close()
        return process, ours


def _code(process: SpawnProcess | None) -> int | None:
    if process is None:
        return None
    process.join()
    return process.exitcode


def _leave(process: SpawnProcess | None, pipe: Connection | None) -> None:
    if pipe is not None:
        pipe.close()
    if process is not None:
        process.join()


def _work(pipe: Connection) -> None:
    """The worker: answers until its pipe ends."""
    end_with_parent()
    while True:
        try:
            fn, args, kwargs = pipe.recv()
        except EOFError:
            return
        answer: tuple[Any, Exception | None]
        try:
            answer = (fn(*args, **kwargs), None)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
            error.add_note(f"in a worker process:\n{traceback.format_exc()}")
            answer = (None, error)
        pipe.send(answer)


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Whoever is started in the block never hears Ctrl-C, which reaches the whole group: the parent says when to stop.

    Blocked here and inherited, for a signal may come before the new process has run a line of its own.
    """
    # The first start of a process begins multiprocessing's tracker, and that unblocks the signal again: begin it now.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent() -> None:
    """For a process of our own: it ends when the process that started it does, however that ended."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: BaseProcess) -> None:
    parent.join()
    os._exit(0)
