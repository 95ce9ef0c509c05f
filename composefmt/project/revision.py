"""A project as it was at a revision of its git repository."""

from __future__ import annotations

import os
import subprocess
import tarfile
from typing import TYPE_CHECKING

from composefmt.project.values import ProjectError

if TYPE_CHECKING:
    from io import BufferedReader


def top_folder(folder: str) -> str:
    """The folder of the git repository that a folder is in. Raises ProjectError."""
    return os.path.realpath(_git(folder, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").strip())


def unpack(revision: str, top: str, target: str) -> None:
    """Write all files of a revision below a folder; what git does not keep is not there. Raises ProjectError."""
    commit = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    archive = os.path.join(target, ".revision.tar")
    _git(top, "archive", "--format=tar", f"--output={archive}", commit)
    with open(archive, "rb") as file:
        _extract(file, target)
    os.unlink(archive)


def _extract(file: BufferedReader, target: str) -> None:
    """The regular files and links of an archive; links may point where they like, they are only read."""
    with tarfile.open(fileobj=file) as archive:
        for member in archive:
            path = os.path.join(target, member.name)
            if member.isdir():
                os.makedirs(path, exist_ok=True)
            elif member.issym():
                os.symlink(member.linkname, path)
            elif (content := archive.extractfile(member)) is not None:
                with open(path, "wb") as output:
                    output.write(content.read())


def _git(folder: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, check=False)  # noqa: S603, S607 - no shell
    except OSError as error:
        raise ProjectError(f"git cannot be run: {(error.strerror or '').lower()}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ProjectError(f"git: {said[-1].removeprefix('fatal: ')}" if said else f"{arguments[-1]} is no revision of {folder}")
    return done.stdout
