"""Runs batches: each line of the input file is passed to the same endpoints as a request over HTTP.

A batch is validating, in_progress, finalizing and then completed. Each status lasts `batch_step_s` seconds, so that a
polling client sees it. Lines that fail go to the error file in the same format. An invalid line fails the whole batch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from ..ids import Ids
from ..response import ApiError, ApiResponse, encode_json
from ..settings import Settings
from .file_store import Files, load_objects, save_object, unused_id
from .request import ApiRequest

ENDPOINTS = ("/v1/chat/completions", "/v1/audio/transcriptions", "/v1/audio/translations")
_ENDED = ("failed", "completed", "expired", "cancelled")
_MAX_ERRORS = 100


class _Line(msgspec.Struct):
    custom_id: str
    method: str
    url: str
    body: dict[str, Any]


class Batches:
    """The batch objects, and the tasks that run them. Used on the server thread only."""

    def __init__(self, settings: Settings, ids: Ids, files: Files) -> None:
        self._settings = settings
        self._ids = ids
        self._files = files
        self._handler: Callable[[ApiRequest], Awaitable[ApiResponse]]
        directory = settings.data_dir
        self._folder = None if directory is None else directory / "batches"
        self._batches = load_objects(self._folder)
        self._tasks: set[asyncio.Task[None]] = set()

    def resume(self, handler: Callable[[ApiRequest], Awaitable[ApiResponse]]) -> None:
        """Process the lines of batches with *handler* and restart batches that a stop interrupted, from their first line."""
        self._handler = handler
        for batch in self._batches.values():
            if batch["status"] not in _ENDED:
                self._start(batch)

    async def stop(self) -> None:
        """Cancel all running batches."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def add(self, params: dict[str, Any], window_s: int) -> dict[str, Any]:
        """Create and start a batch and return its object. Raises `ApiError` 400 when `max_batches` is reached."""
        if len(self._batches) >= self._settings.max_batches:
            raise ApiError(400, "you have reached the limit of batches", "batch_limit_reached")
        now = self._settings.now()
        batch: dict[str, Any] = {
            "id": unused_id(self._ids, "batch", self._batches),
            "object": "batch",
            "endpoint": params["endpoint"],
            "errors": None,
            "input_file_id": params["input_file_id"],
            "completion_window": params["completion_window"],
            "status": "validating",
            "output_file_id": None,
            "error_file_id": None,
            "finalizing_at": None,
            "failed_at": None,
            "expired_at": None,
            "cancelled_at": None,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
            "metadata": params.get("metadata"),
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
        """Return the object of *batch_id*. Raises `ApiError` 404."""
        batch = self._batches.get(batch_id)
        if batch is None:
            raise ApiError(404, f"Batch with id `{batch_id}` was not found", "not_found")
        return batch

    def all(self) -> list[dict[str, Any]]:
        """Return all batch objects, newest first."""
        return list(reversed(self._batches.values()))

    def cancel(self, batch_id: str) -> dict[str, Any]:
        """Request the end of a batch. Raises `ApiError` 404, or 409 when the batch has ended."""
        batch = self.get(batch_id)
        if batch["status"] in _ENDED:
            raise ApiError(409, f"Cannot cancel a batch with status '{batch['status']}'", "conflict")
        self._set_status(batch, "cancelling")
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
            self._set_status(batch, "failed")
            return
        batch["request_counts"] = {"total": len(lines), "completed": 0, "failed": 0}
        self._set_status_unless_stopped(batch, "in_progress")
        outputs: list[bytes] = []
        failures: list[bytes] = []
        if not self._must_stop(batch):
            await asyncio.sleep(step_s)
        for line in lines:
            if self._must_stop(batch):
                break
            await self._run_line(batch, line, outputs, failures)
            await asyncio.sleep(0)
        self._set_status_unless_stopped(batch, "finalizing")
        await asyncio.sleep(step_s)
        batch["output_file_id"] = self._write(batch, "output", outputs)
        batch["error_file_id"] = self._write(batch, "error", failures)
        stopped = "cancelled" if batch["status"] == "cancelling" else "expired"
        self._set_status(batch, stopped if self._must_stop(batch) else "completed")

    def _must_stop(self, batch: dict[str, Any]) -> bool:
        return bool(batch["status"] == "cancelling") or self._settings.now() >= batch["expires_at"]

    async def _run_line(
        self, batch: dict[str, Any], line: _Line, outputs: list[bytes], failures: list[bytes]
    ) -> None:
        request_id = self._ids.request()
        request = ApiRequest(line.method, line.url, body=encode_json(line.body), request_id=request_id)
        response = await self._handler(request)
        succeeded = response.status < 400
        body = response.full_body()
        record = {
            "id": self._ids.prefixed("batch_req_out"),
            "custom_id": line.custom_id,
            "response": {
                "status_code": response.status,
                "request_id": request_id,
                "body": msgspec.Raw(body) if response.content_type == "application/json" else body.decode(),
            },
            "error": None,
        }
        (outputs if succeeded else failures).append(encode_json(record) + b"\n")
        batch["request_counts"]["completed" if succeeded else "failed"] += 1

    def _read_lines(self, batch: dict[str, Any]) -> tuple[list[_Line], list[dict[str, Any]]]:
        """Return the parsed lines of the input file and the errors in it."""
        try:
            content = self._files.content(batch["input_file_id"])
        except ApiError as error:
            return [], [_error("file_not_found", error.message, None)]
        max_lines = self._settings.max_batch_lines
        if content.count(b"\n") > 2 * max_lines:
            return [], [_error("too_many_lines", f"The input file has more than {max_lines} lines.", None)]
        numbered = [(number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
        if not numbered:
            return [], [_error("empty_file", "The input file has no lines.", None)]
        if len(numbered) > max_lines:
            return [], [_error("too_many_lines", f"The input file has more than {max_lines} lines.", None)]
        lines: list[_Line] = []
        errors: list[dict[str, Any]] = []
        seen: set[str] = set()
        for number, text in numbered:
            problem = _check_line(text, lines, seen)
            if problem and len(errors) < _MAX_ERRORS:
                errors.append(_error(*problem, line=number))
        return lines, errors

    def _write(self, batch: dict[str, Any], kind: str, records: list[bytes]) -> str | None:
        if not records:
            return None
        name = f"{batch['id']}_{kind}.jsonl"
        try:
            file = self._files.add(self._ids, name, "batch_output", b"".join(records), self._settings.now())
        except ApiError as error:
            batch["errors"] = {
                "object": "list",
                "data": [_error("storage_limit_reached", error.message, None)],
            }
            return None
        return str(file["id"])

    def _set_status_unless_stopped(self, batch: dict[str, Any], status: str) -> None:
        """Set *status* unless the batch was cancelled or has expired."""
        if not self._must_stop(batch):
            self._set_status(batch, status)

    def _set_status(self, batch: dict[str, Any], status: str) -> None:
        batch["status"] = status
        batch[f"{status}_at"] = self._settings.now()
        self._save(batch)

    def _save(self, batch: dict[str, Any]) -> None:
        if self._folder is not None:
            save_object(self._folder, batch)


def _check_line(text: bytes, lines: list[_Line], seen: set[str]) -> tuple[str, str] | None:
    """Append a valid line to *lines*. Return (code, message) for an invalid one."""
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
