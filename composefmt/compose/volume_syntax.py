"""The short syntax of a service's volumes without variables: `[source:]target[:options]`.

Source: the Compose Specification, 05-services, `volumes`; the reference's format/volume.go and transform/volume.go.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.parse_result import Answer, Doubt, Malformed, Parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

PROPAGATIONS = ("rprivate", "private", "rshared", "shared", "rslave", "slave")
SELINUX = ("z", "Z")
# Options of the former file sharing of Docker Desktop: accepted, without effect.
CONSISTENCIES = ("cached", "delegated", "consistent")
OPTIONS = ("ro", "rw", "nocopy", *SELINUX, *PROPAGATIONS)
EXAMPLE = "./data:/var/lib/data:ro"

# Common misspellings of options.
_MEANT = {"readonly": "ro", "read-only": "ro", "read_only": "ro", "r": "ro", "w": "rw", "readwrite": "rw", "read-write": "rw"}

_ROOTS = (
    "etc|var|usr|opt|home|root|srv|tmp|mnt|media|run|lib|lib64|bin|sbin|boot|dev|proc|sys"
    "|app|apps|data|config|conf|code|src|www|workspace|workdir|docker-entrypoint-initdb\\.d"
)
_CONTAINER_ROOT = rf"(?<=[^/:])/(?:{_ROOTS})(?:/|$)"


class Mount(NamedTuple):
    """One long-form entry; `source` is "" for an anonymous volume, omitted options are "" or False.

    `tiny`: the short form has at most two bytes; Docker Compose adds no `volume: {}` to it (compose-go, format/volume.go).
    """

    type: str
    source: str
    target: str
    read_only: bool = False
    nocopy: bool = False
    propagation: str = ""
    selinux: str = ""
    tiny: bool = False


class Section(NamedTuple):
    """A part of the short form between colons, and the offset where it starts."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Return the offset where it ends, exclusive."""
        return self.start + len(self.text)


def split_sections(value: str, masked: str) -> list[Section]:
    """Split a short form at its colons, except the colon of a Windows drive."""
    sections: list[Section] = []
    start = 0
    colon = masked.find(":")
    while colon >= 0:
        if not (colon == start + 1 and masked[start].isalpha()):
            sections.append(Section(value[start:colon], start))
            start = colon + 1
        colon = masked.find(":", colon + 1)
    sections.append(Section(value[start:], start))
    return sections


# Many files contain the same entries, and each is parsed again to verify new text.
@lru_cache(maxsize=4096)
def literal(value: str) -> Answer[Mount]:
    """Parse a short volume without variables."""
    if not value:
        return Malformed("invalid-volume", 'invalid volume ""', f'write the volume as "{EXAMPLE}"', 0, 0)
    if len(value.encode()) <= 2:
        unclear = () if is_absolute(value) else (_relative(value, Section(value, 0)),)
        return Parsed((Mount("volume", "", clean_path(value), tiny=True),), unclear)
    sections = split_sections(value, value)
    for section in sections:
        if not section.text:
            return Malformed(
                "invalid-volume",
                f'invalid volume "{value}": empty part before or after a colon',
                f'write the volume as "{EXAMPLE}"',
                section.start,
                section.end,
            )
    if len(sections) > 3:
        return Malformed(
            "invalid-volume",
            f'invalid volume "{value}": too many colons',
            "use source, container path and options only, and separate options with commas, as in ro,z",
            sections[3].start - 1,
            len(value),
        )
    if len(sections) == 1:
        mount = Mount("volume", "", clean_path(value))
    else:
        source = sections[0].text
        mount = Mount("bind" if is_path(source) else "volume", source, clean_path(sections[1].text))
    if len(sections) == 3:
        mount = with_options(mount, sections[2].text)
    return Parsed((mount,), tuple(doubts(value, sections, mount.type)))


def with_options(mount: Mount, options: str) -> Mount:
    """Return the mount with its options applied; unknown options are ignored, as in the reference."""
    for option in options.split(","):
        if option in ("ro", "rw"):
            mount = mount._replace(read_only=option == "ro")
        elif option == "nocopy":
            mount = mount._replace(nocopy=True)
        elif option in PROPAGATIONS:
            mount = mount._replace(propagation=option)
        elif option in SELINUX:
            mount = mount._replace(selinux=option)
    return mount


def is_path(source: str) -> bool:
    r"""Return whether a source is a host path, not a volume's name: it starts with . / ~ \\ or a Windows drive."""
    return source[:1] in (".", "/", "~") or source.startswith("\\\\") or (source[1:2] == ":" and source[0].isalpha())


