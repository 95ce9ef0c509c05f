#!/usr/bin/env python3
"""Verify the pinned Compose schema and the tables made from it, or make the tables again, from a newer schema if given.

    update_schema.py                   verify: exit status 1 where the checksum or the tables do not fit
    update_schema.py PATH [VERSION]    pin the schema at PATH, record its checksum, and make the tables

The tables (composefmt/compose/schema/shapes.json) list the kinds of values that each path of a Compose file accepts. They
combine the schema with schemas/reference.json: the behavior of the reference beyond it. An unknown keyword is an error, so
that no part of a new schema is ignored.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "schemas" / "compose-spec.json"
README = ROOT / "schemas" / "README.md"
REFERENCE = ROOT / "schemas" / "reference.json"
SHAPES = ROOT / "composefmt" / "compose" / "schema" / "shapes.json"

Json = dict[str, Any]
Shape = dict[str, Any]

_SILENT = {"$schema", "$id", "$defs", "title", "description", "default", "deprecated"}
_OBJECT = {"properties", "patternProperties", "additionalProperties", "required", "unevaluatedProperties", "anyOf", "allOf"}
_KNOWN = _SILENT | _OBJECT | {"$ref", "type", "enum", "pattern", "minimum", "maximum", "items", "uniqueItems", "oneOf"}
_ANY: Shape = {"any": True}


class Unsupported(ValueError):
    """The schema has something that the tables cannot express."""


class Compiler:
    """Converts a schema to shapes: for each path, what it accepts by the kind of value (text, number, list, map...).

    Shapes are numbered without duplicates, and each refers only to earlier ones. `reference`: the content of
    reference.json; {} for the schema alone.
    """

    def __init__(self, schema: Json, reference: Json) -> None:
        self.schema = schema
        self.shapes: list[Shape] = []
        self._numbers: dict[str, int] = {}
        self._groups = reference.get("groups", {})
        self._formats = {path: name for name, paths in reference.get("formats", {}).items() for path in self._expand(paths)}
        self._no_text = self._expand(reference.get("no-text", []))
        self._nothing = self._expand(reference.get("nothing-is-fine", []))
        self._ignoring = self._expand(reference.get("other-keys-ignored", []))
        self._repeats = self._expand(reference.get("repeats-dropped", []))
        self._whole = self._expand(reference.get("whole-only", []))
        self._natural = self._expand(reference.get("not-negative", []))
        self._texts = self._expand(reference.get("values-as-text", []))
        self._times = self._expand(reference.get("times", []))
        self._promoted: dict[str, str] = reference.get("promoted", {})
        self._unused = {
            *self._formats, *self._no_text, *self._nothing, *self._ignoring, *self._repeats, *self._whole, *self._natural, *self._times,
            *self._texts, *self._promoted.values(),
        }  # fmt: skip

    def compile(self) -> Json:
        """Return {"root": number, "shapes": [...]}. Raises Unsupported."""
        root = self._number(self._shape(self.schema, ""))
        if self._unused:
            raise Unsupported(f"reference.json names places that the schema does not have: {sorted(self._unused)}")
        return {"root": root, "shapes": self.shapes}

    def _expand(self, paths: list[str]) -> set[str]:
        expanded: set[str] = set()
        for path in paths:
            head, _, rest = path.partition(".")
            expanded.update(f"{prefix}.{rest}" for prefix in self._groups[head]) if head in self._groups else expanded.add(path)
        return expanded

    def _number(self, shape: Shape) -> int:
        key = json.dumps(shape, sort_keys=True)
        if key not in self._numbers:
            self._numbers[key] = len(self.shapes)
            self.shapes.append(shape)
        return self._numbers[key]

    def _shape(self, node: Json, path: str) -> Shape:
        """Return what a path accepts by the schema, changed as the reference does."""
        shape = self._plain(node, path)
        if path in self._whole:
            shape["number"] = {**shape["number"], "whole": True, "written": True}
        if path in self._texts:
            value = {"text": {}, "number": {"whole": True, "written": True}, "null": True}
            shape["map"]["names"] = [["", self._number(value)]]
        if path in self._natural:
            shape["number"] = {"min": 0, **shape["number"]}
        if path in self._formats:
            shape["text"] = {**shape.get("text", {}), **self._format(path, shape)}
        if path in self._times or self._formats.get(path) == "size":
            shape["time"] = True
        if path in self._no_text:
            del shape["text"]
        if path in self._nothing:
            shape["null"] = True
        if path in self._ignoring:
            shape["map"]["ignores"] = True
        if path in self._repeats:
            shape["list"].pop("unique")
        self._unused.discard(path)
        return shape

    def _format(self, path: str, shape: Shape) -> Json:
        """Return the format of a string, and the range of the number that it converts to."""
        name = self._formats[path]
        bounds = shape.get("number") if name in ("integer", "decimal") else None
        return {"format": name, "bounds": bounds} if bounds else {"format": name}

    def _plain(self, node: Json, path: str) -> Shape:
        if unknown := node.keys() - _KNOWN:
            raise Unsupported(f"{path}: unknown keywords {sorted(unknown)}")
        if "$ref" in node:
            if node.keys() - _SILENT != {"$ref"}:
                raise Unsupported(f"{path}: keywords beside $ref")
            return self._plain(self.schema["$defs"][node["$ref"].removeprefix("#/$defs/")], path)
        if "oneOf" in node:
            return self._one_of(node, path)
        if "allOf" in node:
            return {"map": self._all_of(node, path)}
        if not node.keys() - _SILENT:
            return dict(_ANY)
        if "type" not in node:
            raise Unsupported(f"{path}: no type")
        return self._by_kind(node, [node["type"]] if isinstance(node["type"], str) else node["type"], path)

    def _by_kind(self, node: Json, kinds: list[str], path: str) -> Shape:
        shape: Shape = {}
        for kind in kinds:
            if kind in ("null", "boolean"):
                shape[{"null": "null", "boolean": "bool"}[kind]] = True
            elif kind in ("integer", "number"):
                bounds = {name: node[word] for name, word in (("min", "minimum"), ("max", "maximum")) if word in node}
                shape["number"] = {"whole": True, **bounds} if kind == "integer" else bounds
            elif kind == "string":
                shape["text"] = {word: node[word] for word in ("enum", "pattern") if word in node}
            elif kind == "array":
                unique = {"unique": True} if node.get("uniqueItems") else {}
                shape["list"] = {"items": self._number(self._shape(node.get("items", {}), f"{path}.[]")), **unique}
            else:
                shape["map"] = self._map(node, path)
        if "enum" in node and (kinds != ["string"] or not all(isinstance(value, str) for value in node["enum"])):
            raise Unsupported(f"{path}: an enum of other things than texts")
        return shape

    def _one_of(self, node: Json, path: str) -> Shape:
        """Return the alternatives as one shape; their kinds are disjoint, so that at most one matches."""
        if node.keys() - _SILENT != {"oneOf"}:
            raise Unsupported(f"{path}: keywords beside oneOf")
        merged: Shape = {}
        for alternative in node["oneOf"]:
            shape = self._plain(alternative, path)
            if shape.keys() & merged.keys():
                raise Unsupported(f"{path}: alternatives that share a kind")
            merged.update(shape)
        return merged

    def _all_of(self, node: Json, path: str) -> Shape:
        """Return a mapping that combines the keys of several definitions and allows no others."""
        if node.get("unevaluatedProperties") is not False:
            raise Unsupported(f"{path}: allOf that allows other keys")
        own = {word: node[word] for word in ("properties", "patternProperties", "required") if word in node}
        parts = [self._plain(part, path)["map"] for part in node["allOf"]] + [self._map(own, path)]
        keys: dict[str, int] = {}
        names: list[list[object]] = []
        for part in parts:
            if part.get("closed") or part["keys"].keys() & keys.keys():
                raise Unsupported(f"{path}: parts that do not simply add up")
            keys.update(part["keys"])
            names += [name for name in part.get("names", []) if name not in names]
        required = [key for part in parts for key in part.get("required", [])]
        return {"keys": keys, "names": names, "closed": True, **({"required": required} if required else {})}

    def _map(self, node: Json, path: str) -> Shape:
        properties, patterns = node.get("properties", {}), node.get("patternProperties", {})
        if len(patterns) > 1 or any(re.search(pattern, key) for pattern in patterns for key in properties):
            raise Unsupported(f"{path}: a key that two rules speak of")
        if node.get("additionalProperties", False) not in (True, False):
            raise Unsupported(f"{path}: a schema for other keys")
        keys = {key: self._number(self._shape(part, f"{path}.{key}".lstrip("."))) for key, part in properties.items()}
        for alias, meant in self._promoted.items():
            parent, _, key = meant.rpartition(".")
            if parent == path and key in keys:
                keys[alias.rpartition(".")[2]] = keys[key]
        shape: Shape = {"keys": keys}
        if patterns:
            shape["names"] = [[pattern, self._number(self._shape(part, f"{path}.*"))] for pattern, part in patterns.items()]
        if node.get("additionalProperties") is False:
            shape["closed"] = True
        if "required" in node:
            shape["required"] = node["required"]
        if "anyOf" in node:
            if any(part.keys() != {"required"} or len(part["required"]) != 1 for part in node["anyOf"]):
                raise Unsupported(f"{path}: anyOf of other things than keys")
            shape["one_required"] = [part["required"][0] for part in node["anyOf"]]
        return shape


def tables() -> str:
    """Return the content of shapes.json for the current schema and reference.json. Raises Unsupported."""
    compiled = Compiler(json.loads(SCHEMA.read_text("utf-8")), json.loads(REFERENCE.read_text("utf-8"))).compile()
    lines = ",\n".join(json.dumps(shape, separators=(",", ":")) for shape in compiled["shapes"])
    return f'{{"root":{compiled["root"]},"shapes":[\n{lines}\n]}}\n'


def verify() -> list[str]:
    """Return the inconsistencies, [] without any."""
    wrong = []
    if f"`{hashlib.sha256(SCHEMA.read_bytes()).hexdigest()}`" not in README.read_text("utf-8"):
        wrong.append("schemas/compose-spec.json is not the file that schemas/README.md records")
    if not SHAPES.exists() or SHAPES.read_text("utf-8") != tables():
        wrong.append("shapes.json is stale: run tools/update_schema.py schemas/compose-spec.json")
    return wrong


def update(path: Path, version: str | None) -> None:
    """Pin the schema at `path`, and write the tables. Raises Unsupported without changing anything."""
    data = path.read_bytes()
    Compiler(json.loads(data), json.loads(REFERENCE.read_text("utf-8"))).compile()
    if data != SCHEMA.read_bytes():
        SCHEMA.chmod(0o644)
        SCHEMA.write_bytes(data)
    readme = re.sub(r"`[0-9a-f]{64}`", f"`{hashlib.sha256(data).hexdigest()}`", README.read_text("utf-8"))
    if version:
        readme = re.sub(r"(\| version \| )\S+", rf"\g<1>{version}", readme)
    README.write_text(readme, "utf-8")
    SHAPES.write_text(tables(), "utf-8")


def main(arguments: list[str]) -> int:
    """Return the exit status: 0 if everything is consistent, 1 if not, 2 for a usage error."""
    if len(arguments) > 2 or arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 2
    if arguments:
        update(Path(arguments[0]), arguments[1] if len(arguments) > 1 else None)
    wrong = verify()
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
