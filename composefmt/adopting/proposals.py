"""Proposals for a repository: for each of its tools a new file, or an addition to an existing one."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple, Union

from composefmt.adopting import texts
from composefmt.adopting.additions import NoPlace, with_hook, with_job, with_table
from composefmt.files.content import FileError, read_file

if TYPE_CHECKING:
    from collections.abc import Iterator

_OUR_SETTINGS = (".composefmt.toml", "composefmt.toml")
_HOOKS = ".pre-commit-config.yaml"
_GITHUB = os.path.join(".github", "workflows")
_GITLAB = ".gitlab-ci.yml"
_NAME = "composefmt"

_REMOTE_HEAD = re.compile(r"ref: refs/remotes/origin/([\w./-]+)\s*")


class Proposal(NamedTuple):
    """A file to write: its path relative to the directory, its text (None if it does not exist), and its new text."""

    path: str
    before: str | None
    after: str


class Note(NamedTuple):
    """The reason why a file is left unchanged."""

    path: str
    reason: str


Answer = Union[Proposal, Note]


def settings_proposal(directory: str, settings: str) -> Answer:
    """Propose the settings, in pyproject.toml if there is one. Raises FileError if it cannot be read."""
    for name in _OUR_SETTINGS:
        if os.path.exists(os.path.join(directory, name)):
            return Note(name, "it has settings already")
    own = Proposal(_OUR_SETTINGS[1], None, settings)
    project = _text(directory, "pyproject.toml")
    if project is None:
        return own
    try:
        longer = with_table(project, settings)
    except NoPlace:
        return own
    return Note("pyproject.toml", "it has settings already") if longer == project else Proposal("pyproject.toml", project, longer)


def tool_proposals(directory: str) -> Iterator[Answer]:
    """Propose a pre-commit hook and CI jobs. Raises FileError if a file cannot be read."""
    if os.path.exists(os.path.join(directory, ".git")) or os.path.exists(os.path.join(directory, _HOOKS)):
        yield _added(directory, _HOOKS, texts.HOOKS, with_hook)
    on_github, on_gitlab = os.path.isdir(os.path.join(directory, ".github")), os.path.exists(os.path.join(directory, _GITLAB))
    if on_github:
        yield _workflow(directory)
    if on_gitlab:
        yield _added(directory, _GITLAB, texts.GITLAB, with_job)
    if not on_github and not on_gitlab:
        yield Note("CI", f"found neither a directory .github nor a file {_GITLAB}")


def _added(directory: str, path: str, whole: str, add: texts.Adder) -> Answer:
    """Propose a new file, or an addition to the existing one."""
    before = _text(directory, path)
    if before is None:
        return Proposal(path, None, whole)
    if _NAME in before:
        return Note(path, "it uses composefmt already")
    try:
        return Proposal(path, before, add(before, whole))
    except NoPlace as problem:
        return Note(path, f"{problem}; add by hand:\n\n{whole}")


def _workflow(directory: str) -> Answer:
    path = os.path.join(_GITHUB, texts.WORKFLOW)
    place = os.path.join(directory, _GITHUB)
    for name in sorted(os.listdir(place)) if os.path.isdir(place) else ():
        if name.endswith((".yml", ".yaml")) and _NAME in (_text(directory, os.path.join(_GITHUB, name)) or ""):
            return Note(os.path.join(_GITHUB, name), "it uses composefmt already")
    workflow = texts.github(_default_branches(directory))
    if os.path.exists(os.path.join(directory, path)):
        return Note(path, f"it exists; add this workflow under another name:\n\n{workflow}")
    return Proposal(path, None, workflow)


def _default_branches(directory: str) -> tuple[str, ...]:
    """Return the default branch of the remote repository, or the usual names if it is not known."""
    head = os.path.join(directory, ".git", "refs", "remotes", "origin", "HEAD")
    try:
        found = _REMOTE_HEAD.fullmatch(read_file(head).decode("utf-8", "replace"))
    except FileError:
        found = None
    return (found[1],) if found else ("main", "master")


def _text(directory: str, path: str) -> str | None:
    """Return the text of a file with its line breaks, None if it does not exist. Raises FileError."""
    full = os.path.join(directory, path)
    if not os.path.exists(full):
        return None
    try:
        return read_file(full).decode("utf-8")
    except UnicodeDecodeError:
        raise FileError("unreadable", f"{full}: is not UTF-8") from None
    except FileError as error:
        raise FileError(error.rule, f"{full}: {error.message}") from None
