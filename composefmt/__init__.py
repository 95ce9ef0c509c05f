"""composefmt formats and checks Compose files.

The public API is small: `format_text` and `check_text` with their result types, the canonical models with `parse_ports`,
`parse_volumes` and `parse_field`, `load_project`, and `Document` with `EditError`. Everything else may change between versions.
Names are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from composefmt.compose.models import ShortSyntaxError
    from composefmt.compose.models.fields import parse_field
    from composefmt.compose.models.ports import PortConfig, parse_ports
    from composefmt.compose.models.volumes import VolumeConfig, parse_volumes
    from composefmt.edit.document import Document
    from composefmt.edit.errors import EditError
    from composefmt.engine import CheckResult, FormatResult, check_text, format_text
    from composefmt.findings import Finding, Severity
    from composefmt.options import Options
    from composefmt.project.api import load_project
    from composefmt.project.project import Project
    from composefmt.project.values import ProjectError

_HOME = {
    "CheckResult": "composefmt.engine",
    "Document": "composefmt.edit.document",
    "EditError": "composefmt.edit.errors",
    "Finding": "composefmt.findings",
    "FormatResult": "composefmt.engine",
    "Options": "composefmt.options",
    "PortConfig": "composefmt.compose.models.ports",
    "Project": "composefmt.project.project",
    "ProjectError": "composefmt.project.values",
    "Severity": "composefmt.findings",
    "ShortSyntaxError": "composefmt.compose.models",
    "VolumeConfig": "composefmt.compose.models.volumes",
    "check_text": "composefmt.engine",
    "format_text": "composefmt.engine",
    "load_project": "composefmt.project.api",
    "parse_field": "composefmt.compose.models.fields",
    "parse_ports": "composefmt.compose.models.ports",
    "parse_volumes": "composefmt.compose.models.volumes",
}

__all__ = [
    "CheckResult",
    "Document",
    "EditError",
    "Finding",
    "FormatResult",
    "Options",
    "PortConfig",
    "Project",
    "ProjectError",
    "Severity",
    "ShortSyntaxError",
    "VolumeConfig",
    "__version__",
    "check_text",
    "format_text",
    "load_project",
    "parse_field",
    "parse_ports",
    "parse_volumes",
]


def __getattr__(name: str) -> object:
    """Load a public name on first use."""
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
