"""The history of a job: one line every few seconds, over all its runs, bounded in size."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from display_values import USUAL

from aiogroq.jobs.history import History, history_path


class Clock:
    """A clock that a test sets."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def run(path: Path, seconds: float, start: int = 0, step_s: float = 1.0, **options: Any) -> History:
    """Update a history every second of a run, and close it."""
    clock = Clock()
    history = History(path, clock=clock, unix_clock=lambda: 1_000_000 + clock.now_s, **options)
    while clock.now_s <= seconds:
        history.update(replace(USUAL, done=start + int(clock.now_s), elapsed_s=clock.now_s))
        clock.now_s += step_s
    history.close()
    history.close()
    return history


def test_a_line_is_written_every_five_seconds_and_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    run(path, 12)
    assert [(line["at"], line["done"]) for line in lines_of(path)] == [
        (1_000_000, 0),
        (1_000_005, 5),
        (1_000_010, 10),
        (1_000_013, 12),
    ]


def test_the_last_state_is_not_written_twice(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    run(path, 10)
    assert [line["done"] for line in lines_of(path)] == [0, 5, 10]


def test_a_line_has_all_fields_of_the_progress_with_its_limits(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    run(path, 0)
    [line] = lines_of(path)
    assert {*line} == {"at", *(field.name for field in fields(USUAL))}
    assert line["limits"][2] == {
        "kind": "TPM",
        "limit": 250_000,
        "used": 248_900,
        "window_s": 60.0,
        "is_learned": False,
        "is_binding": True,
    }


def test_a_new_run_goes_on_in_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    run(path, 5)
    run(path, 5, start=100)
    assert [line["done"] for line in lines_of(path)] == [0, 5, 100, 105]


def test_a_line_that_was_not_written_whole_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    run(path, 5)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"at": 1, "do')
    run(path, 0, start=7)
    assert path.read_bytes().startswith(whole)
    assert [line["done"] for line in lines_of(path)] == [0, 5, 7]


@pytest.mark.parametrize("days", [1, 30])
def test_the_history_of_a_long_job_is_bounded_and_spans_all_of_it(tmp_path: Path, days: int) -> None:
    path = tmp_path / "h.jsonl"
    run(path, days * 86_400, step_s=5.0 * days, max_lines=100)
    found = [line["elapsed_s"] for line in lines_of(path)]
    assert 50 <= len(found) <= 100
    assert (found[0], found[-1]) == (0, days * 86_400)
    assert max(later - earlier for earlier, later in pairwise(found)) <= days * 86_400 / 20
    assert [*tmp_path.iterdir()] == [path]


def test_many_short_runs_are_bounded_too(tmp_path: Path) -> None:
    path = tmp_path / "h.jsonl"
    for start in range(300):
        run(path, 0, start=start, max_lines=100)
    assert len(lines_of(path)) <= 100
    assert lines_of(path)[-1]["done"] == 299


def missing_folder(folder: Path) -> Path:
    return folder / "missing" / "h.jsonl"


def a_folder(folder: Path) -> Path:
    (folder / "h.jsonl").mkdir()
    return folder / "h.jsonl"


@pytest.mark.parametrize("bad_path", [missing_folder, a_folder])
def test_a_history_that_cannot_be_written_warns_once_and_does_not_end_the_job(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, bad_path: Callable[[Path], Path]
) -> None:
    path = bad_path(tmp_path)
    with caplog.at_level(logging.WARNING, "aiogroq"):
        history = run(path, 60)
    assert not history.is_due
    [record] = caplog.records
    assert record.getMessage().startswith(
        f"the history of the job ends here, because {path} cannot be written: "
    )


@pytest.mark.parametrize(
    ("journal", "name"),
    [
        ("labels.csv.journal", "labels.csv.history.jsonl"),
        ("labels.jsonl", "labels.history.jsonl"),
        ("labels.journal.jsonl", "labels.history.jsonl"),
        ("labels", "labels.history.jsonl"),
        (".journal", ".journal.history.jsonl"),
    ],
)
def test_the_history_is_beside_the_journal(tmp_path: Path, journal: str, name: str) -> None:
    assert history_path(tmp_path / journal) == tmp_path / name
