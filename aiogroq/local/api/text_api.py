"""The operations on text: chat completions and embeddings."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ..json_values import as_object
from ..model import completion as chat
from ..model import conversation, vectors
from ..model.catalog import MODELS, check_model
from ..model.words import count_tokens, number_from
from ..response import SSE_TYPE, ApiError, Reply, json_reply, refuse
from .chat_response import Stamp, completion_body, completion_events
from .chat_rules import check_chat
from .context import Context
from .model_rules import check_images, check_kind, check_strictly
from .request import Call
from .validation import array, either, fields, nullable, parse_object, text

_FAILED_GENERATIONS = ("tool_use_failed", "json_validate_failed")


def chat_completions(context: Context, call: Call) -> Reply:
    """`POST /chat/completions`, streamed or not."""
    body = parse_object(call.body)
    check_chat(body)
    model: str = body["model"]
    check_model(model, strict=context.settings.strict)
    check_images(body)
    if context.settings.strict:
        check_strictly(body)
    if call.request_headers is None and body.get("stream"):
        refuse("streaming is not supported in batches")
    talk = conversation.read(body)
    _check_context(model, talk.prompt_tokens)
    _admit(context, call, model, talk.prompt_tokens + (chat.budget(body) or 0), body.get("service_tier"))
    try:
        made = chat.complete(body, talk, context.ids, context.replies)
    except ApiError as error:
        if body.get("stream") and error.error.get("code") in _FAILED_GENERATIONS:
            # The service has sent its 200 by the time it knows, so the error comes as an event.
            return Reply(200, content_type=SSE_TYPE, headers=_SSE_HEADERS.copy(), pieces=[error.event()])
        raise
    call.prompt_tokens, call.completion_tokens = made.prompt_tokens, made.completion_tokens
    _settle(context, call, model, made.prompt_tokens + made.completion_tokens)
    stamp = Stamp(
        context.ids.completion(),
        call.request_id,
        context.settings.now(),
        body.get("seed") or context.ids.seed(),
        _fingerprint(model),
        context.settings.tokens_per_second,
    )
    if not body.get("stream"):
        return Reply(200, completion_body(made, stamp))
    include_usage = bool(as_object(body.get("stream_options")).get("include_usage"))
    events = completion_events(made, stamp, include_usage=include_usage)
    return Reply(200, content_type=SSE_TYPE, headers=_SSE_HEADERS.copy(), pieces=events)


_SSE_HEADERS = {"cache-control": "no-cache"}
_embedding_request = fields(
    {
        "model": text(nonempty=True),
        "input": either(
            (str, text(nonempty=True)),
            (list, array(text(nonempty=True), 1, 2048)),
            rule="value must be a string or an array of strings",
        ),
        "encoding_format": text(choices=["float", "base64"]),
        "user": nullable(text()),
    },
    ["model", "input"],
)


def embeddings(context: Context, call: Call) -> Reply:
    """`POST /embeddings`."""
    body = parse_object(call.body)
    _embedding_request(body, "")
    model: str = body["model"]
    check_model(model, strict=context.settings.strict)
    if context.settings.strict:
        check_kind(model, "embedding")
    texts: list[str] = [body["input"]] if isinstance(body["input"], str) else body["input"]
    used = sum(count_tokens(each) + 1 for each in texts)
    _admit(context, call, model, used, None)
    call.prompt_tokens = used
    _settle(context, call, model, used)
    encode = vectors.as_base64 if body.get("encoding_format") == "base64" else vectors.as_floats
    data: list[dict[str, Any]] = [
        {"object": "embedding", "index": index, "embedding": encode(each)} for index, each in enumerate(texts)
    ]
    spent = {"prompt_tokens": used, "total_tokens": used}
    return json_reply({"object": "list", "data": data, "model": model, "usage": spent})


def _check_context(model: str, prompt_tokens: int) -> None:
    listed = MODELS.get(model)
    if listed is not None and prompt_tokens > listed["context_window"]:
        raise ApiError(
            400,
            "Please reduce the length of the messages or completion.",
            "context_length_exceeded",
            param="messages",
        )


def _admit(context: Context, call: Call, model: str, tokens: int, tier: Any) -> None:
    # The lines of a batch have limits of their own, which are not modelled.
    if call.request_headers is not None:
        call.model = model
        context.limiter.admit(model, tokens=tokens, service_tier="flex" if tier == "flex" else "on_demand")


def _settle(context: Context, call: Call, model: str, tokens: int) -> None:
    if call.request_headers is not None:
        context.limiter.settle(model, tokens)


@lru_cache(maxsize=256)
def _fingerprint(model: str) -> str:
    return f"fp_{number_from(model) & 0xFFFFFFFFFF:010x}"
