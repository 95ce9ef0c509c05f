"""Rules about what a service mounts: the same path twice, options that do nothing, mounts that give the host away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.file import first_line
from composefmt.compose.volume_syntax import clean_path, is_options
from composefmt.findings import Related, Severity
from composefmt.rules._mounting import Mounted, mounted
from composefmt.rules._project import is_active
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Node, Scalar, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.source import Span

_ITEMS = "services.*.volumes.*"


@rule("duplicate-mount", Severity.ERROR, "services.*", group="volumes")
def duplicate_mount(element: Element) -> Iterator[Problem]:
    """The same container path is mounted twice.

    Two mounts below `tmpfs`, or one there and one below `volumes`, are refused. Of two below `volumes` the reference keeps
    the last without a word, which is a warning.

    Bad:

        services:
          web:
            image: nginx
            tmpfs: [/run, "/run:size=1m"]
          db:
            image: postgres
            volumes:
              - ./data:/var/lib/postgresql/data
              - ./other:/var/lib/postgresql/data/

    Good:

        services:
          web:
            image: nginx
            tmpfs: ["/run:size=1m"]
          db:
            image: postgres
            volumes:
              - ./data:/var/lib/postgresql/data
              - ./other:/var/lib/postgresql/other

    Source: the reference's loader/validate.go, checkConsistency, and override/uncity.go, volumeIndexer.
    """
    file = element.file
    entries = file.entries(element.node)
    if not ("tmpfs" in entries or "volumes" in entries) or not is_active(file, element.service):
        return
    first: dict[str, tuple[Span, Severity]] = {}
    for path, span in _tmpfs(file, entries["tmpfs"][1] if "tmpfs" in entries else None):
        if path in first:
            yield _twice(element, path, span, first[path][0], Severity.ERROR)
        first.setdefault(path, (span, Severity.ERROR))
    for item in file.items(entries["volumes"][1]) if "volumes" in entries else ():
        mount = mounted(file, item)
        if mount is None or not mount.target or "$" in mount.target or is_options(mount.target):
            continue
        if mount.target in first:
            other, severity = first[mount.target]
            yield _twice(element, mount.target, mount.span, other, severity)
        first.setdefault(mount.target, (mount.span, Severity.WARNING))


def _twice(element: Element, path: str, span: Span, first: Span, severity: Severity) -> Problem:
    advice = "keep one of the two" if severity is Severity.ERROR else "keep one of the two: only the last one takes effect"
    related = (Related(first, "it is first mounted here"),)
    return Problem(span, f'service "{element.service}" mounts {path} twice', advice, related=related, severity=severity)


def _tmpfs(file: ComposeFile, node: Node | None) -> Iterator[tuple[str, Span]]:
    """The paths below `tmpfs`; equal texts (up to `=`) are one entry to the reference."""
    texts: set[str] = set()
    value = resolve(node) if node is not None else None
    for item in map(resolve, file.items(node) if type(value) is not Scalar else [value]):
        if type(item) is Scalar and "$" not in item.value and item.value.partition("=")[0] not in texts:
            texts.add(item.value.partition("=")[0])
            yield item.value.partition(":")[0], item.span


@rule("foreign-mount-option", Severity.WARNING, _ITEMS, group="volumes")
def foreign_mount_option(element: Element) -> Iterator[Problem]:
    """An option that belongs to another type of mount, so that it does nothing.

    `nocopy` is for named volumes, a propagation such as `rshared` for binds; in the long form each type has a section of
    its own. Only the SELinux label of any mount stands in the section `bind`, where the short form's `z` puts it too.

    Bad:

        services:
          web:
            image: nginx
            volumes:
              - ./site:/usr/share/nginx/html:nocopy

    Good:

        services:
          web:
            image: nginx
            volumes:
              - site:/usr/share/nginx/html:nocopy
        volumes:
          site:

    Source: the specification's 05-services, long syntax of `volumes`.
    """
    mount = mounted(element.file, element.node)
    if mount is None or "$" in mount.type:
        return
    for option, belongs, span in _options(element.file, mount):
        if mount.type in _SECTIONS and mount.type != belongs:
            yield Problem(
                span,
                f'service "{element.service}": {option} is for mounts of the type {belongs}, but this one is of the type {mount.type}',
                f"leave out {option}",
            )


_SECTIONS = ("bind", "volume", "tmpfs", "image")


def _options(file: ComposeFile, mount: Mounted) -> Iterator[tuple[str, str, Span]]:
    """The options of a mount, the type that each belongs to, and where it stands."""
    if mount.short is not None:
        if mount.short.nocopy:
            yield "nocopy", "volume", mount.span
        if mount.short.propagation:
            yield mount.short.propagation, "bind", mount.span
    for section in _SECTIONS:
        if section in mount.entries:
            key, value = mount.entries[section]
            if file.entries(value).keys() - {"selinux"}:
                yield f'"{section}"', section, key.span


@rule("docker-socket", Severity.WARNING, _ITEMS, group="security", default=False)
def docker_socket(element: Element) -> Iterator[Problem]:
    """The socket of the Docker engine is mounted, which gives the container all rights over the host.

    Mounting it read-only does not help: what counts is who may write to the socket, not to the file.

    Bad:

        services:
          proxy:
            image: traefik
            volumes:
              - /var/run/docker.sock:/var/run/docker.sock:ro

    Good:

        services:
          proxy:
            image: traefik
            environment:
              DOCKER_HOST: tcp://socket-proxy:2375

    Source: Docker's documentation, "Protect the Docker daemon socket".
    """
    mount = mounted(element.file, element.node)
    if mount is not None and mount.source.rpartition("/")[2] in ("docker.sock", "podman.sock", "containerd.sock"):
        yield Problem(
            mount.span,
            f'service "{element.service}" mounts the socket {mount.source}: it gets all rights over the host',
            "put a proxy between that lets only the needed requests through",
        )


@rule("writable-system-mount", Severity.WARNING, _ITEMS, group="security", default=False)
def writable_system_mount(element: Element) -> Iterator[Problem]:
    """A folder of the host's system is mounted so that the container can write to it.

    Bad:

        services:
          agent:
            image: my/agent
            volumes:
              - /etc:/host/etc

    Good:

        services:
          agent:
            image: my/agent
            volumes:
              - /etc:/host/etc:ro
              - /etc/localtime:/etc/localtime:ro

    Source: CIS Docker Benchmark 5.5, "Ensure sensitive host system directories are not mounted on containers".
    """
    mount = mounted(element.file, element.node)
    if mount is not None and not mount.read_only and (mount.source.rstrip("/") or mount.source) in _SYSTEM:
        yield Problem(
            mount.span,
            f'service "{element.service}" can write to {mount.source} of the host',
            'mount only what is needed, and read-only: ":ro"',
        )


_SYSTEM = frozenset(
    {"/", "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr", "/root", "/var", "/var/lib/docker"}
)


@rule("bind-of-home", Severity.INFO, _ITEMS, group="portability", default=False)
def bind_of_home(element: Element) -> Iterator[Problem]:
    """A path in somebody's home folder is mounted, which is elsewhere on another machine.

    Bad:

        services:
          web:
            image: nginx
            volumes:
              - /home/ann/site:/usr/share/nginx/html

    Good:

        services:
          web:
            image: nginx
            volumes:
              - ./site:/usr/share/nginx/html

    Source: the specification's 05-services, `volumes`: relative paths start at the folder of the Compose file.
    """
    mount = mounted(element.file, element.node)
    if mount is not None and mount.type == "bind" and mount.source.startswith(("/home/", "/Users/", "~", "$HOME", "${HOME")):
        yield Problem(
            mount.span,
            f'service "{element.service}" mounts "{mount.source}", which depends on who runs it',
            "use a path relative to the Compose file, or a variable",
        )


@rule("anonymous-volume", Severity.INFO, _ITEMS, group="volumes", default=False)
def anonymous_volume(element: Element) -> Iterator[Problem]:
    """A volume has no name, so its data is hard to find again.

    A new one is made with each container that is not the successor of an old one, and `docker compose down --volumes` is
    all that removes them.

    Bad:

        services:
          db:
            image: postgres
            volumes:
              - /var/lib/postgresql/data

    Good:

        services:
          db:
            image: postgres
            volumes:
              - data:/var/lib/postgresql/data
        volumes:
          data:

    Source: the specification's 05-services, `volumes`.
    """
    mount = mounted(element.file, element.node)
    if mount is not None and mount.type == "volume" and not mount.source and mount.target.startswith("/"):
        name = mount.target.strip("/").rpartition("/")[2] or "data"
        yield Problem(
            first_line(element.file.source, mount.span),
            f'service "{element.service}": the volume at {mount.target} has no name',
            f'give it one: "{name}:{mount.target}"',
        )


@rule("mount-at-root", Severity.ERROR, "services.*", group="volumes")
def mount_at_root(element: Element) -> Iterator[Problem]:
    """Detects mounts and tmpfs at `/`, which the engine refuses.

    The container is not created: "invalid specification: destination can't be '/'".

    Bad:

        services:
          web:
            image: nginx
            volumes:
              - ./site:/

    Good:

        services:
          web:
            image: nginx
            volumes:
              - ./site:/usr/share/nginx/html

    Source: moby/moby, daemon/volume/mounts/linux_parser.go: linuxValidateNotRoot resolves ".." and reads a backslash as a
    slash; ValidateMountConfig, ParseMountRaw and ValidateTmpfsMountDestination call it for every kind of mount.
    """
    file = element.file
    entries = file.entries(element.node)
    found = [*_tmpfs(file, entries["tmpfs"][1] if "tmpfs" in entries else None)]
    for item in file.items(entries["volumes"][1]) if "volumes" in entries else ():
        mount = mounted(file, item)
        if mount is not None:
            found.append((mount.target, mount.span))
    for path, span in found:
        if path and clean_path(path.replace("\\", "/")) == "/":
            yield Problem(span, f'service "{element.service}": nothing can be mounted at "/"', "name a directory of the container")
