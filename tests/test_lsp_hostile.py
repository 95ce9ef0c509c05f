"""The language server and clients that violate the protocol, disappear, or send absurd content."""

import os
import signal
import subprocess

import pytest

pytest.importorskip("pygls")

from lsp_client import URI, Client
from running import COMMAND, environment


@pytest.fixture
def client(tmp_path):
    with Client(tmp_path) as client:
        yield client


def test_a_request_with_wrong_parameters_is_answered(client):
    client.open("services: {web: {image: nginx}}\n")
    for params in ({}, {"textDocument": {"uri": URI}, "position": {"line": -1, "character": 0}}, {"textDocument": {"uri": 5}}):
        assert "error" in client.answer("textDocument/hover", 20, **params)
    assert client.ask("hover", position={"line": 0, "character": 1})


def test_a_request_after_the_shutdown_is_answered(client):
    client.request("shutdown")
    asked = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}
    assert client.answer("textDocument/hover", 20, **asked)["error"]["message"] == "the server was shut down"


@pytest.mark.parametrize("header", [b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", b"Content-Length: 99999999999999999\r\n\r\n"])
def test_a_message_that_cannot_be(tmp_path, header):
    done = subprocess.run([*COMMAND, "lsp"], cwd=tmp_path, env=environment(), input=header, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == b"composefmt: this is not the language server protocol\n"


@pytest.mark.skipif(os.name != "posix", reason="signals are different here")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_server(client, name):
    client.open("services: {web: {image: nginx}}\n")
    client.diagnostics()
    client.process.send_signal(getattr(signal, name))
    assert client.process.wait(20) == 128 + getattr(signal, name)
    assert client.process.stderr.read() == b""


def test_a_document_with_an_invalid_uri(client):
    """No file system has such names."""
    for uri in ("file:///a%00b/compose.yaml", "file:///a/\ud800/compose.yaml"):
        client.open("services: {web: {image: nginx, prots: [], ports: [80]}}\n", uri)
        assert "unknown-key" in [each["code"] for each in client.diagnostics(uri)]
        assert client.ask("formatting", uri, options={"tabSize": 2, "insertSpaces": True})


def test_no_step_takes_quadratic_time(client):
    """Neither thousands of equal fixes nor a line of a million characters keep anybody waiting."""
    services = "".join(f'  s{number}:\n    image: nginx\n    foo: 1\n    ports: ["80:80", "80:80"]\n' for number in range(1000))
    client.open("services:\n" + services)
    assert client.diagnostics()
    place = {"start": {"line": 0, "character": 0}, "end": {"line": 5, "character": 0}}
    actions = client.ask("codeAction", range=place, context={"diagnostics": []})
    assert "Apply all safe fixes" in [each["title"] for each in actions]
    client.change('services: {web: {image: "' + "x" * 1_000_000 + '"}}\n')
    for character in (10, 1_000_000):
        client.ask("completion", position={"line": 0, "character": character})
