"""The settings of dclint (`.dclintrc`) as equivalent settings of composefmt, and what has no equivalent.

Source: dclint's documentation of its configuration and rules. dclint enables all of its rules unless a setting disables them.
"""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from composefmt.compose.spec_order import DCLINT_GROUPS, REST, order_problem
from composefmt.files.content import FileError, read_file

_NAMES = (".dclintrc", ".dclintrc.json", ".dclintrc.yaml", ".dclintrc.yml")
_SCRIPTS = (".dclintrc.js", ".dclintrc.cjs", ".dclintrc.mjs", "dclint.config.js", "dclint.config.cjs", "dclint.config.mjs")

# docs/rules-of-others.md explains the differences.
_RULES: dict[str, tuple[str, ...]] = {
    "no-build-and-image": ("build-and-image",),
    "no-duplicate-container-names": ("duplicate-container-name",),
    "no-duplicate-exported-ports": ("host-port-conflict", "duplicate-port", "replicas-fixed-port"),
    "no-quotes-in-volumes": ("quoted-volume",),
    "no-unbound-port-interfaces": ("unbound-port",),
    "no-version-field": ("obsolete-version",),
    "require-project-name-field": ("missing-project-name",),
    "require-quotes-in-ports": ("unquoted-port",),
    "service-container-name-regex": (),
    "service-dependencies-alphabetical-order": ("entry-order",),
    "service-image-require-explicit-tag": ("image-latest",),
    "service-keys-order": ("key-order",),
    "service-ports-alphabetical-order": ("entry-order",),
    "services-alphabetical-order": ("service-order",),
    "top-level-properties-order": ("key-order",),
}
_SEVERITIES = {1: "warning", 2: "error"}


class Equivalent(NamedTuple):
    """The file that was read, the lines of equivalent settings, and a note on each setting without an equivalent."""

    path: str
    lines: tuple[str, ...]
    notes: tuple[str, ...]


def equivalent(directory: str) -> Equivalent | None:
    """Return the settings equivalent to those of dclint in a directory, None without any. Raises FileError."""
    for name in _NAMES:
        if os.path.isfile(os.path.join(directory, name)):
            return _translated(name, _table(directory, name))
    script = next((name for name in _SCRIPTS if os.path.isfile(os.path.join(directory, name))), None)
    return Equivalent(script, (), ("it is a program: only JSON and YAML can be read",)) if script else None


def _table(directory: str, name: str) -> dict[str, object]:
    """Return the content of a file in JSON or YAML."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    text = read_file(os.path.join(directory, name)).decode("utf-8", "replace")
    try:
        table = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError):
        table = None
    if not isinstance(table, dict):
        raise FileError("settings", f"{name}: is neither JSON nor YAML with settings of dclint")
    return table


def _translated(path: str, table: dict[str, object]) -> Equivalent:
    given = table.get("rules")
    rules = {name: _rule(value) for name, value in given.items()} if isinstance(given, dict) else {}
    notes = [f"{name}: no such rule is known" for name in rules if name not in _RULES]
    off = {name for name, (severity, _) in rules.items() if severity == 0}
    order, order_notes = _order(off, rules)
    wanted = [rule for name, ours in _RULES.items() if name not in off for rule in ours]
    severity = {rule: _SEVERITIES[rules[name][0]] for name, ours in _RULES.items() if name in rules and name not in off for rule in ours}
    lines = [
        *([f"order = {json.dumps(order)}"] if order != "keep" else []),
        *_listed("extend-select", _opt_in(wanted)),
        *_listed("ignore", [rule for name in _RULES if name in off for rule in _RULES[name] if rule not in wanted]),
        *_listed("extend-exclude", _texts(table.get("exclude"))),
        *(["severity = {" + ", ".join(f'{rule} = "{level}"' for rule, level in severity.items()) + "}"] if severity else []),
    ]
    notes += [
        *order_notes,
        *(f"{name}: its options have no equivalent" for name, (_, extra) in rules.items() if extra and "order" not in name),
    ]
    if rules.get("service-container-name-regex", (0, {}))[0]:
        notes.append("service-container-name-regex: Docker's own pattern is always checked, and the whole name is not")
    return Equivalent(path, tuple(lines), tuple(notes))


def _rule(value: object) -> tuple[int, dict[str, object]]:
    """Return the severity of a rule, from 0 (off) to 2, and its options."""
    parts = [*value, 1, None][: max(2, len(value))] if isinstance(value, list) else [value, None]
    severity, options = parts[0], parts[1]
    return int(severity) if severity in (0, 1, 2) else 1, options if isinstance(options, dict) else {}


def _order(off: set[str], rules: dict[str, tuple[int, dict[str, object]]]) -> tuple[str | list[str], list[str]]:
    """Return the setting `order`, and notes on what it cannot express."""
    top = "top-level-properties-order"
    notes = [f"{top}: the order of the top level is fixed"] if rules.get(top, (0, {}))[1] and top not in off else []
    if "service-keys-order" in off:
        return "keep", [] if top in off else [*notes, f"{top}: only sorted together with the keys of services"]
    options = rules.get("service-keys-order", (0, {}))[1]
    if not options:
        return "dclint", notes
    own = options.get("groups")
    groups = {**DCLINT_GROUPS, **({name: tuple(_texts(keys)) for name, keys in own.items()} if isinstance(own, dict) else {})}
    listed = [name for name in _texts(options.get("groupOrder")) if name in groups]
    keys = list(dict.fromkeys(key for name in [*listed, *(name for name in groups if name not in listed)] for key in groups[name]))
    known = [key for key in keys if not order_problem([key])]
    notes += [f'service-keys-order: "{key}" is not a key of a service' for key in keys if key not in known]
    return [*known, REST], [*notes, *([] if top in off else [f"{top}: an order of your own leaves the top level as it is"])]


def _opt_in(names: list[str]) -> list[str]:
    from composefmt.rules.registry import all_rules

    rules = all_rules()
    return sorted({name for name in names if not rules[name].default})


def _texts(values: object) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _listed(name: str, values: list[str]) -> list[str]:
    return [f"{name} = {json.dumps(list(dict.fromkeys(values)), ensure_ascii=False)}"] if values else []
