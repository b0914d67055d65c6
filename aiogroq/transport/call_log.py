"""One line at DEBUG for each finished call, under the logger ``aiogroq`` (``GROQ_LOG=debug`` shows them).

Method, path, model, status, request id, attempts, milliseconds from sending the request (the last attempt) to the end of its
body or to the error, and the tokens where the response names them. What is not known is left out. A stream is logged at its end. Nothing is made of it where DEBUG is off.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from yarl import URL

from ..errors import APIError, APIStatusError
from ..protocol.headers import scrub_text
from .body import AioBody
from .exchange import running_loop

if TYPE_CHECKING:
    from .call import Call

_log = logging.getLogger("aiogroq")


def is_on() -> bool:
    """Whether finished calls are logged."""
    return _log.isEnabledFor(logging.DEBUG)


def log_response(call: Call, body: AioBody, value: object) -> None:
    """A call has been responded to with ``value``."""
    tokens = _tokens(getattr(value, "usage", None))
    _write(call, body.status, _request_id(body), len(call.attempts) + 1, f" ms={_ms(body)}{tokens}")


def log_stream_of(call: Call, body: AioBody) -> Callable[[Any, APIError | None], None] | None:
    """What a stream calls at its end, with its usage and the error that it ended with; None where nothing is logged."""
    if not is_on():
        return None

    def log(usage: Any, error: APIError | None) -> None:
        end = f" ms={_ms(body)}{_tokens(usage)}" + ("" if error is None else f" error={type(error).__name__}")
        _write(call, body.status, _request_id(body), len(call.attempts) + 1, f" stream{end}")

    return log


def log_failure(call: Call, error: APIError) -> None:
    """A call has failed for good with ``error``."""
    if is_on():
        status = error.status_code if isinstance(error, APIStatusError) else None
        sent_at = call.sent_at
        ms = "" if sent_at is None else f" ms={round((running_loop().time() - sent_at) * 1000)}"
        _write(call, status, error.request_id, len(call.attempts), f"{ms} error={type(error).__name__}")


def _write(call: Call, status: int | None, request_id: str | None, attempts: int, rest: str) -> None:
    path = URL(call.info.url).raw_path
    known = [
        ("model", call.request.model),
        ("status", status),
        ("request_id", request_id),
        ("attempts", attempts),
    ]
    fields = "".join(f" {name}={_shown(value)}" for name, value in known if value is not None)
    _log.debug("%s %s%s%s", call.info.method, path, fields, rest)


def _shown(value: object) -> str:
    """As it is, or quoted where it could be taken for another field or another line."""
    text = str(value)
    return text if text.isprintable() and " " not in text else repr(text)


def _ms(body: AioBody) -> int:
    return round(body.elapsed_s * 1000)


def _request_id(body: AioBody) -> str | None:
    found = body.headers.get("x-request-id")
    return None if found is None else scrub_text(found, body.sent)


def _tokens(usage: Any) -> str:
    names = ("prompt_tokens", "completion_tokens")
    return "".join(f" {name}={count}" for name in names if (count := getattr(usage, name, None)) is not None)
