"""Formatting adds no finding and hides none, apart from `unformatted` and from locations."""

from collections import Counter
from pathlib import Path

import pytest
from cases import all_cases

from composefmt.engine import check_text, format_text
from composefmt.filesystem.disk import OnDisk
from composefmt.filesystem.surroundings import Surroundings
from composefmt.options import Options

SETTINGS = {"defaults": {}, "all long": {"long_form": ("all",)}, "order": {"order": "spec"}}
# About how a file is written, which formatting changes.
STYLE = {"unformatted", "key-order", "service-order"}


# YAML traps and writing that only one form has: formatting resolves them.
RESOLVED = {"base60-number", "quoted-list-value", "unreadable-yaml"}


def findings(text, options, filename="compose.yaml"):
    return Counter((found.rule, found.severity.value) for found in check_text(text, options, filename).findings if found.rule not in STYLE)


def assert_kept(before, after, what):
    assert not after - before, what
    assert {rule for rule, _ in before - after} <= RESOLVED, what


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_inputs_of_all_cases_keep_their_findings(setting):
    options = Options(**SETTINGS[setting])
    for case in (case for directory in ("format", "rules", "checks", "schema", "others") for case in all_cases(directory)):
        formatted = format_text(case.text, options).text
        if formatted != case.text:
            assert_kept(findings(case.text, options), findings(formatted, options), f"{case.id}\n{formatted}")


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS)
def test_real_files_keep_their_findings(shared, setting):
    for path in sorted((shared / "corpus").rglob("*compose*.y*ml")):
        options = Options(**SETTINGS[setting], surroundings=Surroundings(OnDisk(), str(Path(path).parent)))
        text = path.read_bytes().decode("utf-8", "replace")
        formatted = format_text(text, options).text
        if formatted != text:
            assert_kept(findings(text, options, str(path)), findings(formatted, options, str(path)), path)
