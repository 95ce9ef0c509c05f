"""The end of a run whose output nobody reads any more."""

from __future__ import annotations


class PipeClosed(Exception):
    """The output pipe was closed; Click would handle a BrokenPipeError itself and exit with 1."""
