"""Rules about services that do not fit their image: where it stores data, which variables it requires, which ports it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Fix, Severity
from composefmt.rules._mounting import mounted
from composefmt.rules._project import is_fragment
from composefmt.rules._services import environment_of, in_service, known_image, service_entries, words_of
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Mapping, Scalar, resolve
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.images import ImageFacts
    from composefmt.rules._mounting import Mounted
    from composefmt.syntax.nodes import Node


@rule("volume-outside-data-path", Severity.WARNING, "services.*.volumes", group="images", scope="project")
def volume_outside_data_path(element: Element) -> Iterator[Problem]:
    """Detects volumes for the data of a well-known image that are mounted where the image does not store its data.

    The volume stays empty, and the data is lost when the container is replaced. The images of Postgres 18 and later store their data
    below `/var/lib/postgresql` and refuse to start with a mount at `/var/lib/postgresql/data`. Images of your own,
    and services that move the data with a variable or an option, are not reported.

    Bad:

        services:
          db:
            image: postgres:18
            environment: {POSTGRES_PASSWORD_FILE: /run/secrets/password}
            volumes: ["data:/var/lib/postgresql/data"]
        volumes:
          data:

    Good:

        services:
          db:
            image: postgres:18
            environment: {POSTGRES_PASSWORD_FILE: /run/secrets/password}
            volumes: ["data:/var/lib/postgresql"]
        volumes:
          data:

    Source: docker-library/postgres, docker-entrypoint.sh, docker_setup_env, and pull request 1259; the Dockerfile of each image.
    """
    facts = known_image(element)
    if facts is None or not facts.data or not environment_of(element).keys().isdisjoint(facts.data_settings):
        return
    mounts = [(item, mounted(element.file, item)) for item in element.file.items(element.node)]
    options = " ".join([*(words_of(element, "command") or []), *(words_of(element, "entrypoint") or [])])
    known = [mount for _, mount in mounts if mount is not None and "$" not in mount.target]
    if len(known) < len(mounts) or any(mount.target in options for mount in known if mount.target != "/"):
        return
    is_used = any(_is_within(mount.target, facts.data) and mount.target not in facts.unused for mount in known)
    for item, mount in mounts:
        if mount is None or not _holds_data(mount, facts):
            continue
        if mount.target in facts.unused:
            yield _refused(element, item, mount, facts)
        elif not is_used and not _is_within(mount.target, facts.data):
            yield _elsewhere(element, item, mount, facts)


def _is_within(path: str, directory: str) -> bool:
    return path == directory or path.startswith(f"{directory}/")


def _holds_data(mount: Mounted, facts: ImageFacts) -> bool:
    """Return whether a mount is one of data: a volume or directory whose path in the container says so."""
    if mount.type not in ("volume", "bind") or (mount.type == "volume" and not mount.source):
        return False
    if mount.type == "bind" and "." in mount.source.strip("./").rpartition("/")[2]:
        return False
    if mount.target in facts.unused or (facts.is_volume and _is_within(facts.data, mount.target)):
        return True
    return pattern(r"/var/lib/[a-z]|(?:/[\w.-]+)*/(?:[\w.-]*data|db)(?:/|$)").match(mount.target) is not None


def _refused(element: Element, item: Node, mount: Mounted, facts: ImageFacts) -> Problem:
    """Return the problem of a mount where a former version stored its data."""
    version = facts.version if facts.certain else f'{facts.version}, which is what "{facts.name}" without a version is now'
    return Problem(
        mount.span,
        f'service "{element.service}": image "{facts.name}" does not start with a mount at "{mount.target}"',
        f'from version {facts.since} on, mount "{facts.data}" instead (this is version {version})',
        _moved(element, item, mount, facts.data) if facts.certain else None,
    )


def _elsewhere(element: Element, item: Node, mount: Mounted, facts: ImageFacts) -> Problem:
    if _is_within(facts.data, mount.target):
        message = f'"{mount.target}" does not hold the data, which is in an anonymous volume at "{facts.data}"'
    else:
        message = f'"{mount.target}" is not where image "{facts.name}" stores its data'
    advice = f'use "{facts.data}"'
    return Problem(mount.span, f'service "{element.service}": volume at {message}', advice, _moved(element, item, mount, facts.data))


def _moved(element: Element, item: Node, mount: Mounted, target: str) -> Fix | None:
    node = resolve(item)
    holder = value_of(mount.entries, "target") if type(node) is Mapping else node
    if type(holder) is not Scalar or holder.value.count(mount.target) != 1:
        return None
    start = holder.value.index(mount.target)
    edits = element.file.changes.replace_part(holder, start, start + len(mount.target), target)
    return Fix.of(f'mount at "{target}"', edits, safe=False)


@rule("missing-image-variable", Severity.WARNING, "services.*.image", group="images", scope="project")
def missing_image_variable(element: Element) -> Iterator[Problem]:
    """Detects well-known images without an environment variable that they require.

    The container stops at its first start with a message such as "Database is uninitialized and superuser password is not
    specified". Services with an `env_file`, an `entrypoint` or another program as `command` are not reported, nor are
    variables whose value comes from outside of the file, and files beside variants such as `docker-compose.prod.yml`.

    Bad:

        services:
          db:
            image: postgres:17

    Good:

        services:
          db:
            image: postgres:17
            environment:
              POSTGRES_PASSWORD_FILE: /run/secrets/password

    Source: the entrypoint of each image: docker-library/postgres and docker-library/mysql, docker_verify_minimum_env;
    MariaDB/mariadb-docker; docker-library/mongo.
    """
    facts = known_image(element)
    if facts is None or not (facts.required or facts.together) or not _starts_server(element, facts):
        return
    own = environment_of(element)
    what = f'service "{element.service}": image "{facts.name}"'
    if facts.required and not any(_may_be_set(own, each) for each in facts.required):
        first, *others = (each.partition("=")[0] for each in facts.required)
        advice = f'set "{first}" or "{first}_FILE"' + (f" (or {', '.join(others[:2])})" if others else "")
        yield Problem(element.node.span, f"{what} does not start without a password for its administrator", advice)
    is_set = [name for name in facts.together if _may_be_set(own, name)]
    if is_set and len(is_set) < len(facts.together):
        missing = next(name for name in facts.together if name not in is_set)
        yield Problem(element.node.span, f'{what} requires "{missing}" with "{is_set[0]}"', f'set "{missing}", or remove "{is_set[0]}"')


def _starts_server(element: Element, facts: ImageFacts) -> bool:
    """Return whether a service initializes the data of its image, and its environment is complete in the file."""
    entries = service_entries(element)
    if entries.keys() & {"env_file", "entrypoint"} or is_fragment(element.file) or _has_variants(element):
        return False
    words = words_of(element, "command")
    if words and not (words[0].startswith("-") or words[0].rpartition("/")[2] in facts.programs):
        return False
    for item in element.file.items(in_service(element, "volumes")):
        mount = mounted(element.file, item)
        if mount is None or mount.target in facts.initial_data:
            return False
        volume = element.file.entries(element.file.defined("volumes").get(mount.source))
        if "external" in volume and (_is_within(mount.target, facts.data or "/") or _is_within(facts.data, mount.target)):
            return False
    return True


# Files of these names beside a base may set the variables.
_VARIANTS = ("dev", "development", "local", "prod", "production", "staging", "test", "ci")


def _has_variants(element: Element) -> bool:
    """Return whether variants such as docker-compose.prod.yml are in the file's directory."""
    surroundings = element.file.options.surroundings
    names = (f"{stem}.{variant}.{end}" for stem in ("docker-compose", "compose") for variant in _VARIANTS for end in ("yml", "yaml"))
    return surroundings is not None and any(surroundings.kind(name) is not None for name in names)


