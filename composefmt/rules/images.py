"""Rules about the names of images."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.rules._fixes import written
from composefmt.rules._project import is_active, severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

_IMAGES = "services.*.image"


@rule("invalid-image", Severity.ERROR, _IMAGES, group="images")
def invalid_image(element: Element) -> Iterator[Problem]:
    """The name of an image has a form that no registry takes.

    It looks like `[registry/]name[:tag][@digest]`; the name is in lower case.

    Bad:

        services:
          web:
            image: MyOrg/Web:1.0

    Good:

        services:
          web:
            image: registry.example.org:5000/my-org/web:1.0

    Source: the grammar of github.com/distribution/reference; the engine answers "invalid reference format".
    """
    node, file = element.node, element.file
    if type(node) is not Scalar or not node.value or "$" in node.value or not is_active(file, element.service):
        return
    problem = _problem(node.value)
    if problem is not None:
        message, advice = problem
        meant = advice.split('"')[1] if '"' in advice else ""
        fix = written(file, node, meant) if meant and _problem(meant) is None else None
        yield Problem(node.span, f'service "{element.service}": the image "{node.value}" {message}', advice, fix, severity=severity(file))


@lru_cache(maxsize=1024)
def _problem(image: str) -> tuple[str, str] | None:
    """What is wrong with an image's name, and how to mend it."""
    if _valid().fullmatch(image):
        return None
    name, tag, digest = _parts(image)
    if " " in image or "\t" in image:
        return "holds a space", "delete the space"
    if "://" in image:
        return "is an address", f'leave out the beginning: "{image.partition("://")[2]}"'
    if digest and not re.fullmatch(r"[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{32,}", digest):
        return f'has the digest "{digest}", which is none', "a digest looks like sha256: and 64 digits of 0-9 and a-f"
    if tag is not None and not re.fullmatch(r"\w[\w.-]{0,127}", tag, re.ASCII):
        return f'has the tag "{tag}", which is none', "a tag has letters, digits, dots, dashes and underscores, 128 at most"
    if name != name.lower():
        return "has capital letters in its name", f'write "{image.replace(name, name.lower(), 1)}"'
    return "has a name that no image can have", "a name has lower-case letters and digits, and single dots, dashes or underscores between"


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


@rule("image-latest", Severity.WARNING, _IMAGES, group="images", default=False)
def image_latest(element: Element) -> Iterator[Problem]:
    """An image has no tag, or the tag `latest`, so that what runs changes from day to day.

    Not told of services with a `build`, where the name is what the built image is called.

    Bad:

        services:
          web:
            image: nginx

    Good:

        services:
          web:
            image: nginx:1.27

    Source: Docker's documentation, "Image tagging best practices"; dclint's service-image-require-explicit-tag.
    """
    node = element.node
    if type(node) is not Scalar or "$" in node.value or not node.value or _is_built(element):
        return
    _, tag, digest = _parts(node.value)
    if not digest and tag in (None, "latest", "stable", "edge", "test", "nightly", "dev"):
        what = "no tag" if tag is None else f"the tag {tag}"
        yield Problem(node.span, f'service "{element.service}": the image "{node.value}" has {what}', "name the version that you tested")


@rule("image-without-digest", Severity.INFO, _IMAGES, group="images", default=False)
def image_without_digest(element: Element) -> Iterator[Problem]:
    """An image is named without the digest of its content, so that its tag may come to mean another one.

    Bad:

        services:
          web:
            image: nginx:1.27

    Good:

        services:
          web:
            image: nginx:1.27@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

    Source: the specification's 05-services, `image`.
    """
    node = element.node
    if type(node) is Scalar and node.value and "$" not in node.value and "@" not in node.value and not _is_built(element):
        message = f'service "{element.service}": the image "{node.value}" has no digest'
        yield Problem(
            node.span, message, f'write "{node.value}@sha256:..."; "docker buildx imagetools inspect {node.value}" tells the digest'
        )


def _is_built(element: Element) -> bool:
    return "build" in element.file.entries(element.file.get("services", element.service))


@rule("build-and-image", Severity.INFO, _IMAGES, group="images", default=False)
def build_and_image(element: Element) -> Iterator[Problem]:
    """A service has both `build` and `image`: the built image gets that name.

    Bad:

        services:
          web:
            build: .
            image: my/web

    Good:

        services:
          web:
            build: .

    Source: the specification's 05-services, `image`; dclint's no-build-and-image.
    """
    if element.key is not None and _is_built(element):
        yield Problem(
            element.key.span,
            f'service "{element.service}" has both build and image',
            "leave one out, unless the built image is to have this name",
        )
