"""The targets of all runs: each run adds a column, so that outliers are visible."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import msgspec

from .report import spread
from .results import Ratio
from .targets import Target


class Figure(msgspec.Struct):
    """The result of one target."""

    median: float
    least: float
    greatest: float
    verdict: str


class TargetRun(msgspec.Struct):
    """One run."""

    at: str
    """When the run ended, UTC."""
    machine: str
    figures: dict[str, Figure]
    """By the text of the target."""


def add(folder: Path, targets: list[Target], machine: dict[str, str]) -> None:
    """Append a run to ``history.json`` and ``history.md``."""
    path = folder / "history.json"
    earlier = msgspec.json.decode(path.read_bytes(), type=list[TargetRun]) if path.exists() else []
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M")
    kind = f"{machine['python']}, {machine['cores']} cores"
    figures = {t.text: Figure(*t.got, t.verdict) for t in targets if t.got is not None}
    runs = [*earlier, TargetRun(now, kind, figures)]
    path.write_bytes(msgspec.json.format(msgspec.json.encode(runs), indent=1) + b"\n")
    (folder / "history.md").write_text(markdown(runs, targets))


def markdown(runs: list[TargetRun], targets: list[Target]) -> str:
    """Return a table with a row per target and a column per run."""
    lines = ["# The targets in different runs", ""]
    lines += [f"- {number + 1}: {each.at} UTC, {each.machine}" for number, each in enumerate(runs)]
    columns = [str(number + 1) for number in range(len(runs))]
    lines += ["", f"| target | figure | bound | {' | '.join(columns)} |", "|---" * (3 + len(columns)) + "|"]
    for target in targets:
        cells = [_cell(each.figures.get(target.text)) for each in runs]
        lines.append(f"| {target.number} | {target.text} | {target.bound} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return ""
    ratio = Ratio(figure.median, figure.least, figure.greatest)
    return f"{figure.median:.2f} ({spread(ratio)}), {figure.verdict}"
