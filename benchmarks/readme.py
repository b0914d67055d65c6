"""Puts results where people look for them: between the marks of the README."""

from __future__ import annotations

from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def put(name: str, text: str, path: Path = README) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- end of name -->``.

    Raises `ValueError` where the marks are not there.
    """
    before, begin, rest = path.read_text().partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- end of {name} -->\n")
    if not (begin and end):
        raise ValueError(f"{path.name} has no marks for {name!r}")
    path.write_text(f"{before}{begin}{text.rstrip()}\n{end}{after}")
