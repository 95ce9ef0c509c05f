"""Find typographic and invisible characters that word processors and web pages use instead of plain ones."""

from __future__ import annotations

import re
from typing import NamedTuple

# Each with its Unicode name and the plain text to use instead.
CHARACTERS = {
    "\u00a0": ("no-break space", " "),
    "\u2007": ("figure space", " "),
    "\u202f": ("narrow no-break space", " "),
    "\u200b": ("zero-width space", ""),
    "\u200c": ("zero-width non-joiner", ""),
    "\u200d": ("zero-width joiner", ""),
    "\u2060": ("word joiner", ""),
    "\ufeff": ("zero-width no-break space", ""),
    "\u00ad": ("soft hyphen", ""),
    "\u201c": ("left double quotation mark", '"'),
    "\u201d": ("right double quotation mark", '"'),
    "\u201e": ("double low-9 quotation mark", '"'),
    "\u2018": ("left single quotation mark", "'"),
    "\u2019": ("right single quotation mark", "'"),
    "\u2010": ("hyphen", "-"),
    "\u2011": ("non-breaking hyphen", "-"),
    "\u2012": ("figure dash", "-"),
    "\u2013": ("en dash", "-"),
    "\u2014": ("em dash", "-"),
    "\u2212": ("minus sign", "-"),
    "\uff1a": ("fullwidth colon", ":"),
}
_PLAIN = {" ": "a plain space", '"': "a plain double quote", "'": "a plain single quote", "-": "a hyphen", ":": "a colon"}
_ANY = f"[{''.join(CHARACTERS)}]"
_INVISIBLE = "[\u200b\u200c\u2060\ufeff\u00ad]"
_EDGE = f"^(?:{_ANY})+|(?:{_ANY})+$"
_DASH = "[\u2010-\u2014\u2212]"
_QUOTE = "[\u201c\u201d\u201e\u2018\u2019]"
# In a command: spaces that separate no words, dashes in front of options, quotes around words.
_IN_COMMAND = f"[\u00a0\u2007\u202f]|(?<=\\s){_DASH}+(?=[\\w-])|(?<![^\\s=]){_QUOTE}|{_QUOTE}(?=\\s|$)"


class Character(NamedTuple):
    """One character: its offset in the string, from 0, and the plain text to use instead."""

    offset: int
    character: str
    plain: str

    @property
    def problem(self) -> str:
        """Describe the problem."""
        usual = CHARACTERS[self.character][1]
        return f"{self.name} instead of {_PLAIN[usual]}" if usual else f"invisible {self.name}"

    @property
    def name(self) -> str:
        """Return its name and code point: `no-break space (U+00A0)`."""
        return f"{CHARACTERS[self.character][0]} (U+{ord(self.character):04X})"


def in_name(text: str) -> list[Character]:
    """Return all such characters of a key, a name or another identifier."""
    return [] if text.isascii() else [_found(text, match.start()) for match in re.finditer(_ANY, text)]


def in_value(text: str) -> list[Character]:
    """Return the characters of an unquoted value that are hardly intended: at its edges, or invisible."""
    if text.isascii():
        return []
    offsets = {offset for match in re.finditer(_EDGE, text) for offset in range(*match.span())}
    # Prose has dashes between spaces, and quotes around some of its words.
    if re.match(f"{_DASH} ", text):
        offsets.discard(0)
    quotes = {match.start() for match in re.finditer(_QUOTE, text)}
    if quotes - offsets or len(quotes) == 1:
        offsets -= quotes
    offsets.update(match.start() for match in re.finditer(_INVISIBLE, text))
    return [_found(text, offset) for offset in sorted(offsets)]


def in_command(text: str) -> list[Character]:
    """Return the characters of an unquoted command that separate no words, introduce no option and quote nothing."""
    if text.isascii():
        return []
    found = {each.offset: each for each in in_value(text)}
    for match in re.finditer(_IN_COMMAND, text):
        for offset in range(*match.span()):
            found.setdefault(offset, _found(text, offset))
    return [found[offset] for offset in sorted(found)]


def plain(text: str, found: list[Character]) -> str:
    """Return a text with the plain ones in place of the characters that were found in it."""
    replaced = {one.offset: one.plain for one in found}
    return "".join(replaced.get(offset, character) for offset, character in enumerate(text))


def _found(text: str, offset: int) -> Character:
    """Describe a character; at an edge, a space is superfluous."""
    plain = CHARACTERS[text[offset]][1]
    is_edge = plain == " " and (not text[:offset].strip() or not text[offset:].strip())
    return Character(offset, text[offset], "" if is_edge else plain)