def clean_path(path: str) -> str:
    """Normalize a container path like the reference: no trailing slash, no `.`, `..` or doubled slashes."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def doubts(value: str, sections: list[Section], kind: str) -> Iterator[Doubt]:
    """Yield what the reference accepts without a warning, but hardly reads as intended; `kind` is the type of the mount."""
    target = sections[min(1, len(sections) - 1)]
    if len(sections) == 1:
        if not is_absolute(value):
            yield _relative(value, target)
        elif value[1:2] == ":" and value[2:3] == "/":
            yield Doubt(
                "windows-path",
                f'volume "{value}" is read as a Windows path in the container, not as a volume named {value[0]}',
                f'rename the volume to more than one letter, or use the long form with "source: {value[0]}"',
                0,
                len(value),
            )
        return
    source = sections[0]
    if is_options(target.text) and re.fullmatch(r"[A-Za-z]:/[^:]*", source.text):
        name, path = source.text[0], source.text[2:]
        yield Doubt(
            "windows-path",
            f'"{source.text}" in volume "{value}" is read as a Windows path, not as volume "{name}" at "{path}"',
            f'rename the volume to more than one letter, or use the long form with "source: {value[0]}"',
            source.start,
            source.end,
        )
    elif is_options(target.text):
        yield _lost_colon(value, sections)
    elif not is_absolute(target.text):
        yield Doubt(
            "relative-target",
            f'container path "{target.text}" of volume "{value}" is not absolute',
            f'use an absolute path: "{absolute(target.text)}"',
            target.start,
            target.end,
        )
    # With a missing colon, the source is not the intended one.
    if kind == "volume" and looks_like_path(source.text) and not is_options(target.text):
        yield Doubt(
            "named-volume-looks-like-path",
            f'"{source.text}" in volume "{value}" is read as a volume name, not as a path',
            f'start the path with ./ or /: "./{source.text}{value[source.end :]}"',
            source.start,
            source.end,
            f"./{value}",
        )
    if len(sections) == 3:
        yield from _option_doubts(value, sections[2])


def looks_like_path(name: str) -> bool:
    """Return whether the name of a volume has slashes, which makes it undefinable."""
    return "/" in name or "\\" in name


def is_options(text: str) -> bool:
    """Return whether a string consists of options only, so that it is hardly a path."""
    return all(option in OPTIONS or option in CONSISTENCIES for option in text.split(","))


def is_absolute(path: str) -> bool:
    """Return whether a container path is absolute on Linux or Windows; paths that start with a variable may be."""
    return path[:1] == "/" or path.startswith("\\\\") or (path[1:2] == ":" and path[0].isalpha()) or path[:1] == "\0"


def absolute(path: str) -> str:
    """Return the absolute path in a Linux container that a relative one, possibly with backslashes, probably stands for."""
    return "/" + path.replace("\\", "/").lstrip("./~")


def _relative(value: str, section: Section) -> Doubt:
    text = section.text
    advice = f'"{text}:/path/in/container"' if is_path(text) and len(text) > 1 else f'"{text}:/path/in/container" or "{absolute(text)}"'
    return Doubt(
        "relative-target",
        f'volume "{value}" has no source, so "{text}" is read as the container path',
        f"did you mean {advice}?",
        section.start,
        section.end,
    )


def _lost_colon(value: str, sections: list[Section]) -> Doubt:
    source, options = sections[0], sections[1]
    found = re.search(_CONTAINER_ROOT, source.text)
    corrected = f"{value[: found.start()]}:{value[found.start() :]}" if found else None
    advice = (
        f'did you mean "{corrected}"?'
        if corrected
        else f'add the container path before the options: "{source.text}:/path/in/container:{options.text}"'
    )
    return Doubt(
        "missing-colon",
        f'missing colon: volume "{value}" mounts "{source.text}" at the container path "{options.text}"',
        advice,
        options.start,
        options.end,
        corrected,
    )


def _option_doubts(value: str, section: Section) -> Iterator[Doubt]:
    start = section.start
    for option in section.text.split(","):
        if option in CONSISTENCIES:
            yield Doubt(
                "unknown-volume-option",
                f'option "{option}" of volume "{value}" has no effect',
                "remove it: only old versions of Docker Desktop used it",
                start,
                start + len(option),
                _with_options(value, section, [each for each in section.text.split(",") if each != option]),
                is_safe=True,
            )
        elif option and option not in OPTIONS:
            near = _MEANT.get(option.lower()) or _nearest(option)
            yield Doubt(
                "unknown-volume-option",
                f'unknown option "{option}" of volume "{value}" is ignored',
                f'did you mean "{near}"?' if near else f"use one of {', '.join(OPTIONS)}",
                start,
                start + len(option),
                _with_options(value, section, [near if each == option else each for each in section.text.split(",")]) if near else None,
            )
        start += len(option) + 1


def _with_options(value: str, section: Section, options: list[str]) -> str:
    """Return a volume with other options."""
    return (value[: section.start] + ",".join(options)).removesuffix(":") + value[section.end :]


def _nearest(option: str) -> str | None:
    from difflib import get_close_matches

    return next((known for known in OPTIONS if known.lower() == option.lower()), None) or next(
        iter(get_close_matches(option, OPTIONS, 1)), None
    )
