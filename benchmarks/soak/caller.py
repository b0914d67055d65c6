"""Makes one call of the soak and checks its result against its kind."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec

from aiogroq import APIError, AsyncGroq, AsyncStream, Timeout
from aiogroq.types.chat import ChatCompletionChunk

from .kinds import SHORT_S, Kind
from .server import ID_HEADER, reply_to

_MODEL = "openai/gpt-oss-20b"
_CANCEL_AFTER_S = 0.5


@dataclass
class CallResult:
    """The result of one call."""

    id: str
    kind: Kind
    problem: str = ""
    """What is wrong with the result; empty if it is right."""
    attempts: int = 1
    """The number of attempts that the caller knows of."""
    broken_attempts: int = 0
    """The attempts whose connection was closed before a response."""
    status: int | None = 200
    """The last status that the caller got, or None."""


async def call(client: AsyncGroq, id: str, kind: Kind, *, is_stream: bool) -> CallResult:
    """Make the call and check its result."""
    ended = CallResult(id, kind)
    prompt = f"question {id}"
    try:
        if kind.disconnect == "cancel":
            await _cancel(client, prompt, ended, is_stream)
            return ended
        text = await (_stream if is_stream else _chat)(client, prompt, ended)
    except APIError as error:
        _judge_error(ended, error, reply_to(prompt))
    except Exception as error:  # any other error is a problem
        ended.problem = f"foreign error {type(error).__name__}: {error}"
    else:
        if kind.errors:
            ended.problem = f"no error, and the text {text!r}"
        elif not kind.disconnect and text != reply_to(prompt):
            ended.problem = f"another text: {text!r}"
    return ended


def _options(ended: CallResult) -> dict[str, object]:
    headers = {ID_HEADER: ended.id}
    if ended.kind.fault is not None:
        headers["x-local-fault"] = msgspec.json.encode(ended.kind.fault).decode()
    timeout = Timeout(120.0, read=SHORT_S) if ended.kind.is_short else Timeout(120.0)
    return {"extra_headers": headers, "timeout": timeout}


async def _chat(client: AsyncGroq, prompt: str, ended: CallResult) -> str:
    completion = await client.chat.completions.create(
        model=_MODEL, messages=[{"role": "user", "content": prompt}], **_options(ended)
    )  # type: ignore[call-overload] # the options are the same for both forms, and built once
    text: str = completion.choices[0].message.content
    return text


async def _stream(client: AsyncGroq, prompt: str, ended: CallResult) -> str:
    source: AsyncStream[ChatCompletionChunk] = await client.chat.completions.create(
        model=_MODEL, messages=[{"role": "user", "content": prompt}], stream=True, **_options(ended)
    )  # type: ignore[call-overload] # as above
    text = ""
    async with source:
        async for chunk in source:
            for choice in chunk.choices:
                text += choice.delta.content or ""
            if text and ended.kind.disconnect == "break":
                break
    return text


async def _cancel(client: AsyncGroq, prompt: str, ended: CallResult, is_stream: bool) -> None:
    task = asyncio.create_task((_stream if is_stream else _chat)(client, prompt, ended))
    # Cancel only after the server has received the request.
    try:
        await asyncio.sleep(_CANCEL_AFTER_S)
    finally:
        task.cancel()
    try:
        await task
        ended.problem = "completed although it was cancelled"
    except asyncio.CancelledError:
        ended.status = None


def _judge_error(ended: CallResult, error: APIError, whole: str) -> None:
    names = {cls.__name__ for cls in type(error).__mro__}
    ended.attempts = max(1, len(error.attempts))
    ended.broken_attempts = sum(
        (attempt.error or "").startswith("Connection error") for attempt in error.attempts
    )
    ended.status = getattr(error, "status_code", None)
    if not names & set(ended.kind.errors):
        ended.problem = f"{type(error).__name__}: {error}"
    elif not error.message:
        ended.problem = "an error without a message"
    elif error.partial is not None and error.partial.choices:
        text = error.partial.choices[0].message.content or ""
        if not whole.startswith(text):
            ended.problem = f"another partial text: {text!r}"
