"""The language server over a pipe to a real process: what an editor gets to see."""

import pytest

pytest.importorskip("pygls")

from lsp_client import Client, apply
from running import LONG, SHORT, run


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Client(tmp_path_factory.mktemp("lsp")) as client:
        yield client


def test_it_tells_what_is_wrong_while_the_text_is_written(server):
    server.open("services:\n  web:\n    image: nginx\n    prots: []\n")
    (found,) = server.diagnostics()
    assert found["message"] == 'service "web" has no key "prots"\ndid you mean "ports"?'
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


def test_it_ends_when_it_is_told_to(tmp_path):
    with Client(tmp_path) as client:
        assert client.stop() == 0


def test_leaving_without_a_word_is_told_by_the_status(tmp_path):
    with Client(tmp_path) as client:
        client.notify("exit")
        assert client.process.wait(timeout=20) == 1


def test_it_ends_with_its_input(tmp_path):
    assert run("lsp", cwd=tmp_path).returncode == 1
