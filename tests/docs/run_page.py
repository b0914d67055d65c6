"""Runs the programs of one page, each as `__main__` of its own: `python run_page.py PAGE`.

One process for all of them, because each would import aiohttp again. A traceback names the page and the line in it.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from pages import blocks


def main(page: Path) -> None:
    """Run them in order; the first error ends it."""
    for block in blocks(page, "python"):
        if block.is_program:
            print(f"\n--- {block.heading}", flush=True)
            module = types.ModuleType("__main__")
            sys.modules["__main__"] = module
            # Empty lines in front give the traceback the line numbers of the page.
            code = compile("\n" * (block.line - 1) + block.code, str(page), "exec")
            exec(code, vars(module))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
