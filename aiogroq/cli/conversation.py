"""A conversation at a prompt. It asks and answers by turns, on an event loop that runs during the answers only.

Not `asyncio.run`: from Python 3.11 it keeps Ctrl-C from a prompt that waits, and a prompt in a thread keeps the process
from ending.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, TypeVar

from .connection import Connection, open_client
from .explain import explain
from .question import Message, Question
from .text import note, one_line

if TYPE_CHECKING:
    from aiogroq import AsyncGroq

T = TypeVar("T")


def converse(connection: Connection, question: Question) -> int:
    """Talk until Ctrl-D (exit code 0) or Ctrl-C at the prompt (130). Ctrl-C during an answer stops that answer."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  # pyright: ignore[reportUnusedImport]  # gives `input` editing and history

    loop = asyncio.new_event_loop()
    stack = AsyncExitStack()
    try:
        client = _run(loop, stack.enter_async_context(open_client(connection)))
        note(f"{question.model}{' on the embedded server' if connection.local else ''}. Ctrl-D ends.")
        return _turns(loop, client, question)
    finally:
        loop.run_until_complete(stack.aclose())
        loop.close()


def _turns(loop: asyncio.AbstractEventLoop, client: AsyncGroq, question: Question) -> int:
    from aiogroq import GroqError

    messages: list[Message] = question.opening("")[:-1]
    while True:
        try:
            asked = input("\n> ").strip()
        except EOFError:
            note("")
            return 0
        if not asked:
            continue
        messages.append({"role": "user", "content": asked})
        try:
            answer = _run(loop, question.show(client, messages))
        except KeyboardInterrupt:
            messages.pop()
            note("\n[stopped]")
        except GroqError as error:
            # The conversation goes on without the question that failed.
            messages.pop()
            note(f"aiogroq: error: {one_line(explain(error))}")
        else:
            messages.append({"role": "assistant", "content": answer})


def _run(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end; on Ctrl-C cancel it, wait until it has cleaned up, and raise `KeyboardInterrupt`."""
    task = loop.create_task(work)
    try:
        return loop.run_until_complete(task)
    except KeyboardInterrupt:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        raise
