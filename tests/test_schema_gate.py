"""The schema's gate: against the jsonschema library, against its own explanations, and against the reference."""

import copy
import json
import random
import subprocess

import pytest
import yaml
from test_schema import CASES, load_tool, values

from composefmt.compose.schema import SchemaProblem, problems
from composefmt.compose.schema.gate import compile_gate, fits
from composefmt.compose.schema.shapes import Shapes, load
from composefmt.syntax.nodes import Mapping
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.values import Values

# --- the gate against the jsonschema library, on the schema alone ---


@pytest.fixture(scope="module")
def judges():
    """The gate compiled from the schema without what the reference does beyond it, and the library."""
    from jsonschema import Draft202012Validator

    tool = load_tool()
    schema = json.loads(tool.SCHEMA.read_text(encoding="utf-8"))
    compiled = tool.Compiler(schema, {}).compile()
    seen = set()
    gate = compile_gate(Shapes(compiled["root"], compiled["shapes"]), seen)

    def ask_gate(value):
        seen.clear()
        return gate(value)

    return ask_gate, Draft202012Validator(schema).is_valid


FILLINGS = [
    None, True, False, 0, 1, -1, 101, 1.0, 1.5, "", "a", "1", "yes", "10s", "1g", "all", "always", "host", "bind", "a b",
    [], ["a"], ["a", "a"], [1, True], [1, 1.0], [None], [{}], [{"a": "b"}, {"a": "b"}],
    {}, {"a": "b"}, {"a": None}, {"a": {}}, {"a": ["b"]}, {"a": [3]}, {"x-a": 1}, {"": 1}, {"a b": 1}, {"a": {"b": 1}},
]  # fmt: skip
EXTRA_KEYS = ["x-own", "prots", "a b", "", "NOFILE", "external", "image", "command"]


def example(number, shapes, filling):
    """A value that has every key which the tables know below a place; `filling` gives the single values."""
    shape = shapes[number]
    if "map" in shape and (shape["map"]["keys"] or shape["map"].get("names")):
        parts = [*shape["map"]["keys"].items(), *(("a", part) for pattern, part in shape["map"].get("names", []) if pattern != "^x-")]
        return {key: example(part, shapes, filling) for key, part in parts}
    if "list" in shape:
        return [example(shape["list"]["items"], shapes, filling)]
    text = shape.get("text", {})
    return text["enum"][0] if "enum" in text else filling


def places(node):
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        yield node, key
        if isinstance(node[key], (dict, list)):
            yield from places(node[key])


def mutated(document, chance):
    """A copy with another value, a further key or without a key at one to three places."""
    document = copy.deepcopy(document)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        found = list(places(document))
        if not found:
            return document
        node, key = chance.choice(found)
        what = chance.random()
        if what < 0.7:
            node[key] = copy.deepcopy(chance.choice(FILLINGS))
        elif what < 0.85 and isinstance(node, dict):
            node[chance.choice(EXTRA_KEYS)] = copy.deepcopy(chance.choice(FILLINGS))
        else:
            del node[key]
    return document


def sample_documents():
    """Good files to change: small ones with each section, and those of the cases."""
    for path in CASES:
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]:
            yield from (value for value in values(case["input"]) if isinstance(value, dict))
    root, shapes = load()
    for section in ("services", "networks", "volumes", "secrets", "configs", "models"):
        whole = example(shapes[root]["map"]["keys"][section], shapes, "1")
        yield {section: whole}
        for key, value in whole["a"].items():
            yield {section: {"a": {key: value}}}


