"""The server: pygls with documents of our own, and the features, each of which registers itself."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcException, JsonRpcInvalidRequest
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from composefmt import __version__
from composefmt.lsp.documents import Document, Documents
from composefmt.lsp.explain import Pages

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

FEATURES = ("code_actions", "completion", "diagnostics", "explain", "files", "formatting", "hover", "navigation", "rename", "symbols")


class _Protocol(LanguageServerProtocol):
    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Answer what the server can do; from then on documents are ours."""
        result: types.InitializeResult = yield from super().lsp_initialize(params)
        theirs = self.workspace
        folders = list(theirs.folders.values())
        chosen = params.initialization_options
        cast("Server", self._server).shows_secrets = isinstance(chosen, dict) and chosen.get("showSecrets") is True
        self._workspace = Documents(theirs.root_uri, types.TextDocumentSyncKind.Incremental, folders, theirs.position_encoding)
        return result

    def structure_message(self, data: dict[str, Any]) -> Any:  # noqa: ANN401 - one of pygls' classes
        """A message as an object. Raises JsonRpcException."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            # pygls would leave whoever asked waiting for ever.
            if "method" in data and isinstance(data.get("id"), (int, str)):
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def handle_message(self, message: Any) -> None:  # noqa: ANN401 - one of pygls' classes
        """Answer a message, or do what it tells."""
        if self._shutdown and getattr(message, "method", types.EXIT) != types.EXIT and hasattr(message, "id"):
            self._send_response(message.id, error=JsonRpcInvalidRequest("the server was shut down").to_response_error())
            return
        super().handle_message(message)

    @property
    def was_shut_down(self) -> bool:
        """Whether the client asked the server to shut down."""
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
            # Of notifications pygls would keep the futures for ever.
            self._request_futures.pop(msg_id, None)
            callback(future)

        super()._execute_handler(msg_id, handler, done, args, kwargs)


class Server(LanguageServer):
    """The language server for Compose files."""

    protocol: _Protocol

    def __init__(self) -> None:
        super().__init__("composefmt", __version__, protocol_cls=_Protocol)
        self.pages = Pages()
        # The initialization option "showSecrets": values that look like secrets are shown in hovers.
        self.shows_secrets = False
        # Checks run here, one after the other, so that the server answers meanwhile.
        self.worker = ThreadPoolExecutor(max_workers=1)
        for feature in FEATURES:
            import_module(f"composefmt.lsp.{feature}").register(self)

    def document(self, uri: str) -> Document | None:
        """An open document that is a Compose file; None for any other, and for those that are not open."""
        found = cast("Documents", self.workspace).open_document(uri)
        return found if found is not None and found.is_compose else None

    def open_documents(self) -> list[Document]:
        """All open Compose files."""
        return [document for document in self.workspace.text_documents.values() if isinstance(document, Document) and document.is_compose]

    @property
    def client_pulls(self) -> bool:
        """Whether the client asks for diagnostics; what it asks for must not be sent to it as well."""
        capabilities = self.client_capabilities.text_document
        return capabilities is not None and capabilities.diagnostic is not None

    @property
    def client_links(self) -> bool:
        """Whether the client shows links behind the rules of findings."""
        capabilities = self.client_capabilities.text_document
        support = (capabilities.publish_diagnostics, capabilities.diagnostic) if capabilities is not None else ()
        return any(each is not None and bool(getattr(each, "code_description_support", False)) for each in support)

    @property
    def client_watches(self) -> bool:
        """Whether the client tells of changes on disk, and of which is said later."""
        workspace = self.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace is not None else None
        return watched is not None and bool(watched.dynamic_registration)

    @property
    def client_refreshes(self) -> bool:
        """Whether the client can be told to ask for diagnostics anew."""
        workspace = self.client_capabilities.workspace
        diagnostics = workspace.diagnostics if workspace is not None else None
        return self.client_pulls and diagnostics is not None and bool(diagnostics.refresh_support)

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ANN401 - one of pygls' classes
        """Log an error; it is no reason to open a window in front of someone who types. Answers to requests tell their own."""
        if source is FeatureRequestError:
            return
        message = f"{type(error).__name__}: {error}"
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, message[:2000]))


def serve() -> int:
    """Serve on standard input and output until the client leaves; the exit status: 0 where it asked to shut down before."""
    # What goes wrong is told to the client; tracebacks help nobody who edits a file.
    for name in ("pygls", "asyncio"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    # Nothing but the protocol may reach the output, whoever prints.
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    server = Server()
    _end_on_signals(server)
    # Trees hold no cycles, but what is imported here makes some: they are collected after each check, and nothing is
    # collected while somebody waits for an answer.
    gc.disable()
    gc.freeze()
    try:
        server.start_io(stdout=output)
    except (ValueError, MemoryError):
        # A length that is no number of bytes that anybody could send.
        sys.stderr.write("composefmt: this is not the language server protocol\n")
        return 2
    finally:
        server.pages.remove()
    return 0 if server.protocol.was_shut_down else 1


def _end_on_signals(server: Server) -> None:
    """End at once when asked to: a thread that waits for input would not let the process unwind, and nothing can be lost."""

    def end(number: int, _: object) -> None:
        server.pages.remove()
        os._exit(128 + number)

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)
