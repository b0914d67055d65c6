"""`examples/classify_csv.py`: a CSV classified into a CSV, killed and resumed."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from held_replies import HeldReplies

from aiogroq.local import Fault, LocalGroq

from .conftest import EXAMPLES, LIMIT_S, PYTHON, Run, environment_of

REVIEWS = (EXAMPLES / "reviews.csv").read_text("utf-8").splitlines(keepends=True)
ROWS = list(csv.DictReader(REVIEWS))
LABELLED = [{**row, "label": "bad" if int(row["id"][1:]) % 2 == 0 else "good", "error": ""} for row in ROWS]
"""The rows with the labels that the model of these tests gives them."""


def reply(request: dict[str, Any]) -> str:
    """Reply with the label of the review in the prompt."""
    prompt = request["messages"][-1]["content"]
    (row,) = [row for row in LABELLED if row["text"] in prompt]
    return json.dumps({"label": row["label"]})


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def outcomes_in(journal: Path) -> int:
    """The number of complete lines in a journal, without its header."""
    return max(0, journal.read_bytes().count(b"\n") - 1) if journal.exists() else 0


def kill_after(count: int, local_groq: LocalGroq, folder: Path) -> None:
    """Run the example, and kill it when its journal has ``count`` outcomes. The requests after those stay open."""
    journal = folder / "labels.csv.journal"
    local_groq.clear()
    local_groq.script(Fault(latency_s=LIMIT_S, skip=count - outcomes_in(journal), times=None))
    with subprocess.Popen(
        [*PYTHON, str(EXAMPLES / "classify_csv.py")], cwd=folder, env=environment_of(local_groq)
    ) as process:
        ends_at = time.monotonic() + LIMIT_S
        while outcomes_in(journal) < count:
            assert process.poll() is None, "the example ended before it was killed"
            assert time.monotonic() < ends_at, f"{outcomes_in(journal)} of {count} outcomes"
            time.sleep(0.005)
        process.kill()


@pytest.mark.local_groq(reply=reply)
def test_the_rows_are_classified_in_their_order(run: Run, tmp_path: Path, local_groq: LocalGroq) -> None:
    outcome = run("classify_csv.py")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.lines[0] == "12 of 12 rows classified, 0 of them in earlier runs"
    assert rows_of(tmp_path / "labels.csv") == LABELLED
    assert local_groq.request_count == 12


@pytest.mark.slow
@pytest.mark.local_groq(reply=reply)
def test_an_example_that_is_killed_goes_on_where_it_ended(
    run: Run, tmp_path: Path, local_groq: LocalGroq
) -> None:
    journal = tmp_path / "labels.csv.journal"
    for count in (3, 7, 11):
        kill_after(count, local_groq, tmp_path)
        assert not (tmp_path / "labels.csv").exists()
        with journal.open("ab") as torn:
            torn.write(b'{"i":9,"key":"0000')
    local_groq.clear()
    outcome = run("classify_csv.py")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.lines[0] == "12 of 12 rows classified, 11 of them in earlier runs"
    assert local_groq.request_count == 1
    assert rows_of(tmp_path / "labels.csv") == LABELLED


@pytest.mark.slow
@pytest.mark.local_groq(reply=reply)
def test_a_second_run_sends_only_the_rows_that_are_new(
    run: Run, tmp_path: Path, local_groq: LocalGroq
) -> None:
    reviews = tmp_path / "reviews.csv"
    reviews.write_text("".join(REVIEWS[:-2]), encoding="utf-8")
    assert run("classify_csv.py", reviews, "labels.csv").code == 0
    reviews.write_text("".join([REVIEWS[0], *reversed(REVIEWS[1:])]), encoding="utf-8")
    outcome = run("classify_csv.py", reviews, "labels.csv")
    assert outcome.lines[0] == "12 of 12 rows classified, 10 of them in earlier runs"
    assert outcome.lines[1].startswith("2 requests, ")
    assert rows_of(tmp_path / "labels.csv") == LABELLED[::-1]


@pytest.mark.local_groq(reply=reply)
def test_a_row_that_fails_says_why_and_the_others_have_their_labels(
    run: Run, tmp_path: Path, local_groq: LocalGroq
) -> None:
    local_groq.script(Fault(status=400, body_contains="zip jams"))
    outcome = run("classify_csv.py")
    assert (outcome.code, outcome.err) == (1, "")
    assert outcome.lines[0] == "11 of 12 rows classified, 0 of them in earlier runs"
    failed = [row for row in rows_of(tmp_path / "labels.csv") if row["error"]]
    assert [row["id"] for row in failed] == ["r8"]
    assert failed[0]["label"] == ""


# A suite that a shell runs in the background has SIGINT ignored.
INTERRUPTIBLE = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.skipif(os.name == "nt", reason="a console of Windows sends Ctrl-C to all of its processes")
def test_ctrl_c_finishes_what_is_in_flight_and_says_how_to_go_on(
    tmp_path: Path, local_groq: LocalGroq
) -> None:
    local_groq.reply = held = HeldReplies(reply)
    with subprocess.Popen(
        [*PYTHON, "-c", INTERRUPTIBLE, str(EXAMPLES / "classify_csv.py")],
        cwd=tmp_path,
        env=environment_of(local_groq),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        local_groq.wait_for_requests(timeout_s=LIMIT_S)
        process.send_signal(signal.SIGINT)
        held.release()
        out, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 130
    assert (out, err.splitlines()[-1]) == ("", "Stopped. Run the same command again to go on.")
    assert "Traceback" not in err
    assert outcomes_in(tmp_path / "labels.csv.journal") == local_groq.request_count < 12
    assert not (tmp_path / "labels.csv").exists()
