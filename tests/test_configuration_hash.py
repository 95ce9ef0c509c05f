"""Formatting keeps Docker's configuration hash, so that `docker compose up` does not recreate containers."""

import itertools
import os
import shutil

import pytest

from composefmt import ProjectError
from composefmt.engine import format_bytes
from composefmt.options import Options
from composefmt.project.discovery import Wanted, find
from composefmt.project.hashes import service_hash
from composefmt.project.project import Request, load
from composefmt.project.scope import File
from composefmt.project.types import Target

SETTINGS = {
    "defaults": Options(),
    "all long": Options(long_form=("all",)),
    "order": Options(order="spec"),
    "all long, order, defaults": Options(long_form=("all",), order="spec", write_defaults=True),
    "short": Options(long_form=(), short_form=("ports", "volumes", "environment", "depends_on", "networks", "extra_hosts", "build")),
}


def hashes_of_project(paths):
    """Return the hash of each service of a project of several files; None if the project cannot be loaded."""
    directory = os.path.dirname(paths[0])
    try:
        found = find(Wanted(paths, name="project", profiles=["*"]), {"HOME": "/home/user", "PWD": directory})
        project = load(Request(found.files, directory, found.environment, "project", found.profiles, target=Target(json=True)))
    except ProjectError:
        return None
    return {name: service_hash(service, project.environment) for name, service in project.services.items()}


def hashes(path, data):
    """The hash of each service of a project of one file with this content; None if the project cannot be loaded."""
    directory = os.path.dirname(path)
    found = find(Wanted([path], name="project", profiles=["*"]), {"HOME": "/home/user", "PWD": directory})
    try:
        project = load(Request([File(path, data)], directory, found.environment, "project", found.profiles, target=Target(json=True)))
    except ProjectError:
        return None
    return {name: service_hash(service, project.environment) for name, service in project.services.items()}


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS)
def test_no_hash_changes_in_the_corpus(shared, setting):
    checked = 0
    for path in sorted((shared / "corpus").rglob("*compose*.y*ml")):
        data = path.read_bytes()
        formatted = format_bytes(data, SETTINGS[setting]).data
        if formatted is not None and (before := hashes(str(path), data)) is not None:
            checked += len(before)
            assert hashes(str(path), formatted) == before, path
    assert checked > 750


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS)
def test_no_hash_changes_in_projects_of_several_files(shared, tmp_path, setting):
    """Each two Compose files of a directory as base and override: all files formatted, then only every other one."""
    corpus = tmp_path / "corpus"
    shutil.copytree(shared / "corpus", corpus)
    files = sorted(path for path in corpus.rglob("*.y*ml") if path.is_file())
    originals = {path: path.read_bytes() for path in files}
    directories = [list(group) for _, group in itertools.groupby(files, key=lambda path: path.parent)]
    pairs = [pair for directory in directories if len(directory) <= 40 for pair in itertools.permutations(map(str, directory), 2)]
    before = {pair: found for pair in pairs if (found := hashes_of_project(pair)) is not None}
    assert len(before) > 150

    def format_files(chosen):
        for path in files:
            path.chmod(0o644)
            formatted = format_bytes(originals[path], SETTINGS[setting]).data
            path.write_bytes(formatted if formatted is not None and path in chosen else originals[path])

    for chosen in (set(files), set(files[::2])):
        format_files(chosen)
        assert {pair: hashes_of_project(pair) for pair in before} == before
