"""The tables of the model and of the key order know every key of the schema: a new schema must not lose one silently."""

from composefmt.compose.schema.shapes import load
from composefmt.compose.spec_order import SERVICE_KEYS
from composefmt.project.model import project_type
from composefmt.project.structs import Listed, Named, Optional, Struct

# Sections that the loader resolves; the effective configuration does not have them.
RESOLVED = {"include", "version"}


def missing(kind, number, path=""):
    """Yield the paths that the schema allows and the model's type does not have."""
    shape = load().shapes[number]
    if isinstance(kind, Optional):
        yield from missing(kind.kind, number, path)
    elif isinstance(kind, Listed) and "list" in shape:
        yield from missing(kind.kind, shape["list"]["items"], f"{path}.*")
    elif isinstance(kind, Named) and shape.get("map", {}).get("names"):
        yield from missing(kind.kind, shape["map"]["names"][0][1], f"{path}.*")
    elif isinstance(kind, Struct) and "map" in shape:
        for key, below in shape["map"]["keys"].items():
            if key in kind.fields:
                yield from missing(kind.fields[key], below, f"{path}.{key}")
            elif not key.startswith("x-"):
                yield f"{path}.{key}"


def test_the_model_has_every_key_of_the_schema():
    paths = {path.removeprefix(".") for path in missing(project_type(), load().root)}
    assert paths - RESOLVED == set(), "composefmt/project/model.py lacks these: config would omit them"


def test_the_key_order_has_every_key_of_services():
    shapes = load().shapes
    services = shapes[load().root]["map"]["keys"]["services"]
    keys = shapes[shapes[services]["map"]["names"][0][1]]["map"]["keys"]
    assert {key for key in keys if not key.startswith("x-")} - SERVICE_KEYS == set(), "composefmt/compose/spec_order.py lacks these"
