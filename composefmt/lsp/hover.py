"""Hovers: the description of a field, the long form of a short one, the value of a variable."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from lsprotocol import types

from composefmt.compose.dual import DUALS, Dual, MixedItems, Names, Whole
from composefmt.compose.fields import FIELDS, Field, item_text
from composefmt.compose.parse_result import Malformed, Opaque
from composefmt.compose.patterns import PatternNode
from composefmt.compose.references import ANCHORS, KINDS
from composefmt.compose.secrecy import masked_lines, shown
from composefmt.lsp import schema
from composefmt.lsp.files import is_inside
from composefmt.lsp.markdown import block, code, plain
from composefmt.lsp.names import name_at, path_at, used_path
from composefmt.lsp.navigation import names_of
from composefmt.lsp.variables import ENV_FILE, lines_that_set, variable_at
from composefmt.project.dotenv import EnvFileError, parse_env
from composefmt.syntax.nodes import Mapping, Scalar, Sequence, resolve
from composefmt.syntax.scalars import scalar_value
from composefmt.syntax.source import line_start
from composefmt.syntax.values import value_of
from composefmt.syntax.write import block_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose import interpolation
    from composefmt.compose.file import ComposeFile, Path
    from composefmt.compose.references import Name
    from composefmt.lsp.documents import OpenDocument, View
    from composefmt.lsp.server import Server
    from composefmt.syntax.nodes import Node

# The number of lines of a definition that are shown.
_LINES = 12


def register(server: Server) -> None:
    """Register hovers."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        document = server.document(params.text_document.uri)
        view = document.good_view if document is not None else None
        if document is None or view is None or view.file is None:
            return None
        offset = view.positions.offset(params.position)
        path, way = path_at(view.file.tree.documents, offset)
        path = used_path(view.file.tree, path, way)
        span = way[-1].span if way and offset <= way[-1].span.end else None
        seen = _Seen(server, document)
        parts = list(filter(None, _parts(view, view.file, offset, path, way, seen)))
        if not parts or span is None or type(way[-1]) in (Mapping, Sequence):
            return None
        value = "\n\n".join(parts)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, value), view.positions.range(span))


class _Seen:
    """The values that the user may see: those of files in the workspace, and secrets only on request."""

    def __init__(self, server: Server, document: OpenDocument) -> None:
        self._document = document
        self._shows_secrets = server.shows_secrets

    def value(self, name: str, value: str) -> str:
        """Return a value as inline code, masked if it looks like a secret."""
        return code(value if self._shows_secrets else shown(name, value))

    def lines(self, text: str) -> str:
        """Return lines of the open file with secrets masked."""
        return text if self._shows_secrets else masked_lines(text)

    def may_read(self, path: str) -> bool:
        """Return whether a file may be read for the user because it lies in the workspace."""
        return is_inside(self._document, path)


def _parts(view: View, file: ComposeFile, offset: int, path: Path, way: list[Node], seen: _Seen) -> Iterator[str]:
    node = way[-1] if way else None
    name = name_at(names_of(view), offset)
    if type(node) is Scalar and (variable := variable_at(node, offset)) is not None:
        yield _variable(file, variable, seen)
        return
    if name is not None and not name.defines:
        yield _named(view, name, seen)
    on_key = len(way) > 1 and type(way[-2]) is Mapping and any(node is key for key, _ in way[-2].entries)
    if type(node) is Scalar and not on_key:
        yield _long_form(file, path, node)
    yield _assigned(file, path, node, seen)
    yield _meaning(path)


def _meaning(path: Path) -> str:
    """Return the description of the field at a path, or of the nearest one above."""
    while path and not (isinstance(path[-1], str) and schema.is_known(path)):
        if isinstance(path[-1], str):
            return ""
        path = path[:-1]
    words = schema.meaning(path) if path else ""
    values = schema.values(path) if path else []
    listed = f"\n\nValues: {', '.join(f'`{value}`' for value in values)}" if values and values != ["true", "false"] else ""
    return f"**{path[-1]}**: {words}{listed}" if words else ""


def _variable(file: ComposeFile, variable: interpolation.Variable, seen: _Seen) -> str:
    """Return a variable's value, where it is set, and what applies without it."""
    around = file.options.surroundings
    value = file.options.environment.get(variable.name)
    equal = f" = {seen.value(variable.name, value)}" if value and seen.may_read(ENV_FILE) else " is set" if value else " is empty"
    said = [f"**{plain(variable.name)}**" + (equal if value is not None else " is not set in `.env`")]
    if value is not None and around is not None:
        numbers = lines_that_set(variable.name, around)
        said.append(f"set in `.env`, line {numbers[-1] + 1}" if numbers else "set in `.env`")
    if around is not None and around.is_set(variable.name):
        said.append("the environment also sets it and takes precedence")
    used = value is None or (value == "" and variable.operator.startswith(":"))
    if variable.operator.endswith("-"):
        said.append(f"the default {seen.value(variable.name, variable.argument)} " + ("applies" if used else "is not used"))
    elif variable.operator.endswith("?"):
        said.append("it is required" + (f": {plain(variable.argument)}" if variable.argument else ""))
    return "; ".join(said)


