"""Secrets and hostile text: repository content is shown as text, masked if it looks like a secret, and never executed."""

import json
import os

import pytest
from lsp_client import Client
from running import run

from composefmt.compose.secrecy import MASK, is_secret
from composefmt.engine import check_text
from composefmt.options import Options

SECRETS = [
    ("DB_PASSWORD", "hunter2"),
    ("API_KEY", "abc"),
    ("GITHUB", "ghp_0123456789abcdefghijABCDEFGHIJ"),
    ("URL", "postgres://user:hunter2@db/app"),
    ("AWS", "AKIAIOSFODNN7EXAMPLE"),
    ("CERT", "-----BEGIN PRIVATE KEY-----"),
    ("SESSION", "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abc"),
    ("VALUE", "q7Jf92kdLs81mxPwz0Rt5YbN"),
    ("secret_key_base", "x"),
    ("JWT_SECRET", "x"),
]
PLAIN = [
    ("TAG", "1.27"),
    ("MODE", "production"),
    ("PATH_TO", "/usr/local/share/application"),
    ("ALLOW_EMPTY_PASSWORD", "no"),
    ("KEYBOARD", "de"),
    ("URL", "https://example.org/a?b=1"),
    ("COMPASS", "north"),
]


@pytest.mark.parametrize(("name", "value"), SECRETS)
def test_secrets_are_recognized(name, value):
    assert is_secret(name, value)


@pytest.mark.parametrize(("name", "value"), PLAIN)
def test_other_values_are_not_secrets(name, value):
    assert not is_secret(name, value)


def hover(client, directory, text, files, name="compose.yaml"):
    """The hover at the `|` of a text, with other files beside it."""
    for path, content in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(content)
    before, _, after = text.partition("|")
    uri = client.open(before + after, (directory / name).as_uri())
    try:
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        answer = client.request("textDocument/hover", textDocument={"uri": uri}, position=position)
        return answer["contents"]["value"] if answer else ""
    finally:
        client.close(uri)


@pytest.fixture
def client(tmp_path):
    with Client(tmp_path, root=tmp_path) as client:
        yield client


VARIABLE = "services:\n  web:\n    image: x\n    hostname: ${NA|ME}\n"


def test_a_hostile_value_is_shown_as_text(client, tmp_path):
    shown = hover(client, tmp_path, VARIABLE, {".env": 'NAME="![p](https://x.org)[click](command:y)`<b>"\n'})
    assert shown.startswith("**NAME** = ``![p](https://x.org)[click](command:y)`<b>``; set in")


def test_a_hostile_required_message_is_escaped(client, tmp_path):
    shown = hover(client, tmp_path, "services:\n  web:\n    image: ${NA|ME:?[a](command:b)}\n", {})
    assert "[a](command:b)" not in shown
    assert "command" in shown


def test_a_hostile_service_name_and_definition_stay_in_their_block(client, tmp_path):
    text = (
        'services:\n  web:\n    image: x\n    depends_on: ["d|b"]\n  db:\n    image: x\n    command: |\n      ```\n      [a](command:b)\n'
    )
    shown = hover(client, tmp_path, text, {})
    assert "````yaml" in shown


def test_secrets_of_env_are_masked(client, tmp_path):
    shown = hover(client, tmp_path, VARIABLE.replace("NA|ME", "DB_PASS|WORD"), {".env": "DB_PASSWORD=hunter2\n"})
    assert "hunter2" not in shown
    assert MASK in shown


def test_secrets_are_shown_on_request(tmp_path):
    with Client(tmp_path, root=tmp_path, options={"showSecrets": True}) as client:
        shown = hover(client, tmp_path, VARIABLE.replace("NA|ME", "DB_PASS|WORD"), {".env": "DB_PASSWORD=hunter2\n"})
    assert "hunter2" in shown


def test_secrets_of_a_shown_definition_are_masked(client, tmp_path):
    text = (
        "services:\n  web:\n    image: x\n    depends_on: [d|b]\n"
        "  db:\n    image: x\n    environment:\n      DB_PASSWORD: hunter2\n      TAG: one\n"
    )
    shown = hover(client, tmp_path, text, {})
    assert "hunter2" not in shown
    assert "TAG: one" in shown


def test_an_env_file_outside_the_workspace_is_not_read(tmp_path):
    directory = tmp_path / "work"
    directory.mkdir()
    (tmp_path / "outside.env").write_text("MODE=from-outside\n")
    (tmp_path / "home").mkdir()
    os.symlink(tmp_path / "outside.env", directory / "link.env")
    text = "services:\n  web:\n    image: x\n    env_file: {}\n    environment:\n      MO|DE: fast\n"
    with Client(directory, root=directory) as client:
        for path in ("../outside.env", str(tmp_path / "outside.env"), "link.env"):
            assert "from-outside" not in hover(client, directory, text.replace("{}", path), {})
        assert "inside" in hover(client, directory, text.replace("{}", "own.env"), {"own.env": "MODE=inside\n"})