def _may_be_set(own: dict[str, str | None], variable: str) -> bool:
    """Return whether a variable `NAME`, its twin `NAME_FILE`, or `NAME=value` may be set."""
    name, sign, value = variable.partition("=")
    given = own.get(name, "")
    if sign:
        return given is None or given == value or "$" in given
    return given is None or bool(given) or bool(own.get(f"{name}_FILE", ""))


@rule("port-not-opened", Severity.INFO, "services.*.ports.*", "services.*.healthcheck.test", group="images", scope="project")
def port_not_opened(element: Element) -> Iterator[Problem]:
    """Detects published ports, and ports in healthchecks, that a well-known image never opens.

    A connection to such a port is refused. The host port and the container port may have been exchanged. Services with a
    configuration of their own (a command with the port, a variable for it, or a mounted configuration) are not reported.

    Bad:

        services:
          db:
            image: mongo:8
            ports: ["27017:27018"]

    Good:

        services:
          db:
            image: mongo:8
            ports: ["27018:27017"]

    Source: `EXPOSE` in the Dockerfile of each image.
    """
    facts = known_image(element)
    if facts is None or not facts.ports:
        return
    for port in _ports(element):
        if port not in facts.ports and not _is_configured(element, facts, port):
            opened = ", ".join(map(str, facts.ports[:3]))
            message = f'service "{element.service}": image "{facts.name}" does not open port {port}'
            yield Problem(element.node.span, message, f"use a port that it opens: {opened}")


def _ports(element: Element) -> list[int]:
    """Return the container ports of an item of `ports`, or the local ports in a healthcheck."""
    file, node = element.file, element.node
    if element.path[2] == "healthcheck":
        texts = [node] if type(node) is Scalar else list(map(resolve, file.items(node)))
        text = " ".join(item.value for item in texts if type(item) is Scalar)
        return [int(port) for port in pattern(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]):([0-9]{2,5})\b").findall(text)]
    target = value_of(file.entries(node), "target") if type(node) is Mapping else node
    text = target.value if type(target) is Scalar else ""
    if "$" in text or "-" in text:
        return []
    found = pattern(r"(?:.*:)?([0-9]{1,5})(?:/tcp)?").fullmatch(text)
    return [int(found[1])] if found else []


def _is_configured(element: Element, facts: ImageFacts, port: int) -> bool:
    """Return whether a service may have its image open another port."""
    entries = service_entries(element)
    if entries.keys() & {"entrypoint", "env_file", "configs"}:
        return True
    own = environment_of(element)
    if not own.keys().isdisjoint(facts.port_settings) or any(
        str(port) in (value or "$") or "$" in (value or "$") for value in own.values()
    ):
        return True
    if any(str(port) in word or "$" in word or ".conf" in word for word in words_of(element, "command") or []):
        return True
    for item in element.file.items(in_service(element, "volumes")):
        mount = mounted(element.file, item)
        if mount is None or (mount.type == "bind" and not _is_within(mount.target, facts.data or "/data")):
            return True
    return False
