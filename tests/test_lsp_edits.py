"""The server's text never drifts from the editor's: random edits, compared with a fresh copy of the text."""

import random
from pathlib import Path

import pytest

pytest.importorskip("pygls")

from hypothesis import given
from hypothesis import strategies as st
from lsp_client import URI, Client, apply
from lsprotocol.types import Position, Range, TextDocumentContentChangePartial, TextDocumentContentChangeWholeDocument
from pygls.workspace import PositionCodec

from composefmt.engine import check_text, format_text
from composefmt.lsp.documents import OpenDocument

SAMPLES = Path(__file__).parents[1] / "samples"
# What is hard to count: astral characters, combining ones, every line break of the protocol, and what only looks like one.
PIECES = st.text(alphabet=st.sampled_from("ab:- \n\r\t🐳é\u0301\u2028\x85\x0c'\"#[]{}"), max_size=8)
UNITS = {"utf-8": lambda text: len(text.encode()), "utf-16": lambda text: len(text.encode("utf-16-le")) // 2, "utf-32": len}


def lines_of(text):
    """Return the lines of a text without their ends, as the protocol counts them, and the offset where each starts."""
    starts, ends, index = [0], [], 0
    while index < len(text):
        if text[index] in "\r\n":
            ends.append(index)
            index += 1 + (text[index : index + 2] == "\r\n")
            starts.append(index)
        else:
            index += 1
    return list(zip(starts, [*ends, len(text)], strict=True))


@given(st.data(), st.sampled_from(sorted(UNITS)), PIECES, st.lists(st.tuples(PIECES, st.booleans()), max_size=8))
def test_edits_are_made_where_the_editor_means_them(data, encoding, text, changes):
    document = OpenDocument("file:///compose.yaml", text, 1, "dockercompose", position_codec=PositionCodec(encoding))
    for new, whole in changes:
        if whole:
            document.apply_change(TextDocumentContentChangeWholeDocument(new))
            text = new
        else:
            spots = []
            for _ in range(2):
                number, (start, end) = data.draw(st.sampled_from(list(enumerate(lines_of(text)))))
                column = data.draw(st.integers(0, end - start))
                spots.append((start + column, Position(number, UNITS[encoding](text[start : start + column]))))
            (first, begin), (last, finish) = sorted(spots, key=lambda spot: spot[0])
            document.apply_change(TextDocumentContentChangePartial(Range(begin, finish), new))
            text = text[:first] + new + text[last:]
        assert document.source == text


def edits_of(text, rng):
    """Random changes as someone types: a few characters here and there, lines taken out and put in elsewhere."""
    while True:
        lines = text.split("\n")
        line = rng.randrange(len(lines))
        column = rng.randrange(len(lines[line]) + 1)
        kind = rng.random()
        if kind < 0.6:
            end, new = (line, column), rng.choice(["a", " ", "- ", ": ", "\n", "'", '"', "🐳", "${A}", "#", "ports:", "  "])
        elif kind < 0.9:
            end, new = (line, min(column + rng.randrange(1, 4), len(lines[line]))), ""
        else:
            end, new = (min(line + 1, len(lines) - 1), 0), rng.choice(["", lines[rng.randrange(len(lines))] + "\n"])
            column = 0
        if end < (line, column):
            continue

        def position(row, character, lines=lines):
            return {"line": row, "character": len(lines[row][:character].encode("utf-16-le")) // 2}

        place = {"start": position(line, column), "end": position(*end)}
        text = apply(text, [{"range": place, "newText": new}])
        yield text, (place, new)


def memory(pid):
    """What a process holds in memory, in megabytes."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        pytest.skip("the memory of a process is looked up in /proc")
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS")) / 1024


@pytest.mark.slow
def test_two_thousand_edits_neither_drift_nor_leak(tmp_path):
    rng = random.Random(7)
    original = "".join((SAMPLES / name).read_text(encoding="utf-8") for name in ("before.yaml",))
    text = original
    with Client(tmp_path) as client:
        client.open(text)
        client.diagnostics()
        held = []
        edits = edits_of(text, rng)
        for number in range(1, 2001):
            if number % 200 == 0:
                # Start over with a text that parses, so that formatting has something to do.
                text = original
                client.change(text)
                edits = edits_of(text, rng)
            text, change = next(edits)
            client.change(change)
            if number % 50 <= 1:
                compare(client, text)
            if number % 500 == 0:
                held.append(memory(client.process.pid))
        # pygls alone would grow by two megabytes here.
        assert held[-1] - held[0] < 1.5, held


def compare(client, text):
    """What the server says of its text is what a fresh look says of the editor's."""
    fresh = check_text(text, filename="/nowhere/compose.yaml")
    wanted = [(finding.rule, fresh.source.position(finding.span.start).line - 1, finding.message) for finding in fresh.findings]
    found = [(each["code"], each["range"]["start"]["line"], each["message"].partition("\n")[0]) for each in client.diagnostics()]
    assert sorted(found) == sorted((rule, line, message.partition("\n")[0]) for rule, line, message in wanted)
    edits = client.ask("formatting", URI, options={"tabSize": 2, "insertSpaces": True}) or []
    formatted = format_text(text, filename="/nowhere/compose.yaml")
    assert apply(text, edits) == (text if formatted.failed else formatted.text)
