"""The data cases of `tests/cases/lsp`: a text with the cursor in it, and the server's answer, over a pipe.

A case starts with `#=== title`, followed by its files, each after `#--- NAME`; the one with the cursor (`‸`) is open in the
editor. The last marker is the question: `hover`, `completion`, `definition`, `references`, `rename NAME`, `actions` (their
titles), `action TITLE` (the text after it), `symbols`, `folding`, `links`, `diagnostics`, `formatted`. The answer follows it;
`make update-cases` rewrites it. Without a file name the text is `compose.yaml`.
"""

import os
import re
from pathlib import Path

import pytest

pytest.importorskip("pygls")

from lsp_client import Client, apply

CASES = Path(__file__).parent / "cases" / "lsp"
CURSOR = "‸"
QUESTIONS = r"hover|completion|definition|references|rename .*|actions|action .*|symbols|folding|links|diagnostics|formatted"
_PARTS = re.compile(r"^#--- (.*)\n", re.MULTILINE)


def _cases():
    for path in sorted(CASES.glob("*.yaml")):
        for part in re.split(r"^#=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            title, _, body = part.partition("\n")
            first, *rest = _PARTS.split(body)
            pairs = list(zip(rest[::2], rest[1::2], strict=True))
            files = ({"compose.yaml": first} if first else {}) | dict(pairs[:-1])
            question, expected = pairs[-1]
            assert re.fullmatch(QUESTIONS, question), f"{path.name}: {title}: {question}"
            yield pytest.param(files, question, expected, id=f"{path.stem}: {title}")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    directory = tmp_path_factory.mktemp("lsp")
    window = {"showDocument": {"support": True}}
    with Client(directory, root=directory, capabilities={"window": window}) as client:
        client.directory = directory
        yield client


def ask(client, directory, files, question):
    """The server's answer as text."""
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text.replace(CURSOR, ""), encoding="utf-8")
    name = next((name for name, text in files.items() if CURSOR in text), next(iter(files)))
    before, _, after = files[name].partition(CURSOR)
    position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2].encode("utf-16-le")) // 2}
    text = before + after
    uri = client.open(text, (directory / name).as_uri())
    try:
        kind, _, argument = question.partition(" ")
        return ANSWERS[kind](_Asked(client, directory, uri, text, position, argument)).replace(str(directory), "FOLDER")
    finally:
        client.close(uri)


class _Asked:
    def __init__(self, client, directory, uri, text, position, argument):
        self.client, self.directory, self.uri, self.text, self.position, self.argument = client, directory, uri, text, position, argument

    def ask(self, method, **params):
        return self.client.ask(method, self.uri, **params)

    def places(self, found):
        lines = []
        for place in found or []:
            path = Path(place["uri"].removeprefix("file://"))
            start = place["range"]["start"]
            shown = path.read_text(encoding="utf-8").split("\n")[start["line"]].strip()
            name = path.relative_to(self.directory).as_posix()
            lines.append(f"{name}:{start['line'] + 1}:{start['character'] + 1} {shown}\n")
        return "".join(lines) or "nothing\n"

    def actions(self):
        return self.ask("codeAction", range={"start": self.position, "end": self.position}, context={"diagnostics": []}) or []


def _hover(asked):
    found = asked.ask("hover", position=asked.position)
    return found["contents"]["value"] + "\n" if found else "nothing\n"


def _completion(asked):
    lines = asked.text.split("\n")
    found = []
    for item in asked.ask("completion", position=asked.position) or []:
        edit = item["textEdit"]
        place = edit["range"]
        typed = lines[place["start"]["line"]][place["start"]["character"] : asked.position["character"]]
        if item["label"].startswith(typed):
            written = edit["newText"]
            found.append(
                item["label"]
                + (f" (writes {written!r})" if written != item["label"] else "")
                + (" (deprecated)" if item.get("tags") == [1] else "")
                + "\n"
            )
    return "".join(found) or "nothing\n"


