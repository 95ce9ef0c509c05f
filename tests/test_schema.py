"""The schema: the cases of each rule, the formats, and the pinned file with the tables made from it."""

import copy
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from composefmt.compose.schema import problems
from composefmt.compose.schema.formats import FORMATS
from composefmt.compose.schema.hints import distance, nearest
from composefmt.compose.schema.shapes import load
from composefmt.syntax.parse import parse
from composefmt.syntax.values import Values

ROOT = Path(__file__).parents[1]
CASES = sorted((ROOT / "tests" / "cases" / "schema").glob("*.yaml"))


def values(text):
    """The plain values of a text's documents."""
    return [Values().value(node) for node in parse(text).documents]


def findings(text):
    (value,) = values(text)
    # The help line repeats the text that a fix would write.
    reported = ("path", "on_key", "rule", "message", "help")
    return [
        {name: list(value) if name == "path" else value for name, value in problem._asdict().items() if name in reported}
        for problem in problems(value)
    ]


def write_cases(path, about, cases):
    """A case file as it reads best, with what `problems` says now."""
    lines = [f"about: {json.dumps(about, ensure_ascii=False)}", "cases:"]
    for case in cases:
        lines += [f"  - name: {json.dumps(case['name'], ensure_ascii=False)}", "    input: |"]
        lines += [f"      {line}" for line in case["input"].splitlines()]
        found = findings(case["input"])
        lines.append("    findings:" if found else "    findings: []")
        for finding in found:
            for index, field in enumerate(("path", "on_key", "rule", "message", "help")):
                lines.append(f"      {'- ' if index == 0 else '  '}{field}: {json.dumps(finding[field], ensure_ascii=False)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_cases():
    for path in CASES:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if os.environ.get("COMPOSEFMT_UPDATE_CASES"):
            write_cases(path, content["about"], content["cases"])
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        yield from (pytest.param(path.stem, case, id=f"{path.stem}: {case['name']}") for case in content["cases"])


@pytest.mark.parametrize(("rule", "case"), list(read_cases()))
def test_case(rule, case):
    found = findings(case["input"])
    assert found == case["findings"]
    if rule == "accepted":
        assert found == []
    else:
        assert {finding["rule"] for finding in found} == {rule} or case["name"].startswith("but ")


def test_every_rule_has_cases():
    assert len(list(read_cases())) >= 60
    reported = {finding["rule"] for case in read_cases() for finding in case.values[1]["findings"]}
    assert reported == {path.stem for path in CASES} - {"accepted"}


@pytest.mark.parametrize("finding", [finding for case in read_cases() for finding in case.values[1]["findings"]], ids=str)
def test_findings_state_the_problem_and_the_remedy(finding):
    assert finding["message"]
    assert finding["help"]
    assert not finding["message"].endswith(".")
    assert not any(word in finding["message"] for word in ("schema", "object", "array", "None", "additional"))


@pytest.mark.parametrize("value", [None, [], "web", 3, True])
def test_a_file_that_is_no_mapping(value):
    (problem,) = problems(value)
    assert problem.path == ()
    assert problem.rule == "wrong-type"


TEXTS = {
    "duration": (
        ["0", "+0", "1s", "1m30s", "-1.5h", ".5s", "1.s", "2w3d", "1us", "1\u00b5s", "1\u03bcs", "100ms1ns"],
        ["", "1", "s", "1 s", "1m 30s", "1y", "1S", "-", ".", "1e3s", "1s2", "20000w", "9999999999999999999h", "1ss", "\u0661s"],
    ),
    "size": (
        ["0", "-1", "1024", "1k", "1K", "1kb", "1KiB", "1.5g", "1 GB", "1b", "2T", "1p", ".5m"],
        ["", "m", "1x", "1kbb", "1ki", "1,5g", "-1g", "1 000 k", "two", "1gib1", "1bb"],
    ),
    "boolean": (["true", "True", "YES", "off", "n"], ["", "1", "0", "t", "maybe"]),
    "integer": (["0", "-3", "+3", "007"], ["", "1.0", "1e3", "0x10", "1_000", "9" * 20, " 1"]),
    "decimal": (["1", "0.5", "-1e3", "inf", "0x1p-2"], ["", "1,5", "500m", " 1", "half", "\u0661"]),
    "count": (["all", "ALL", "2"], ["", "some", "1.5"]),
    "file-mode": (["0440", "440"], ["", "rw", "0o440", "888"]),
    "umask": (["0022", "22", "0o22", "0x1F", "0b11"], ["", "-1", "9x", "09", "99999999999", "rw"]),
}


@pytest.mark.parametrize("name", TEXTS)
def test_formats(name):
    good, bad = TEXTS[name]
    assert [text for text in good if not FORMATS[name](text)] == []
    assert [text for text in bad if FORMATS[name](text)] == []


@pytest.mark.parametrize(
    ("one", "other", "steps"), [("ports", "prots", 1), ("port", "ports", 1), ("", "abc", 3), ("image", "mage", 1), ("abcdefgh", "a", 99)]
)
def test_distance(one, other, steps):
    assert distance(one, other) == distance(other, one) == steps


def test_no_known_key_is_taken_for_another():
    _, shapes = load()
    for shape in shapes:
        keys = shape.get("map", {}).get("keys", {})
        assert [key for key in keys if nearest(key, keys) not in (key, key.replace("-", "_")) and not key.startswith("x-")] == []


# --- the pinned file, and what is made from it ---


def load_tool():
    spec = importlib.util.spec_from_file_location("update_schema", ROOT / "tools" / "update_schema.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tool():
    return load_tool()


@pytest.fixture
def schema():
    return json.loads((ROOT / "schemas" / "compose-spec.json").read_text(encoding="utf-8"))


def test_the_pinned_schema_and_its_tables_are_up_to_date(tool):
    assert tool.verify() == []


def test_a_schema_with_an_unknown_keyword_is_refused(tool, schema):
    for change in ({"not": {}}, {"type": "object", "minProperties": 1}, {"oneOf": [{"type": "string"}, {"type": ["string", "null"]}]}):
        changed = copy.deepcopy(schema)
        changed["$defs"]["service"]["properties"]["new"] = change
        with pytest.raises(tool.Unsupported):
            tool.Compiler(changed, {}).compile()


def test_a_path_missing_from_the_schema_is_named(tool, schema):
    changed = copy.deepcopy(schema)
    del changed["$defs"]["service"]["properties"]["scale"]
    with pytest.raises(tool.Unsupported, match=r"services\.\*\.scale"):
        tool.Compiler(changed, json.loads(tool.REFERENCE.read_text(encoding="utf-8"))).compile()


def test_updating_records_the_checksum_and_makes_the_tables(tool, schema, tmp_path, monkeypatch):
    for name in ("SCHEMA", "README", "REFERENCE", "SHAPES"):
        copied = tmp_path / getattr(tool, name).name
        copied.write_bytes(getattr(tool, name).read_bytes())
        monkeypatch.setattr(tool, name, copied)
    schema["$defs"]["service"]["properties"]["brand_new"] = {"type": "string"}
    newer = tmp_path / "newer.json"
    newer.write_text(json.dumps(schema))
    assert tool.main([]) == 0
    tool.SCHEMA.write_bytes(newer.read_bytes())
    assert tool.main([]) == 1
    assert tool.main([str(newer), "v9.9.9"]) == 0
    assert "| version | v9.9.9 |" in tool.README.read_text()
    assert "brand_new" in tool.SHAPES.read_text()


def test_checking_loads_no_heavy_library():
    code = (
        "import sys; from composefmt.compose.schema import problems;"
        "assert problems({'services': {'a': {'prots': 1, 'image': 3}}}); print(sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not any(name in done.stdout for name in ("'jsonschema'", "'difflib'", "'pydantic'", "'yaml'"))
