"""Volumes of services: the short syntax `[source:]target[:options]` and the long form that it stands for.

Source: the specification's 05-services, `volumes`; the reference's format/volume.go and transform/volume.go.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from composefmt.compose import interpolation
from composefmt.compose.interpolation import Literal, Part, Variable
from composefmt.compose.short import Answer, Doubt, Malformed, Opaque, Parsed, bad_interpolation
from composefmt.syntax.scalars import Quoted

KEY_ORDER = ("type", "source", "target", "read_only", "consistency", "bind", "volume", "tmpfs", "image", "cluster")
PROPAGATIONS = ("rprivate", "private", "rshared", "shared", "rslave", "slave")
SELINUX = ("z", "Z")
# Options of Docker Desktop's old file sharing: accepted, without effect.
CONSISTENCIES = ("cached", "delegated", "consistent")
OPTIONS = ("ro", "rw", "nocopy", *SELINUX, *PROPAGATIONS)
EXAMPLE = "./data:/var/lib/data:ro"

# What people write for an option.
_MEANT = {"readonly": "ro", "read-only": "ro", "read_only": "ro", "r": "ro", "w": "rw", "readwrite": "rw", "read-write": "rw"}

# Variables that always hold an absolute path.
_PATH_VARIABLES = frozenset({"HOME", "PWD"})
# Folders at the top of a container's file system, to guess where a container path begins.
_ROOTS = (
    "etc|var|usr|opt|home|root|srv|tmp|mnt|media|run|lib|lib64|bin|sbin|boot|dev|proc|sys"
    "|app|apps|data|config|conf|code|src|www|workspace|workdir|docker-entrypoint-initdb\\.d"
)
_CONTAINER_ROOT = rf"(?<=[^/:])/(?:{_ROOTS})(?:/|$)"


class Mount(NamedTuple):
    """One long entry; `source` is "" for an anonymous volume, the options are "" or False where not given."""

    type: str
    source: str
    target: str
    read_only: bool = False
    nocopy: bool = False
    propagation: str = ""
    selinux: str = ""


class Section(NamedTuple):
    """A stretch of the short form between colons, and where it begins."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends, exclusive."""
        return self.start + len(self.text)


def parse_short(value: str, environment: Mapping[str, str] | None = None) -> Answer[Mount]:
    """Read one short volume.

    With an `environment` (variables known to be set; may be empty) an entry with variables is taken apart where that
    is right with it and with nothing set; without one (None), such an entry is opaque.
    """
    if "$" not in value:
        return _literal(value)
    return _interpolated(value, environment) if environment or environment is None else _without_environment(value)


# The same few entries stand in many files, and each is read again when new text is verified.
@lru_cache(maxsize=4096)
def _without_environment(value: str) -> Answer[Mount]:
    return _interpolated(value, {})


def _interpolated(value: str, environment: Mapping[str, str] | None) -> Answer[Mount]:
    try:
        masked = interpolation.mask(value)
    except interpolation.InvalidInterpolation as error:
        return bad_interpolation(value, error)
    if "\0" not in masked:
        return _literal(value)
    return Opaque("it holds a variable") if environment is None else _with_variables(value, masked, environment)


def _sections(value: str, masked: str) -> list[Section]:
    """The sections between colons; the colon of a Windows drive is not one."""
    sections: list[Section] = []
    start = 0
    for index, character in enumerate(masked):
        if character == ":" and not (index == start + 1 and masked[start].isalpha()):
            sections.append(Section(value[start:index], start))
            start = index + 1
    sections.append(Section(value[start:], start))
    return sections


@lru_cache(maxsize=4096)
def _literal(value: str) -> Answer[Mount]:
    if not value:
        return Malformed("invalid-volume", "a volume is empty", f'a volume looks like "{EXAMPLE}"', 0, 0)
    if len(value.encode()) <= 2:
        return Parsed((Mount("volume", "", clean_path(value)),), (_relative(value, Section(value, 0)),))
    sections = _sections(value, value)
    for section in sections:
        if not section.text:
            return Malformed(
                "invalid-volume",
                f'volume "{value}": a part between colons is empty',
                f'a volume looks like "{EXAMPLE}"',
                section.start,
                section.end,
            )
    if len(sections) > 3:
        return Malformed(
            "invalid-volume",
            f'volume "{value}": too many colons',
            "source, container path and options are all there can be; options are joined by commas, as in ro,z",
            sections[3].start - 1,
            len(value),
        )
    if len(sections) == 1:
        mount = Mount("volume", "", clean_path(value))
    else:
        source = sections[0].text
        mount = Mount("bind" if is_path(source) else "volume", source, clean_path(sections[1].text))
    if len(sections) == 3:
        mount = _with_options(mount, sections[2].text)
    return Parsed((mount,), tuple(_doubts(value, sections, mount.type)))


