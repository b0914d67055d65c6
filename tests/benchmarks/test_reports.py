"""Where the results are written: the markers of the pages, and the history."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import history, pages
from benchmarks.plan import AIOGROQ, HAND_WRITTEN, for_targets
from benchmarks.report import summary
from benchmarks.results import Measured, Results
from benchmarks.spec import Result
from benchmarks.targets import judge

MACHINE = {"date": "2026-01-02", "cores": "2", "system": "Linux x86_64", "python": "CPython 3.11.7"}


def results(ours_s: float) -> Results:
    def one(name: str, cpu_s: float) -> Measured:
        found = Result(units=1, cpu_s=cpu_s, wall_s=cpu_s)
        return Measured("chat, 50 concurrent", name, "asyncio", 0, found)

    return Results(MACHINE, {}, quick=False, measured=[one("aiogroq", ours_s), one("hand-written", 1.0)])


def test_text_between_markers_is_replaced_every_time(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("before\n<!-- a -->\nold\n<!-- end of a -->\n<!-- b -->\n<!-- end of b -->\nafter\n")
    for text in ("first", "second\nline\n"):
        pages.put("a", text, path)
    assert path.read_text() == (
        "before\n<!-- a -->\nsecond\nline\n<!-- end of a -->\n<!-- b -->\n<!-- end of b -->\nafter\n"
    )
    with pytest.raises(ValueError, match="no marks for 'c'"):
        pages.put("c", "x", path)


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("faults", pages.FAULTS),
        ("benchmarks", pages.PERFORMANCE),
        ("jobs", pages.PERFORMANCE),
        ("jobs-cpu", pages.PERFORMANCE),
        ("ray", pages.PERFORMANCE),
    ],
)
def test_the_pages_of_the_docs_have_the_markers(name: str, page: Path, tmp_path: Path) -> None:
    copy = tmp_path / page.name
    copy.write_text(page.read_text())
    pages.put(name, "x", copy)


def test_every_run_is_a_column(tmp_path: Path) -> None:
    for ours_s in (1.0, 1.2):
        history.add(tmp_path, judge(results(ours_s)), MACHINE)
    text = (tmp_path / "history.md").read_text()
    line = next(line for line in text.splitlines() if "50 concurrent: aiogroq to hand-written" in line)
    assert line.split(" | ")[3:] == ["1.00 (1.00 to 1.00), met", "1.20 (1.20 to 1.20), missed by 4% |"]


def test_the_summary_has_a_column_for_each_client() -> None:
    line = next(line for line in summary(results(0.5)).splitlines() if line.startswith("| chat, 50"))
    assert line == "| chat, 50 concurrent | CPU us per request | 500,000.0 |  |  |  |  | 1,000,000.0 |  |"


def test_the_rows_of_the_targets_have_the_compared_clients() -> None:
    rows = {row.name: row for row in for_targets()}
    assert {AIOGROQ, HAND_WRITTEN} <= set(rows["chat, 50 concurrent"].clients)
    for row in rows.values():
        assert len(row.clients) > 1 or row.name.startswith("growth")
