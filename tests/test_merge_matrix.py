"""Formatting keeps the meaning of projects: every notation of an entry merged with every other one, judged by the reference.

Each pair of notations is merged by an override, an include, `extends` in one file and in two, and within one list. The
reference loads the project before, after formatting all files, and after formatting only one of them.
"""

import itertools
import json
import subprocess

import pytest
import yaml

from composefmt.engine import format_text
from composefmt.options import Options

# Notations of one thing: some are the same to a merge, some are not. Formatting must not change which.
NOTATIONS = {
    "ports": [
        ['"8080:80"'],
        ["{target: 80, published: 8080}"],
        ['{target: 80, published: "8080"}'],
        ['{target: 80, published: "8080", protocol: tcp, mode: ingress}'],
        ['{target: "80", published: "8080"}'],
        ['"0.0.0.0:8080:80"'],
        ['{target: 80, published: "${PORT:-8080}"}'],
        ['"${PORT:-8080}:80"'],
        ['"127.0.0.1:8080-8081:80-81"'],
        ["80"],
        ['"8080:80/udp"'],
    ],
    "volumes": [
        ["./data:/data"],
        ["{type: bind, source: ./data, target: /data}"],
        ["{type: bind, source: ./data, target: /data, bind: {create_host_path: true}}"],
        ["./data:/data/"],
        ["store:/data"],
        ["{type: volume, source: store, target: /data, volume: {}}"],
        ["{type: volume, source: store, target: /data}"],
        ["/data"],
        ['"${PLACE:-./data}:/data:ro"'],
        ['"./data:/${NAME:-data}"'],
    ],
    "configs": [["one"], ["{source: one}"], ["{source: one, target: /one}"], ["{source: one, target: one}"], ["two"]],
    "secrets": [["one"], ["{source: one}"], ["{source: one, target: /run/secrets/one}"], ["{source: one, target: one}"], ["two"]],
    "env_file": [["./a.env"], ["{path: ./a.env}"], ["{path: ./a.env, required: true}"], ["{path: ./b.env}", "a.env"]],
    "devices": [
        ["/dev/null"],
        ["/dev/null:/dev/null"],
        ["/dev/zero:/dev/null:r"],
        ["{source: /dev/null, target: /dev/null, permissions: rwm}"],
    ],
    "environment": [["A=1"], ["A=2", "B=1"], ["A"], ["x-a=1"], '{A: "1"}', "{B: 2, A: }"],
    "labels": [["a=1"], ["a=2", "b.c=1"], ["a"], ["x-a=1"], '{a: "1"}', "{b.c: 2}"],
    "annotations": [["a=1"], ["a=2", "b.c=1"], '{a: "1"}'],
    "networks": [["one"], ["one", "two"], ["x-net"], "{one: }", "{one: {aliases: [x]}}"],
    "depends_on": [["other"], "{other: {condition: service_started}}", "{other: {condition: service_started, required: false}}"],
    "extra_hosts": [["a=1.2.3.4"], ['"x-db:1.2.3.4"'], ['"a:1.2.3.4"'], ["a=1.2.3.5", "b=1.2.3.4"], "{a: 1.2.3.4}", "{a: [1.2.3.4]}"],
    "sysctls": [["net.core.somaxconn=1"], "{net.core.somaxconn: 1}", '{net.core.somaxconn: "2"}'],
    "ulimits": ["{nofile: 1}", "{nofile: {soft: 1, hard: 1}}", "{nofile: {soft: 1, hard: 2}}", "{nproc: 1}"],
    "dns": ["1.1.1.1", ["1.1.1.1"], ["1.1.1.1", "8.8.8.8"]],
    "tmpfs": ["/run", ["/run"], ["/run", "/tmp"]],
    "build": [".", "{context: .}", "{context: ., args: [A=1]}", "{context: ., args: {A: 2}, labels: [a=1]}"],
}

SETTINGS = {
    "defaults": Options(),
    "all long": Options(long_form=("all",)),
    "short": Options(
        long_form=(),
        short_form=(*NOTATIONS, "build.args", "build.labels"),
    ),
    "order": Options(order="spec"),
    "write defaults": Options(long_form=("all",), write_defaults=True),
}

TOP = """\
configs: {one: {file: ./a.env}, two: {file: ./b.env}}
secrets: {one: {file: ./a.env}, two: {file: ./b.env}}
networks: {one: , two: , x-net: }
volumes: {store: }
"""
OTHER = "  other: {image: x}\n"


