"""Settings: discovery, effect, and error messages."""

import json

import pytest

TEXT = 'services:\n  web:\n    image: nginx\n    ports:\n      - "1-3"\n      - "${P}:80"\n    volumes:\n      - ./a:bb\n'


@pytest.fixture
def project(tmp_path):
    directory = tmp_path / "deploy" / "web"
    directory.mkdir(parents=True)
    (directory / "compose.yaml").write_text(TEXT)
    return directory


@pytest.mark.parametrize("name", ["composefmt.toml", ".composefmt.toml"])
def test_the_nearest_file_holds(run, tmp_path, project, name):
    (tmp_path / name).write_text('max-range = 2\nvariables = "keep"\n')
    assert run("format", "--check").stderr == "1 file would be left unchanged.\n"
    (project / "composefmt.toml").write_text("max-range = 3\n")
    run("format")
    text = (project / "compose.yaml").read_text()
    assert "target: 3" in text
    assert 'published: "${P}"' in text, "settings further up are ignored"


def test_a_section_of_pyproject(run, tmp_path, project):
    (project / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (tmp_path / "pyproject.toml").write_text("[tool.composefmt]\nmax-range = 2\n")
    run("format")
    assert '"1-3"' in (project / "compose.yaml").read_text()


@pytest.mark.usefixtures("project")
def test_an_invalid_section_of_pyproject(run, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool]\ncomposefmt = 3\n")
    done = run("check")
    assert done.returncode == 2
    assert "pyproject.toml: tool.composefmt is not a table" in done.stderr


@pytest.mark.usefixtures("project")
def test_settings_with_a_byte_order_mark(run, tmp_path):
    (tmp_path / "composefmt.toml").write_bytes(b"\xef\xbb\xbflong-form = []\r\n")
    assert run("format", "--check").returncode == 0


def test_the_command_line_wins(run, tmp_path, project):
    (tmp_path / "composefmt.toml").write_text('max-range = 2\nignore = ["relative-target"]\n')
    run("format", "--max-range", "5")
    assert "target: 3" in (project / "compose.yaml").read_text()
    rules = lambda *options: [f["rule"] for f in json.loads(run("check", "--output-format", "json", *options).stdout)]  # noqa: E731
    assert rules() == []
    assert rules("--ignore", "style") == ["relative-target"]


def test_one_file_for_all(run, tmp_path, project):
    (project / "composefmt.toml").write_text("max-range = 2\n")
    (tmp_path / "other.toml").write_text("write-defaults = true\n")
    run("format", "--config", "other.toml")
    assert "mode: ingress" in (project / "compose.yaml").read_text()
    done = run("format", "--config", "nowhere.toml")
    assert done.returncode == 2
    assert "no such file" in done.stderr


def test_settings_for_standard_input_depend_on_its_name(run, project):
    (project / "composefmt.toml").write_text("max-range = 2\n")
    assert '"1-3"' in run("format", "--stdin-filename", "deploy/web/x.yaml", "-", stdin=TEXT.encode()).stdout
    assert '"1-3"' not in run("format", "--stdin-filename", "deploy/x.yaml", "-", stdin=TEXT.encode()).stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max-rang = 2\n", 'unknown setting "max-rang"; did you mean "max-range"?'),
        ("long_lines = 2\n", 'unknown setting "long_lines"; valid names: engine, long-form'),
        ('order = ["image", "prots"]\n', 'invalid setting "order": "prots" is not a key of a service; did you mean "ports"?'),
        ('order = ["image", "image"]\n', 'invalid setting "order": "image" is listed twice'),
        ('order = "alphabet"\n', "invalid setting \"order\": must be 'keep', 'spec' or 'dclint'"),
        ("max-range = 0\n", 'invalid setting "max-range": must be greater than or equal to 1'),
        ('max-range = "2"\n', 'invalid setting "max-range": must be an integer'),
        ('long-form = "prots"\n', 'invalid setting "long-form": must be a list, such as ["prots"]'),
        ('ignore = "style"\n', 'invalid setting "ignore": must be a list, such as ["style"]'),
        ('variables = "drop"\n', "invalid setting \"variables\": must be 'assume-scalar' or 'keep'"),
        ('ignore = ["missing-colons"]\n', 'invalid setting "ignore": unknown rule "missing-colons"; did you mean "missing-colon"?'),
        ("max-range = \n", "composefmt.toml:1:13: invalid TOML: invalid value"),
        ("max-range = 2\nmax-range = 3\n", "composefmt.toml:2:14: invalid TOML: cannot overwrite a value"),
        (b"# \xc3\xa9\nmax-range = \xff\n", "composefmt.toml:2:13: byte 0xff at offset 17 is not UTF-8 text"),
        (f"max-range = {'9' * 10_000}\n", "composefmt.toml: invalid TOML: a number has too many digits"),
        (f"a{'.a' * 100_000} = 1\n", "composefmt.toml: it is nested too deep"),
        (f"a = {'[' * 100_000}\n", "composefmt.toml: it is nested too deep"),
        ("#" * 1_000_001, "composefmt.toml: more than 1,000,000 bytes"),
        (f'ignore = ["{"x" * 100_000}"]\n', 'unknown rule "xxx'),
        ('fail-level = "bad"\n', "invalid setting \"fail-level\": must be 'error', 'warning' or 'info'"),
        ('fail-levle = "info"\n', 'unknown setting "fail-levle"; did you mean "fail-level"?'),
        (
            '[severity]\nmissing-colon = "bad"\n',
            "invalid setting \"severity.missing-colon\": must be 'error', 'warning' or 'info'",
        ),
        (
            '[severity]\nmissing-colons = "info"\n',
            'invalid setting "severity": unknown rule "missing-colons"; did you mean "missing-colon"?',
        ),
        (
            '[per-file-ignores]\n"*.yaml" = ["missing-colons"]\n',
            'invalid setting "per-file-ignores": unknown rule "missing-colons"; did you mean "missing-colon"?',
        ),
        ('[per-file-ignores]\n"*.yaml" = "style"\n', 'invalid setting "per-file-ignores.*.yaml": must be a list, such as ["style"]'),
        ('required-version = ">=99"\n', "this is composefmt 0.1.0, but required-version is >=99; install that version"),
        ('required-version = "new"\n', 'invalid setting "required-version": "new" is not a valid version specifier such as ">=0.2,<1"'),
    ],
)
def test_invalid_settings_are_reported_and_nothing_is_changed(run, tmp_path, project, text, message):
    (tmp_path / "composefmt.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    (project / "compose.other.yaml").write_text(TEXT)
    for command in ("format", "check"):
        done = run(command)
        assert done.returncode == 2
        lines = [line for line in done.stderr.splitlines() if "error[settings]" in line]
        assert len(lines) == 1, "reported once, not for each file"
        assert message in lines[0]
        assert "composefmt.toml" in lines[0]
        assert len(lines[0]) < 1500
    assert (project / "compose.yaml").read_text() == TEXT


@pytest.mark.usefixtures("project")
def test_effective_settings_and_their_origin(run, tmp_path):
    (tmp_path / "composefmt.toml").write_text('max-range = 2\nignore = ["style", "missing-colon"]\n')
    lines = run("settings", "deploy/web/compose.yaml").stdout.splitlines()
    assert max(map(len, lines)) <= 66 + len(str(tmp_path / "composefmt.toml"))
    # A long list goes on in the next line.
    shown = dict(line.split(None, 1) for line in lines if not line.startswith(" "))
    names = [
        "engine",
        "long-form",
        "short-form",
        "order",
        "max-range",
        "variables",
        "write-defaults",
        "mount-options",
        "select",
        "extend-select",
        "ignore",
    ]
    names += ["per-file-ignores", "severity", "fail-level", "baseline", "exclude", "extend-exclude", "force-exclude"]
    names += ["include", "fragments", "projects", "required-version"]
    assert list(shown) == names
    assert shown["max-range"].split() == ["2", str(tmp_path / "composefmt.toml")]
    assert shown["long-form"].split() == ["ports,", "volumes", "default"]
    assert shown["variables"].split() == ["assume-scalar", "default"]
    assert shown["ignore"].startswith("missing-colon, style ")
    assert run("settings", "deploy").stdout.splitlines() == run("settings", "deploy/web/compose.yaml").stdout.splitlines()


def test_a_missing_directory_has_no_settings(run):
    done = run("settings", "nowhere/compose.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere/compose.yaml: no such file or directory" in done.stderr


def test_the_json_schema_of_the_settings(run):
    from jsonschema import Draft202012Validator

    schema = json.loads(run("settings", "--schema").stdout)
    Draft202012Validator.check_schema(schema)
    judge = Draft202012Validator(schema)
    assert judge.is_valid({"max-range": 4, "ignore": ["style"], "long-form": "all"})
    assert judge.is_valid({"long-form": ["ports"], "short-form": ["build"], "engine": "swarm", "order": "spec"})
    assert not judge.is_valid({"order": "alphabet"})
    assert judge.is_valid({"order": ["image", "...", "deploy"]})
    assert not judge.is_valid({"max-rang": 4})


def rules(done):
    return [finding["rule"] for finding in json.loads(done.stdout)]


class TestSelection:
    """What the settings say of rules; tests/test_cli_rules.py has the options."""

    text = "services:\n  web:\n    image: nginx\n    prots: []\n    privileged: true\n    volumes:\n      - ./a:b\n"

    @pytest.fixture
    def check(self, run, tmp_path, project):
        (project / "compose.yaml").write_text(self.text)

        def check(settings, *options):
            (tmp_path / "composefmt.toml").write_text(settings)
            return run("check", "--output-format", "json", *options)

        return check

    def test_extend_select(self, check):
        assert rules(check('extend-select = ["privileged"]')) == ["unknown-key", "privileged", "relative-target"]
        assert rules(check('extend-select = ["privileged"]\nselect = ["schema"]')) == ["unknown-key", "privileged"]
        assert rules(check("select = []")) == ["unknown-key", "relative-target"], "an empty list is the default"
        assert rules(check('required-version = ">=0.1"')) == ["unknown-key", "relative-target"]

    @pytest.mark.parametrize(
        ("pattern", "matches"),
        [
            ("compose.yaml", True),
            ("compose*.yaml", True),
            ("/deploy/", True),
            ("deploy/**/compose.yaml", True),
            ("deploy/web/*", True),
            ("web", True),
            ("/web", False),
            ("compose.yml", False),
            ("deploy/compose.yaml", False),
        ],
    )
    def test_per_file_ignores_go_by_patterns_below_the_settings(self, check, pattern, matches):
        settings = f'[per-file-ignores]\n"{pattern}" = ["schema", "relative-target"]\n"other" = ["all"]\n'
        assert rules(check(settings)) == ([] if matches else ["unknown-key", "relative-target"])

    def test_per_file_ignores_hold_whatever_is_selected(self, check):
        assert rules(check('[per-file-ignores]\n"web" = ["all"]\n', "--select", "relative-target")) == []

    def test_per_file_ignores_of_standard_input(self, check, run):
        check('[per-file-ignores]\n"x.yaml" = ["schema"]\n')
        done = run("check", "--output-format", "json", "--stdin-filename", "deploy/x.yaml", "-", stdin=self.text.encode())
        assert rules(done) == ["relative-target"]

    def test_severity(self, check):
        done = check('[severity]\nschema = "info"\nrelative-target = "error"\n')
        assert [f["severity"] for f in json.loads(done.stdout)] == ["info", "error"]
        assert check('[severity]\nschema = "info"\n').returncode == 0
        assert check('[severity]\nschema = "info"\n', "--severity", "unknown-key=error").returncode == 1

    def test_fail_level_is_that_of_the_settings_above_each_file(self, check, tmp_path, run):
        settings = 'ignore = ["schema"]\n'
        assert check(settings).returncode == 0
        assert check(settings + 'fail-level = "warning"\n').returncode == 1
        assert check(settings + 'fail-level = "warning"\n', "--fail-level", "error").returncode == 0, "the command line wins"
        (tmp_path / "deploy/composefmt.toml").write_text(settings)
        assert run("check").returncode == 0
