"""The cases of the editor, also with other line breaks, in other encodings and without the last line break."""

import os

import edit_cases
import pytest

from composefmt import Document, EditError

# Several processes would overwrite one another's files.
if os.environ.get("COMPOSEFMT_UPDATE_CASES") and "PYTEST_XDIST_WORKER" not in os.environ:
    edit_cases.update()

CASES = edit_cases.all_cases()
EDITED = [case for case in CASES if case.kind == "edited" and case.has_variants]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case):
    kind, text = case.actual()
    assert text == case.expected
    assert kind == case.kind


@pytest.mark.parametrize("case", EDITED, ids=lambda case: case.id)
def test_case_with_windows_line_breaks(case):
    assert case.edited(case.text.replace("\n", "\r\n")).text == case.expected.replace("\n", "\r\n")


@pytest.mark.parametrize("case", EDITED, ids=lambda case: case.id)
def test_case_without_the_last_line_break(case):
    assert case.edited(case.text.rstrip("\n")).text.rstrip("\n") == case.expected.rstrip("\n")


@pytest.mark.parametrize("case", EDITED, ids=lambda case: case.id)
def test_edits_lead_from_the_text_to_the_result(case):
    from composefmt.syntax.edits import apply_edits

    document = case.edited(case.text)
    assert apply_edits(case.text, document.edits) == document.text


@pytest.mark.parametrize("case", EDITED, ids=lambda case: case.id)
def test_case_twice_changes_nothing_more_where_it_sets_or_adds(case):
    if any("unset " in command or "insert " in command or "rename" in command for command in case.commands):
        return
    document = case.edited(case.text)
    once = document.text
    for command in case.commands:
        edit_cases.run(document, command)
    assert document.text == once


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "refused"], ids=lambda case: case.id)
def test_a_refused_change_leaves_the_text_as_it_was(case):
    document = Document(case.text)
    *before, last = case.commands
    for command in before:
        edit_cases.run(document, command)
    text = document.text
    with pytest.raises(EditError):
        edit_cases.run(document, last)
    assert document.text == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_encoding_of_the_file_stays(tmp_path, encoding):
    path = tmp_path / "compose.yaml"
    path.write_bytes("services:\n  web:\n    image: nginx  # größer\n".encode(encoding))
    document = Document.read(path)
    document["services"]["web"]["image"] = "nginx:1.28"
    document.save()
    assert path.read_bytes() == "services:\n  web:\n    image: nginx:1.28  # größer\n".encode(encoding)
