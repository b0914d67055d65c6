"""The command line, with one module for each command. The only package that imports click and rich.

`app` has the command group and the exit codes, `connection` makes a client from options, `explain` turns an error into
one line, `text` reads and writes plain text, and `console` has everything from rich. Commands import aiohttp, msgspec and
rich when they run, so that ``--help`` is fast.

Exit codes: 0 success, 1 error (one line on stderr; ``AIOGROQ_DEBUG=1`` shows the traceback), 2 invalid arguments,
75 stopped before the end (``aiogroq run``: the same command goes on), 130 Ctrl-C, 141 broken pipe (``aiogroq models | head
-1``), as the shell reports other programs. Ctrl-C is the normal end of ``aiogroq serve``, so its exit code is 0.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    ``arguments`` are those after the program name; default: those of this process. With ``AIOGROQ_DEBUG=1`` it raises
    the error of the command.
    """
    try:
        for name in ("click", "rich"):
            import_module(name)
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("click", "rich"):
            raise
        print("aiogroq: error: click or rich is not installed: pip install 'aiogroq[cli]'", file=sys.stderr)
        return 1
    from .app import run

    return run(arguments)
