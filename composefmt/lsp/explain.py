"""Rule pages as documents, for the "Explain" action and for the links on diagnostics."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.uris import from_fs_path

from composefmt.rules.registry import all_rules, current_name, unknown_name

if TYPE_CHECKING:
    from composefmt.lsp.server import Server

COMMAND = "composefmt.explain"


def register(server: Server) -> None:
    """Register the command."""

    @server.command(COMMAND)
    def explain(rule: str) -> str:
        """Show a rule page if the editor can show documents; return it in any case."""
        rule = current_name(rule)
        if rule not in all_rules():
            raise JsonRpcInvalidParams(unknown_name(rule))
        window = server.client_capabilities.window
        if window is not None and window.show_document is not None and window.show_document.support:
            server.window_show_document(types.ShowDocumentParams(server.pages.uri(rule), take_focus=True))
        return server.pages.text(rule)


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