def _rename(asked):
    answer = asked.client.answer("textDocument/rename", textDocument={"uri": asked.uri}, position=asked.position, newName=asked.argument)
    if "error" in answer:
        return f"refused: {answer['error']['message']}\n"
    if not answer["result"]:
        return "nothing\n"
    made = ""
    for uri, edits in answer["result"]["changes"].items():
        path = Path(uri.removeprefix("file://"))
        made += "" if uri == asked.uri else f"and {path.name}:\n"
        made += apply(asked.text if uri == asked.uri else path.read_text(encoding="utf-8"), edits)
    return made


def _action(asked):
    action = next(action for action in asked.actions() if action["title"] == asked.argument)
    if "edit" in action:
        return apply(asked.text, action["edit"]["changes"][asked.uri])
    return asked.client.request("workspace/executeCommand", **{k: v for k, v in action["command"].items() if k != "title"})


def _symbols(asked):
    def lines(symbols, depth):
        for symbol in symbols or []:
            detail = f" = {symbol['detail']}" if symbol.get("detail") else ""
            yield f"{'  ' * depth}{symbol['name']}{detail}\n"
            yield from lines(symbol.get("children"), depth + 1)

    return "".join(lines(asked.ask("documentSymbol"), 0))


def _folding(asked):
    return "".join(f"{f['startLine'] + 1}-{f['endLine'] + 1} {f.get('kind', '')}".rstrip() + "\n" for f in asked.ask("foldingRange"))


def _links(asked):
    found = asked.ask("documentLink") or []
    return "".join(
        f"{link['range']['start']['line'] + 1}:{link['range']['start']['character'] + 1} "
        f"{os.path.relpath(link['target'].removeprefix('file://'), asked.directory)}\n"
        for link in found
    )


def _diagnostics(asked):
    severities = {1: "error", 2: "warning", 3: "info"}
    tags = {1: " (unnecessary)", 2: " (deprecated)"}
    lines = []
    for found in asked.client.diagnostics(asked.uri):
        start, end = found["range"]["start"], found["range"]["end"]
        where = f"{start['line']}:{start['character']}-{end['line']}:{end['character']}"
        tag = "".join(tags[each] for each in found.get("tags", []))
        lines.append(f"{where} {severities[found['severity']]}[{found['code']}]{tag} {found['message']}\n")
        lines += [f"    {r['location']['range']['start']['line']}: {r['message']}\n" for r in found.get("relatedInformation", [])]
    return "".join(lines) or "nothing\n"


ANSWERS = {
    "hover": _hover,
    "completion": _completion,
    "definition": lambda asked: asked.places(asked.ask("definition", position=asked.position)),
    "references": lambda asked: asked.places(asked.ask("references", position=asked.position, context={"includeDeclaration": True})),
    "rename": _rename,
    "actions": lambda asked: "".join(f"{action['title']}\n" for action in asked.actions()) or "nothing\n",
    "action": _action,
    "symbols": _symbols,
    "folding": _folding,
    "links": _links,
    "diagnostics": _diagnostics,
    "formatted": lambda asked: apply(asked.text, asked.ask("formatting", options={"tabSize": 2, "insertSpaces": True})),
}


@pytest.mark.parametrize(("files", "question", "expected"), list(_cases()))
def test_case(client, tmp_path, files, question, expected):
    assert ask(client, tmp_path, files, question) == expected


def update():
    """Rewrite the answers."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as root, Client(root) as client:
        for number, path in enumerate(sorted(CASES.glob("*.yaml"))):
            made = ""
            for index, part in enumerate(re.split(r"^#=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]):
                title, _, body = part.partition("\n")
                first, *rest = _PARTS.split(body)
                pairs = list(zip(rest[::2], rest[1::2], strict=True))
                files = ({"compose.yaml": first} if first else {}) | dict(pairs[:-1])
                directory = Path(root).resolve() / f"{number}-{index}"
                directory.mkdir()
                answer = ask(client, directory, files, pairs[-1][0])
                made += f"#=== {title}\n{first}" + "".join(f"#--- {n}\n{t}" for n, t in pairs[:-1]) + f"#--- {pairs[-1][0]}\n{answer}"
            path.write_text(made, encoding="utf-8")


if os.environ.get("COMPOSEFMT_UPDATE_CASES"):
    update()
