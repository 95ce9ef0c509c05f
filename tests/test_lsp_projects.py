"""The language server on projects of several files: unsaved texts count, and what an edit changes elsewhere is shown there."""

import pytest

pytest.importorskip("pygls")

from lsp_client import Client

BASE = 'services:\n  web:\n    image: nginx:1.27\n    ports:\n      - target: 80\n        published: "8080"\n'
OTHER = 'services:\n  api:\n    image: my/api:1\n    ports:\n      - target: 3000\n        published: "{port}"\n'
ALONE = OTHER.format(port=9090)
CONFLICT = OTHER.format(port=8080)


class Editor:
    """A client in a directory, and what it shows for each file."""

    def __init__(self, client, folder):
        self.client = client
        self.folder = folder

    def open(self, name, text):
        self.client.open(text, self.uri(name))

    def change(self, name, text):
        self.client.change(text, uri=self.uri(name))

    def close(self, name):
        self.client.close(self.uri(name))

    def uri(self, name):
        return (self.folder / name).as_uri()

    def shown(self, name):
        """The last diagnostics of a file; None before the first."""
        published = [each["params"] for each in self.client.notifications if each["method"] == "textDocument/publishDiagnostics"]
        return next((each["diagnostics"] for each in reversed(published) if each["uri"] == self.uri(name)), None)

    def wait(self, **expected):
        """Wait until the files show some rules; two underscores stand for a slash, one for a dot."""
        names = {name: name.replace("__", "/").replace("_", ".") for name in expected}
        while any(
            (found := self.shown(names[name])) is None or [each["code"] for each in found] != rules for name, rules in expected.items()
        ):
            self.client._next(20)


@pytest.fixture
def editor(tmp_path):
    with Client(tmp_path) as client:
        yield Editor(client, tmp_path)


def write(folder, name, text):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text)


def test_an_edit_of_the_override_changes_the_findings_in_the_base(editor):
    editor.open("compose.yaml", BASE)
    editor.wait(compose_yaml=[])
    editor.open("compose.override.yaml", "services:\n  web:\n    environment:\n      A: b\n")
    editor.wait(compose_yaml=[], compose_override_yaml=[])
    editor.change("compose.override.yaml", "services:\n  web:\n    network_mode: host\n")
    editor.wait(compose_yaml=["ports-with-host-network"], compose_override_yaml=[])
    editor.change("compose.override.yaml", "services:\n  web:\n    network_mode: bridge\n")
    editor.wait(compose_yaml=[], compose_override_yaml=[])


def test_an_unsaved_included_file_counts(editor, tmp_path):
    write(tmp_path, "parts/api.yaml", CONFLICT)
    editor.open("compose.yaml", f"include: [parts/api.yaml]\n{BASE}")
    editor.wait(compose_yaml=["host-port-conflict"])
    # As long as the file where it is written is not open, it is shown where the other port is published.
    (found,) = editor.shown("compose.yaml")
    assert found["range"]["start"]["line"] == 6
    assert found["relatedInformation"][0]["location"]["uri"] == editor.uri("parts/api.yaml")
    editor.open("parts/api.yaml", CONFLICT)
    editor.wait(compose_yaml=[], parts__api_yaml=["host-port-conflict"])
    editor.change("parts/api.yaml", ALONE)
    editor.wait(compose_yaml=[], parts__api_yaml=[])
    editor.change("parts/api.yaml", CONFLICT)
    editor.wait(compose_yaml=[], parts__api_yaml=["host-port-conflict"])
    editor.change("compose.yaml", BASE)
    editor.wait(compose_yaml=[], parts__api_yaml=[])
    editor.change("compose.yaml", f"include: [parts/api.yaml]\n{BASE}")
    editor.change("parts/api.yaml", ALONE)
    editor.wait(compose_yaml=[], parts__api_yaml=[])
    # What was not saved is gone.
    editor.close("parts/api.yaml")
    editor.wait(compose_yaml=["host-port-conflict"])


def test_an_unsaved_extended_file_in_another_directory_counts(editor, tmp_path):
    write(tmp_path, "common.yaml", BASE)
    text = "services:\n  web:\n    extends:\n      file: ../common.yaml\n      service: web\n    network_mode: host\n"
    write(tmp_path, "app/compose.yaml", text)
    editor.open("app/compose.yaml", text)
    editor.wait(app__compose_yaml=["ports-with-host-network"])
    editor.open("common.yaml", BASE.split("    ports", maxsplit=1)[0])
    editor.wait(app__compose_yaml=[])
    editor.change("common.yaml", BASE)
    editor.wait(app__compose_yaml=[], common_yaml=["ports-with-host-network"])


def test_documents_of_other_projects_are_left_alone(editor):
    editor.open("other/compose.yaml", BASE)
    editor.wait(other__compose_yaml=[])
    editor.open("compose.yaml", BASE)
    editor.wait(compose_yaml=[])
    editor.client.notifications.clear()
    editor.change("compose.yaml", BASE.replace("ports", "prots"))
    editor.wait(compose_yaml=["unknown-key"])
    assert editor.shown("other/compose.yaml") is None


@pytest.mark.parametrize("refreshes", [True, False])
def test_a_client_that_pulls_is_asked_to_pull_again(tmp_path, refreshes):
    workspace = {"workspace": {"diagnostics": {"refreshSupport": True}}} if refreshes else {}
    with Client(tmp_path, capabilities={"textDocument": {"diagnostic": {}}, **workspace}) as client:
        base = client.open(BASE, (tmp_path / "compose.yaml").as_uri())
        override = client.open("services: {}\n", (tmp_path / "compose.override.yaml").as_uri())
        assert client.ask("diagnostic", base)["items"] == client.ask("diagnostic", override)["items"] == []
        for mode, expected in (("host", ["ports-with-host-network"]), ("bridge", [])):
            client.requests.clear()
            client.change(f"services:\n  web:\n    network_mode: {mode}\n", uri=override)
            while refreshes and not [each for each in client.requests if each["method"] == "workspace/diagnostic/refresh"]:
                client._next(20)
            assert [each["code"] for each in client.ask("diagnostic", base)["items"]] == expected


def test_names_of_all_files_of_a_project_are_known(editor, tmp_path):
    write(tmp_path, "parts/db.yaml", "services:\n  database:\n    image: postgres:16\n")
    write(tmp_path, ".env", "COMPOSE_FILE=base.yaml:more.yaml\n")
    write(tmp_path, "base.yaml", "include: [parts/db.yaml]\nservices:\n  web:\n    image: nginx:1.27\n")
    editor.open("more.yaml", "services:\n  web:\n    depends_on:\n      - database\n")
    client, uri = editor.client, editor.uri("more.yaml")
    (found,) = client.ask("definition", uri, position={"line": 3, "character": 10})
    assert found["uri"] == editor.uri("parts/db.yaml")
    assert "database" in [each["label"] for each in client.ask("completion", uri, position={"line": 3, "character": 10})]
    changes = client.ask("rename", uri, position={"line": 1, "character": 3}, newName="front")["changes"]
    assert sorted(changes) == sorted([uri, editor.uri("base.yaml")])
