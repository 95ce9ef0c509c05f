"""The JSON Schema of the canonical model, generated from its types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.project import types as t
from composefmt.project.model import project_type
from composefmt.project.structs import Listed, Named, Optional, Struct

if TYPE_CHECKING:
    from composefmt.project.structs import Type

Schema = dict[str, object]

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_INTEGER: Schema = {"type": "integer"}
_FLAG: Schema = {"type": "boolean"}
_LIMIT: Schema = {"type": "object", "properties": {"soft": _INTEGER, "hard": _INTEGER}, "additionalProperties": False}

_SIMPLE: dict[Type, Schema] = {
    t.string: _TEXT,
    t.size: {"type": "string", "description": "Size in bytes", "pattern": "^-?[0-9]+$"},
    t.duration: {"type": "string", "description": "Duration in Go's notation, such as 1m30s"},
    t.long_duration: {"type": "string", "description": "Duration in Go's notation, such as 1m30s"},
    t.file_mode: {"type": "string", "description": "File mode in octal digits", "pattern": "^0[0-7]+$"},
    t.integer: _INTEGER,
    t.optional_integer: _INTEGER,
    t.device_count: {"type": "integer", "description": "Number of devices; -1 means all"},
    t.number: {"type": "number"},
    t.boolean: _FLAG,
    t.optional_boolean: _FLAG,
    t.opt_out: {"const": False, "description": "Omitted if true"},
    t.strings: _TEXTS,
    t.texts: _TEXTS,
    t.ssh: _TEXTS,
    t.health_test: _TEXTS,
    t.hosts: {"type": "array", "items": _TEXT, "description": "host=address"},
    t.command: {"type": ["array", "null"], "items": _TEXT},
    t.mapping: {"type": "object", "additionalProperties": _TEXT},
    t.environment: {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
    t.multi_options: {"type": "object", "additionalProperties": _TEXTS},
    t.ulimit: {"anyOf": [_INTEGER, _LIMIT]},
}


def model_schema() -> Schema:
    """Return the schema of the output of `composefmt config --format json`."""
    whole = _schema(project_type())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The canonical model of a Compose project",
        **whole,
        "required": ["name", "services"],
        "patternProperties": {"^x-": True},
    }


def _schema(kind: Type) -> Schema:
    if isinstance(kind, Struct):
        return {
            "type": "object",
            "properties": {kind.names.get(name, name): _schema(part) for name, part in kind.fields.items()},
            "additionalProperties": False,
            **({"required": [kind.names.get(name, name) for name in kind.needed]} if kind.needed else {}),
        }
    if isinstance(kind, Optional):
        return _schema(kind.kind)
    if isinstance(kind, Listed):
        return {"type": "array", "items": _schema(kind.kind)}
    if isinstance(kind, Named):
        inner = _schema(kind.kind)
        return {"type": "object", "additionalProperties": {"anyOf": [inner, {"type": "null"}]} if kind.null else inner}
    return _SIMPLE[kind]
