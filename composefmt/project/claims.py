"""Which projects a Compose file belongs to, as far as its name, its neighbors and the environment show.

Source: compose-go, cli/options.go, and Compose's documentation of `COMPOSE_FILE`.
"""

from __future__ import annotations

from posixpath import basename, dirname, isabs, join, normpath, relpath
from typing import TYPE_CHECKING, NamedTuple

from composefmt.project.names import BASES, OVERRIDES, listed_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from composefmt.filesystem.surroundings import Surroundings
    from composefmt.options import Options, ProjectOptions

# Includers are looked for in so many directories above a file, and in so many files.
MAX_DEPTH = 8
MAX_CANDIDATES = 200


class Claim(NamedTuple):
    """Files that Docker Compose starts together: paths in the order of merging, relative to the project directory.

    `folder` is the project directory, relative to that of the file that was asked about; `reason` says what joins the files.
    `certain`: False if only their names suggest it. Without `env_files`, variables come from `.env` in the project directory.
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
        return self.env_files or (".env",)


def claims_of(filename: str, surroundings: Surroundings, env_files: Sequence[str] = ()) -> list[Claim]:
    """Return the projects that a file surely belongs to; its own if nothing joins it with another file.

    `env_files`, relative to the file, are used instead of `.env`.
    """
    own = basename(filename)
    # The environment takes precedence over the `.env` file beside the file.
    projects = list(_listed(own, surroundings, () if surroundings.value("COMPOSE_FILE") else ("",), env_files))
    if projects:
        return projects
    if own in BASES or own in OVERRIDES:
        other = _first_of(surroundings, "", OVERRIDES if own in BASES else BASES, own)
        if other is not None:
            paths = (own, other) if own in BASES else (other, own)
            return [Claim(paths, "", f"{paths[1]} overrides {paths[0]}")]
    return [alone(own)]


def alone(own: str) -> Claim:
    """Return the project of one file, with what it includes and extends."""
    return Claim((own,), "", "no other file belongs to it")


def given_claims(options: Options, filename: str) -> list[Claim]:
    """Return the projects of a file that the command line or the settings define; these are all then."""
    if options.project:
        claims = [_chosen(options, filename)]
    else:
        claims = [_configured(project, options.surroundings) for project in options.projects if options.surroundings is not None]
    return [with_options(claim, options, filename) for claim in claims]


def variable_claims(options: Options, filename: str) -> list[Claim]:
    """Return the projects of a file whose variables are known to be those of other files than the `.env` file beside it."""
    return given_claims(options, filename) or ([with_options(alone(filename), options, filename)] if options.env_files else [])


def variable_files(options: Options, filename: str) -> list[str]:
    """Return the env files for interpolation of the projects of a file."""
    claims = variable_claims(options, filename)
    return list(dict.fromkeys(normpath(join(claim.folder, path)) for claim in claims for path in claim.variable_files)) or [".env"]


def with_options(claim: Claim, options: Options, filename: str) -> Claim:
    """Return a project with the env files and profiles that the command line names; its paths are relative to the working directory."""
    if not (options.env_files or options.profiles):
        return claim
    env_files = _from_file(options.env_files, filename)
    if options.surroundings is not None:
        env_files = _inside(options.surroundings, claim.folder, env_files)
    return claim._replace(env_files=env_files or claim.env_files, profiles=options.profiles or claim.profiles)


def _from_file(paths: Sequence[str], filename: str) -> tuple[str, ...]:
    """Return paths relative to the directory of a file instead of the working directory."""
    return tuple(relpath(path, dirname(filename) or ".") for path in paths)


def _chosen(options: Options, filename: str) -> Claim:
    """Return the project of the files that the command line names; all paths are relative to the working directory."""
    folder = options.project_directory or dirname(options.project[0]) or "."
    paths = tuple(relpath(path, folder) for path in options.project)
    return Claim(paths, _folder(_from_file([folder], filename)[0]), "the command line names them")


def _configured(project: ProjectOptions, surroundings: Surroundings) -> Claim:
    """Return a project that the settings define."""
    what = f'project "{project.name}"' if project.name else "this project"
    claim = _claim(surroundings, project.directory, project.files, f"the settings define {what}")
    env_files = _inside(surroundings, claim.folder, project.env_files)
    return claim._replace(env_files=env_files, profiles=project.profiles)


def variant_of(filename: str, surroundings: Surroundings) -> Claim | None:
    """Return the project of a variant, such as compose.prod.yaml, and the base beside it; None without a base."""
    own = basename(filename)
    base = _first_of(surroundings, "", BASES, own) if own not in (*BASES, *OVERRIDES) else None
    return Claim((base, own), "", f"{own} is incomplete without {base}", certain=False) if base is not None else None


def listed_above(filename: str, surroundings: Surroundings, env_files: Sequence[str] = ()) -> Iterator[Claim]:
    """Yield the projects of `COMPOSE_FILE` in the environment, and in the `.env` files beside a file and above."""
    yield from _listed(basename(filename), surroundings, _folders_above(surroundings), env_files)


def bases_above(filename: str, surroundings: Surroundings) -> Iterator[Claim]:
    """Yield the projects that put a file on the base beside it, or one directory up, as a variant."""
    own = basename(filename)
    for folder in _folders_above(surroundings)[:2]:
        base = _first_of(surroundings, folder, BASES)
        if base is not None and base != own:
            override = _first_of(surroundings, folder, OVERRIDES, own)
            paths = (base, *([override] if override else []), own)
            yield _claim(surroundings, folder, paths, f"{own} is incomplete without {base}", certain=False)


def possible_includers(filename: str, surroundings: Surroundings) -> Iterator[Claim]:
    """Yield the projects that may include a file or extend a service of it: those of the bases around it."""
    own = basename(filename)
    for path in _candidates(surroundings, own):
        data = surroundings.read(path)
        if data is not None and (b"include" in data or (b"extends" in data and own.encode() in data)):
            folder = dirname(path)
            override = _first_of(surroundings, folder, OVERRIDES)
            yield _claim(surroundings, folder, (path, override) if override else (path,), f"{path} includes or extends it")


def path_in(claim: Claim, own: str, surroundings: Surroundings) -> str:
    """Return the path of a file, relative to its directory, in the project directory."""
    return own if not claim.folder else _between(surroundings, claim.folder, own)


def names(claim: Claim, path: str, surroundings: Surroundings) -> bool:
    """Return whether a file of a project contains the path of another one, as far as it is written at once."""
    text = "/".join(path.split("/")[-2:]).encode()
    return any(text in (surroundings.read(join(claim.folder, each)) or b"") for each in claim.paths)


def _candidates(surroundings: Surroundings, own: str) -> Iterator[str]:
    """Yield the base files beside a file, in the directories above it, and in their subdirectories."""
    left = MAX_CANDIDATES
    for above in _folders_above(surroundings):
        here = [base for base in BASES if surroundings.kind(above + base) == "file"]
        for path in (*here, *(surroundings.files_below(above, BASES) if above else ())):
            candidate = surroundings.shortest(above + path)
            if left > 0 and candidate != own:
                left -= 1
                yield candidate


def _folders_above(surroundings: Surroundings) -> list[str]:
    """Return the file's directory and those above it in the repository, as relative paths that end with a slash."""
    return ["../" * depth for depth in range(min(len(surroundings.above()), MAX_DEPTH) + 1)]


