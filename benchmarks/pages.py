"""Writes published results into the documentation, between markers."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
FAULTS = DOCS / "faults.md"
PERFORMANCE = DOCS / "performance.md"


def put(name: str, text: str, path: Path) -> None:
    """Replace the text between ``<!-- name -->`` and ``<!-- end of name -->`` in the file ``path``.

    Raises `ValueError` when the marks are missing.
    """
    before, begin, rest = path.read_text().partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- end of {name} -->\n")
    if not (begin and end):
        raise ValueError(f"{path.name} has no marks for {name!r}")
    path.write_text(f"{before}{begin}{text.rstrip()}\n{end}{after}")
