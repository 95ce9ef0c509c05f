"""Facts about common images: where they store their data, which variables they require, and which ports they open.

The facts are in `images.json`, with the date on which they were collected and the source of each. An image is only recognized
by its exact name: official images also with the registries that mirror them, others with their namespace.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from composefmt.syntax.lazy import pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

# Registries with copies of all official images.
_MIRRORS = r"(?:(?:index\.)?docker\.io/(?:library/)?|library/|public\.ecr\.aws/docker/library/|mirror\.gcr\.io/library/)"


class ImageFacts(NamedTuple):
    """What is known of an image.

    `version`: its major version, None if the tag does not say it; `certain` is False if that is what `latest` was when the facts
    were collected. `healthcheck`: whether the image defines one. `data`: the directory of its data, "" if unknown, `since` which
    version; `is_volume`: it is declared as a volume, so that it is an anonymous volume unless something is mounted there;
    `unused`: directories of other versions, at which the image refuses a mount. `data_settings` and `port_settings`: variables that
    move the data and the ports. `programs`: the names of the server as first word of a command. `required`: variables of which one
    is required, as `NAME` or `NAME=value`; `together`: those that are set together or not at all. `user`: the user that the
    image sets, "" for root. `initial_data`: directories from which the data may come instead. `files`: secret variables
    that have a twin `NAME_FILE`, the path of a file with the value.
    """

    name: str
    version: int | None
    certain: bool
    healthcheck: bool
    data: str
    since: int
    is_volume: bool
    unused: tuple[str, ...]
    data_settings: tuple[str, ...]
    ports: tuple[int, ...]
    port_settings: tuple[str, ...]
    programs: tuple[str, ...]
    required: tuple[str, ...]
    together: tuple[str, ...]
    user: str
    initial_data: tuple[str, ...]
    files: tuple[str, ...]


@lru_cache(maxsize=256)
def image_facts(image: str) -> ImageFacts | None:
    """Return the facts about an image; None for unknown images, and for names with variables before the tag."""
    reference, _, digest = image.partition("@")
    name, _, tag = reference.partition(":")
    mirror = pattern(_MIRRORS).match(name)
    name = name[mirror.end() :] if mirror else name
    facts = _known().get(name)
    return None if facts is None else _of_version(name, facts, tag or ("?" if digest else "latest"))


def _of_version(name: str, facts: Mapping[str, Any], tag: str) -> ImageFacts:
    found = pattern(facts.get("tag", r"^v?([0-9]+)")).search(tag)
    version, certain = (int(found[1]), True) if found else (None, False)
    if version is None and not pattern(r"[\d$?]").search(tag):
        # Tags such as alpine and latest follow the newest version.
        version = facts.get("latest") or None
    paths = facts.get("data", [])
    newest = [each for each in paths if version is not None and each["since"] <= version]
    place = newest[-1] if newest else paths[0] if len(paths) == 1 else {}
    return ImageFacts(
        name=name,
        version=version,
        certain=certain,
        healthcheck=facts["healthcheck"],
        data=place.get("path", ""),
        since=place.get("since", 0),
        is_volume=facts.get("volume", False),
        unused=tuple(place.get("unused", ())),
        data_settings=tuple(facts.get("data-settings", ())),
        ports=tuple(facts.get("ports", ())),
        port_settings=tuple(facts.get("port-settings", ())),
        programs=tuple(facts.get("programs", ())),
        required=tuple(facts.get("required", ())),
        together=tuple(facts.get("together", ())),
        user=facts.get("user", ""),
        initial_data=tuple(facts.get("initial-data", ())),
        files=tuple(facts.get("files", ())),
    )


@lru_cache(maxsize=1)
def _known() -> dict[str, dict[str, Any]]:
    import json
    import os

    with open(os.path.join(os.path.dirname(__file__), "images.json"), encoding="utf-8") as file:
        images: dict[str, dict[str, Any]] = json.load(file)["images"]
    return images
