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
    parts = [
        "# The same misfortunes, side by side",
        "",
        _said(lines, machine, versions),
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


def summary(lines: Iterable[Line], machine: Mapping[str, str], versions: Mapping[str, str]) -> str:
    """How many of each group were right, for docs/faults.md."""
    lines = list(lines)
    parts = [
        f"{_said(lines, machine, versions)} Each scenario with both outcomes: "
        "[faults.md](../benchmarks/results/faults.md).",
        "",
        "| | scenarios | aiogroq right | groq right |",
        "|---|---|---|---|",
    ]
    for group in dict.fromkeys(line.group for line in lines):
        mine = [line for line in lines if line.group == group]
        right = [sum(line[column].startswith("right") for line in mine) for column in (2, 3)]
        parts.append(f"| {group} | {len(mine)} | {right[0]} | {right[1]} |")
    return "\n".join(parts) + "\n"


def _said(lines: list[Line], machine: Mapping[str, str], versions: Mapping[str, str]) -> str:
    right = [sum(line[column].startswith("right") for line in lines) for column in (2, 3)]
    return (
        f"Each scenario ran once with each package, in a process of its own with a hard limit, on {machine['date']} with "
        f"{machine['python']}, aiogroq {versions.get('aiogroq')}, groq {versions.get('groq')}. "
        f"Right in {right[0]} (aiogroq) and {right[1]} (groq) of {len(lines)}. Made by `python -m benchmarks faults`."
    )


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
