"""Which projects a Compose file belongs to, as far as its name, its neighbors and the environment show.

Source: compose-go, cli/options.go, and Compose's documentation of `COMPOSE_FILE`.
"""

from __future__ import annotations

from posixpath import basename, dirname, isabs, join, relpath
from typing import TYPE_CHECKING, NamedTuple

from composefmt.project.names import BASES, OVERRIDES, listed_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from composefmt.filesystem.surroundings import Surroundings
    from composefmt.options import Options, ProjectOptions


class Claim(NamedTuple):
    """Files that Docker Compose starts together: paths in the order of merging, relative to the file that was asked about.

    `folder` is the relative path of the project directory, `reason` says what joins the files. `certain`: False if only
    their names suggest it. Without `env_files`, variables come from the `.env` file in `folder`.
    """

    paths: tuple[str, ...]
    folder: str
    reason: str
    certain: bool = True
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()

    @property
    def variable_files(self) -> tuple[str, ...]:
        """The env files for interpolation."""
        return self.env_files or (join(self.folder, ".env"),)


def claims_of(filename: str, surroundings: Surroundings, env_files: Sequence[str] = ()) -> list[Claim]:
    """Return the projects that a file surely belongs to; its own if nothing joins it with another file.

    `env_files`, relative to the file, are used instead of `.env`.
    """
    own = basename(filename)
    # The environment takes precedence over the `.env` file beside the file.
    projects = list(listed(own, surroundings, () if surroundings.value("COMPOSE_FILE") else ("",), env_files))
    if projects:
        return projects
    if own in BASES or own in OVERRIDES:
        other = first_of(surroundings, "", OVERRIDES if own in BASES else BASES, own)
        if other is not None:
            paths = (own, other) if own in BASES else (other, own)
            return [Claim(paths, "", f"{paths[1]} overrides {paths[0]}")]
    return [alone(own)]


def alone(own: str) -> Claim:
    """Return the project of one file, with what it includes and extends."""
    return Claim((own,), "", "no other file belongs to it")


def given_claims(options: Options, filename: str) -> list[Claim]:
    """Return the projects of a file that the command line or the settings define; these are all then."""
    claims = [chosen(options, filename)] if options.project else map(configured, options.projects)
    return [with_options(claim, options, filename) for claim in claims]


def variable_claims(options: Options, filename: str) -> list[Claim]:
    """Return the projects of a file whose variables are known to be those of other files than the `.env` file beside it."""
    return given_claims(options, filename) or ([with_options(alone(filename), options, filename)] if options.env_files else [])


def variable_files(options: Options, filename: str) -> list[str]:
    """Return the env files for interpolation of the projects of a file."""
    claims = variable_claims(options, filename)
    return list(dict.fromkeys(path for claim in claims for path in claim.variable_files)) or [".env"]


def with_options(claim: Claim, options: Options, filename: str) -> Claim:
    """Return a project with the env files and profiles that the command line names; its paths are relative to the working directory."""
    if not (options.env_files or options.profiles):
        return claim
    env_files = _from_file(options.env_files, filename)
    return claim._replace(env_files=env_files or claim.env_files, profiles=options.profiles or claim.profiles)


def _from_file(paths: Sequence[str], filename: str) -> tuple[str, ...]:
    """Return paths relative to the directory of a file instead of the working directory."""
    return tuple(relpath(path, dirname(filename) or ".") for path in paths)


def chosen(options: Options, filename: str) -> Claim:
    """Return the project of the files that the command line names."""
    paths = _from_file(options.project, filename)
    (folder,) = _from_file([options.project_directory], filename) if options.project_directory else [dirname(paths[0])]
    return Claim(paths, "" if folder == "." else folder, "the command line names them")


def configured(project: ProjectOptions) -> Claim:
    """Return a project that the settings define."""
    what = f'project "{project.name}"' if project.name else "this project"
    return Claim(project.files, project.directory, f"the settings define {what}", env_files=project.env_files, profiles=project.profiles)


def variant_of(filename: str, surroundings: Surroundings) -> Claim | None:
    """Return the project of a variant, such as compose.prod.yaml, and the base beside it; None without a base."""
    own = basename(filename)
    base = first_of(surroundings, "", BASES, own) if own not in (*BASES, *OVERRIDES) else None
    return Claim((base, own), "", f"{own} is incomplete without {base}", certain=False) if base is not None else None


def first_of(surroundings: Surroundings, folder: str, names: Sequence[str], but: str = "") -> str | None:
    """Return the path of the first of some names that is a file in a directory, other than `but`."""
    return next((path for path in (join(folder, name) for name in names) if path != but and surroundings.kind(path) == "file"), None)


def listed(own: str, surroundings: Surroundings, folders: Iterable[str], env_files: Sequence[str] = ()) -> Iterator[Claim]:
    """Yield the projects of `COMPOSE_FILE` that name a file: in the environment, and in the `.env` files of some directories.

    `env_files` are used instead of `.env` files.
    """
    # Where the repository lies is not known, so that an absolute path is compared from the repository's root on.
    absolute = "/".join(["", *surroundings.above(), own])
    for folder, variables, where in _variables(surroundings, folders, env_files):
        paths = [join(folder, part) for part in listed_files(variables) if part]
        shortest = [own if isabs(path) and path.endswith(absolute) else surroundings.shortest(path) for path in paths]
        if own in shortest:
            yield Claim(tuple(dict.fromkeys(shortest)), dirname(surroundings.shortest(paths[0])), f"COMPOSE_FILE in {where} lists them")


def _variables(surroundings: Surroundings, folders: Iterable[str], env_files: Sequence[str]) -> Iterator[tuple[str, dict[str, str], str]]:
    names = ("COMPOSE_FILE", "COMPOSE_PATH_SEPARATOR")
    environment = {name: value for name in names if (value := surroundings.value(name))}
    if "COMPOSE_FILE" in environment:
        yield surroundings.working_directory, environment, "the environment"
        environment = {name: value for name, value in environment.items() if name != "COMPOSE_FILE"}
    places = [(surroundings.working_directory, env_files)] if env_files else [(folder, [f"{folder}.env"]) for folder in folders]
    for folder, paths in places:
        contents = [data for path in paths if (data := surroundings.read(path)) is not None]
        if any(b"COMPOSE_FILE" in data for data in contents):
            from composefmt.project.dotenv import known_variables

            yield folder, {**known_variables(*contents), **environment}, ", ".join(paths)
