"""The command line: one module for each command. The only room that knows click and rich.

What it is made of: `app` is the command group, and turns every outcome into an exit code; `connection` makes a client
from options; `explain` puts an error into one line; `text` has what goes to the screen as plain characters; `console`
is all there is of rich. Commands import aiohttp, msgspec and rich when they run, so that ``--help`` is quick.

Exit codes: 0 done, 1 an error (one line on stderr; ``AIOGROQ_DEBUG=1`` shows the traceback), 2 a command that cannot be
understood, 130 stopped by Ctrl-C, 141 nobody reads the output any more (``aiogroq models | head -1``), as the shell says
of other programs. Ctrl-C is how ``aiogroq serve`` is meant to end, so it is 0 there.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that ``arguments`` (without a program's name; default: of this process) ask for.

    Returns the exit code. Raises nothing, except for what ``AIOGROQ_DEBUG=1`` lets through.
    """
    try:
        for name in ("click", "rich"):
            import_module(name)
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("click", "rich"):
            raise
        print(
            "aiogroq: error: the command line is not installed: pip install 'aiogroq[cli]'", file=sys.stderr
        )
        return 1
    from .app import run

    return run(arguments)
