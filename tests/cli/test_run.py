"""``aiogroq run``: a job over the rows of a file, by its kinds of files, its options and its exit codes."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from aiogroq.local import Fault, LocalGroq

from .conftest import Run

PROMPT = "Repeat: {text}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with an input of three rows."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text("id,text\na,one\nb,two\nc,three\n")
    return tmp_path


def prompts(server: LocalGroq) -> list[str]:
    """The last messages of the requests, in the order in which they came."""
    return [json.loads(request.body)["messages"][-1]["content"] for request in server.requests]


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def echo(service: LocalGroq) -> LocalGroq:
    """A server whose responses are the prompts in capitals."""
    service.reply = lambda body: body["messages"][-1]["content"].upper()
    return service


# ------------------------------------------------------------------------------------------------ kinds of files


def test_csv_becomes_csv_with_the_response_as_a_column(folder: Path, run: Run, echo: LocalGroq) -> None:
    outcome = run("run", "in.csv", "-o", "out.csv", "-p", PROMPT, "--into", "label")
    assert outcome.code == 0, outcome.err
    assert rows(folder / "out.csv") == [
        {"id": key, "text": text, "label": f"REPEAT: {text.upper()}", "finish_reason": "stop", "error": ""}
        for key, text in (("a", "one"), ("b", "two"), ("c", "three"))
    ]
    assert outcome.out == ""
    assert sorted(path.name for path in folder.iterdir()) == [
        "in.csv",
        "out.csv",
        "out.csv.history.jsonl",
        "out.csv.journal",
    ]


def test_the_columns_of_a_template_are_filled_in(folder: Path, run: Run, echo: LocalGroq) -> None:
    run(
        "run",
        "in.csv",
        "-o",
        "out.csv",
        "-p",
        "{id}={text}",
        "--system",
        "You know {id}",
        "--concurrency",
        "1",
    )
    assert prompts(echo) == ["a=one", "b=two", "c=three"]
    assert json.loads(echo.requests[0].body)["messages"][0] == {"role": "system", "content": "You know a"}


def test_text_becomes_text(folder: Path, run: Run, echo: LocalGroq) -> None:
    (folder / "in.txt").write_text("one\ntwo\n")
    assert run("run", "in.txt", "-o", "out.txt", "-p", PROMPT).code == 0
    assert (folder / "out.txt").read_text() == "REPEAT: ONE\nREPEAT: TWO\n"


def test_lines_of_text_need_no_template(folder: Path, run: Run, echo: LocalGroq) -> None:
    (folder / "in.txt").write_text("one\n")
    assert run("run", "in.txt", "-o", "out.txt").code == 0
    assert (folder / "out.txt").read_text() == "ONE\n"


def test_jsonl_may_have_the_arguments_of_requests(folder: Path, run: Run, echo: LocalGroq) -> None:
    line = {"id": "x", "messages": [{"role": "user", "content": "hi"}], "temperature": 0}
    (folder / "in.jsonl").write_text(json.dumps(line) + "\n")
    assert run("run", "in.jsonl", "-o", "out.jsonl").code == 0
    assert json.loads((folder / "out.jsonl").read_text()) == {
        **line,
        "response": "HI",
        "finish_reason": "stop",
        "error": None,
    }
    assert json.loads(echo.requests[0].body)["temperature"] == 0


def test_lines_of_a_batch_file_are_sent_live(folder: Path, run: Run, echo: LocalGroq) -> None:
    body = {"model": "openai/gpt-oss-120b", "messages": [{"role": "user", "content": "hi"}]}
    line = {"custom_id": "x", "method": "POST", "url": "/v1/chat/completions", "body": body}
    (folder / "in.jsonl").write_text(json.dumps(line) + "\n")
    outcome = run("run", "in.jsonl", "-o", "out.jsonl")
    assert outcome.code == 0, outcome.err
    assert json.loads(echo.requests[0].body)["model"] == "openai/gpt-oss-120b"
    assert json.loads((folder / "out.jsonl").read_text())["response"] == "HI"


def test_parquet_becomes_parquet(folder: Path, run: Run, echo: LocalGroq) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"text": ["one", "two"], "n": [1, 2]}), "in.parquet")
    outcome = run("run", "in.parquet", "-o", "out.parquet", "-p", PROMPT)
    assert outcome.code == 0, outcome.err
    assert parquet.read_table("out.parquet").to_pylist() == [
        {"text": "one", "n": 1, "response": "REPEAT: ONE", "finish_reason": "stop", "error": None},
        {"text": "two", "n": 2, "response": "REPEAT: TWO", "finish_reason": "stop", "error": None},
    ]


def test_a_kind_becomes_another(folder: Path, run: Run, echo: LocalGroq) -> None:
    assert run("run", "in.csv", "-o", "out.jsonl", "-p", PROMPT).code == 0
    first = json.loads((folder / "out.jsonl").read_text().splitlines()[0])
    assert first == {
        "id": "a",
        "text": "one",
        "response": "REPEAT: ONE",
        "finish_reason": "stop",
        "error": None,
    }


def test_standard_output_has_the_results_and_nothing_else(folder: Path, run: Run, echo: LocalGroq) -> None:
    outcome = run("run", "in.csv", "-o", "-", "-p", PROMPT, "-q")
    assert outcome.code == 0
    assert outcome.out.splitlines()[:2] == ["id,text,response,finish_reason,error", "a,one,REPEAT: ONE,stop,"]
    assert outcome.err == ""
    assert sorted(path.name for path in folder.iterdir()) == ["in.csv"]


def test_each_property_of_a_schema_becomes_a_column(folder: Path, run: Run, service: LocalGroq) -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"label": {"enum": ["good", "bad"]}, "score": {"type": "integer"}},
        "required": ["label", "score"],
        "additionalProperties": False,
    }
    (folder / "schema.json").write_text(json.dumps(schema))
    service.reply = '{"label": "good", "score": 4}'
    outcome = run("run", "in.csv", "-o", "out.csv", "-p", PROMPT, "--schema", "schema.json")
    assert outcome.code == 0, outcome.err
    assert rows(folder / "out.csv")[0] == {
        "id": "a", "text": "one", "label": "good", "score": "4", "finish_reason": "stop", "error": "",
    }  # fmt: skip
    sent = json.loads(service.requests[0].body)["response_format"]
    assert sent == {
        "type": "json_schema",
        "json_schema": {"name": "schema", "schema": schema, "strict": True},
    }


def test_embeddings_are_lists(folder: Path, run: Run, service: LocalGroq) -> None:
    outcome = run(
        "run", "in.csv", "-o", "out.jsonl", "-p", "{text}", "--endpoint", "embeddings", "-m", "some-model"
    )
    assert outcome.code == 0, outcome.err
    first = json.loads((folder / "out.jsonl").read_text().splitlines()[0])
    assert isinstance(first["response"][0], float)
    assert "finish_reason" not in first


def test_recordings_are_transcribed_and_other_columns_stay(
    folder: Path, run: Run, service: LocalGroq
) -> None:
    assert run("speak", "one two three", "-o", "a.wav", stdin=None).code == 0
    (folder / "in.csv").write_text("file,speaker\na.wav,Ada\n")
    outcome = run("run", "in.csv", "-o", "out.csv", "--endpoint", "transcription")
    assert outcome.code == 0, outcome.err
    (row,) = rows(folder / "out.csv")
    assert row["speaker"] == "Ada"
    assert row["response"]


def test_speech_is_written_to_a_folder(folder: Path, run: Run, service: LocalGroq) -> None:
    outcome = run(
        "run", "in.csv", "-o", "spoken.csv", "-p", "{text}", "--endpoint", "speech", "--into", "path"
    )
    assert outcome.code == 0, outcome.err
    paths = [Path(row["path"]) for row in rows(folder / "spoken.csv")]
    assert all(path.read_bytes()[:4] == b"RIFF" and path.parent.name == "spoken" for path in paths)


# -------------------------------------------------------------------------------------------------------- resume


def test_the_same_command_again_sends_nothing(folder: Path, run: Run, echo: LocalGroq) -> None:
    arguments = ("run", "in.csv", "-o", "out.csv", "-p", PROMPT)
    run(*arguments)
    first = (folder / "out.csv").read_text()
    outcome = run(*arguments)
    assert outcome.code == 0
    assert echo.request_count == 3
    assert (folder / "out.csv").read_text() == first
    assert "3 from the journal" in outcome.err


def test_a_few_rows_first_then_all(folder: Path, run: Run, echo: LocalGroq) -> None:
    arguments = ("run", "in.csv", "-o", "out.csv", "-p", PROMPT)
    assert run(*arguments, "--limit", "2").code == 0
    assert [row["id"] for row in rows(folder / "out.csv")] == ["a", "b"]
    assert run(*arguments).code == 0
    assert [row["id"] for row in rows(folder / "out.csv")] == ["a", "b", "c"]
    assert echo.request_count == 3


def test_a_sample_is_a_part_of_the_rows(folder: Path, run: Run, echo: LocalGroq) -> None:
    assert run("run", "in.csv", "-o", "out.csv", "-p", PROMPT, "--sample", "2").code == 0
    assert len(rows(folder / "out.csv")) == 2


def test_failed_rows_are_in_the_output_and_in_a_file_of_their_own(
    folder: Path, run: Run, echo: LocalGroq
) -> None:
    echo.script(Fault(status=400, body_contains="two"))
    outcome = run("run", "in.csv", "-o", "out.csv", "-p", PROMPT)
    assert outcome.code == 1
    assert "1 failed" in outcome.err
    assert "The first error was that of row 2 (id 'b'): BadRequestError: " in outcome.err
    assert "out.errors.jsonl" in outcome.err
    assert rows(folder / "out.csv")[1]["error"].startswith("BadRequestError: ")
    failed = json.loads((folder / "out.errors.jsonl").read_text())
    assert (failed["id"], failed["text"]) == ("b", "two")


def test_the_file_of_failed_rows_can_be_run(folder: Path, run: Run, echo: LocalGroq) -> None:
    echo.script(Fault(status=400, body_contains="two"))
    run("run", "in.csv", "-o", "out.csv", "-p", PROMPT)
    assert run("run", "out.errors.jsonl", "-o", "second.csv", "-p", PROMPT).code == 0
    assert [row["response"] for row in rows(folder / "second.csv")] == ["REPEAT: TWO"]


def test_failed_rows_are_sent_again_on_request(folder: Path, run: Run, echo: LocalGroq) -> None:
    arguments = ("run", "in.csv", "-o", "out.csv", "-p", PROMPT)
    echo.script(Fault(status=400, body_contains="two"))
    assert run(*arguments).code == 1
    assert run(*arguments).code == 1
    assert echo.request_count == 3
    assert run(*arguments, "--retry-failed").code == 0
    assert echo.request_count == 4
    assert not (folder / "out.errors.jsonl").exists()


def test_a_job_can_begin_anew(folder: Path, run: Run, echo: LocalGroq) -> None:
    run("run", "in.csv", "-o", "out.csv", "-p", PROMPT)
    assert run("run", "in.csv", "-o", "out.csv", "-p", "Other: {text}", "--fresh").code == 0
    assert rows(folder / "out.csv")[0]["response"] == "OTHER: ONE"


def test_another_prompt_needs_fresh(folder: Path, run: Run, echo: LocalGroq) -> None:
    run("run", "in.csv", "-o", "out.csv", "-p", PROMPT)
    outcome = run("run", "in.csv", "-o", "out.csv", "-p", "Other: {text}")
    assert outcome.code == 1
    assert "another prompt" in outcome.err
    assert "--fresh" in outcome.err
    assert "fresh=True" not in outcome.err


# -------------------------------------------------------------------------------------- stopping before the end


def test_a_deadline_ends_with_75_and_the_command_to_go_on(folder: Path, run: Run, service: LocalGroq) -> None:
    service.script(Fault(latency_s=0.5, times=None))
    arguments = ("run", "in.csv", "-o", "out.csv", "-p", PROMPT, "--deadline", "0.1s", "--concurrency", "1")
    outcome = run(*arguments, "--fresh", "-q")
    assert outcome.code == 75
    command = (
        f"aiogroq run in.csv --output out.csv --prompt '{PROMPT}' --deadline 0.1s --concurrency 1 --quiet"
    )
    assert f"go on: {command}\n" in outcome.err
    assert not (folder / "out.csv").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_named_with_the_command_to_go_on(folder: Path, run: Run, echo: LocalGroq) -> None:
    outcome = run("run", "in.csv", "-o", "/dev/full", "--to", "csv", "--journal", "j", "-p", PROMPT, "-q")
    assert outcome.code == 1
    assert "/dev/full cannot be written: No space left on device. Responses are in j; " in outcome.err
    assert "go on with: aiogroq run in.csv --output /dev/full" in outcome.err


def test_too_many_failures_end_the_job(folder: Path, run: Run, service: LocalGroq) -> None:
    (folder / "in.txt").write_text("".join(f"{n}\n" for n in range(200)))
    service.script(Fault(status=400, times=None))
    outcome = run("run", "in.txt", "-o", "out.txt", "--max-failures", "5", "--concurrency", "1")
    assert outcome.code == 1
    assert service.request_count <= 8
    assert "--max-failures is 5" in outcome.err
    assert "add --retry-failed, or raise --max-failures" in outcome.err
    assert " go on " not in outcome.err
    assert "The first error was that of row 1: BadRequestError: " in outcome.err
    assert not (folder / "out.txt").exists()


def test_a_bound_of_cost_ends_the_job(folder: Path, run: Run, service: LocalGroq) -> None:
    (folder / "in.txt").write_text("".join(f"{n}\n" for n in range(200)))
    outcome = run("run", "in.txt", "-o", "out.txt", "--max-cost", "0.00005", "--concurrency", "1")
    assert outcome.code == 75
    assert "--max-cost of 0.00005 is reached" in outcome.err
    assert "max_cost_usd" not in outcome.err
    assert "$0.0000 " not in outcome.err
    assert 0 < service.request_count < 100


def test_a_wrong_key_is_one_error_line(folder: Path, run: Run, service: LocalGroq) -> None:
    outcome = run("run", "in.csv", "-o", "out.csv", "-p", PROMPT, "--api-key", "gsk_wrong", "-q")
    assert outcome.code == 1
    assert outcome.err.startswith("aiogroq: error: ")
    assert "key" in outcome.err.lower()
    assert "gsk_wrong" not in outcome.err
    assert sorted(path.name for path in folder.iterdir() if path.suffix == ".csv") == ["in.csv"]


def test_without_a_key_nothing_is_begun(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GROQ_API_KEY", raising=False)
    outcome = run("run", "in.csv", "-o", "out.csv", "-p", PROMPT)
    assert outcome.code == 1
    assert "no API key" in outcome.err
    assert sorted(path.name for path in folder.iterdir()) == ["in.csv"]


def test_the_limits_that_are_given_are_kept(folder: Path, run: Run, echo: LocalGroq) -> None:
    outcome = run(
        "run", "in.csv", "-o", "out.csv", "-p", PROMPT, "--limits", "rpm=6000,tpm=1M", "--share", "0.5"
    )
    assert outcome.code == 0, outcome.err


def test_rows_are_sent_in_a_batch(folder: Path, run: Run, echo: LocalGroq) -> None:
    outcome = run("run", "in.csv", "-o", "out.csv", "-p", PROMPT, "--via", "batch")
    assert outcome.code == 0, outcome.err
    assert [row["id"] for row in rows(folder / "out.csv")] == ["a", "b", "c"]
    assert any(request.path.endswith("/batches") for request in echo.requests)


@pytest.mark.local_groq(batch_step_s=60.0)
def test_batches_that_are_not_over_are_taken_over_and_not_paid_for_twice(
    folder: Path, run: Run, service: LocalGroq
) -> None:
    arguments = ("run", "in.csv", "-o", "out.csv", "-p", PROMPT, "--deadline", "1s")
    for _ in range(30):  # the second of one run may be over before there is a batch
        assert run(*arguments, "--via", "batch").code == 75
        if any(request.path.endswith("/batches") for request in service.requests):
            break
    outcome = run(*arguments, "-q")
    assert outcome.code == 1
    assert outcome.err.startswith("aiogroq: error: ")
    assert "--via batch" in outcome.err
    assert "via=" not in outcome.err


def test_few_rows_are_sent_live_where_it_is_left_to_the_program(
    folder: Path, run: Run, echo: LocalGroq
) -> None:
    outcome = run("run", "in.csv", "-o", "out.csv", "-p", PROMPT, "--via", "auto")
    assert outcome.code == 0, outcome.err
    assert "live, because 3 items are few" in outcome.err


# -------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("in.csv", "-p", "x"), "say where the results go, with -o FILE"),
        (("no.csv", "-o", "out.csv"), "no.csv does not exist"),
        (("in.csv", "-o", "out.csv"), "say what to make of them, such as -p 'Summarise: {text}'"),
        (("in.csv", "-o", "out.csv", "-p", "{txt}"), "in.csv has no column 'txt', which the prompt names; it has id, text. Did you mean 'text'?"),
        (("in.csv", "-o", "out.csv", "-p", "x", "-s", "{no}"), "no column 'no', which the system message names"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--id", "no"), "no column 'no', which --id names"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--into", "text"), "a column 'text' already"),
        (("in.csv", "-o", "in.csv", "-p", "x"), "is both input and output"),
        (("in.csv", "-o", "o", "--to", "csv", "--journal", "o", "-p", "x"), "o is both the output and the journal"),
        (("in.csv", "-o", "out.csv", "--journal", "in.csv", "-p", "x"), "in.csv is both the input and the journal"),
        (("in.csv", "-o", "j.history.jsonl", "--journal", "j.journal", "-p", "x"), "is both the output and the history"),
        (("in.csv", "-o", "o.csv", "--journal", "o.errors.jsonl", "-p", "x"), "is both the file of failed rows and the journal"),
        (("in.csv", "-o", "out.csv", "-p", " "), "-p is empty"),
        (("in.csv", "-o", "out.csv", "-p", "Label {text"), "-p: {text is not closed; write {text}"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--into", "text"), "name that of the response with --into"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--set", "stream=true"), "leave out --set stream"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--endpoint", "transcription"), "use --set prompt='...'"),
        (("in.csv", "-o", "no/out.csv", "-p", "x"), "the folder no does not exist"),
        (("in.csv", "-o", "out.what", "-p", "x"), "say it with --to csv"),
        (("-", "-o", "out.csv", "-p", "x"), "say what - is, with --from csv"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--limits", "fre"), "'fre' is no tier. Did you mean 'free'?"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--limits", "rmp=3"), "names no limit. Did you mean 'rpm'?"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--deadline", "soon"), "write it as 2h, 90m or 1h30m"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--deadline", "0s"), "write a time of more than 0"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--set", "messages=[]"), "leave messages out of --set"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--max-failures", "few"), "write a number of rows, or a share such as 1%"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--max-failures", "200%"), "--max-failures must be"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--set", "temperature"), "write it as name=value"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--set", "temprature=0"), "'temprature', which chat does not know. Did you mean 'temperature'?"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--price", "cheap"), "'cheap' is no price"),
        (("in.csv", "-o", "out.csv", "-p", "x", "-m", "mine", "--max-cost", "1"), "--max-cost needs the price of mine"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--limit", "1", "--sample", "1"), "--limit cannot be combined with --sample"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--schema", "no.json"), "--schema no.json cannot be read"),
        (("in.csv", "-o", "out.csv", "-p", "@no.txt"), "-p @no.txt: cannot be read"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--retry-failed"), "there is no earlier run"),
        (("in.csv", "-o", "out.csv", "-p", "x", "--endpoint", "embeddings"), "say which model, with -m"),
        (("in.csv", "-o", "out.csv", "--endpoint", "transcription"), "needs a column file or url"),
        (("in.csv", "-o", "-", "-p", "x", "--to", "parquet"), "cannot be written to standard output"),
        (("in.csv", "-o", "-", "-p", "x", "--via", "batch"), "journal"),
    ],
)  # fmt: skip
def test_wrong_usage_ends_with_2_and_the_fix(
    folder: Path, run: Run, service: LocalGroq, arguments: tuple[str, ...], message: str
) -> None:
    outcome = run("run", *arguments)
    assert message in outcome.err
    assert outcome.code == 2
    assert service.request_count == 0
    assert sorted(path.name for path in folder.iterdir()) == ["in.csv"]


def test_a_folder_without_data_is_named_where_pyarrow_is_not_installed(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (folder / "empty").mkdir()
    assert "without Parquet or Arrow files" in run("run", "empty", "-o", "o.csv", "-p", PROMPT).err


def test_a_bad_line_is_named_before_anything_is_sent(folder: Path, run: Run, service: LocalGroq) -> None:
    (folder / "in.csv").write_text("id,text\na,one\nb,two,three\n")
    outcome = run("run", "in.csv", "-o", "out.csv", "-p", PROMPT)
    assert outcome.code == 2
    assert "in.csv, line 3: 3 fields, and the first line has 2 columns" in outcome.err
    assert service.request_count == 0


def test_a_file_of_somebody_else_is_not_replaced(folder: Path, run: Run, echo: LocalGroq) -> None:
    (folder / "out.csv").write_text("precious")
    outcome = run("run", "in.csv", "-o", "out.csv", "-p", PROMPT)
    assert outcome.code == 2
    assert "--fresh replaces it" in outcome.err
    assert (folder / "out.csv").read_text() == "precious"
    assert run("run", "in.csv", "-o", "out.csv", "-p", PROMPT, "--fresh").code == 0


@pytest.mark.parametrize(
    ("name", "text", "arguments", "message"),
    [
        ("in.csv", 'id,text\na,"one\nmore"\n\nb,x\na,two\n', (), "in.csv, line 6: the id 'a' is that of line 2 too; make the ids unique, or name another column with --id"),
        ("in.csv", "no,text\na,one\na,two\n", ("--id", "no"), "in.csv, line 3: the id 'a' is that of line 2 too; make the values of 'no' unique"),
        ("in.jsonl", '\n{"id": 1, "text": "a"}\n\n{"id": "1", "text": "b"}\n', (), "in.jsonl, line 4: the id '1' is that of line 2 too"),
    ],
)  # fmt: skip
def test_ids_that_are_not_unique_are_named_before_anything_is_sent(
    folder: Path, run: Run, service: LocalGroq, name: str, text: str, arguments: tuple[str, ...], message: str
) -> None:
    (folder / name).write_text(text)
    outcome = run("run", name, "-o", "out.csv", "-p", PROMPT, *arguments)
    assert message in outcome.err
    assert outcome.code == 2
    assert service.request_count == 0


# ------------------------------------------------------------------------------------------------------- dry run


def test_a_dry_run_sends_nothing_and_needs_no_key(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GROQ_API_KEY", raising=False)
    (folder / "in.txt").write_text(("x" * 400 + "\n") * 10_000)
    outcome = run(
        "run", "in.txt", "--dry-run", "--limits", "rpm=1000,tpm=250K", "--set", "max_completion_tokens=100"
    )
    assert outcome.code == 0
    # 400 characters are 100 tokens, and the template of the model 73 more: 273 tokens a row, 2.73 million in all.
    # 10.9 minutes of tokens, of which the first are there at once: 9 m 55 s. Requests: 9 minutes.
    assert outcome.out.splitlines() == [
        "in.txt   openai/gpt-oss-20b   nothing is sent (--dry-run)",
        " rows      10,000",
        " prompt    173 tokens (p50), 173 (p95), 1.73 M in all, estimated",
        " response  1 M tokens in all (at most)",
        " cost      $0.43 (prices of 2026-09)",
        " time      9 m 55 s, bound by TPM",
        " batch     $0.21, within 24 hours (--via batch)",
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["in.csv", "in.txt"]


def test_a_prompt_that_names_no_column_is_noted(folder: Path, run: Run, echo: LocalGroq) -> None:
    outcome = run("run", "in.csv", "-o", "out.csv", "-p", 'As {"json": 1}')
    assert outcome.code == 0
    assert "the prompt names no column, so all rows get the same" in outcome.err
    assert "names no column" not in run("run", "in.csv", "-o", "b.csv", "-p", PROMPT).err


def test_a_dry_run_shows_the_first_prompt(folder: Path, run: Run) -> None:
    assert " first     Repeat: one\n" in run("run", "in.csv", "--dry-run", "-p", PROMPT).out
    assert "names no column" in run("run", "in.csv", "--dry-run", "-p", "x").out


def test_a_dry_run_says_which_rows_cannot_be_sent(folder: Path, run: Run) -> None:
    (folder / "in.jsonl").write_text('{"text": "a"}\n{"txt": "b"}\n')
    out = run("run", "in.jsonl", "--dry-run", "-p", PROMPT).out
    assert " rows      1" in out
    assert "1 row cannot be sent: item 1 has no column 'text'" in out


def test_a_dry_run_counts_rows_that_are_larger_than_a_limit(folder: Path, run: Run) -> None:
    out = run(
        "run",
        "in.csv",
        "--dry-run",
        "-p",
        PROMPT,
        "--limits",
        "tpm=1000",
        "--set",
        "max_completion_tokens=2000",
    ).out
    assert "3 rows larger than a limit" in out


def test_a_dry_run_after_a_few_rows_knows_what_they_used(folder: Path, run: Run, echo: LocalGroq) -> None:
    arguments = ("run", "in.csv", "-o", "out.csv", "-p", PROMPT)
    run(*arguments, "--limit", "2")
    out = run(*arguments, "--dry-run").out
    assert " rows      3, of which 1 have no response yet" in out
    assert "as the 2 rows in the journal" in out


def test_a_dry_run_shows_the_time_in_each_tier(folder: Path, run: Run) -> None:
    out = run("run", "in.csv", "--dry-run", "-p", PROMPT).out
    assert "(tier free)" in out
    assert "(tier developer)" in out
