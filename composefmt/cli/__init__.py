"""The command line: thin; it parses arguments and calls the engine.

`main` is the console script. Exit status: 0 clean, 1 findings or files that would change, 2 the tool could not do its
job, 130 interrupted, 143 (or 129) ended from outside, 141 the reader of the output went away.
"""

from __future__ import annotations

import os
import sys
from io import BufferedWriter, RawIOBase, TextIOWrapper
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from click.exceptions import ClickException

FAILED = 2
INTERRUPTED = 130
# What is added to the number of a signal that ended the run.
SIGNALLED = 128
PIPE_CLOSED = 141


class PipeClosed(Exception):
    """The reader of the output went away; Click would take a BrokenPipeError for its own and exit with 1."""


class Ended(BaseException):
    """A signal asked the process to end; as Ctrl-C does, it unwinds, so that nothing half-done stays behind."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def main() -> NoReturn:
    """Run the command line and exit."""
    import gc

    from composefmt.syntax.parse import own_process

    # Trees hold no cycles, so counting references is enough; the collector would only cost time.
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
        _last_words("composefmt: interrupted")
    except Ended as ended:
        status = SIGNALLED + ended.number
        _last_words("composefmt: ended from outside")
    except (BrokenPipeError, PipeClosed):
        # Nobody reads on: say nothing.
        status = PIPE_CLOSED
    except OSError as error:
        status = FAILED
        # What belongs to one file is told where it is read; what is left is the output, or the working directory.
        reason = error.strerror or str(error)
        reason = reason[:1].lower() + reason[1:]
        output = f"the output cannot be written: {reason}" if _has_folder() else "the working folder is gone"
        _last_words(f"error: {error.filename}: {reason}" if error.filename else f"error: {output}")
    workers = sys.modules.get("composefmt.cli.workers")
    if workers is not None:
        workers.stop_workers()
    # Everything is written; taking the trees of a thousand files apart one by one would be time for nothing.
    os._exit(status)


def _await_signals() -> None:
    """Unwind where the process is asked to end; what whoever started it has ignored (nohup) stays ignored."""
    import signal

    def end(number: int, _: object) -> None:
        # Asked twice, it still unwinds once.
        signal.signal(number, signal.SIG_IGN)
        raise Ended(number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)


def _prepare_streams() -> None:
    """Have an output for everything, and characters that it can't take written as escapes."""
    # Python has None for a stream that was closed before it started.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if isinstance(sys.stdout, TextIOWrapper) and isinstance(sys.stdout.buffer, RawIOBase):
        # With PYTHONUNBUFFERED, what a full disc or a closed pipe takes only a part of would be lost without a word.
        encoding, live = sys.stdout.encoding, sys.stdout.isatty()
        sys.stdout = TextIOWrapper(BufferedWriter(sys.stdout.buffer), encoding, line_buffering=live)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _has_folder() -> bool:
    try:
        return bool(os.getcwd())
    except OSError:
        return False


def _last_words(message: str) -> None:
    """Say why the run ends here, if anybody listens."""
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
        _tell(error)
        return FAILED
    except Abort:
        raise KeyboardInterrupt from None


def _tell(error: ClickException) -> None:
    """Say what was wrong with a call, as all errors are told: one line in lower case; behind it how the command is used."""
    from click import echo
    from click.exceptions import NoArgsIsHelpError, UsageError

    if isinstance(error, NoArgsIsHelpError):
        error.show()
        return
    message = error.format_message()
    # A sentence of Click's or ours; a path may end in a dot as well.
    message = message[:-1] if message.endswith(".") and message[-2:-1] not in (" ", ".", "/") else message
    echo(f"error: {message[:1].lower()}{message[1:]}", err=True)
    if isinstance(error, UsageError) and error.ctx is not None:
        echo(f"{error.ctx.get_usage()}\nTry '{error.ctx.command_path} --help' for help.", err=True)
