"""Rules about jobs: what they and services may depend on, and their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composefmt.findings import Severity
from composefmt.project.membership import is_defined, project_of
from composefmt.rules._project import is_active, of_missing, used
from composefmt.rules.registry import Element, Problem, rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("job-depends-on", Severity.ERROR, "jobs.*.depends_on", "services.*.depends_on", group="references", scope="project")
def job_depends_on(element: Element) -> Iterator[Problem]:
    """Detects jobs that depend on something undefined, and services that depend on jobs.

    A job may depend on services and on other jobs. A service may only depend on services. Docker Compose refuses any other
    dependency.

    Bad:

        services:
          web:
            image: nginx
            depends_on: [backup]
        jobs:
          backup:
            image: my/backup
            triggers: {manual: true}

    Good:

        services:
          web:
            image: nginx
        jobs:
          backup:
            image: my/backup
            triggers: {manual: true}
            depends_on: [web]

    Source: compose-go, loader/validate.go, checkConsistency.
    """
    file = element.file
    jobs, services = file.defined("jobs"), file.defined("services")
    if not jobs or not project_of(file).complete or not is_active(file, element.service):
        return
    for name in used(file, element.node):
        if element.service and name.text in jobs and name.text not in services:
            yield Problem(
                name.node.span,
                f'service "{element.service}" depends on job "{name.text}", but services only depend on services',
                f'remove the dependency on "{name.text}"',
            )
        elif not element.service and not any(is_defined(file, section, name.text) for section in ("jobs", "services")):
            message = f'job "{element.path[1]}" depends on undefined service or job "{name.text}"'
            severity, note = of_missing(file)
            yield Problem(name.node.span, message, f'define service "{name.text}", or fix the name{note}', severity=severity)


@rule("duplicate-job-name", Severity.ERROR, "jobs.*", group="references", scope="project")
def duplicate_job_name(element: Element) -> Iterator[Problem]:
    """Detects jobs with the name of a service.

    A dependency on that name is ambiguous, so Docker Compose refuses the file.

    Bad:

        services:
          backup:
            image: nginx
        jobs:
          backup:
            image: my/backup
            triggers: {manual: true}

    Good:

        services:
          web:
            image: nginx
        jobs:
          backup:
            image: my/backup
            triggers: {manual: true}

    Source: compose-go, loader/validate.go, checkConsistency.
    """
    if element.key is not None and element.path[1] in element.file.defined("services"):
        yield Problem(element.key.span, f'job "{element.path[1]}" has the name of a service', "rename the job or the service")
