"""Changes as the command line asks for them: values as text, checked against the field that they are for."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Union

from composefmt.edit import additions
from composefmt.edit.editor import ORDINARY, Access
from composefmt.edit.errors import EditError, InvalidValue, MissingPath
from composefmt.edit.locate import expand
from composefmt.edit.paths import shown
from composefmt.edit.places import PathEnd
from composefmt.edit.text_values import meant
from composefmt.edit.validation import new_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from composefmt.edit.editor import Opened
    from composefmt.edit.paths import Exact, Path

# Of several problems of a value the first ones are shown.
_MAX_SHOWN = 3


class Manner(NamedTuple):
    """How to make changes. `check`: refuse values that are not valid for their field; `as_string`: values are not read as YAML."""

    access: Access = ORDINARY
    check: bool = True
    as_string: bool = False


class SetRequest(NamedTuple):
    """Set the values at a path; or, with `add`, add to the lists and mappings there."""

    path: Path
    text: str
    add: bool = False
    ignore_missing: bool = False

    def __call__(self, document: Opened, path: Exact, manner: Manner) -> None:
        """Make the change at one path. Raises EditError."""
        editor = document.editor
        values = [self.text] if manner.as_string else meant(self.text, editor, (*path, "*") if self.add else path)
        problems: list[EditError] = []
        for value in values:
            try:
                with checked(document, path, manner):
                    if self.add:
                        additions.add(editor, path, value, manner.access)
                    else:
                        editor.set(path, value, manner.access)
            except InvalidValue as error:
                problems.append(error)
            else:
                return
        raise problems[0]


class UnsetRequest(NamedTuple):
    """Remove the values at a path; `ignore_missing`: do nothing without such values."""

    path: Path
    ignore_missing: bool = False

    def __call__(self, document: Opened, path: Exact, manner: Manner) -> None:
        """Make the change at one path. Raises EditError."""
        if self.ignore_missing and isinstance(document.editor.locate(path), PathEnd):
            return
        with checked(document, path[:-1], manner):
            document.editor.unset(path, manner.access)


Request = Union[SetRequest, UnsetRequest]


def run(document: Opened, request: Request, manner: Manner) -> None:
    """Make the changes of a document that a request means, all or none. Raises EditError."""
    editor = document.editor
    try:
        paths = expand(editor.now.tree, request.path, editor.forms, exact=isinstance(request, UnsetRequest))
    except MissingPath:
        if request.ignore_missing:
            return
        raise
    with editor.all_or_nothing():
        # The last first, so that indexes stay right.
        for path in reversed(paths):
            request(document, path, manner)


@contextmanager
def checked(document: Opened, path: Exact, manner: Manner) -> Iterator[None]:
    """Undo a change that makes the value at a path invalid. Raises InvalidValue."""
    editor = document.editor
    before = editor.now
    with editor.all_or_nothing():
        yield
        found = new_problems(before, editor.now, path, editor.forms.options, document.filename) if manner.check else []
        if found:
            more = f" (and {len(found) - _MAX_SHOWN} more)" if len(found) > _MAX_SHOWN else ""
            raise InvalidValue(f"{shown(path)}: {'; '.join(found[:_MAX_SHOWN])}{more}", "--force writes it anyway")
