"""The samples are true: each one is run."""

import re
from pathlib import Path

import pytest
from cases import as_text
from promises import assert_promises

from composefmt.engine import check_text, format_text
from composefmt.files.settings import settings_for

SAMPLES = Path(__file__).parents[1] / "samples"


def read(name):
    return (SAMPLES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(("before", "after"), [("before.yaml", "after.yaml"), ("messy.yaml", "messy.formatted.yaml")])
def test_before_becomes_after(before, after):
    assert format_text(read(before)).text == read(after)
    assert format_text(read(after)).data is None
    assert_promises(read(before))


def test_the_messy_sample_is_realistic():
    lines = read("messy.yaml").splitlines()
    assert len(lines) >= 95
    assert sum("#" in line for line in lines) >= 30


def test_a_missing_colon_is_reported_and_not_changed():
    entry = "- ~/configs/etc/configs/:ro"
    assert entry in read("after.yaml")
    assert 'did you mean "~/configs:/etc/configs/:ro"?' in as_text(check_text(read("after.yaml")))


def test_every_mistake_of_the_sample_is_found():
    found = re.findall(r"\[([a-z-]+)\]", as_text(check_text(read("mistakes.yaml"))))
    assert sorted(found) == [
        "duplicate-key", "invalid-port", "invalid-port", "missing-colon", "port-range-mismatch", "suspicious-port",
        "unknown-key", "unknown-key", "unknown-restart-policy",
        "unknown-volume-option", "wrong-type",
    ]  # fmt: skip


def test_the_examples_of_the_readme_are_true(tmp_path):
    """Its before and after, its finding, its table of forms and its Python are run."""
    readme = (SAMPLES.parent / "README.md").read_text(encoding="utf-8")
    before, after = re.findall(r"```yaml\n(services:\n.*?)```", readme, re.DOTALL)[:2]
    assert format_text(before).text == after
    finding = re.search(r"```text\n(.*?)```", readme, re.DOTALL).group(1).splitlines()
    assert finding[0].split(" ", 1)[1] in as_text(check_text(read("before.yaml")))
    assert finding[1].split(" | ")[1] in read("before.yaml")
    for short, long in re.findall(r"^\| `([^`]+)` \| (`.*`) \|$", readme, re.MULTILINE):
        field = "ports" if re.match(r'"|\d', short) else "volumes"
        after = format_text(f"services:\n  web:\n    {field}:\n      - {short}\n").text
        assert [line.strip(" -") for line in after.splitlines()[3:]] == re.findall(r"`([^`]+)`", long)
    settings = re.search(r"```toml\n(.*?)```", readme, re.DOTALL).group(1)
    (tmp_path / "composefmt.toml").write_text(settings, encoding="utf-8")
    assert settings_for(str(tmp_path / "compose.yaml")).values["ignore"] == {"windows-path"}
    code = re.search(r"```python\n(.*?)```", readme, re.DOTALL).group(1)
    exec(code, {})
