"""Where the results go: the marks of the pages, and the list of occasions."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import occasions, pages
from benchmarks.plan import HAND, OURS, for_targets
from benchmarks.report import summary
from benchmarks.results import Measured, Results
from benchmarks.spec import Found
from benchmarks.targets import judge

MACHINE = {"date": "2026-01-02", "cores": "2", "system": "Linux x86_64", "python": "CPython 3.11.7"}


def results(ours_s: float) -> Results:
    def one(name: str, cpu_s: float) -> Measured:
        found = Found(units=1, cpu_s=cpu_s, wall_s=cpu_s)
        return Measured("chat, 50 concurrent", name, "asyncio", 0, found)

    return Results(MACHINE, {}, quick=False, measured=[one("aiogroq", ours_s), one("hand-written", 1.0)])


def test_text_goes_between_the_marks_of_its_name_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("before\n<!-- a -->\nold\n<!-- end of a -->\n<!-- b -->\n<!-- end of b -->\nafter\n")
    for text in ("first", "second\nline\n"):
        pages.put("a", text, path)
    assert path.read_text() == (
        "before\n<!-- a -->\nsecond\nline\n<!-- end of a -->\n<!-- b -->\n<!-- end of b -->\nafter\n"
    )
    with pytest.raises(ValueError, match="no marks for 'c'"):
        pages.put("c", "x", path)


@pytest.mark.parametrize(("name", "page"), [("faults", pages.FAULTS), ("benchmarks", pages.PERFORMANCE)])
def test_the_pages_of_the_project_have_the_marks(name: str, page: Path, tmp_path: Path) -> None:
    copy = tmp_path / page.name
    copy.write_text(page.read_text())
    pages.put(name, "x", copy)


def test_every_occasion_is_a_column(tmp_path: Path) -> None:
    for ours_s in (1.0, 1.2):
        occasions.add(tmp_path, judge(results(ours_s)), MACHINE)
    text = (tmp_path / "occasions.md").read_text()
    line = next(line for line in text.splitlines() if "50 concurrent: aiogroq to hand-written" in line)
    assert line.split(" | ")[3:] == ["1.00 (1.00 to 1.00), met", "1.20 (1.20 to 1.20), missed by 4% |"]


def test_the_summary_has_a_column_for_each_client() -> None:
    line = next(line for line in summary(results(0.5)).splitlines() if line.startswith("| chat, 50"))
    assert line == "| chat, 50 concurrent | CPU us a request | 500,000.0 |  |  |  |  | 1,000,000.0 |  |"


def test_the_rows_of_the_targets_have_whom_they_compare() -> None:
    rows = {row.name: row for row in for_targets()}
    assert {OURS, HAND} <= set(rows["chat, 50 concurrent"].clients)
    for row in rows.values():
        assert len(row.clients) > 1 or row.name.startswith("growth")
