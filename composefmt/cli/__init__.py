"""The command line: thin; it parses arguments and calls the engine.

`main` is the console script. Exit status: 0 clean, 1 findings or files that would change, 2 the tool could not do its
job, 130 interrupted, 141 the reader of the output went away.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

INTERRUPTED = 130
PIPE_CLOSED = 141


def main() -> NoReturn:
    """Run the command line and exit."""
    import gc

    # Trees hold no cycles, so counting references is enough; the collector would only cost time.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _run()
        sys.stdout.flush()
        sys.stderr.flush()
    except KeyboardInterrupt:
        sys.stderr.write("composefmt: interrupted\n")
        status = INTERRUPTED
    except BrokenPipeError:
        # Nobody reads on: say nothing, and keep the interpreter from trying to flush at its exit.
        devnull = os.open(os.devnull, os.O_WRONLY)
        for number in (1, 2):
            os.dup2(devnull, number)
        status = PIPE_CLOSED
    # Everything is written; taking the trees of a thousand files apart one by one would be time for nothing.
    os._exit(status)


def _run() -> int:
    from click.exceptions import Abort, ClickException, Exit

    from composefmt.cli.app import app

    try:
        return int(app.main(prog_name="composefmt", standalone_mode=False) or 0)
    except Exit as error:
        return error.exit_code
    except ClickException as error:
        error.show()
        return 2
    except Abort:
        raise KeyboardInterrupt from None
