"""The targets on different occasions: each run adds a column, so that one lucky or unlucky hour shows as that."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import msgspec

from .report import spread
from .results import Ratio
from .targets import Target


class Figure(msgspec.Struct):
    """What one target's figure was."""

    median: float
    least: float
    greatest: float
    verdict: str


class Occasion(msgspec.Struct):
    """One run."""

    at: str
    """When it ended, UTC."""
    machine: str
    figures: dict[str, Figure]
    """By the text of the target."""


def add(folder: Path, targets: list[Target], machine: dict[str, str]) -> None:
    """Write the run beside the earlier ones: ``occasions.json`` and ``occasions.md``."""
    path = folder / "occasions.json"
    earlier = msgspec.json.decode(path.read_bytes(), type=list[Occasion]) if path.exists() else []
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M")
    kind = f"{machine['python']}, {machine['cores']} cores"
    figures = {t.text: Figure(*t.got, t.verdict) for t in targets if t.got is not None}
    occasions = [*earlier, Occasion(now, kind, figures)]
    path.write_bytes(msgspec.json.format(msgspec.json.encode(occasions), indent=1) + b"\n")
    (folder / "occasions.md").write_text(markdown(occasions, targets))


def markdown(occasions: list[Occasion], targets: list[Target]) -> str:
    """A line for each target, a column for each occasion."""
    lines = ["# The targets on different occasions", ""]
    lines += [f"- {number + 1}: {each.at} UTC, {each.machine}" for number, each in enumerate(occasions)]
    columns = [str(number + 1) for number in range(len(occasions))]
    lines += ["", f"| target | figure | bound | {' | '.join(columns)} |", "|---" * (3 + len(columns)) + "|"]
    for target in targets:
        cells = [_cell(each.figures.get(target.text)) for each in occasions]
        lines.append(f"| {target.number} | {target.text} | {target.bound} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return ""
    ratio = Ratio(figure.median, figure.least, figure.greatest)
    return f"{figure.median:.2f} ({spread(ratio)}), {figure.verdict}"
