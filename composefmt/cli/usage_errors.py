"""Usage errors in the words and quotes of all other messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from click import Parameter
    from click.exceptions import ClickException

_QUOTED = re.compile(r"'([^']*)'")
_TOO_SMALL = re.compile(r"(\S+) is not in the range x>=(\d+)")


def usage_message(error: ClickException) -> str:
    """Return the message of an error: lower case, values in double quotes, without the full stop of a sentence."""
    from click.exceptions import BadOptionUsage, BadParameter, MissingParameter, NoSuchOption

    if isinstance(error, NoSuchOption):
        return f'no such option "{error.option_name}"{_nearest(error.option_name, error.possibilities)}'
    message = error.format_message()
    if type(error) is BadParameter and error.param is not None:
        message = _invalid_value(error.param, error.message)
    elif isinstance(error, (BadOptionUsage, MissingParameter)):
        message = _QUOTED.sub(r'"\1"', message)
    # Keep the dot of a path.
    message = message[:-1] if message.endswith(".") and message[-2:-1] not in (" ", ".", "/") else message
    return message[:1].lower() + message[1:]


def _invalid_value(parameter: Parameter, reason: str) -> str:
    reason = _TOO_SMALL.sub(r"\1 is less than \2", reason).replace("integer range", "integer")
    reason = _QUOTED.sub(r'"\1"', reason)
    if parameter.param_type_name == "argument":
        return reason
    return f"invalid value for {max(parameter.opts, key=len)}: {reason}"


def _nearest(name: str, options: list[str] | None) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, options or (), 1)
    return f'; did you mean "{near[0]}"?' if near else ""
