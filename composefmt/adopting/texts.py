"""What is written into a repository. The documentation shows the same texts, and a test compares them."""

from __future__ import annotations

from collections.abc import Callable

from composefmt import __version__
from composefmt.distribution import NAME, REPOSITORY

# Takes a file's text and the text of a file of its own, and gives the text with what was missing.
Adder = Callable[[str, str], str]

SETTINGS = """\
# What composefmt does in this project. "composefmt settings FILE" shows all settings that hold for a file.
long-form = ["ports", "volumes"]
"""

HOOKS = f"""\
repos:
  - repo: {REPOSITORY}
    rev: v{__version__}
    hooks:
      - id: composefmt-format
      - id: composefmt-check
"""

GITHUB = f"""\
name: Compose files
on: [push, pull_request]
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
    - changes:
        - "**/*compose*.y*ml"
"""
