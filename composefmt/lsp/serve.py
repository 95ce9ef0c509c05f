"""Run the server with all its features on standard input and output."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys

from composefmt.lsp import code_actions, completion, diagnostics, explain, files, formatting, hover, navigation, rename, symbols
from composefmt.lsp.server import Server

FEATURES = (code_actions, completion, diagnostics, explain, files, formatting, hover, navigation, rename, symbols)


def serve() -> int:
    """Serve on standard input and output until the client exits. Return the exit status: 0 after a shutdown request."""
    # The client gets the errors; tracebacks do not help people who edit a file.
    for name in ("pygls", "asyncio"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    # Only the protocol may write to the output, whatever is printed.
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    server = Server()
    for feature in FEATURES:
        feature.register(server)
    _end_on_signals(server)
    # Trees have no cycles, but imports create some: collect them after each check, not while a client waits
    # for an answer.
    gc.disable()
    gc.freeze()
    try:
        server.start_io(stdout=output)
    except (ValueError, MemoryError):
        # A Content-Length that is not a possible number of bytes.
        sys.stderr.write("composefmt: this is not the language server protocol\n")
        return 2
    finally:
        server.pages.remove()
    return 0 if server.protocol.was_shut_down else 1


def _end_on_signals(server: Server) -> None:
    """Exit at once on a signal: a thread blocked on input would keep the process alive, and there is nothing to lose."""

    def end(number: int, _: object) -> None:
        server.pages.remove()
        os._exit(128 + number)

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)
