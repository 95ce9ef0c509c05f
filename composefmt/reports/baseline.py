"""Baselines: the known findings of a project, so that only new ones are reported.

A baseline is JSON with one fingerprint per line, sorted so that its diffs are readable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.reports.fingerprints import Fingerprints

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composefmt.findings import Finding
    from composefmt.syntax.source import Source

_VERSION = 1


class NoBaseline(ValueError):
    """A text is not a valid baseline; the message states the reason."""


def marks(source: Source, findings: Iterable[Finding]) -> dict[str, Finding]:
    """Return the findings of one file by their mark in a baseline: the rule and a fingerprint."""
    fingerprints = Fingerprints(source)
    return {f"{finding.rule} {fingerprints.of(finding)[:16]}": finding for finding in findings}


def rule_of(mark: str) -> str:
    """Return the name of the rule in a mark."""
    return mark.partition(" ")[0]


def renamed(mark: str) -> str:
    """Return a mark with the current name of its rule."""
    from composefmt.rules.registry import current_name

    rule, space, fingerprint = mark.partition(" ")
    return current_name(rule) + space + fingerprint


def read_baseline(text: str) -> dict[str, frozenset[str]]:
    """Return the marks of each file by its path relative to the baseline's directory. Raises NoBaseline."""
    from json import loads

    try:
        data = loads(text)
    except (ValueError, RecursionError):
        raise NoBaseline("is not JSON") from None
    if not isinstance(data, dict) or data.get("version") != _VERSION:
        raise NoBaseline(f"is not a baseline of version {_VERSION}")
    files = data.get("findings")
    if not isinstance(files, dict) or not all(
        isinstance(known, list) and all(isinstance(mark, str) for mark in known) for known in files.values()
    ):
        raise NoBaseline('has no lists of findings by file below "findings"')
    return {path: frozenset(known) for path, known in files.items()}


def written(files: dict[str, frozenset[str]]) -> str:
    """Return the text of a baseline, which omits files without findings."""
    from json import dumps

    findings = {path: sorted(known) for path, known in sorted(files.items()) if known}
    return dumps({"version": _VERSION, "findings": findings}, indent=1, ensure_ascii=True) + "\n"
