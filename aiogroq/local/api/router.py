"""Answers calls as values: routing, the key check, rate limits and the operations, without a socket.

A batch runs its lines through the same `Service.answer` as the HTTP handler, which is why it is apart from HTTP.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from ..response import ApiError, Reply
from . import audio_api, text_api
from . import batches as batch_api
from . import files as file_api
from . import models as model_api
from .context import Context
from .request import Call

LOGGER = logging.getLogger("aiogroq.local")
# Without a handler of the application, the last-resort one would print tracebacks of malformed requests to stderr.
LOGGER.addHandler(logging.NullHandler())

Operation = Callable[[Context, Call], Reply]

PREFIXES = ("/openai/v1/", "/v1/", "/api/openai/v1/")

_FIXED: dict[str, dict[str, Operation]] = {
    "chat/completions": {"POST": text_api.chat_completions},
    "embeddings": {"POST": text_api.embeddings},
    "audio/speech": {"POST": audio_api.speech},
    "audio/transcriptions": {"POST": audio_api.transcriptions},
    "audio/translations": {"POST": audio_api.translations},
    "models": {"GET": model_api.list_models},
    "files": {"GET": file_api.list_files, "POST": file_api.create},
    "batches": {"GET": batch_api.list_batches, "POST": batch_api.create},
}
# (first segment, last segment or "") -> operations of one thing, whose id is in between.
_ONE: dict[tuple[str, str], dict[str, Operation]] = {
    ("files", "content"): {"GET": file_api.content},
    ("files", ""): {"GET": file_api.info, "DELETE": file_api.delete},
    ("batches", "cancel"): {"POST": batch_api.cancel},
    ("batches", ""): {"GET": batch_api.retrieve},
    ("models", ""): {"GET": model_api.retrieve, "DELETE": model_api.delete},
}
_MAX_ID = 256


@dataclass(slots=True)
class Service:
    """The operations over one `Context`."""

    context: Context
    _operations: dict[tuple[str, str], Operation] = field(init=False)

    def __post_init__(self) -> None:
        # The fixed routes under every prefix, so that the common case is one look-up.
        self._operations = {
            (method, prefix + path): operation
            for prefix in PREFIXES
            for path, operations in _FIXED.items()
            for method, operation in operations.items()
        }

    def answer(self, call: Call) -> Reply:
        """The response to any call whose key was checked, errors included; never raises `ApiError`."""
        try:
            operation = self._operations.get((call.method, call.path)) or _route(call)
            reply = operation(self.context, call)
        except ApiError as error:
            reply = error.reply()
        except RecursionError:
            reply = ApiError(400, "the request is nested too deeply").reply()
        except Exception:
            # A fault of this server or of a `reply` function: the client is told as little as by the service.
            LOGGER.exception("%s %s failed", call.method, call.path)
            reply = ApiError(500, "Internal Server Error", type="internal_server_error").reply()
        if call.model:
            reply.headers.update(self.context.limiter.headers(call.model))
        return reply

    def check_key(self, authorization: str) -> None:
        """Raise the service's 401 unless the header carries a good key."""
        scheme, _, key = authorization.partition(" ")
        expected = self.context.settings.api_key
        if (
            scheme.lower() != "bearer"
            or not key.strip()
            or (expected is not None and key.strip() != expected)
        ):
            raise ApiError(401, "Invalid API Key", "invalid_api_key")


def _route(call: Call) -> Operation:
    """The operation for a path; puts the id that the path holds, which may have slashes in it, into the call."""
    rest = next((call.path[len(prefix) :] for prefix in PREFIXES if call.path.startswith(prefix)), None)
    if rest is None:
        raise _unknown_url(call)
    operations = _FIXED.get(rest)
    if operations is None:
        kind, _, name = rest.partition("/")
        for last in ("content", "cancel", ""):
            operations = _ONE.get((kind, last))
            if operations is None or not name or (last and not name.endswith(f"/{last}")):
                operations = None
                continue
            call.target = unquote(name.removesuffix(f"/{last}") if last else name)[:_MAX_ID]
            if kind == "models" or "/" not in call.target:
                break
            operations = None
    if operations is None:
        raise _unknown_url(call)
    operation = operations.get(call.method)
    if operation is None:
        raise ApiError(
            405,
            f"Method {call.method} is not allowed for {call.path[:200]}",
            "method_not_allowed",
            headers={"allow": ", ".join(operations)},
        )
    return operation


def _unknown_url(call: Call) -> ApiError:
    text = f"Unknown request URL: {call.method} {call.path[:500]}. Please check the URL for typos, or see the docs at https://console.groq.com/docs/"
    return ApiError(404, text, "unknown_url")
