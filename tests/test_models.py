"""The canonical objects that `parse_field` returns to programs."""

import pytest
from pydantic import ValidationError

from composefmt import parse_field

CASES = {
    "build": ("./app", {"context": "./app"}),
    "depends_on": (["db"], {"db": {"condition": "service_started", "required": True}}),
    "devices": (["/dev/a:/dev/b:r"], [{"source": "/dev/a", "target": "/dev/b", "permissions": "r"}]),
    "dns": ("8.8.8.8", ["8.8.8.8"]),
    "env_file": (".env", [{"path": ".env", "required": True}]),
    "environment": (["A=1", "B", "C="], {"A": "1", "B": None, "C": ""}),
    "extends": ("base", {"service": "base"}),
    "extra_hosts": (["a:10.0.0.1", "b=[::1]"], {"a": ["10.0.0.1"], "b": ["::1"]}),
    "gpus": ("all", [{"count": "all"}]),
    "include": (["a.yaml"], [{"path": "a.yaml"}]),
    "labels": (["a=b", "c"], {"a": "b", "c": ""}),
    "models": (["llm"], {"llm": None}),
    "networks": (["front"], {"front": None}),
    "secrets": (["token"], [{"source": "token"}]),
    "ulimits": (1024, {"soft": 1024, "hard": 1024}),
}


@pytest.mark.parametrize("name", CASES)
def test_short_forms_become_the_canonical_objects_that_long_forms_are(name):
    short, canonical = CASES[name]
    assert parse_field(name, short).model_dump(exclude_none=name not in ("environment", "models", "networks")) == canonical
    assert parse_field(name, canonical) == parse_field(name, short)


def test_fields_without_two_forms_are_rejected():
    with pytest.raises(ValidationError):
        parse_field("build", 5)
    with pytest.raises(KeyError):
        parse_field("image", "nginx")
