"""Rules about image names."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.rules._fixes import written
from composefmt.rules._project import is_active
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

_IMAGES = "services.*.image"


@rule("invalid-image", Severity.ERROR, _IMAGES, group="images")
def invalid_image(element: Element) -> Iterator[Problem]:
    """Detects invalid image names.

    Docker cannot pull or run such an image. The format is `[registry/]name[:tag][@digest]`, and the name is lower case.

    Bad:

        services:
          web:
            image: MyOrg/Web:1.0

    Good:

        services:
          web:
            image: registry.example.org:5000/my-org/web:1.0

    Source: the grammar of github.com/distribution/reference; Docker Engine's error "invalid reference format".
    """
    node, file = element.node, element.file
    if type(node) is not Scalar or not node.value or "$" in node.value or not is_active(file, element.service):
        return
    problem = _problem(node.value)
    if problem is not None:
        message, advice, meant = problem
        fix = written(file, node, meant) if meant and _problem(meant) is None else None
        yield Problem(node.span, f'service "{element.service}": {message}', advice, fix)


@lru_cache(maxsize=1024)
def _problem(image: str) -> tuple[str, str, str] | None:
    """Return the message, the advice and the likely name ("" if unknown) for an invalid image name; None for a valid one."""
    if _valid().fullmatch(image):
        return None
    name, tag, digest = _parts(image)
    if " " in image or "\t" in image:
        return f'invalid image "{image}": it contains whitespace', "remove the whitespace", ""
    if "://" in image:
        meant = image.partition("://")[2]
        return f'invalid image "{image}": it is a URL', f'remove the scheme: use "{meant}"', meant
    if digest and not re.fullmatch(r"[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{32,}", digest):
        return f'invalid digest "{digest}" in image "{image}"', 'use "sha256:" followed by 64 hexadecimal digits', ""
    if tag is not None and not re.fullmatch(r"\w[\w.-]{0,127}", tag, re.ASCII):
        if not tag:
            return f'empty tag in image "{image}"', 'add a tag or remove the ":"', ""
        return f'invalid tag "{tag}" in image "{image}"', "use at most 128 letters, digits, dots, hyphens and underscores", ""
    if name != name.lower():
        meant = image.replace(name, name.lower(), 1)
        return f'invalid image "{image}": the name contains uppercase letters', f'use "{meant}"', meant
    return f'invalid image "{image}"', "use lower-case letters and digits, separated by single dots, hyphens or underscores", ""


def _parts(image: str) -> tuple[str, str | None, str]:
    rest, _, digest = image.partition("@")
    head, slash, last = rest.rpartition("/")
    name, colon, tag = last.partition(":")
    return head + slash + name, tag if colon else None, digest


@lru_cache(maxsize=1)
def _valid() -> re.Pattern[str]:
    label = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
    host = rf"(?:{label}(?:\.{label})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
    part = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
    return re.compile(
        rf"(?:(?:{host}/)?{part}(?:/{part})*(?::\w[\w.-]{{0,127}})?(?:@[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{{32,}})?|[0-9a-f]{{64}})",
        re.ASCII,
    )


@rule("image-latest", Severity.WARNING, _IMAGES, group="images", scope="project", default=False)
def image_latest(element: Element) -> Iterator[Problem]:
    """Detects images without a tag, or with a mutable tag such as `latest`.

    The image of such a tag changes with each release, so the same file runs different software on different days. Services
    with a `build` are not reported, because there `image` names the result of the build.

    Bad:

        services:
          web:
            image: nginx

    Good:

        services:
          web:
            image: nginx:1.27

    Source: Docker documentation, "Image tagging best practices"; dclint's service-image-require-explicit-tag.
    """
    node = element.node
    if type(node) is not Scalar or "$" in node.value or not node.value or _is_built(element):
        return
    _, tag, digest = _parts(node.value)
    if not digest and tag in (None, "latest", "stable", "edge", "test", "nightly", "dev"):
        what = "has no tag" if tag is None else f'uses mutable tag "{tag}"'
        yield Problem(node.span, f'service "{element.service}": image "{node.value}" {what}', "use the tag of the version that you tested")


@rule("image-without-digest", Severity.INFO, _IMAGES, group="images", scope="project", default=False)
def image_without_digest(element: Element) -> Iterator[Problem]:
    """Detects images without a digest.

    A tag can be moved to another image at any time. A digest identifies the content, so each host runs the same image.

    Bad:

        services:
          web:
            image: nginx:1.27

    Good:

        services:
          web:
            image: nginx:1.27@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

    Source: Compose Specification, 05-services, `image`.
    """
    node = element.node
    if type(node) is Scalar and node.value and "$" not in node.value and "@" not in node.value and not _is_built(element):
        message = f'service "{element.service}": image "{node.value}" has no digest'
        yield Problem(
            node.span, message, f'use "{node.value}@sha256:..."; "docker buildx imagetools inspect {node.value}" prints the digest'
        )


def _is_built(element: Element) -> bool:
    return "build" in element.file.entries(element.file.get("services", element.service))


@rule("build-and-image", Severity.INFO, _IMAGES, group="images", scope="project", default=False)
def build_and_image(element: Element) -> Iterator[Problem]:
    """Detects services with both `build` and `image`.

    Docker Compose gives the built image the name in `image`. A reader can expect that the image is pulled, and
    `docker compose pull` can replace the built image.

    Bad:

        services:
          web:
            build: .
            image: my/web

    Good:

        services:
          web:
            build: .

    Source: Compose Specification, 05-services, `image`; dclint's no-build-and-image.
    """
    if element.key is not None and _is_built(element):
        yield Problem(
            element.key.span,
            f'service "{element.service}" has both "build" and "image"',
            'remove "image" unless the built image needs this name',
        )
