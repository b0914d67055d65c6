"""One call of the soak: made, and judged against what is right for its kind."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec

from aiogroq import APIError, AsyncGroq, AsyncStream, Timeout
from aiogroq.types.chat import ChatCompletionChunk

from .kinds import SHORT_S, Kind
from .server import ID_HEADER, answer_to

_MODEL = "openai/gpt-oss-20b"
_LEAVES_AFTER_S = 0.5


@dataclass
class Ended:
    """How a call ended."""

    id: str
    kind: Kind
    problem: str = ""
    """What is wrong with its end; empty where it is right."""
    attempts: int = 1
    """How many requests the caller knows of."""
    broken_attempts: int = 0
    """How many of them ended with their connection, before a response."""
    status: int | None = 200
    """The status that it was told last, None where there was none."""


async def call(client: AsyncGroq, id: str, kind: Kind, *, is_stream: bool) -> Ended:
    """Make the call and judge its end."""
    ended = Ended(id, kind)
    prompt = f"question {id}"
    try:
        if kind.leaves == "cancel":
            await _cancelled(client, prompt, ended, is_stream)
            return ended
        text = await (_stream if is_stream else _chat)(client, prompt, ended)
    except APIError as error:
        _judge_error(ended, error, answer_to(prompt))
    except Exception as error:  # whatever else comes is a foreign error, and to be reported as such
        ended.problem = f"foreign error {type(error).__name__}: {error}"
    else:
        if kind.errors:
            ended.problem = f"no error, and the text {text!r}"
        elif not kind.leaves and text != answer_to(prompt):
            ended.problem = f"another answer: {text!r}"
    return ended


def _options(ended: Ended) -> dict[str, object]:
    headers = {ID_HEADER: ended.id}
    if ended.kind.fault is not None:
        headers["x-local-fault"] = msgspec.json.encode(ended.kind.fault).decode()
    limit = Timeout(120.0, read=SHORT_S) if ended.kind.is_short else Timeout(120.0)
    return {"extra_headers": headers, "timeout": limit}


async def _chat(client: AsyncGroq, prompt: str, ended: Ended) -> str:
    answer = await client.chat.completions.create(
        model=_MODEL, messages=[{"role": "user", "content": prompt}], **_options(ended)
    )  # type: ignore[call-overload] # the options are the same for both forms, and built once
    text: str = answer.choices[0].message.content
    return text


async def _stream(client: AsyncGroq, prompt: str, ended: Ended) -> str:
    source: AsyncStream[ChatCompletionChunk] = await client.chat.completions.create(
        model=_MODEL, messages=[{"role": "user", "content": prompt}], stream=True, **_options(ended)
    )  # type: ignore[call-overload] # as above
    text = ""
    async with source:
        async for chunk in source:
            for choice in chunk.choices:
                text += choice.delta.content or ""
            if text and ended.kind.leaves == "break":
                break
    return text


async def _cancelled(client: AsyncGroq, prompt: str, ended: Ended, is_stream: bool) -> None:
    task = asyncio.create_task((_stream if is_stream else _chat)(client, prompt, ended))
    # Not before the server has the request, or there is nothing to leave.
    try:
        await asyncio.sleep(_LEAVES_AFTER_S)
    finally:
        task.cancel()
    try:
        await task
        ended.problem = "answered although it was cancelled"
    except asyncio.CancelledError:
        ended.status = None


def _judge_error(ended: Ended, error: APIError, whole: str) -> None:
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
