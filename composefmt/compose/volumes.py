"""Volumes of services: parse short forms, with and without variables, and return their long forms and canonical objects.

Source: the specification's 05-services, `volumes`; the reference's format/volume.go and transform/volume.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.interpolation import Literal, Part
from composefmt.compose.parse_result import Answer, Malformed, Opaque, Parsed, ShortSyntax
from composefmt.compose.volume_syntax import Mount, Section, clean_path, doubts, is_options, is_path, literal, split_sections, with_options
from composefmt.syntax.write import Flow

if TYPE_CHECKING:
    from composefmt.options import Options

__all__ = ["Mount", "canonical", "canonical_long", "long_entry", "parse_short", "short_text"]

# Variables that always contain an absolute path.
_PATH_VARIABLES = frozenset({"HOME", "PWD"})


def _with_variables(value: str, masked: str, environment: Mapping[str, str]) -> Answer[Mount]:
    """Parse an entry with variables if all their values lead to the same split (see `Options.variables`)."""
    sections = split_sections(value, masked)
    if any(not section.text for section in sections) or len(sections) > 3:
        # The entry may be valid with some values of the variables; it is malformed if it is with none set.
        answer = literal(interpolation.substituted(value, {}, value))
        return (
            answer._replace(start=0, end=len(value))
            if isinstance(answer, Malformed)
            else Opaque("a part before or after a colon may be empty")
        )
    if len(sections) == 1:
        if not value.startswith("/"):
            return Opaque("its variable may contain a source and a container path")
        kind, source = "volume", ""
    else:
        source = sections[0].text
        found = _kind(source)
        if found is None:
            return Opaque("its variable may contain a path or a volume name")
        kind = found
    target = sections[min(1, len(sections) - 1)]
    mount = Mount(kind, source, clean_path(target.text))
    if len(sections) == 3:
        if "\0" in masked[sections[2].start :] or not is_options(sections[2].text):
            return Opaque("its options contain a variable or are unknown")
        mount = with_options(mount, sections[2].text)
    doubtful = tuple(doubts(value, [Section(masked[s.start : s.end], s.start) for s in sections], kind))
    if doubtful:
        return Opaque("its meaning is not certain")
    for known in {(): {}, tuple(environment): environment}.values():
        if not _same_with(value, mount, known):
            return Opaque("a variable may be empty or contain more than one part")
    return Parsed((mount,))


def _kind(source: str) -> str | None:
    """Return "bind" or "volume" for a source with variables, None if it can be both."""
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
    """Return whether the short and the long form are equivalent with these variables."""
    try:
        short = literal(interpolation.substitute(value, environment))
        source = interpolation.substitute(mount.source, environment)
        target = interpolation.substitute(mount.target, environment)
    except (interpolation.MissingVariable, interpolation.InvalidInterpolation):
        return True
    if not isinstance(short, Parsed):
        return True
    return short.entries[0] == mount._replace(source=source, target=target)


parse_short: ShortSyntax[Mount] = ShortSyntax(literal, _with_variables)


def _keeps_hash(options: Options | None) -> bool:
    """Return whether mounts must keep Docker's configuration hash, which covers their empty and default options."""
    return options is not None and options.engine != "swarm" and options.mount_options == "exact"


def long_entry(mount: Mount, options: Options) -> dict[str, object]:
    """Return the long form to write, keys in the specification's order and options in flow style.

    With `mount_options = "exact"`, the options that Docker Compose adds to a short form are written: the configuration hash covers them.
    """
    exact = _keeps_hash(options)
    entry: dict[str, object] = {"type": mount.type}
    if mount.source:
        entry["source"] = mount.source
    entry["target"] = mount.target
    if mount.read_only or options.write_defaults:
        entry["read_only"] = mount.read_only
    bind = Flow(propagation=mount.propagation) if mount.propagation else Flow()
    if mount.type == "bind" and (exact or options.write_defaults):
        bind["create_host_path"] = True
    if mount.selinux:
        bind["selinux"] = mount.selinux
    if bind:
        entry["bind"] = bind
    if mount.nocopy:
        entry["volume"] = Flow(nocopy=True)
    elif exact and mount.type == "volume" and not mount.tiny:
        entry["volume"] = Flow()
    return entry


def short_text(entry: Mapping[str, object]) -> str | None:
    """Return a candidate short form of a long entry; None if it has keys that the short form cannot express."""
    entry = canonical_long(entry)
    if set(entry) - {"type", "source", "target", "read_only", "bind", "volume"}:
        return None
    options = ["ro"] if entry.get("read_only") is True else []
    for key, known in (("bind", ("propagation", "selinux")), ("volume", ("nocopy",))):
        inner = entry.get(key, {})
        if not isinstance(inner, Mapping) or set(inner) - set(known):
            return None
        options += ["nocopy" if name == "nocopy" else str(inner[name]) for name in known if name in inner]
    parts = [part for part in (entry.get("source"), entry.get("target")) if part is not None]
    if not all(isinstance(part, str) for part in parts):
        return None
    return ":".join([*map(str, parts), *([",".join(options)] if options else [])])


def canonical(mount: Mount, options: Options | None = None) -> dict[str, object]:
    """Return the canonical object of a short form; see `canonical_long`."""
    made: dict[str, object] = {"type": mount.type, "target": mount.target}
    if mount.source:
        made["source"] = mount.source
    if mount.read_only:
        made["read_only"] = True
    bind = {key: value for key, value in (("propagation", mount.propagation), ("selinux", mount.selinux)) if value}
    if bind or mount.type == "bind":
        made["bind"] = bind
    if mount.nocopy:
        made["volume"] = {"nocopy": True}
    elif mount.type == "volume" and not mount.tiny:
        made["volume"] = {}
    return canonical_long(made, options)


def canonical_long(entry: Mapping[str, object], options: Options | None = None) -> dict[str, object]:
    """Return the canonical object of a long form.

    Empty `bind` and `volume` options are omitted, unless the options of a rewrite demand an unchanged configuration hash.
    """
    exact = _keeps_hash(options)
    made = dict(entry)
    if made.get("read_only") is False:
        del made["read_only"]
    bind = made.get("bind")
    if isinstance(bind, Mapping) and bind.get("create_host_path") is True:
        made["bind"] = {key: value for key, value in bind.items() if key != "create_host_path"}
    for option in ("bind", "volume"):
        if made.get(option) == {} and not exact:
            del made[option]
    return made
