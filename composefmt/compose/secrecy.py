"""Detect secrets, which must not be shown, by the name of their variable and by their value.

A value is masked wherever one would be printed: in hovers, messages and reports. Too much is masked rather than too little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.syntax.lazy import pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

MASK = "••••••"

_NAMES = (
    r"(?i)pass(?:w|phrase|code)|(?:^|[_.-]|db|user|root|admin|sql)pass(?:$|[_.-])|pwd|secret|token|credential|private"
    r"|(?:api|access|auth|encryption|signing|session|master)[_.-]?key|(?:^|[_.-])(?:key|auth|salt|pin|pat|dsn|cookie)$"
    r"|connection[_.-]?string|(?:database|redis|mongo\w*|amqp|broker)_ur[il]"
)
_VALUES = (
    r"-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"  # AWS access keys
    r"|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}"
    r"|\bxox[abeprs]-[\w-]{10,}|\bsk[-_](?:live|test|proj|ant)[\w-]{10,}|\bAIza[\w-]{30,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\."  # JSON Web Tokens
    r"|://[^/\s:@]*:[^/\s@]+@"  # a password in a URL
)
# Long strings of letters and digits that do not resemble words or paths.
_RANDOM = r"(?=[^a-z]*[a-z])(?=\D*\d)[\w+/=-]{24,}"


def is_secret(name: str, value: str) -> bool:
    """Return whether the value of a variable or key looks like a secret."""
    if not value or value.lower() in ("true", "false", "yes", "no"):
        return False
    if pattern(_NAMES).search(name) or pattern(_VALUES).search(value):
        return True
    return len(value) < 10_000 and pattern(_RANDOM).fullmatch(value) is not None


def shown(name: str, value: str) -> str:
    """Return a value for display, masked if it looks like a secret."""
    return MASK if is_secret(name, value) else value


def uses_secret(names: list[str], environment: Mapping[str, str]) -> bool:
    """Return whether any of the variables has a value that looks like a secret."""
    return any(is_secret(name, environment.get(name) or "") for name in names)


def redacted(message: str, environment: Mapping[str, str]) -> str:
    """Return a message without the values of variables that look like secrets."""
    for name, value in environment.items():
        if len(value) > 1 and value in message and is_secret(name, value):
            message = message.replace(value, MASK)
    return message


def masked_line(line: str) -> str:
    """Return a line of YAML or of an env file with its value masked if it looks like a secret; variables stay."""
    found = pattern(r"(\s*(?:-\s+)?[\"']?)([\w.-]+)([\"']?\s*[:=]\s*)(\S.*)").fullmatch(line)
    if found is None or found[4].lstrip("\"'").startswith("$") or not is_secret(found[2], found[4].strip("\"' ")):
        return pattern(r"://([^/\s:@]*):[^/\s@$]+@").sub(rf"://\1:{MASK}@", line)
    return f"{found[1]}{found[2]}{found[3]}{MASK}"
