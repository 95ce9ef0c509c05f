"""Rules about logging drivers and their options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.compose.units import parse_bytes
from composefmt.findings import Severity
from composefmt.rules._fixes import added, nearest, written
from composefmt.rules._project import plain, whole_service
from composefmt.rules.registry import Element, Problem, rule
from composefmt.syntax.nodes import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMON = ("mode", "max-buffer-size")
_TAGS = ("tag", "labels", "labels-regex", "env", "env-regex")
_ROTATED = ("max-size", "max-file", "compress")

# The options of the built-in drivers; plugins define their own.
_OPTIONS = {
    "json-file": (*_ROTATED, *_TAGS),
    "local": _ROTATED,
    "none": (),
    "journald": _TAGS,
    "syslog": (
        *_TAGS, "syslog-address", "syslog-facility", "syslog-tls-ca-cert", "syslog-tls-cert", "syslog-tls-key", "syslog-tls-skip-verify",
        "syslog-format",
    ),
    "fluentd": (
        *_TAGS, "fluentd-address", "fluentd-async", "fluentd-async-connect", "fluentd-async-reconnect-interval", "fluentd-buffer-limit",
        "fluentd-max-retries", "fluentd-read-timeout", "fluentd-request-ack", "fluentd-retry-wait", "fluentd-sub-second-precision",
        "fluentd-write-timeout",
    ),
    "gelf": (
        *_TAGS, "gelf-address", "gelf-compression-level", "gelf-compression-type", "gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay",
    ),
    "awslogs": (
        *_TAGS, "awslogs-create-group", "awslogs-create-stream", "awslogs-credentials-endpoint", "awslogs-datetime-format",
        "awslogs-endpoint", "awslogs-force-flush-interval-seconds", "awslogs-format", "awslogs-group", "awslogs-max-buffered-events",
        "awslogs-multiline-pattern", "awslogs-region", "awslogs-stream",
    ),
    "splunk": (
        *_TAGS, "splunk-capath", "splunk-caname", "splunk-format", "splunk-gzip", "splunk-gzip-level", "splunk-index",
        "splunk-index-acknowledgment", "splunk-insecureskipverify", "splunk-source", "splunk-sourcetype", "splunk-token", "splunk-url",
        "splunk-verify-connection",
    ),
    "gcplogs": (*_TAGS, "gcp-log-cmd", "gcp-meta-id", "gcp-meta-name", "gcp-meta-zone", "gcp-project"),
}  # fmt: skip


@rule("logging-driver-options", Severity.WARNING, "services.*.logging", group="logging", scope="project")
def logging_driver_options(element: Element) -> Iterator[Problem]:
    """Detects options that the logging driver does not support.

    Docker Engine refuses to create the container.

    Bad:

        services:
          web:
            image: nginx
            logging:
              driver: json-file
              options:
                max_size: 10m

    Good:

        services:
          web:
            image: nginx
            logging:
              driver: json-file
              options:
                max-size: 10m

    Source: Docker documentation, "Configure logging drivers"; Docker Engine's error "unknown log opt".
    """
    file = element.file
    entries = file.entries(element.node)
    driver = plain(entries, "driver")
    if driver is None or driver.value not in _OPTIONS or "options" not in entries:
        return
    known = (*_OPTIONS[driver.value], *_COMMON)
    for name, (key, _) in file.entries(entries["options"][1]).items():
        if name not in known and "$" not in name and driver.value != "none":
            yield Problem(
                key.span,
                f'service "{element.service}": unknown option "{name}" of logging driver "{driver.value}"',
                _advice(name, driver.value),
                written(file, key, near[0]) if (near := _near(name, driver.value)) else None,
            )


def _near(name: str, driver: str) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(name.replace("_", "-").lower(), _OPTIONS[driver], 1)


def _advice(name: str, driver: str) -> str:
    options, near = _OPTIONS[driver], _near(name, driver)
    if near:
        return f'did you mean "{near[0]}"?'
    owner = next((other for other, theirs in _OPTIONS.items() if name in theirs), None)
    return f'use driver "{owner}", which has this option, or remove it' if owner else f"use one of {', '.join(options)}"


# Of Windows.
_WINDOWS_DRIVERS = ("etwlogs",)


@rule("unknown-logging-driver", Severity.WARNING, "services.*.logging.driver", group="logging", scope="project")
def unknown_logging_driver(element: Element) -> Iterator[Problem]:
    """Detects logging drivers that Docker Engine does not have.

    Docker Engine refuses to create the container with "no log driver named ... is registered". Names with a slash or a colon
    are those of plug-ins, and are not reported; nor is a name that resembles no built-in driver, because a plug-in may have any name.

    Bad:

        services:
          web:
            image: nginx
            logging:
              driver: jsonfile

    Good:

        services:
          web:
            image: nginx
            logging:
              driver: json-file

    Source: Moby, daemon/logger/factory.go and daemon/logdrivers_linux.go.
    """
    node = element.node
    if type(node) is not Scalar or not node.value or set(node.value) & set("$/:") or node.value in (*_OPTIONS, *_WINDOWS_DRIVERS):
        return
    name = node.value.lower().replace("_", "-").replace(" ", "-")
    advice, fix = nearest(element, node, name, [each for each in _OPTIONS if each not in _SHORT or each == name], "")
    if advice:
        yield Problem(node.span, f'service "{element.service}": unknown logging driver "{node.value}"', advice, fix)


# A short name resembles too many others.
_SHORT = ("none", "gelf", "local")


@rule("log-size-without-unit", Severity.WARNING, "services.*.logging.options.max-size", group="logging", scope="project")
def log_size_without_unit(element: Element) -> Iterator[Problem]:
    """Detects sizes of log files below one kilobyte.

    A number without a unit is in bytes, so that the logging driver starts a new file with nearly each message, and most of the log
    is lost. The unit is probably missing.

    Bad:

        services:
          web:
            image: nginx
            logging:
              driver: json-file
              options:
                max-size: "10"

    Good:

        services:
          web:
            image: nginx
            logging:
              driver: json-file
              options:
                max-size: 10m

    Source: Docker documentation, "JSON File logging driver", `max-size`.
    """
    node = element.node
    size = parse_bytes(node.value) if type(node) is Scalar and "$" not in node.value else None
    if type(node) is Scalar and size is not None and 0 < size < _KILOBYTE:
        fix = written(element.file, node, f"{node.value}m") if node.value.isdecimal() else None
        message = f'service "{element.service}": "max-size" of the log is only {size} bytes'
        yield Problem(node.span, message, f'add a unit: "{node.value}m"' if fix else 'use a size such as "10m"', fix)


_KILOBYTE = 1024


@rule("logging-unbounded", Severity.INFO, "services.*", group="logging", scope="project", default=False)
def logging_unbounded(element: Element) -> Iterator[Problem]:
    """Detects services whose log has no size limit.

    The default driver, `json-file`, never removes old messages unless `max-size` is set, here or in the configuration of Docker
    Engine. The log can fill the disk.

    Bad:

        services:
          web:
            image: nginx

    Good:

        services:
          web:
            image: nginx
            logging:
              driver: json-file
              options:
                max-size: 10m
                max-file: "3"

    Source: Docker documentation, "JSON File logging driver".
    """
    file = element.file
    found = whole_service(element)
    if found is None:
        return
    service, entries = found
    logging = file.entries(entries["logging"][1]) if "logging" in entries else {}
    driver = plain(logging, "driver")
    if (driver is None and "driver" in logging) or (driver is not None and driver.value != "json-file"):
        return
    if "max-size" not in (file.entries(logging["options"][1]) if "options" in logging else {}):
        span = entries["logging"][0].span if "logging" in entries else service.span
        fix = added(file, element.node, ("logging", "options", "max-size"), "10m")
        yield Problem(span, f'service "{element.service}": log has no size limit', 'set "logging.options.max-size"', fix)
