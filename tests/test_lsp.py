"""The language server over a pipe to a real process: what an editor receives."""

import os
from pathlib import Path

import pytest

pytest.importorskip("pygls")

import cases
from lsp_client import Client, apply
from running import LONG, ROOT, SHORT, run

MISTAKE = "services:\n  web:\n    image: nginx\n    prots: []\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Client(tmp_path_factory.mktemp("lsp")) as client:
        yield client


def test_it_reports_findings_while_editing(server):
    server.open("services:\n  web:\n    image: nginx\n    prots: []\n")
    (found,) = server.diagnostics()
    assert found["message"] == 'unknown key "prots" in service "web"\ndid you mean "ports"?'
    assert (found["code"], found["source"], found["severity"]) == ("unknown-key", "composefmt", 1)
    assert found["range"] == {"start": {"line": 3, "character": 4}, "end": {"line": 3, "character": 9}}
    server.change(({"start": {"line": 3, "character": 5}, "end": {"line": 3, "character": 7}}, "or"))
    assert server.diagnostics() == []
    server.close()
    assert server.wait_for("textDocument/publishDiagnostics")["diagnostics"] == []


def test_it_formats_as_the_command_line_does(server):
    server.open(SHORT)
    edits = server.ask("formatting", options={"tabSize": 2, "insertSpaces": True})
    assert apply(SHORT, edits) == LONG


def test_it_exits_on_request(tmp_path):
    with Client(tmp_path) as client:
        assert client.stop() == 0


def test_exit_without_shutdown_has_status_1(tmp_path):
    with Client(tmp_path) as client:
        client.notify("exit")
        assert client.process.wait(timeout=20) == 1


def test_it_ends_with_its_input(tmp_path):
    assert run("lsp", cwd=tmp_path).returncode == 1


def test_a_client_that_asks_for_diagnostics_gets_them_once(tmp_path):
    with Client(tmp_path, capabilities={"textDocument": {"diagnostic": {}}}) as client:
        assert client.server["capabilities"]["diagnosticProvider"]["identifier"] == "composefmt"
        client.open(MISTAKE)
        report = client.ask("diagnostic")
        assert [found["code"] for found in report["items"]] == ["unknown-key"]
        again = client.ask("diagnostic", previousResultId=report["resultId"])
        assert again == {"kind": "unchanged", "resultId": report["resultId"]}
        client.change(MISTAKE.replace("prots", "prts"))
        assert [found["code"] for found in client.ask("diagnostic", previousResultId=report["resultId"])["items"]] == ["unknown-key"]
        client.change(SHORT)
        assert client.ask("diagnostic", previousResultId=report["resultId"])["items"] == []
        assert not [message for message in client.notifications if message["method"] == "textDocument/publishDiagnostics"]


def test_only_findings_of_the_current_text_are_published(server):
    server.open(SHORT)
    for number in range(60):
        server.change(MISTAKE.replace("prots", f"prots{number}") if number % 2 else SHORT)
    (found,) = server.diagnostics()
    assert found["message"].startswith('unknown key "prots59" in service "web"')
    server.close()


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 29), ("utf-16", 27), ("utf-32", 26)])
def test_columns_are_counted_as_was_agreed(tmp_path, encoding, column):
    with Client(tmp_path, capabilities={"general": {"positionEncodings": [encoding, "utf-16"]}}) as client:
        assert client.server["capabilities"]["positionEncoding"] == encoding
        client.open('services: {web: {user: "🐳", prots: [], image: nginx}}\n')
        found = next(each for each in client.diagnostics() if each["code"] == "unknown-key")
        assert found["range"]["start"] == {"line": 0, "character": column + 2}


def test_lines_end_where_the_protocol_says_so(server):
    text = "x-a: 'one\u2028two\x85three'\nservices:\r\n  web: {image: nginx}\r\n"
    server.open(text)
    server.change(({"start": {"line": 2, "character": 8}, "end": {"line": 2, "character": 13}}, "prots"))
    found = {each["code"]: each["range"]["start"] for each in server.diagnostics()}
    assert found["unknown-key"] == {"line": 2, "character": 8}
    server.close()


