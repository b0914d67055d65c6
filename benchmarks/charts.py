"""The charts: CPU time of a request and of a streamed event, by client."""

from __future__ import annotations

from pathlib import Path

from .plan import ROWS, label
from .results import Results, cpu
from .run import Tell

_CHARTS = {
    "chat.svg": ("chat, 50 concurrent", "chat, 1,000 concurrent"),
    "streams.svg": ("streams, 50 concurrent",),
    "sync.svg": ("sync chat, sequential", "sync chat, 32 threads"),
    "embeddings.svg": ("embeddings, 64 of 768, float", "embeddings, 64 of 768, base64"),
}


def can_draw(tell: Tell) -> bool:
    """Set matplotlib up for SVG files. Returns False where it is not installed, and says so to *tell*."""
    try:
        import matplotlib
    except ImportError:
        tell("no chart is drawn: matplotlib is not installed")
        return False
    matplotlib.use("svg")
    # Text stays text, and the same results give the same file.
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "aiogroq"})
    return True


def draw(results: Results, folder: Path, tell: Tell) -> None:
    """Draw the charts into *folder*. Reports each chart, or why none is drawn, to *tell*."""
    if not can_draw(tell):
        return
    for name, rows in _CHARTS.items():
        if _draw(results, folder / name, rows):
            tell(f"drawn: {name}")


def _draw(results: Results, path: Path, names: tuple[str, ...]) -> bool:
    from matplotlib.figure import Figure

    rows = [row for row in ROWS if row.name in names and results.by_round(row.name, row.clients[0])]
    if not rows:
        return False
    figure = Figure(figsize=(8, 1.0 + 0.34 * sum(len(row.clients) for row in rows)), layout="constrained")
    axes = figure.subplots(len(rows), 1, squeeze=False)
    for row, (axis,) in zip(rows, axes, strict=True):
        bars = [(label(c), results.median(row.name, c, cpu) or 0.0, c[0] == "aiogroq") for c in row.clients]
        bars = sorted((bar for bar in bars if bar[1]), key=lambda bar: -bar[1])
        drawn = axis.barh(
            [name for name, _, _ in bars],
            [us for _, us, _ in bars],
            color=["#e8590c" if is_aiogroq else "#adb5bd" for _, _, is_aiogroq in bars],
        )
        axis.bar_label(drawn, labels=[f"{us:,.1f}" for _, us, _ in bars], padding=3, fontsize=8)
        axis.set_xscale("log")
        axis.margins(x=0.12)
        axis.set_title(f"{row.name}: CPU microseconds per {row.unit} (log scale)", loc="left", fontsize=9)
        axis.tick_params(labelsize=8)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    figure.savefig(path, format="svg", metadata={"Date": None})
    return True
