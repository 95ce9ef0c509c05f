"""Completion of keys, values, names and variables, also in a text that does not parse."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lsprotocol import types

from composefmt.compose import interpolation
from composefmt.compose.patterns import PatternNode
from composefmt.compose.references import KINDS, SECTIONS, USES, names
from composefmt.lsp import schema
from composefmt.lsp.cursor import MARK, CursorContext, find_spot, names_by_lines
from composefmt.lsp.files import names_elsewhere
from composefmt.syntax.source import Span, line_start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.lsp.documents import OpenDocument
    from composefmt.lsp.server import Server

_VARIABLE = re.compile(r"(?<!\$)(?:\$\$)*\$(\{?)(\w*)\Z")
# In characters; longer than any name.
_LONGEST = 500
# How the schema describes deprecated fields.
_DEPRECATED = re.compile("deprecated|backward compatibility", re.IGNORECASE)
_SERVICE = "service:"
# Fields whose value contains a name with a prefix or suffix.
_PREFIXED = {"network_mode": _SERVICE, "pid": _SERVICE, "ipc": _SERVICE, "build.additional_contexts.*": _SERVICE}


def register(server: Server) -> None:
    """Register completion."""
    options = types.CompletionOptions(trigger_characters=[" ", "$", "{"])

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, options)
    def completion(params: types.CompletionParams) -> list[types.CompletionItem] | None:
        document = server.document(params.text_document.uri)
        if document is None or document.view.is_too_long:
            return None
        offset = document.view.positions.offset(params.position)
        return _variables(document, offset) or _items(document, offset)


def _variables(document: OpenDocument, offset: int) -> list[types.CompletionItem]:
    """Return the variables of `.env` and of the file itself if the cursor follows a dollar sign."""
    view = document.view
    text = view.source.text
    found = _VARIABLE.search(text, max(line_start(text, offset), offset - _LONGEST), offset)
    if found is None:
        return []
    known: dict[str, str] = dict(view.options.environment)
    good = document.good_view
    for scalar in good.file.interpolated_scalars() if good is not None and good.file is not None else ():
        try:
            used = [part.name for part in interpolation.split(scalar.value) if isinstance(part, interpolation.Variable)]
        except interpolation.InvalidInterpolation:
            continue
        for name in used:
            known.setdefault(name, "")
    known.pop(found[2], None) if found[2] not in view.options.environment else None
    start = offset - len(found[2])
    closed = text.startswith("}", offset)
    return [
        types.CompletionItem(
            name,
            kind=types.CompletionItemKind.Variable,
            detail=".env" if name in view.options.environment else None,
            filter_text=name,
            text_edit=types.TextEdit(
                view.positions.range(Span(start, offset)),
                f"{'' if found[1] else '{'}{name}{'' if closed else '}'}",
            ),
        )
        for name in sorted(known)
    ]


def _items(document: OpenDocument, offset: int) -> list[types.CompletionItem] | None:
    view = document.view
    spot = find_spot(view.source.text, offset, view.options)
    if spot is None:
        return None
    place = view.positions.range(spot.word)
    known = _KnownNames(document, spot)
    items: dict[str, types.CompletionItem] = {}
    for item in (*_values(spot, known), *_keys(spot, known)):
        if item.label not in items:
            item.text_edit = types.TextEdit(place, item.insert_text or item.label)
            item.insert_text = None
            items[item.label] = item
    return list(items.values())


class _KnownNames:
    """The names of a document: from the current text, else from the last text that parsed, else guessed from its lines."""

    def __init__(self, document: OpenDocument, spot: CursorContext) -> None:
        good = document.good_view
        self.document = document
        self.file = spot.file if spot.whole else good.file if good is not None else None
        # A service cannot refer to itself.
        self.own = str(spot.path[1]) if len(spot.path) > 1 and spot.path[0] == "services" else ""

    def of(self, section: str) -> list[str]:
        """Return the names of a section in all files of the project; for profiles, which are not defined anywhere, those in use."""
        if self.file is None:
            found = names_by_lines(self.document.source, section)
        else:
            found = [n.text for n in names(self.file) if n.section == section and (n.defines or section == "profiles")]
        found += names_elsewhere(self.document, section)
        return [name for name in dict.fromkeys(found) if MARK not in name and (section != "services" or name != self.own)]

    def missing(self, section: str) -> list[str]:
        """Return the names of a section that are used or defined in other files but not defined here."""
        found = [name for name in names(self.file) if name.section == section] if self.file is not None else []
        defined = {name.text for name in found if name.defines}
        wanted = [*(name.text for name in found if not name.defines), *names_elsewhere(self.document, section)]
        return [name for name in dict.fromkeys(wanted) if MARK not in name and name not in defined]


def _keys(spot: CursorContext, known: _KnownNames) -> Iterator[types.CompletionItem]:
    if not spot.keys:
        return
    colon = "" if spot.has_colon else ":"
    sections = schema.registered(_name_places()[1], spot.path)
    is_definition = len(spot.path) == 1
    for section in sections:
        for name in known.missing(section) if is_definition else known.of(section):
            if name not in spot.existing:
                yield types.CompletionItem(
                    name, kind=types.CompletionItemKind.Reference, detail=KINDS[section], insert_text=f"{name}{colon}"
                )
    for key, words in schema.keys(spot.path).items():
        if key not in spot.existing:
            space = " " if colon and schema.shape((*spot.path, key)) == "value" else ""
            yield types.CompletionItem(
                key,
                kind=types.CompletionItemKind.Property,
                documentation=words or None,
                tags=[types.CompletionItemTag.Deprecated] if _DEPRECATED.search(words) else None,
                insert_text=f"{key}{colon}{space}",
            )


def _values(spot: CursorContext, known: _KnownNames) -> Iterator[types.CompletionItem]:
    if not spot.values:
        return
    for section, prefix in schema.registered(_name_places()[0], spot.path):
        for name in known.of(section):
            yield types.CompletionItem(prefix + name, kind=types.CompletionItemKind.Reference, detail=KINDS[section])
    for value in schema.values(spot.path):
        yield types.CompletionItem(value, kind=types.CompletionItemKind.EnumMember, insert_text=f'"{value}"' if value == "no" else None)


@lru_cache(maxsize=1)
def _name_places() -> tuple[PatternNode[tuple[str, str]], PatternNode[str]]:
    """Return the locations of names: as values (with their prefix), and as keys."""
    in_values: PatternNode[tuple[str, str]] = PatternNode()
    in_keys: PatternNode[str] = PatternNode()
    for section in SECTIONS:
        in_keys.add(section, section)
    for field, section, _ in USES:
        at = f"services.*.{field}"
        if field in _PREFIXED:
            in_values.add(at, (section, _PREFIXED[field]))
        elif field == "extends":
            in_values.add(at, (section, ""))
            in_values.add(f"{at}.service", (section, ""))
        else:
            in_values.add(f"{at}.*", (section, ""))
            in_values.add(f"{at}.*.source", (section, ""))
            in_keys.add(at, section)
    return in_values, in_keys
