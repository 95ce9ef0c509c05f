"""Rule pages, generated from the docstrings of the rules.

`as_markdown` is for the documentation, `as_text` for `composefmt explain`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.engine import CheckResult
    from composefmt.rules.registry import Rule

_WHY = "Why is this a problem?"

# An example block after its label, and the final line with the source.
_EXAMPLE = re.compile(r"^(Bad|Good):\n\n((?:    .*\n|\n)+)", re.MULTILINE)
_SOURCE = re.compile(r"^Source: (.*)\Z", re.MULTILINE | re.DOTALL)


# Files next to the examples, for the rules that read other files.
BESIDE = {
    ".env.example": b"DB_PASSWORD=\n",
    "compose.base.yaml": b"services:\n  web:\n    image: nginx\n",
    "Dockerfile": b"ARG VERSION=1\nFROM alpine:${VERSION} AS build\nARG MODE\nFROM build AS final\n",
    "site.conf": b"",
    "site.env": b"A=1\n",
    "site.broken.env": b"A B=1\n",
}


class RulePage(NamedTuple):
    """The parts of a rule's docstring: its summary, why it is a problem, the safety of its fix, examples, and its source."""

    summary: str
    details: str
    fix_safety: str
    bad: tuple[str, ...]
    good: tuple[str, ...]
    source: str


def page_of(rule: Rule) -> RulePage:
    """Parse a rule's docstring."""
    text = rule.page + "\n"
    examples = [(label, _dedented(block)) for label, block in _EXAMPLE.findall(text)]
    source = _SOURCE.search(text)
    words = _SOURCE.sub("", _EXAMPLE.sub("", text))
    first, *rest = (part.strip() for part in re.split(r"\n{2,}", words.strip()))
    about_fixes = [part.removeprefix(_FIX_SAFETY) for part in rest if part.startswith(_FIX_SAFETY)]
    return RulePage(
        " ".join(first.split()),
        "\n\n".join(part for part in rest if not part.startswith(_FIX_SAFETY)),
        "\n\n".join(part[:1].upper() + part[1:] for part in about_fixes),
        tuple(block for label, block in examples if label == "Bad"),
        tuple(block for label, block in examples if label == "Good"),
        re.sub(r"^the\b", "The", " ".join(source[1].split())) if source else "",
    )


def _dedented(block: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in block.strip("\n").split("\n")) + "\n"


def fixability(rule: Rule) -> str:
    """Return the fixability of the bad examples: "safe", "unsafe" (with `--unsafe-fixes` only) or "none"."""
    fixes = [finding.fix for text in page_of(rule).bad for finding in _checked(rule, text).findings if finding.fix is not None]
    if not fixes:
        return "none"
    return "safe" if any(fix.safe for fix in fixes) else "unsafe"


def facts(rule: Rule) -> dict[str, str]:
    """Return the facts about a rule by heading."""
    return {
        "severity": rule.severity.value,
        "group": rule.group,
        "default": "enabled" if rule.default else "opt-in",
        "fix": fixability(rule),
        "since": rule.since,
    }


# Starts the paragraph of a docstring about the safety of the rule's fix.
_FIX_SAFETY = "Fix safety: "
_APPLIED = {"safe": "`composefmt check --fix` applies the fix.", "unsafe": "`composefmt check --fix --unsafe-fixes` applies the fix."}
_FIXES = {
    "safe": f"The fix is safe because Docker Compose loads the same configuration afterwards. {_APPLIED['safe']}",
    "unsafe": f"The fix is unsafe because it changes the configuration. {_APPLIED['unsafe']}",
}


def as_markdown(rule: Rule, level: int = 1) -> str:
    """Return a rule's page as Markdown; `level` is that of its heading, from 1."""
    page = page_of(rule)
    known = facts(rule)
    parts = [
        f"{'#' * level} {rule.name}",
        page.summary,
        f"Formerly named `{rule.formerly}`; the old name still works." if rule.formerly else "",
        "| " + " | ".join(known) + " |\n|" + "---|" * len(known) + "\n| " + " | ".join(known.values()) + " |",
    ]
    heading = "#" * (level + 1)
    parts += [f"{heading} {_WHY}", page.details] if page.details else []
    for text in page.bad:
        parts += [f"{heading} Example", _fenced("yaml", text)]
        said = _said(rule, text)
        if said:
            parts += ["`composefmt check` reports:", _fenced("text", said)]
    for text in page.good:
        parts += [f"{heading} Use instead", _fenced("yaml", text)]
    fix_safety = _fix_safety(rule, page)
    parts += [f"{heading} Fix safety", fix_safety] if fix_safety else []
    parts += [f"{heading} {_switch(rule)}", _on_and_off(rule)]
    if page.source:
        parts += [f"{heading} References", page.source]
    return "\n\n".join(filter(None, parts)) + "\n"


