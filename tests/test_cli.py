"""General command line behavior: help, errors and start-up."""

import subprocess
import sys

LONG = 'services:\n  web:\n    image: nginx\n    ports:\n      - target: 80\n        published: "8080"\n'


class TestSnippets:
    def test_the_caret_stands_under_wide_characters_and_tabs(self, run):
        text = 'services: {web: {image: x, x-a: "界e\u0301",\tfoo: 1}}\n'
        snippet, caret = run("check", "--ignore", "style", "-", stdin=text.encode()).stdout.splitlines()[1:3]
        before = snippet[: snippet.index("foo")]
        assert caret.index("^") == len(before) + before.count("界") - before.count("\u0301")
        assert "\t" not in snippet

    def test_a_long_line_is_cut_around_the_caret(self, run):
        text = "services: {web: {image: x, x-a: '" + "a" * 500 + "', foo: 1, x-b: '" + "b" * 500 + "'}}\n"
        snippet, caret = run("check", "--ignore", "style", "-", stdin=text.encode()).stdout.splitlines()[1:3]
        assert len(snippet) < 140
        assert snippet[caret.index("^") : caret.rindex("^") + 1] == "foo"


class TestCommands:
    def test_a_mistyped_command_is_told_its_name(self, run):
        done = run("chek")
        assert done.returncode == 2
        assert 'unknown command "chek"; did you mean "check"?' in done.stderr
        assert "commands: format, check, config" in run("x").stderr

    def test_a_missing_command_is_suggested(self, run):
        for given, suggested in {
            ("compose.yaml",): "composefmt format compose.yaml",
            ("my app.yml", "--diff"): "composefmt format 'my app.yml' --diff",
            (".",): "composefmt format .",
            ("--check", "compose.yaml"): "composefmt format --check compose.yaml",
            ("--fix", "."): "composefmt check --fix .",
            ("-f", "a.yaml", "-f", "b.yaml"): "composefmt check -f a.yaml -f b.yaml",
        }.items():
            done = run(*given)
            assert done.returncode == 2
            assert f'did you mean "{suggested}"?\n' in done.stderr
        assert 'error: no such option "--chek"' in run("--chek", "compose.yaml").stderr


class TestStart:
    def test_a_plain_run_loads_no_heavy_library(self, tmp_path):
        """Start-up time is a feature: what is slow to import is imported only where it is needed."""
        (tmp_path / "compose.yaml").write_text(LONG)
        code = "import sys; from composefmt.cli.app import app; app.main(sys.argv[1:], standalone_mode=False); print(sorted(sys.modules))"
        for command in (["format", "--check"], ["check"]):
            done = subprocess.run([sys.executable, "-c", code, *command, "."], cwd=tmp_path, capture_output=True, check=True, text=True)
            for library in ("'pydantic'", "'jsonschema'", "'pathspec'", "'difflib'", "'tempfile'", "'asyncio'", "'pygls'", "'lsprotocol'"):
                assert library not in done.stdout
