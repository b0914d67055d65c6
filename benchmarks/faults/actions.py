"""What users' code does in more than one scenario."""

from __future__ import annotations

from typing import Any

from .scenario import Side

MODEL = "openai/gpt-oss-20b"
TEXT = "one two three four five six seven eight nine ten 日本語 🦙 end"
"""What the server answers, in several bytes a letter here and there."""
ASK: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": "count"}]}


def answered(_body: dict[str, Any]) -> str:
    """The reply of the embedded server."""
    return TEXT


async def chat_text(client: Any, **more: Any) -> str:
    """The text of an answer."""
    answer = await client.chat.completions.create(**{**ASK, **more})
    text: str = answer.choices[0].message.content
    return text


def chat_text_blocking(client: Any, **more: Any) -> str:
    """The same, blocking."""
    text: str = client.chat.completions.create(**{**ASK, **more}).choices[0].message.content
    return text


async def stream_text(client: Any, **more: Any) -> str:
    """The text of a stream, read to its end."""
    text = ""
    async for chunk in await client.chat.completions.create(**{**ASK, **more}, stream=True):
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
    return text


async def chat(side: Side) -> str:
    """One chat request with a client of its own."""
    async with side.client() as client:
        return await chat_text(client)


async def stream(side: Side) -> str:
    """One stream with a client of its own."""
    async with side.client() as client:
        return await stream_text(client)


async def chat_retried(side: Side) -> str:
    """One chat request that may be tried three times."""
    async with side.client(max_retries=2) as client:
        return await chat_text(client)


async def chat_limited(side: Side) -> str:
    """One chat request for which there are five seconds in all, as far as the package can be told so."""
    limit = side.sdk.Timeout(5, total=5) if side.is_ours else 5
    async with side.client(max_retries=2, timeout=limit) as client:
        return await chat_text(client)
