"""Values with variables: which variable has to change for another value, and where it is defined."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from composefmt.compose.interpolation import (
    InvalidInterpolation,
    Literal,
    MissingVariable,
    Part,
    Variable,
    has_variable,
    split,
    substitute,
)
from composefmt.edit.errors import EditError
from composefmt.edit.origins import line_of, names_of
from composefmt.edit.paths import Exact, shown
from composefmt.syntax.nodes import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as MappingOf

    from composefmt.edit.editor import Opened
    from composefmt.edit.session import Session


class Variables(NamedTuple):
    """The variables of a project: those of the process, and the env files that set others, later ones over earlier ones."""

    process: MappingOf[str, str]
    env_files: tuple[str, ...]

    def values(self, session: Session) -> dict[str, str]:
        """Return the values of all variables. Raises EditError."""
        found: dict[str, str] = {}
        for path in self.env_files:
            found.update(session.env_file(path).variables())
        return {**found, **self.process}


def follow_variable(session: Session, variables: Variables, where: tuple[Opened, Exact], template: str, new: str) -> list[str] | None:
    """Change the variable of a value so that the value becomes another one: in an env file, or its default in the value.

    Return where else the variable is used; None if the value has no variable. Raises EditError.
    """
    document, path = where
    if not has_variable(template):
        return None
    known = variables.values(session)
    name, value = _solution(template, new, known, shown(path))
    variable = next(part for part in split(template) if isinstance(part, Variable) and part.name == name)
    if name in variables.process:
        raise EditError(f'the variable "{name}" is set in the environment, which no file can change', "unset it, or use --here")
    found = known.get(name)
    is_default = found is None or (found == "" and variable.operator.startswith(":"))
    if not is_default:
        path_of_file = next(each for each in reversed(variables.env_files) if name in session.env_file(each).variables())
        session.env_file(path_of_file).set(name, value)
        known = {**known, name: value}
    elif variable.operator.endswith("-"):
        template = _with_default(template, variable, value)
    else:
        raise EditError(f'the variable "{name}" is not set, and has no default in "{template}"', f"set it in .env: {name}={value}")
    if _rendered(template, known) != new:
        raise EditError(f'no value of "{name}" makes "{new}" of "{template}"', "use --here to replace the whole value")
    if is_default:
        from composefmt.edit.editor import Access

        document.editor.set(path, template, Access(follow=True))
    return list(_other_uses(session, name, document, path))


def _solution(template: str, new: str, known: MappingOf[str, str], where: str) -> tuple[str, str]:
    """Return the one variable whose change makes a template a value, and its new value. Raises EditError."""
    try:
        parts = split(template)
        texts = [_text(part, known) for part in parts]
    except (InvalidInterpolation, MissingVariable):
        raise EditError(f'{where} is "{template}", whose value is not known', "use --here to replace the whole value") from None
    found: dict[str, str] = {}
    for index, part in enumerate(parts):
        before, after = "".join(texts[:index]), "".join(texts[index + 1 :])
        if isinstance(part, Variable) and len(new) >= len(before) + len(after) and new.startswith(before) and new.endswith(after):
            found.setdefault(part.name, new[len(before) : len(new) - len(after)])
    if len(found) != 1:
        count = "no variable" if not found else "more than one variable"
        raise EditError(f'{where} is "{template}": {count} can make "{new}" of it', "use --here to replace the whole value")
    return next(iter(found.items()))


def _text(part: Part, known: MappingOf[str, str]) -> str:
    return part.text.replace("$$", "$") if isinstance(part, Literal) else substitute(_source(part), known)


def _source(variable: Variable) -> str:
    return f"${{{variable.name}{variable.operator}{variable.argument}}}"


def _rendered(template: str, known: MappingOf[str, str]) -> str | None:
    try:
        return substitute(template, known)
    except (InvalidInterpolation, MissingVariable):
        return None


def _with_default(template: str, variable: Variable, value: str) -> str:
    """Return a template in which a variable has another default."""
    if "}" in value or "\n" in value:
        raise EditError(f'"{value}" cannot be the default of "{variable.name}"', "set the variable in .env")
    end = variable.end - 1
    return template[: end - len(variable.argument)] + value.replace("$", "$$") + template[end:]


def _other_uses(session: Session, name: str, document: Opened, path: Exact) -> Iterator[str]:
    """Yield where else a variable is used in the documents that were read."""
    pattern = re.compile(rf"\$(?:{re.escape(name)}(?![A-Za-z0-9_])|\{{{re.escape(name)}[^A-Za-z0-9_])")
    for other in session.documents.values():
        snapshot = other.editor.now
        for scalar in _scalars(other):
            if pattern.search(scalar.value):
                used = names_of(snapshot.writer, snapshot.writer.path_of(scalar))
                if (other, used) != (document, path[: len(used)]):
                    line = line_of(snapshot.writer, scalar.content)
                    yield f'the variable "{name}" is also used in {shown(used)} ({other.filename}:{line})'


def _scalars(document: Opened) -> Iterator[Scalar]:
    stack = list(reversed(document.editor.now.tree.documents))
    while stack:
        node = stack.pop()
        if type(node) is Scalar:
            yield node
        elif type(node) is Sequence:
            stack += reversed(node.items)
        elif type(node) is Mapping:
            stack += [value for _, value in reversed(node.entries)]
