"""What could be added to a folder: for each of its tools a new file, or a longer text for one that is there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, Union

from composefmt.adopting import texts
from composefmt.adopting.additions import NoPlace, with_hook, with_job, with_table
from composefmt.files.content import FileTrouble, read_file

if TYPE_CHECKING:
    from collections.abc import Iterator

_OUR_SETTINGS = (".composefmt.toml", "composefmt.toml")
_HOOKS = ".pre-commit-config.yaml"
_GITHUB = os.path.join(".github", "workflows")
_GITLAB = ".gitlab-ci.yml"
_NAME = "composefmt"


class Proposal(NamedTuple):
    """A file to write: its path relative to the folder, what is in it (None: there is no such file), and what is to be."""

    path: str
    before: str | None
    after: str


class Note(NamedTuple):
    """Why a file is left as it is."""

    path: str
    reason: str


Answer = Union[Proposal, Note]


def proposals(folder: str) -> Iterator[Answer]:
    """What could be added to a folder, tool by tool. Raises FileTrouble where a file can't be read."""
    yield _settings(folder)
    if os.path.exists(os.path.join(folder, ".git")) or os.path.exists(os.path.join(folder, _HOOKS)):
        yield _added(folder, _HOOKS, texts.HOOKS, with_hook)
    on_github, on_gitlab = os.path.isdir(os.path.join(folder, ".github")), os.path.exists(os.path.join(folder, _GITLAB))
    if on_github:
        yield _workflow(folder)
    if on_gitlab:
        yield _added(folder, _GITLAB, texts.GITLAB, with_job)
    if not on_github and not on_gitlab:
        yield Note("CI", f"there is neither a folder .github nor a {_GITLAB} to add a job to")


def _settings(folder: str) -> Answer:
    for name in _OUR_SETTINGS:
        if os.path.exists(os.path.join(folder, name)):
            return Note(name, "has the settings already")
    own = Proposal(_OUR_SETTINGS[1], None, texts.SETTINGS)
    project = _text(folder, "pyproject.toml")
    if project is None:
        return own
    try:
        longer = with_table(project, texts.SETTINGS)
    except NoPlace:
        return own
    return Note("pyproject.toml", "has the settings already") if longer == project else Proposal("pyproject.toml", project, longer)


def _added(folder: str, path: str, whole: str, add: texts.Adder) -> Answer:
    """A file of its own, or an addition to the one that is there."""
    before = _text(folder, path)
    if before is None:
        return Proposal(path, None, whole)
    if _NAME in before:
        return Note(path, "names composefmt already")
    try:
        return Proposal(path, before, add(before, whole))
    except NoPlace as problem:
        return Note(path, f"{problem}; add by hand:\n\n{whole}")


def _workflow(folder: str) -> Answer:
    path = os.path.join(_GITHUB, "compose.yml")
    place = os.path.join(folder, _GITHUB)
    for name in sorted(os.listdir(place)) if os.path.isdir(place) else ():
        if name.endswith((".yml", ".yaml")) and _NAME in (_text(folder, os.path.join(_GITHUB, name)) or ""):
            return Note(os.path.join(_GITHUB, name), "names composefmt already")
    if os.path.exists(os.path.join(folder, path)):
        return Note(path, f"is there already; a workflow of another name could be:\n\n{texts.GITHUB}")
    return Proposal(path, None, texts.GITHUB)


def _text(folder: str, path: str) -> str | None:
    """The text of a file, line breaks as they are; None where there is no such file. Raises FileTrouble."""
    full = os.path.join(folder, path)
    if not os.path.exists(full):
        return None
    try:
        return read_file(full).decode("utf-8")
    except UnicodeDecodeError:
        raise FileTrouble("unreadable", f"{full}: is not UTF-8") from None
    except FileTrouble as trouble:
        raise FileTrouble(trouble.rule, f"{full}: {trouble.message}") from None
