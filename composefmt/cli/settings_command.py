"""`composefmt settings`."""

from __future__ import annotations

import os
import sys

import click

from composefmt.cli.deprecation import notify_of_renamed_rules
from composefmt.files.content import FileError
from composefmt.files.settings import settings_for
from composefmt.reports.text import printable

_EPILOG = """\b
Examples:
  composefmt settings                    the settings for this directory
  composefmt settings app/compose.yaml   the settings for one file
  composefmt settings --schema           the JSON Schema of all settings, for editors
"""


@click.command("settings", epilog=_EPILOG)
@click.argument("path", default=".")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the settings, for editors.")
def command(path: str, schema: bool) -> int:
    """Print the settings for a file or directory, and where each value comes from."""
    from composefmt.files.settings_model import SettingsModel, names

    if schema:
        from json import dumps

        sys.stdout.write(dumps(SettingsModel.model_json_schema(), indent=2) + "\n")
        return 0
    if not os.path.lexists(path):
        raise click.UsageError(f"{printable(path)}: no such file or directory.")
    try:
        found = settings_for(os.path.join(path, "compose.yaml") if os.path.isdir(path) else path)
    except FileError as error:
        raise click.ClickException(printable(error.message)) from None
    if found is not None:
        notify_of_renamed_rules(found.rule_names, found.path)
    defaults = SettingsModel()
    chosen = found.given if found is not None else {}
    rows = []
    for name in names():
        field = name.replace("-", "_")
        value = chosen.get(field, getattr(defaults, field))
        origin = found.path if found is not None and field in chosen else "default"
        first, *rest = _shown(value)
        rows += [(name, first, printable(origin)), *(("", line, "") for line in rest)]
    width = max(len(value) for _, value, _ in rows)
    sys.stdout.writelines(f"{name:<16} {value:<{width}} {origin}".rstrip() + "\n" for name, value, origin in rows)
    return 0


# Longer lists are printed on several lines.
_WIDTH = 48


def _shown(value: object) -> list[str]:
    """Return a value as lines."""
    if isinstance(value, dict):
        return [f"{printable(name)}: {', '.join(_shown(part))}" for name, part in value.items()] or ["(none)"]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [_project(table) for table in value]
    if isinstance(value, list):
        lines = [""]
        for item in map(printable, sorted(value)):
            if lines[-1] and len(f"{lines[-1]} {item}") > _WIDTH:
                lines[-1] += ","
                lines.append(item)
            else:
                lines[-1] += f", {item}" if lines[-1] else item
        return lines if value else ["(none)"]
    if value is None:
        return ["(none)"]
    return [str(value).lower() if isinstance(value, bool) else printable(str(value))]


def _project(table: dict[str, object]) -> str:
    """Return a table of `[[projects]]` on one line: the files first."""
    values = {name.replace("_", "-"): ", ".join(value) if isinstance(value, list) else str(value) for name, value in table.items()}
    files = values.pop("files")
    more = "; ".join(f"{name} {value}" for name, value in values.items())
    return printable(f"{files} ({more})" if more else files)
