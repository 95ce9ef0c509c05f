"""Rules about builds: context, Dockerfile, target and build arguments."""

from __future__ import annotations

from posixpath import join, normpath
from typing import TYPE_CHECKING

from composefmt.compose.dockerfile import variables
from composefmt.compose.file import first_line
from composefmt.findings import Severity
from composefmt.project.membership import kind_of, other_projects
from composefmt.rules._builds import arguments, build_of, dockerfile_of, is_alone, is_local
from composefmt.rules._fixes import written
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.values import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.dockerfile import Dockerfile, Stage

_BUILD = "services.*.build"

# Arguments that builders predefine (https://docs.docker.com/build/building/variables/).
_PREDEFINED = r"(?i)(?:https?|ftp|no|all)_proxy|BUILDKIT_\w+|SOURCE_DATE_EPOCH|(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)|TARGETSTAGE"


@rule("context-missing", Severity.WARNING, _BUILD, "services.*.build.additional_contexts.*", group="build", may_be_elsewhere=True)
def context_missing(element: Element) -> Iterator[Problem]:
    """Detects build contexts that do not exist.

    Docker cannot build an image without its context. A relative path is resolved against the directory of the Compose file.

    Bad:

        services:
          web:
            build: ./no-such-directory

    Good:

        services:
          web:
            build: .

    Source: Compose Build Specification, `context`.
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
    # Additional contexts that do not start with a dot can name images, services and stages.
    if not is_local(path) or (element.path[-1] != "build" and not path.startswith(".")) or kind_of(element.file, path) == "directory":
        return
    is_file = kind_of(element.file, path) == "file"
    what = "is a file, not a directory" if is_file else "not found"
    span = first_line(element.file.source, place.span)
    advice = f"{'use a directory' if is_file else 'create the directory or fix the path'}; paths are relative to this file's directory"
    yield Problem(span, f'service "{element.service}": build context "{path}" {what}', advice)


@rule("dockerfile-missing", Severity.WARNING, _BUILD, group="build")
def dockerfile_missing(element: Element) -> Iterator[Problem]:
    """Detects builds whose Dockerfile does not exist.

    The build fails. The path in `dockerfile` is relative to the build context, not to the directory of the Compose file.

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

    Source: Compose Build Specification, `dockerfile`.
    """
    surroundings, build = element.file.options.surroundings, build_of(element)
    if surroundings is None or build is None or not build.path or surroundings.kind(build.context) != "directory":
        return
    if kind_of(element.file, build.path) == "file":
        return
    name = build.named.value if build.named is not None else "Dockerfile"
    here = [each for each in ("dockerfile", "Containerfile") if name == "Dockerfile" and surroundings.kind(join(build.context, each))]
    if here == ["dockerfile"]:
        # Builders accept this name, too.
        return
    advice = "create it or fix the path, which is relative to the build context"
    if here:
        advice = f'set "dockerfile: {here[0]}"'
    elif build.named is not None and is_local(build.context) and surroundings.kind(name) == "file":
        up = "/".join([".."] * len([part for part in normpath(build.context).split("/") if part != "."]))
        advice = f'use "{join(up, name)}": the path is relative to the build context'
    place = build.named if build.named is not None else build.place
    span = first_line(element.file.source, place.span)
    yield Problem(span, f'service "{element.service}": Dockerfile "{name}" not found in build context "{build.context}"', advice)


@rule("unknown-build-target", Severity.ERROR, "services.*.build", group="build")
def unknown_build_target(element: Element) -> Iterator[Problem]:
    """Detects build targets that are not a stage of the Dockerfile.

    The build fails, because `target` must name a stage (`FROM ... AS name`) or its number.

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

    Source: Compose Build Specification, `target`; Docker documentation, "Multi-stage builds".
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
        f'service "{element.service}": build stage "{target.value}" not found in "{build.path or "dockerfile_inline"}"',
        _stage_advice(target.value, near, names),
        written(element.file, target, near[0]) if near else None,
    )


def _near(name: str, names: list[str]) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(name, names[:100], 1)


