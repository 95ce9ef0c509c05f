"""Exclusion of files: settings and options, below directories and for named files."""

import json

import pytest
from running import files_below

TEXT = "services:\n  web:\n    image: nginx\n    prots: []\n"
FILES = [
    "compose.yaml",
    "compose.dev.yaml",
    "old/compose.yaml",
    "apps/a/compose.yaml",
    "apps/b/compose.yaml",
    "apps/b/old/compose.yaml",
    "node_modules/x/compose.yaml",
]


@pytest.fixture
def check(run, tmp_path):
    """Return the files with findings, given settings (by directory) and options."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(TEXT)

    def check(*options, cwd=tmp_path, **settings):
        for directory, text in settings.items():
            (tmp_path / directory.replace("_", "/") / "composefmt.toml").write_text(text)
        done = run("check", "--output-format", "json", *options, cwd=cwd)
        assert "error[" not in done.stderr
        return sorted({finding["filename"] for finding in json.loads(done.stdout)})

    return check


ALL = ["apps/a/compose.yaml", "apps/b/compose.yaml", "apps/b/old/compose.yaml", "compose.dev.yaml", "compose.yaml", "old/compose.yaml"]


def without(*names):
    return [name for name in ALL if name not in names]


def test_third_party_directories_are_excluded_by_default(check):
    assert check() == ALL


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        (["old"], without("old/compose.yaml", "apps/b/old/compose.yaml")),
        (["old/"], without("old/compose.yaml", "apps/b/old/compose.yaml")),
        (["/old"], without("old/compose.yaml")),
        (["compose.dev.yaml"], without("compose.dev.yaml")),
        (["*.dev.*", "apps/*/compose.yaml"], without("compose.dev.yaml", "apps/a/compose.yaml", "apps/b/compose.yaml")),
        (["apps/**"], without("apps/a/compose.yaml", "apps/b/compose.yaml", "apps/b/old/compose.yaml")),
        (["apps/*", "!apps/b"], without("apps/a/compose.yaml")),
        (["nothing"], ALL),
    ],
)
def test_patterns_in_settings_and_options(check, patterns, left, tmp_path):
    assert check(*(f"--extend-exclude={pattern}" for pattern in patterns)) == left
    (tmp_path / "composefmt.toml").write_text(f"extend-exclude = {json.dumps(patterns)}\n")
    assert check() == left
    assert check(tmp_path) == sorted(str(tmp_path / name) for name in left), "settings are relative to their directory"


def test_patterns_of_options_are_relative_to_the_working_directory(check, tmp_path):
    everything = sorted(f"../{name}" for name in ALL)
    assert check("--extend-exclude", "/old", "..", cwd=tmp_path / "apps") == everything
    assert check("--extend-exclude", "/b/old", ".", cwd=tmp_path / "apps") == ["a/compose.yaml", "b/compose.yaml"]
    assert check("--extend-exclude", "/b/old", "..", cwd=tmp_path / "apps") == [n for n in everything if n != "../apps/b/old/compose.yaml"]
    assert check("--extend-exclude", "b/o?d", "..", cwd=tmp_path / "apps") == [n for n in everything if n != "../apps/b/old/compose.yaml"]
    assert check("--extend-exclude", "old", "..", cwd=tmp_path / "apps") == [name for name in everything if "/old/" not in name]


def test_exclude_replaces_the_default(check):
    assert check(**{"": 'exclude = ["old"]\n'}) == sorted(
        [*without("old/compose.yaml", "apps/b/old/compose.yaml"), "node_modules/x/compose.yaml"]
    )
    assert check("--exclude", "apps") == ["compose.dev.yaml", "compose.yaml", "node_modules/x/compose.yaml", "old/compose.yaml"]


def test_the_nearest_settings_hold(check):
    assert check(**{"": 'extend-exclude = ["old"]\n', "apps_b": ""}) == without("old/compose.yaml")
    assert check(apps_b='extend-exclude = ["/old"]\n') == without("old/compose.yaml", "apps/b/old/compose.yaml")


def test_named_files_are_processed_unless_force_exclude_is_set(check, tmp_path):
    settings = 'extend-exclude = ["old"]\n'
    named = ("old/compose.yaml", "node_modules/x/compose.yaml", "compose.yaml")
    assert check(*named, **{"": settings}) == sorted(named)
    assert check("old") == ["old/compose.yaml"], "a directory as well"
    assert check("--force-exclude", *named, "old") == ["compose.yaml"]
    assert check(*named, **{"": settings + "force-exclude = true\n"}) == ["compose.yaml"]
    assert check(str(tmp_path / "old/compose.yaml"), "compose.yaml") == ["compose.yaml"]
    assert check("../old/compose.yaml", cwd=tmp_path / "apps") == []


def test_excluded_standard_input_is_printed_unchanged(run, tmp_path):
    (tmp_path / "composefmt.toml").write_text('extend-exclude = ["old"]\nforce-exclude = true\n')
    text = b"services: {web: {image: 'nginx'}}\r\n# \xff"
    done = run("format", "--stdin-filename", "old/compose.yaml", "-", stdin=text)
    assert (done.returncode, done.raw, done.stderr) == (0, text, "")
    done = run("check", "--fix", "-q", "--stdin-filename", "old/compose.yaml", "-", stdin=text)
    assert (done.returncode, done.raw, done.stderr) == (0, text, "")
    assert run("format", "--check", "--stdin-filename", "old/compose.yaml", "-", stdin=text).raw == b""
    assert run("check", "--stdin-filename", "old/compose.yaml", "-", stdin=text).raw == b""
    assert run("format", "--stdin-filename", "new/compose.yaml", "-", stdin=text).returncode == 2


def test_format_excludes_the_same(check, run, tmp_path):
    check()
    for name in FILES:
        (tmp_path / name).write_text("services: {web: {image: 'nginx'}}\n")
    before = files_below(tmp_path)
    run("format", "--extend-exclude", "old", "--extend-exclude", "apps")
    assert {name for name, data in files_below(tmp_path).items() if data != before[name]} == {"compose.yaml", "compose.dev.yaml"}
