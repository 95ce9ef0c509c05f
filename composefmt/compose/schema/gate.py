"""Whether a value fits the schema: yes or no, and fast.

The schema is compiled into nested closures, each part when it is first met. Only the keywords that the schema uses
are known; another one is an error, so that a new schema cannot slip through half checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from composefmt.compose.schema.load import Schema, schema

Check = Callable[[object], bool]

_TYPES: dict[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "null": (type(None),),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}
_IGNORED = {"$defs", "$id", "$schema", "default", "deprecated", "description", "title"}


def fits(value: object) -> bool:
    """Whether a Compose file's plain value fits the schema."""
    return _root()(value)


@lru_cache(maxsize=1)
def _root() -> Check:
    return _Compiler(schema()).compile(schema())


class _Compiler:
    def __init__(self, root: Schema) -> None:
        self.root = root
        self.definitions: dict[str, Check] = {}

    def compile(self, node: Schema) -> Check:
        known = {"properties", "patternProperties", "additionalProperties", "required", "minimum", "maximum"}
        others = sorted(node.keys() - _IGNORED - known)
        checks: list[Check] = [getattr(self, "check_" + keyword.lstrip("$"))(node[keyword]) for keyword in others]
        if node.keys() & {"properties", "patternProperties", "additionalProperties", "required"}:
            checks.append(self.check_object(node))
        if node.keys() & {"minimum", "maximum"}:
            checks.append(self.check_bounds(node.get("minimum", float("-inf")), node.get("maximum", float("inf"))))
        if len(checks) == 1:
            return checks[0]
        return lambda value: all(check(value) for check in checks)

    def check_ref(self, reference: str) -> Check:
        """A definition, compiled when it is first needed."""
        name = reference.rpartition("/")[2]
        definitions = self.definitions

        def check(value: object) -> bool:
            found = definitions.get(name)
            if found is None:
                found = definitions[name] = self.compile(self.root["$defs"][name])
            return found(value)

        return check

    def check_type(self, names: str | list[str]) -> Check:
        wanted = frozenset(kind for name in ([names] if isinstance(names, str) else names) for kind in _TYPES[name])
        if int in wanted and float not in wanted:
            return lambda value: type(value) in wanted or (type(value) is float and value.is_integer())
        return lambda value: type(value) in wanted

    def check_enum(self, values: list[object]) -> Check:
        return lambda value: any(value == allowed and type(value) is type(allowed) for allowed in values)

    def check_const(self, wanted: object) -> Check:
        return self.check_enum([wanted])

    def check_pattern(self, pattern: str) -> Check:
        search = re.compile(pattern).search
        return lambda value: not isinstance(value, str) or search(value) is not None

    def check_bounds(self, least: float, most: float) -> Check:
        return lambda value: not isinstance(value, (int, float)) or isinstance(value, bool) or least <= value <= most

    def check_items(self, node: Schema) -> Check:
        item = self.compile(node)
        return lambda value: not isinstance(value, list) or all(map(item, value))

    def check_uniqueItems(self, wanted: bool) -> Check:  # noqa: N802 - named after the keyword
        if not wanted:
            return lambda _: True
        return lambda value: not isinstance(value, list) or len(value) < 2 or _all_different(value)

    def check_oneOf(self, nodes: list[Schema]) -> Check:  # noqa: N802 - named after the keyword
        checks = [self.compile(node) for node in nodes]
        return lambda value: sum(check(value) for check in checks) == 1

    def check_anyOf(self, nodes: list[Schema]) -> Check:  # noqa: N802 - named after the keyword
        checks = [self.compile(node) for node in nodes]
        return lambda value: any(check(value) for check in checks)

    def check_object(self, node: Schema) -> Check:
        properties = {name: self.compile(part) for name, part in node.get("properties", {}).items()}
        patterns = [(_matcher(pattern), self.compile(part)) for pattern, part in node.get("patternProperties", {}).items()]
        additional = node.get("additionalProperties", True)
        others = self.compile(additional) if isinstance(additional, dict) else (lambda _: additional)
        required = node.get("required", [])

        def check(value: object) -> bool:
            if type(value) is not dict:
                return True
            for key, part in value.items():
                known = properties.get(key)
                if known is not None and not known(part):
                    return False
                for matches, pattern_check in patterns:
                    if matches(key):
                        if not pattern_check(part):
                            return False
                        known = pattern_check
                if known is None and not others(part):
                    return False
            return all(name in value for name in required)

        return check


def _matcher(pattern: str) -> Callable[[str], object]:
    if pattern == "^x-":
        return lambda key: key.startswith("x-")
    if pattern in (".+", "^.+$"):
        return bool
    return re.compile(pattern).search


def _all_different(values: list[object]) -> bool:
    """Whether no two items are equal; 1 and true are not equal here."""
    try:
        return len({(type(value), value) for value in values}) == len(values)
    except TypeError:
        from json import dumps

        texts = {dumps(value, sort_keys=True, default=str) for value in values}
        return len(texts) == len(values)
