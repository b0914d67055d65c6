"""The side-by-side table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Line(NamedTuple):
    """One scenario and both outcomes."""

    group: str
    name: str
    ours: str
    official: str


def markdown(lines: Iterable[Line], machine: Mapping[str, str], versions: Mapping[str, str]) -> str:
    """The table as Markdown."""
    lines = list(lines)
    right = [sum(line[column].startswith("right") for line in lines) for column in (2, 3)]
    parts = [
        "# The same misfortunes, side by side",
        "",
        f"Each scenario ran once with each package, in a process of its own with a hard limit, on {machine['date']} with "
        f"{machine['python']}, aiogroq {versions.get('aiogroq')}, groq {versions.get('groq')}. "
        f"Right in {right[0]} (aiogroq) and {right[1]} (groq) of {len(lines)}. Made by `python -m benchmarks faults`.",
        "",
        "| | scenario | aiogroq | groq |",
        "|---|---|---|---|",
    ]
    group = ""
    for line in lines:
        parts.append(
            f"| {line.group if line.group != group else ''} | {_plain(line.name)} | {_plain(line.ours)} | {_plain(line.official)} |"
        )
        group = line.group
    return "\n".join(parts) + "\n"


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
