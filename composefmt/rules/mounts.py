"""Rules on mounts: duplicates, options without effect, and mounts that expose the host."""

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


@rule("duplicate-mount", Severity.ERROR, "services.*", group="volumes", scope="project")
def duplicate_mount(element: Element) -> Iterator[Problem]:
    """Detects container paths that a service mounts more than once.

    Docker Compose refuses two mounts at one path if one of them is under `tmpfs`. Of two under `volumes` it silently keeps the
    last one, so the other has no effect; that is a warning.

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

    Source: compose-go, loader/validate.go, checkConsistency, and override/uncity.go, volumeIndexer.
    """
    file = element.file
    entries = file.entries(element.node)
    if not ("tmpfs" in entries or "volumes" in entries) or not is_active(file, element.service):
        return
    first: dict[str, tuple[Span, Severity]] = {}
    for path, span in _tmpfs(file, entries["tmpfs"][1] if "tmpfs" in entries else None):
        if path in first:
            yield _mounted_again(element, path, span, first[path][0], Severity.ERROR)
        first.setdefault(path, (span, Severity.ERROR))
    for item in file.items(entries["volumes"][1]) if "volumes" in entries else ():
        mount = mounted(file, item)
        if mount is None or not mount.target or "$" in mount.target or is_options(mount.target):
            continue
        if mount.target in first:
            other, severity = first[mount.target]
            yield _mounted_again(element, mount.target, mount.span, other, severity)
        first.setdefault(mount.target, (mount.span, Severity.WARNING))


def _mounted_again(element: Element, path: str, span: Span, first: Span, severity: Severity) -> Problem:
    advice = "remove one of the two" if severity is Severity.ERROR else "remove one of the two: only the last one takes effect"
    related = (Related(first, "first mounted here"),)
    return Problem(span, f'service "{element.service}" mounts "{path}" more than once', advice, related=related, severity=severity)


def _tmpfs(file: ComposeFile, node: Node | None) -> Iterator[tuple[str, Span]]:
    """Yield the paths under `tmpfs`; Docker Compose treats equal strings (up to `=`) as one entry."""
    texts: set[str] = set()
    value = resolve(node) if node is not None else None
    for item in map(resolve, file.items(node) if type(value) is not Scalar else [value]):
        if type(item) is Scalar and "$" not in item.value and item.value.partition("=")[0] not in texts:
            texts.add(item.value.partition("=")[0])
            yield item.value.partition(":")[0], item.span


@rule("mount-option-mismatch", Severity.WARNING, _ITEMS, group="volumes", scope="project", formerly="foreign-mount-option")
def mount_option_mismatch(element: Element) -> Iterator[Problem]:
    """Detects mount options that belong to another type of mount.

    `nocopy` only affects named volumes, and a propagation such as `rshared` only affects bind mounts. In the long form, each
    type has a section of its own. Docker ignores an option of another type. The SELinux label is in the section `bind` for
    every type.

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

    Source: Compose Specification, 05-services, long syntax of `volumes`.
    """
    mount = mounted(element.file, element.node)
    if mount is None or "$" in mount.type:
        return
    for option, belongs, span in _options(element.file, mount):
        if mount.type in _SECTIONS and mount.type != belongs:
            yield Problem(
                span,
                f'service "{element.service}": "{option}" has no effect on a mount of type "{mount.type}"',
                f'remove "{option}", or use a mount of type "{belongs}"',
            )


_SECTIONS = ("bind", "volume", "tmpfs", "image")


def _options(file: ComposeFile, mount: Mounted) -> Iterator[tuple[str, str, Span]]:
    """Yield the options of a mount, the type that each belongs to, and their locations."""
    if mount.short is not None:
        if mount.short.nocopy:
            yield "nocopy", "volume", mount.span
        if mount.short.propagation:
            yield mount.short.propagation, "bind", mount.span
    for section in _SECTIONS:
        if section in mount.entries:
            key, value = mount.entries[section]
            if file.entries(value).keys() - {"selinux"}:
                yield section, section, key.span


@rule("docker-socket", Severity.WARNING, _ITEMS, group="security", scope="project", default=False)
def docker_socket(element: Element) -> Iterator[Problem]:
    """Checks for mounts of the Docker socket.

    A container with access to the socket can start privileged containers, so it has full control of the host. Mounting the
    socket read-only does not restrict the requests that it accepts.

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
            f'service "{element.service}" mounts "{mount.source}", which grants full control of the host',
            "use a socket proxy that only allows the required requests",
        )


@rule("writable-system-mount", Severity.WARNING, _ITEMS, group="security", scope="project", default=False)
def writable_system_mount(element: Element) -> Iterator[Problem]:
    """Checks for writable mounts of host system directories.

    A process in the container can change the configuration and the programs of the host.

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
        option = '":ro"' if mount.short else '"read_only: true"'
        yield Problem(
            mount.span,
            f'service "{element.service}" mounts host directory "{mount.source}" with write access',
            f"mount only the required paths, and add {option}",
        )


_SYSTEM = frozenset(
    {"/", "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr", "/root", "/var", "/var/lib/docker"}
)


@rule("bind-of-home", Severity.INFO, _ITEMS, group="portability", scope="project", default=False)
def bind_of_home(element: Element) -> Iterator[Problem]:
    """Checks for mounts of paths in a home directory.

    The path differs or does not exist on another machine or for another user, so the file is not portable.

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

    Source: Compose Specification, 05-services, `volumes`.
    """
    mount = mounted(element.file, element.node)
    if mount is not None and mount.type == "bind" and mount.source.startswith(("/home/", "/Users/", "~", "$HOME", "${HOME")):
        yield Problem(
            mount.span,
            f'service "{element.service}" mounts "{mount.source}", a path in a home directory',
            "use a path relative to the Compose file, or a variable",
        )


@rule("anonymous-volume", Severity.INFO, _ITEMS, group="volumes", scope="project", default=False)
def anonymous_volume(element: Element) -> Iterator[Problem]:
    """Checks for volumes without a name.

    Docker gives an anonymous volume a random name, so its data is hard to find, reuse and back up. `docker compose down`
    does not remove it unless called with `--volumes`.

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

    Source: Compose Specification, 05-services, `volumes`.
    """
    mount = mounted(element.file, element.node)
    if mount is not None and mount.type == "volume" and not mount.source and mount.target.startswith("/"):
        name = mount.target.strip("/").rpartition("/")[2] or "data"
        yield Problem(
            first_line(element.file.source, mount.span),
            f'service "{element.service}": volume at "{mount.target}" has no name',
            f'use a named volume: "{name}:{mount.target}"',
        )


@rule("mount-at-root", Severity.ERROR, "services.*", group="volumes", scope="project")
def mount_at_root(element: Element) -> Iterator[Problem]:
    """Detects mounts and tmpfs at the container path `/`.

    Docker Engine refuses to create the container with "invalid specification: destination can't be '/'".

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

    Source: Moby, daemon/volume/mounts/linux_parser.go: linuxValidateNotRoot resolves ".." and reads a backslash as a
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
            yield Problem(
                span,
                f'service "{element.service}": container path "/" cannot be a mount point',
                'use a directory in the container, such as "/data"',
            )
