"""The interactive chat. The event loop runs only during the responses, not while the user types."""

from __future__ import annotations

import contextlib
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from .connection import Connection, open_client
from .explain import explain
from .loop import Loop
from .question import Message, Question
from .text import note, one_line

if TYPE_CHECKING:
    from aiogroq import AsyncGroq


def converse(connection: Connection, question: Question) -> int:
    """Chat until Ctrl-D (exit code 0) or Ctrl-C at the prompt (130). Ctrl-C during a response stops that response."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  # pyright: ignore[reportUnusedImport]  # adds editing and history to `input`

    with Loop() as loop:
        stack = AsyncExitStack()
        try:
            client = loop.run(stack.enter_async_context(open_client(connection)))
            note(f"{question.model}{' on the embedded server' if connection.local else ''}. Ctrl-D ends.")
            return _chat(loop, client, question)
        finally:
            loop.run(stack.aclose())


def _chat(loop: Loop, client: AsyncGroq, question: Question) -> int:
    from aiogroq import GroqError

    messages: list[Message] = question.initial_messages("")[:-1]
    while True:
        try:
            prompt = input("\n> ").strip()
        except EOFError:
            note("")
            return 0
        if not prompt:
            continue
        messages.append({"role": "user", "content": prompt})
        try:
            response = loop.run(question.show(client, messages))
        except KeyboardInterrupt:
            messages.pop()
            note("\n[stopped]")
        except GroqError as error:
            # Continue without the message that failed.
            messages.pop()
            note(f"aiogroq: error: {one_line(explain(error))}")
        else:
            messages.append({"role": "assistant", "content": response})
