"""The files that `init` adds to a repository. The documentation shows the same texts, and a test compares them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from composefmt import __version__
from composefmt.distribution import NAME, REPOSITORY

# Adds the content of a new file to the text of an existing one.
Adder = Callable[[str, str], str]

# A name that the pattern of our own hooks does not match.
WORKFLOW = "lint-compose.yml"
BASELINE = "composefmt-baseline.json"

HOOKS = f"""\
repos:
  - repo: {REPOSITORY}
    rev: v{__version__}
    hooks:
      - id: composefmt-format
      - id: composefmt-check
"""

_GITHUB = f"""\
name: Compose files
on:
  push:
    branches: [BRANCHES]
  pull_request:
permissions:
  contents: read
jobs:
  composefmt:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: composefmt/composefmt@v{__version__}
"""

GITLAB = f"""\
compose-files:
  image: python:3.13-slim
  variables:
    PIP_CACHE_DIR: $CI_PROJECT_DIR/.cache/pip
  cache:
    key: composefmt
    paths: [.cache/pip]
  script:
    - pip install {NAME}
    - composefmt format --diff .
    - composefmt check .
  after_script:
    - composefmt check --quiet --exit-zero --output-format gitlab --output-file code-quality.json .
  artifacts:
    when: always
    reports:
      codequality: code-quality.json
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event" || $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      changes:
        - "**/*compose*.y*ml"
"""


def settings(*, long: bool, baseline: bool, others: Sequence[str] = ()) -> str:
    """Return the settings of a project, with ports and volumes in long or short form, and lines with further settings."""
    fields = '"ports", "volumes"' if long else ""
    lines = ['# "composefmt settings FILE" prints all settings that apply to a file.', f"long-form = [{fields}]"]
    return "\n".join([*lines, *others, *([f'baseline = "{BASELINE}"'] if baseline else []), ""])


def github(branches: Sequence[str]) -> str:
    """Return the GitHub workflow; a push to these branches starts it, as does a pull request."""
    return _GITHUB.replace("BRANCHES", ", ".join(branches))
