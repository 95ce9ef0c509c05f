"""The server: pygls with our own documents, and what it knows about its client. Its features register themselves (`serve`)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcException, JsonRpcInvalidRequest
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from composefmt import __version__
from composefmt.lsp.documents import Documents, OpenDocument
from composefmt.lsp.pages import Pages

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


class _Protocol(LanguageServerProtocol):
    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Answer the initialization, and replace the workspace's documents with ours."""
        result: types.InitializeResult = yield from super().lsp_initialize(params)
        theirs = self.workspace
        folders = list(theirs.folders.values())
        chosen = params.initialization_options
        cast("Server", self._server).shows_secrets = isinstance(chosen, dict) and chosen.get("showSecrets") is True
        self._workspace = Documents(theirs.root_uri, types.TextDocumentSyncKind.Incremental, folders, theirs.position_encoding)
        return result

    def structure_message(self, data: dict[str, Any]) -> Any:  # noqa: ANN401 - one of pygls' classes
        """Convert a message to an object. Raises JsonRpcException."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            # Without this, pygls would not answer the request at all.
            if "method" in data and isinstance(data.get("id"), (int, str)):
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def handle_message(self, message: Any) -> None:  # noqa: ANN401 - one of pygls' classes
        """Handle a message."""
        if self._shutdown and getattr(message, "method", types.EXIT) != types.EXIT and hasattr(message, "id"):
            self._send_response(message.id, error=JsonRpcInvalidRequest("the server was shut down").to_response_error())
            return
        super().handle_message(message)

    @property
    def was_shut_down(self) -> bool:
        """Whether the client sent a shutdown request."""
        return bool(self._shutdown)

    def _execute_handler(
        self,
        msg_id: str | int,
        handler: Callable[..., Any],
        callback: Callable[..., None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        def done(future: Any) -> None:  # noqa: ANN401 - pygls' own callbacks take several kinds of futures
            # pygls never removes the futures of notifications.
            self._request_futures.pop(msg_id, None)
            callback(future)

        super()._execute_handler(msg_id, handler, done, args, kwargs)


class Server(LanguageServer):
    """The language server for Compose files."""

    protocol: _Protocol

    def __init__(self) -> None:
        super().__init__("composefmt", __version__, protocol_cls=_Protocol)
        self.pages = Pages()
        # The initialization option "showSecrets": whether hovers show values that look like secrets.
        self.shows_secrets = False
        # Checks run here one at a time, so that the server stays responsive.
        self.worker = ThreadPoolExecutor(max_workers=1)

    def document(self, uri: str) -> OpenDocument | None:
        """Return an open document if it is a Compose file, else None."""
        found = cast("Documents", self.workspace).open_document(uri)
        return found if found is not None and found.is_compose else None

    def open_documents(self) -> list[OpenDocument]:
        """Return all open Compose files."""
        return [
            document for document in self.workspace.text_documents.values() if isinstance(document, OpenDocument) and document.is_compose
        ]

    @property
    def client_pulls(self) -> bool:
        """Whether the client pulls diagnostics; they must then not be published as well."""
        capabilities = self.client_capabilities.text_document
        return capabilities is not None and capabilities.diagnostic is not None

    @property
    def client_links(self) -> bool:
        """Whether the client supports links on diagnostics."""
        capabilities = self.client_capabilities.text_document
        support = (capabilities.publish_diagnostics, capabilities.diagnostic) if capabilities is not None else ()
        return any(each is not None and bool(getattr(each, "code_description_support", False)) for each in support)

    @property
    def client_watches(self) -> bool:
        """Whether the client can watch files and accepts dynamic registration for it."""
        workspace = self.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace is not None else None
        return watched is not None and bool(watched.dynamic_registration)

    @property
    def client_refreshes(self) -> bool:
        """Whether the client can be asked to pull diagnostics again."""
        workspace = self.client_capabilities.workspace
        diagnostics = workspace.diagnostics if workspace is not None else None
        return self.client_pulls and diagnostics is not None and bool(diagnostics.refresh_support)

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ANN401 - one of pygls' classes
        """Log an error without opening a window in the editor; requests get an error response anyway."""
        if source is FeatureRequestError:
            return
        message = f"{type(error).__name__}: {error}"
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, message[:2000]))
