"""The official schema, as it is shipped (see schemas/README.md), prepared for checking."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]

NAME = "compose-spec.json"


def schema_path() -> str:
    """The file: inside the installed package, or in the checkout that the package is run from."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    shipped = os.path.join(package, "schemas", NAME)
    return shipped if os.path.exists(shipped) else os.path.join(os.path.dirname(package), "schemas", NAME)


@lru_cache(maxsize=1)
def schema() -> Schema:
    """The schema with every `allOf` plus `unevaluatedProperties` written as one object, which means the same."""
    from json import load

    with open(schema_path(), encoding="utf-8") as file:
        root: Schema = load(file)
    for name, definition in root["$defs"].items():
        if "unevaluatedProperties" in definition:
            root["$defs"][name] = _merged(root, definition)
    return root


def _merged(root: Schema, definition: Schema) -> Schema:
    """An object that takes its properties from several definitions and allows no others."""
    merged: Schema = {"type": "object", "properties": {}, "patternProperties": {}}
    for part in [*(resolve(root, part) for part in definition["allOf"]), definition]:
        merged["properties"].update(part.get("properties", {}))
        merged["patternProperties"].update(part.get("patternProperties", {}))
        for keyword in ("required", "anyOf"):
            if keyword in part:
                merged[keyword] = part[keyword]
    merged["additionalProperties"] = definition["unevaluatedProperties"]
    return merged


def resolve(root: Schema, node: Schema) -> Schema:
    """A subschema with its `$ref` followed."""
    while "$ref" in node:
        target: Any = root
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def branches(root: Schema, node: Schema) -> Iterator[Schema]:
    """A subschema itself, and the alternatives of its `oneOf` and `anyOf`."""
    node = resolve(root, node)
    yield node
    for alternative in (*node.get("oneOf", ()), *node.get("anyOf", ())):
        yield from branches(root, alternative)
