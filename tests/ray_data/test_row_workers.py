"""What each actor of Ray does with its batches. Ray itself is not needed: a worker is an object that is called."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypedDict

import pytest
from msgspec import Struct

from aiogroq.jobs import JobError, JobInputError
from aiogroq.local import Fault, LocalGroq
from aiogroq.ray import Chat, Embeddings, RowWorker, Transcription
from aiogroq.ray.sent_types import prepare_to_send

MODEL = "openai/gpt-oss-20b"
RESULTS = ["error", "finish_reason", "prompt_tokens", "completion_tokens", "attempts"]
np: Any = pytest.importorskip("numpy")
pa: Any = pytest.importorskip("pyarrow")
Make = Callable[..., RowWorker]
pa.array([0])  # imports pandas, which would block the event loop of the first test


@pytest.fixture
async def make(server: LocalGroq) -> AsyncIterator[Make]:
    workers: list[RowWorker] = []

    def make(kind: type[RowWorker] = Chat, **options: Any) -> RowWorker:
        options = {"model": MODEL, "prompt": "Say {text}", "base_url": server.base_url, **options}
        workers.append(kind(api_key="gsk_x", **options))
        return workers[-1]

    yield make
    for worker in workers:
        await worker.aclose()


def table(count: int = 3) -> Any:
    return pa.table({"id": [f"row {n}" for n in range(count)], "text": [f"text {n}" for n in range(count)]})


async def test_a_batch_comes_back_with_the_columns_of_results(make: Make) -> None:
    out = await make(into="label")(table())
    assert out.column_names == ["id", "text", "label", *RESULTS]
    assert out.column("text").to_pylist() == ["text 0", "text 1", "text 2"]
    assert all(out.column("label").to_pylist())
    assert out.column("error").to_pylist() == [None] * 3
    assert out.schema.field("error").type == pa.string(), "as in blocks that have errors"
    assert out.column("finish_reason").to_pylist() == ["stop"] * 3
    assert out.column("attempts").to_pylist() == [1] * 3
    assert min(out.column("prompt_tokens").to_pylist() + out.column("completion_tokens").to_pylist()) > 0


@pytest.mark.parametrize("form", ["numpy", "pandas"])
async def test_batches_of_numpy_and_pandas_are_accepted_too(make: Make, form: str) -> None:
    if form == "numpy":
        batch: Any = {"text": np.array(["a", "b"], dtype=object), "n": np.arange(2)}
    else:
        batch = pytest.importorskip("pandas").DataFrame({"text": ["a", "b"], "n": [0, 1]})
    out = await make(prompt="{n}: {text}")(batch)
    assert list(out) == ["text", "n", "response", *RESULTS]
    assert len(out["response"]) == 2


async def test_an_empty_batch_has_the_columns_too(make: Make) -> None:
    out = await make()(table(0))
    assert out.num_rows == 0
    assert out.column_names == ["id", "text", "response", *RESULTS]


async def test_a_row_that_fails_has_an_error_and_the_others_a_response(make: Make, server: LocalGroq) -> None:
    server.script(Fault(status=400, times=1))
    out = await make()(table())
    errors = out.column("error").to_pylist()
    assert sorted(error is None for error in errors) == [False, True, True]
    assert any("BadRequestError" in str(error) for error in errors)
    failed = [error is not None for error in errors].index(True)
    assert out.column("response").to_pylist()[failed] is None
    assert out.column("finish_reason").to_pylist()[failed] is None


async def test_rows_that_cannot_be_sent_fail_alone_also_the_first(make: Make, server: LocalGroq) -> None:
    rows = [{"id": "a", "messages": 1}, {"id": "b", "messages": [{"role": "user", "content": "x"}]}]
    batch = {name: np.array([row[name] for row in rows], dtype=object) for name in ("id", "messages")}
    batch["model"] = np.array([None, MODEL], dtype=object)
    out = await make(prompt=None, model=None)(batch)
    assert "JobInputError" in out["error"].to_pylist()[0]
    assert out["error"].to_pylist()[1] is None
    assert len(server.requests) == 1


async def test_two_rows_with_one_id_fail_no_batch(make: Make, tmp_path: Path) -> None:
    batch = pa.table({"id": ["a", "a", "b"], "text": ["1", "2", "3"]})
    out = await make(journal=tmp_path)(batch)
    assert [error is None for error in out.column("error").to_pylist()] == [True, False, True]
    assert "'a', and an earlier item has it too" in str(out.column("error").to_pylist()[1])


async def test_the_messages_of_rows_are_sent_without_the_fields_that_arrow_added(
    make: Make, server: LocalGroq
) -> None:
    messages = [[{"role": "user", "content": "a"}], [{"role": "user", "content": "b", "name": "x"}]]
    await make(prompt=None)(pa.table({"messages": messages, "other": [1, 2]}))
    sent = sorted((request.json["messages"] for request in server.requests), key=str)
    assert sent == messages


class Label(Struct):
    label: Literal["good", "bad"]
    score: float
    tags: list[str]
    note: str | None = None
    others: dict[str, int] = {}


async def test_a_type_as_response_format_is_a_struct(make: Make, server: LocalGroq) -> None:
    server.reply = '{"label": "good", "score": 1, "tags": ["a"], "note": null, "others": {"x": 1}}'
    out = await make(response_format=Label)(table(1))
    kind = out.schema.field("response").type
    assert kind == pa.struct(
        [
            ("label", pa.string()),
            ("score", pa.float64()),
            ("tags", pa.list_(pa.string())),
            ("note", pa.string()),
            ("others", pa.string()),
        ]
    )
    assert out.column("response").to_pylist() == [
        {"label": "good", "score": 1.0, "tags": ["a"], "note": None, "others": '{"x":1}'}
    ]
    assert out.column("finish_reason").to_pylist() == ["stop"]


async def test_a_response_that_does_not_match_is_an_error_of_its_row(make: Make, server: LocalGroq) -> None:
    server.reply = "no JSON"
    out = await make(response_format=list[int])(table(1))
    assert out.schema.field("response").type == pa.list_(pa.int64())
    assert "StructuredOutputError" in str(out.column("error").to_pylist()[0])


async def test_embeddings_are_lists_of_floats(make: Make, server: LocalGroq) -> None:
    out = await make(Embeddings, model="nomic-embed-text-v1_5", prompt="{text}")(table())
    assert out.schema.field("response").type == pa.list_(pa.float32())
    assert {len(vector) for vector in out.column("response").to_pylist()} == {
        len(out.column("response").to_pylist()[0])
    }
    with pytest.raises(JobInputError, match="encoding_format"):
        make(Embeddings, params={"encoding_format": "base64"})


def wav(seconds: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(bytes(16000 * seconds))
    return file.getvalue()


async def test_recordings_are_sent_by_their_bytes_and_path(make: Make, server: LocalGroq) -> None:
    batch = pa.table({"bytes": [wav(1), wav(2)], "path": ["/a/one.wav", "/a/two.wav"]})
    out = await make(Transcription, model="whisper-large-v3", prompt=None)(batch)
    assert out.column("error").to_pylist() == [None, None]
    assert all(out.column("response").to_pylist())


async def test_batches_of_a_worker_share_its_journal_and_what_is_there_is_not_sent_again(
    make: Make, server: LocalGroq, tmp_path: Path
) -> None:
    worker = make(journal=tmp_path)
    batch = table(40)
    parts = [batch.slice(start, 10) for start in range(0, 40, 10)]
    await asyncio.gather(*(worker(part) for part in parts))
    assert len(list(tmp_path.glob("*.jsonl"))) == 1
    again = [await make(journal=tmp_path)(part) for part in reversed(parts)]
    assert len(server.requests) == 40
    assert all(text for part in again for text in part.column("response").to_pylist())
    assert len(list(tmp_path.glob("*.jsonl"))) == 1


async def test_what_another_worker_completed_meanwhile_is_not_sent_again(
    make: Make, server: LocalGroq, tmp_path: Path
) -> None:
    one, other = make(journal=tmp_path), make(journal=tmp_path)
    await one(table(2))
    await other(table(4))  # a batch that Ray gives to another actor
    await one(table(4))
    assert len(server.requests) == 4


async def test_a_column_that_identifies_rows_may_have_another_name(
    make: Make, server: LocalGroq, tmp_path: Path
) -> None:
    batch = pa.table({"id": [1, 1], "key": ["a", "b"], "text": ["x", "x"]})
    out = await make(journal=tmp_path, id_column="key")(batch)
    assert out.column("error").to_pylist() == [None, None]
    assert out.column("id").to_pylist() == [1, 1]


async def test_a_rejected_key_raises(server: LocalGroq) -> None:
    strict = LocalGroq(api_key="gsk_right")
    with strict:
        worker = Chat(model=MODEL, prompt="{text}", base_url=strict.base_url, api_key="gsk_wrong")
        with pytest.raises(JobError, match="Invalid API Key"):
            await worker(table())
        await worker.aclose()


async def test_columns_of_results_leave_those_of_an_earlier_pass(make: Make) -> None:
    worker = make(into="label")
    once = await worker(table(1))
    twice = await make(into="topic", prompt="{label}")(once)
    assert twice.column_names[-6:] == ["topic", *(f"topic_{name}" for name in RESULTS)]
    with pytest.raises(JobInputError, match="'label' already"):
        await worker(once)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"journal": "s3://bucket/job/"}, "a folder that all machines have mounted"),
        ({"endpoint": "chat"}, "unexpected keyword argument 'endpoint'"),
        ({"prompt": "{text}", "params": {"temprature": 1}}, "temperature"),
        ({"limits": "develper"}, "developer"),
        ({"share": 2}, "share must be"),
    ],
)
def test_options_that_do_not_fit_are_rejected(options: dict[str, Any], message: str) -> None:
    with pytest.raises((JobInputError, TypeError, ValueError), match=message):
        Chat(**{"model": MODEL, **options})


def test_a_prompt_that_names_no_column_of_the_dataset_is_rejected() -> None:
    worker = Chat(model=MODEL, prompt="Say {txt}")
    with pytest.raises(JobInputError, match="no column 'txt', which the prompt names; it has id, text"):
        worker.check_columns(["id", "text"])


def test_a_type_of_the_script_can_be_pickled_after_it_was_used() -> None:
    @dataclass
    class Inner:
        text: str

    class Outer(TypedDict):
        inner: list[Inner]

    # As in a script: hints are looked up in the module, so the classes are put there.
    Outer.__annotations__["inner"] = list[Inner]
    Chat(model=MODEL, prompt="{text}", response_format=Outer)
    assert "__msgspec_cache__" in vars(Inner)
    prepare_to_send(Outer | None)
    assert "__msgspec_cache__" not in vars(Inner)
    assert "__msgspec_cache__" not in vars(Outer)


def test_a_struct_of_the_script_is_rejected_and_one_of_a_module_is_not() -> None:
    class Local(Struct):
        text: str

    with pytest.raises(JobInputError, match="Define it in a module that all machines import"):
        prepare_to_send(list[Local])
    prepare_to_send(list[Label])
