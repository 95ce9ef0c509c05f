"""Write the pages of docs/ that are made from the code, so that they are complete on the code host as well.

Usage: doc_pages.py

Made from the code are the list of rules and the page of each rule, the settings, the commands, and the code blocks that show a file
of the repository: those that follow `<!-- file: NAME -->`. All of them are checked in, and a test fails if one is not current.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT))

import click  # noqa: E402

from composefmt.cli.app import app  # noqa: E402
from composefmt.files.settings_model import SettingsModel  # noqa: E402
from composefmt.reports.rule_page import fixability, page_of, pages  # noqa: E402
from composefmt.rules.registry import all_rules, renamed_rules  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.rules.registry import Rule

_INCLUDED = re.compile(r"^(<!-- file: ([^\n]+) -->\n+```[^\n]*\n).*?^```$", re.MULTILINE | re.DOTALL)


def write_pages() -> None:
    """Write every page that is not current, and delete the pages of rules that no longer exist."""
    current = dict(generated())
    for name, text in current.items():
        path = DOCS / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote docs/{name}")
    for path in sorted((DOCS / "rules").iterdir()):
        if f"rules/{path.name}" not in current:
            path.unlink()
            print(f"deleted docs/rules/{path.name}")


def generated() -> Iterator[tuple[str, str]]:
    """Yield the path below docs/ and the text of each page that is made from the code, wholly or in part."""
    yield "rules/index.md", rules_page()
    for name, text in pages():
        yield f"rules/{name}.md", f"{_note('the docstring of the rule')}{text}\n[All rules](index.md)\n"
    yield "settings.md", settings_page()
    yield "commands.md", commands_page()
    for path in sorted(DOCS.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        if _INCLUDED.search(text):
            yield path.relative_to(DOCS).as_posix(), _INCLUDED.sub(_with_file, text)


def _with_file(block: re.Match[str]) -> str:
    return f"{block[1]}{(ROOT / block[2]).read_text(encoding='utf-8').rstrip()}\n```"


def _note(source: str) -> str:
    return f'<!-- Written by "make docs-pages" from {source}. Do not edit this page. -->\n\n'


def rules_page() -> str:
    """Return the list of rules, sorted by group and name. The site makes its columns filterable."""
    rules = sorted(all_rules().values(), key=lambda rule: (rule.group, rule.name))
    head = ["| Rule | Severity | Group | Default | Fix | Description |", "|---|---|---|---|---|---|"]
    return "\n".join([_note("the rules") + _RULES, *head, *map(_rule_row, rules), "", _RENAMED, *_renamed_rows()]) + "\n"


def _rule_row(rule: Rule) -> str:
    default = "enabled" if rule.default else "opt-in"
    cells = [f"[{rule.name}]({rule.name}.md)", rule.severity.value, rule.group, default, _FIXES[fixability(rule)], page_of(rule).summary]
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _renamed_rows() -> Iterator[str]:
    for old, new in sorted(renamed_rules().items()):
        yield f"| `{old}` | [{new}]({new}.md) |"


_FIXES = {"safe": "safe", "unsafe": "unsafe", "none": "-"}
_RULES = """\
# Rules

These are the rules of `composefmt check`. The page of each rule explains the problem and shows an example with its finding;
`composefmt explain RULE` shows the same page in a terminal.

- **Severity**: an *error* is something that Docker Compose refuses or that must fail at run time. A *warning* is probably a mistake. An
  *info* is a note.
- **Group**: settings, options and suppression comments accept the name of a group as well as the name of a rule.
- **Default**: *opt-in* rules run only if `select` or `extend-select` names them, as an option or in the [configuration](../settings.md).
- **Fix**: `composefmt check --fix` applies *safe* fixes, which keep the effective configuration. *Unsafe* fixes change it, and also
  need `--unsafe-fixes`.

[Rules of other linters](../rules-of-others.md) maps the rules of dclint, Docker Compose and others to these rules.
"""
_RENAMED = """\
## Renamed rules

The old names still work in settings, options, baselines and suppression comments, with a deprecation notice.

| Old name | New name |
|---|---|"""


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def settings_page() -> str:
    """Return the page of all settings: description, type, default, and the options of the same name."""
    parts = [_note("the settings model") + _SETTINGS]
    options = _options_by_name()
    model = SettingsModel.model_json_schema()
    for name, schema in model["properties"].items():
        facts = [f"- Type: {_kind(schema)}"]
        facts += [f"- Default: `{_toml(schema['default'])}`"] if schema.get("default") is not None else ["- Default: not set"]
        commands = [f"[`composefmt {command}`](commands.md#{command})" for command in options.get(f"--{name}", [])]
        facts += [f"- Command line: `--{name}` of {_enumerated(commands)}"] if commands else []
        parts.append(f"## {name}\n\n{schema.get('description', '')}\n\n" + "\n".join(facts))
        parts += _keys(model, schema) if "$ref" in schema.get("items", {}) else []
    return "\n\n".join(parts) + "\n"


def _keys(model: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    """Yield the keys of a list of tables, as a table."""
    table = model["$defs"][schema["items"]["$ref"].rpartition("/")[2]]
    rows = [
        f"| `{key}` | {_kind(value)}{', required' if key in table['required'] else ''} | {_cell(value['description'])} |"
        for key, value in table["properties"].items()
    ]
    yield table["description"]
    yield "\n".join(["| Key | Type | Description |", "|---|---|---|", *rows])
    yield _PROJECTS


_PROJECTS = "[Projects](projects.md#projects-in-the-settings) shows examples."


def _enumerated(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


_SETTINGS = """\
# Configuration

