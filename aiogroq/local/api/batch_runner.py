"""Runs batches: each line of the input file goes through the same operations as a request does.

A batch passes validating, in_progress, finalizing, completed, one step of `batch_step_s` each, so that a client who asks
sees them. Lines that fail go to the error file in the same form as the others; a file with bad lines fails the batch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from ..ids import Ids
from ..response import ApiError, Reply, encode_json
from ..settings import Settings
from .file_store import Files, fresh_id, load_objects, save_object
from .request import Call

ENDPOINTS = ("/v1/chat/completions", "/v1/audio/transcriptions", "/v1/audio/translations")
_ENDED = ("failed", "completed", "expired", "cancelled")
_MAX_ERRORS = 100


class _Line(msgspec.Struct):
    custom_id: str
    method: str
    url: str
    body: dict[str, Any]


class Batches:
    """Batch objects as answered, and the tasks that run them. Used by the server's own thread only."""

    def __init__(self, settings: Settings, ids: Ids, files: Files) -> None:
        self._settings = settings
        self._ids = ids
        self._files = files
        self._handler: Callable[[Call], Reply]
        directory = settings.data_dir
        self._folder = None if directory is None else directory / "batches"
        self._batches = load_objects(self._folder)
        self._tasks: set[asyncio.Task[None]] = set()

    def resume(self, handler: Callable[[Call], Reply]) -> None:
        """Answer the lines of batches with *handler*; restart the batches that a stop has interrupted."""
        self._handler = handler
        for batch in self._batches.values():
            if batch["status"] not in _ENDED:
                self._start(batch)

    async def stop(self) -> None:
        """Break off what runs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def add(self, asked: dict[str, Any], window_s: int) -> dict[str, Any]:
        """Begin a batch; answers its object. Raises `ApiError` 400 where there are too many already."""
        if len(self._batches) >= self._settings.max_batches:
            raise ApiError(400, "you have reached the limit of batches", "batch_limit_reached")
        now = self._settings.now()
        batch: dict[str, Any] = {
            "id": fresh_id(self._ids, "batch", self._batches),
            "object": "batch",
            "endpoint": asked["endpoint"],
            "errors": None,
            "input_file_id": asked["input_file_id"],
            "completion_window": asked["completion_window"],
            "status": "validating",
            "output_file_id": None,
            "error_file_id": None,
            "finalizing_at": None,
            "failed_at": None,
            "expired_at": None,
            "cancelled_at": None,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
            "metadata": asked.get("metadata"),
            "created_at": now,
            "expires_at": now + window_s,
            "cancelling_at": None,
            "completed_at": None,
            "in_progress_at": None,
        }
        self._batches[batch["id"]] = batch
        self._save(batch)
        self._start(batch)
        return batch

    def get(self, batch_id: str) -> dict[str, Any]:
        """The object of *batch_id*; raises `ApiError` 404."""
        found = self._batches.get(batch_id)
        if found is None:
            raise ApiError(404, f"Batch with id `{batch_id}` was not found", "not_found")
        return found

    def all(self) -> list[dict[str, Any]]:
        """Every batch object, newest first."""
        return list(reversed(self._batches.values()))

    def cancel(self, batch_id: str) -> dict[str, Any]:
        """Ask a batch to end; raises `ApiError` 404, or 409 where it has ended."""
        batch = self.get(batch_id)
        if batch["status"] in _ENDED:
            raise ApiError(409, f"Cannot cancel a batch with status '{batch['status']}'", "conflict")
        self._enter(batch, "cancelling")
        return batch

    def _start(self, batch: dict[str, Any]) -> None:
        task = asyncio.get_running_loop().create_task(self._run(batch))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, batch: dict[str, Any]) -> None:
        step_s = self._settings.batch_step_s
        await asyncio.sleep(step_s)
        lines, errors = self._read_lines(batch)
        if errors and batch["status"] != "cancelling":
            batch["errors"] = {"object": "list", "data": errors}
            self._enter(batch, "failed")
            return
        batch["request_counts"] = {"total": len(lines), "completed": 0, "failed": 0}
        self._move(batch, "in_progress")
        outputs: list[bytes] = []
        failures: list[bytes] = []
        if not self._breaks_off(batch):
            await asyncio.sleep(step_s)
        for line in lines:
            if self._breaks_off(batch):
                break
            self._run_line(batch, line, outputs, failures)
            await asyncio.sleep(0)
        self._move(batch, "finalizing")
        await asyncio.sleep(step_s)
        batch["output_file_id"] = self._write(batch, "output", outputs)
        batch["error_file_id"] = self._write(batch, "error", failures)
        broken_off = "cancelled" if batch["status"] == "cancelling" else "expired"
        self._enter(batch, broken_off if self._breaks_off(batch) else "completed")

    def _breaks_off(self, batch: dict[str, Any]) -> bool:
        return bool(batch["status"] == "cancelling") or self._settings.now() >= batch["expires_at"]

    def _run_line(
        self, batch: dict[str, Any], line: _Line, outputs: list[bytes], failures: list[bytes]
    ) -> None:
        request_id = self._ids.request()
        call = Call(line.method, line.url, body=encode_json(line.body), request_id=request_id)
        reply = self._handler(call)
        good = reply.status < 400
        body = reply.whole_body()
        record = {
            "id": self._ids.prefixed("batch_req_out"),
            "custom_id": line.custom_id,
            "response": {
                "status_code": reply.status,
                "request_id": request_id,
                "body": msgspec.Raw(body) if reply.content_type == "application/json" else body.decode(),
            },
            "error": None,
        }
        (outputs if good else failures).append(encode_json(record) + b"\n")
        batch["request_counts"]["completed" if good else "failed"] += 1

    def _read_lines(self, batch: dict[str, Any]) -> tuple[list[_Line], list[dict[str, Any]]]:
        """The lines of the input file, and what is wrong with it."""
        try:
            content = self._files.content(batch["input_file_id"])
        except ApiError as error:
            return [], [_error("file_not_found", error.message, None)]
        most = self._settings.max_batch_lines
        if content.count(b"\n") > 2 * most:
            return [], [_error("too_many_lines", f"The input file has more than {most} lines.", None)]
        given = [(number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
        if not given:
            return [], [_error("empty_file", "The input file has no lines.", None)]
        if len(given) > most:
            return [], [_error("too_many_lines", f"The input file has more than {most} lines.", None)]
        lines: list[_Line] = []
        errors: list[dict[str, Any]] = []
        seen: set[str] = set()
        for number, text in given:
            problem = _check_line(text, lines, seen)
            if problem and len(errors) < _MAX_ERRORS:
                errors.append(_error(*problem, line=number))
        return lines, errors

    def _write(self, batch: dict[str, Any], kind: str, records: list[bytes]) -> str | None:
        if not records:
            return None
        name = f"{batch['id']}_{kind}.jsonl"
        try:
            made = self._files.add(self._ids, name, "batch_output", b"".join(records), self._settings.now())
        except ApiError as error:
            batch["errors"] = {
                "object": "list",
                "data": [_error("storage_limit_reached", error.message, None)],
            }
            return None
        return str(made["id"])

    def _move(self, batch: dict[str, Any], status: str) -> None:
        """Enter *status* unless the batch is breaking off."""
        if not self._breaks_off(batch):
            self._enter(batch, status)

    def _enter(self, batch: dict[str, Any], status: str) -> None:
        batch["status"] = status
        batch[f"{status}_at"] = self._settings.now()
        self._save(batch)

    def _save(self, batch: dict[str, Any]) -> None:
        if self._folder is not None:
            save_object(self._folder, batch)


def _check_line(text: bytes, lines: list[_Line], seen: set[str]) -> tuple[str, str] | None:
    """Add a good line to *lines*; of a bad one answer (code, message)."""
    try:
        line = msgspec.json.decode(text, type=_Line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return "invalid_json_line", f"This line is not a batch request: {error}"
    if line.custom_id in seen:
        return "duplicate_custom_id", f"The custom_id '{line.custom_id[:100]}' is used more than once."
    if line.method != "POST":
        return "invalid_method", "The method must be POST."
    if line.url not in ENDPOINTS:
        return "invalid_url", f"The url '{line.url[:100]}' is not supported in batches."
    seen.add(line.custom_id)
    lines.append(line)
    return None


def _error(code: str, message: str, param: str | None = None, line: int | None = None) -> dict[str, Any]:
    return {"code": code, "message": message, "param": param, "line": line}
