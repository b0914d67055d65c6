"""`POST /responses`."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from ..model import completion, conversation
from ..model.catalog import check_model
from ..response import SSE_TYPE, ApiError, ApiResponse, json_response, reject
from .chat_completions import FAILED_GENERATIONS, SSE_HEADERS, check_context_window, fingerprint
from .chat_response import ResponseMeta
from .chat_rules import check_chat
from .context import Context
from .model_rules import check_documented_limits, check_images, check_json_schema
from .request import ApiRequest
from .responses_items import Rendering
from .responses_request import chat_request
from .responses_schema import check_schema
from .validation import parse_object

_NAMES = {
    "messages": "input",
    "max_completion_tokens": "max_output_tokens",
    "response_format": "text.format",
    "reasoning_effort": "reasoning.effort",
}
"""The names of chat properties in the texts of errors, and what a Responses request calls them."""
_QUOTED = re.compile(r"([`'])(messages|max_completion_tokens|response_format|reasoning_effort)\b")


async def responses(context: Context, request: ApiRequest) -> ApiResponse:
    """Return a response as JSON or as a stream of events. The completion is that of the same chat request."""
    body = parse_object(request.body)
    check_schema(body, "")
    if request.is_batch_line and body.get("stream"):
        reject("streaming is not supported in batches")
    chat = chat_request(body)
    with _renamed():
        rendering = await _rendering(context, request, body, chat)
    if isinstance(rendering, ApiError):
        return _stream([rendering.event()])
    return _stream(rendering.events()) if body.get("stream") else json_response(rendering.response())


async def _rendering(
    context: Context, request: ApiRequest, body: dict[str, Any], chat: dict[str, Any]
) -> Rendering | ApiError:
    """Return the response, or the error that a stream sends as an event, because its status has been sent."""
    allow = context.settings.allow
    check_chat(chat, allow)
    model: str = chat["model"]
    check_model(model, strict=context.settings.strict)
    check_images(chat)
    check_json_schema(
        chat, allow
    )  # without its rule for streams, which the service documents for chat completions
    if context.settings.strict:
        check_documented_limits(chat)
    parsed = conversation.read(chat)
    check_context_window(model, parsed.prompt_tokens)
    maximum = completion.max_tokens(chat) or 0
    flex = chat.get("service_tier") == "flex"
    tokens = parsed.prompt_tokens
    context.admit(request, model, prompt_tokens=tokens, max_completion_tokens=maximum, flex=flex)
    try:
        result = await completion.complete(
            chat, parsed, context.ids, context.replies, is_replaced=request.is_replaced
        )
    except ApiError as error:
        if body.get("stream") and error.error.get("code") in FAILED_GENERATIONS:
            return error
        raise
    request.prompt_tokens, request.completion_tokens = result.prompt_tokens, result.completion_tokens
    settings = context.settings
    meta = ResponseMeta(
        "", request.request_id, settings.now(), 0, fingerprint(model), settings.tokens_per_second
    )
    beta = (request.request_headers or {}).get("groq-beta", "")
    return Rendering(body, result, meta, context.ids, has_times="inference-metrics" in beta)


@contextmanager
def _renamed() -> Generator[None]:
    """Name the properties in the texts of errors as a Responses request has them."""
    try:
        yield
    except ApiError as error:
        error.message = _QUOTED.sub(lambda found: found[1] + _NAMES[found[2]], error.message)
        error.error["message"] = error.message
        if error.error.get("param") in _NAMES:
            error.error["param"] = _NAMES[error.error["param"]]
        raise


def _stream(events: list[bytes]) -> ApiResponse:
    return ApiResponse(200, content_type=SSE_TYPE, headers=SSE_HEADERS.copy(), chunks=events)
