"""Jobs show their progress: `jobs.run(..., progress=True)`, with the report at the end and the history beside the journal."""

from __future__ import annotations

import io
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest

from aiogroq import AsyncGroq, Groq
from aiogroq.jobs import JobError, JobInputError, JournalError, run
from aiogroq.jobs.display import make_display
from aiogroq.local import Fault, LocalGroq

MODEL = "openai/gpt-oss-20b"
TEXTS = [f"What is {number}+{number}?" for number in range(7)]


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def test_a_job_shows_lines_and_its_report_where_there_is_no_terminal(
    client: AsyncGroq, capsys: pytest.CaptureFixture[str]
) -> None:
    report = await run(client, TEXTS, model=MODEL, progress=True, name="sums")
    output = capsys.readouterr()
    assert output.out == ""
    first, *_, last = [line for line in output.err.splitlines() if line.startswith("sums: 00:")]
    assert re.match(r"sums: 00:\d\d:\d\d    0 %  0 / 7", first)
    assert "100 %  7 / 7  left 00:00:00  in flight 0" in last
    assert f"\nsums: complete\n items     {report.done} done, 0 failed\n" in output.err


def test_a_sync_job_shows_the_same(server: LocalGroq, capsys: pytest.CaptureFixture[str]) -> None:
    with Groq(api_key="gsk_x", base_url=server.base_url) as groq:
        assert len([*run(groq, TEXTS, model=MODEL, progress="lines", name="sums")]) == 7
    error = capsys.readouterr().err
    assert "100 %  7 / 7" in error
    assert "\nsums: complete\n" in error


async def test_without_progress_nothing_is_shown_or_recorded(
    client: AsyncGroq, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await run(client, TEXTS, model=MODEL, journal=tmp_path / "sums.journal")
    assert capsys.readouterr() == ("", "")
    assert [*tmp_path.iterdir()] == [tmp_path / "sums.journal"]


async def test_a_job_with_a_journal_has_a_history_over_all_its_runs(
    client: AsyncGroq, tmp_path: Path
) -> None:
    for limit in (3, 7):
        await run(
            client,
            TEXTS,
            model=MODEL,
            journal=tmp_path / "s.journal",
            limit=limit,
            progress=make_display(None),
        )
    states = lines_of(tmp_path / "s.history.jsonl")
    ends = [(state["done"], state["resumed"]) for state in states if state["total"] == state["done"]]
    assert sorted(set(ends)) == [(3, 0), (7, 3)]


async def test_a_display_of_the_caller_is_updated_and_left_open(client: AsyncGroq) -> None:
    file = io.StringIO()
    display = make_display("lines", file)
    report = await run(client, TEXTS, model=MODEL, progress=display, name="sums")
    assert "complete" not in file.getvalue()
    display.close(report, results="sums.csv")
    assert "100 %  7 / 7" in file.getvalue()
    assert file.getvalue().endswith(" results   sums.csv\n")


async def test_a_job_that_ends_with_an_error_closes_its_display(
    client: AsyncGroq, server: LocalGroq, capsys: pytest.CaptureFixture[str]
) -> None:
    server.script(*[Fault(status=401) for _ in range(20)])
    with pytest.raises(JobError):
        await run(client, TEXTS, model=MODEL, progress=True, name="sums")
    assert "\nsums: stopped by an error\n" in capsys.readouterr().err


async def test_a_journal_that_cannot_be_opened_closes_the_display(
    client: AsyncGroq, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError):
        await run(client, TEXTS, model=MODEL, journal=tmp_path / "file" / "sums", progress=True, name="sums")
    assert "sums: stopped by an error\n" in capsys.readouterr().err


async def test_a_job_that_is_closed_early_closes_its_display(
    client: AsyncGroq, capsys: pytest.CaptureFixture[str]
) -> None:
    async with run(client, TEXTS, model=MODEL, progress=True, name="sums") as job:
        async for _ in job:
            break
    assert "\nsums: interrupted\n" in capsys.readouterr().err


async def test_a_job_that_is_stopped_says_how_to_go_on(
    client: AsyncGroq, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = tmp_path / "s.journal"
    job = run(client, TEXTS * 1_000, model=MODEL, journal=journal, progress=True, name="sums")
    async for result in job:
        if result.index == 20:
            job.stop()
    error = capsys.readouterr().err
    assert "sums: interrupted\n" in error
    assert f" journal   {journal}\n" in error
    assert "to go on" in error


class BrokenFile(io.StringIO):
    """A file with an error that no display expects."""

    def write(self, text: str) -> int:
        raise RuntimeError("broken")


async def test_an_error_of_the_display_ends_it_and_not_the_job(
    client: AsyncGroq, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "aiogroq"):
        report = await run(client, TEXTS, model=MODEL, progress=make_display("lines", BrokenFile()))
    assert report.done == 7
    assert [record.getMessage() for record in caplog.records] == [
        "the display of the job ends here, because of an error in it"
    ]


@pytest.mark.parametrize("progress", ["pannel", None, 1, print])
async def test_another_progress_is_an_error_at_once(client: AsyncGroq, progress: Any) -> None:
    with pytest.raises(JobInputError):
        run(client, TEXTS, model=MODEL, progress=progress)
