"""One line at DEBUG for each finished call, under the logger ``aiogroq`` (``GROQ_LOG=debug`` shows them).

Method, path, model, status, request id, attempts, milliseconds from sending the request (the last attempt) to the end of
its body or to the error, and the tokens where the response names them. What is not known is left out. A stream is logged
at its end. Where DEBUG is off, no line is built.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from yarl import URL

from ..errors import APIError, APIStatusError, RequestInfo
from ..protocol.redaction import redact_text
from ..protocol.status_errors import request_id
from .body import AioBody

_log = logging.getLogger("aiogroq")


def is_on() -> bool:
    """Return whether finished calls are logged."""
    return _log.isEnabledFor(logging.DEBUG)


def log_response(model: str | None, attempts: int, body: AioBody, value: object) -> None:
    """Log a call that returned ``value``, or a response of which no value was made (None)."""
    rest = f" ms={_ms(body)}{_tokens(getattr(value, 'usage', None))}"
    _write(body.request, model, body.status, request_id(body), attempts, rest)


def log_content(
    request: RequestInfo,
    model: str | None,
    headers: Mapping[str, str],
    elapsed_s: float,
    sent: Mapping[str, str],
) -> None:
    """Log a call whose first attempt returned a good response. ``sent`` are the headers of the request."""
    found = headers.get("x-request-id")
    response_id = None if found is None else redact_text(found, sent)
    _write(request, model, 200, response_id, 1, f" ms={round(elapsed_s * 1000)}")


def stream_logger(
    model: str | None, attempts: int, body: AioBody
) -> Callable[[Any, APIError | None], None] | None:
    """Return what a stream calls at its end, with its usage and the error that it ended with; None where logging is off."""
    if not is_on():
        return None

    def log(usage: Any, error: APIError | None) -> None:
        end = f" ms={_ms(body)}{_tokens(usage)}" + ("" if error is None else f" error={type(error).__name__}")
        _write(body.request, model, body.status, request_id(body), attempts, f" stream{end}")

    return log


def log_failure(request: RequestInfo, model: str | None, error: APIError, elapsed_s: float | None) -> None:
    """Log a call that failed for good with ``error``, ``elapsed_s`` seconds after its last attempt was sent, if one was."""
    if is_on():
        status = error.status_code if isinstance(error, APIStatusError) else None
        ms = "" if elapsed_s is None else f" ms={round(elapsed_s * 1000)}"
        rest = f"{ms} error={type(error).__name__}"
        _write(request, model, status, error.request_id, len(error.attempts), rest)


def _write(
    request: RequestInfo,
    model: str | None,
    status: int | None,
    response_id: str | None,
    attempts: int,
    rest: str,
) -> None:
    known = [("model", model), ("status", status), ("request_id", response_id), ("attempts", attempts)]
    fields = "".join(f" {name}={_quoted(value)}" for name, value in known if value is not None)
    _log.debug("%s %s%s%s", request.method, URL(request.url).raw_path, fields, rest)


def _quoted(value: object) -> str:
    """Return ``value`` as text, quoted where it could be taken for another field or another line."""
    text = str(value)
    return text if text.isprintable() and " " not in text else repr(text)


def _ms(body: AioBody) -> int:
    return round(body.elapsed_s * 1000)


def _tokens(usage: Any) -> str:
    names = ("prompt_tokens", "completion_tokens")
    return "".join(f" {name}={count}" for name in names if (count := getattr(usage, name, None)) is not None)
