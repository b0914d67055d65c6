"""Where the items of jobs come from: files, folders, streams."""

from __future__ import annotations

import io
import os
import pickle
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aiogroq import AsyncGroq
from aiogroq.jobs import run
from aiogroq.jobs.errors import JobInputError
from aiogroq.jobs.files import sources
from aiogroq.jobs.files.arrow_rows import rows_of_stream
from aiogroq.jobs.files.sources import Row, Source, open_source, sample, with_arguments_only, with_ids
from aiogroq.jobs.requests import Requests
from aiogroq.local import LocalGroq


def written(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def items(source: Source) -> list[Any]:
    """All items."""
    return list(source)


# -------------------------------------------------------------------------------------------------- CSV and TSV


def test_a_csv_file_has_rows_columns_and_a_length(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, "a.csv", "id,text\n1,good\n2,bad\n"))
    assert source.columns == ("id", "text")
    assert source.total == 2
    assert items(source) == [{"id": "1", "text": "good"}, {"id": "2", "text": "bad"}]


def test_a_file_can_be_read_again(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, "a.csv", "text\na\nb\n"))
    assert items(source) == items(source)


def test_a_byte_order_mark_is_not_a_part_of_the_first_column(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, "a.csv", b"\xef\xbb\xbftext\r\na\r\n"))
    assert items(source) == [{"text": "a"}]


def test_a_quoted_text_may_have_line_ends_delimiters_and_quotes(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, "a.csv", 'text,n\n"one\r\ntwo, ""three""",1\n'))
    assert items(source) == [{"text": 'one\r\ntwo, "three"', "n": "1"}]


def test_a_tsv_file_is_split_at_tabs(tmp_path: Path) -> None:
    assert items(open_source(written(tmp_path, "a.tsv", "a\tb\n1,5\t2\n"))) == [{"a": "1,5", "b": "2"}]


def test_a_csv_file_with_semicolons_in_its_header_is_split_at_them(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, "a.csv", "a;b\n1,5;2\n"))
    assert items(source) == [{"a": "1,5", "b": "2"}]
    assert source.delimiter == ";"


def test_a_text_larger_than_the_limit_of_the_csv_module_is_read(tmp_path: Path) -> None:
    long = "x" * 300_000
    assert items(open_source(written(tmp_path, "a.csv", f"text\n{long}\n"))) == [{"text": long}]


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    assert open_source(written(tmp_path, "a.csv", "text\n\na\n\n")).total == 1


def test_a_file_of_failed_rows_is_read_without_their_errors(tmp_path: Path) -> None:
    assert items(open_source(written(tmp_path, "a.csv", "text,_error\na,boom\n"))) == [{"text": "a"}]
    jsonl = written(tmp_path, "a.jsonl", '{"text": "a", "_error": {"type": "X"}}\n')
    assert items(open_source(jsonl)) == [{"text": "a"}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "a.csv is empty; its first line must have the names of the columns"),
        ("a,b,a\n1,2,3\n", "two columns named 'a'; rename one"),
        ("a,,c\n1,2,3\n", "column 2 has no name"),
        ("a,b\n1,2\n1,2,3\n", "line 3: 3 fields, and the first line has 2 columns"),
        ('a,b\n"x\ny",2\n1\n', "line 4: 1 field, and the first line has 2 columns"),
        ('a,b\n1,"2\n', "line 2: unexpected end of data"),
        (b"a,b\n1,2\ncaf\xe9,2\n", r"line 3: not UTF-8 \(byte 0xe9\); save the file as UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16; save it as UTF-8"),
    ],
)
def test_a_bad_csv_file_is_rejected_with_the_line(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(JobInputError, match=message):
        open_source(written(tmp_path, "a.csv", content))


# ------------------------------------------------------------------------------------------------ JSONL and text


def test_a_jsonl_file_has_objects_and_texts(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, "a.jsonl", '{"text": "a", "n": 1}\n\n"b"\n{"m": null}'))
    assert items(source) == [{"text": "a", "n": 1}, "b", {"m": None}]
    assert source.total == 3
    assert source.columns == ("text", "n", "m")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a": 1}\n{"a": \n', "line 2: not JSON .*each line must be one JSON object"),
        ("[1]\n", r"one JSON array; make it one object a line, for example with: jq"),
        ('{"a": 1}\n[1]\n', "line 2: an array; each line must be one JSON object"),
        ('{"a": 1}\n5\n', "line 2: a number"),
        ("null\n", "line 1: null"),
    ],
)
def test_a_bad_jsonl_file_is_rejected_with_the_line(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(JobInputError, match=message):
        open_source(written(tmp_path, "a.jsonl", content))


def test_a_text_file_has_an_item_for_each_line_that_is_not_blank(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, "a.txt", "one\r\n\n  two \n"))
    assert items(source) == ["one", "  two "]
    assert source.columns is None


