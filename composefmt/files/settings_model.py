"""The settings as a pydantic model: names, types, descriptions and error messages."""

from __future__ import annotations

import os
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Union

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from composefmt.files.names import MARKDOWN, SKIPPED, YAML
from composefmt.files.projects_model import ProjectModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

# The type of the error that another version of composefmt is required: the setting itself is valid.
_OTHER_VERSION: Final = "other_version"


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class SettingsModel(BaseModel):
    """One settings file; the command line takes precedence."""

    model_config = ConfigDict(extra="forbid", alias_generator=_kebab, strict=True)

    engine: Literal["compose", "swarm"] = Field(
        "compose", description='Target platform; with "swarm", entries stay short if "docker stack deploy" rejects their long form.'
    )
    long_form: Union[Literal["all"], list[str]] = Field(["ports", "volumes"], description='Fields to write in long form; "all" for all.')
    short_form: list[str] = Field([], description="Fields to write in short form if nothing is lost.")
    order: Union[Literal["keep", "spec", "dclint"], list[str]] = Field(
        "keep",
        description='Key order: "keep", that of the Compose Specification ("spec") or of dclint\'s defaults ("dclint"), or a list of '
        'service keys in which "..." stands for all others.',
    )
    max_range: int = Field(6, ge=1, description="Expand port ranges of up to this many ports.")
    variables: Literal["assume-scalar", "keep"] = Field(
        "assume-scalar", description='Whether to expand entries with variables: "assume-scalar", or "keep" to leave them short.'
    )
    write_defaults: bool = Field(False, description="Also write the defaults that short forms imply.")
    mount_options: Literal["exact", "brief"] = Field(
        "exact",
        description='Options of mounts in long form: "exact" preserves the configuration hash, "brief" omits the defaults, '
        "so that the next docker compose up recreates the containers once; format prints a notice.",
    )
    select: list[str] = Field([], description='Rules or groups to enable; "all" for all. Empty: the default rules.')
    extend_select: list[str] = Field([], description="Rules or groups to enable in addition to the defaults.")
    ignore: list[str] = Field([], description="Rules or groups to disable.")
    per_file_ignores: dict[str, list[str]] = Field(
        {}, description="Rules or groups to disable for files that match a pattern (.gitignore syntax)."
    )
    severity: dict[str, Literal["error", "warning", "info"]] = Field({}, description="Severity overrides for rules or groups, by name.")
    fail_level: Literal["error", "warning", "info"] | None = Field(
        None, description="Lowest severity that fails the run (default: error, or any finding of the rule unformatted)."
    )
    baseline: str | None = Field(None, description="A file with findings that are not reported, written by --write-baseline.")
    exclude: list[str] = Field(
        sorted(SKIPPED), description="Patterns of files and directories to exclude (.gitignore syntax); replaces the default."
    )
    extend_exclude: list[str] = Field([], description="Patterns to exclude in addition to those of exclude.")
    force_exclude: bool = Field(False, description="Apply exclusions to paths named on the command line, too.")
    include: list[str] = Field(
        [],
        description="Patterns of other YAML and Markdown files to find in directories (.gitignore syntax), such as `stacks/*.yml` or "
        "`*.stack.yml`; adds to the default names `compose*.yaml`, `compose*.yml`, `docker-compose*.yaml` and `docker-compose*.yml`.",
    )
    fragments: list[str] = Field(
        [],
        description="Patterns of files that are parts of projects (.gitignore syntax), such as `apps/**`: undefined names and missing "
        "paths in them are not reported, as after the comment `# composefmt: fragment`.",
    )
    projects: list[ProjectModel] = Field(
        [],
        description="Files that Docker Compose starts together, a table `[[projects]]` for each project. `check` and the language server "
        "check them together; `config`, `diff` and `graph` find them by their directory or name.",
    )
    required_version: str | None = Field(None, description='Supported versions of composefmt, such as ">=0.2,<1".')

    @field_validator("long_form", "short_form")
    @classmethod
    def _known_fields(cls, fields: str | list[str], info: ValidationInfo) -> str | list[str]:
        for field in [fields] if isinstance(fields, str) else fields:
            problem = field_problem(field, short=info.field_name == "short_form")
            if problem:
                raise ValueError(problem)
        return fields

    @field_validator("order")
    @classmethod
    def _known_keys(cls, order: str | list[str]) -> str | list[str]:
        from composefmt.compose.spec_order import order_problem

        if isinstance(order, list) and (problem := order_problem(order)):
            raise ValueError(problem)
        return order

    @model_validator(mode="after")
    def _one_form_each(self) -> SettingsModel:
        both = sorted(set(self.long_form) & set(self.short_form))
        if both and "long_form" in self.model_fields_set:
            raise ValueError(f'"{both[0]}" is listed in both long-form and short-form')
        return self

    @field_validator("select", "extend_select", "ignore")
    @classmethod
    def _known_rules(cls, names: list[str]) -> list[str]:
        _demand_rules(names)
        return names

    @field_validator("severity")
    @classmethod
    def _known_rules_have_severities(cls, table: dict[str, str]) -> dict[str, str]:
        _demand_rules(table)
        return table

    @field_validator("per_file_ignores")
    @classmethod
    def _known_rules_for_files(cls, table: dict[str, list[str]]) -> dict[str, list[str]]:
        for names in table.values():
            _demand_rules(names)
        return table

    @field_validator("include", "fragments")
    @classmethod
    def _usable_patterns(cls, patterns: list[str], info: ValidationInfo) -> list[str]:
        for pattern in patterns:
            problem = _pattern_problem(pattern, names_files=info.field_name == "include")
            if problem:
                raise ValueError(problem)
        return patterns

    @field_validator("required_version")
    @classmethod
    def _right_version(cls, wanted: str) -> str:
        from packaging.specifiers import InvalidSpecifier, SpecifierSet
        from pydantic_core import PydanticCustomError

        from composefmt import __version__

        try:
            fits = SpecifierSet(wanted).contains(__version__, prereleases=True)
        except InvalidSpecifier:
            raise ValueError(f'"{wanted}" is not a valid version specifier such as ">=0.2,<1"') from None
        if not fits:
            message = f"this is composefmt {__version__}, but required-version is {wanted}; install that version"
            raise PydanticCustomError(_OTHER_VERSION, "{message}", {"message": message})
        return wanted


