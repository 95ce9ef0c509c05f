"""The settings for editors that do not run here: they are valid, and their commands work."""

import json
import re
import shlex
import sys
from fnmatch import fnmatch
from xml.etree import ElementTree

import pytest
from editing import LONG, SETTINGS, SHORT

from composefmt.files.names import COMPOSE_NAME

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NAMES = ["compose.yaml", "compose.override.yml", "docker-compose.yml", "docker-compose.prod.yaml", "deploy.yaml", "my-compose.yml"]


def options(name):
    """The options of a JetBrains file, by name; those of its last tool where there are several."""
    tree = ElementTree.parse(SETTINGS / "jetbrains" / name)
    return [{o.get("name"): o.get("value") for o in tool.iter("option")} for tool in [*tree.iter("TaskOptions"), *tree.iter("tool")]]


def arguments(line):
    """The arguments of a JetBrains command line for this file."""
    return [argument.replace("$FilePath$", "compose.yaml") for argument in shlex.split(line)]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "compose.yaml"
    path.write_text(SHORT, encoding="utf-8")
    return path


def test_helix_starts_the_server_for_compose_files():
    settings = tomllib.loads((SETTINGS / "helix.toml").read_text())
    (language,) = settings["language"]
    server = settings["language-server"][language["language-servers"][0]]
    assert [server["command"], *server["args"]] == ["composefmt", "lsp"]
    assert language["auto-format"] is True
    for name in NAMES:
        assert any(fnmatch(name, kind["glob"]) for kind in language["file-types"]) == bool(COMPOSE_NAME.fullmatch(name)), name


def test_sublime_starts_the_server():
    settings = json.loads((SETTINGS / "sublime.json").read_text())
    assert settings["clients"]["composefmt"]["command"] == ["composefmt", "lsp"]
    assert settings["lsp_format_on_save"] is True


def test_zed_formats_through_standard_input(run):
    settings = json.loads((SETTINGS / "zed.json").read_text())["languages"]["Docker Compose"]
    command = settings["formatter"]["external"]
    assert command["command"] == "composefmt"
    done = run(*(argument.replace("{buffer_path}", "compose.yaml") for argument in command["arguments"]), stdin=SHORT.encode())
    assert (done.returncode, done.stdout, done.stderr) == (0, LONG, "")


def test_the_watcher_of_jetbrains_formats_compose_files(run, file):
    (watcher,) = options("watcherTasks.xml")
    assert watcher["program"] == "composefmt"
    done = run(*arguments(watcher["arguments"]))
    assert (done.returncode, file.read_text(encoding="utf-8"), done.stderr) == (0, LONG, "")
    scope = ElementTree.parse(SETTINGS / "jetbrains" / "Compose_files.xml").find("scope")
    assert scope.get("name") == watcher["scopeName"]
    patterns = [pattern.removeprefix("file:") for pattern in scope.get("pattern").split("||")]
    for name in NAMES:
        for path in [name, f"deploy/{name}"]:
            assert any(fnmatch(path, pattern) for pattern in patterns) == bool(COMPOSE_NAME.fullmatch(name)), path


def test_the_external_tools_of_jetbrains_format_and_check(run, file):
    format_, check = options("External Tools.xml")
    done = run(*arguments(check["PARAMETERS"]))
    assert done.returncode == 1
    link = check["REGEXP"].replace("$FILE_PATH$", r"(.+?)").replace("$LINE$", r"(\d+)").replace("$COLUMN$", r"(\d+)")
    assert ("compose.yaml", "4", "5") in re.findall(link, done.stdout)
    assert run(*arguments(format_["PARAMETERS"])).returncode == 0
    assert file.read_text(encoding="utf-8") == LONG


def test_vs_code_formats_on_save_with_the_extension():
    settings = json.loads((SETTINGS / "vscode.json").read_text())
    extension = json.loads((SETTINGS / "vscode" / "package.json").read_text())
    assert settings["[dockercompose]"]["editor.formatOnSave"] is True
    formatter = extension["contributes"]["configurationDefaults"]["[dockercompose]"]["editor.defaultFormatter"]
    assert formatter == f"{extension['publisher']}.{extension['name']}"
