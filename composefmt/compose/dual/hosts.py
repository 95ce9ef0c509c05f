"""`extra_hosts`: a list of `host=ip` or `host:ip`, or a mapping of hosts to one address or a list.

Source: the specification's 05-services, `extra_hosts`; the reference's types/hostList.go.
"""

from __future__ import annotations

from collections.abc import Mapping

from composefmt.compose.dual import Pairs
from composefmt.compose.dual.pairs import is_plain_key


def _split(text: str) -> tuple[str, str | list[str] | None] | str:
    if "$" in text:
        return "a variable may contain a host and addresses"
    host, separator, address = text.partition("=")
    if not separator:
        host, separator, address = text.partition(":")
    if not separator:
        return "it has no address"
    if not host or host != host.strip() or set(host) & set(":="):
        return "its host is empty or has invalid characters"
    addresses = [_bare(part) for part in address.split(",")]
    return host, addresses if len(addresses) > 1 else addresses[0]


def _split_for_mapping(text: str) -> tuple[str, str | list[str] | None] | str:
    """Split an item that merges like the entry of a mapping: Docker Compose compares `host=ip` texts (compose-go, override/merge.go)."""
    answer = _split(text)
    if isinstance(answer, str) or text == f"{answer[0]}={answer[1]}":
        return answer
    return "Docker Compose would merge it as another entry"


def _bare(address: str) -> str:
    return address[1:-1] if len(address) > 2 and address[0] == "[" and address[-1] == "]" else address


def _join(host: str, value: object) -> str | None:
    addresses = value if isinstance(value, list) else [value]
    texts = [address for address in addresses if isinstance(address, str) and address and not set(address) & set(",$")]
    if len(texts) != len(addresses) or len(texts) != 1 or not is_plain_key(host) or set(host) & set(": "):
        return None
    return f"{host}={texts[0]}"


def _canonical(value: object) -> object:
    if isinstance(value, Mapping):
        return {host: _addresses(item) for host, item in value.items()}
    if not isinstance(value, list):
        return value
    made: dict[str, list[str]] = {}
    for item in value:
        answer = _split(str(item))
        if isinstance(answer, str):
            return value
        host, address = answer
        made.setdefault(host, []).extend(address if isinstance(address, list) else [str(address)])
    return made


def _addresses(item: object) -> object:
    items = item if isinstance(item, list) else [item]
    return [_bare(address) if isinstance(address, str) else address for address in items]


HOSTS = Pairs(_split_for_mapping, _join, _canonical)
