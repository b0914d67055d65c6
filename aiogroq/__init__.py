"""The Groq API for people who write asyncio.

`AsyncGroq` is awaited, `Groq` blocks; both take the calls, arguments, attribute names and exceptions of the official
``groq`` package. Names are loaded when they are first used, so that importing this package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._version import __version__ as __version__

if TYPE_CHECKING:
    from . import types as types
    from .as_groq import install_as_groq as install_as_groq
    from .client import AsyncGroq as AsyncGroq
    from .errors import APIConnectionError as APIConnectionError
    from .errors import APIError as APIError
    from .errors import APIResponseValidationError as APIResponseValidationError
    from .errors import APIStatusError as APIStatusError
    from .errors import APITimeoutError as APITimeoutError
    from .errors import Attempt as Attempt
    from .errors import AuthenticationError as AuthenticationError
    from .errors import BadRequestError as BadRequestError
    from .errors import ConflictError as ConflictError
    from .errors import ErrorResponse as ErrorResponse
    from .errors import FailedCall as FailedCall
    from .errors import FlexCapacityError as FlexCapacityError
    from .errors import GroqError as GroqError
    from .errors import InternalServerError as InternalServerError
    from .errors import LengthFinishReasonError as LengthFinishReasonError
    from .errors import MaxIterationsError as MaxIterationsError
    from .errors import NotFoundError as NotFoundError
    from .errors import PacingError as PacingError
    from .errors import PermissionDeniedError as PermissionDeniedError
    from .errors import RateLimitError as RateLimitError
    from .errors import RequestInfo as RequestInfo
    from .errors import RequestTooLargeError as RequestTooLargeError
    from .errors import SchemaError as SchemaError
    from .errors import StructuredOutputError as StructuredOutputError
    from .errors import ToolError as ToolError
    from .errors import UnprocessableEntityError as UnprocessableEntityError
    from .protocol.rate_limits import RateLimit as RateLimit
    from .protocol.rate_limits import RateLimitWindow as RateLimitWindow
    from .protocol.retry import Retry as Retry
    from .protocol.timeouts import DEFAULT_MAX_RETRIES as DEFAULT_MAX_RETRIES
    from .protocol.timeouts import DEFAULT_TIMEOUT as DEFAULT_TIMEOUT
    from .protocol.timeouts import Timeout as Timeout
    from .resources._pages import AsyncPaginator as AsyncPaginator
    from .resources.http_methods import RequestOptions as RequestOptions
    from .response import AsyncAPIResponse as AsyncAPIResponse
    from .response import AsyncBinaryAPIResponse as AsyncBinaryAPIResponse
    from .response import AsyncResponseContextManager as AsyncResponseContextManager
    from .response import AsyncStreamedBinaryAPIResponse as AsyncStreamedBinaryAPIResponse
    from .response import BaseAPIResponse as BaseAPIResponse
    from .response import MissingStreamClassError as MissingStreamClassError
    from .response import StreamAlreadyConsumed as StreamAlreadyConsumed
    from .response import (
        async_to_custom_raw_response_wrapper as async_to_custom_raw_response_wrapper,
    )
    from .response import (
        async_to_custom_streamed_response_wrapper as async_to_custom_streamed_response_wrapper,
    )
    from .response import async_to_raw_response_wrapper as async_to_raw_response_wrapper
    from .response import async_to_streamed_response_wrapper as async_to_streamed_response_wrapper
    from .response import extract_response_type as extract_response_type
    from .schemas.typed_format import response_format as response_format
    from .streaming.stream import AsyncChatCompletionStream as AsyncChatCompletionStream
    from .sync.client import Groq as Groq
    from .sync.event_stream import ChatCompletionStream as ChatCompletionStream
    from .sync.response import APIResponse as APIResponse
    from .sync.response import BinaryAPIResponse as BinaryAPIResponse
    from .sync.response import ResponseContextManager as ResponseContextManager
    from .sync.response import StreamedBinaryAPIResponse as StreamedBinaryAPIResponse
    from .sync.response import to_custom_raw_response_wrapper as to_custom_raw_response_wrapper
    from .sync.response import (
        to_custom_streamed_response_wrapper as to_custom_streamed_response_wrapper,
    )
    from .sync.response import to_raw_response_wrapper as to_raw_response_wrapper
    from .sync.response import to_streamed_response_wrapper as to_streamed_response_wrapper
    from .sync.stream import Stream as Stream
    from .tools.mcp import McpTools as McpTools
    from .tools.tool import Tool as Tool
    from .tools.tool import tool as tool
    from .transport.http_client import DefaultAioHttpClient as DefaultAioHttpClient
    from .transport.stream import AsyncStream as AsyncStream
    from .types._model import BaseModel as BaseModel
    from .types._omit import NOT_GIVEN as NOT_GIVEN
    from .types._omit import NotGiven as NotGiven
    from .types._omit import Omit as Omit
    from .types._omit import not_given as not_given
    from .types._omit import omit as omit
    from .types.tool_call import ToolCall as ToolCall

    AsyncClient = AsyncGroq
    Client = Groq

__title__ = "aiogroq"

_HOMES: dict[str, str] = {
    "aiogroq.as_groq": "install_as_groq",
    "aiogroq.client": "AsyncGroq",
    "aiogroq.errors": (
        "APIConnectionError APIError APIResponseValidationError APIStatusError APITimeoutError Attempt "
        "AuthenticationError BadRequestError ConflictError ErrorResponse FailedCall FlexCapacityError GroqError "
        "InternalServerError LengthFinishReasonError MaxIterationsError NotFoundError PacingError "
        "PermissionDeniedError RateLimitError RequestInfo RequestTooLargeError SchemaError "
        "StructuredOutputError ToolError UnprocessableEntityError"
    ),
    "aiogroq.resources._pages": "AsyncPaginator",
    "aiogroq.resources.http_methods": "RequestOptions",
    "aiogroq.response": (
        "AsyncAPIResponse AsyncBinaryAPIResponse AsyncResponseContextManager AsyncStreamedBinaryAPIResponse "
        "BaseAPIResponse MissingStreamClassError StreamAlreadyConsumed async_to_custom_raw_response_wrapper "
        "async_to_custom_streamed_response_wrapper async_to_raw_response_wrapper async_to_streamed_response_wrapper "
        "extract_response_type"
    ),
    "aiogroq.schemas.typed_format": "response_format",
    "aiogroq.streaming.stream": "AsyncChatCompletionStream",
    "aiogroq.sync.client": "Groq",
    "aiogroq.sync.event_stream": "ChatCompletionStream",
    "aiogroq.sync.response": (
        "APIResponse BinaryAPIResponse ResponseContextManager StreamedBinaryAPIResponse "
        "to_custom_raw_response_wrapper to_custom_streamed_response_wrapper to_raw_response_wrapper "
        "to_streamed_response_wrapper"
    ),
    "aiogroq.sync.stream": "Stream",
    "aiogroq.tools.tool": "Tool tool",
    "aiogroq.tools.mcp": "McpTools",
    "aiogroq.types.tool_call": "ToolCall",
    "aiogroq.transport.http_client": "DefaultAioHttpClient",
    "aiogroq.transport.stream": "AsyncStream",
    "aiogroq.types._model": "BaseModel",
    "aiogroq.types._omit": "NOT_GIVEN NotGiven Omit not_given omit",
    "aiogroq.protocol.rate_limits": "RateLimit RateLimitWindow",
    "aiogroq.protocol.retry": "Retry",
    "aiogroq.protocol.timeouts": "DEFAULT_MAX_RETRIES DEFAULT_TIMEOUT Timeout",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}
_RENAMED = {
    "AsyncClient": ("aiogroq.client", "AsyncGroq"),
    "Client": ("aiogroq.sync.client", "Groq"),
}
_HTTPX_NAMES = ("DefaultHttpxClient", "DefaultAsyncHttpxClient")

if not TYPE_CHECKING:
    # At run time only: type checkers read the imports above, and would accept every name because of `__getattr__`.
    __all__ = sorted([*_HOME_OF, *_RENAMED, "__title__", "__version__", "types"])

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name == "types":
            return import_module("aiogroq.types")
        if name in _HTTPX_NAMES:
            raise AttributeError(
                f"aiogroq has no {name}: it stands on aiohttp. Use aiogroq.DefaultAioHttpClient(proxy=..., "
                "local_address=..., ssl=..., limit=...)"
            )
        module, original = _RENAMED.get(name) or (_HOME_OF.get(name), name)
        if module is None:
            raise AttributeError(f"module 'aiogroq' has no attribute {name!r}")
        value = getattr(import_module(module), original)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
