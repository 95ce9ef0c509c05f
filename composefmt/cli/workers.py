"""Work on many files in several processes, with the results in the order of the files.

Workers are told which files to do next, a few at a time, over a pipe each; one whose pipe ends, because this process is
gone, ends as well. Only computing is done in them: writing and telling stay here.
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

    # Makes the results of some items, in order.
    Call = Callable[[Sequence["Item"]], Iterable["Result"]]

Item = TypeVar("Item")
Result = TypeVar("Result")

# Starting processes takes as long as this many files of the usual size; where they are not forked, much longer.
_FEW_FILES = 100 if sys.platform == "linux" else 500
_MAX_CHUNK = 16
# How many chunks a worker is told of in advance, so that it need not wait.
_AHEAD = 2


def default_jobs(files: int) -> int:
    """How many processes are best for so many files: one for few, as many as there are cores for many."""
    if files < _FEW_FILES:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(call: Call[Item, Result], items: Sequence[Item], jobs: int, lost: Callable[[Item], Result]) -> Iterator[Result]:
    """The result for each item, in order; a call makes those of some items, `lost` that of an item whose worker died."""
    if jobs <= 1 or len(items) <= 1:
        for start in range(0, len(items), _MAX_CHUNK):
            yield from call(items[start : start + _MAX_CHUNK])
        return
    pool = _Pool(call, items, jobs, lost)
    try:
        yield from pool.results()
    finally:
        stop_workers()


def stop_workers() -> None:
    """End all workers at once; they hold nothing that could be lost."""
    process = sys.modules.get("multiprocessing.process")
    children = process.active_children() if process else []
    for child in children:
        child.kill()
    # Each takes a while to give its memory back, which they can do at the same time.
    for child in children:
        child.join()


class _Pool(Generic[Item, Result]):
    """The workers of one run."""

    def __init__(self, call: Call[Item, Result], items: Sequence[Item], jobs: int, lost: Callable[[Item], Result]) -> None:
        self.call = call
        self.items = items
        self.lost = lost
        self.size = max(1, min(_MAX_CHUNK, len(items) // (jobs * 4)))
        self.chunks = -(-len(items) // self.size)
        self.waiting = deque(range(self.chunks))
        # What each worker was told to do.
        self.told: dict[Connection, deque[int]] = {}
        self.ready: dict[int, list[Result]] = {}
        self.start(min(jobs, self.chunks))

    def start(self, jobs: int) -> None:
        from multiprocessing import get_context

        context = get_context("fork") if sys.platform == "linux" else get_context("spawn")
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            # A worker that was forked holds the ends of those before it, and must close them to see them end.
            held = [*self.told, ours] if context.get_start_method() == "fork" else []
            worker: BaseProcess = context.Process(target=_serve, args=(theirs, held, self.call, self.items, self.size), daemon=True)
            worker.start()
            theirs.close()
            self.told[ours] = deque()
        for connection in list(self.told):
            for _ in range(_AHEAD):
                self.tell(connection)

    def tell(self, connection: Connection) -> None:
        """Give a worker something to do, if there is anything left."""
        if self.waiting and connection in self.told:
            number = self.waiting.popleft()
            self.told[connection].append(number)
            try:
                connection.send(number)
            except OSError:
                self.ended(connection)

    def results(self) -> Iterator[Result]:
        """All results, in order."""
        for number in range(self.chunks):
            while number not in self.ready:
                self.receive()
            yield from self.ready.pop(number)

    def receive(self) -> None:
        from multiprocessing.connection import wait

        if not self.told:
            # No worker is left: what they did not do is done here.
            number = self.waiting.popleft()
            self.ready[number] = list(self.call(self.chunk(number)))
            return
        for connection in cast("list[Connection]", wait(list(self.told))):
            try:
                results: list[Result] = connection.recv()
            except (EOFError, OSError):
                self.ended(connection)
                continue
            self.ready[self.told[connection].popleft()] = results
            self.tell(connection)

    def ended(self, connection: Connection) -> None:
        """A worker died: what it was doing may be what it died of, what was still to come is not."""
        told = self.told.pop(connection)
        connection.close()
        if told:
            number = told.popleft()
            self.ready[number] = [self.lost(item) for item in self.chunk(number)]
        self.waiting.extendleft(reversed(told))

    def chunk(self, number: int) -> Sequence[Item]:
        return self.items[number * self.size : (number + 1) * self.size]


def _serve(connection: Connection, held: list[Connection], call: Call[Item, Result], items: Sequence[Item], size: int) -> None:
    """What a worker does until nobody tells it anything any more."""
    import gc
    import signal

    from composefmt.syntax.parse import own_process

    # Ctrl-C goes to all processes of a terminal; the one that is in charge ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whoever ends a worker alone ends it at once, though this process has other plans for itself.
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
