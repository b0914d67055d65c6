"""Files are stored unchanged. Batches pass their lines to the other endpoints, and can be polled and cancelled."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import asking
from virtual_time import EPOCH_S, current_loop, in_virtual_time

from aiogroq.local import LocalGroq

LINES = 5000


def line(custom_id: str, prompt: str = "What is 2+2?", **body: Any) -> dict[str, Any]:
    content = {"model": "m", "messages": [{"role": "user", "content": prompt}], **body}
    return {"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": content}


def upload(ask: Any, form: Any, content: bytes, filename: str = "in.jsonl") -> Any:
    body, headers = form({"purpose": "batch", "file": content}, filename)
    response = ask("/files", body, **headers)
    assert response.status == 200, response.body
    return response.json


def begin(ask: Any, form: Any, lines: list[Any], **properties: Any) -> Any:
    content = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines).encode()
    requested = {
        "input_file_id": upload(ask, form, content)["id"],
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        **properties,
    }
    response = ask("/batches", requested)
    assert response.status == 200, response.body
    return response.json


def watch(
    ask: Any,
    batch: Any,
    until: Callable[[Any], bool] = lambda batch: (
        batch["status"] in ("completed", "failed", "cancelled", "expired")
    ),
) -> list[Any]:
    """Return the batch after each change of its status."""
    seen = [batch]
    while not until(batch):
        batch = ask(f"/batches/{batch['id']}").json
        if batch["status"] != seen[-1]["status"]:
            seen.append(batch)
    return seen


def records(ask: Any, file_id: str) -> dict[str, Any]:
    body = ask(f"/files/{file_id}/content").body
    return {record["custom_id"]: record for record in map(json.loads, body.splitlines())}


def test_the_file_object_is_as_recorded(ask: Any, form: Any) -> None:
    made = upload(ask, form, b"abc\r\n--x", '../../etc/a "b".jsonl'.replace('"', "%22"))
    assert made["id"].startswith("file_01")
    assert (made["object"], made["bytes"], made["purpose"]) == ("file", 8, "batch")
    assert made["filename"] == '../../etc/a "b".jsonl'
    assert ask(f"/files/{made['id']}").json == made
    content = ask(f"/files/{made['id']}/content")
    assert (content.headers["content-type"], content.body) == ("application/octet-stream", b"abc\r\n--x")
    deleted = ask(f"/files/{made['id']}", method="DELETE").json
    assert deleted == {"id": made["id"], "object": "file", "deleted": True}
    assert ask(f"/files/{made['id']}/content").status == 404


def test_invalid_uploads_are_rejected(ask: Any, form: Any) -> None:
    for fields in (
        {"purpose": "batch"},
        {"file": b"x"},
        {"file": b"x", "purpose": "fine-tune"},
        {"file": b"", "purpose": "batch"},
        {"file": b"x", "purpose": "batch", "more": "x"},
    ):
        body, headers = form(fields)
        assert ask("/files", body, **headers).status == 400


@in_virtual_time
async def test_a_batch_passes_every_status_and_records_counts_and_times(form: Any) -> None:
    async with LocalGroq(batch_step_s=10, clock=current_loop().clock).serve_here() as server:
        ask = asking(server)
        lines = [line("a"), line("b", "What is 3+3?"), line("c", temperature=9)]
        # The clock stands while a thread asks.
        seen = [await asyncio.to_thread(begin, ask, form, lines, metadata={"k": "v"})]
        await asyncio.sleep(5)
        for _ in range(3):
            await asyncio.sleep(10)
            seen.append((await asyncio.to_thread(ask, f"/batches/{seen[0]['id']}")).json)
        await asyncio.to_thread(check_the_end_of_a_batch, ask, seen)


def check_the_end_of_a_batch(ask: Any, seen: list[Any]) -> None:
    assert [batch["status"] for batch in seen] == ["validating", "in_progress", "finalizing", "completed"]
    first, last = seen[0], seen[-1]
    assert first["id"].startswith("batch_01")
    assert first["request_counts"] == {"total": 0, "completed": 0, "failed": 0}
    assert first["expires_at"] - first["created_at"] == 86400
    assert last["request_counts"] == {"total": 3, "completed": 2, "failed": 1}
    assert last["metadata"] == {"k": "v"}
    times = [last[f"{phase}_at"] for phase in ("created", "in_progress", "finalizing", "completed")]
    assert times == [EPOCH_S, EPOCH_S + 10, EPOCH_S + 20, EPOCH_S + 30]
    outputs, errors = records(ask, last["output_file_id"]), records(ask, last["error_file_id"])
    assert set(outputs) == {"a", "b"}
    assert outputs["b"]["response"]["body"]["choices"][0]["message"]["content"] == "3+3 = 6."
    assert outputs["b"]["error"] is None
    assert outputs["a"]["id"].startswith("batch_req_out_01")
    assert outputs["a"]["response"]["request_id"] == outputs["a"]["response"]["body"]["x_groq"]["id"]
    assert errors["c"]["response"]["status_code"] == 400
    assert "temperature" in errors["c"]["response"]["body"]["error"]["message"]
    assert ask(f"/files/{last['output_file_id']}").json["purpose"] == "batch_output"


def test_audio_lines_are_transcribed_from_their_url(ask: Any, form: Any) -> None:
    audio = {"model": "whisper-large-v3", "url": "https://example.com/a.wav"}
    lines = [
        {**line("t"), "url": "/v1/audio/transcriptions", "body": {**audio, "language": "en"}},
        {
            **line("v"),
            "url": "/v1/audio/transcriptions",
            "body": {**audio, "response_format": "verbose_json", "timestamp_granularities": ["word"]},
        },
        {**line("x"), "url": "/v1/audio/translations", "body": {**audio, "response_format": "text"}},
        line("s", stream=True),
    ]
    last = watch(ask, begin(ask, form, lines, endpoint="/v1/audio/transcriptions"))[-1]
    outputs = records(ask, last["output_file_id"])
    assert outputs["t"]["response"]["body"]["text"]
    assert outputs["v"]["response"]["body"]["words"]
    assert isinstance(outputs["x"]["response"]["body"], str)
    assert set(records(ask, last["error_file_id"])) == {"s"}


@pytest.mark.parametrize(
    ("lines", "number", "code"),
    [
        ([line("a"), "{nonsense"], 2, "invalid_json_line"),
        ([line("a"), "", line("a")], 3, "duplicate_custom_id"),
        ([{**line("a"), "method": "GET"}], 1, "invalid_method"),
        ([{**line("a"), "url": "/v1/files"}], 1, "invalid_url"),
        (["   "], None, "empty_file"),
        ([line(str(number)) for number in range(6)], None, "too_many_lines"),
    ],
)
def test_invalid_lines_fail_the_batch_and_are_named(
    ask: Any, form: Any, lines: Any, number: int | None, code: str
) -> None:
    with LocalGroq(batch_step_s=0.0, max_batch_lines=5) as server:
        from openai import OpenAI

        with OpenAI(api_key="k", base_url=f"{server.base_url}/v1") as client:
            content = "\n".join(
                each if isinstance(each, str) else json.dumps(each) for each in lines
            ).encode()
            file = client.files.create(file=("in.jsonl", content), purpose="batch")
            batch = client.batches.create(
                input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
            )
            while batch.status not in ("failed", "completed"):
                batch = client.batches.retrieve(batch.id)
        assert batch.status == "failed"
        assert batch.failed_at is not None
        assert batch.errors is not None
        assert batch.errors.data is not None
        assert [(error.line, error.code) for error in batch.errors.data] == [(number, code)]


def test_a_cancelled_batch_keeps_its_finished_lines(server: LocalGroq, ask: Any, form: Any) -> None:
    is_begun, is_sent = threading.Event(), threading.Event()

    def reply(body: Any) -> str:
        # The third line takes until the server has the request to cancel, which it answers between two later lines.
        if body["messages"][0]["content"] == "2":
            is_begun.set()
            is_sent.wait(60)
        return "Yes."

    server.reply = reply
    batch = begin(ask, form, [line(str(number), str(number)) for number in range(LINES)])
    assert is_begun.wait(60)
    with socket.create_connection((server.host, server.port), timeout=60) as connection:
        head = f"POST /openai/v1/batches/{batch['id']}/cancel HTTP/1.0\r\nauthorization: Bearer k\r\n\r\n"
        connection.sendall(head.encode())
        is_sent.set()
        assert b'"status":"cancelling"' in b"".join(iter(lambda: connection.recv(65536), b""))
    last = watch(ask, batch)[-1]
    assert last["status"] == "cancelled"
    assert last["cancelled_at"] >= last["cancelling_at"]
    assert 2 < last["request_counts"]["completed"] < LINES
    assert len(records(ask, last["output_file_id"])) == last["request_counts"]["completed"]
    assert ask(f"/batches/{batch['id']}/cancel", b"").status == 409


def test_a_batch_whose_window_has_passed_expires(form: Any) -> None:
    from groq import Groq

    now_s = [1000.0]

    def reply(body: Any) -> str:
        if body["messages"][0]["content"] == "2":
            now_s[0] += 86_400
        return "Yes."

    with (
        LocalGroq(clock=lambda: now_s[0], batch_step_s=0.0, reply=reply) as server,
        Groq(api_key="k", base_url=server.base_url) as client,
    ):
        content = "\n".join(json.dumps(line(str(number), str(number))) for number in range(9)).encode()
        file = client.files.create(file=("in.jsonl", content), purpose="batch")
        assert file.id is not None
        assert file.created_at == 1000
        batch: Any = client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        while batch.status != "expired":
            batch = client.batches.retrieve(batch.id)
        assert batch.expired_at == batch.expires_at
        assert batch.request_counts.completed == 3


def test_invalid_batches_are_rejected(ask: Any, form: Any) -> None:
    requested = {
        "input_file_id": upload(ask, form, b"x")["id"],
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
    }
    for change in (
        {"endpoint": "/v1/files"},
        {"completion_window": "1h"},
        {"completion_window": "8d"},
        {"completion_window": "soon"},
        {"metadata": {"a": 1}},
        {"more": 1},
    ):
        assert ask("/batches", {**requested, **change}).status == 400
    assert ask("/batches", {**requested, "input_file_id": "file_nope"}).status == 404
    assert ask("/batches/batch_nope").status == 404


def test_batches_are_listed_in_pages_or_by_id(ask: Any, form: Any) -> None:
    file = upload(ask, form, json.dumps(line("a")).encode())
    requested = {"input_file_id": file["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    made = [ask("/batches", requested).json["id"] for _ in range(102)]
    first = ask("/batches").json
    rest = ask(f"/batches?cursor={first['paging']['next_cursor']}").json
    assert [batch["id"] for batch in first["data"] + rest["data"]] == made[::-1]
    assert "paging" not in rest
    chosen = ask(f"/batches?id={made[5]}&id={made[7]}").json["data"]
    assert [batch["id"] for batch in chosen] == [made[7], made[5]]
    assert ask("/batches?cursor=nope").status == 400


def test_a_data_directory_survives_a_restart_and_holds_everything(ask: Any, tmp_path: Path) -> None:
    from groq import Groq

    folder = tmp_path / "data"
    content = json.dumps(line("a")).encode()
    with (
        LocalGroq(data_dir=folder, batch_step_s=3600) as server,
        Groq(api_key="k", base_url=server.base_url) as client,
    ):
        file = client.files.create(file=("../../outside.jsonl", content), purpose="batch")
        gone = client.files.create(file=("b.jsonl", content), purpose="batch")
        assert file.id is not None
        assert gone.id is not None
        client.files.delete(gone.id)
        batch: Any = client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
    (folder / "files" / "strange.json").write_text("[")
    (folder / "files" / "file_aaaaaaaaaaaaaaaa.json").write_text("[")
    with (
        LocalGroq(data_dir=folder, batch_step_s=0.0) as server,
        Groq(api_key="k", base_url=server.base_url) as client,
    ):
        assert "../../outside.jsonl" in [each.filename for each in client.files.list().data]
        assert gone.id not in [each.id for each in client.files.list().data]
        assert client.files.content(file.id).read() == content
        while batch.status != "completed":
            batch = client.batches.retrieve(batch.id)
        assert client.files.content(batch.output_file_id).read()
        (folder / "files" / f"{file.id}.bin").unlink()
        assert client.files.with_raw_response.info(file.id).status_code == 200
        from groq import NotFoundError

        with pytest.raises(NotFoundError):
            client.files.content(file.id)
    names = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert all(name.startswith(("file_", "batch_", "strange")) for name in names)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_the_number_of_files_and_batches_is_bounded() -> None:
    from groq import BadRequestError, Groq

    with (
        LocalGroq(max_files=2, max_batches=1, batch_step_s=0.0) as server,
        Groq(api_key="k", base_url=server.base_url) as client,
    ):
        files = [
            client.files.create(file=("a.jsonl", json.dumps(line("a")).encode()), purpose="batch")
            for _ in range(2)
        ]
        with pytest.raises(BadRequestError, match="storage limit"):
            client.files.create(file=("a.jsonl", b"x"), purpose="batch")
        assert files[0].id is not None
        batch: Any = client.batches.create(
            input_file_id=files[0].id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        with pytest.raises(BadRequestError, match="limit of batches"):
            client.batches.create(
                input_file_id=files[0].id, endpoint="/v1/chat/completions", completion_window="24h"
            )
        while batch.status != "completed":
            batch = client.batches.retrieve(batch.id)
        assert batch.output_file_id is None
        assert batch.errors
