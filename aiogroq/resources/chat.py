"""``/chat/completions``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from .. import transport
from ..protocol.chat_arguments import split_arguments
from ..protocol.chat_messages import plain_messages
from ..protocol.request import EVENTS, build
from ..types._omit import Omit, is_omitted, omit
from ..types._typing import Unpack
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from ..types.chat.chat_completion_tool_param import ChatCompletionToolParam
from ..types.chat.request_parts import ResponseFormat
from ..types.chat_params import BaseChatParams, ChatParams
from ..types.tool_runner_params import ToolRunnerParams
from ._base import AsyncResource, child, view
from ._views.chat import (
    AsyncChatWithRawResponse,
    AsyncChatWithStreamingResponse,
    AsyncCompletionsWithRawResponse,
    AsyncCompletionsWithStreamingResponse,
)

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ..streaming.manager import AsyncChatCompletionStreamManager
    from ..tools.runner import AsyncToolRunner
    from ..tools.streaming_runner import AsyncStreamingToolRunner
    from ..types.chat.parsed_chat_completion import ParsedChatCompletion

T = TypeVar("T")


class AsyncCompletions(AsyncResource):
    """Chat completions."""

    with_raw_response: view[AsyncCompletionsWithRawResponse] = view(AsyncCompletionsWithRawResponse)
    with_streaming_response: view[AsyncCompletionsWithStreamingResponse] = view(
        AsyncCompletionsWithStreamingResponse
    )

    @overload
    async def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> ChatCompletion: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[ChatParams]
    ) -> transport.AsyncStream[ChatCompletionChunk]: ...
    @overload
    async def create(
        self, *, stream: bool | Omit | None, **params: Unpack[ChatParams]
    ) -> ChatCompletion | transport.AsyncStream[ChatCompletionChunk]: ...
    async def create(
        self, *, stream: bool | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> ChatCompletion | transport.AsyncStream[ChatCompletionChunk]:
        """Create a chat completion.

        ``messages`` are dicts with ``role`` and ``content``; the message of an earlier response can be passed
        unchanged. With ``stream=True`` it returns a stream of chunks, to be iterated or collected.

        Raises `TypeError` for an argument that the service does not know, `BadRequestError` (with
        ``failed_generation``) when the service rejects the model's tool call or JSON, `RateLimitError`, `APITimeoutError`,
        and the other errors of ``aiogroq.errors``.
        """
        body, options = split_arguments(params)
        body["messages"] = plain_messages(body["messages"])
        if stream is not omit and not is_omitted(stream):
            body["stream"] = stream
        if stream and "stream" in body:
            request = build("POST", "/chat/completions", ChatCompletionChunk, body, options, mode=EVENTS)
            return await self._transport.stream(request)
        return await self._transport.send(build("POST", "/chat/completions", ChatCompletion, body, options))

    async def parse(
        self,
        *,
        response_format: TypeForm[T],
        max_reasks: int = 1,
        strict: bool | None = None,
        mode: Literal["json_schema", "json_object", "prompt"] | None = None,
        **params: Unpack[BaseChatParams],
    ) -> ParsedChatCompletion[T]:
        """Create a chat completion whose content is a value of a type: ``completion.parsed``.

        What is requested is the best that the service accepts for the model: a strict JSON schema, a schema, a JSON object,
        or text with the schema in the prompt.

        A response that does not match is requested again, with what is wrong with it: ``completion.reasks`` has these
        responses, and ``completion.usage`` is the sum. Then it raises `StructuredOutputError`. Raises
        `LengthFinishReasonError` at once where the maximum of tokens was reached.

        Args:
            response_format: The type: a Struct, dataclass, TypedDict, NamedTuple, attrs class, pydantic model, Enum,
                Literal, union, list or scalar.
            max_reasks: How often a response that does not match is requested again; 0 to request once.
            strict: True to raise `SchemaError` for a type that a strict schema cannot express, False never to request a
                strict schema, None to request one where the type allows it.
            mode: How JSON is requested: ``json_schema``, ``json_object`` or ``prompt``, and in no other way. None for the
                best that the service accepts.
        """
        from ..structured.driver import parse

        return await parse(
            self.create, response_format, params, max_reasks=max_reasks, strict=strict, mode=mode
        )

    @overload
    def stream(
        self,
        *,
        response_format: TypeForm[T],
        tools: Iterable[ChatCompletionToolParam | Mapping[str, object]] | Omit | None = omit,
        mode: Literal["json_schema", "json_object", "prompt"] | None = None,
        **params: Unpack[BaseChatParams],
    ) -> AsyncChatCompletionStreamManager[T]: ...
    @overload
    def stream(
        self,
        *,
        response_format: ResponseFormat | Mapping[str, object] | Omit = omit,
        tools: Iterable[ChatCompletionToolParam | Mapping[str, object]] | Omit | None = omit,
        **params: Unpack[BaseChatParams],
    ) -> AsyncChatCompletionStreamManager[None]: ...
    def stream(
        self,
        *,
        response_format: Any = omit,
        tools: Iterable[ChatCompletionToolParam | Mapping[str, object]] | Omit | None = omit,
        mode: Literal["json_schema", "json_object", "prompt"] | None = None,
        **params: Unpack[BaseChatParams],
    ) -> AsyncChatCompletionStreamManager[Any]:
        """Stream a chat completion as events: text, reasoning, tool calls, and an event at the end of each.

        It returns a context manager, which sends the request: ``async with client.chat.completions.stream(...) as stream``.
        Iterate the stream for its events, or its ``text_stream``, or await its ``get_final_completion()``.

        Args:
            response_format: A type, or what `create` takes. The value of a type is validated at the end; nothing is requested
                again. With a list type ``items()`` yields each item when it is complete.
            tools: As for `create`.
            mode: How JSON for a type is requested: ``prompt`` (the default: the service streams no JSON schema, so the model
                is told to write JSON that fits), ``json_object`` or ``json_schema``.
        """
        from ..streaming.manager import AsyncChatCompletionStreamManager

        return AsyncChatCompletionStreamManager(
            self.create, response_format=response_format, tools=tools, mode=mode, params=params
        )

    @overload
    def tool_runner(
        self,
        *,
        response_format: TypeForm[T],
        stream: Literal[False] | Omit = omit,
        **params: Unpack[ToolRunnerParams],
    ) -> AsyncToolRunner[ParsedChatCompletion[T]]: ...
    @overload
    def tool_runner(
        self,
        *,
        response_format: Omit = omit,
        stream: Literal[False] | Omit = omit,
        **params: Unpack[ToolRunnerParams],
    ) -> AsyncToolRunner[ChatCompletion]: ...
    @overload
    def tool_runner(
        self, *, response_format: TypeForm[T], stream: Literal[True], **params: Unpack[ToolRunnerParams]
    ) -> AsyncStreamingToolRunner[ParsedChatCompletion[T]]: ...
    @overload
    def tool_runner(
        self, *, response_format: Omit = omit, stream: Literal[True], **params: Unpack[ToolRunnerParams]
    ) -> AsyncStreamingToolRunner[ChatCompletion]: ...
    def tool_runner(
        self, *, response_format: Any = omit, stream: bool | Omit = omit, **params: Unpack[ToolRunnerParams]
    ) -> AsyncToolRunner[Any] | AsyncStreamingToolRunner[Any]:
        """Chat with tools that run here: request, run the calls of the model, send the results back, until it calls none.

        ``runner.until_done()`` returns the last response, and iterating the runner gives every response. ``runner.messages``
        is the conversation. The calls of one message run at the same time; the class of the runner says in which threads.

        With ``stream=True`` iterating gives a stream of events for each response, as `stream` does.

        With a type as ``response_format`` the last response has ``parsed``. The service takes no schema together with tools,
        so the type is offered as one more tool, ``final_result``; if the model ends with a text instead, it is asked for the
        value by one more request, as with `parse`.

        Calls that the service rejected (``tool_use_failed``) run if they are valid, otherwise the model is told what is wrong:
        see ``runner.rescues``. A ``tool_choice`` that requires a call does so in the first request only.

        The runner raises `MaxIterationsError`, and what `create` raises. This method raises `SchemaError` for a function that
        a model cannot call.
        """
        from ..tools.options import wants_stream
        from ..tools.runner import AsyncToolRunner
        from ..tools.streaming_runner import AsyncStreamingToolRunner

        if wants_stream(stream):
            return AsyncStreamingToolRunner(self.create, self.parse, response_format, params)
        return AsyncToolRunner(self.create, self.parse, response_format, params)


class AsyncChat(AsyncResource):
    """Chat."""

    completions: child[AsyncCompletions] = child(AsyncCompletions)
    with_raw_response: view[AsyncChatWithRawResponse] = view(AsyncChatWithRawResponse)
    with_streaming_response: view[AsyncChatWithStreamingResponse] = view(AsyncChatWithStreamingResponse)
