"""`AsyncToolRunner`: requests completions and runs the tools that the model calls, until it calls none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, cast

from ..errors import APIError, GroqError
from ..transport import threads
from ..types._typing import Self
from ..types.chat.chat_completion import ChatCompletion
from .base_runner import BaseRunner
from .calls import run_calls, within

_LISTING = "listing the tools of the MCP sessions"

C = TypeVar("C", bound=ChatCompletion)
ItemT = TypeVar("ItemT")


class BaseAsyncToolRunner(BaseRunner, Generic[C, ItemT]):
    """A conversation that goes on by itself. Await it for the last response, or iterate it for every response.

    Nothing is requested before. A run that was interrupted, by an error or a cancellation, can be awaited again: it goes on
    where it was, and calls that have ended are not run again.

    The calls of one message run at the same time: async functions on the event loop, others in threads.
    """

    def __init__(
        self,
        create: Callable[..., Awaitable[Any]],
        parse: Callable[..., Awaitable[Any]],
        response_format: Any,
        params: Mapping[str, Any],
    ) -> None:
        super().__init__(response_format, params)
        self._create = create
        self._parse = parse
        self._is_running = False

    def __await__(self) -> Generator[Any, None, C]:
        return self.until_done().__await__()

    async def until_done(self) -> C:
        """Run to the end. Returns the last response.

        Raises `MaxIterationsError` if the model still calls tools in the last response that ``max_iterations`` allows, and
        what the requests raise.
        """
        async for _ in self:
            pass
        assert self._conversation.last is not None
        return cast("C", self._conversation.last)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ItemT:
        """Run the calls of the last response, and return the next response. Raises `GroqError` while another task does so."""
        with self._running():
            item = await self._next()
        if item is None:
            raise StopAsyncIteration
        return item

    async def _next(self) -> ItemT | None:
        if self._toolbox.has_sessions:
            await within(self._toolbox.load(), self._options.tool_timeout_s, _LISTING)
        while True:
            await self._settle()
            await run_calls(self._conversation.calls_to_run(), self._options)
            self._conversation.close_turn()
            if self._conversation.is_over:
                return None
            item = await self._request()
            if item is not None:
                return item

    @contextmanager
    def _running(self) -> Generator[None, None, None]:
        """Keep other tasks out: they would run the same calls again."""
        if self._is_running:
            raise GroqError(
                "another task is running this tool runner; await it in one task, and share the result"
            )
        self._is_running = True
        try:
            yield
        except StopAsyncIteration as error:  # of the user's code: it would end the iteration
            raise threads.stopped(error) from error
        finally:
            self._is_running = False

    async def _settle(self) -> None:
        """Read the last response to its end."""

    async def _request(self) -> ItemT | None:
        """Make the next request. Returns None if there is nothing to iterate."""
        raise NotImplementedError

    async def generate_tool_call_response(self) -> list[dict[str, Any]] | None:
        """Run the calls of the last response now. Returns the messages with their results; None if it called no tools.

        They are not run again when the runner goes on. Raises `GroqError` while another task runs them.
        """
        with self._running():
            await self._settle()
            await run_calls(self._conversation.unanswered(), self._options)
            return self._conversation.results()


class AsyncToolRunner(BaseAsyncToolRunner[C, ChatCompletion]):
    """A conversation that goes on by itself. Await it for the last response, or iterate it for every response.

    Nothing is requested before. A run that was interrupted, by an error or a cancellation, can be awaited again: it goes on
    where it was, and calls that have ended are not run again.

    The calls of one message run at the same time: async functions on the event loop, others in threads.
    """

    async def _request(self) -> ChatCompletion | None:
        request = self._conversation.request()
        send = self._parse if self._conversation.wants_parse else self._create
        try:
            completion: ChatCompletion = await send(**request)
        except APIError as error:
            return self._conversation.rescue(error)
        return self._conversation.receive(completion)
