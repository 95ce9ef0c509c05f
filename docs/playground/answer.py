"""What the playground asks of composefmt: a text and settings in, the formatted text and the findings out, as JSON."""

import json

from composefmt import Options, check_text, format_text
from composefmt.reports import data
from composefmt.reports.text import PLAIN
from composefmt.syntax.edits import apply_edits

FILENAME = "compose.yaml"


def answer(text: str, long_form: str, order: str) -> str:
    """The formatted text (null where it can't be formatted) and the findings on the text as it is."""
    options = Options(long_form=("all",) if long_form == "all" else ("ports", "volumes"), order=order)
    formatted = format_text(text, options, FILENAME)
    checked = check_text(text, options, FILENAME)
    text = checked.source.text
    findings = json.loads("".join(data.report([(checked.source, finding) for finding in checked.findings], PLAIN)))
    for finding, entry in zip(checked.findings, findings, strict=True):
        # JavaScript counts in UTF-16
        entry["selection"] = [len(text[:offset].encode("utf-16-le")) // 2 for offset in finding.span]
        entry["fixed"] = apply_edits(text, finding.fix.edits) if finding.fix else None
    return json.dumps({"formatted": None if formatted.failed else formatted.text, "findings": findings})
