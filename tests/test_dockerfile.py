"""The Dockerfile reader against Docker's own parser, on written examples and on real files."""

import pytest

from composefmt.compose.dockerfile import parse_dockerfile

TEXTS = {
    "stages": "FROM alpine AS build\nRUN make\nfrom build as Final\nCOPY --from=build /a /b\n",
    "arguments": "ARG A\nARG B=1 C=\"two words\" D\nFROM x\nARG E='5' F\n",
    "continued lines": "FROM \\\n  alpine \\\n# a comment between\n\n  AS build\nARG A \\\n B=2\n",
    "comments and blanks": "# syntax=docker/dockerfile:1\n# comment\n\n  # another\nFROM x # y\n",
    "heredoc": 'FROM x\nRUN <<EOF\nFROM y AS not\nARG NO\nEOF\nCOPY <<-"END" /f\n\tFROM z\n\tEND\nFROM y AS last\n',
    "two heredocs": "FROM x\nCOPY <<A <<B /dir/\nFROM a\nA\nFROM b\nB\nARG YES\n",
    "a here-string is not a heredoc": "FROM x\nRUN cat <<<EOF\nFROM y AS yes\n",
    "a platform": "ARG T\nFROM --platform=$BUILDPLATFORM golang:${T} AS build\n",
    "the other escape": "# escape=`\nFROM x\nRUN a `\n FROM y\nARG Z\n",
    "an invalid escape": "FROM x\nRUN a `\nFROM y\n",
    "spaces after the escape": "FROM x\nRUN a \\  \n b\nFROM y\n",
    "windows lines": "FROM x\r\nARG A\\\r\n=1\r\nFROM y AS z\r\n",
    "onbuild": "FROM x\nONBUILD ARG A\n",
}


def judged(text):
    """Bases, names of stages and arguments, as Docker's parser reads them."""
    dockerfile = pytest.importorskip("dockerfile")
    stages, before = [], {}
    for command in dockerfile.parse_string(text):
        name = command.cmd.upper()
        if name == "FROM":
            named = len(command.value) > 2 and command.value[1].lower() == "as"
            stages.append((command.value[2].lower() if named else "", command.value[0], {}))
        elif name == "ARG":
            for value in command.value:
                key, equals, default = value.partition("=")
                (stages[-1][2] if stages else before)[key] = default.strip("\"'") if equals else None
    return before, stages


def read(text):
    found = parse_dockerfile(text)
    return found.arguments, [(stage.name, stage.base, stage.arguments) for stage in found.stages]


@pytest.mark.parametrize("name", TEXTS)
def test_stages_and_arguments_are_those_of_dockers_parser(name):
    assert read(TEXTS[name]) == judged(TEXTS[name])


def test_real_dockerfiles_are_read_as_docker_reads_them(shared):
    count = 0
    for path in sorted((shared / "corpus").rglob("Dockerfile*")):
        text = path.read_text(encoding="utf-8", errors="replace")
        assert read(text) == judged(text), path
        count += 1
    assert count > 50


def test_a_syntax_of_its_own_is_not_read():
    assert parse_dockerfile("# syntax=example.org/other:1\nFROM x\n") is None
    assert parse_dockerfile("# syntax=docker.io/docker/dockerfile:1.7-labs\nFROM x\n") is not None


@pytest.mark.parametrize("text", ["", "\\", "FROM", "FROM \\", "ARG", "RUN <<EOF\n", "\0\n<<", "# escape=\\\n" * 3])
def test_an_invalid_dockerfile_is_tolerated(text):
    assert parse_dockerfile(text) is None


def test_reading_takes_time_by_the_length():
    assert parse_dockerfile("FROM x\n" + "RUN a \\\n" * 200_000 + "RUN <<A <<B\n" * 1000) is not None
