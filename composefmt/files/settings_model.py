"""The settings as a pydantic model: their names, types and meaning, and what is said of wrong ones."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class SettingsModel(BaseModel):
    """One settings file. Every setting is also an option of the command line, which wins."""

    model_config = ConfigDict(extra="forbid", alias_generator=_kebab, strict=True)

    max_range: int = Field(16, ge=1, description="Expand port ranges of up to so many ports.")
    variables: Literal["assume-scalar", "keep"] = Field("assume-scalar", description="Whether entries with variables may become long.")
    write_defaults: bool = Field(False, description="Also write what short forms leave to defaults.")
    select: list[str] = Field([], description="Check these rules or groups of rules only.")
    ignore: list[str] = Field([], description="Do not check these rules or groups of rules.")

    @field_validator("select", "ignore")
    @classmethod
    def _known_rules(cls, names: list[str]) -> list[str]:
        from composefmt.rules.registry import known_names, unknown_name

        for name in names:
            if name not in known_names():
                raise ValueError(unknown_name(name))
        return names


def names() -> list[str]:
    """The names of all settings, as they are written."""
    return [_kebab(name) for name in SettingsModel.model_fields]


def explain(error: ValidationError) -> str:
    """What is wrong, in one line: the setting, and what it may be."""
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        from difflib import get_close_matches

        near = get_close_matches(name.replace("_", "-"), names(), 1)
        return f'there is no setting "{name}"; ' + (f'did you mean "{near[0]}"?' if near else f"there are {', '.join(names())}")
    message = first["msg"].removeprefix("Value error, ")
    return f'the setting "{name}" is wrong: {message[:1].lower()}{message[1:]}'