def _first_of(surroundings: Surroundings, folder: str, names: Sequence[str], but: str = "") -> str | None:
    """Return the path of the first of some names that is a file in a directory, other than `but`."""
    return next((path for path in (join(folder, name) for name in names) if path != but and surroundings.kind(path) == "file"), None)


def _listed(own: str, surroundings: Surroundings, folders: Iterable[str], env_files: Sequence[str]) -> Iterator[Claim]:
    """Yield the projects of `COMPOSE_FILE` that name a file: in the environment, and in the `.env` files of some directories.

    `env_files` are used instead of `.env` files.
    """
    variables = list(_variables(surroundings, folders, env_files))
    # Where the repository lies is not known, so that an absolute path is compared from the repository's root on.
    absolute = "/".join(["", *surroundings.above(), own]) if variables else ""
    for folder, values, where in variables:
        paths = [join(folder, part) for part in listed_files(values) if part]
        shortest = [own if isabs(path) and path.endswith(absolute) else surroundings.shortest(path) for path in paths]
        if own in shortest:
            yield _claim(surroundings, dirname(shortest[0]), tuple(dict.fromkeys(shortest)), f"COMPOSE_FILE in {where} lists them")


def _claim(surroundings: Surroundings, folder: str, paths: tuple[str, ...], reason: str, *, certain: bool = True) -> Claim:
    """Return a claim for paths that are relative to the file that was asked about."""
    folder = _folder(folder)
    return Claim(_inside(surroundings, folder, paths), folder, reason, certain)


def _inside(surroundings: Surroundings, folder: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_between(surroundings, folder, path) for path in paths) if folder else paths


def _folder(path: str) -> str:
    path = path.rstrip("/") or path
    return "" if path == "." else path


def _between(surroundings: Surroundings, folder: str, path: str) -> str:
    """Return a path relative to another directory."""
    return relpath(surroundings.absolute(path), surroundings.absolute(folder))


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
