"""The page of a rule, shown as a document: the command behind the action "Explain"."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.uris import from_fs_path

from composefmt.rules.registry import all_rules, unknown_name

if TYPE_CHECKING:
    from composefmt.lsp.server import Server

COMMAND = "composefmt.explain"


def register(server: Server) -> None:
    """Take the command."""

    @server.command(COMMAND)
    def explain(rule: str) -> str:
        """Show a rule's page where the editor can show documents; the page, in any case."""
        from composefmt.reports.rule_page import as_markdown

        if rule not in all_rules():
            raise JsonRpcInvalidParams(unknown_name(rule))
        page = as_markdown(all_rules()[rule])
        window = server.client_capabilities.window
        if window is not None and window.show_document is not None and window.show_document.support:
            folder = os.path.join(tempfile.gettempdir(), "composefmt-rules")
            os.makedirs(folder, exist_ok=True)
            path = os.path.join(folder, f"{rule}.md")
            with open(path, "w", encoding="utf-8") as file:
                file.write(page)
            server.window_show_document(types.ShowDocumentParams(str(from_fs_path(path)), take_focus=True))
        return page
