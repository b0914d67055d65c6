"""`ResponseReader`: what a stream of the Responses API requests, and the value of its response. No I/O."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, Generic, TypeVar, cast

from ..errors import GroqError, StructuredOutputError
from ..protocol.response_arguments import split_arguments
from ..types._omit import is_omitted, omit
from ..types.responses.parsed_response import ParsedResponse
from ..types.responses.response import Response
from ..types.responses.response_stream_event import ResponseStreamEvent

T = TypeVar("T")

_NAMES = frozenset({"mode", "text_format"})
_TEXT_DELTA = "response.output_text.delta"
"""The type of the events that have a part of the text."""


class ResponseReader(Generic[T]):
    """The arguments of `create`, and what becomes of its response. ``text_format`` is a type, or `omit` for plain text.

    Raises what `response_steps` raises for arguments that do not fit together.
    """

    def __init__(self, text_format: Any, mode: str | None, params: Mapping[str, Any]) -> None:
        self._steps: Generator[dict[str, Any], Any, ParsedResponse[T]] | None = None
        self._parsed: ParsedResponse[T] | None = None
        self._error: GroqError | None = None
        if not is_omitted(params.get("stream", omit)):
            raise TypeError("stream() always streams: leave stream= out, or use create()")
        split_arguments(dict(params), "stream", _NAMES)  # for its errors: `create` splits
        mode = None if is_omitted(mode) else mode
        if is_omitted(text_format):
            if mode is not None:
                raise TypeError("mode says how a value of text_format is requested: give text_format, too")
            self.arguments: dict[str, Any] = dict(params)
            return
        from ..protocol.rejected_modes import RejectedModes
        from ..structured.response_steps import response_steps

        chosen: Any = "prompt" if mode is None else mode
        self._steps = response_steps(text_format, params, RejectedModes(), max_reasks=0, mode=chosen)
        self.arguments = next(self._steps)

    def parsed(self, response: Response) -> ParsedResponse[T]:
        """Return the complete response with its value, or raise why it has none. May be called more than once."""
        if self._parsed is None and self._error is None:
            self._read(response)
        if self._parsed is None:
            assert self._error is not None
            raise self._error.with_traceback(None)
        return self._parsed

    def _read(self, response: Response) -> None:
        if self._steps is None:
            from ..structured.response_result import parsed_response

            self._parsed = parsed_response(response, cast("T", None))
            return
        try:
            self._steps.send(response)  # nothing is requested again
        except StopIteration as end:
            self._parsed = end.value
        except GroqError as error:
            if isinstance(error, StructuredOutputError):
                error.partial = response
            self._error = error


def text_of(event: ResponseStreamEvent) -> str:
    """Return the text that an event adds to the response; empty for other events, and for what is no text."""
    delta: object = event.delta if event.type == _TEXT_DELTA else None
    return delta if isinstance(delta, str) else ""
