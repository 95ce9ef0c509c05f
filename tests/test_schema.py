"""The schema: the fast gate agrees with the jsonschema library, and the pinned file is the one it says it is."""

import copy
import hashlib
import json
import random
import re
from pathlib import Path

import pytest
from cases import all_cases

from composefmt.compose.schema import problems
from composefmt.compose.schema.gate import fits
from composefmt.compose.schema.load import schema, schema_path
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.values import Values

ROOT = Path(__file__).parents[1]
VALUES = [
    None,
    True,
    False,
    0,
    1,
    -1,
    1.0,
    1.5,
    "",
    "a",
    "1",
    "${A}",
    [],
    ["a"],
    ["a", "a"],
    [1, True],
    {},
    {"a": "b"},
    {"x-a": 1},
    [{}],
    {"a": {}},
]


def original():
    return json.loads(Path(schema_path()).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def judge():
    """The library's answer, on the schema as it is published."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(original()).is_valid


def documents():
    for case in [*all_cases("rules"), *all_cases("format")]:
        try:
            tree = parse(case.text)
        except SyntaxProblem:
            continue
        if case.path.stem != "alias-bomb":
            yield from (Values().value(node) for node in tree.documents)


def keys_of(node):
    """Every key that the schema knows, anywhere."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "properties":
                yield from value
            yield from keys_of(value)
    elif isinstance(node, list):
        for item in node:
            yield from keys_of(item)


def mutated(document, chance, keys):
    """A copy in which one place holds another value or another key."""
    document = copy.deepcopy(document)
    places = []

    def collect(node):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            places.append((node, key))
            if isinstance(node[key], (dict, list)):
                collect(node[key])

    collect({"": document} if not isinstance(document, (dict, list)) else document)
    if not places:
        return document
    node, key = chance.choice(places)
    if isinstance(node, dict) and chance.random() < 0.5:
        node[chance.choice(keys)] = copy.deepcopy(chance.choice(VALUES))
    else:
        node[key] = copy.deepcopy(chance.choice(VALUES))
    return document


def test_the_gate_agrees_with_the_library(judge):
    chance = random.Random(20261123)
    keys = sorted(set(keys_of(original())))
    seeds = [*documents(), {"services": {"a": dict.fromkeys(keys, "x")}}]
    answers = {True: 0, False: 0}
    for _ in range(2500):
        document = mutated(chance.choice(seeds), chance, keys)
        for _ in range(chance.randrange(3)):
            document = mutated(document, chance, keys)
        expected = judge(document)
        answers[expected] += 1
        assert fits(document) == expected, document
    assert min(answers.values()) > 200, "both answers must be tried"


def test_each_key_of_the_schema_with_each_kind_of_value(judge):
    for section, name in (("services", "service"), ("networks", "network"), ("volumes", "volume"), ("secrets", "secret"), ("jobs", "job")):
        for key in schema()["$defs"][name]["properties"]:
            for value in VALUES:
                document = {section: {"a": {key: value}}}
                assert fits(document) == judge(document), document


def test_what_the_gate_refuses_is_explained():
    """Never silence: unless variables hide the text, or the reference drops what is repeated."""
    for key in schema()["$defs"]["service"]["properties"]:
        for value in VALUES:
            document = {"services": {"a": {key: value}}}
            hidden = "$" in json.dumps(value) or value == ["a", "a"]
            if not fits(document) and not hidden:
                assert problems(document), document


def test_the_pinned_schema_is_the_recorded_one():
    readme = (ROOT / "schemas" / "README.md").read_text(encoding="utf-8")
    recorded = re.search(r"[0-9a-f]{64}", readme)
    assert recorded is not None
    assert hashlib.sha256((ROOT / "schemas" / "compose-spec.json").read_bytes()).hexdigest() == recorded.group()


def test_every_corpus_file_that_the_reference_loads_fits(shared):
    loads = {}
    for line in (shared / "corpus" / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if len(entry["files"]) == 1:
            loads.setdefault(entry["files"][0], []).append(entry)
    checked = 0
    for name, entries in loads.items():
        path = shared / "corpus" / name
        if not path.exists() or not any(entry["ok"] for entry in entries):
            continue
        for node in parse(path.read_text(encoding="utf-8")).documents:
            assert problems(Values().value(node)) == [], name
            checked += 1
    assert checked > 400
