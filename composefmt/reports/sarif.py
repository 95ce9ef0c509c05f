"""Findings as SARIF 2.1.0, for code scanning on GitHub and in editors.

The format: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0". GitHub also requires a full
description and a help text per rule ("SARIF support for code scanning").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.reports.fingerprints import with_fingerprints
from composefmt.reports.locations import repository_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composefmt.findings import Finding, Fix, Found, Related
    from composefmt.reports.text import Style
    from composefmt.syntax.edits import Edit
    from composefmt.syntax.source import Source, Span

_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def report(found: Iterable[Found], style: Style) -> Iterator[str]:  # noqa: ARG001 (data has no colors)
    """Yield one log with one run, which describes the rules with findings."""
    from json import dumps

    from composefmt import __version__
    from composefmt.distribution import REPOSITORY

    rules: dict[str, int] = {}
    results = [_result(source, finding, mark, rules) for source, finding, mark in with_fingerprints(found)]
    driver = {
        "name": "composefmt",
        "informationUri": REPOSITORY,
        "version": __version__,
        "semanticVersion": __version__,
        "rules": list(map(_rule, rules)),
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    yield dumps(log, indent=1) + "\n"


def _rule(name: str) -> dict[str, object]:
    from composefmt.reports.rule_page import as_markdown, as_text, page_of, unread
    from composefmt.rules.registry import all_rules

    rule = all_rules().get(name)
    if rule is None:
        about = unread(name) or name
        return {"id": name, "shortDescription": {"text": about}, "fullDescription": {"text": about}, "help": {"text": about}}
    page = page_of(rule)
    return {
        "id": name,
        **({"deprecatedIds": [rule.formerly]} if rule.formerly else {}),
        "shortDescription": {"text": page.summary},
        "fullDescription": {"text": f"{page.summary}\n\n{page.details}".strip()},
        "help": {"text": as_text(rule), "markdown": as_markdown(rule)},
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
        "properties": {"tags": [rule.group], "problem.severity": _PROBLEM[rule.severity]},
    }


# GitHub's names of the severities.
_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}


def _result(source: Source, finding: Finding, fingerprint: str, rules: dict[str, int]) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": rules.setdefault(finding.rule, len(rules)),
        "level": _LEVEL[finding.severity],
        "message": {"text": finding.message + (f"\n{finding.help}" if finding.help else "")},
        "locations": [_location(source, finding.span)],
        "partialFingerprints": {"composefmtLine/v1": fingerprint},
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": related.message}, **_related(source, related)}
            for number, related in enumerate(finding.related, 1)
        ]
    # Without the values that it moves to another file, a fix would lose them.
    if finding.fix is not None and not finding.fix.variables:
        result["fixes"] = [_fix(source, finding.fix)]
    return result


def _related(source: Source, related: Related) -> dict[str, object]:
    if related.file is None:
        return _location(source, related.span)
    path, (line, column), (end_line, end_column) = related.file
    region = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
    return {"physicalLocation": {"artifactLocation": _artifact(path), "region": region}}


def _location(source: Source, span: Span) -> dict[str, object]:
    return {"physicalLocation": {"artifactLocation": _artifact(source.filename), "region": _region(source, span)}}


def _artifact(filename: str) -> dict[str, str]:
    from urllib.parse import quote

    path = quote(repository_path(filename), errors="surrogateescape")
    return {"uri": f"file://{path}" if path.startswith("/") else path}


def _region(source: Source, span: Span | Edit) -> dict[str, int]:
    (line, column), (end_line, end_column) = source.position(span.start), source.position(span.end)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _fix(source: Source, fix: Fix) -> dict[str, object]:
    replacements = [{"deletedRegion": _region(source, edit), "insertedContent": {"text": edit.text}} for edit in fix.edits]
    change = {"artifactLocation": _artifact(source.filename), "replacements": replacements}
    return {"description": {"text": fix.title}, "artifactChanges": [change]}
