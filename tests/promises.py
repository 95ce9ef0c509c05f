"""The promises, as assertions on one text."""

from composefmt.engine import format_text
from composefmt.options import Options
from composefmt.syntax.comments import comment_texts
from composefmt.syntax.parse import SyntaxProblem, parse

_DEFAULTS = Options()


def assert_promises(text: str, options: Options = _DEFAULTS) -> None:
    """Formatting loses no comment, changes no line that it need not, and is done at the first time."""
    result = format_text(text, options)
    try:
        tree = parse(text)
    except SyntaxProblem:
        assert result.data is None
        assert result.failed
        return
    assert not result.failed, result.findings
    after = result.text
    assert comment_texts(after, parse(after)) == comment_texts(text, tree)
    assert format_text(after, options).data is None
    # Without the proof the text is the same: the proof only refuses.
    assert format_text(text, options._replace(verify=False)).text == after
