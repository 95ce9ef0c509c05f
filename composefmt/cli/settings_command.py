"""`composefmt settings`."""

from __future__ import annotations

import os
import sys

import click

from composefmt.files.content import FileTrouble
from composefmt.files.settings import settings_for
from composefmt.reports.text import printable


@click.command("settings")
@click.argument("path", default=".")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the settings, for editors.")
def command(path: str, schema: bool) -> int:
    """Print the settings in force for a file or folder, and where each value comes from."""
    from composefmt.files.settings_model import SettingsModel, names

    if schema:
        from json import dumps

        sys.stdout.write(dumps(SettingsModel.model_json_schema(), indent=2) + "\n")
        return 0
    if not os.path.lexists(path):
        raise click.UsageError(f'"{printable(path)}": no such file or folder.')
    try:
        found = settings_for(os.path.join(path, "compose.yaml") if os.path.isdir(path) else path)
    except FileTrouble as trouble:
        raise click.ClickException(printable(trouble.message)) from None
    defaults = SettingsModel()
    chosen = found.given if found is not None else {}
    for name in names():
        field = name.replace("-", "_")
        value = chosen.get(field, getattr(defaults, field))
        origin = found.path if found is not None and field in chosen else "default"
        sys.stdout.write(f"{name:<16} {_shown(value):<16} {printable(origin)}\n")
    return 0


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{printable(name)}: {_shown(part)}" for name, part in value.items()) or "(none)"
    if isinstance(value, list):
        return printable(", ".join(sorted(value))) or "(none)"
    if value is None:
        return "(none)"
    return str(value).lower() if isinstance(value, bool) else printable(str(value))
