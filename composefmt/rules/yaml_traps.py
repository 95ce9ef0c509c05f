"""Rules about values that YAML reads as something else than they look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Fix, Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.edits import Edit
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.scalars import Timestamp, scalar_value, whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator

# Where values are text for a program, whatever YAML takes them for.
_TEXTS = ("services.*.environment.*", "services.*.labels.*", "services.*.build.args.*", "services.*.deploy.labels.*")


def _plain_digits(element: Element) -> Scalar | None:
    """A plain scalar that begins with a digit and has no tag."""
    node = element.node
    if type(node) is Scalar and not node.style and node.tag is None and node.value[:1].isdecimal():
        return node
    return None


def _quoted(element: Element, node: Scalar, message: str, *, safe: bool) -> Problem:
    """The problem of a value that wants quotes; `safe`: they change nothing for Compose."""
    fix = Fix.of(f'write "{node.value}" in quotes', element.file.changes.quote(node), safe=safe)
    return Problem(node.span, f'service "{element.service}": {message}', f'put it in quotes: "{node.value}"', fix)


@rule("base60-number", Severity.WARNING, "services.*.ports.*", *_TEXTS, group="yaml-traps")
def base60_number(element: Element) -> Iterator[Problem]:
    """A value such as `22:22` without quotes, which readers of YAML 1.1 take for a number to the base of 60.

    Docker Compose reads the text, but other tools see 1342.

    Bad:

        services:
          ssh:
            image: sshd
            ports:
              - 22:22

    Good:

        services:
          ssh:
            image: sshd
            ports:
              - "22:22"

    Source: YAML 1.1's integer type; the specification's 05-services, `ports`, which asks for quotes.
    """
    node = _plain_digits(element)
    if node is not None and ":" in node.value and pattern(r"[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?").fullmatch(node.value):
        yield _quoted(element, node, f"readers of YAML 1.1 take {node.value} for the number {_base60(node.value)}", safe=True)


def _base60(text: str) -> str:
    number = 0
    for part in text.partition(".")[0].replace("_", "").split(":"):
        number = number * 60 + int(part)
    return str(number)


@rule("leading-zero", Severity.WARNING, "services.*.ports.*", *_TEXTS, group="yaml-traps")
def leading_zero(element: Element) -> Iterator[Problem]:
    """A number that begins with 0 without quotes: it is read to the base of 8.

    The program does not get what stands in the file: `022` becomes 18.

    Bad:

        services:
          web:
            image: nginx
            environment:
              UMASK: 022

    Good:

        services:
          web:
            image: nginx
            environment:
              UMASK: "022"

    Source: YAML 1.1's integer type, which the reference's YAML library follows here.
    """
    node = _plain_digits(element)
    if node is None or node.value[0] != "0" or len(node.value) == 1 or not node.value.isdecimal() or not node.value.isascii():
        return
    octal = set(node.value) <= set("01234567")
    read = str(whole_number(node.value, 8 if octal else 10))
    if read != node.value:
        yield _quoted(element, node, f"{node.value} without quotes is read as {read}", safe=False)


@rule("float-version", Severity.WARNING, *_TEXTS, group="yaml-traps")
def float_version(element: Element) -> Iterator[Problem]:
    """A value such as `1.10` without quotes is a number, and numbers lose their last zeros.

    The program gets `1.1`.

    Bad:

        services:
          web:
            build:
              context: .
              args:
                PYTHON: 3.10

    Good:

        services:
          web:
            build:
              context: .
              args:
                PYTHON: "3.10"

    Source: YAML's floating-point type; the reference writes such values as the shortest decimal number.
    """
    node = _plain_digits(element)
    if node is not None and node.value[-1] in "0." and pattern(r"[0-9]+\.[0-9]*").fullmatch(node.value):
        yield _quoted(element, node, f"{node.value} without quotes is read as {node.value.rstrip('0').rstrip('.')}", safe=False)


@rule("rewritten-number", Severity.WARNING, *_TEXTS, group="yaml-traps")
def rewritten_number(element: Element) -> Iterator[Problem]:
    """A number in a form that YAML knows, but that the program does not get: `0x10`, `1_000`, `1e3`.

    It is read as a number and handed on in decimal digits.

    Bad:

        services:
          web:
            image: nginx
            environment:
              MASK: 0xff

    Good:

        services:
          web:
            image: nginx
            environment:
              MASK: "0xff"

    Source: YAML's number types; the reference writes numbers as the shortest decimal number.
    """
    node = _plain_digits(element)
    if (
        node is None
        or node.value.isdecimal()
        or _MARKS.isdisjoint(node.value)
        or not pattern(r"0[xXbBoO][0-9a-fA-F_]+|[0-9_.]+(?:[eE][-+]?[0-9_.]*)?").fullmatch(node.value)
    ):
        return
    value = scalar_value(node)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        read = str(int(value)) if abs(value) < _EXACT and value == int(value) else str(value)
        if read != node.value:
            yield _quoted(element, node, f"{node.value} without quotes is read as {read}", safe=False)


# What stands only in numbers that are written in another way than in decimal digits.
_MARKS = frozenset("_eExXbBoO")
# Whole numbers below it are written without an exponent.
_EXACT = 1e15


@rule("implicit-date", Severity.WARNING, *_TEXTS, group="yaml-traps")
def implicit_date(element: Element) -> Iterator[Problem]:
    """A date without quotes, which the reference reads as a point in time.

    The program gets `2024-01-31 00:00:00 +0000 UTC` for `2024-01-31`.

    Bad:

        services:
          web:
            image: nginx
            environment:
              RELEASED: 2024-01-31

    Good:

        services:
          web:
            image: nginx
            environment:
              RELEASED: "2024-01-31"

    Source: YAML 1.1's timestamp type, which the reference's YAML library follows here.
    """
    node = _plain_digits(element)
    if node is not None and type(scalar_value(node)) is Timestamp and not isinstance(element.path[-1], int):
        yield _quoted(element, node, f"{node.value} without quotes is read as a point in time, not as this text", safe=False)


@rule("implicit-boolean", Severity.WARNING, *_TEXTS, group="yaml-traps", default=False)
def implicit_boolean(element: Element) -> Iterator[Problem]:
    """A word such as `yes` or `off` without quotes, which readers of YAML 1.1 take for true or false.

    Docker Compose reads the word, but other tools write `true` or `False` in its place.

    Bad:

        services:
          web:
            image: nginx
            environment:
              CACHE: off

    Good:

        services:
          web:
            image: nginx
            environment:
              CACHE: "off"

    Source: YAML 1.1's boolean type.
    """
    node = element.node
    if type(node) is not Scalar or node.style or node.tag is not None or isinstance(element.path[-1], int):
        return
    if node.value.lower() in ("yes", "no", "on", "off", "y", "n"):
        yield _quoted(element, node, f"readers of YAML 1.1 take {node.value} for a boolean", safe=True)


@rule("decimal-mode", Severity.WARNING, "services.*.configs.*.mode", "services.*.secrets.*.mode", group="yaml-traps")
def decimal_mode(element: Element) -> Iterator[Problem]:
    """Detects file modes that look octal but are decimal numbers.

    YAML reads `755` as the decimal number 755, which is the mode 1363. A leading zero or quotes make it octal.

    Bad:

        services:
          web:
            image: nginx
            configs:
              - source: site
                mode: 755
        configs:
          site:
            file: ./site.conf

    Good:

        services:
          web:
            image: nginx
            configs:
              - source: site
                mode: 0755
        configs:
          site:
            file: ./site.conf

    Source: the reference's types/types.go, FileMode.
    """
    node = element.node
    if type(node) is Scalar and not node.style and node.tag is None and pattern(r"[1-7][0-7]{2,3}").fullmatch(node.value):
        yield Problem(
            node.span,
            f'service "{element.service}": mode {node.value} is a decimal number, which is {int(node.value):o} in octal',
            f"use 0{node.value}",
            Fix.of(f"write 0{node.value}", (Edit(node.content, node.end, f"0{node.value}"),), safe=False),
        )
