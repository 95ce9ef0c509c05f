"""Rules about variables that are written in a way that Docker Compose accepts, but reads otherwise than it was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose import interpolation
from composefmt.compose.file import text_span
from composefmt.findings import Fix, Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.lazy import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.compose.file import ComposeFile
    from composefmt.syntax.nodes import Scalar


def _parts(file: ComposeFile) -> list[tuple[Scalar, tuple[interpolation.Part, ...]]]:
    """Return the values with variables, each with its parts; values with an invalid interpolation are omitted."""
    return file.once(_split) if "$" in file.source.text else []


def _split(file: ComposeFile) -> list[tuple[Scalar, tuple[interpolation.Part, ...]]]:
    found = []
    for node in file.interpolated_scalars():
        if node.value.count("$") <= interpolation.MAX_VARIABLES:
            try:
                found.append((node, interpolation.split(node.value)))
            except interpolation.InvalidInterpolation:
                continue
    return found


@rule("stray-brace", Severity.WARNING, group="interpolation")
def stray_brace(element: Element) -> Iterator[Problem]:
    """Detects closing braces without an opening one after a variable.

    `$NAME}` is the value of the variable followed by a brace: the brace becomes part of a password or path. The opening brace
    is probably missing.

    Bad:

        services:
          web:
            image: nginx
            environment:
              PASSWORD: $DB_PASSWORD}

    Good:

        services:
          web:
            image: nginx
            environment:
              PASSWORD: ${DB_PASSWORD}

    Source: Compose Specification, 12-interpolation.
    """
    file = element.file
    for node, parts in _parts(file) if "}" in file.source.text else ():
        depth = 0
        for index, part in enumerate(parts):
            if isinstance(part, interpolation.Literal):
                before = parts[index - 1] if index else None
                if part.text.startswith("}") and depth == 0 and isinstance(before, interpolation.Variable):
                    yield _stray(file, node, before)
                depth = max(depth + part.text.count("{") - part.text.count("}"), 0)


def _stray(file: ComposeFile, node: Scalar, variable: interpolation.Variable) -> Problem:
    written = node.value[variable.start : variable.end]
    meant = written if written.startswith("${") else f"${{{variable.name}}}"
    fix = Fix.of(f'write "{meant}"', file.changes.replace_part(node, variable.start, variable.end + 1, meant), safe=False)
    span = text_span(file.source, node, variable.start, variable.end + 1)
    return Problem(span, f'stray "}}" after variable "{variable.name}" is part of the value', f'use "{meant}"', fix)


@rule("ineffective-default", Severity.WARNING, group="interpolation")
def ineffective_default(element: Element) -> Iterator[Problem]:
    """Detects default values of variables that never apply.

    Without braces, `$PORT:-8080` is the value of the variable followed by the characters `:-8080`. A variable whose default
    is the variable itself is empty. `${NAME-default}` does not replace an empty value, as in a `.env` file with `NAME=`; only
    `${NAME:-default}` does.

    Bad:

        services:
          web:
            image: nginx
            environment:
              PORT: $PORT:-8080

    Good:

        services:
          web:
            image: nginx
            environment:
              PORT: ${PORT:-8080}

    Source: Compose Specification, 12-interpolation.
    """
    file = element.file
    known = file.options.environment
    for node, parts in _parts(file):
        for index, part in enumerate(parts):
            if isinstance(part, interpolation.Literal):
                continue
            after = parts[index + 1] if index + 1 < len(parts) else None
            span = text_span(file.source, node, part.start, part.end)
            if isinstance(after, interpolation.Literal) and node.value[part.start + 1] != "{":
                found = pattern(r":[-?+]([\w./-]*)").match(after.text)
                if found:
                    meant = f"${{{part.name}{found[0]}}}"
                    end = part.end + found.end()
                    fix = Fix.of(f'write "{meant}"', file.changes.replace_part(node, part.start, end, meant), safe=False)
                    whole = text_span(file.source, node, part.start, end)
                    yield Problem(whole, f'"{found[0]}" after variable "{part.name}" is part of the value', f'use "{meant}"', fix)
            elif part.operator in ("-", ":-") and part.argument in (f"${part.name}", f"${{{part.name}}}"):
                yield Problem(span, f'default of variable "{part.name}" is the variable itself', f'use "${{{part.name}}}"')
            elif part.operator == "-" and part.argument and known.get(part.name) == "":
                meant = f"${{{part.name}:-{part.argument}}}"
                message = f'default of variable "{part.name}" does not apply, because ".env" sets it to an empty value'
                yield Problem(span, message, f'use "{meant}", or remove the variable from ".env"')


# Files that document the variables of a project.
_EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "example.env")


@rule("misspelled-variable", Severity.WARNING, group="interpolation")
def misspelled_variable(element: Element) -> Iterator[Problem]:
    """Detects variables with a default that resemble a variable of the project's `.env` file or of its example.

    The default always applies, because no variable of this name is set. The rule `undefined-variable` reports variables without a
    default. Names that only differ in digits, and names that the file also uses, are not reported.

    Bad:

        services:
          db:
            image: my/db
            environment:
              PASSWORD: ${DB_PASWORD:-changeme}  # .env: DB_PASSWORD=...

    Good:

        services:
          db:
            image: my/db
            environment:
              PASSWORD: ${DB_PASSWORD:-changeme}

    Source: Compose Specification, 12-interpolation.
    """
    file = element.file
    known = _documented(file) if "${" in file.source.text else set()
    if not known:
        return
    uses = [(node, part) for node, parts in _parts(file) for part in parts if isinstance(part, interpolation.Variable)]
    names = {variable.name for _, variable in uses}
    reported: set[str] = set()
    for node, variable in uses:
        name = variable.name
        if name in known or name in reported or not variable.operator or variable.operator.endswith("+"):
            continue
        near = next((each for each in sorted(known - names) if _resembles(name, each)), None)
        surroundings = file.options.surroundings
        if near is None or (surroundings is not None and surroundings.is_set(name)):
            continue
        reported.add(name)
        start = node.value.index(name, variable.start)
        edits = file.changes.replace_part(node, start, start + len(name), near)
        span = text_span(file.source, node, variable.start, variable.end)
        fix = Fix.of(f'write "{near}"', edits, safe=False)
        yield Problem(span, f'variable "{name}" is not set, but "{near}" is', f'did you mean "{near}"?', fix)


def _documented(file: ComposeFile) -> set[str]:
    """Return the names of the variables in the project's `.env` file, or in an example of one."""
    surroundings = file.options.surroundings
    known = set(file.options.environment)
    if known or surroundings is None:
        return known
    for name in _EXAMPLES:
        data = surroundings.read(name)
        if data is not None:
            return set(pattern(r"(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=").findall(data.decode("utf-8", "replace")))
    return known


# Shorter names resemble each other by chance.
_SHORTEST = 5


def _resembles(name: str, other: str) -> bool:
    """Return whether two names differ by one missing, added or replaced letter, or by two exchanged letters."""
    if min(len(name), len(other)) < _SHORTEST or abs(len(name) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(name, other, strict=False)) if a != b), min(len(name), len(other)))
    rest, other_rest = name[start:], other[start:]
    changed = (rest[:1] + other_rest[:1]).replace("_", "")
    if any(character.isdigit() for character in changed):
        return False
    if rest[1:] == other_rest or rest == other_rest[1:] or (rest[1:] == other_rest[1:] and rest and other_rest):
        # A plural is another name.
        return not (changed == "S" and max(len(rest), len(other_rest)) == 1)
    return len(rest) > 1 and rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:]
