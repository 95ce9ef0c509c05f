"""A progress bar on the terminal for long runs."""

from __future__ import annotations

import sys
from time import monotonic

_PATIENCE_SECONDS = 1.0
_INTERVAL_SECONDS = 0.1
_WIDTH = 30
_CLEAR = "\r\x1b[K"


class Progress:
    """The progress bar. Call `clear` before writing anything else to the terminal."""

    def __init__(self, *, shown: bool, total: int = 0) -> None:
        self.shown = shown
        self.total = total
        self.done = 0
        self.drawn = False
        self.next = monotonic() + _PATIENCE_SECONDS

    def step(self) -> None:
        """Count one more finished file."""
        self.done += 1
        if self.shown and (now := monotonic()) >= self.next:
            self.next = now + _INTERVAL_SECONDS
            filled = _WIDTH * self.done // max(self.total, 1)
            sys.stderr.write(f"{_CLEAR}[{'#' * filled}{'-' * (_WIDTH - filled)}] {self.done}/{self.total} files")
            sys.stderr.flush()
            self.drawn = True

    def clear(self) -> None:
        """Remove the bar if it is shown; the next step may show it again."""
        if self.drawn:
            self.drawn = False
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
