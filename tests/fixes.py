"""The promises of fixes, as assertions on one text."""

from collections import Counter

from composefmt.engine import check_text, fix_bytes, fix_text
from composefmt.findings import Severity
from composefmt.options import Options
from composefmt.project.project import Request, load
from composefmt.project.scope import Choices, File
from composefmt.project.values import ProjectError
from composefmt.syntax.comments import comment_texts
from composefmt.syntax.edits import apply_edits
from composefmt.syntax.parse import SyntaxProblem, parse

_DEFAULTS = Options()
# The rules whose fixes change comments.
ABOUT_COMMENTS = {"unused-suppression", "deprecated-rule-name"}


def assert_fixes_keep_the_promises(text: str, options: Options = _DEFAULTS, filename: str = "<text>") -> None:
    """Each fix keeps its promise alone; all together terminate, lose no comment and add no error."""
    try:
        comments = Counter(comment_texts(text, parse(text)))
    except SyntaxProblem:
        assert fix_text(text, options, filename, unsafe=True, moving=True).data is None
        return
    offered = [finding for finding in check_text(text, options, filename).findings if finding.fix is not None]
    for finding in offered:
        assert_is_as_claimed(text, finding)
    for unsafe in (False, True):
        if not any(finding.fix.safe or unsafe for finding in offered):
            continue
        result = fix_text(text, options, filename, unsafe=unsafe, moving=True)
        after = result.source.text
        found = Counter(comment_texts(after, parse(after)))
        assert found == comments or result.fixed.keys() & ABOUT_COMMENTS
        assert not result.fixed or result.data is not None
        assert len(errors(after, options, filename)) <= len(errors(text, options, filename)), after
        left = [f for f in result.findings if f.fix is not None and (f.fix.safe or unsafe)]
        assert not left or "composefmt:" in text, (left, after)
        again = fix_text(after, options, filename, unsafe=unsafe, moving=True)
        assert again.data is None, (again.fixed, again.source.text)
        if not unsafe:
            assert model(after) == model(text)


def errors(text, options, filename):
    return [finding for finding in check_text(text, options, filename).findings if finding.severity is Severity.ERROR]


def assert_is_as_claimed(text, finding):
    """A fix alone, without verification, yields YAML with the same comments, and the same model if it is safe."""
    fix = finding.fix
    assert fix.edits, finding
    after = apply_edits(text, fix.edits)
    assert after != text, finding
    tree = parse(after)
    if not fix.comments:
        assert Counter(comment_texts(after, tree)) == Counter(comment_texts(text, parse(text))), (finding, after)
    if fix.safe:
        assert model(after) == model(text), (finding, after)


def assert_fixes_keep_line_breaks(text: str, options: Options, filename: str) -> None:
    """With other line breaks or a byte order mark, the fixed text is the same apart from those."""
    fixed = fix_text(text, options, filename, unsafe=True, moving=True).source.text
    crlf = fix_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), options, filename, unsafe=True, moving=True)
    assert crlf.source.text == fixed.replace("\n", "\r\n")
    assert crlf.data is None or crlf.data.startswith(b"\xef\xbb\xbf")


def model(text: str) -> object:
    """Return the project of a text, as written and with all defaults; "refused" if it is refused."""
    answers = []
    for full in (False, True):
        request = Request(
            [File("compose.yaml", text.encode())], "/nowhere", {}, "project", environment_files=False, normalize=full, consistency=full,
            choices=Choices(interpolate=full, resolve=full),
        )  # fmt: skip
        try:
            answers.append(without_empty_options(load(request).model))
        except ProjectError:
            # Which of several errors is reported first depends on the order of keys.
            answers.append("refused")
    return answers


def without_empty_options(model):
    """Return the model without the empty sections that only the short form of a volume implies, and without extension fields."""
    for key in [key for key in model if key.startswith("x-")]:
        del model[key]
    for service in model.get("services", {}).values():
        for mount in service.get("volumes") or []:
            for key in [key for key, value in mount.items() if value == {}] if isinstance(mount, dict) else ():
                del mount[key]
    return model
