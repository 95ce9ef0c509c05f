"""composefmt against the reference's answers: the short-syntax vectors, and every case through the program itself."""

import json
import re
import subprocess

import pytest
from cases import all_cases
from promises import assert_round_trips
from test_parser import suite_texts

from composefmt import parse_ports, parse_volumes
from composefmt.compose.models import ShortSyntaxError
from composefmt.engine import check_text, format_text
from composefmt.findings import Severity
from composefmt.syntax.comments import comment_texts
from composefmt.syntax.parse import SyntaxProblem, parse
from composefmt.syntax.values import Values

# Names that no volume can have: the reference refuses them as undefined, which is not a matter of the short syntax.
UNDEFINED = {"-vol:/y", "v@l:/y", "$$x:/y"}


def without_empty_options(entry):
    return {key: value for key, value in entry.items() if value != {}}


def vectors(shared):
    lines = (shared / "vectors" / "short_syntax.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_short_forms_become_the_canonical_objects_of_the_reference(shared):
    checked = 0
    for vector in vectors(shared):
        if "long" in vector:
            read = parse_ports if vector["field"] == "ports" else parse_volumes
            assert [item.canonical() for item in read([vector["short"]])] == [without_empty_options(e) for e in vector["long"]], vector[
                "short"
            ]
            checked += 1
    assert checked > 80


def test_errors_of_the_reference_are_errors_with_a_location(shared):
    for vector in vectors(shared):
        if "error" in vector and vector["short"] not in UNDEFINED:
            read = parse_ports if vector["field"] == "ports" else parse_volumes
            with pytest.raises(ShortSyntaxError) as caught:
                read([vector["short"]])
            assert 0 <= caught.value.start <= caught.value.end <= len(vector["short"])
            text = f"services: {{s: {{image: i, {vector['field']}: [{json.dumps(vector['short'])}]}}}}\n"
            errors = [f for f in check_text(text).findings if f.severity is Severity.ERROR]
            assert errors, vector["short"]
            assert "target" not in format_text(text).text


SILENT_NONSENSE = [
    "~/configs/etc/configs/:ro", "80:80/udp/tcp", "80-82-84", "x:/y:ro,rw", "./d:/data:bogus", "data", ":", "./d:/data:delegated", "80/",
]  # fmt: skip


@pytest.mark.parametrize("short", SILENT_NONSENSE)
def test_silent_nonsense_is_a_warning_and_stays_as_it_is(short):
    field = "ports" if short[0].isdigit() else "volumes"
    text = f"services: {{s: {{image: i, {field}: [{json.dumps(short)}]}}}}\n"
    assert [f.severity for f in check_text(text).findings if f.rule != "unformatted"] == [Severity.WARNING]
    assert "target" not in format_text(text).text


def test_the_yaml_test_suite(shared):
    """No text harms the tool, and none is harmed."""
    count = 0
    for text in suite_texts(shared):
        count += 1
        result = format_text(text)
        check_text(text)
        try:
            tree = parse(text)
        except SyntaxProblem:
            assert result.failed
            continue
        assert not result.failed, text
        assert loaded(parse(result.text)) == loaded(tree)
        assert comment_texts(result.text, parse(result.text)) == comment_texts(text, tree)
        assert format_text(result.text).data is None
    assert count > 350


def loaded(tree):
    """The plain values of all documents."""
    values = Values()
    return [values.value(document) for document in tree.documents]


def test_the_forms_of_real_files_round_trip(shared):
    count = 0
    for path in sorted((shared / "corpus").rglob("*compose*.y*ml")):
        text = path.read_text(encoding="utf-8", errors="replace")
        try:
            parse(text)
        except SyntaxProblem:
            continue
        assert_round_trips(text)
        count += 1
    assert count > 500


def ask(oracle, directory, texts, beside=None):
    """The reference's (ok, model or error) of each text, in modes full and raw; `beside` are each one's other files."""
    jobs = []
    for number, text in enumerate(texts):
        path = directory / str(number) / "compose.yaml"
        for name, data in {"compose.yaml": text.encode(), **(beside[number] if beside else {})}.items():
            (path.parent / name).parent.mkdir(parents=True, exist_ok=True)
            (path.parent / name).write_bytes(data)
        jobs += [json.dumps({"files": [str(path)], "mode": mode}) for mode in ("full", "raw")]
    done = subprocess.run([oracle], input="\n".join(jobs) + "\n", capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [tuple((a["ok"], comparable(a.get("model"))) for a in answers[i : i + 2]) for i in range(0, len(answers), 2)]


def comparable(model):
    for key in [key for key in model or {} if key.startswith("x-")]:
        del model[key]
    for service in (model or {}).get("services", {}).values():
        service["volumes"] = [without_empty_options(mount) for mount in service.get("volumes") or []]
    return model


def with_images(text):
    """The case as something that the reference can load: with an image for each service and its volumes declared."""
    text = re.sub(r"^( +)(ports|volumes):", r"\1image: x\n\1\2:", text, count=1, flags=re.MULTILINE)
    return text if "\nvolumes:" in text else text + "volumes: {data: {}, datavolume: {}, data_: {}, cache-config: {}}\n"


def test_formatting_the_cases_keeps_the_model_of_the_reference(oracle, tmp_path):
    texts = [with_images(case.text) for case in all_cases("format")]
    before = ask(oracle, tmp_path, texts)
    after = ask(oracle, tmp_path, [format_text(text).text for text in texts])
    loaded = 0
    for text, old, new in zip(texts, before, after, strict=True):
        for (old_ok, old_model), (new_ok, new_model) in zip(old, new, strict=True):
            if old_ok:
                loaded += 1
                assert new_ok, text
                assert new_model == old_model, text
    assert loaded > 30


# The reference loads these although Docker Compose refuses to run them; only these rules may report an error there.
FAILS_WHEN_RUN = {
    "address-outside-subnet", "bind-without-source", "conflicting-cpu-limits", "duplicate-static-ip", "global-with-replicas",
    "healthcheck-duration-too-short", "host-port-conflict", "invalid-container-name", "invalid-hostname", "invalid-image",
    "invalid-mac-address", "invalid-subnet", "mount-at-root", "network-mode-conflict", "overlapping-subnets", "placement-constraint",
    "replicas-fixed-port", "reservation-above-limit", "reserved-network-name", "reserved-static-ip",
    "start-interval-without-start-period", "static-ip-outside-subnet", "static-ip-without-subnet", "unknown-build-target",
    "unknown-restart-condition",
}  # fmt: skip


def test_no_error_is_reported_where_the_reference_loads_a_case(oracle, tmp_path):
    # A file with another name beside a base is judged as part of a project, which the reference is not asked for.
    cases = [case for case in all_cases("rules", "checks") if "compose.yaml" not in case.files]
    answers = ask(oracle, tmp_path, [case.text for case in cases], [case.files for case in cases])
    for case, (full, raw) in zip(cases, answers, strict=True):
        if (full[0] or raw[0]) and case.path.stem != "alias-bomb":
            reported = set(re.findall(r" error\[([a-z-]+)\]", case.expected))
            # Without interpolation no variable is wrong, and without normalization links do not count as dependencies.
            refused = set() if full[0] else {"invalid-interpolation", "dependency-cycle"}
            assert reported <= FAILS_WHEN_RUN | refused, (case.id, reported)
