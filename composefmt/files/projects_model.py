"""One table of `[[projects]]` as a pydantic model: names, types, descriptions and error messages."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from composefmt.files.projects import ProjectTable, leading_entry, wildcards

_NAME = re.compile(r"[a-z0-9*?][a-z0-9_*?-]*")


class ProjectModel(BaseModel):
    """Paths are relative to the directory of the settings file."""

    model_config = ConfigDict(extra="forbid", alias_generator=lambda name: name.replace("_", "-"), strict=True)

    files: list[str] = Field(
        description="The Compose files, in the order of merging. A wildcard (`*`, `?`, or `**` for any number of directories) makes one "
        "project for each file that the first entry with wildcards matches. Elsewhere in the table, it stands for the same text."
    )
    env_files: list[str] = Field([], description="Env files for interpolation (default: `.env` in the project directory).")
    profiles: list[str] = Field([], description="Enabled profiles; `*` enables all.")
    project_directory: str = Field("", description="Project directory (default: that of the first file).")
    name: str = Field("", description="Project name.")

    @field_validator("files")
    @classmethod
    def _local_files(cls, files: list[str]) -> list[str]:
        from composefmt.project.paths import is_remote

        if not files:
            raise ValueError("must name a file")
        for path in files:
            if is_remote(path):
                raise ValueError(f'"{path}" is remote, and composefmt never accesses the network')
            if path.rstrip("/").endswith("**"):
                raise ValueError(f'"{path}" matches directories; name their files, such as "{path.rstrip("/")}/compose.yaml"')
        return files

    @field_validator("files", "env_files")
    @classmethod
    def _paths(cls, paths: list[str]) -> list[str]:
        for path in paths:
            if not path.strip():
                raise ValueError("an empty string is not a path")
            if "{" in path and "}" in path:
                raise ValueError(f'braces in "{path}" are not expanded; write one project for each alternative')
        return paths

    @field_validator("name")
    @classmethod
    def _valid_name(cls, name: str) -> str:
        if name and not _NAME.fullmatch(name):
            raise ValueError(f'"{name}" is not a project name; use lower-case letters, digits, - and _, and start with a letter or digit')
        return name

    @model_validator(mode="after")
    def _same_wildcards(self) -> ProjectModel:
        leading = leading_entry(self.files)
        known = wildcards(leading)
        for value in (*self.files, *self.env_files, self.project_directory, self.name):
            own = wildcards(value)
            if own and not leading:
                raise ValueError(f'the wildcards in "{value}" match nothing because "files" has none')
            if own != known[: len(own)]:
                raise ValueError(f'the wildcards in "{value}" differ from those in "{leading}", whose matches they stand for')
        return self

    @property
    def table(self) -> ProjectTable:
        """The values for `files.projects`."""
        return ProjectTable(tuple(self.files), tuple(self.env_files), tuple(self.profiles), self.project_directory, self.name)
