"""What the body of a response means for a job: its value, its text, its usage and whether it is complete.

Of each response only usage and finish_reason are decoded while a job runs; the rest when a user asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import msgspec

from ..types._decode import decode_json, decode_untyped
from ..types.audio import Transcription, Translation
from ..types.chat.chat_completion import ChatCompletion
from ..types.embeddings import CreateEmbeddingResponse
from .outcome import Endpoint, ItemUsage, Status

if TYPE_CHECKING:
    from ..schemas import TypedFormat


class _PromptDetails(msgspec.Struct):
    cached_tokens: int | None = None


class Usage(msgspec.Struct):
    """The usage in a response, with the names that the pacer reads."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _PromptDetails | None = None


class _Choice(msgspec.Struct):
    finish_reason: str | None = None


class _Body(msgspec.Struct):
    choices: list[_Choice] = msgspec.field(default_factory=list[_Choice])
    usage: Usage | None = None
    duration: float | None = None


_decoder = msgspec.json.Decoder(_Body)


def read_body(endpoint: Endpoint, body: bytes) -> tuple[Status, ItemUsage]:
    """Return whether a response is complete, and what it used. Raises `ValueError` for a body that is not JSON."""
    status, usage, _ = read_response(endpoint, body)
    return status, usage


def read_response(endpoint: Endpoint, body: bytes) -> tuple[Status, ItemUsage, Usage | None]:
    """Return whether a response is complete, and what it used, for the outcome and as it was sent.

    Raises `ValueError` for a body that is not JSON.
    """
    try:
        found = _decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        value = decode_untyped(body)  # raises NotJSONError, which is a ValueError
        try:
            found = msgspec.convert(value, _Body, strict=False)
        except msgspec.ValidationError:  # JSON of another shape: nothing is known of it
            return "done", ItemUsage(), None
    usage = found.usage
    status: Status = "done"
    if endpoint == "chat":
        for choice in found.choices:
            if choice.finish_reason == "length":
                status = "length"
    if usage is None:
        return status, ItemUsage(audio_s=found.duration or 0.0), None
    details = usage.prompt_tokens_details
    cached = (details.cached_tokens or 0) if details is not None else 0
    counted = ItemUsage(usage.prompt_tokens, usage.completion_tokens, cached, found.duration or 0.0)
    return status, counted, usage


_TYPES: dict[Endpoint, Any] = {
    "chat": ChatCompletion,
    "embeddings": CreateEmbeddingResponse,
    "transcription": Transcription,
    "translation": Translation,
}


def decode_value(endpoint: Endpoint, body: bytes, typed: TypedFormat[Any] | None = None) -> Any:
    """Return the body of a response as the value of its endpoint; for speech the path of the file.

    ``typed`` is the type that a job was given for its results: then it is the value of that type. Raises
    `StructuredOutputError` and `LengthFinishReasonError` where the body has none.
    """
    if typed is not None:
        from ..structured.steps import parsed_once  # most jobs have no type

        return parsed_once(decode_json(ChatCompletion, body), typed, {}).parsed
    if endpoint in _TYPES and body[:1] != b'"':
        return decode_json(_TYPES[endpoint], body)
    return decode_untyped(body)  # a text: a path, or a transcription with response_format="text"


def mismatch_of(body: bytes, typed: TypedFormat[Any]) -> Exception | None:
    """Return why the body of a chat completion has no value of a type, or None.

    It may run validators of the user, which may raise anything: that is about this response only.
    """
    try:
        decode_value("chat", body, typed)
    except Exception as error:
        return error
    return None


def text_of(endpoint: Endpoint, value: Any) -> str:
    """Return the text of a value: the message of a chat completion, a transcription, the path of speech."""
    if isinstance(value, str):
        return value
    if endpoint == "chat" and isinstance(value, ChatCompletion):
        return (value.choices[0].message.content or "") if value.choices else ""
    text = getattr(value, "text", "")
    return text if isinstance(text, str) else ""


def service_message(body: Any) -> str:
    """Return what the service says in the body of an error, without the object around it."""
    details = cast("Mapping[str, Any]", body).get("error", body) if isinstance(body, Mapping) else body
    if isinstance(details, Mapping):
        details = cast("Mapping[str, Any]", details).get("message", details)
    return "the service gave no reason" if details in (None, "") else str(details)[:2_000]