def test_links_lead_only_to_files_inside_the_workspace(client, tmp_path):
    text = "services:\n  web:\n    image: x\n    env_file: [~/.aws/credentials, ../up.env, own.env, /etc/passwd]\n"
    uri = client.open(text, (tmp_path / "compose.yaml").as_uri())
    links = client.request("textDocument/documentLink", textDocument={"uri": uri})
    assert [link["target"] for link in links] == [(tmp_path / "own.env").as_uri()]


def test_completions_and_diagnostics_hold_no_values(client, tmp_path):
    (tmp_path / ".env").write_text("DB_PASSWORD=hunter2\nTAG=latest-value\n")
    text = "services:\n  web:\n    image: x:${\n    mem_limit: ${DB_PASSWORD}\n"
    uri = client.open(text, (tmp_path / "compose.yaml").as_uri())
    items = client.request("textDocument/completion", textDocument={"uri": uri}, position={"line": 2, "character": 15})
    assert "DB_PASSWORD" in json.dumps(items)
    assert "hunter2" not in json.dumps(items)
    assert "latest-value" not in json.dumps(items)
    assert "hunter2" not in json.dumps(client.diagnostics(uri))


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "gitlab", "junit", "checkstyle", "concise"])
def test_no_report_holds_the_value_of_a_secret(tmp_path, form):
    (tmp_path / ".env").write_text("DB_PASSWORD=hunter2\nDB_SECRET=hunter3\n")
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web:\n    image: x\n    mem_limit: ${DB_PASSWORD}\n    networks: ['${DB_SECRET}']\n    volumes: ['${DB_SECRET}:/x']\n"
    )
    done = run("check", "--select", "all", "--output-format", form, cwd=tmp_path)
    assert "hunter" not in done.stdout + done.stderr


EXPOSED = """\
services:
  a:
    image: x
    command:
      - redis-server
      - --requirepass
      - tr1cky1
    entrypoint: ["run", "--password", "tr1cky2"]
    environment:
      - DB_PASSWORD=tr1cky3
      - URL=postgres://u:tr1cky4@db/x
      - P=${DB_PASSWORD:-tr1cky5}
      - LOGIN=ghp_tr1cky789abcdefghijklmnopqrstuvwxyzABCD
      - CONNECTION=Server=x;Password=tr1cky6;Database=y
      - NEO4J_AUTH=neo4j/tr1cky7
    labels:
      api.token: tr1cky8
      users: "a:$$apr1$$tr1cky9$$x"
    healthcheck:
      test: mysqladmin -ptr1cky10 ping || curl -u a:tr1cky11 http://x
    build:
      context: .
      args: {NPM_TOKEN: tr1cky12}

configs:
  c:
    content: |
      requirepass tr1cky13
      url=redis://:tr1cky14@x
"""


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "gitlab", "junit", "checkstyle", "concise"])
def test_no_report_holds_a_secret_that_it_reports(tmp_path, form):
    (tmp_path / "compose.yaml").write_text(EXPOSED)
    done = run("check", "--select", "all", "--ignore", "unformatted,order", "--unsafe-fixes", "--output-format", form, cwd=tmp_path)
    assert "secret-in-environment" in done.stdout
    assert "secret-in-label" in done.stdout
    assert "tr1cky" not in done.stdout + done.stderr


def test_a_hover_holds_no_secret_of_a_service(client, tmp_path):
    service = EXPOSED.partition("\n    healthcheck:")[0]
    shown = hover(client, tmp_path, f"{service}\n  b:\n    image: x\n    depends_on: [|a]\n", {})
    assert "redis-server" in shown
    assert "tr1cky" not in shown


def test_config_errors_hold_no_secret(tmp_path):
    (tmp_path / ".env").write_text("DB_PASSWORD=hunter2\n")
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    image: x\n    mem_limit: ${DB_PASSWORD}\n")
    done = run("config", cwd=tmp_path)
    assert done.returncode == 2
    assert "hunter2" not in done.stderr
    (tmp_path / ".env").write_text("hunter2 hunter3\nA B=1\n")
    assert "hunter" not in run("config", cwd=tmp_path).stderr
    (tmp_path / ".env").write_text('PASSWORD="hunter2\n')
    assert "hunter" not in run("config", cwd=tmp_path).stderr


