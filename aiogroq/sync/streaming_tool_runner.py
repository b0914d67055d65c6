"""`StreamingToolRunner`: the sync version of `AsyncStreamingToolRunner`."""

from __future__ import annotations

from typing import Any, TypeVar

from ..errors import APIError
from ..streaming.reader import EventReader
from ..tools.streaming_runner import RescuedSource, event_request, rescued_end
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.parsed_chat_completion import ParsedChatCompletion
from .event_stream import ChatCompletionStream
from .tool_runner import BaseToolRunner

C = TypeVar("C", bound=ChatCompletion)


class SyncRescuedSource(RescuedSource):
    """A sync stream of chunks, which ends where an error is to be rescued that it would raise."""

    def __iter__(self) -> SyncRescuedSource:
        return self

    def __next__(self) -> Any:
        if self.error is not None:
            raise StopIteration
        try:
            return next(self._source)
        except APIError as error:
            if not self.keep(error):
                raise
        raise StopIteration


class ToolRunnerStream(ChatCompletionStream[None]):
    """A response that arrives event by event. Calls that the service rejects at its end (``tool_use_failed``) end it, and the
    runner takes them as the model's."""

    def __init__(self, source: SyncRescuedSource, reader: EventReader[None]) -> None:
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

    def get_final_completion(self) -> ParsedChatCompletion[None]:
        """Read the stream to its end. Returns the completion; of a stream that was rescued the calls of its error."""
        self.until_done()
        if self.rescued_error is None:
            return super().get_final_completion()
        return rescued_end(self.rescued_error, self.current_completion_snapshot)


class StreamingToolRunner(BaseToolRunner[C, ChatCompletionStream[None]]):
    """A conversation that goes on by itself. Iterate it for a stream of events of each response, or call `until_done`
    for the last one.

    A stream need not be read to its end: the runner does so before it goes on. Otherwise it is like `ToolRunner`.
    """

    _stream: ToolRunnerStream | None = None

    def _settle(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None or stream.has_raised:  # then the same is requested again
            return
        stream.until_done()
        if stream.rescued_error is not None:
            self._conversation.rescue(stream.rescued_error)
        else:
            self._conversation.receive(stream.get_final_completion())

    def _request(self) -> ChatCompletionStream[None] | None:
        request = self._conversation.request()
        if self._conversation.wants_parse:
            self._conversation.receive(self._parse(**request))
            return None
        events = event_request(request)
        try:
            source = SyncRescuedSource(self._create(**events.arguments), self._conversation.can_rescue)
        except APIError as error:
            self._conversation.rescue(error)
            return None
        self._stream = ToolRunnerStream(source, events.reader())
        return self._stream