def test_other_yaml_files_are_not_changed(server, tmp_path):
    for name, language, counts in (
        ("compose.prod.yaml", "yaml", True),
        ("docker-compose.yml", "yaml", True),
        ("stack.yml", "yaml", False),
        ("stack.yml", "dockercompose", True),
        ("stack.yml", "yaml.docker-compose", True),
    ):
        uri = server.open(SHORT, (tmp_path / name).as_uri(), language)
        edits = server.ask("formatting", uri, options={"tabSize": 2, "insertSpaces": True})
        assert bool(edits) is counts, (name, language)
        server.close(uri)


def test_a_text_that_was_never_saved_is_served_too(server):
    uri = server.open(MISTAKE, "untitled:Untitled-1")
    assert [found["code"] for found in server.diagnostics(uri)] == ["unknown-key"]
    server.close(uri)


def test_some_lines_are_formatted(server):
    text = 'services:\n  web:\n    ports:\n      - "80:80"\n      - "81:81"\n      - "82:82"\n'
    server.open(text)
    lines = {"start": {"line": 4, "character": 0}, "end": {"line": 5, "character": 0}}
    edits = server.ask("rangeFormatting", range=lines, options={"tabSize": 2, "insertSpaces": True})
    assert apply(text, edits) == text.replace('- "81:81"', '- target: 81\n        published: "81"')
    server.close()


def test_every_case_is_formatted_as_on_the_command_line(server):
    for case in cases.all_cases("format"):
        if not case.flags:
            server.open(case.text)
            edits = server.ask("formatting", options={"tabSize": 2, "insertSpaces": True}) or []
            assert apply(case.text, edits) == (case.text if case.kind == "unchanged" else case.expected), case.id
            server.close()


def test_unchanged_lines_are_not_sent(server):
    text = "services:\n" + "".join(f"  s{n}:\n    image: nginx\n\n" for n in range(200)) + '  web:\n    ports: ["80:80"]\n'
    server.open(text)
    edits = server.ask("formatting", options={"tabSize": 2, "insertSpaces": True})
    assert all(edit["range"]["start"]["line"] >= 601 for edit in edits)
    server.close()


def test_settings_and_env_files_that_change_are_read_again(server, tmp_path):
    uri = server.open(MISTAKE, (tmp_path / "compose.yaml").as_uri())
    assert [found["code"] for found in server.diagnostics(uri)] == ["unknown-key"]
    (tmp_path / "composefmt.toml").write_text('ignore = ["unknown-key"]\n')
    server.notify("workspace/didChangeWatchedFiles", changes=[{"uri": (tmp_path / "composefmt.toml").as_uri(), "type": 1}])
    assert server.diagnostics(uri) == []
    (tmp_path / "composefmt.toml").write_text("long-form = []\n")
    assert server.ask("formatting", uri, options={"tabSize": 2, "insertSpaces": True}) == []
    server.close(uri)


def test_files_that_the_settings_include_are_compose_files(server, tmp_path):
    (tmp_path / "composefmt.toml").write_text('include = ["*.stack.yml"]\n')
    other = server.open(MISTAKE, (tmp_path / "other.yml").as_uri(), "yaml")
    uri = server.open(MISTAKE, (tmp_path / "web.stack.yml").as_uri(), "yaml")
    assert [found["code"] for found in server.diagnostics(uri)] == ["unknown-key"]
    assert not [each for each in server.notifications if each["params"].get("uri") == other]
    server.close(uri)
    server.close(other)


def test_it_watches_files_on_disk(tmp_path):
    watching = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    with Client(tmp_path, capabilities=watching) as client:
        client.open(MISTAKE)
        client.diagnostics()
        (asked,) = client.requests
        assert asked["method"] == "client/registerCapability"
        watchers = asked["params"]["registrations"][0]["registerOptions"]["watchers"]
        assert any("composefmt" in watcher["globPattern"] for watcher in watchers)


