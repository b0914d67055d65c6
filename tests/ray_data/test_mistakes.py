"""Mistakes in the options of `aiogroq.ray.chat` and the others raise at once. Ray itself is not needed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from aiogroq import GroqError
from aiogroq.jobs import JobInputError, JournalError, JournalFolder
from aiogroq.local import LocalGroq
from aiogroq.ray import Chat, Embeddings, Transcription, chat, embeddings, transcription

MODEL = "openai/gpt-oss-20b"
pa: Any = pytest.importorskip("pyarrow")
MISTAKES = (GroqError, TypeError, ValueError)


class Rows:
    """A dataset of a table, which is not run; or of no known columns."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def schema(self, fetch_if_missing: bool) -> Any:
        assert not fetch_if_missing
        return None if self.table is None else self.table.schema

    def repartition(self, *, target_num_rows_per_block: int) -> Any:
        raise AssertionError("nothing was rejected")

    map_batches = repartition


ROWS = Rows(pa.table({"id": ["a"], "text": ["x"], "file": ["a.wav"]}))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        *(
            ({"into": name}, f"into='{name}' is another column of the results")
            for name in ("error", "finish_reason", "prompt_tokens", "completion_tokens", "attempts")
        ),
        ({"into": 3}, "into must be the name of a new column, such as 'response', not 3"),
        ({"into": ""}, "into must be the name of a new column, such as 'response', not ''"),
        ({"id_column": 3}, "id_column must be the name of a column or None, not 3"),
        ({"prompt": None}, r"no column 'messages'; it has id, text, file; pass prompt='\.\.\. {column}"),
        ({"model": None}, "model is missing: pass model='...'"),
        ({"model": ""}, "model is missing: pass model='...'"),
        ({"client_options": {"tiemout": 3}}, "client_options has 'tiemout', .* Did you mean 'timeout'"),
        ({"client_options": {"timeout": "a"}}, "timeout must be seconds"),
        ({"client_options": 3}, "client_options must be a mapping"),
        ({"base_url": "nourl"}, "base_url must be an http or https URL"),
        ({"api_key": 3}, "api_key must be a str, not int"),
        ({"num_cpus": -1}, "num_cpus must be >= 0, not -1"),
        ({"num_cpus": float("nan")}, "num_cpus must be >= 0, not nan"),
        ({"num_cpus": "a"}, "num_cpus must be a number such as 0.25, not 'a'"),
        (
            {"ray_options": {"batch_size": 3}},
            r"'batch_size', which is an argument of chat\(\): pass batch_size=3 there",
        ),
        ({"ray_options": {"batch_format": "numpy"}}, r"'batch_format', which chat\(\) sets itself"),
        ({"ray_options": [1]}, "ray_options must be a mapping"),
        ({"journal": 3}, "journal must be the path of a folder .* not 3"),
        ({"journal": ""}, "journal must be the path of a folder .* not ''"),
        (
            {"promt": "{text}"},
            r"^chat\(\) got an unexpected keyword argument 'promt'. Did you mean 'prompt'\?",
        ),
        ({"batch_sise": 3}, r"^chat\(\) got .* Did you mean 'batch_size'\?"),
    ],
)
def test_options_that_do_not_fit_raise_before_a_row_is_sent(options: dict[str, Any], message: str) -> None:
    with pytest.raises(MISTAKES, match=message):
        chat(ROWS, **{"model": MODEL, "prompt": "Say {text}", **options})


def test_columns_that_an_endpoint_cannot_send_raise_at_once() -> None:
    with pytest.raises(JobInputError, match="'input'; it has id, text, file; pass prompt="):
        embeddings(ROWS, model=MODEL)
    with pytest.raises(JobInputError, match="no column 'file', 'url' or 'bytes'; it has a; rename") as raised:
        transcription(Rows(pa.table({"a": ["a.wav"]})), model="whisper-large-v3")
    assert "prompt" not in str(raised.value)
    with pytest.raises(JobInputError, match="the column input has lists"):
        embeddings(Rows(pa.table({"input": [["a", "b"]]})), model=MODEL)
    with pytest.raises(JobInputError, match="or a dataset with a column 'model'; it has messages"):
        chat(Rows(pa.table({"messages": [[{"role": "user"}]]})), model=None)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Chat, Embeddings, Transcription])
async def test_where_columns_are_not_known_the_first_batch_raises_and_nothing_is_sent(
    kind: type[Chat], server: LocalGroq
) -> None:
    worker = kind(model=MODEL, base_url=server.base_url, api_key="gsk_x")
    with pytest.raises(JobInputError, match=r"the dataset has no column .*; it has id, text"):
        await worker(pa.table({"id": ["a"], "text": ["x"]}))
    await worker.aclose()
    assert server.requests == []


async def test_a_row_without_a_value_is_told_what_it_lacks(server: LocalGroq) -> None:
    worker = Transcription(model="whisper-large-v3", base_url=server.base_url, api_key="gsk_x")
    out = await worker(pa.table({"id": ["a"], "file": pa.array([None], pa.string())}))
    await worker.aclose()
    assert out.column("error").to_pylist() == [
        "JobInputError: item 0 (id 'a') has no file or url; give it the path or the URL of a recording"
    ]


def test_a_journal_that_cannot_be_a_folder_raises_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for journal in (tmp_path / "file", tmp_path / "file" / "inside"):
        with pytest.raises(JournalError, match=r"cannot be a folder: .*file is a file; name another folder"):
            chat(ROWS, model=MODEL, prompt="{text}", journal=journal)
    with pytest.raises(AssertionError, match="nothing was rejected"):
        chat(ROWS, model=MODEL, prompt="{text}", journal=tmp_path / "new")
    assert not (tmp_path / "new").exists(), "it may be on other machines only"


async def test_the_journal_of_another_job_raises_at_once_with_advice_that_holds(
    server: LocalGroq, tmp_path: Path
) -> None:
    worker = Chat(model="other", prompt="{text}", base_url=server.base_url, api_key="gsk_x", journal=tmp_path)
    await worker(pa.table({"id": ["a"], "text": ["x"]}))
    await worker.aclose()
    with pytest.raises(JournalError, match=r"belongs to another job: .* Use another folder") as raised:
        await asyncio.to_thread(chat, ROWS, model=MODEL, prompt="{text}", journal=tmp_path)
    assert "fresh" not in str(raised.value)
    worker = Chat(model="other", prompt="{text}", base_url=server.base_url, api_key="gsk_x", journal=tmp_path)
    out = await worker(pa.table({"id": ["a"], "text": ["changed"]}))
    await worker.aclose()
    assert "Give it another id, or use another folder" in out.column("error").to_pylist()[0]


def test_a_worker_takes_keywords_only_and_says_so_with_its_name() -> None:
    kind: Any = Chat
    with pytest.raises(TypeError, match=r"^Chat\(\) takes keywords only, such as Chat\(model="):
        kind("model")
    with pytest.raises(JobInputError, match="model is missing"):
        Chat(prompt="{text}")


@pytest.mark.parametrize("path", [1, b"folder"])
def test_a_folder_that_is_no_path_is_rejected_by_the_name_of_the_argument(path: Any) -> None:
    with pytest.raises(TypeError, match="path must be a str or a path, not "):
        JournalFolder(path)
