"""The settings `include`, for files with other names, and `fragments`, for files that are parts of projects."""

import json

import pytest

BROKEN = "services:\n  web:\n    image: nginx\n    prots: []\n"
PART = "services:\n  web:\n    image: nginx\n    networks: [backend]\n    env_file: missing.env\n"
FILES = [
    ".github/workflows/ci.stack.yml",
    "compose.yaml",
    "node_modules/x.stack.yml",
    "notes.md",
    "stacks/.gitignore",
    "stacks/db.yml",
    "stacks/deep/cache.yaml",
    "stacks/generated.yml",
    "stacks/notes.txt",
    "web.stack.yml",
]


@pytest.fixture
def found(run, tmp_path):
    """Return a function that checks a directory under some settings and returns the files with findings."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(BROKEN)
    (tmp_path / ".git").mkdir()
    (tmp_path / "stacks" / ".gitignore").write_text("generated.yml\n")

    def found(patterns, *arguments, cwd=tmp_path):
        if patterns is not None:
            (tmp_path / "composefmt.toml").write_text(f"include = {json.dumps(patterns)}\n")
        done = run("check", "--output-format", "json", *arguments, cwd=cwd)
        assert "error[" not in done.stderr
        return sorted({finding["filename"] for finding in json.loads(done.stdout)})

    return found


@pytest.mark.parametrize(
    ("patterns", "added"),
    [
        ([], []),
        (["*.stack.yml"], ["web.stack.yml"]),
        (["stacks/*.yml"], ["stacks/db.yml"]),
        (["stacks/"], ["stacks/db.yml", "stacks/deep/cache.yaml"]),
        (["stacks/**"], ["stacks/db.yml", "stacks/deep/cache.yaml"]),
        (["/deep/"], []),
        (["deep"], ["stacks/deep/cache.yaml"]),
        (["*.y*ml", "!db.yml"], ["stacks/deep/cache.yaml", "web.stack.yml"]),
    ],
)
def test_patterns_add_to_the_default_names(found, patterns, added):
    assert found(patterns) == sorted(["compose.yaml", *added])


def test_patterns_are_relative_to_the_settings(found, tmp_path):
    assert found(["stacks/*.yml"], ".", cwd=tmp_path / "stacks") == ["db.yml"]
    assert found(["stacks/deep/*"], str(tmp_path / "stacks")) == [str(tmp_path / "stacks" / "deep" / "cache.yaml")]
    assert found(["*.stack.yml", "/db.yml"], "..", cwd=tmp_path / "stacks") == ["../compose.yaml", "../web.stack.yml"]


def test_the_nearest_settings_decide(found, tmp_path):
    (tmp_path / "stacks" / "composefmt.toml").write_text('include = ["db.yml"]\n')
    assert found(["*.y*ml"]) == ["compose.yaml", "stacks/db.yml", "web.stack.yml"]


def test_excluded_files_stay_excluded(found):
    assert found(["*.y*ml"], "--exclude", "stacks/", "--exclude", "node_modules/") == ["compose.yaml", "web.stack.yml"]


def test_included_files_are_formatted(run, tmp_path):
    (tmp_path / "composefmt.toml").write_text('include = ["*.stack.yml"]\n')
    (tmp_path / "web.stack.yml").write_text("services:\n    web:\n        image: nginx\n")
    done = run("format", cwd=tmp_path)
    assert done.stderr == "reformatted web.stack.yml\n1 file reformatted.\n"


def test_names_beyond_ascii_match(found, tmp_path):
    for name in ("é.yml", "café/compose.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(BROKEN)
    assert found(["é*.yml"]) == ["café/compose.yaml", "compose.yaml", "é.yml"]
    assert found(None, "--extend-exclude", "café/") == ["compose.yaml", "é.yml"]
    (tmp_path / "café" / "composefmt.toml").write_text('extend-exclude = ["/compose.yaml"]\n')
    assert found(None) == ["compose.yaml", "é.yml"]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ('include = "*.stack.yml"', 'invalid setting "include": must be a list, such as ["*.stack.yml"]'),
        ('include = [""]', '"" is not a pattern; use one such as "stacks/*.yml"'),
        ('include = ["*.{yml,yaml}"]', 'braces in "*.{yml,yaml}" are not expanded; write one pattern for each alternative'),
        ('include = ["../shared/*.yml"]', '"../shared/*.yml" leaves the directory of the settings file'),
        ('include = ["*.json"]', '"*.json" does not match .yaml, .yml or .md files\n'),
        ('include = ["stacks.d"]', '"stacks.d" does not match .yaml, .yml or .md files; for a directory, write "stacks.d/"'),
        ('fragments = [1]', 'invalid setting "fragments": must be a string'),
        ('fragments = ["../apps/**"]', 'invalid setting "fragments": "../apps/**" leaves the directory'),
        ('fragment = ["apps/**"]', 'unknown setting "fragment"; did you mean "fragments"?'),
    ],
)  # fmt: skip
def test_wrong_patterns_are_explained(run, tmp_path, setting, message):
    (tmp_path / "composefmt.toml").write_text(setting + "\n")
    (tmp_path / "compose.yaml").write_text(BROKEN)
    done = run("check", cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_run_without_files_says_what_it_looked_for(run, tmp_path):
    (tmp_path / "stack.yml").write_text(BROKEN)
    names = "compose*.yaml, compose*.yml, docker-compose*.yaml and docker-compose*.yml"
    advice = 'To process other files, name them, or add patterns to the settings: include = ["stacks/*.yml"].\n'
    for command in ("check", "format"):
        done = run(command, cwd=tmp_path)
        assert done.returncode == 0
        assert done.stderr == (f"No Compose files found. Looked for {names}, except files excluded by .gitignore or settings.\n{advice}")
    (tmp_path / "composefmt.toml").write_text('include = ["*.stack.yml"]\n')
    done = run("check", cwd=tmp_path)
    assert f'Looked for {names}, and for *.stack.yml (setting "include"), except' in done.stderr
    assert run("check", "--force-exclude", "--exclude", "stack.yml", "stack.yml", cwd=tmp_path).stderr == (
        "No Compose files found: all paths are excluded.\n"
    )


def rules_of(done):
    return {finding["rule"] for finding in json.loads(done.stdout)}


@pytest.mark.parametrize("name", ["apps/web/compose.yaml", "apps/web.yml"])
def test_fragments_are_parts_of_projects(run, tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(PART)
    check = ("check", "--output-format", "json", name)
    assert {"undefined-network", "env-file-missing"} <= rules_of(run(*check, cwd=tmp_path))
    (tmp_path / "composefmt.toml").write_text('fragments = ["apps/**"]\n')
    by_setting = rules_of(run(*check, cwd=tmp_path))
    assert by_setting.isdisjoint({"undefined-network", "env-file-missing"})
    (tmp_path / "composefmt.toml").write_text('fragments = ["other/**"]\n')
    assert "undefined-network" in rules_of(run(*check, cwd=tmp_path))
    path.write_text(f"# composefmt: fragment\n{PART}")
    assert rules_of(run(*check, cwd=tmp_path)) == by_setting


def test_standard_input_is_a_fragment_by_its_name(run, tmp_path):
    (tmp_path / "composefmt.toml").write_text('fragments = ["apps/**"]\n')
    check = ("check", "--output-format", "json", "-", "--stdin-filename")
    assert "undefined-network" in rules_of(run(*check, "web/compose.yaml", cwd=tmp_path, stdin=PART.encode()))
    assert "undefined-network" not in rules_of(run(*check, "apps/compose.yaml", cwd=tmp_path, stdin=PART.encode()))


def test_the_cache_depends_on_fragments(run, tmp_path):
    for number in range(40):
        (tmp_path / f"compose.{number}.yaml").write_text(PART)
    check = ("check", "--output-format", "json", "--cache-dir", str(tmp_path / "cache"))
    assert "undefined-network" in rules_of(run(*check, cwd=tmp_path))
    (tmp_path / "composefmt.toml").write_text('fragments = ["*.yaml"]\n')
    assert "undefined-network" not in rules_of(run(*check, cwd=tmp_path))
