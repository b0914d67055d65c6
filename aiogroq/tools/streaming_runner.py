"""`AsyncStreamingToolRunner`: a tool runner whose responses are streams of events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ..errors import APIError
from ..streaming.reader import EventReader
from ..streaming.request import EventRequest
from ..streaming.stream import AsyncChatCompletionStream
from ..structured.result import parsed_completion
from ..types._omit import omit
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.parsed_chat_completion import ParsedChatCompletion
from .rescue import rescued_completion
from .runner import BaseAsyncToolRunner

C = TypeVar("C", bound=ChatCompletion)


class RescuedSource:
    """A stream of chunks, which ends where an error is to be rescued that it would raise."""

    def __init__(self, source: Any, can_rescue: Callable[[APIError], bool]) -> None:
        self._source = source
        self._can_rescue = can_rescue
        self.error: APIError | None = None
        """The error to be rescued."""
        self.has_raised: bool = False
        """Whether another error was raised."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    @property
    def is_complete(self) -> bool:
        """Whether all chunks have arrived."""
        return self.error is None and bool(self._source.is_complete)

    def keep(self, error: APIError) -> bool:
        """Keep an error if it is to be rescued. Returns whether it is."""
        if self._can_rescue(error):
            self.error = error
        else:
            self.has_raised = True
        return not self.has_raised

    def __aiter__(self) -> RescuedSource:
        return self

    async def __anext__(self) -> Any:
        if self.error is not None:
            raise StopAsyncIteration
        try:
            return await self._source.__anext__()
        except APIError as error:
            if not self.keep(error):
                raise
        raise StopAsyncIteration


def event_request(request: dict[str, Any]) -> EventRequest[None]:
    """Return a request of `create` as one of a stream of events."""
    tools = request.pop("tools", omit)
    return EventRequest(response_format=omit, tools=tools, mode=None, params=request)


def rescued_end(error: APIError, partial: ChatCompletion) -> ParsedChatCompletion[None]:
    """Return the completion of a stream that ended with an error that is rescued."""
    return parsed_completion(rescued_completion(error, partial.model, 0), [None])


class AsyncToolRunnerStream(AsyncChatCompletionStream[None]):
    """A response that arrives event by event. Calls that the service rejects at its end (``tool_use_failed``) end it, and the
    runner takes them as the model's."""

    def __init__(self, source: RescuedSource, reader: EventReader[None]) -> None:
        super().__init__(source, reader)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        self._rescued = source

    @property
    def rescued_error(self) -> APIError | None:
        """The error that ended the stream and that the runner takes care of."""
        return self._rescued.error

    @property
    def has_raised(self) -> bool:
        """Whether its reader has got an error."""
        return self._rescued.has_raised

    async def get_final_completion(self) -> ParsedChatCompletion[None]:
        """Read the stream to its end. Returns the completion; of a stream that was rescued the calls of its error."""
        await self.until_done()
        if self.rescued_error is None:
            return await super().get_final_completion()
        return rescued_end(self.rescued_error, self.current_completion_snapshot)


class AsyncStreamingToolRunner(BaseAsyncToolRunner[C, AsyncChatCompletionStream[None]]):
    """A conversation that goes on by itself. Iterate it for a stream of events of each response, or await it for the last
    response.

    A stream need not be read to its end: the runner does so before it goes on. Otherwise it is like `AsyncToolRunner`.
    """

    _stream: AsyncToolRunnerStream | None = None

    async def _settle(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None or stream.has_raised:  # then the same is requested again
            return
        await stream.until_done()
        if stream.rescued_error is not None:
            self._conversation.rescue(stream.rescued_error)
        else:
            self._conversation.receive(await stream.get_final_completion())

    async def _request(self) -> AsyncChatCompletionStream[None] | None:
        request = self._conversation.request()
        if self._conversation.wants_parse:
            self._conversation.receive(await self._parse(**request))
            return None
        events = event_request(request)
        try:
            source = RescuedSource(await self._create(**events.arguments), self._conversation.can_rescue)
        except APIError as error:
            self._conversation.rescue(error)
            return None
        self._stream = AsyncToolRunnerStream(source, events.reader())
        return self._stream
