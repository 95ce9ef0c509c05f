"""What can be chosen: one frozen object that travels with every call."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from composefmt.surroundings import Surroundings


class Options(NamedTuple):
    """How to format and check.

    engine: "compose", or "swarm": then what Docker's CLI refuses in a stack file stays in short form.
    long_form: names of the fields whose short forms are expanded; "all" means all but those as readable in short.
    short_form: names of the fields whose long forms are collapsed where that loses nothing.
    order: "keep", or "spec": keys in the order of the specification.
    max_range: a range of more ports than this stays short.
    variables: "assume-scalar" expands `"${PORT}:80"`, "keep" leaves every entry with a variable short.
    write_defaults: also write what the short form left to the default (`protocol: tcp`, `mode: ingress`).
    lines: the first and the last line, from 1, that may be touched; None for all.
    verify: prove before returning new text that nothing was lost (see `composefmt.engine`).
    environment: values of variables known to hold, such as those of the `.env` file beside the Compose file;
        an entry is expanded only where that is right with these values as well.
    select: the rules or groups of rules to check, None for those that are on by default; "all" stands for all rules.
    extend_select: rules or groups to check besides.
    ignore: rules or groups of rules that are not checked; a rule's own name outweighs its group's, a group's outweighs "all".
    file_ignore: rules or groups that are not checked in this file, whatever else is said.
    severity: other severities for rules or groups, by name.
    surroundings: the files around the Compose file, for the rules that look at them; None where nothing is known of them.
    """

    engine: str = "compose"
    long_form: tuple[str, ...] = ("ports", "volumes")
    short_form: tuple[str, ...] = ()
    order: str = "keep"
    max_range: int = 16
    variables: str = "assume-scalar"
    write_defaults: bool = False
    verify: bool = True
    lines: tuple[int, int] | None = None
    environment: Mapping[str, str] = {}
    select: frozenset[str] | None = None
    extend_select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    file_ignore: frozenset[str] = frozenset()
    severity: Mapping[str, str] = {}
    surroundings: Surroundings | None = None


class Chosen(TypedDict, total=False):
    """Options that settings or the command line choose; what they leave out keeps its default."""

    engine: str
    long_form: tuple[str, ...]
    short_form: tuple[str, ...]
    order: str
    max_range: int
    variables: str
    write_defaults: bool
    verify: bool
    lines: tuple[int, int] | None
    select: frozenset[str] | None
    extend_select: frozenset[str]
    ignore: frozenset[str]
    severity: Mapping[str, str]
