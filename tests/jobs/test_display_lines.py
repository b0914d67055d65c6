"""The display of a job where there is no terminal: lines in a log, and the report at the end."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from typing import Any, get_args

import pytest
from display_values import DAY_LIMIT, START, UNKNOWN_TOTAL, USUAL

from aiogroq.jobs import JobInputError, JobReport, LimitState
from aiogroq.jobs.display import make_display, report_text
from aiogroq.jobs.results import StopReason

REPORT = JobReport(
    name="classify.csv -> labels.csv",
    model="openai/gpt-oss-20b",
    via="live",
    reason="complete",
    done=49_984,
    length=12,
    failed=4,
    resumed=1_204,
    attempts=48_799,
    retries=3,
    rate_limited=1,
    prompt_tokens=14_203_112,
    completion_tokens=3_904_120,
    cached_tokens=3_124_684,
    audio_s=0.0,
    cost_usd=3.02,
    elapsed_s=3_600.0,
    journal="labels.csv.journal",
)


class Clock:
    """A clock that a test sets."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_the_first_line_comes_at_once_then_one_every_ten_seconds_and_the_last_at_the_end() -> None:
    file, clock = io.StringIO(), Clock()
    display = make_display("auto", file, clock=clock)
    for second in range(25):
        clock.now_s = second
        display.update(replace(USUAL, done=second, failed=0, limits=(), elapsed_s=second))
    display.close()
    assert [line.split("  left")[0] for line in file.getvalue().splitlines()] == [
        "classify.csv -> labels.csv: 00:00:00    0 %       0 / 50,000",
        "classify.csv -> labels.csv: 00:00:10    0 %      10 / 50,000",
        "classify.csv -> labels.csv: 00:00:20    0 %      20 / 50,000",
        "classify.csv -> labels.csv: 00:00:24    0 %      24 / 50,000",
    ]


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (
            USUAL,
            "classify.csv -> labels.csv: 00:07:12   61 %  30,512 / 50,000  left 00:04:36  in flight 18  failed 4  "
            "waiting on TPM  cost $1.84 of $3.02  429s 1  retried 3",
        ),
        (
            START,
            "classify.csv -> labels.csv: 00:00:00    0 %       0 / 50,000  left unknown  in flight 1  cost $0.00",
        ),
        (
            replace(UNKNOWN_TOTAL, length=12, retries=0, rate_limited=0, cost_usd=None),
            "classify.csv -> labels.csv: 00:07:12  30,520 items  left unknown  in flight 18  truncated 12  "
            "waiting on TPM",
        ),
    ],
)
def test_a_line_names_what_the_job_waits_for(progress: Any, line: str) -> None:
    file = io.StringIO()
    make_display("lines", file).update(progress)
    assert file.getvalue() == line + "\n"


def test_a_message_has_a_line_of_its_own_once() -> None:
    file, clock = io.StringIO(), Clock()
    display = make_display("lines", file, clock=clock)
    for second in range(31):
        clock.now_s = second
        display.update(DAY_LIMIT)
    display.close()
    assert file.getvalue().count("continues at 69 tokens a minute, done in 2 d 4 h\n") == 1


def test_a_file_without_block_characters_gets_ascii() -> None:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii")
    display = make_display("auto", file)
    display.update(replace(USUAL, name="réponses → étiquettes"))
    display.close(replace(REPORT, name="réponses → étiquettes"))
    text = raw.getvalue().decode("ascii")
    assert text.startswith("r\\xe9ponses \\u2192 \\xe9tiquettes: 00:07:12")
    assert "\nr\\xe9ponses \\u2192 \\xe9tiquettes: complete\n" in text


class FullDisk(io.StringIO):
    """A file that can no longer be written."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("kind", ["lines", "panel"])
def test_a_file_that_cannot_be_written_ends_the_display_and_not_the_job(kind: Any) -> None:
    display = make_display(kind, FullDisk(), clock=Clock())
    display.update(USUAL)
    display.update(USUAL)
    display.close(REPORT)


def test_a_closed_file_ends_the_display_and_not_the_job() -> None:
    file = io.StringIO()
    display = make_display("lines", file)
    file.close()
    display.update(USUAL)
    display.close(REPORT)


def test_without_a_display_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    display = make_display(None)
    display.update(USUAL)
    display.close(REPORT)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("pannel", "'pannel' is no display. Did you mean 'panel'?"),
        ("html", "'html' is no display; it is one of auto, panel, lines, notebook, or None"),
        ("notebook", "display='notebook' needs a notebook; use 'auto', which finds out what fits"),
    ],
)
def test_a_display_that_cannot_be_is_an_error_at_once(kind: Any, message: str) -> None:
    with pytest.raises(JobInputError, match=message.replace("?", r"\?")):
        make_display(kind)


def test_the_report_says_what_became_of_the_job() -> None:
    text = report_text(REPORT, USUAL.limits, results="labels.csv", errors="labels.errors.jsonl")
    assert text == (
        "classify.csv -> labels.csv: complete\n"
        " items     49,984 done, 12 truncated at the maximum of tokens, 4 failed (1,204 from the journal)\n"
        " time      1 h, 98 % of TPM (250,000 a minute)\n"
        " requests  48,799 sent, 3 retried, 1 rejected with 429\n"
        " used      14,203,112 prompt tokens (21 % cached), 3,904,120 completion tokens\n"
        " cost      $3.02\n"
        " results   labels.csv\n"
        " errors    labels.errors.jsonl\n"
        " journal   labels.csv.journal\n"
    )


def test_the_report_of_a_short_job_says_nothing_of_its_limit() -> None:
    """It used up what was there at the start."""
    limits = (LimitState("RPM", 600, 600, 60.0, is_learned=True, is_binding=False),)
    text = report_text(replace(REPORT, elapsed_s=6.5, attempts=1_000), limits)
    assert " time      6.5 s\n" in text


def test_requests_that_were_rejected_do_not_count_as_reached() -> None:
    limits = (LimitState("RPM", 600, 600, 60.0, is_learned=True, is_binding=False),)
    text = report_text(replace(REPORT, elapsed_s=120.0, attempts=1_300, rate_limited=100), limits)
    assert " time      2 m, 50 % of RPM (600 a minute)\n" in text


def test_the_report_of_a_job_that_stopped_says_how_to_go_on() -> None:
    report = replace(
        REPORT, reason="day limit", message="TPD of 100,000 is used up", cost_usd=None, elapsed_s=0.4
    )
    lines = report_text(report, resume="aiogroq run classify.csv -o labels.csv").splitlines()
    assert lines[0] == "classify.csv -> labels.csv: stopped, because a limit of a day is reached"
    assert lines[-2:] == [
        " note      TPD of 100,000 is used up",
        " go on     aiogroq run classify.csv -o labels.csv",
    ]
    assert " time      0.4 s" in lines


@pytest.mark.parametrize("reason", get_args(StopReason))
def test_every_end_of_a_job_is_said_in_words(reason: Any) -> None:
    assert report_text(replace(REPORT, reason=reason)).startswith("classify.csv -> labels.csv: ")


def test_the_lines_need_no_rich() -> None:
    code = "import sys; from aiogroq.jobs.display import make_display; make_display('lines'); print('rich' in sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert output.stdout == "False\n"
