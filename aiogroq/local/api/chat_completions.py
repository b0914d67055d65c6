"""`POST /chat/completions`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ..json_values import as_object
from ..model import completion, conversation
from ..model.catalog import MODELS, check_model
from ..model.words import number_from
from ..response import SSE_TYPE, ApiError, ApiResponse, reject
from .chat_response import ResponseMeta, completion_body, completion_events
from .chat_rules import check_chat
from .context import Context
from .model_rules import check_documented_limits, check_images, check_json_schema
from .request import ApiRequest
from .validation import parse_object

FAILED_GENERATIONS = ("tool_use_failed", "json_validate_failed")
"""The codes of errors that a stream sends as an event: the service notices them while it generates."""
SSE_HEADERS = {"cache-control": "no-cache"}
"""The headers of a stream besides its type."""


async def chat_completions(context: Context, request: ApiRequest) -> ApiResponse:
    """Return a completion as JSON or as a stream of events."""
    body = parse_object(request.body)
    _validate(context, request, body)
    model: str = body["model"]
    parsed = conversation.read(body)
    check_context_window(model, parsed.prompt_tokens)
    flex = body.get("service_tier") == "flex"
    context.admit(
        request,
        model,
        prompt_tokens=parsed.prompt_tokens,
        max_completion_tokens=completion.max_tokens(body) or 0,
        flex=flex,
    )
    try:
        result = await completion.complete(
            body, parsed, context.ids, context.replies, is_replaced=request.is_replaced
        )
    except ApiError as error:
        if body.get("stream") and error.error.get("code") in FAILED_GENERATIONS:
            # The service has already sent status 200 when the generation fails, so the error is an event.
            return _stream([error.event()])
        raise
    request.prompt_tokens, request.completion_tokens = result.prompt_tokens, result.completion_tokens
    meta = ResponseMeta(
        context.ids.completion(),
        request.request_id,
        context.settings.now(),
        body.get("seed") or context.ids.seed(),
        fingerprint(model),
        context.settings.tokens_per_second,
    )
    if not body.get("stream"):
        return ApiResponse(200, completion_body(result, meta))
    include_usage = bool(as_object(body.get("stream_options")).get("include_usage"))
    return _stream(completion_events(result, meta, include_usage=include_usage))


def _validate(context: Context, request: ApiRequest, body: dict[str, Any]) -> None:
    allow = context.settings.allow
    check_chat(body, allow)
    check_model(body["model"], strict=context.settings.strict)
    check_images(body)
    check_json_schema(body, allow)
    if context.settings.strict:
        check_documented_limits(body)
    if request.is_batch_line and body.get("stream"):
        reject("streaming is not supported in batches")


def _stream(events: list[bytes]) -> ApiResponse:
    return ApiResponse(200, content_type=SSE_TYPE, headers=SSE_HEADERS.copy(), chunks=events)


def check_context_window(model: str, prompt_tokens: int) -> None:
    """Raise `ApiError` 400 for a prompt that is longer than the context window of a listed model."""
    listed = MODELS.get(model)
    if listed is not None and prompt_tokens > listed["context_window"]:
        raise ApiError(
            400,
            "Please reduce the length of the messages or completion.",
            "context_length_exceeded",
            param="messages",
        )


@lru_cache(maxsize=256)
def fingerprint(model: str) -> str:
    """Return the `system_fingerprint` of a model."""
    return f"fp_{number_from(model) & 0xFFFFFFFFFF:010x}"
