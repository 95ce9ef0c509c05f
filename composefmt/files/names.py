"""The names of Compose files, and those of directories that are not searched for them."""

from __future__ import annotations

import re

COMPOSE_NAME = re.compile(r"(docker-)?compose[^/]*\.ya?ml")
# The same for people.
DEFAULT_NAMES = ("compose*.yaml", "compose*.yml", "docker-compose*.yaml", "docker-compose*.yml")
# The extensions of the files that settings can include.
YAML = (".yaml", ".yml")
MARKDOWN = (".md", ".markdown")

# Directories of third-party or generated files.
SKIPPED = frozenset(
    {
        ".direnv", ".git", ".hg", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache", ".svn", ".tox", ".venv",
        "__pycache__", "node_modules", "site-packages",
    }
)  # fmt: skip

# Directories of workflow files of forges, whatever their names: `compose-test.yml` may be one.
WORKFLOWS = re.compile(r"(?:.*/)?\.(?:forgejo|gitea|github)/workflows/")
