"""The corpus under `engine = "swarm"`: Docker's own `docker stack config` loads the same stacks after formatting as before.

Needs Docker's command line program, but no engine.
"""

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml
from test_fixes_corpus import corpus

from composefmt.engine import format_bytes
from composefmt.options import Options

# The defaults that Docker adds to a short form but not to a long one.
DEFAULTS = {"ports": {"protocol": "tcp", "mode": "ingress"}, "volumes": {"type": "volume"}}


def stack(path):
    """The stack as Docker reads it, its defaults spelled out; None where it refuses the file."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/home/user"}
    done = subprocess.run(
        ["docker", "stack", "config", "-c", path.name], cwd=path.parent, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return None
    model = yaml.safe_load(done.stdout)
    for service in (model.get("services") or {}).values():
        for field, defaults in DEFAULTS.items():
            if field in service:
                service[field] = [{**defaults, **{key: value for key, value in item.items() if value != {}}} for item in service[field]]
    return model


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("docker") is None, reason="docker is not installed")
@pytest.mark.parametrize("options", [Options(engine="swarm"), Options(engine="swarm", long_form=("all",), order="spec")])
def test_docker_stack_loads_the_same_after_formatting(shared, tmp_path, options):
    shutil.copytree(shared / "corpus", tmp_path / "corpus", copy_function=shutil.copy)
    paths = corpus(tmp_path / "corpus")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        before = list(pool.map(stack, paths))
        for path in paths:
            data = format_bytes(path.read_bytes(), options).data
            if data is not None:
                path.chmod(0o644)
                path.write_bytes(data)
        after = list(pool.map(stack, paths))
    loaded = [(path, old, new) for path, old, new in zip(paths, before, after, strict=True) if old is not None]
    for path, old, new in loaded:
        assert new == old, path
    assert len(loaded) > 300
