"""Where the results of jobs go."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aiogroq.jobs.errors import JobError, JobInputError
from aiogroq.jobs.files.columns import ResultColumns
from aiogroq.jobs.files.sinks import check_output, errors_path_of, open_sink
from aiogroq.jobs.files.sources import Kind, Row, Source, open_source
from aiogroq.jobs.outcome import Endpoint, ItemError, Outcome
from aiogroq.jobs.results import JobResult


def result(
    item: Any,
    text: str = "",
    *,
    error: ItemError | None = None,
    finish: str = "stop",
    endpoint: Endpoint = "chat",
) -> JobResult[Any]:
    """A result as a job yields it."""
    body: dict[str, Any] = {"choices": [{"message": {"content": text}, "finish_reason": finish}]}
    if endpoint == "embeddings":
        body = {"data": [{"embedding": [0.5, 1.0]}]}
    if endpoint == "transcription":
        body = {"text": text}
    outcome = Outcome(
        index=0,
        id="0",
        key=bytes(16),
        status="failed" if error else "done",
        attempts=1,
        finished_at=time.time(),
        body=None if error else msgspec.json.encode(body),
        error=error,
    )
    return JobResult(outcome, endpoint, item)


FAILURE = ItemError("BadRequestError", "too long", 400, "context_length_exceeded")


def source_of(folder: Path, name: str, content: str) -> Source:
    """A source."""
    (folder / name).write_text(content)
    return open_source(folder / name)


def written(folder: Path, kind: Kind, source: Source, results: list[JobResult[Any]], **columns: Any) -> str:
    """Write an output to its end, and return its text."""
    sink = open_sink(str(folder / "out"), kind, source, ResultColumns(source.columns, **columns))
    sink.write(results)
    sink.complete()
    return (folder / "out").read_text()


def test_a_csv_output_has_the_columns_of_the_input_and_those_of_the_result(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.csv", "n,text\n1,a\n2,b\n")
    rows = list(source)
    text = written(
        tmp_path,
        "csv",
        source,
        [result(rows[0], 'good, "very"'), result(rows[1], error=FAILURE)],
        into="label",
    )
    assert text == (
        'n,text,label,finish_reason,error\n1,a,"good, ""very""",stop,\n2,b,,,BadRequestError: too long\n'
    )


