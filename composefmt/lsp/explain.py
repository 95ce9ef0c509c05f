"""The command that shows a rule page, for the "Explain" action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

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
