"""`ToolRunner`: the sync version of `AsyncToolRunner`. Requests and tools run in the thread of the caller."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar, cast

from ..errors import APIError, GroqError
from ..tools.base_runner import BaseRunner
from ..transport import threads
from ..types._typing import Self
from ..types.chat.chat_completion import ChatCompletion
from .tool_calls import run_calls

C = TypeVar("C", bound=ChatCompletion)
ItemT = TypeVar("ItemT")
T = TypeVar("T")


class BaseToolRunner(BaseRunner, Generic[C, ItemT]):
    """A conversation that goes on by itself: `until_done` returns the last response, and iterating gives every response.

    Nothing is requested before. A run that was interrupted, by an error or Ctrl-C, goes on where it was, and calls that have
    ended are not run again.

    A single call runs in the thread of the caller, several run in threads. An async function gets an event loop of its own
    for each call. MCP sessions need `AsyncGroq`, because a session belongs to its event loop.
    """

    def __init__(
        self,
        create: Callable[..., Any],
        parse: Callable[..., Any],
        response_format: Any,
        params: Mapping[str, Any],
    ) -> None:
        super().__init__(response_format, params)
        if self._toolbox.has_sessions:
            raise TypeError("an MCP session belongs to an event loop: use it with AsyncGroq")
        self._create = create
        self._parse = parse
        self._running = threading.Lock()

    def until_done(self) -> C:
        """Run to the end. Returns the last response.

        Raises `MaxIterationsError` if the model still calls tools in the last response that ``max_iterations`` allows, and
        what the requests raise.
        """
        for _ in self:
            pass
        assert self._conversation.last is not None
        return cast("C", self._conversation.last)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ItemT:
        """Run the calls of the last response, and return the next response. Raises `GroqError` while another thread does so."""
        item = self._alone(self._next)
        if item is None:
            raise StopIteration
        return item

    def _next(self) -> ItemT | None:
        while True:
            self._settle()
            run_calls(self._conversation.calls_to_run(), self._options)
            self._conversation.close_turn()
            if self._conversation.is_over:
                return None
            item = self._request()
            if item is not None:
                return item

    def _alone(self, step: Callable[[], T]) -> T:
        """Call ``step`` and keep other threads out: they would run the same calls again."""
        if not self._running.acquire(blocking=False):
            raise GroqError(
                "another thread is running this tool runner; run it in one thread, and share the result"
            )
        try:
            return step()
        except (StopIteration, StopAsyncIteration) as error:  # of the user's code: it would end the iteration
            raise threads.stopped(error) from error
        finally:
            self._running.release()

    def _settle(self) -> None:
        """Read the last response to its end."""

    def _request(self) -> ItemT | None:
        """Make the next request. Returns None if there is nothing to iterate."""
        raise NotImplementedError

    def generate_tool_call_response(self) -> list[dict[str, Any]] | None:
        """Run the calls of the last response now. Returns the messages with their results; None if it called no tools.

        They are not run again when the runner goes on. Raises `GroqError` while another thread runs them.
        """
        return self._alone(self._results)

    def _results(self) -> list[dict[str, Any]] | None:
        self._settle()
        run_calls(self._conversation.unanswered(), self._options)
        return self._conversation.results()


class ToolRunner(BaseToolRunner[C, ChatCompletion]):
    """A conversation that goes on by itself: `until_done` returns the last response, and iterating gives every response.

    Nothing is requested before. A run that was interrupted, by an error or Ctrl-C, goes on where it was, and calls that have
    ended are not run again.

    A single call runs in the thread of the caller, several run in threads. An async function gets an event loop of its own
    for each call. MCP sessions need `AsyncGroq`, because a session belongs to its event loop.
    """

    def _request(self) -> ChatCompletion | None:
        request = self._conversation.request()
        send = self._parse if self._conversation.wants_parse else self._create
        try:
            completion: ChatCompletion = send(**request)
        except APIError as error:
            return self._conversation.rescue(error)
        return self._conversation.receive(completion)