def test_failed_rows_are_written_to_a_file_that_can_be_read_again(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.csv", "n,text\n1,a\n2,b\n")
    rows = list(source)
    written(tmp_path, "csv", source, [result(rows[0], "x"), result(rows[1], error=FAILURE)])
    failed = tmp_path / "out.errors.jsonl"
    assert json.loads(failed.read_text())["_error"] == {
        "type": "BadRequestError",
        "message": "too long",
        "status_code": 400,
        "code": "context_length_exceeded",
    }
    assert list(open_source(failed)) == [rows[1]]


def test_failed_lines_of_text_are_lines_of_text(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.txt", "a\nb\n")
    written(tmp_path, "text", source, [result("a", error=FAILURE), result("b", "x")])
    assert (tmp_path / "out.errors.txt").read_text() == "a\n"


def test_the_file_of_failed_rows_goes_when_none_fails_any_more(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.csv", "text\na\n")
    (row,) = source
    written(tmp_path, "csv", source, [result(row, error=FAILURE)])
    written(tmp_path, "csv", source, [result(row, "x")])
    assert not (tmp_path / "out.errors.jsonl").exists()


def test_an_output_appears_when_it_is_complete_and_not_before(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.csv", "text\na\n")
    (tmp_path / "out").write_text("of an earlier run")
    sink = open_sink(str(tmp_path / "out"), "csv", source, ResultColumns(source.columns))
    sink.write([result(row, "x") for row in source])
    assert (tmp_path / "out").read_text() == "of an earlier run"
    sink.complete()
    assert (tmp_path / "out").read_text() == "text,response,finish_reason,error\na,x,stop,\n"


def test_an_output_that_is_discarded_leaves_nothing(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.csv", "text\na\n")
    sink = open_sink(str(tmp_path / "out"), "csv", source, ResultColumns(source.columns))
    sink.write([result({"text": "a"}, error=FAILURE)])
    sink.discard()
    assert sorted(os.listdir(tmp_path)) == ["in.csv"]


def test_a_jsonl_output_has_values_of_all_types(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.jsonl", '{"a": [1, {"b": null}], "t": "ä"}\n')
    text = written(tmp_path, "jsonl", source, [result(row, "x") for row in source])
    assert json.loads(text) == {
        "a": [1, {"b": None}],
        "t": "ä",
        "response": "x",
        "finish_reason": "stop",
        "error": None,
    }


def test_half_an_emoji_in_a_response_does_not_end_the_output(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.jsonl", '{"t": "a"}\n')
    sink = open_sink(str(tmp_path / "out"), "jsonl", source, ResultColumns(source.columns))
    broken = result({"t": "\ud83d"}, "x")
    sink.write([broken])
    sink.complete()
    assert json.loads((tmp_path / "out").read_text())["t"] == "\ud83d"


def test_a_text_output_has_one_line_for_each_line(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.txt", "a\nb\n")
    assert (
        written(tmp_path, "text", source, [result("a", "one\ntwo"), result("b", "three")])
        == "one two\nthree\n"
    )


def test_lines_of_text_become_a_column(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.txt", "a\n")
    assert (
        written(tmp_path, "csv", source, [result("a", "x")])
        == "text,response,finish_reason,error\na,x,stop,\n"
    )


def test_nested_values_are_json_in_a_csv_output(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.jsonl", '{"a": [1], "b": true, "c": 1.5}\n')
    text = written(tmp_path, "csv", source, [result(row, "x") for row in source])
    assert text.splitlines()[1] == "[1],true,1.5,x,stop,"


def test_an_empty_input_has_an_output_with_its_header(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.csv", "text\n")
    assert written(tmp_path, "csv", source, []) == "text,response,finish_reason,error\n"


def test_the_whole_row_is_written_and_not_what_was_sent_of_it(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.csv", "file,speaker\na.wav,Ada\n")
    row = Row.of({"file": "a.wav", "custom_id": "x"}, {"file": "a.wav", "speaker": "Ada"})
    text = written(
        tmp_path, "csv", source, [result(row, "hello", endpoint="transcription")], finish_reason=False
    )
    assert text == "file,speaker,response,error\na.wav,Ada,hello,\n"


def test_the_fields_of_a_json_response_become_columns(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.csv", "text\na\nb\n")
    results = [result({"text": "a"}, '{"label": "good", "score": 3}'), result({"text": "b"}, '{"label": ')]
    lines = written(tmp_path, "csv", source, results, fields=["label", "score"]).splitlines()
    assert lines[0] == "text,label,score,finish_reason,error"
    assert lines[1] == "a,good,3,stop,"
    assert "not complete JSON" in lines[2]


def test_an_embedding_is_a_list(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.txt", "a\n")
    text = written(tmp_path, "jsonl", source, [result("a", endpoint="embeddings")], finish_reason=False)
    assert json.loads(text)["response"] == [0.5, 1.0]


def test_a_column_for_the_response_must_be_new() -> None:
    with pytest.raises(JobInputError, match="a column 'label' already"):
        ResultColumns(["text", "label"], into="label")
    with pytest.raises(
        JobInputError, match="input has a column 'text' already, and the schema a property 'text'"
    ):
        ResultColumns(["text"], fields=["label", "text"])
    with pytest.raises(
        JobInputError, match="results have a column 'error' already, and the schema a property"
    ):
        ResultColumns(["text"], fields=["error"])


def test_a_column_named_error_stays_as_it_is() -> None:
    assert ResultColumns(["error"]).names == ("response", "finish_reason", "error_")


def test_standard_output_gets_rows_as_they_come(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.csv", "text\na\n")
    out = io.BytesIO()
    sink = open_sink("-", "csv", source, ResultColumns(source.columns), stdout=out)
    sink.write([result({"text": "a"}, error=FAILURE)])
    assert out.getvalue().splitlines()[1] == b"a,,,BadRequestError: too long"
    assert sink.may_block
    sink.complete()
    assert not out.closed


@pytest.mark.skipif(sys.platform == "win32", reason="no such device")
def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    source = source_of(tmp_path, "in.csv", "text\na\n")
    sink = open_sink("/dev/null", "csv", source, ResultColumns(source.columns))
    sink.write([result({"text": "a"}, "x")])
    sink.complete()
    sink.discard()
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize(
    ("path", "kind", "message"),
    [
        ("-", "parquet", "parquet cannot be written to standard output"),
        ("{folder}/no/out.csv", "csv", "the folder .*no does not exist"),
        ("{folder}", "csv", "is a folder"),
    ],
)
def test_an_output_that_cannot_be_written_is_rejected(
    tmp_path: Path, path: str, kind: Kind, message: str
) -> None:
    with pytest.raises(JobInputError, match=message):
        check_output(path.format(folder=tmp_path), kind)


def test_the_file_of_failed_rows_is_beside_the_output() -> None:
    assert errors_path_of("a/labels.csv", "csv") == Path("a/labels.errors.jsonl")
    assert errors_path_of("a/labels.csv", "text") == Path("a/labels.errors.txt")


def test_a_row_with_another_column_than_the_first_does_not_fit_a_csv_output(tmp_path: Path) -> None:
    source = open_source("-", "jsonl", stdin=io.BytesIO())
    sink = open_sink(str(tmp_path / "out"), "csv", source, ResultColumns(None))
    sink.write([result({"a": 1}, "x")])
    with pytest.raises(JobInputError, match=r"the column 'b'.*write JSONL"):
        sink.write([result({"b": 1}, "x")])
    sink.discard()


# -------------------------------------------------------------------------------------------------------- Arrow


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_an_arrow_output_keeps_the_types_of_the_input(tmp_path: Path, kind: Kind) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table({"n": pyarrow.array([1, 2], pyarrow.int16()), "text": ["a", "b"]})
    parquet.write_table(table, tmp_path / "in.parquet")
    source = open_source(tmp_path / "in.parquet")
    rows = list(source)
    path = tmp_path / f"out.{kind}"
    sink = open_sink(str(path), kind, source, ResultColumns(source.columns))
    sink.write([result(rows[0], "x"), result(rows[1], error=FAILURE)])
    sink.complete()
    out = open_source(path)
    assert out.schema.field("n").type == pyarrow.int16()
    assert list(out) == [
        {"n": 1, "text": "a", "response": "x", "finish_reason": "stop", "error": None},
        {"n": 2, "text": "b", "response": None, "finish_reason": None, "error": "BadRequestError: too long"},
    ]


def test_a_column_without_values_so_far_is_text(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    source = source_of(tmp_path, "in.csv", "text\n" + "a\n" * 1_001)
    rows = list(source)
    sink = open_sink(str(tmp_path / "out.parquet"), "parquet", source, ResultColumns(source.columns))
    sink.write([result(row, "x") for row in rows[:-1]] + [result(rows[-1], error=FAILURE)])
    sink.complete()
    assert list(open_source(tmp_path / "out.parquet"))[-1]["error"] == "BadRequestError: too long"


def test_a_parquet_output_without_rows_has_its_columns(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    source = source_of(tmp_path, "in.csv", "text\n")
    sink = open_sink(str(tmp_path / "out.parquet"), "parquet", source, ResultColumns(source.columns))
    sink.complete()
    assert open_source(tmp_path / "out.parquet").columns == ("text", "response", "finish_reason", "error")


def test_values_of_different_types_in_a_column_do_not_fit_parquet(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    source = source_of(tmp_path, "in.jsonl", '{"a": 1}\n{"a": "x"}\n')
    sink = open_sink(str(tmp_path / "out.parquet"), "parquet", source, ResultColumns(source.columns))
    sink.write([result(row, "x") for row in source])
    with pytest.raises(JobError, match="different types"):
        sink.complete()
    sink.discard()
    assert not (tmp_path / "out.parquet").exists()
