"""The canonical port: one published or exposed container port of a service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel, ConfigDict, Field, field_validator

from composefmt.compose import ports
from composefmt.compose.models import ShortSyntaxError
from composefmt.compose.parse_result import Malformed, Opaque


class PortConfig(BaseModel):
    """A port in long form (the specification's 05-services, `ports`).

    `published` is a string because it may be a range; a target with a variable stays a string. Extensions (`x-...`) are kept.
    """

    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)

    name: str | None = None
    target: int | str = Field(union_mode="left_to_right")
    host_ip: str | None = None
    published: str | None = None
    protocol: str = "tcp"
    app_protocol: str | None = None
    mode: str = "ingress"

    @field_validator("published")
    @classmethod
    def _nothing_published(cls, published: str | None) -> str | None:
        return published or None

    @classmethod
    def from_short(cls, text: str | int) -> list[PortConfig]:
        """Return the ports of a short form, one per container port. Raises ShortSyntaxError."""
        answer = ports.parse_short(str(text), {})
        if isinstance(answer, Malformed):
            raise ShortSyntaxError(*answer)
        if isinstance(answer, Opaque):
            raise ShortSyntaxError("opaque", f'port "{text}" cannot be split: {answer.reason}', "", 0, len(str(text)))
        return [cls.model_validate(ports.canonical(entry)) for entry in answer.entries]

    def canonical(self) -> dict[str, object]:
        """Return the object as the reference prints it: with defaults, without empty values."""
        return self.model_dump(exclude_none=True)


def parse_ports(items: Iterable[object]) -> list[PortConfig]:
    """Return the canonical ports of a `ports` list, whose items may be short (string or number) or long (mappings).

    Raises ShortSyntaxError and pydantic's ValidationError.
    """
    return [port for item in items for port in _one(item)]


def _one(item: object) -> Iterator[PortConfig]:
    if isinstance(item, Mapping):
        yield PortConfig.model_validate(item)
    elif isinstance(item, (str, int)) and not isinstance(item, bool):
        yield from PortConfig.from_short(item)
    else:
        raise ShortSyntaxError("invalid-type-of-port", f"{item!r} is not a string, an integer or a mapping", "", 0, 0)
