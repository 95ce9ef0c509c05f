"""composefmt formats and checks Compose files.

The public API is small: `format_text` and `check_text` with their result types. Everything
else may change between versions. Names are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from composefmt.engine import CheckResult, FormatResult, check_text, format_text
    from composefmt.findings import Finding, Severity
    from composefmt.options import Options

__all__ = ["CheckResult", "Finding", "FormatResult", "Options", "Severity", "__version__", "check_text", "format_text"]

_HOME = {
    "CheckResult": "composefmt.engine",
    "FormatResult": "composefmt.engine",
    "check_text": "composefmt.engine",
    "format_text": "composefmt.engine",
    "Finding": "composefmt.findings",
    "Severity": "composefmt.findings",
    "Options": "composefmt.options",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for."""
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