LITERAL = """\
services:
  web:
    image: x
    environment: DB_PASSWORD=hunter2
    labels: API_TOKEN:hunter3
    command: mysql --password=hunter4; echo
    mem_limit: ${DB_PASSWORD}
  db:
    image: y
    environment:
      - DB_PASSWORD: hunter5
      - DB_PASSWORD=hunter6
      - DB_PASSWORD=hunter6
      - MYSQL_ROOT_PASSWORD = hunter7
    build: {args: MODE=a DB_PASSWORD=hunter8}
"""


def test_a_baseline_holds_no_secret(tmp_path):
    (tmp_path / ".env").write_text("DB_PASSWORD=hunter2\n")
    (tmp_path / "compose.yaml").write_text(LITERAL)
    done = run("check", "--select", "all", "--write-baseline", "known.json", cwd=tmp_path)
    assert done.returncode == 0
    assert "hunter" not in done.stderr + (tmp_path / "known.json").read_text()


def test_messages_mask_misplaced_secrets(tmp_path):
    (tmp_path / "compose.yaml").write_text(LITERAL)
    done = run("check", "--select", "all", "--output-format", "concise", cwd=tmp_path)
    assert 'environment must be a list or a mapping, not "DB_PASSWORD=' in done.stdout
    assert "hunter" not in done.stdout


MISPLACED = [
    "environment: [DB_PASSWORD=hunter, DB_PASSWORD=hunter]",
    "environment: ['DB_PASSWORD=\"hunter\"']",
    "environment: ['DB_PASSWORD = hunter']",
    "environment: ['DB_PASSWORD:hunter']",
    "environment: ['DB_PASSWORD: hunter']",
    "environment: ['DB_PASSWORD hunter']",
    "environment: [{DB_PASSWORD: hunter}]",
    "environment: {DB_PASSWORD: [hunter]}",
    "environment: {DB_PASSWORD: “hunter”}",
    "environment: {DB_PASSWORD=hunter}",
    "environment: -DB_PASSWORD=hunter",
    "environment: DB_PASSWORD:hunter",
    "env_file: DB_PASSWORD=hunter",
    "networks: [DB_PASSWORD=hunter]",
    "volumes: [DB_PASSWORD=hunter]",
    "ports: [DB_PASSWORD=hunter]",
    "healthcheck: {test: [CMD, mysqladmin ping --password=hunter]}",
    "healthcheck: {test: [mysqladmin ping --password=hunter]}",
    "command: mysql --password=hunter && echo '",
    "entrypoint: [mysql --password=hunter]",
    "build: {context: ., args: [TOKEN='hunter', TOKEN=hunter]}",
    "build: {context: 'https://me:hunter@example.org/x.git', dockerfile: ''}",
]


@pytest.mark.parametrize("line", MISPLACED)
def test_no_message_help_or_title_holds_a_secret(line):
    options = Options(extend_select=frozenset({"all"}))
    findings = check_text(f"services:\n  web:\n    image: x\n    {line}\n", options, "compose.yaml").findings
    assert findings
    for found in findings:
        assert "hunter" not in f"{found.message} {found.help} {found.fix and found.fix.title} {found.related}"


def test_differences_hold_no_secrets(tmp_path):
    (tmp_path / "a.yaml").write_text("services:\n  web: {image: 'token:1'}\n  db: {image: x, environment: {DB_PASSWORD: hunter1, A: b}}\n")
    (tmp_path / "b.yaml").write_text(
        "services:\n"
        "  web:\n"
        "    image: token:2\n"
        "    command: mysql --password=hunter2\n"
        "    build: {context: ., args: {NPM_TOKEN: hunter2}}\n"
        "    environment: {URL: 'https://me:hunter2@example.org'}\n"
        "    labels: {api.token: hunter2}\n"
        "    configs: [c]\n"
        "  db: {image: x, environment: {DB_PASSWORD: hunter3, PIN: 1234, A: c}}\n"
        "configs: {c: {content: 'password: hunter2'}}\n"
    )
    text = run("diff", "a.yaml", "b.yaml", cwd=tmp_path).stdout
    data = run("diff", "--format", "json", "a.yaml", "b.yaml", cwd=tmp_path).stdout
    assert f"  environment.DB_PASSWORD: {MASK} -> {MASK}\n" in text
    assert f"  environment.PIN: added {MASK}\n" in text
    assert "  environment.A: b -> c\n" in text
    assert "  image: token:1 -> token:2\n" in text
    for output in (text, data):
        assert "hunter" not in output
        assert "1234" not in output
