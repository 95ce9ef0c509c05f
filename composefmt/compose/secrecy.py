"""Detect secrets, which must not be shown, by the name of their variable and by their value.

A value is masked wherever one would be printed: in hovers, messages and reports. Too much is masked rather than too little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.credentials import command_secret, is_literal_secret, is_password_hash, is_secret_name, known_tokens
from composefmt.syntax.lazy import pattern

if TYPE_CHECKING:
    import re
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
# Not passwords, although they end with PWD.
_WORKING_DIRECTORIES = ("PWD", "OLDPWD")
# Long strings of letters and digits that do not resemble words or paths.
_RANDOM = r"(?=[^a-z]*[a-z])(?=\D*\d)[\w+/=-]{24,}"


def is_secret(name: str, value: str) -> bool:
    """Return whether the value of a variable or key looks like a secret."""
    if not value or value.lower() in ("true", "false", "yes", "no") or name in _WORKING_DIRECTORIES:
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


def masked_item(text: str) -> str:
    """Return an item such as `PASSWORD=x` or `PASSWORD="x"` with its value masked if it looks like a secret."""
    found = pattern(r"(?s)([^=]*=\s*)(.*)").fullmatch(text)
    if found is None:
        return text
    value = found[2].strip()
    quote = value[0] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else ""
    bare = value[len(quote) : len(value) - len(quote)]
    return f"{found[1]}{quote}{MASK}{quote}" if _is_hidden(found[1].rstrip("= \t"), bare) else text


# What messages use in place of a value.
_PLACEHOLDERS = ("...", "VALUE")


def _is_hidden(name: str, value: str) -> bool:
    """Return whether a value has to be masked; references to variables and placeholders remain visible."""
    is_visible = value.lstrip("=") in _PLACEHOLDERS or MASK in value or pattern(r"\$(?:\w+|\{\w+\})").fullmatch(value)
    return not is_visible and is_secret(name, value)


def masked_pairs(text: str, separators: str = "=") -> str:
    """Return a text with the values of all `NAME=value` in it masked that look like secrets; passwords in URLs as well."""

    def masked(pair: re.Match[str]) -> str:
        value = pair[3].strip("\"'")
        return pair[1] + pair[2] + (pair[3].replace(value, MASK) if _is_hidden(pair[1], value) else pair[3])

    if not any(sign in text for sign in (*separators, "@")):
        return text
    text = pattern(rf"([\w.-]+)([{separators}]\s*)(\"[^\"]*\"|'[^']*'|[^\s\"',\])]+)").sub(masked, text)
    return _without_passwords(text)


def _without_passwords(text: str) -> str:
    return pattern(r"://([^/\s:@]*):[^/\s@$]+@").sub(rf"://\1:{MASK}@", text)


def masked_line(line: str) -> str:
    """Return a line of YAML or of an env file with its value masked if it looks like a secret; variables stay."""
    found = pattern(r"(\s*(?:-\s+)?[\"']?)([\w.-]+)([\"']?\s*[:=]\s*)(\S.*)").fullmatch(line)
    if found is not None and not found[4].lstrip("\"'").startswith("$"):
        value = found[4].strip("\"' ")
        if is_secret(found[2], value) or is_password_hash(value):
            return f"{found[1]}{found[2]}{found[3]}{MASK}"
    return _without_secrets(line)


def masked_lines(text: str) -> str:
    """Return lines of YAML with secrets masked, also those on the line after an option such as `- --password`."""
    lines: list[str] = []
    is_value = False
    for line in text.split("\n"):
        item = pattern(r"(\s*-\s+[\"']?)(\S.*)").fullmatch(line) if is_value else None
        lines.append(f"{item[1]}{MASK}" if item is not None and is_literal_secret(item[2]) else masked_line(line))
        option = pattern(r"\s*-\s+[\"']?(--?[\w.-]+)[\"']?\s*").fullmatch(line)
        is_value = option is not None and is_secret_name(option[1])
    return "\n".join(lines)


# Secrets in one line that are masked one by one.
_MOST = 20


def _without_secrets(line: str) -> str:
    """Return a line with the secrets within it masked: tokens, options of commands, defaults of variables, passwords in URLs."""
    for token in reversed(list(known_tokens(line))):
        line = line[: token.start] + MASK + line[token.end :]
    for _ in range(_MOST):
        place = command_secret(line)
        if place is None or MASK in line[place[0] : place[1]]:
            break
        line = line[: place[0]] + MASK + line[place[1] :]

    def option(found: re.Match[str]) -> str:
        return f"{found[1]}{MASK}" if is_secret_name(found[2]) and is_literal_secret(found[3]) else found[0]

    def default(found: re.Match[str]) -> str:
        return f"{found[1]}{MASK}}}" if is_secret_name(found[2]) and is_literal_secret(found[3]) else found[0]

    # An option and its value as two items of a list.
    line = pattern(r"([\"']?(--?[\w.-]+)[\"']?,\s*[\"']?)([^\s\"',\]]+)").sub(option, line)
    line = pattern(r"(\$\{(\w+):?-)([^{}]+)\}").sub(default, line)
    return _without_passwords(line)
