"""Sends messages to a chat model and prints the response, streamed or complete."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from .text import is_terminal, note, write

if TYPE_CHECKING:
    from aiogroq import AsyncGroq, Omit
    from aiogroq.types.chat.chat_completion import ChatCompletion

T = TypeVar("T")
Message = dict[str, str]


@dataclass(frozen=True)
class Question:
    """The parameters of a chat request, all but the messages."""

    model: str
    system: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    is_streamed: bool = True

    def initial_messages(self, prompt: str) -> list[Message]:
        """Return the messages of a chat that starts with ``prompt``."""
        system = [] if self.system is None else [{"role": "system", "content": self.system}]
        return [*system, {"role": "user", "content": prompt}]

    async def complete(self, client: AsyncGroq, messages: Sequence[Message]) -> ChatCompletion:
        """Send the messages and return the complete response."""
        return await client.chat.completions.create(
            messages=messages,
            model=self.model,
            temperature=_or_omit(self.temperature),
            max_completion_tokens=_or_omit(self.max_tokens if is_groq(client) else None),
            max_tokens=_or_omit(None if is_groq(client) else self.max_tokens),
        )

    async def show(self, client: AsyncGroq, messages: Sequence[Message]) -> str:
        """Print the response to standard output and notes about it to standard error; return its text."""
        completion = await (self._stream if self.is_streamed else self._print)(client, messages)
        choice = completion.choices[0] if completion.choices else None
        if choice is not None and choice.finish_reason == "length":
            note("aiogroq: the response was truncated at the token limit; raise --max-tokens")
        return (choice.message.content if choice is not None else None) or ""

    async def _print(self, client: AsyncGroq, messages: Sequence[Message]) -> ChatCompletion:
        completion = await self.complete(client, messages)
        for choice in completion.choices:
            write((choice.message.content or "").rstrip("\n"))
        return completion

    async def _stream(self, client: AsyncGroq, messages: Sequence[Message]) -> ChatCompletion:
        start_s = time.perf_counter()
        first_s: float | None = None
        last = ""
        async with await client.chat.completions.create(
            messages=messages,
            model=self.model,
            temperature=_or_omit(self.temperature),
            max_completion_tokens=_or_omit(self.max_tokens if is_groq(client) else None),
            max_tokens=_or_omit(None if is_groq(client) else self.max_tokens),
            stream=True,
        ) as stream:
            try:
                async for chunk in stream:
                    text = (chunk.choices[0].delta.content if chunk.choices else None) or ""
                    if text:
                        first_s = first_s or time.perf_counter() - start_s
                        write(text, end="")
                        last = text
            finally:
                if last and not last.endswith("\n"):
                    write("")
            completion = await stream.collect()
        if is_terminal(sys.stdout) and is_terminal(sys.stderr):
            note(_speed(completion, first_s, time.perf_counter() - start_s))
        return completion


def _speed(completion: ChatCompletion, first_s: float | None, total_s: float) -> str:
    parts = [f"{total_s:.2f} s"]
    if first_s is not None:
        parts.append(f"first token after {first_s:.2f} s")
    usage = completion.usage
    if usage is not None:
        speed = usage.tokens_per_second
        parts.insert(0, f"{usage.completion_tokens} tokens" + (f" at {speed:,.0f} tokens/s" if speed else ""))
    return f"[{', '.join(parts)}]"


def is_groq(client: AsyncGroq) -> bool:
    """Return whether the client is one of the Groq service, not of another server.

    Groq recommends ``max_completion_tokens``; some other servers (llama-cpp-python) support only the older ``max_tokens``.
    """
    host = client.base_url.host or ""
    return host == "groq.com" or host.endswith(".groq.com")


def _or_omit(value: T | None) -> T | Omit:
    from aiogroq.types._omit import omit

    return omit if value is None else value
