"""`examples/extract_files.py`: a folder of letters as typed records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aiogroq.local import LocalGroq

from .conftest import EXAMPLES, Run

NAMES = sorted(path.name for path in (EXAMPLES / "letters").glob("*.txt"))
KETTLE = {
    "sender": "Mara Lindt",
    "email": "mara.lindt@example.com",
    "order": "A-1041",
    "product": "kettle",
    "wants": "refund",
}


def records_in(path: Path) -> list[dict[str, Any]]:
    """The lines of a JSONL file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def reply(request: dict[str, Any]) -> str:
    """Reply with the record of the letter about the kettle, and with something else to the one about the scarf."""
    if "scarf" in request["messages"][-1]["content"]:
        return json.dumps({**KETTLE, "wants": "everything"})
    return json.dumps(KETTLE)


def test_each_file_has_a_record(run: Run, tmp_path: Path, local_groq: LocalGroq) -> None:
    outcome = run("extract_files.py")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.lines == ["5 of 5 files read, 0 of them in earlier runs"]
    records = records_in(tmp_path / "letters.jsonl")
    assert [record["file"] for record in records] == NAMES
    assert all(record.keys() == {"file", *KETTLE} for record in records)
    schema = local_groq.requests[0].json["response_format"]["json_schema"]
    assert (schema["name"], schema["strict"]) == ("Letter", True)


@pytest.mark.local_groq(reply=reply)
def test_a_file_without_a_record_has_the_reason_and_is_sent_again_by_nobody(
    run: Run, tmp_path: Path, local_groq: LocalGroq
) -> None:
    folder = EXAMPLES / "letters"
    outcome = run("extract_files.py", folder, "out.jsonl")
    assert (outcome.code, outcome.err) == (1, "")
    records = records_in(tmp_path / "out.jsonl")
    assert records[0] == {"file": NAMES[0], **KETTLE}
    [failed] = [record for record in records if "error" in record]
    assert failed["file"] == "04-scarf.txt"
    assert "$.wants" in failed["error"]
    assert run("extract_files.py", folder, "out.jsonl").lines == [
        "4 of 5 files read, 5 of them in earlier runs"
    ]
    assert local_groq.request_count == 5


@pytest.mark.parametrize("arguments", [["letters"], ["a", "b", "c"]])
def test_a_wrong_number_of_arguments_shows_the_usage(run: Run, arguments: list[str]) -> None:
    outcome = run("extract_files.py", *arguments)
    assert (outcome.code, outcome.err) == (1, "usage: extract_files.py [FOLDER OUTPUT.jsonl]\n")


def test_a_missing_folder_is_named_and_the_output_stays(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("kept")
    outcome = run("extract_files.py", tmp_path / "missing", "out.jsonl")
    assert (outcome.code, outcome.err) == (1, f"{tmp_path / 'missing'} has no .txt files\n")
    assert (tmp_path / "out.jsonl").read_text() == "kept"


@pytest.mark.local_groq(reply=reply)
def test_a_file_in_another_encoding_does_not_end_the_job(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "a.txt").write_bytes("Der K\xe4se".encode("latin-1"))
    (folder / "b.txt").write_text("The kettle", "utf-8")
    outcome = run("extract_files.py", folder, "out.jsonl")
    assert (outcome.code, outcome.lines) == (0, ["2 of 2 files read, 0 of them in earlier runs"])
