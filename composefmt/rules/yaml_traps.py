"""Rules for unquoted values that YAML converts to another type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.secrecy import MASK, is_secret
from composefmt.findings import Fix, Severity
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.edits import Edit
from composefmt.syntax.lazy import pattern
from composefmt.syntax.nodes import Scalar
from composefmt.syntax.scalars import Timestamp, scalar_value, whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator

# Fields whose values are strings for a program, regardless of their YAML type.
_TEXTS = ("services.*.environment.*", "services.*.labels.*", "services.*.build.args.*", "services.*.deploy.labels.*")


def _plain_digits(element: Element) -> Scalar | None:
    """Return the element's value if it is a plain scalar that starts with a digit and has no tag."""
    node = element.node
    if type(node) is Scalar and not node.style and node.tag is None and node.value[:1].isdecimal():
        return node
    return None


def _quoted(element: Element, node: Scalar, message: str, *, safe: bool) -> Problem:
    """Return the problem of a value that needs quotes; `safe`: they do not change the model of Docker Compose."""
    shown = f'"{node.value}"'
    name = element.path[-1]
    if isinstance(name, str) and is_secret(name, node.value):
        shown, message = f'"{MASK}"', f'unquoted value of "{name}" is not read as written'
    fix = Fix.of(f"quote {shown}", element.file.changes.quote(node), safe=safe)
    return Problem(node.span, f'service "{element.service}": {message}', f"quote it: {shown}", fix)


@rule("base60-number", Severity.WARNING, "services.*.ports.*", *_TEXTS, group="yaml-traps")
def base60_number(element: Element) -> Iterator[Problem]:
    """Checks for unquoted values such as `22:22`, which YAML 1.1 parsers read as sexagesimal (base-60) integers.

    Docker Compose reads a string, but other tools read the number 1342.

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

    Source: YAML 1.1's integer type; Compose Specification, 05-services, `ports`, which asks for quotes.
    """
    node = _plain_digits(element)
    if node is not None and ":" in node.value and pattern(r"[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?").fullmatch(node.value):
        yield _quoted(
            element, node, f'YAML 1.1 parsers read unquoted "{node.value}" as the base-60 integer {_base60(node.value)}', safe=True
        )


def _base60(text: str) -> str:
    number = 0
    for part in text.partition(".")[0].replace("_", "").split(":"):
        number = number * 60 + int(part)
    return str(number)


@rule("leading-zero", Severity.WARNING, "services.*.ports.*", *_TEXTS, group="yaml-traps")
def leading_zero(element: Element) -> Iterator[Problem]:
    """Checks for unquoted numbers with a leading zero, which YAML reads as octal.

    The program gets another value than the one in the file: `022` becomes 18.

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

    Source: YAML 1.1's integer type, which Docker Compose's YAML library follows here.
    """
    node = _plain_digits(element)
    if node is None or node.value[0] != "0" or len(node.value) == 1 or not node.value.isdecimal() or not node.value.isascii():
        return
    octal = set(node.value) <= set("01234567")
    read = str(whole_number(node.value, 8 if octal else 10))
    if read != node.value:
        yield _quoted(element, node, f'unquoted "{node.value}" is read as {read}', safe=False)


@rule("unquoted-version", Severity.WARNING, *_TEXTS, group="yaml-traps", formerly="float-version")
def unquoted_version(element: Element) -> Iterator[Problem]:
    """Checks for unquoted values such as `1.10`, which YAML reads as numbers.

    Numbers lose their trailing zeros: the program gets `1.1`.

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

    Source: YAML's floating-point type; Docker Compose writes such values as the shortest decimal number.
    """
    node = _plain_digits(element)
    if node is not None and node.value[-1] in "0." and pattern(r"[0-9]+\.[0-9]*").fullmatch(node.value):
        read = node.value.rstrip("0").rstrip(".")
        yield _quoted(element, node, f'unquoted "{node.value}" is read as {read}', safe=False)


@rule("non-decimal-number", Severity.WARNING, *_TEXTS, group="yaml-traps", formerly="rewritten-number")
def non_decimal_number(element: Element) -> Iterator[Problem]:
    """Checks for unquoted numbers in a non-decimal or exponent notation: `0x10`, `1_000`, `1e3`.

    YAML reads a number, and the program gets its decimal digits instead of the text in the file.

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

    Source: YAML's number types; Docker Compose writes numbers as the shortest decimal number.
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
            yield _quoted(element, node, f'unquoted "{node.value}" is read as {read}', safe=False)


# Characters of numbers that are not in plain decimal notation.
_MARKS = frozenset("_eExXbBoO")
# Integers below this limit are written without an exponent.
_EXACT = 1e15


@rule("implicit-date", Severity.WARNING, *_TEXTS, group="yaml-traps")
def implicit_date(element: Element) -> Iterator[Problem]:
    """Checks for unquoted dates, which Docker Compose reads as timestamps.

    The program gets `2024-01-31 00:00:00 +0000 UTC` instead of `2024-01-31`.

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

    Source: YAML 1.1's timestamp type, which Docker Compose's YAML library follows here.
    """
    node = _plain_digits(element)
    if node is not None and type(scalar_value(node)) is Timestamp and not isinstance(element.path[-1], int):
        yield _quoted(element, node, f'unquoted "{node.value}" is read as a timestamp', safe=False)


@rule("implicit-boolean", Severity.WARNING, *_TEXTS, "services.*.restart", group="yaml-traps", default=False)
def implicit_boolean(element: Element) -> Iterator[Problem]:
    """Checks for unquoted words such as `yes` or `off`, which YAML 1.1 parsers read as booleans.

    Docker Compose reads a string, but other tools pass `true` or `False` instead.

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
        yield _quoted(element, node, f'YAML 1.1 parsers read unquoted "{node.value}" as a boolean', safe=True)


_MODES = (
    "services.*.configs.*.mode",
    "services.*.secrets.*.mode",
    "services.*.build.secrets.*.mode",
    "services.*.volumes.*.tmpfs.mode",
)


@rule("decimal-mode", Severity.WARNING, *_MODES, group="yaml-traps")
def decimal_mode(element: Element) -> Iterator[Problem]:
    """Detects file modes that look octal but are decimal numbers.

    YAML reads `755` as the decimal number 755, which is the mode 1363. A leading zero or quotes make it octal. Decimal numbers
    such as `420`, which is the mode 0644, are not reported.

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

    Source: compose-go, types/types.go, FileMode.
    """
    node = element.node
    if type(node) is not Scalar or node.style or node.tag is not None or not pattern(r"[1-7][0-7]{2,3}").fullmatch(node.value):
        return
    if _is_usual_mode(node.value) or not _is_usual_mode(f"{int(node.value):o}"):
        yield Problem(
            node.span,
            f'service "{element.service}": mode {node.value} is decimal, which is {int(node.value):o} in octal',
            f"use 0{node.value}",
            Fix.of(f'replace with "0{node.value}"', (Edit(node.content, node.end, f"0{node.value}"),), safe=False),
        )


def _is_usual_mode(digits: str) -> bool:
    """Return whether octal digits are a mode that files have: readable by the owner, and others may do no more than the owner."""
    owner, *others = (int(digit) for digit in digits[-3:])
    return len(digits) in (3, 4) and owner >= _READABLE and all(each & ~owner == 0 and each not in (2, 3) for each in others)


_READABLE = 4
