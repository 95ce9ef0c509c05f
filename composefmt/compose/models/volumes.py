"""The canonical volume: one mount of a service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel, ConfigDict

from composefmt.compose import volumes
from composefmt.compose.models import ShortSyntaxError
from composefmt.compose.short import Malformed, Opaque

_CONFIG = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)


class BindOptions(BaseModel):
    """What only a bind mount has. The reference creates a missing host path unless it is told not to."""

    model_config = _CONFIG

    propagation: str | None = None
    create_host_path: bool | str = True
    recursive: str | None = None
    selinux: str | None = None


class VolumeOptions(BaseModel):
    """What only a mounted volume has."""

    model_config = _CONFIG

    labels: dict[str, str] | list[str] | None = None
    nocopy: bool | str | None = None
    subpath: str | None = None


class TmpfsOptions(BaseModel):
    """What only a tmpfs mount has: its size in bytes (or with a unit) and its mode."""

    model_config = _CONFIG

    size: int | str | None = None
    mode: int | str | None = None


class ImageOptions(BaseModel):
    """What only a mounted image has."""

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
        """The mount that a short form stands for. Raises ShortSyntaxError."""
        answer = volumes.parse_short(text, {})
        if isinstance(answer, Malformed):
            raise ShortSyntaxError(*answer)
        if isinstance(answer, Opaque):
            raise ShortSyntaxError("opaque", f'volume "{text}" cannot be taken apart: {answer.reason}', "", 0, len(text))
        return cls.model_validate(volumes.canonical(answer.entries[0]))

    def canonical(self) -> dict[str, object]:
        """The object as the reference prints it; what is empty or the default is left out."""
        return dict(volumes.canonical_long(self.model_dump(exclude_none=True)))


def parse_volumes(items: Iterable[object]) -> list[VolumeConfig]:
    """The canonical mounts of a service's `volumes` list, whose items may be short (text) or long (mappings).

    Raises ShortSyntaxError and pydantic's ValidationError.
    """
    return [mount for item in items for mount in _one(item)]


def _one(item: object) -> Iterator[VolumeConfig]:
    if isinstance(item, Mapping):
        yield VolumeConfig.model_validate(item)
    elif isinstance(item, str):
        yield VolumeConfig.from_short(item)
    else:
        raise ShortSyntaxError("invalid-volume", f"{item!r} is neither text nor a mapping", "", 0, 0)