def _demand_rules(names: Iterable[str]) -> None:
    from composefmt.rules.registry import known_names, unknown_name

    for name in names:
        if name not in known_names():
            raise ValueError(unknown_name(name))


def _pattern_problem(pattern: str, *, names_files: bool) -> str:
    """Return why a pattern cannot match a Compose file; "" if it may."""
    if not pattern.strip("/! ") or pattern.startswith("#"):
        return f'"{pattern}" is not a pattern; use one such as "stacks/*.yml"'
    if ".." in pattern.split("/"):
        return f'"{pattern}" leaves the directory of the settings file, which patterns are relative to'
    if "{" in pattern and "}" in pattern:
        return f'braces in "{pattern}" are not expanded; write one pattern for each alternative'
    extension = os.path.splitext(pattern)[1]
    if names_files and extension and not pattern.endswith("/") and not any(fnmatch(known, extension) for known in (*YAML, *MARKDOWN)):
        advice = "" if "*" in pattern else f'; for a directory, write "{pattern}/"'
        return f'"{pattern}" does not match .yaml, .yml or .md files{advice}'
    return ""


def names() -> list[str]:
    """Return the names of all settings, as they are written."""
    return [_kebab(name) for name in SettingsModel.model_fields]


def project_keys() -> list[str]:
    """Return the keys of `[[projects]]`, as they are written."""
    return [_kebab(name) for name in ProjectModel.model_fields]


def field_problem(field: str, *, short: bool) -> str:
    """Return the problem with the name of a field in long-form or short-form; "" for a valid one."""
    from composefmt.compose.dual import field_names

    known = field_names() if short else ["all", *field_names()]
    if field in known:
        return ""
    return f'"{field}" is not a field with a short and a long form; {_nearest(field, known)}'


def _nearest(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1, 0.75)
    return f'did you mean "{near[0]}"?' if near else f"valid names: {', '.join(known)}"


class Setting(NamedTuple):
    """The setting that an error is about: its name or that of its section, and in a list of tables the number from 1 and the key."""

    name: str
    number: int = 0
    key: str = ""


def explain(error: ValidationError) -> tuple[str, Setting]:
    """Describe an error in one line: the setting, and its valid values; return the setting as well."""
    # For a value that may be a string or a list, the error of the list is more helpful. A missing key may be a misspelled one.
    first = min(error.errors(), key=lambda each: ("literal['all']" in each["loc"], each["type"] == "missing"))
    parts = [part for part in first["loc"] if isinstance(part, str) and not part.startswith(("list[", "literal["))]
    setting = Setting(parts[0] if parts else "")
    if setting.name == "projects":
        number = next((part + 1 for part in first["loc"] if isinstance(part, int)), 0)
        setting = Setting("projects", number, parts[1] if len(parts) > 1 else "")
    return _explained(first, ".".join(parts), setting), setting


def _explained(error: ErrorDetails, name: str, setting: Setting) -> str:
    of_project = f" of project {setting.number}" if setting.number else ""
    if error["type"] == "extra_forbidden":
        if name == "tool":
            return "[tool.composefmt] is only for pyproject.toml; here, write the settings without a table"
        known = project_keys() if setting.number else names()
        return f'unknown setting "{name}"{of_project}; {_nearest(name.rpartition(".")[2].replace("_", "-"), known)}'
    if error["type"] == "missing":
        return f'setting "{name}"{of_project} is missing'
    message = error["msg"].removeprefix("Value error, ").replace("Input should be", "must be", 1)
    if not name or error["type"] == _OTHER_VERSION:
        return message
    if error["type"] in _SHAPES:
        message = f"must be {_SHAPES[error['type']]}"
        given = error["input"]
        if error["type"] == "list_type" and isinstance(given, str):
            message += f', such as ["{given}"]'
        elif name == "projects" and not setting.number:
            message = "must be a list of tables: write [[projects]]"
    return f'invalid setting "{name}"{of_project}: {message[:1].lower()}{message[1:]}'


# pydantic's Python terms in the terms of settings files.
_SHAPES = {
    "list_type": "a list",
    "string_type": "a string",
    "int_type": "an integer",
    "bool_type": "true or false",
    "dict_type": "a table",
    "model_type": "a table",
}
