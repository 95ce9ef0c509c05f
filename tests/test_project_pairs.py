"""Real files taken two by two as one project: `check -f BASE -f OTHER` agrees with the reference."""

import itertools
import json
import os
import subprocess

from test_reference import FAILS_WHEN_RUN

from composefmt.engine import check_bytes
from composefmt.files.environment import environment_beside
from composefmt.filesystem.disk import OnDisk
from composefmt.filesystem.surroundings import Surroundings
from composefmt.options import Options
from composefmt.project.names import BASES

# The reference cannot print an ssh key with a path; an env file that is missing is a warning, since it may be ignored by git; and
# what an unset variable makes of a value is not judged.
OUTSIDE = ("error calling MarshalJSON for type types.SSHKey", "env file ", "empty section between colons")


def pairs_in(directory):
    """Each directory's base with each other file; without a base, each file with each other one."""
    files = sorted(path for path in directory.iterdir() if path.suffix in (".yml", ".yaml"))
    base = next((path for name in BASES for path in files if path.name == name), None)
    if base is not None:
        return [(base, path) for path in files if path != base]
    return list(itertools.permutations(files[:12], 2))


def errors_in(pair):
    """The errors of a project, with those in files that it includes or extends."""
    found = []
    for path in map(str, pair):
        with open(path, "rb") as stream:
            data = stream.read()
        surroundings = Surroundings(OnDisk(), os.path.dirname(path))
        environment = environment_beside(surroundings, data)
        options = Options(surroundings=surroundings, environment=environment, project=tuple(map(str, pair)))
        result = check_bytes(data, options, path)
        found += [finding for finding in (*result.findings, *(finding for _, finding in result.others)) if finding.severity == "error"]
    return [finding for finding in found if finding.rule not in FAILS_WHEN_RUN]


def test_projects_of_two_files_are_refused_as_the_reference_refuses_them(oracle, shared):
    directories = [directory for directory in sorted((shared / "corpus").rglob("*")) if directory.is_dir()]
    pairs = [pair for directory in directories for pair in pairs_in(directory)]
    jobs = "".join(json.dumps({"files": list(map(os.path.realpath, pair)), "mode": "full"}) + "\n" for pair in pairs)
    environment = {**os.environ, "HOME": "/home/user"}
    done = subprocess.run([oracle], input=jobs, capture_output=True, text=True, check=True, env=environment)
    refused = missed = 0
    for pair, answer in zip(pairs, map(json.loads, done.stdout.splitlines()), strict=True):
        errors = errors_in(pair)
        if answer["ok"]:
            assert not errors, (pair, errors)
        else:
            refused += 1
            missed += not errors and not any(reason in answer["error"] for reason in OUTSIDE)
    assert refused > 300
    assert missed <= refused // 100
