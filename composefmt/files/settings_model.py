"""The settings as a pydantic model: names, types, descriptions and error messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from composefmt.files.discovery import SKIPPED

if TYPE_CHECKING:
    from collections.abc import Iterable


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class SettingsModel(BaseModel):
    """One settings file; the command line takes precedence."""

    model_config = ConfigDict(extra="forbid", alias_generator=_kebab, strict=True)

    engine: Literal["compose", "swarm"] = Field(
        "compose", description='With "swarm", what Docker\'s CLI refuses in the long forms of a stack file stays short.'
    )
    long_form: Union[Literal["all"], list[str]] = Field(["ports", "volumes"], description='Fields to write in long form; "all" for all.')
    short_form: list[str] = Field([], description="Write these fields in short form where that loses nothing.")
    order: Literal["keep", "spec"] = Field("keep", description='With "spec", keys stand in the order of the specification.')
    max_range: int = Field(16, ge=1, description="Expand port ranges of up to so many ports.")
    variables: Literal["assume-scalar", "keep"] = Field("assume-scalar", description="Whether entries with variables may become long.")
    write_defaults: bool = Field(False, description="Also write what short forms leave to defaults.")
    mount_options: Literal["exact", "brief"] = Field(
        "exact",
        description='Options of mounts in long form: "exact" keeps Docker\'s configuration hash, "brief" omits the defaults, '
        "so that containers are recreated once.",
    )
    select: list[str] = Field([], description='Check these rules or groups of rules only; "all" stands for all.')
    extend_select: list[str] = Field([], description="Check these rules or groups of rules as well.")
    ignore: list[str] = Field([], description="Do not check these rules or groups of rules.")
    per_file_ignores: dict[str, list[str]] = Field(
        {}, description="Rules or groups that are not checked in some files, by patterns as in .gitignore files."
    )
    severity: dict[str, Literal["error", "warning", "info"]] = Field({}, description="Other severities for rules or groups, by name.")
    fail_level: Literal["error", "warning", "info"] | None = Field(
        None, description="The least severity that fails; without it errors do, and files that are not formatted."
    )
    baseline: str | None = Field(None, description="A file of findings that are not told, from --write-baseline.")
    exclude: list[str] = Field(
        sorted(SKIPPED), description="Files and folders that are not looked at, by patterns as in .gitignore files; replaces the default."
    )
    extend_exclude: list[str] = Field([], description="Files and folders that are not looked at, besides those of exclude.")
    force_exclude: bool = Field(False, description="Exclude files that are named on the command line, too.")
    required_version: str | None = Field(None, description='The versions of composefmt that may be used, such as ">=0.2,<1".')

    @field_validator("long_form", "short_form")
    @classmethod
    def _known_fields(cls, fields: str | list[str], info: ValidationInfo) -> str | list[str]:
        for field in [fields] if isinstance(fields, str) else fields:
            problem = field_problem(field, short=info.field_name == "short_form")
            if problem:
                raise ValueError(problem)
        return fields

    @model_validator(mode="after")
    def _one_form_each(self) -> SettingsModel:
        both = sorted(set(self.long_form) & set(self.short_form))
        if both and "long_form" in self.model_fields_set:
            raise ValueError(f"{both[0]} stands in long-form and in short-form")
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

    @field_validator("required_version")
    @classmethod
    def _right_version(cls, wanted: str) -> str:
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        from composefmt import __version__

        try:
            fits = SpecifierSet(wanted).contains(__version__, prereleases=True)
        except InvalidSpecifier:
            raise ValueError(f'"{wanted}" is no list of versions such as ">=0.2,<1"') from None
        if not fits:
            raise ValueError(f"this is composefmt {__version__}, and {wanted} is asked for")
        return wanted


def _demand_rules(names: Iterable[str]) -> None:
    from composefmt.rules.registry import known_names, unknown_name

    for name in names:
        if name not in known_names():
            raise ValueError(unknown_name(name))


def names() -> list[str]:
    """Return the names of all settings, as they are written."""
    return [_kebab(name) for name in SettingsModel.model_fields]


def field_problem(field: str, *, short: bool) -> str:
    """Return the problem with the name of a field that has another form; "" if there is none."""
    from composefmt.compose.dual import field_names

    known = field_names() if short else ["all", *field_names()]
    if field in known:
        return ""
    return f'there is no field "{field}" with two forms; {_nearest(field, known)}'


def _nearest(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    return f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"


def explain(error: ValidationError) -> str:
    """Describe an error in one line: the setting, and its valid values."""
    # For a value that may be a string or a list, the error of the list is more helpful.
    first = min(error.errors(), key=lambda each: "literal['all']" in each["loc"])
    name = ".".join(part for part in first["loc"] if isinstance(part, str) and not part.startswith(("list[", "literal[")))
    if first["type"] == "extra_forbidden":
        return f'there is no setting "{name}"; {_nearest(name.replace("_", "-"), names())}'
    message = first["msg"].removeprefix("Value error, ")
    if not name:
        return message
    if first["type"] in _SHAPES:
        message = f"{_SHAPES[first['type']]} is needed"
        given = first["input"]
        if first["type"] == "list_type" and isinstance(given, str):
            message += f', such as ["{given}"]'
    return f'the setting "{name}" is wrong: {message[:1].lower()}{message[1:]}'


# pydantic's Python terms in the terms of settings files.
_SHAPES = {
    "list_type": "a list",
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "dict_type": "a table",
}
