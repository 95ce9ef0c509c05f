"""Process many files in several processes, with the results in the order of the files.

Each worker gets the numbers of its next files over a pipe, a few at a time, and exits when the pipe closes because the
main process is gone. Workers only compute; the main process writes and prints.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    # Yields the results of some items, in order.
    Call = Callable[[Sequence["Item"]], Iterable["Result"]]

Item = TypeVar("Item")
Result = TypeVar("Result")

# Starting processes takes as long as this many typical files; without fork, much longer.
_FEW_FILES = 100 if sys.platform == "linux" else 500
_MAX_CHUNK = 16
# How many chunks a worker gets in advance, so that it need not wait.
_AHEAD = 2


def default_jobs(files: int) -> int:
    """Return the number of processes for a number of files: one for few, one per core for many."""
    if files < _FEW_FILES:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def ordered_results(call: Call[Item, Result], items: Sequence[Item], jobs: int, worker_died: Callable[[Item], Result]) -> Iterator[Result]:
    """Yield the result of each item, in order. `call` computes some items; `worker_died` makes the result of one whose worker died."""
    if jobs <= 1 or len(items) <= 1:
        for start in range(0, len(items), _MAX_CHUNK):
            yield from call(items[start : start + _MAX_CHUNK])
        return
    pool = _Pool(call, items, jobs, worker_died)
    try:
        yield from pool.results()
    finally:
        stop_workers()


def stop_workers() -> None:
    """Kill all workers; they hold nothing that could be lost."""
    process = sys.modules.get("multiprocessing.process")
    children = process.active_children() if process else []
    for child in children:
        child.kill()
    # Each takes a while to free its memory, which they can do in parallel.
    for child in children:
        child.join()


class _Pool(Generic[Item, Result]):
    """The workers of one run."""

    def __init__(self, call: Call[Item, Result], items: Sequence[Item], jobs: int, worker_died: Callable[[Item], Result]) -> None:
        self.call = call
        self.items = items
        self.worker_died = worker_died
        self.size = max(1, min(_MAX_CHUNK, len(items) // (jobs * 4)))
        self.chunks = -(-len(items) // self.size)
        self.waiting = deque(range(self.chunks))
        # The chunks that each worker was sent.
        self.assigned: dict[Connection, deque[int]] = {}
        self.ready: dict[int, list[Result]] = {}
        self.start(min(jobs, self.chunks))

    def start(self, jobs: int) -> None:
        from multiprocessing import get_context

        context = get_context("fork") if sys.platform == "linux" else get_context("spawn")
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            # A forked worker inherits the pipes of earlier workers and must close them to notice when they end.
            held = [*self.assigned, ours] if context.get_start_method() == "fork" else []
            worker: BaseProcess = context.Process(target=_serve, args=(theirs, held, self.call, self.items, self.size), daemon=True)
            worker.start()
            theirs.close()
            self.assigned[ours] = deque()
        for connection in list(self.assigned):
            for _ in range(_AHEAD):
                self.assign(connection)

    def assign(self, connection: Connection) -> None:
        """Send a worker its next chunk, if any are left."""
        if self.waiting and connection in self.assigned:
            number = self.waiting.popleft()
            self.assigned[connection].append(number)
            try:
                connection.send(number)
            except OSError:
                self.ended(connection)

    def results(self) -> Iterator[Result]:
        """Yield all results, in order."""
        for number in range(self.chunks):
            while number not in self.ready:
                self.receive()
            yield from self.ready.pop(number)

    def receive(self) -> None:
        from multiprocessing.connection import wait

        if not self.assigned:
            # Without workers, the remaining chunks are computed here.
            number = self.waiting.popleft()
            self.ready[number] = list(self.call(self.chunk(number)))
            return
        for connection in cast("list[Connection]", wait(list(self.assigned))):
            try:
                results: list[Result] = connection.recv()
            except (EOFError, OSError):
                self.ended(connection)
                continue
            self.ready[self.assigned[connection].popleft()] = results
            self.assign(connection)

    def ended(self, connection: Connection) -> None:
        """Handle the death of a worker: the chunk it was processing may be the cause, those it had not started are not."""
        assigned = self.assigned.pop(connection)
        connection.close()
        if assigned:
            number = assigned.popleft()
            self.ready[number] = [self.worker_died(item) for item in self.chunk(number)]
        self.waiting.extendleft(reversed(assigned))

    def chunk(self, number: int) -> Sequence[Item]:
        return self.items[number * self.size : (number + 1) * self.size]


def _serve(connection: Connection, held: list[Connection], call: Call[Item, Result], items: Sequence[Item], size: int) -> None:
    """Process chunks until the pipe closes."""
    import gc
    import signal

    from composefmt.syntax.parse import own_process

    # Ctrl-C goes to all processes of a terminal; the main process ends the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Termination signals end a worker at once, unlike the main process.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    gc.disable()
    own_process()
    for other in held:
        other.close()
    try:
        while True:
            number = connection.recv()
            connection.send(list(call(items[number * size : (number + 1) * size])))
    except (EOFError, OSError):
        return
