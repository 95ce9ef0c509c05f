"""Rule pages as documents, for the "Explain" action and for the links on diagnostics."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory

from pygls.uris import from_fs_path

from composefmt.rules.registry import all_rules


class Pages:
    """Rule pages as files, written on first use in a temporary directory of the server."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None
        self._uris: dict[str, str] = {}

    def text(self, rule: str) -> str:
        """Return a rule page as Markdown."""
        from composefmt.reports.rule_page import as_markdown

        return as_markdown(all_rules()[rule])

    def uri(self, rule: str) -> str:
        """Return the URI of a rule page."""
        if rule not in self._uris:
            self._folder = self._folder or TemporaryDirectory(prefix="composefmt-")
            path = os.path.join(self._folder.name, f"{rule}.md")
            with open(path, "w", encoding="utf-8") as file:
                file.write(self.text(rule))
            self._uris[rule] = str(from_fs_path(path))
        return self._uris[rule]

    def remove(self) -> None:
        """Delete the directory."""
        if self._folder is not None:
            self._folder.cleanup()
