"""Declare, find and select rules.

A rule is one decorated generator; its docstring is its page. It is called for each element of the file that matches its
pattern (`services.*.ports`, with `*` for any key or item; "" for the whole file). Aliases and merge keys are followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from composefmt.compose.file import ComposeFile, Path
    from composefmt.findings import Fix, Related, Severity
    from composefmt.options import Options
    from composefmt.syntax.nodes import Node
    from composefmt.syntax.source import Span


class Problem(NamedTuple):
    """A problem that a rule yields: location, message, help and fix. `severity` overrides that of the rule."""

    span: Span
    message: str
    help: str = ""
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    severity: Severity | None = None


class Element(NamedTuple):
    """One element of a file: its path, its key (None for list items and the file) and its value, aliases followed."""

    file: ComposeFile
    path: Path
    key: Node | None
    node: Node

    @property
    def service(self) -> str:
        """Return the name of the element's service, "" if it has none."""
        return str(self.path[1]) if len(self.path) > 1 and self.path[0] == "services" else ""


Scope = Literal["file", "project", "loading", "suppressions"]
Check = Callable[[Element], Iterable[Problem]]


class Rule(NamedTuple):
    """A declared rule.

    `default`: enabled by default, otherwise opt-in. `formerly`: its old name, which still selects it. `scope`: "file" for how
    something is written, "project" for what it means once the files of a project are merged, "loading" for what Docker Compose
    refuses although no other rule reports an error, "suppressions" for comments that suppress no finding of all other rules.
    `may_be_elsewhere`: another file of the project may define what it reports as missing. `in_all_projects`: reported in a file
    of several projects only if it is found in each of them.
    """

    name: str
    severity: Severity
    group: str
    patterns: tuple[str, ...]
    default: bool
    since: str
    check: Check
    formerly: str = ""
    scope: Scope = "file"
    may_be_elsewhere: bool = False
    in_all_projects: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names that select the rule, most specific first."""
        own = (self.name, self.formerly) if self.formerly else (self.name,)
        return (*own, self.group, "all")

    @property
    def page(self) -> str:
        """Return the rule's page: its docstring."""
        from inspect import cleandoc

        return cleandoc(self.check.__doc__ or "")


_RULES: dict[str, Rule] = {}


def rule(
    name: str,
    severity: Severity,
    *patterns: str,
    group: str,
    default: bool = True,
    since: str = "0.1.0",
    formerly: str = "",
    scope: Scope = "file",
    may_be_elsewhere: bool = False,
    in_all_projects: bool = False,
) -> Callable[[Check], Check]:
    """Declare a rule. Raises ValueError if the name exists."""

    def declare(check: Check) -> Check:
        if name in _RULES:
            raise ValueError(f"two rules are named {name}")
        _RULES[name] = Rule(
            name, severity, group, patterns or ("",), default, since, check, formerly, scope, may_be_elsewhere, in_all_projects
        )
        return check

    return declare


@lru_cache(maxsize=1)
def all_rules() -> dict[str, Rule]:
    """Return all rules by name, sorted; importing the package's modules declares them."""
    from importlib import import_module
    from pkgutil import iter_modules

    import composefmt.rules

    for module in sorted(found.name for found in iter_modules(composefmt.rules.__path__)):
        import_module(f"composefmt.rules.{module}")
    return dict(sorted(_RULES.items()))


@lru_cache(maxsize=1)
def known_names() -> frozenset[str]:
    """Return the names of all rules, current and old, those of all groups, and "all"."""
    return frozenset(name for rule in all_rules().values() for name in rule.names)


@lru_cache(maxsize=1)
def renamed_rules() -> dict[str, str]:
    """Return the current names of renamed rules by their old names."""
    return {rule.formerly: rule.name for rule in all_rules().values() if rule.formerly}


def current_name(name: str) -> str:
    """Return the current name of a rule, given its current or old one; other names as they are."""
    return renamed_rules().get(name, name)


def renaming(name: str) -> str:
    """Return the message for the old name of a rule."""
    return f'rule "{name}" has been renamed to "{current_name(name)}"'


def unknown_name(name: str) -> str:
    """Return the message for an unknown rule or group, with the nearest name."""
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known_names()), 1)
    advice = f'did you mean "{current_name(near[0])}"?' if near else 'run "composefmt rules" to list all rules'
    return f'unknown rule "{name}"; {advice}'


def selection(options: Options) -> frozenset[str]:
    """Return the names of the rules that a file's options select: the most specific selected or ignored name decides.

    A rule that is selected and ignored with equal specificity is ignored.
    """
    chosen = options.extend_select if options.select is None else options.select | options.extend_select
    return _selection(chosen, options.ignore, options.file_ignore, by_default=options.select is None)


@lru_cache(maxsize=64)
def _selection(chosen: frozenset[str], ignore: frozenset[str], file_ignore: frozenset[str], *, by_default: bool) -> frozenset[str]:
    return frozenset(
        rule.name
        for rule in all_rules().values()
        if file_ignore.isdisjoint(rule.names) and _is_selected(rule, chosen, ignore, by_default=by_default)
    )


def _is_selected(rule: Rule, chosen: frozenset[str], ignore: frozenset[str], *, by_default: bool) -> bool:
    for name in rule.names:
        if name in ignore:
            return False
        if name in chosen:
            return True
    return by_default and rule.default