def _named(view: View, name: Name, seen: _Seen) -> str:
    """Return the start of the definition of a name."""
    if name.section == ANCHORS:
        node = name.node
    else:
        known = [each for each in names_of(view) if each.defines and (each.section, each.text) == (name.section, name.text)]
        node = known[0].node if known else None
    if node is None:
        return ""
    text = view.source.text
    start = line_start(text, resolve(node).content)
    start = start if not text[start : resolve(node).content].strip() else resolve(node).content
    lines = text[start : resolve(node).end].splitlines()
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    excerpt = [line[indent:] for line in lines[:_LINES]] + (["..."] if len(lines) > _LINES else [])
    body = seen.lines("\n".join(excerpt).strip("\n"))
    return f"{KINDS[name.section]} **{plain(name.text)}**" + (f"\n\n{block(body)}" if body.strip() else "")


@lru_cache(maxsize=1)
def _short_places() -> PatternNode[Field | Dual]:
    root: PatternNode[Field | Dual] = PatternNode()
    for field in FIELDS:
        root.add(f"{field.pattern}.*", field)
    for dual in DUALS:
        for pattern in dual.patterns:
            root.add(pattern if isinstance(dual.reader, Whole) else f"{pattern}.*", dual)
    return root


def _long_form(file: ComposeFile, path: Path, node: Scalar) -> str:
    """Return the long form of a short one, with its defaults."""
    for field in schema.registered(_short_places(), path):
        lines = _port_or_volume(file, field, node) if isinstance(field, Field) else _dual(field, node)
        if isinstance(lines, str):
            return plain(lines)
        if lines:
            return "in long form:\n\n" + block("\n".join(lines))
    return ""


def _port_or_volume(file: ComposeFile, field: Field, node: Scalar) -> list[str] | str:
    text = item_text(node)
    answer = field.parse_short(text, file.options.environment) if text else None
    if answer is None:
        return ""
    if isinstance(answer, Opaque):
        return f"short form that stays short: {answer.reason}"
    if isinstance(answer, Malformed):
        return answer.message
    lines: list[str] = []
    for entry in answer.entries[:_LINES]:
        written = block_lines(field.long_entry(entry, file.options._replace(write_defaults=True)))
        lines += [f"- {written[0]}", *(f"  {line}" for line in written[1:])]
    return lines + (["..."] if len(answer.entries) > _LINES else [])


def _dual(dual: Dual, node: Scalar) -> list[str]:
    form = dual.reader
    value = scalar_value(node)
    entry: object = None
    if isinstance(form, Whole):  # noqa: SIM114 - the two take different values
        entry = form.long(value)
    elif isinstance(value, str) and isinstance(form, MixedItems):
        entry = form.long(value)
    elif isinstance(value, str) and isinstance(form, Names):
        entry = {value: form.settings or {}}
    if not isinstance(entry, dict) or any(isinstance(each, (list, tuple)) for each in entry.values()):
        return []
    return block_lines(entry)


def _assigned(file: ComposeFile, path: Path, node: Node | None, seen: _Seen) -> str:
    """Return which env files set a variable that a service's `environment` also sets."""
    around = file.options.surroundings
    if around is None or len(path) != 4 or path[0] != "services" or path[2] != "environment" or type(node) is not Scalar:
        return ""
    name = path[3] if isinstance(path[3], str) else node.value.partition("=")[0]
    service = file.entries(file.defined("services").get(str(path[1])))
    found: list[str] = []
    for env_file in _env_files(file, value_of(service, "env_file")):
        if not seen.may_read(env_file):
            continue
        data = around.read(env_file)
        variables: dict[str, str] = {}
        with suppress(EnvFileError):
            parse_env((data or b"").decode("utf-8", "replace"), variables, lambda _: None)
        if name in variables:
            found.append(f"{code(env_file)} sets **{plain(name)}** to {seen.value(name, variables[name])}")
    return "; ".join(found) + "; the value here takes precedence" if found else ""


def _env_files(file: ComposeFile, node: Node | None) -> list[str]:
    items = [node] if type(node) is Scalar else file.items(node)
    entries = [value_of(file.entries(item), "path") if type(resolve(item)) is Mapping else resolve(item) for item in items]
    return [entry.value for entry in entries if type(entry) is Scalar and "$" not in entry.value]