The settings of a project are in `composefmt.toml`, in `.composefmt.toml` or in the table `[tool.composefmt]` of `pyproject.toml`. The
nearest of these files in the directory of a Compose file or above it applies. Command-line options override it.

```toml
long-form = ["ports", "volumes", "depends_on"]
ignore = ["windows-path"]

[per-file-ignores]
"compose.dev.yaml" = ["security"]
```

`composefmt settings PATH` shows the effective settings for a file and their origin. `composefmt settings --schema` prints a JSON Schema,
with which editors complete and validate the settings. An unknown setting or an invalid value is an error.

Every option can also be set with an environment variable that is named after command and option: `COMPOSEFMT_FORMAT_ORDER=spec`."""


def _kind(schema: dict[str, object]) -> str:
    """Describe the type of a JSON Schema."""
    branches = schema.get("anyOf")
    if isinstance(branches, list):
        return " or ".join(_kind(branch) for branch in branches if branch.get("type") != "null")
    if "enum" in schema:
        return " or ".join(f'`"{value}"`' for value in schema["enum"])  # type: ignore[attr-defined]
    if "const" in schema:
        return f'`"{schema["const"]}"`'
    if schema.get("type") == "integer":
        return f"integer, at least {schema['minimum']}" if "minimum" in schema else "integer"
    if "$ref" in schema.get("items", {}):  # type: ignore[operator]
        return "list of tables"
    return {"array": "list of strings", "boolean": "`true` or `false`", "string": "string", "object": "table"}[str(schema["type"])]


def _toml(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(key)} = {_toml(each)}" for key, each in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _commands() -> Iterator[tuple[click.Command, click.Context]]:
    root = click.Context(app, info_name="composefmt")
    for name in app.list_commands(root):
        command = app.get_command(root, name)
        assert command is not None
        yield command, click.Context(command, info_name=name, parent=root)


def _options_by_name() -> dict[str, list[str]]:
    """Return the commands that accept an option, by option."""
    known: dict[str, list[str]] = {}
    for command, context in _commands():
        for parameter in command.get_params(context):
            for option in parameter.opts if isinstance(parameter, click.Option) else []:
                known.setdefault(option, []).append(str(context.info_name))
    return known


def commands_page() -> str:
    """Return the page of all commands with their options, from their help."""
    introduction = f"# Command line\n\n{app.help}\n\n`composefmt COMMAND --help` prints the section of one command."
    parts = [_note("the help of the commands") + introduction]
    shown = [(command, context) for command, context in _commands() if not command.hidden]
    summaries = [(context.info_name, _escaped(command.get_short_help_str(200))) for command, context in shown]
    rows = [f"| [`{name}`](#{name}) | {summary} |" for name, summary in summaries]
    parts.append("\n".join(["| Command | Description |", "|---|---|", *rows]))
    parts += ["\n\n".join(_command(command, context)) for command, context in shown]
    return "\n\n".join(parts) + "\n"


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"## {context.info_name}"
    yield "```text\n" + command.get_usage(context).removeprefix("Usage: ") + "\n```"
    yield _plain(command.help or "")
    rows = [
        f"| {_code(record[0])} | {_escaped(record[1])} |"
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option) and not parameter.hidden
        for record in [parameter.get_help_record(context)]
        if record
    ]
    yield "\n".join(["| Option | Description |", "|---|---|", *rows])
    if command.epilog:
        yield "```text\n" + _plain(command.epilog).strip() + "\n```"


def _plain(text: str) -> str:
    """Return click's text without its marks for paragraphs that are not to be wrapped."""
    from inspect import cleandoc

    return cleandoc(text.replace("\b\n", ""))


def _code(text: str) -> str:
    """Return code for a cell of a table: choices in braces, because code hosts and the site disagree about bars in tables."""
    return "`" + re.sub(r"\[([^\]]*\|[^\]]*)\]", lambda choices: "{" + choices[1].replace("|", ", ") + "}", text) + "`"


def _escaped(text: str) -> str:
    """Return a help text as a cell of a table: Markdown's own characters are escaped."""
    return re.sub(r"([|*_<>\[\]])", r"\\\1", _cell(text).replace("\\|", "|"))


if __name__ == "__main__":
    write_pages()
