"""Where the value at a path is really defined, and which other values share it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from composefmt.edit.errors import EditError
from composefmt.edit.paths import Exact, shown
from composefmt.syntax.nodes import Mapping, Node, Scalar, Sequence, resolve
from composefmt.syntax.values import key_text

if TYPE_CHECKING:
    from composefmt.edit.layout import NodeLayout
    from composefmt.edit.places import Crossing
    from composefmt.edit.steps import IndexPath


def line_of(layout: NodeLayout, offset: int) -> int:
    """Return the number of a line, from 1."""
    return layout.text.count("\n", 0, offset) + 1


def names_of(layout: NodeLayout, path: IndexPath) -> Exact:
    """Return the keys and indexes at a path."""
    node: Node = layout.tree.documents[path[0]]
    made: list[str | int] = []
    for index in path[1:]:
        if isinstance(node, Mapping):
            made.append(key_text(node.entries[index][0]))
            node = node.entries[index][1]
        else:
            assert isinstance(node, Sequence)
            made.append(index)
            node = node.items[index]
    return tuple(made)


def refuse_crossing(layout: NodeLayout, path: Exact, crossing: Crossing, node: Node) -> NoReturn:
    """Raise EditError: a value, the node, comes through an alias or a merge key."""
    anchor, value = resolve(crossing.target).anchor, resolve(node)
    name = f'the anchor "{anchor}"' if anchor else "a merged mapping"
    where = shown(names_of(layout, layout.path_of(value)))
    raise EditError(
        f"{shown(path)} comes through {name}; it is defined in line {line_of(layout, value.content)} ({where})",
        "--follow changes it there, for all that use it; --here writes a value of its own",
    )


def refuse_shared(layout: NodeLayout, path: Exact, node: Node) -> None:
    """Raise EditError if a value lies inside an anchor that is also used elsewhere."""
    uses = [alias for alias in layout.tree.aliases if alias.target.start <= node.start < max(alias.target.end, alias.target.start + 1)]
    if not uses:
        return
    numbers = sorted({line_of(layout, alias.start) for alias in uses})
    lines = f"line {numbers[0]}" if len(numbers) == 1 else f"lines {', '.join(map(str, numbers[:5]))}"
    more = " and more" if len(numbers) > 5 else ""
    raise EditError(
        f'{shown(path)} is shared: the anchor "{uses[0].name}" is also used in {lines}{more}', "--follow changes it for all that use it"
    )


def refuse_variable(path: Exact, node: Node) -> None:
    """Raise EditError if a value holds a variable, which is defined elsewhere."""
    from composefmt.compose.interpolation import InvalidInterpolation, Variable, split

    node = resolve(node)
    if type(node) is not Scalar or "$" not in node.value:
        return
    try:
        variables = [part for part in split(node.value) if isinstance(part, Variable)]
    except InvalidInterpolation:
        return
    if variables:
        names = " and ".join(f'"{name}"' for name in dict.fromkeys(part.name for part in variables))
        noun = "variable" if len(variables) == 1 else "variables"
        raise EditError(
            f'{shown(path)} is "{node.value}", with the {noun} {names}',
            "--follow changes the variable where it is defined; --here replaces the whole value",
        )