def _fix_safety(rule: Rule, page: RulePage) -> str:
    known = fixability(rule)
    return f"{page.fix_safety} {_APPLIED[known]}" if page.fix_safety and known in _APPLIED else page.fix_safety or _FIXES.get(known, "")


def _switch(rule: Rule) -> str:
    return "Suppression" if rule.default else "Activation and suppression"


def _on_and_off(rule: Rule) -> str:
    switched = [] if rule.default else [f"- enable: `composefmt check --extend-select {rule.name}`, or `extend-select` in the settings"]
    return "\n".join(
        [
            *switched,
            f"- a single finding: `# composefmt: ignore[{rule.name}] reason` on its line or the line above",
            f"- a file: `# composefmt: ignore-file[{rule.name}] reason`, or `per-file-ignores` in the settings",
            f"- everywhere: `composefmt check --ignore {rule.name}`, or `ignore` in the settings",
        ]
    )


def as_text(rule: Rule) -> str:
    """Return a rule's page for a terminal."""
    page = page_of(rule)
    known = [rule.severity.value, f"group {rule.group}", "enabled by default" if rule.default else "opt-in", f"since {rule.since}"]
    known += [f"formerly {rule.formerly}"] if rule.formerly else []
    parts = [f"{rule.name} ({', '.join(known)})", page.summary]
    parts += [_WHY, page.details] if page.details else []
    for text in page.bad:
        parts += ["Example:", _indented(text)]
        said = _said(rule, text)
        if said:
            parts += ["composefmt check reports:", _indented(said)]
    for text in page.good:
        parts += ["Use instead:", _indented(text)]
    fix_safety = _fix_safety(rule, page)
    parts += ["Fix safety:", _indented(fix_safety.replace("`", ""))] if fix_safety else []
    parts += [f"{_switch(rule)}:", _indented(_on_and_off(rule).replace("`", ""))]
    if page.source:
        parts.append(f"References: {page.source}")
    return "\n\n".join(filter(None, parts)) + "\n"


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.rstrip().split("\n"))


def _said(rule: Rule, text: str) -> str:
    """Return what `composefmt check` reports for an example."""
    from composefmt.reports.text import render

    result = _checked(rule, text)
    return "\n".join(render(result.source, finding) for finding in result.findings)


@lru_cache(maxsize=1024)
def _checked(rule: Rule, text: str) -> CheckResult:
    from composefmt.engine import check_text
    from composefmt.filesystem.memory import InMemory
    from composefmt.filesystem.surroundings import Surroundings
    from composefmt.options import Options

    # Some rules depend on the findings of others.
    options = Options(select=None if rule.default else frozenset({rule.name}), surroundings=Surroundings(InMemory(BESIDE)))
    result = check_text(text, options, "compose.yaml")
    return result._replace(findings=tuple(finding for finding in result.findings if finding.rule == rule.name))


# Findings about files that cannot be parsed, which no rule reports.
_UNREAD = {
    "encoding": "The file is not valid UTF-8 or UTF-16.",
    "internal-error": "An internal error in composefmt; the file is not changed.",
    "too-deep": "The file is nested too deeply.",
    "undefined-alias": "An alias such as `*name` has no preceding anchor `&name`, so the file cannot be read.",
    "yaml-syntax": "The file is not valid YAML.",
}


def unread(name: str) -> str:
    """Return the description of a finding about a file that cannot be parsed, "" for other names."""
    return _UNREAD.get(name, "")


def pages() -> Iterator[tuple[str, str]]:
    """Yield the name and the Markdown page of every rule, sorted by name."""
    from composefmt.rules.registry import all_rules

    for name, rule in all_rules().items():
        yield name, as_markdown(rule)