def test_a_line_without_end_is_rejected_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aiogroq.jobs.files.text_rows.MAX_LINE_BYTES", 1_000)
    with pytest.raises(JobInputError, match="line 2: longer than"):
        open_source(written(tmp_path, "a.txt", "a\n" + "x" * 2_000))


# ------------------------------------------------------------------------------------------------- which file


def test_a_file_of_unknown_kind_says_how_to_name_it(tmp_path: Path) -> None:
    path = written(tmp_path, "a.data", "text\n")
    with pytest.raises(JobInputError, match="say it with --from csv, tsv, jsonl"):
        open_source(path, option="--from")
    assert items(open_source(path, "text")) == ["text"]


def test_a_misspelt_kind_gets_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(JobInputError, match="Did you mean 'jsonl'"):
        open_source(written(tmp_path, "a.data", ""), "jsnl")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(JobInputError, match=r"nothing\.csv does not exist"):
        open_source(tmp_path / "nothing.csv")


def test_standard_input_is_read_as_it_comes_and_has_no_length() -> None:
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb") as stream, os.fdopen(write_end, "wb", buffering=0) as pipe:
        pipe.write(b"text\na\n")
        source = open_source("-", "csv", stdin=stream)
        assert source.columns == ("text",)
        assert source.total is None
        rows = iter(source)
        assert next(rows) == {"text": "a"}
        later = threading.Timer(0.0, lambda: (pipe.write(b"b\n"), pipe.close()))
        later.start()
        assert list(rows) == [{"text": "b"}]
        later.join()


def test_standard_input_must_be_described() -> None:
    with pytest.raises(JobInputError, match="say what - is, with --from csv"):
        open_source("-", option="--from", stdin=io.BytesIO())


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes")
def test_a_named_pipe_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=('{"a": 1}\n',))
    writer.start()
    source = open_source(path)
    assert items(source) == [{"a": 1}]
    assert source.total is None
    writer.join()


# ------------------------------------------------------------------------------------------------------ changes


def test_a_column_becomes_the_id_and_the_row_stays_whole(tmp_path: Path) -> None:
    source = with_ids(open_source(written(tmp_path, "a.csv", "key,text\nk1,a\n")), "key")
    (row,) = items(source)
    assert Requests(model="m", prompt="{text}").request(0, row).id == "k1"
    assert sources.whole(row) == {"key": "k1", "text": "a"}


def test_a_column_for_ids_must_exist_and_have_values(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, "a.csv", "key,text\nk1,a\n,b\n"))
    with pytest.raises(JobInputError, match=r"has no column 'kye'.*Did you mean 'key'"):
        with_ids(source, "kye")
    with pytest.raises(JobInputError, match=r"row 2 of .* has no 'key'"):
        items(with_ids(source, "key"))


def test_other_columns_than_arguments_are_not_sent_but_stay_in_the_row(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, "a.csv", "file,language,speaker\na.wav,,Ada\n"))
    (row,) = items(with_arguments_only(source, Requests("transcription", "m")))
    assert row == {"file": "a.wav"}
    assert sources.whole(row) == {"file": "a.wav", "language": "", "speaker": "Ada"}


def test_a_row_can_wait_in_a_file() -> None:
    row = pickle.loads(pickle.dumps(Row.of({"a": 1}, {"a": 1, "b": 2})))
    assert row == {"a": 1}
    assert sources.whole(row) == {"a": 1, "b": 2}


