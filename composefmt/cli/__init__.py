"""The command line: a thin layer that parses arguments and calls the engine.

`main` is the console script. Exit status: 0 clean, 1 findings or files that would change, 2 usage or other errors,
130 interrupted, 143 (or 129) terminated, 141 output pipe closed.
"""

from __future__ import annotations

import os
import sys
from io import BufferedWriter, RawIOBase, TextIOWrapper
from typing import TYPE_CHECKING, NoReturn

from composefmt.cli.pipe import PipeClosed

if TYPE_CHECKING:
    from click.exceptions import ClickException

FAILED = 2
INTERRUPTED = 130
# Added to the number of the signal that ended the run, as shells do.
SIGNALLED = 128
PIPE_CLOSED = 141


class Ended(BaseException):
    """A signal asked the process to terminate; as with Ctrl-C, unwinding cleans up."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def main() -> NoReturn:
    """Run the command line and exit."""
    import gc

    from composefmt.syntax.parse import own_process

    # Trees have no cycles, so reference counting suffices and the collector would only cost time.
    gc.disable()
    own_process()
    _prepare_streams()
    _await_signals()
    try:
        status = _run()
        sys.stdout.flush()
        sys.stderr.flush()
    except KeyboardInterrupt:
        status = INTERRUPTED
        _print_to_stderr("composefmt: interrupted")
    except Ended as ended:
        status = SIGNALLED + ended.number
        _print_to_stderr("composefmt: terminated")
    except (BrokenPipeError, PipeClosed):
        # Nobody reads the output any more.
        status = PIPE_CLOSED
    except OSError as error:
        status = FAILED
        # Errors of single files are reported where they are read; only the output and the working directory remain.
        reason = error.strerror or str(error)
        reason = reason[:1].lower() + reason[1:]
        output = f"the output cannot be written: {reason}" if _has_directory() else "the working directory no longer exists"
        _print_to_stderr(f"error: {error.filename}: {reason}" if error.filename else f"error: {output}")
    workers = sys.modules.get("composefmt.cli.workers")
    if workers is not None:
        workers.stop_workers()
    # Everything is written; freeing the trees of a thousand files would be wasted time.
    os._exit(status)


def _await_signals() -> None:
    """Unwind on termination signals; signals that the parent process ignores (nohup) stay ignored."""
    import signal

    def end(number: int, _: object) -> None:
        # Unwind only once, even after a second signal.
        signal.signal(number, signal.SIG_IGN)
        raise Ended(number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)


def _prepare_streams() -> None:
    """Open an output if a stream is closed, and escape characters that the encoding lacks."""
    # Python sets a stream to None if it was closed before the start.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if isinstance(sys.stdout, TextIOWrapper) and isinstance(sys.stdout.buffer, RawIOBase):
        # With PYTHONUNBUFFERED, Python drops the rest of a write that a full disk or a closed pipe accepts only in part.
        encoding, live = sys.stdout.encoding, sys.stdout.isatty()
        sys.stdout = TextIOWrapper(BufferedWriter(sys.stdout.buffer), encoding, line_buffering=live)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _has_directory() -> bool:
    try:
        return bool(os.getcwd())
    except OSError:
        return False


def _print_to_stderr(message: str) -> None:
    """Print why the run ends, if standard error can be written."""
    from contextlib import suppress

    for stream, text in ((sys.stdout, ""), (sys.stderr, f"{message}\n")):
        with suppress(OSError, ValueError):
            stream.write(text)
            stream.flush()


def _run() -> int:
    from click.exceptions import Abort, ClickException, Exit

    from composefmt.cli.app import app

    try:
        return int(app.main(prog_name="composefmt", standalone_mode=False) or 0)
    except Exit as error:
        return error.exit_code
    except ClickException as error:
        _print_usage_error(error)
        return FAILED
    except Abort:
        raise KeyboardInterrupt from None


def _print_usage_error(error: ClickException) -> None:
    """Print a usage error like all errors: one line in lower case, followed by the command's usage."""
    from click import echo
    from click.exceptions import NoArgsIsHelpError, UsageError

    from composefmt.cli.usage_errors import usage_message

    if isinstance(error, NoArgsIsHelpError):
        error.show()
        return
    echo(f"error: {usage_message(error)}", err=True)
    if isinstance(error, UsageError) and error.ctx is not None:
        echo(f"{error.ctx.get_usage()}\nTry '{error.ctx.command_path} --help' for help.", err=True)