def _stage_advice(target: str, near: list[str], names: list[str]) -> str:
    if near:
        return f'did you mean "{near[0]}"?'
    known = " or ".join(f'"{name}"' for name in names[:8])
    return f"use {known}" if names else f'add "AS {target}" to a FROM line or remove "target"'


@rule("undeclared-build-arg", Severity.WARNING, _BUILD, group="build")
def undeclared_build_arg(element: Element) -> Iterator[Problem]:
    """Detects build arguments that the Dockerfile does not declare.

    The builder ignores such an argument, so the value has no effect. The cause is often a typo in the name.

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

    Source: Docker documentation, the Dockerfile's `ARG`.
    """
    build = build_of(element)
    dockerfile = dockerfile_of(element, build) if build is not None and "args" in build.entries else None
    if build is None or dockerfile is None or any("onbuild" in stage.base for stage in dockerfile.stages):
        return
    for name, place in arguments(element.file, build):
        if not name or "$" in name or dockerfile.declares(name) or pattern(_PREDEFINED).fullmatch(name):
            continue
        known = [*dockerfile.arguments, *(each for stage in dockerfile.stages for each in stage.arguments)]
        where = build.path or "dockerfile_inline"
        message = f'service "{element.service}": build argument "{name}" is ignored because "{where}" does not declare it'
        yield Problem(first_line(element.file.source, place.span), message, _nearest_argument(name, known))


def _nearest_argument(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known[:300], 1, 0.75)
    return f'did you mean "{near[0]}"?' if near else f'add "ARG {name}" to the Dockerfile or remove the argument'


@rule("arg-before-from-scope", Severity.WARNING, _BUILD, group="build")
def arg_before_from_scope(element: Element) -> Iterator[Problem]:
    """Detects build arguments that are declared outside the scope of the instruction that uses them.

    The argument is empty where it is used. An argument declared before the first FROM is visible only in FROM lines, unless
    a stage declares it again. An argument declared in a stage is visible only in that stage, and not in FROM lines.

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

    Source: Docker documentation, the Dockerfile's `ARG`, "Scope".
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
                message = (
                    f'service "{element.service}": build argument "{name}" is empty in the stage that uses it '
                    "because it is declared before FROM"
                )
                yield Problem(span, message, f'add "ARG {name}" after "FROM {using.base}"')
        elif base := next((stage.base for stage in dockerfile.stages if any(each.name == name for each in variables(stage.base))), ""):
            message = (
                f'service "{element.service}": build argument "{name}" is empty in "FROM {base}" because it is declared only within a stage'
            )
            yield Problem(span, message, f'move "ARG {name}" before the first FROM')


def _uses(stage: Stage, name: str) -> bool:
    """Return whether a stage certainly uses an argument: it sets no environment or shell variable of that name."""
    texts = [instruction.text for instruction in stage.instructions]
    if any(pattern(rf"\b{name}[=\s]").search(each.text) for each in stage.instructions if each.name == "ENV"):
        return False
    if any(pattern(rf"(?:\b{name}=|\b(?:for|read|export|local)\b[^\n]*\b{name}\b)").search(text) for text in texts):
        return False
    return any(each.name == name for text in texts for each in variables(text))


@rule("unset-build-arg", Severity.WARNING, _BUILD, group="build")
def unset_build_arg(element: Element) -> Iterator[Problem]:
    """Detects base images whose name depends on a build argument without a value.

    The build fails, because the builder cannot resolve the image in the FROM line.

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

    Source: Docker documentation, the Dockerfile's `ARG`, "Understand how ARG and FROM interact".
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
                message = f'service "{element.service}": build argument "{name}" in "FROM {stage.base}" has no value'
                yield Problem(span, message, f'add "{name}" to "args" or a default value to "ARG {name}"')


def _built(dockerfile: Dockerfile, target: str) -> Iterator[Stage]:
    """Yield the target stage, then the stages that it is based on."""
    stage = dockerfile.stage(target)
    seen = 0
    while stage is not None and seen < len(dockerfile.stages):
        yield stage
        stage = dockerfile.stage(stage.base) if not stage.base.isdecimal() else None
        seen += 1
