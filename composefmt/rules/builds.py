"""Rules about builds: the context and the Dockerfile are there, and the Dockerfile knows the target and the arguments."""

from __future__ import annotations

from posixpath import join, normpath
from typing import TYPE_CHECKING

from composefmt.compose.dockerfile import variables
from composefmt.compose.file import first_line
from composefmt.findings import Severity
from composefmt.rules._builds import arguments, build_of, dockerfile_of, is_alone, is_local
from composefmt.rules._fixes import written
from composefmt.rules._membership import kind_of, other_projects
from composefmt.rules._project import severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.dockerfile import Dockerfile, Stage

_BUILD = "services.*.build"

# What builders know without a declaration (https://docs.docker.com/build/building/variables/).
_PREDEFINED = r"(?i)(?:https?|ftp|no|all)_proxy|BUILDKIT_\w+|SOURCE_DATE_EPOCH|(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)|TARGETSTAGE"


@rule("context-missing", Severity.WARNING, _BUILD, "services.*.build.additional_contexts.*", group="build")
def context_missing(element: Element) -> Iterator[Problem]:
    """The folder that an image is built from is not there.

    Bad:

        services:
          web:
            build: ./no-such-folder

    Good:

        services:
          web:
            build: .

    Source: the Compose Build Specification, `context`.
    """
    surroundings = element.file.options.surroundings
    if surroundings is None:
        return
    if element.path[-1] != "build":
        node = element.node
        path = node.value if type(node) is Scalar else ""
        path = path.partition("=")[2] if isinstance(element.path[-1], int) else path
        place = node
    else:
        build = build_of(element)
        path, place = (build.context, build.place) if build else ("", element.node)
    # Other names are those of images, services and stages.
    if not is_local(path) or (element.path[-1] != "build" and not path.startswith(".")) or kind_of(element.file, path) == "folder":
        return
    what = "is a file, not a folder" if kind_of(element.file, path) else "is not there"
    span = first_line(element.file.source, place.span)
    yield Problem(span, f'service "{element.service}": the folder "{path}" to build from {what}', "paths begin at the folder of this file")


@rule("dockerfile-missing", Severity.WARNING, _BUILD, group="build")
def dockerfile_missing(element: Element) -> Iterator[Problem]:
    """The Dockerfile of a build is not there.

    The path in `dockerfile` begins at the build's context, not at the folder of the Compose file.

    Bad:

        services:
          web:
            build:
              context: .
              dockerfile: Dockerfile.none

    Good:

        services:
          web:
            build: .

    Source: the Compose Build Specification, `dockerfile`.
    """
    surroundings, build = element.file.options.surroundings, build_of(element)
    if surroundings is None or build is None or not build.path or surroundings.kind(build.context) != "folder":
        return
    if kind_of(element.file, build.path) == "file":
        return
    name = build.named.value if build.named is not None else "Dockerfile"
    here = [each for each in ("dockerfile", "Containerfile") if name == "Dockerfile" and surroundings.kind(join(build.context, each))]
    if here == ["dockerfile"]:
        # Builders look for this one too.
        return
    advice = "the path begins at the context"
    if here:
        advice = f'write "dockerfile: {here[0]}"'
    elif build.named is not None and is_local(build.context) and surroundings.kind(name) == "file":
        up = "/".join([".."] * len([part for part in normpath(build.context).split("/") if part != "."]))
        advice = f'the path begins at the context: write "{join(up, name)}"'
    place = build.named if build.named is not None else build.place
    span = first_line(element.file.source, place.span)
    yield Problem(span, f'service "{element.service}": there is no "{name}" in "{build.context}"', advice)


@rule("unknown-build-target", Severity.ERROR, "services.*.build", group="build")
def unknown_build_target(element: Element) -> Iterator[Problem]:
    """The target of a build is no stage of its Dockerfile.

    Bad:

        services:
          web:
            build:
              context: .
              target: production

    Good:

        services:
          web:
            build:
              context: .
              target: final

    Source: the Compose Build Specification, `target`; Docker's documentation, "Multi-stage builds".
    """
    build = build_of(element)
    target = value_of(build.entries, "target") if build else None
    if build is None or type(target) is not Scalar or not target.value or "$" in target.value:
        return
    dockerfile = dockerfile_of(element, build)
    if dockerfile is None or dockerfile.stage(target.value) is not None or any("$" in stage.name for stage in dockerfile.stages):
        return
    names = [stage.name for stage in dockerfile.stages if stage.name]
    near = _near(target.value.lower(), names)
    yield Problem(
        target.span,
        f'service "{element.service}": "{target.value}" is no stage of "{build.path or "dockerfile_inline"}"',
        _nearest(near, names),
        written(element.file, target, near[0]) if near else None,
        severity=severity(element.file),
    )


def _near(name: str, names: list[str]) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(name, names[:100], 1)


def _nearest(near: list[str], names: list[str]) -> str:
    if near:
        return f'did you mean "{near[0]}"?'
    return f"its stages are {', '.join(names[:8])}" if names else "none of its stages has a name"


