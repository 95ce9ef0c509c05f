"""Opt-in rules for unencrypted Docker APIs and unverified scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.file import first_line, text_span
from composefmt.findings import Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("host-docker-tcp", Severity.WARNING, group="security", default=False)
def host_docker_tcp(element: Element) -> Iterator[Problem]:
    """Checks for addresses of an unencrypted Docker API (port 2375).

    Everyone who can reach this port has full control over the host. Services of the same project, such as a socket proxy, are
    not reported.

    Bad:

        services:
          ci:
            image: my/ci
            environment:
              DOCKER_HOST: tcp://host:2375

    Good:

        services:
          ci:
            image: my/ci
            environment:
              DOCKER_HOST: ssh://docker@host

    Source: Docker's documentation, "Protect the Docker daemon socket".
    """
    file = element.file
    for node in file.tree.scalars if ":2375" in file.source.text else ():
        for found in pattern(r"tcp://([^\s\"',]*):2375\b").finditer(node.value):
            if found[1] in file.defined("services"):
                continue
            yield Problem(
                text_span(file.source, node, found.start(), found.end()),
                f'"{found.group()}" exposes an unauthenticated Docker API',
                'use "ssh://" or TLS (port 2376)',
            )


_COMMANDS = ("services.*.command", "services.*.entrypoint", "services.*.command.*", "services.*.entrypoint.*")


@rule("curl-pipe-shell", Severity.WARNING, *_COMMANDS, "services.*.build.dockerfile_inline", group="security", default=False)
def curl_pipe_shell(element: Element) -> Iterator[Problem]:
    """Detects scripts that are downloaded and run without verification.

    The content of the script can change at any time, and it runs with the rights of the container.

    Bad:

        services:
          web:
            image: alpine
            command: sh -c "curl -s https://example.org/install.sh | sh"

    Good:

        services:
          web:
            image: my/alpine-with-it-installed

    Source: OWASP, "Software and Data Integrity Failures".
    """
    node = element.node
    if type(node) is Scalar and "|" in node.value:
        found = pattern(r"\b(?:curl|wget)\b[^|\n]{0,1000}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b").search(node.value)
        if found:
            yield Problem(
                first_line(element.file.source, text_span(element.file.source, node, found.start(), found.end())),
                f'service "{element.service}": a downloaded script is run without verification',
                "add it to the image, or verify its checksum before running it",
            )