def corpus_values(shared):
    for line in (shared / "corpus" / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        path = shared / "corpus" / entry["files"][0]
        if entry["mode"] == "full" and len(entry["files"]) == 1 and path.exists():
            try:
                yield entry["files"][0], [value for value in values(path.read_text(encoding="utf-8-sig")) if isinstance(value, dict)]
            except SyntaxProblem:
                continue


def test_the_gate_agrees_with_the_library_on_mutations(judges):
    chance = random.Random(20261123)
    gate, library = judges
    answers = {True: 0, False: 0}
    documents = list(sample_documents())
    for document in documents:
        for _ in range(12):
            # The schema's patterns end before a last line break in Python, and the gate lets variables pass.
            changed = mutated(document, chance)
            if "$" not in json.dumps(changed):
                expected = library(changed)
                answers[expected] += 1
                assert gate(changed) == expected, changed
    assert min(answers.values()) > 200, answers


def test_the_gate_agrees_with_the_library_on_each_field_with_each_kind_of_value(judges):
    gate, library = judges
    root, shapes = load()
    for section in ("services", "jobs", "networks", "volumes", "secrets", "configs", "models"):
        ((_, element),) = shapes[shapes[root]["map"]["keys"][section]]["map"]["names"]
        for key in shapes[element]["map"]["keys"]:
            for value in FILLINGS:
                document = {section: {"a": {key: value, **({"triggers": {"manual": True}} if section == "jobs" else {})}}}
                assert gate(document) == library(document), document


def test_the_gate_agrees_with_the_library_on_real_files(judges, shared):
    gate, library = judges
    chance = random.Random(7)
    for name, documents in corpus_values(shared):
        for document in documents:
            for value in (document, mutated(document, chance)):
                if "$" not in json.dumps(value):
                    assert gate(value) == library(value), (name, value)


# --- the gate and the explanations ---


def test_the_gate_and_its_explanations_agree():
    from composefmt.compose.schema.explain import explain

    chance = random.Random(11)
    for document in sample_documents():
        for _ in range(8):
            changed = mutated(document, chance)
            found = explain(changed)
            assert all(isinstance(problem, SchemaProblem) for problem in found)
            if fits(changed):
                assert found == [], changed
            elif "extends" not in json.dumps(changed):
                assert found, changed
            assert len(found) == len(set(found)), changed
            for problem in found:
                value = changed
                for part in problem.path:
                    value = value[part]


def test_values_shared_by_anchors_are_checked_once():
    mounts = [{"type": "volume", "target": "/a", "volume": {"labels": {"a": "b"}}}] * 1000
    service = {"volumes": mounts, "pre_start": [{"volumes": mounts[:1]}] * 1000}
    services = {f"s{index}": service for index in range(1000)}
    assert problems({"services": services}) == []
    mounts[0]["typ"] = 3
    assert len(problems({"services": services})) == 1


# --- the reference ---


def test_every_corpus_file_that_the_reference_loads_fits_and_those_that_its_schema_refuses_do_not(shared):
    answers = {}
    for line in (shared / "corpus" / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        answers.setdefault(entry["files"][0], []).append(entry)
    checked = 0
    for name, documents in corpus_values(shared):
        found = [problem for document in documents for problem in problems(document) if problem.rule != "ignored-key"]
        if any(entry["ok"] for entry in answers[name]):
            assert found == [], name
            checked += 1
        elif all(entry["error"].startswith("validating ") for entry in answers[name]):
            assert found, name
    assert checked > 400


def test_the_reference_agrees_on_mutations(oracle, tmp_path):
    """Nothing is said of what it loads; something is said of what its schema refuses, where no variable hides it."""
    chance = random.Random(3)
    documents = [mutated(document, chance) for document in sample_documents() for _ in range(4)]
    jobs = []
    for number, document in enumerate(documents):
        path = tmp_path / f"{number}.yaml"
        path.write_text(json.dumps(document), encoding="utf-8")
        jobs += [json.dumps({"files": [str(path)], "mode": mode}) for mode in ("full", "raw")]
    done = subprocess.run([oracle], input="\n".join(jobs) + "\n", capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    for document, full, raw in zip(documents, answers[::2], answers[1::2], strict=True):
        (value,) = (Values().value(node) for node in parse(json.dumps(document)).documents if type(node) is Mapping)
        found = [problem for problem in problems(value) if problem.rule != "ignored-key"]
        if full["ok"] or raw["ok"]:
            assert found == [], document
        elif full["error"].startswith("validating ") and "$" not in json.dumps(document) and "are equal" not in full["error"]:
            assert found, (document, full["error"])
