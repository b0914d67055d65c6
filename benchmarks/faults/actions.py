"""Actions that several scenarios use."""

from __future__ import annotations

from typing import Any

from .scenario import Package

MODEL = "openai/gpt-oss-20b"
TEXT = "one two three four five six seven eight nine ten 日本語 🦙 end"
"""The text of the responses, with multi-byte characters."""
CHAT: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": "count"}]}


def reply(_body: dict[str, Any]) -> str:
    """The reply of the embedded server."""
    return TEXT


async def chat_text(client: Any, **more: Any) -> str:
    """Return the text of a completion."""
    completion = await client.chat.completions.create(**{**CHAT, **more})
    text: str = completion.choices[0].message.content
    return text


def chat_text_sync(client: Any, **more: Any) -> str:
    """Return the text of a completion of a sync client."""
    text: str = client.chat.completions.create(**{**CHAT, **more}).choices[0].message.content
    return text


async def stream_text(client: Any, **more: Any) -> str:
    """Return the text of a stream."""
    text = ""
    async for chunk in await client.chat.completions.create(**{**CHAT, **more}, stream=True):
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
    return text


async def chat(package: Package) -> str:
    """Send one chat request with a new client."""
    async with package.client() as client:
        return await chat_text(client)


async def stream(package: Package) -> str:
    """Read one stream with a new client."""
    async with package.client() as client:
        return await stream_text(client)


async def chat_with_retries(package: Package) -> str:
    """Send one chat request with up to two retries."""
    async with package.client(max_retries=2) as client:
        return await chat_text(client)


async def chat_with_deadline(package: Package) -> str:
    """Send one chat request with a total timeout of 5 s, if the package has one."""
    timeout = package.sdk.Timeout(5, total=5) if package.is_aiogroq else 5
    async with package.client(max_retries=2, timeout=timeout) as client:
        return await chat_text(client)
