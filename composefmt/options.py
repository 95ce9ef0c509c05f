"""Options: one frozen object that every call receives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from composefmt.filesystem.surroundings import Surroundings


class ProjectOptions(NamedTuple):
    """A project that settings define: its files in the order of merging, and what `docker compose` would be given with them.

    Without `env_files`, variables come from the `.env` file in `directory`. `name` is "" for a project without one.
    """

    files: tuple[str, ...]
    directory: str = ""
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    name: str = ""


class Options(NamedTuple):
    """How to format and check.

    engine: "compose" or "swarm"; for swarm, long forms that Docker's CLI refuses in a stack file stay short.
    long_form: names of the fields whose short forms are expanded; "all" means all.
    short_form: names of the fields whose long forms are collapsed if nothing is lost.
    order: "keep", "spec" for the specification's order of keys, "dclint" for the default order of dclint, or the keys of services
        in their order, with "..." for the others.
    max_range: a range of more ports than this stays short.
    variables: "assume-scalar" expands `"${PORT}:80"`, "keep" leaves every entry with a variable short.
    write_defaults: also write what the short form left to the default (`protocol: tcp`, `mode: ingress`).
    mount_options: "exact" writes `bind: {create_host_path: true}` and `volume: {}`, which keep Docker's configuration hash of
        a short mount; "brief" omits them. Swarm has no such hash: there they are always omitted.
    lines: the first and the last line, from 1, that may change; None for all.
    verify: prove that nothing was lost before returning new text (see `composefmt.engine`).
    environment: known values of variables, such as those of the `.env` file beside the Compose file;
        an entry is expanded only if that is right for these values as well.
    select: the rules or groups to check, None for the default ones; "all" means all rules.
    extend_select: rules or groups to check in addition.
    ignore: rules or groups not to check; a rule's name takes precedence over its group's, a group's over "all".
    file_ignore: rules or groups not to check in this file, regardless of the other options.
    is_fragment: whether the settings mark this file as a part of a project, as the comment `# composefmt: fragment` does.
    severity: overridden severities of rules or groups, by name.
    project: paths of files that make up one project, in the order of merging; () to find projects from names and surroundings.
    project_directory: the directory that paths in the files of `project` are relative to; "" for that of the first file.
    env_files: paths of the env files for interpolation; () for those of the projects, by default `.env`.
    profiles: enabled profiles; () for those of the projects. Without any, services run together if their profiles allow it.
    projects: the projects that settings define and that contain this file, with paths relative to its directory.
    surroundings: the files around the Compose file, for the rules that read them; None if they are unknown.
    """

    engine: str = "compose"
    long_form: tuple[str, ...] = ("ports", "volumes")
    short_form: tuple[str, ...] = ()
    order: str | tuple[str, ...] = "keep"
    max_range: int = 6
    variables: str = "assume-scalar"
    write_defaults: bool = False
    mount_options: str = "exact"
    verify: bool = True
    lines: tuple[int, int] | None = None
    environment: Mapping[str, str] = {}
    select: frozenset[str] | None = None
    extend_select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    file_ignore: frozenset[str] = frozenset()
    is_fragment: bool = False
    severity: Mapping[str, str] = {}
    project: tuple[str, ...] = ()
    project_directory: str = ""
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    projects: tuple[ProjectOptions, ...] = ()
    surroundings: Surroundings | None = None


class Chosen(TypedDict, total=False):
    """The options given in settings or on the command line; absent ones keep their default."""

    engine: str
    long_form: tuple[str, ...]
    short_form: tuple[str, ...]
    order: str | tuple[str, ...]
    max_range: int
    variables: str
    write_defaults: bool
    mount_options: str
    verify: bool
    lines: tuple[int, int] | None
    select: frozenset[str] | None
    extend_select: frozenset[str]
    ignore: frozenset[str]
    severity: Mapping[str, str]
    project: tuple[str, ...]
    project_directory: str
    env_files: tuple[str, ...]
    profiles: tuple[str, ...]