@rule("undeclared-build-arg", Severity.WARNING, _BUILD, group="build")
def undeclared_build_arg(element: Element) -> Iterator[Problem]:
    """A build argument that the Dockerfile does not declare, so that it is ignored.

    Bad:

        services:
          web:
            build:
              context: .
              args: {VERSOIN: "3.20"}

    Good:

        services:
          web:
            build:
              context: .
              args: {VERSION: "3.20"}

    Source: Docker's documentation, the Dockerfile's `ARG`.
    """
    build = build_of(element)
    dockerfile = dockerfile_of(element, build) if build is not None and "args" in build.entries else None
    if build is None or dockerfile is None or any("onbuild" in stage.base for stage in dockerfile.stages):
        return
    for name, place in arguments(element.file, build):
        if not name or "$" in name or dockerfile.declares(name) or pattern(_PREDEFINED).fullmatch(name):
            continue
        known = [*dockerfile.arguments, *(each for stage in dockerfile.stages for each in stage.arguments)]
        message = f'service "{element.service}": no ARG of "{build.path or "dockerfile_inline"}" declares {name}, so it is ignored'
        yield Problem(first_line(element.file.source, place.span), message, _nearest_argument(name, known))


def _nearest_argument(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known[:300], 1, 0.75)
    return f'did you mean "{near[0]}"?' if near else f'add "ARG {name}" to it'


@rule("arg-before-from-scope", Severity.WARNING, _BUILD, group="build")
def arg_before_from_scope(element: Element) -> Iterator[Problem]:
    """A build argument is declared where the instruction that uses it does not see it.

    What is declared before the first FROM holds in FROM lines only, until a stage declares it again; what is declared in a
    stage holds in that stage only, not in FROM lines.

    Bad:

        services:
          web:
            build:
              dockerfile_inline: |
                ARG VERSION
                FROM alpine:3.20
                RUN echo $$VERSION
              args: {VERSION: "1"}

    Good:

        services:
          web:
            build:
              dockerfile_inline: |
                ARG VERSION
                FROM alpine:3.20
                ARG VERSION
                RUN echo $$VERSION
              args: {VERSION: "1"}

    Source: Docker's documentation, the Dockerfile's `ARG`, "Scope".
    """
    build = build_of(element)
    dockerfile = dockerfile_of(element, build) if build is not None and "args" in build.entries else None
    if build is None or dockerfile is None:
        return
    for name, place in arguments(element.file, build):
        span = first_line(element.file.source, place.span)
        if not dockerfile.declares(name):
            continue
        if name in dockerfile.arguments:
            if any(name in stage.arguments for stage in dockerfile.stages):
                continue
            using = next((stage for stage in dockerfile.stages if _uses(stage, name)), None)
            if using is not None:
                message = f'service "{element.service}": {name} is declared before FROM, so it is empty in the stage that uses it'
                yield Problem(span, message, f'add "ARG {name}" behind "FROM {using.base}"')
        elif any(each.name == name for stage in dockerfile.stages for each in variables(stage.base)):
            message = f'service "{element.service}": a FROM uses {name}, but it is declared only within a stage'
            yield Problem(span, message, f'move "ARG {name}" before the first FROM')


def _uses(stage: Stage, name: str) -> bool:
    """Whether a stage surely means an argument: no environment or shell variable of that name is set in it."""
    texts = [instruction.text for instruction in stage.instructions]
    if any(pattern(rf"\b{name}[=\s]").search(each.text) for each in stage.instructions if each.name == "ENV"):
        return False
    if any(pattern(rf"(?:\b{name}=|\b(?:for|read|export|local)\b[^\n]*\b{name}\b)").search(text) for text in texts):
        return False
    return any(each.name == name for text in texts for each in variables(text))


@rule("unset-build-arg", Severity.WARNING, _BUILD, group="build")
def unset_build_arg(element: Element) -> Iterator[Problem]:
    """The image that a build begins with is named by an argument without a value, so that the build fails.

    Bad:

        services:
          web:
            build:
              dockerfile_inline: |
                ARG VERSION
                FROM alpine:$${VERSION}

    Good:

        services:
          web:
            build:
              dockerfile_inline: |
                ARG VERSION
                FROM alpine:$${VERSION}
              args: {VERSION: "3.20"}

    Source: Docker's documentation, the Dockerfile's `ARG`, "Understand how ARG and FROM interact".
    """
    build = build_of(element)
    dockerfile = dockerfile_of(element, build) if build is not None else None
    if build is None or dockerfile is None or not is_alone(element.file, element.service):
        return
    given = {name for name, _ in arguments(element.file, build)}
    target = value_of(build.entries, "target")
    wanted = target.value if type(target) is Scalar else str(len(dockerfile.stages) - 1)
    for stage in _built(dockerfile, wanted):
        for variable in variables(stage.base):
            name = variable.name
            if variable.has_default or dockerfile.arguments.get(name, "") is not None or name in given:
                continue
            if not other_projects(element.file):
                span = first_line(element.file.source, build.place.span)
                message = f'service "{element.service}": "FROM {stage.base}" needs a value for the argument {name}'
                yield Problem(span, message, f'add {name} to the build\'s args, or a default to its "ARG {name}"')


def _built(dockerfile: Dockerfile, target: str) -> Iterator[Stage]:
    """The stage that is built and those below it."""
    stage = dockerfile.stage(target)
    seen = 0
    while stage is not None and seen < len(dockerfile.stages):
        yield stage
        stage = dockerfile.stage(stage.base) if not stage.base.isdecimal() else None
        seen += 1