def _with_options(mount: Mount, options: str) -> Mount:
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
    r"""Whether a source is a host path, not a volume's name: it begins with . / ~ \\ or a Windows drive."""
    return source[:1] in (".", "/", "~") or source.startswith("\\\\") or (source[1:2] == ":" and source[0].isalpha())


def clean_path(path: str) -> str:
    """A container path as the reference cleans it: no trailing slash, no `.`, `..` or doubled slashes."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def _doubts(value: str, sections: list[Section], kind: str) -> Iterator[Doubt]:
    target = sections[min(1, len(sections) - 1)]
    if len(sections) == 1:
        if not _is_absolute(value):
            yield _relative(value, target)
        elif value[1:2] == ":" and value[2:3] == "/":
            yield Doubt(
                "windows-path",
                f'volume "{value}" is read as a Windows path in the container, not as a volume named {value[0]}',
                "give the volume a name of more than one letter",
                0,
                len(value),
            )
        return
    source = sections[0]
    if _is_options(target.text):
        yield _lost_colon(value, sections)
    elif not _is_absolute(target.text):
        yield Doubt(
            "relative-target",
            f'the container path "{target.text}" of volume "{value}" is not absolute',
            f'container paths begin with a slash: "/{target.text.lstrip("./~")}"',
            target.start,
            target.end,
        )
    if kind == "volume" and ("/" in source.text or "\\" in source.text):
        yield Doubt(
            "named-volume-looks-like-path",
            f'"{source.text}" is read as the name of a volume, not as a path',
            f'a path begins with ./ or /: "./{source.text}{value[source.end :]}"',
            source.start,
            source.end,
            f"./{value}",
        )
    if len(sections) == 3:
        yield from _option_doubts(value, sections[2])


def _is_options(text: str) -> bool:
    return all(option in OPTIONS or option in CONSISTENCIES for option in text.split(","))


def _is_absolute(path: str) -> bool:
    return path[:1] == "/" or path.startswith("\\\\") or (path[1:2] == ":" and path[0].isalpha()) or path[:1] == "\0"


def _relative(value: str, section: Section) -> Doubt:
    text = section.text
    advice = f'"{text}:/path/in/container"' if is_path(text) and len(text) > 1 else f'"{text}:/path/in/container" or "/{text}"'
    return Doubt(
        "relative-target",
        f'volume "{value}" has no source, so "{text}" is read as a path in the container',
        f"did you mean {advice}?",
        section.start,
        section.end,
    )


def _lost_colon(value: str, sections: list[Section]) -> Doubt:
    source, options = sections[0], sections[1]
    found = re.search(_CONTAINER_ROOT, source.text)
    mended = f"{value[: found.start()]}:{value[found.start() :]}" if found else None
    advice = (
        f'did you mean "{mended}"?'
        if mended
        else f'the container path comes before the options: "{source.text}:/path/in/container:{options.text}"'
    )
    return Doubt(
        "lost-colon",
        f'volume "{value}" mounts "{source.text}" at the container path "{options.text}"; a colon seems to be missing',
        advice,
        options.start,
        options.end,
        mended,
    )


def _option_doubts(value: str, section: Section) -> Iterator[Doubt]:
    start = section.start
    for option in section.text.split(","):
        if option in CONSISTENCIES:
            yield Doubt(
                "unknown-volume-option",
                f'the option "{option}" of volume "{value}" has no effect',
                "it belonged to an old Docker Desktop: leave it out",
                start,
                start + len(option),
            )
        elif option and option not in OPTIONS:
            near = _MEANT.get(option.lower()) or _nearest(option)
            yield Doubt(
                "unknown-volume-option",
                f'the option "{option}" of volume "{value}" is ignored',
                f'did you mean "{near}"?' if near else f"known options are {', '.join(OPTIONS)}",
                start,
                start + len(option),
            )
        start += len(option) + 1


def _nearest(option: str) -> str | None:
    from difflib import get_close_matches

    return next((known for known in OPTIONS if known.lower() == option.lower()), None) or next(
        iter(get_close_matches(option, OPTIONS, 1)), None
    )


def _with_variables(value: str, masked: str, environment: Mapping[str, str]) -> Answer[Mount]:
    """Take an entry with variables apart, if every value of them leads to the same split (see `Options.variables`)."""
    sections = _sections(value, masked)
    if any(not section.text for section in sections) or len(sections) > 3:
        # Refused whatever the variables hold, or fine with some of their values: with none set, at least?
        answer = _literal(_substituted(value))
        return answer._replace(start=0, end=len(value)) if isinstance(answer, Malformed) else Opaque("a part between colons may be empty")
    if len(sections) == 1:
        if not value.startswith("/"):
            return Opaque("its variable may hold a source as well as a container path")
        kind, source = "volume", ""
    else:
        source = sections[0].text
        found = _kind(source)
        if found is None:
            return Opaque("its variable may hold a path as well as a volume's name")
        kind = found
    target = sections[min(1, len(sections) - 1)]
    mount = Mount(kind, source, clean_path(target.text))
    if len(sections) == 3:
        if "\0" in masked[sections[2].start :] or not _is_options(sections[2].text):
            return Opaque("its options hold a variable or are not known")
        mount = _with_options(mount, sections[2].text)
    doubts = tuple(_doubts(value, [Section(masked[s.start : s.end], s.start) for s in sections], kind))
    if doubts:
        return Opaque("it is not certain what it means")
    for known in {(): {}, tuple(environment): environment}.values():
        if not _same_with(value, mount, known):
            return Opaque("a variable may be empty or hold more than one part")
    return Parsed((mount,))


def _substituted(value: str) -> str:
    try:
        return interpolation.substitute(value, {})
    except (interpolation.MissingVariable, interpolation.InvalidInterpolation):
        return value


def _kind(source: str) -> str | None:
    """Bind or volume, where a source with variables can only be one of them."""
    parts: tuple[Part, ...] = interpolation.split(source)
    first = parts[0]
    if isinstance(first, Literal):
        return "bind" if is_path(first.text) else "volume"
    if first.name in _PATH_VARIABLES and not first.operator:
        return "bind"
    if any(isinstance(part, Literal) and "/" in part.text for part in parts):
        return "bind"
    if first.operator in (":-", "-"):
        try:
            default = interpolation.substitute(first.argument, {})
        except (interpolation.InvalidInterpolation, interpolation.MissingVariable):
            return None
        return "bind" if is_path(default) and ":" not in default else None
    return None


def _same_with(value: str, mount: Mount, environment: Mapping[str, str]) -> bool:
    """Whether the short and the long form come to the same with these variables."""
    try:
        short = _literal(interpolation.substitute(value, environment))
        source = interpolation.substitute(mount.source, environment)
        target = interpolation.substitute(mount.target, environment)
    except (interpolation.MissingVariable, interpolation.InvalidInterpolation):
        return True
    if not isinstance(short, Parsed):
        return True
    return short.entries[0] == mount._replace(source=source, target=target)


def has_variable(part: str) -> bool:
    """Whether a part of an entry must be written in quotes, since what stands there is not its value yet."""
    return "$" in part and any(isinstance(piece, Variable) for piece in interpolation.split(part))


def long_entry(mount: Mount, *, write_defaults: bool = False) -> dict[str, object]:
    """The long form as it is written, keys in the specification's order."""
    entry: dict[str, object] = {"type": mount.type}
    if mount.source:
        entry["source"] = _written(mount.source)
    entry["target"] = _written(mount.target)
    if mount.read_only or write_defaults:
        entry["read_only"] = mount.read_only
    bind: dict[str, object] = {}
    if mount.propagation:
        bind["propagation"] = mount.propagation
    if mount.type == "bind" and write_defaults:
        bind["create_host_path"] = True
    if mount.selinux:
        bind["selinux"] = mount.selinux
    if bind:
        entry["bind"] = bind
    if mount.nocopy:
        entry["volume"] = {"nocopy": True}
    return entry


def _written(value: str) -> str:
    return Quoted(value) if has_variable(value) else value


def canonical(mount: Mount) -> dict[str, object]:
    """The canonical object; what is empty is left out, an empty `bind` or `volume` means the same as none."""
    return canonical_long(long_entry(mount))


def canonical_long(entry: Mapping[str, object]) -> dict[str, object]:
    """The canonical object of an entry that is written in long form."""
    made = dict(entry)
    if made.get("read_only") is False:
        del made["read_only"]
    bind = made.get("bind")
    if isinstance(bind, Mapping) and bind.get("create_host_path") is True:
        made["bind"] = {key: value for key, value in bind.items() if key != "create_host_path"}
    for option in ("bind", "volume"):
        if made.get(option) == {}:
            del made[option]
    return made