def test_a_rule_is_explained(tmp_path):
    links = {"publishDiagnostics": {"codeDescriptionSupport": True}}
    with Client(tmp_path, capabilities={"window": {"showDocument": {"support": True}}, "textDocument": links}) as client:
        page = client.request("workspace/executeCommand", command="composefmt.explain", arguments=["unknown-key"])
        assert page.startswith("# unknown-key\n")
        client.open(MISTAKE)
        (found,) = client.diagnostics()
        (shown,) = client.requests
        assert shown["method"] == "window/showDocument"
        assert found["codeDescription"]["href"] == shown["params"]["uri"]
        file = Path(shown["params"]["uri"].removeprefix("file://"))
        assert file.read_text(encoding="utf-8") == page
        answer = client.answer("workspace/executeCommand", command="composefmt.explain", arguments=["unknwon-key"])
        assert 'did you mean "unknown-key"?' in answer["error"]["message"]
        assert client.stop() == 0
        assert not file.exists()


HOSTILE = {
    "aliases that multiply": "x-0: &x0 [a, a, a, a, a, a, a, a, a]\n"
    + "".join(f"x-{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 12))
    + "services: {}\n",
    "10,000 levels in flow style": "services: " + "[" * 10_000 + "]" * 10_000 + "\n",
    "1,500 levels of mappings": "".join(f"{' ' * n}a:\n" for n in range(1_500)),
    "half a surrogate pair": 'services: {web: {image: "\ud83d"}}\n',
    "control characters": "services:\n  web:\n    image: a\0b\x07\n",
    "a byte order mark": "\ufeffservices:\n  web:\n    image: nginx\n    prots: []\n",
    "more than ten megabytes": "# " + "x" * 11_000_000 + "\nservices: {}\n",
    "nothing": "",
    "no mapping": "- 1\n- 2\n",
}
QUESTIONS = ("hover", "completion", "definition", "documentHighlight", "prepareRename")


@pytest.mark.parametrize("what", HOSTILE)
def test_the_server_survives_any_text(server, what):
    server.open(HOSTILE[what])
    server.diagnostics(timeout=120)
    for method in QUESTIONS:
        server.ask(method, position={"line": 0, "character": 12})
    for method in ("documentSymbol", "foldingRange", "documentLink"):
        server.ask(method)
    everything = {"start": {"line": 0, "character": 0}, "end": {"line": 20_000, "character": 0}}
    server.ask("codeAction", range=everything, context={"diagnostics": []}, timeout=120)
    server.ask("formatting", options={"tabSize": 2, "insertSpaces": True}, timeout=120)
    server.change(MISTAKE)
    assert [found["code"] for found in server.diagnostics()] == ["unknown-key"]
    server.close()


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("aliases that multiply", "alias-bomb"),
        ("10,000 levels in flow style", "too-deep"),
        ("1,500 levels of mappings", "too-deep"),
        ("half a surrogate pair", "encoding"),
        ("more than ten megabytes", "too-large"),
    ],
)
def test_unsupported_input_is_one_clear_error(server, what, code):
    server.open(HOSTILE[what])
    assert [found["code"] for found in server.diagnostics(timeout=120) if found["severity"] == 1] == [code]
    server.close()


def test_invalid_messages_do_not_end_it(tmp_path):
    with Client(tmp_path) as client:
        for body in (b"{}", b"[]", b"nonsense", b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {}}'):
            client.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        client.process.stdin.flush()
        assert client.answer("no/such/method")["error"]["code"] == -32601
        client.open(MISTAKE)
        assert [found["code"] for found in client.diagnostics()] == ["unknown-key"]


def test_without_its_packages_the_command_names_them(tmp_path):
    (tmp_path / "pygls.py").write_text("raise ImportError\n")
    done = run("lsp", cwd=tmp_path, env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"})
    assert done.returncode == 2
    assert done.stderr == 'error: the language server needs more packages: pipx install "composefmt-cli[lsp]"\n'
