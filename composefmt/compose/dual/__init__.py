"""All fields with a short and a long form except ports and volumes: their paths and the parsers of both forms.

A field is one line in `DUALS`. Its `form` names the object, in a module of this package, that reads and writes it:
`Pairs` (a list of K=V, or a mapping), `Names` (a list of names, or a mapping by name), `Items` (a list whose items are
strings, or mappings) or `Whole` (one value, or a collection).

Source: the specification's 05-services and 09-secrets; the reference's directories transform and types.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Union

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as MappingOf

    from composefmt.syntax.write import Entry


class Pairs(NamedTuple):
    """A list of `K=V` that may also be a mapping.

    `split` returns the key and the value of an item (None without a value, a list for several), or the reason why it cannot.
    `join` returns the item of a key and a value, None if it cannot. `canonical` returns the canonical object of either form.
    """

    split: Callable[[str], tuple[str, str | list[str] | None] | str]
    join: Callable[[str, object], str | None]
    canonical: Callable[[object], object]


class Names(NamedTuple):
    """A list of names that may also be a mapping by name: `settings` are the settings implied by a name alone."""

    settings: MappingOf[str, object] | None
    canonical: Callable[[object], object]


class MixedItems(NamedTuple):
    """A list whose items may be strings or mappings (`long` and `short` convert them, or return the reason why not or None).

    `alone`: a single string may replace the list.
    """

    long: Callable[[str], Entry | str]
    short: Callable[[MappingOf[str, object]], str | None]
    canonical: Callable[[object], object]
    alone: bool = False


class Whole(NamedTuple):
    """One value that may also be a collection: `long` returns the collection, `short` the value, None if it cannot."""

    long: Callable[[object], Entry | list[object] | None]
    short: Callable[[object], str | int | None]
    canonical: Callable[[object], object]


Form = Union[Pairs, Names, MixedItems, Whole]


class Dual(NamedTuple):
    """A field: its name in settings, its path patterns, the name of its form, and whether the formatter may change the form."""

    name: str
    patterns: tuple[str, ...]
    form: str
    is_rewritable: bool = True

    @property
    def reader(self) -> Form:
        """Return the form's object; its module is imported on first use."""
        return _reader(self.form)


_LABELLED = ("networks", "volumes", "configs", "secrets")
_HOOKS = ("services.*.post_start.*", "services.*.pre_stop.*")

DUALS = (
    Dual("build", ("services.*.build",), "wrapped.BUILD"),
    Dual("build.args", ("services.*.build.args",), "pairs.VARIABLES"),
    Dual("build.labels", ("services.*.build.labels",), "pairs.TEXTS"),
    Dual("build.ssh", ("services.*.build.ssh",), "pairs.SSH"),
    Dual("build.secrets", ("services.*.build.secrets",), "wrapped.FILES"),
    Dual("build.additional_contexts", ("services.*.build.additional_contexts",), "pairs.CONTEXTS"),
    Dual("build.extra_hosts", ("services.*.build.extra_hosts",), "hosts.HOSTS"),
    Dual("build.no_cache_filter", ("services.*.build.no_cache_filter",), "lists.LIST"),
    Dual("annotations", ("services.*.annotations",), "pairs.TEXTS"),
    Dual("configs", ("services.*.configs",), "wrapped.FILES"),
    Dual("secrets", ("services.*.secrets",), "wrapped.FILES"),
    Dual("depends_on", ("services.*.depends_on",), "names.DEPENDENCIES"),
    Dual("networks", ("services.*.networks",), "names.BARE"),
    Dual("models", ("services.*.models",), "names.BARE"),
    Dual("devices", ("services.*.devices",), "devices.DEVICES"),
    Dual("dns", ("services.*.dns",), "lists.LIST"),
    Dual("dns_search", ("services.*.dns_search",), "lists.LIST"),
    Dual("label_file", ("services.*.label_file",), "lists.LIST"),
    Dual("tmpfs", ("services.*.tmpfs",), "lists.LIST"),
    Dual("develop.watch", ("services.*.develop.watch.*.ignore", "services.*.develop.watch.*.include"), "lists.LIST"),
    Dual("env_file", ("services.*.env_file",), "wrapped.ENV_FILES"),
    Dual("environment", ("services.*.environment", *(f"{hook}.environment" for hook in _HOOKS)), "pairs.VARIABLES"),
    Dual("extends", ("services.*.extends",), "wrapped.EXTENDS"),
    Dual("extra_hosts", ("services.*.extra_hosts",), "hosts.HOSTS"),
    Dual("gpus", ("services.*.gpus",), "wrapped.GPUS"),
    Dual("include", ("include",), "wrapped.INCLUDES"),
    Dual(
        "labels",
        ("services.*.labels", "services.*.deploy.labels", *(f"{section}.*.labels" for section in _LABELLED)),
        "pairs.TEXTS",
    ),
    Dual("sysctls", ("services.*.sysctls",), "pairs.TEXTS"),
    # Docker's configuration hash differs between the number and the pair (compose-go, types/types.go, UlimitsConfig).
    Dual("ulimits", ("services.*.ulimits.*", "services.*.build.ulimits.*"), "wrapped.ULIMITS", is_rewritable=False),
)


def field_names() -> list[str]:
    """Return the names of all fields whose form the formatter can change, as settings give them."""
    return sorted({"ports", "volumes", *(dual.name for dual in DUALS if dual.is_rewritable)})


@cache
def _reader(form: str) -> Form:
    from importlib import import_module

    module, _, name = form.partition(".")
    reader: Form = getattr(import_module(f"{__name__}.{module}"), name)
    return reader