def test_a_sample_is_the_same_each_time_and_in_order(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, "a.txt", "".join(f"{n}\n" for n in range(100))))
    one, two = sample(source, 10), sample(source, 10)
    assert items(one) == items(two) == sorted(items(one), key=int)
    assert one.total == len(items(one)) == len(one) == 10
    assert items(sample(source, 200)) == items(source)


def test_a_sample_of_a_stream_is_rejected() -> None:
    with pytest.raises(JobInputError, match="use --limit"):
        sample(open_source("-", "text", stdin=io.BytesIO(b"a\n")), 1)


# -------------------------------------------------------------------------------------------------------- Arrow


def test_a_parquet_file_has_rows_with_types(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"text": ["a", "b"], "n": [1, None]}), tmp_path / "a.parquet")
    source = open_source(tmp_path / "a.parquet")
    assert source.total == 2
    assert source.columns == ("text", "n")
    assert items(source) == [{"text": "a", "n": 1}, {"text": "b", "n": None}]


@pytest.mark.parametrize("form", ["file", "stream"])
def test_arrow_files_are_read_in_both_formats(tmp_path: Path, form: str) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({"text": [str(n) for n in range(2_500)]})
    new = pyarrow.ipc.new_file if form == "file" else pyarrow.ipc.new_stream
    with new(str(tmp_path / "a.arrow"), table.schema) as writer:
        writer.write_table(table, max_chunksize=1_100)
    source = open_source(tmp_path / "a.arrow")
    assert source.total == 2_500
    assert items(source) == table.to_pylist()


def test_a_folder_of_arrow_files_is_a_data_set(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    for number in range(2):
        table = pyarrow.table({"text": [f"{number}"]})
        with pyarrow.ipc.new_stream(str(tmp_path / f"data-{number}.arrow"), table.schema) as writer:
            writer.write_table(table)
    (tmp_path / "state.json").write_text("{}")
    (tmp_path / "cache-1.arrow").write_text("no data")
    assert items(open_source(tmp_path)) == [{"text": "0"}, {"text": "1"}]


def test_files_of_a_folder_must_have_the_same_columns(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"a": [1]}), tmp_path / "1.parquet")
    parquet.write_table(pyarrow.table({"b": [1]}), tmp_path / "2.parquet")
    with pytest.raises(JobInputError, match=r"2\.parquet has other columns than .*1\.parquet"):
        open_source(tmp_path)


def test_a_parquet_file_that_is_none_is_rejected(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(JobInputError, match=r"a\.parquet cannot be read"):
        open_source(written(tmp_path, "a.parquet", "no"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(JobInputError, match="a folder without Parquet or Arrow files"):
        open_source(tmp_path / "empty")


def test_an_object_with_an_arrow_stream_has_rows() -> None:
    pyarrow = pytest.importorskip("pyarrow")

    class Frame:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return pyarrow.table({"a": [1, 2]}).__arrow_c_stream__(requested_schema)

    assert list(rows_of_stream(Frame())) == [{"a": 1}, {"a": 2}]


def test_without_pyarrow_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "pyarrow.parquet", raising=False)
    with pytest.raises(JobInputError, match=r"needs pyarrow: pip install 'aiogroq\[arrow\]'"):
        open_source(written(tmp_path, "a.parquet", "no"))


def test_text_files_need_no_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert items(open_source(written(tmp_path, "a.csv", "a\n1\n"))) == [{"a": "1"}]


def test_values_of_rows_can_be_encoded_as_json(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, "a.csv", "a\n1\n"))
    assert msgspec.json.encode(with_ids(source, "a").read().__next__()) == b'{"a":"1","custom_id":"1"}'


async def test_no_item_after_the_limit_is_sent_however_many_wait_for_the_input(
    client: AsyncGroq, local_groq: LocalGroq
) -> None:
    local_groq.reply = "ok"
    job = run(client, (f"item {number}" for number in range(400)), model="m", limit=101)
    assert len([result async for result in job]) == 101
    assert (await job.wait()).done == 101
    assert job.progress().total == 101