def value(notation):
    return notation if isinstance(notation, str) else f"[{', '.join(notation)}]"


def service(name, field, notation, more=""):
    image = "" if field == "build" else "    image: x\n"
    return f"  {name}:\n{image}    {field}: {value(notation)}\n{more}"


def projects(field, one, two):
    """The files of each project in which the two notations meet; the first file of a project is loaded, or the first two."""
    base = f"services:\n{service('web', field, one)}{OTHER}{TOP}"
    yield "override", {"base.yaml": base, "over.yaml": f"services:\n{service('web', field, two)}"}
    yield (
        "include",
        {
            "base.yaml": f"include: [part.yaml]\nservices:\n{service('web', field, one)}",
            "part.yaml": f"services:\n{service('web', field, two)}{OTHER}{TOP}",
        },
    )
    extends = "    extends: {service: parent}\n"
    yield (
        "extends in one file",
        {
            "base.yaml": f"services:\n{service('web', field, one, extends)}{service('parent', field, two)}{OTHER}{TOP}",
        },
    )
    extends = "    extends: {service: parent, file: part.yaml}\n"
    yield (
        "extends",
        {
            "base.yaml": f"services:\n{service('web', field, one, extends)}{OTHER}{TOP}",
            "part.yaml": f"services:\n{service('parent', field, two)}",
        },
    )
    if not isinstance(one, str) and not isinstance(two, str):
        yield "one list", {"base.yaml": f"services:\n{service('web', field, [*one, *two])}{OTHER}{TOP}"}


class Reference:
    """Loads many projects with one run of the reference."""

    def __init__(self, program, directory):
        self.program = program
        self.directory = directory
        self.jobs = []

    def add(self, files):
        place = self.directory / str(len(self.jobs))
        place.mkdir()
        for name in ("a.env", "b.env"):
            (place / name).write_text("X=1\n")
        for name, text in files.items():
            (place / name).write_text(text)
        loaded = [name for name in ("base.yaml", "over.yaml") if name in files]
        self.jobs.append(json.dumps({"files": [str(place / name) for name in loaded], "mode": "full"}))
        return len(self.jobs) - 1

    def answers(self):
        done = subprocess.run([self.program], input="\n".join(self.jobs) + "\n", capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]


def variants(files, options):
    """The files with all of them formatted, then with only one of them formatted."""
    formatted = {name: format_text(text, options).text for name, text in files.items()}
    for text in formatted.values():
        yaml.safe_load(text)
    yield "all files", formatted
    if len(files) > 1:
        for name in files:
            yield f"only {name}", {**files, name: formatted[name]}


@pytest.mark.parametrize("field", NOTATIONS)
def test_no_pair_of_notations_changes_its_meaning(oracle, tmp_path, field):
    reference = Reference(oracle, tmp_path)
    questions = []
    for one, two in itertools.product(NOTATIONS[field], repeat=2):
        for kind, files in projects(field, one, two):
            before = reference.add(files)
            for setting, options in SETTINGS.items():
                for which, changed in variants(files, options):
                    if changed != files:
                        questions.append((before, reference.add(changed), f"{kind}: {value(one)} and {value(two)}, {setting}, {which}"))
    answers = reference.answers()
    wrong = [
        f"{what}\n  before: {describe(answers[before])}\n  after:  {describe(answers[after])}"
        for before, after, what in questions
        if answers[before]["ok"]
        and not publishes_twice(answers[before])
        and (not answers[after]["ok"] or answers[before]["model"] != answers[after]["model"])
    ]
    assert questions
    assert not wrong, f"{len(wrong)} of {len(questions)}:\n" + "\n".join(wrong[:12])


def publishes_twice(answer):
    """Return whether a service publishes one port twice: as a string in one file and as a number in another.

    Such a service never starts ("port is already allocated"). Docker Compose before 5.6 refuses some of these projects and
    loads others, depending on the order of the two (jsonschema 6.0.1, `equals`).
    """
    ports = answer["model"]["services"]["web"].get("ports", [])
    return len({json.dumps(port) for port in ports}) < len(ports)


def describe(answer):
    return json.dumps(answer["model"]["services"]["web"]) if answer["ok"] else answer["error"].replace("\n", " ")
