"""The canonical volume: one mount of a service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel, ConfigDict

from composefmt.compose import volumes
from composefmt.compose.models import ShortSyntaxError
from composefmt.compose.parse_result import Malformed, Opaque

_CONFIG = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)


class BindOptions(BaseModel):
    """Options of bind mounts. By default, the reference creates a missing host path."""

    model_config = _CONFIG

    propagation: str | None = None
    create_host_path: bool | str = True
    recursive: str | None = None
    selinux: str | None = None


class VolumeOptions(BaseModel):
    """Options of mounted volumes."""

    model_config = _CONFIG

    labels: dict[str, str] | list[str] | None = None
    nocopy: bool | str | None = None
    subpath: str | None = None


class TmpfsOptions(BaseModel):
    """Options of tmpfs mounts: the size in bytes (or with a unit) and the mode."""

    model_config = _CONFIG

    size: int | str | None = None
    mode: int | str | None = None


class ImageOptions(BaseModel):
    """Options of mounted images."""

    model_config = _CONFIG

    subpath: str | None = None


class VolumeConfig(BaseModel):
    """A mount in long form (the specification's 05-services, `volumes`). Extensions (`x-...`) are kept."""

    model_config = _CONFIG

    type: str
    source: str | None = None
    target: str | None = None
    read_only: bool | str | None = None
    consistency: str | None = None
    bind: BindOptions | None = None
    volume: VolumeOptions | None = None
    tmpfs: TmpfsOptions | None = None
    image: ImageOptions | None = None

    @classmethod
    def from_short(cls, text: str) -> VolumeConfig:
        """Return the mount of a short form. Raises ShortSyntaxError."""
        answer = volumes.parse_short(text, {})
        if isinstance(answer, Malformed):
            raise ShortSyntaxError(*answer)
        if isinstance(answer, Opaque):
            raise ShortSyntaxError("opaque", f'volume "{text}" cannot be split: {answer.reason}', "", 0, len(text))
        return cls.model_validate(volumes.canonical(answer.entries[0]))

    def canonical(self) -> dict[str, object]:
        """Return the object as the reference prints it, without empty values and defaults."""
        return dict(volumes.canonical_long(self.model_dump(exclude_none=True)))


def parse_volumes(items: Iterable[object]) -> list[VolumeConfig]:
    """Return the canonical mounts of a service's `volumes` list, whose items may be short (strings) or long (mappings).

    Raises ShortSyntaxError and pydantic's ValidationError.
    """
    return [mount for item in items for mount in _one(item)]


def _one(item: object) -> Iterator[VolumeConfig]:
    if isinstance(item, Mapping):
        yield VolumeConfig.model_validate(item)
    elif isinstance(item, str):
        yield VolumeConfig.from_short(item)
    else:
        raise ShortSyntaxError("invalid-volume", f"{item!r} is not a string or a mapping", "", 0, 0)
