"""Responses and what they are parsed into, the wrappers, and errors."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from pydantic import BaseModel
from typing_extensions import TypedDict, assert_type

import aiogroq
from aiogroq import (
    APIConnectionError,
    APIError,
    APIResponse,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AsyncAPIResponse,
    AsyncBinaryAPIResponse,
    AsyncGroq,
    AsyncResponseContextManager,
    AsyncStreamedBinaryAPIResponse,
    Attempt,
    BadRequestError,
    BaseAPIResponse,
    BinaryAPIResponse,
    ErrorResponse,
    FlexCapacityError,
    Groq,
    GroqError,
    MissingStreamClassError,
    RateLimit,
    RateLimitError,
    RequestInfo,
    RequestTooLargeError,
    ResponseContextManager,
    StreamAlreadyConsumed,
    StreamedBinaryAPIResponse,
    async_to_custom_raw_response_wrapper,
    async_to_custom_streamed_response_wrapper,
    async_to_raw_response_wrapper,
    async_to_streamed_response_wrapper,
    extract_response_type,
    to_custom_raw_response_wrapper,
    to_custom_streamed_response_wrapper,
    to_raw_response_wrapper,
    to_streamed_response_wrapper,
)
from aiogroq.types import Model, ModelListResponse


class Custom(msgspec.Struct):
    """A Struct to be filled."""

    id: str


@dataclass
class Point:
    """A dataclass to be filled."""

    x: int


class Row(TypedDict):
    """A TypedDict to be filled."""

    x: int


class Pydantic(BaseModel):
    """A pydantic model to be filled."""

    x: int


# ------------------------------------------------------------------------------------------------------ attributes


def of_either_kind(response: BaseAPIResponse[Model]) -> None:
    assert_type(response.headers, Mapping[str, str])
    assert_type(response.headers.get("x-request-id"), str | None)
    assert_type(response.status_code, int)
    assert_type(response.url, str)
    assert_type(response.method, str)
    assert_type(response.http_request.headers, Mapping[str, str])
    assert_type(response.http_version, str)
    assert_type(response.elapsed, datetime.timedelta)
    assert_type(response.is_closed, bool)
    assert_type(response.request_id, str | None)
    assert_type(response.retries_taken, int)
    assert_type(response.rate_limit, RateLimit | None)
    if response.rate_limit is not None:
        print(response.rate_limit)


async def parsed_awaited(response: AsyncAPIResponse[Model]) -> None:
    assert_type(await response.parse(), Model)
    assert_type(await response.parse(to=Custom), Custom)
    assert_type(await response.parse(to=Point), Point)
    assert_type(await response.parse(to=Row), Row)
    assert_type(await response.parse(to=Pydantic), Pydantic)
    assert_type(await response.parse(to=dict[str, Any]), dict[str, Any])
    assert_type(await response.parse(to=list[int]), list[int])
    assert_type(await response.parse(to=str), str)
    assert_type(await response.parse(to=bytes), bytes)
    assert_type(await response.parse(to=bool), bool)
    anything: Custom | Point = await response.parse(to=Custom | Point)
    nothing: None = await response.parse(to=None)
    assert_type(await response.read(), bytes)
    assert_type(await response.text(), str)
    body: dict[str, int] = await response.json()
    await response.close()
    print(anything, nothing, body)


def parsed_blocking(response: APIResponse[Model]) -> None:
    assert_type(response.parse(), Model)
    assert_type(response.parse(to=Custom), Custom)
    assert_type(response.parse(to=Point), Point)
    assert_type(response.parse(to=Row), Row)
    assert_type(response.parse(to=Pydantic), Pydantic)
    assert_type(response.parse(to=dict[str, Any]), dict[str, Any])
    assert_type(response.parse(to=float), float)
    anything: Custom | Point = response.parse(to=Custom | Point)
    nothing: None = response.parse(to=None)
    assert_type(response.read(), bytes)
    assert_type(response.text(), str)
    body: dict[str, int] = response.json()
    response.close()
    print(anything, nothing, body)


# -------------------------------------------------------------------------------------------------------- wrappers


class Tagged(APIResponse[bytes]):
    """A response of one's own."""


class AsyncTagged(AsyncAPIResponse[bytes]):
    """An async response of one's own."""


def wrappers_blocking(client: Groq) -> None:
    wrapped: Callable[..., APIResponse[ModelListResponse]] = to_raw_response_wrapper(client.models.list)
    raw = to_raw_response_wrapper(client.models.list)
    assert_type(raw(timeout=3), APIResponse[ModelListResponse])
    assert_type(to_raw_response_wrapper(client.models.retrieve)("a/b"), APIResponse[Model])
    binary = to_custom_raw_response_wrapper(client.files.content, BinaryAPIResponse)
    assert_type(binary("file_1"), BinaryAPIResponse)
    assert_type(to_custom_raw_response_wrapper(client.files.content, Tagged)("file_1"), Tagged)
    streamed = to_streamed_response_wrapper(client.models.list)
    assert_type(streamed(), ResponseContextManager[APIResponse[ModelListResponse]])
    with streamed() as response:
        assert_type(response, APIResponse[ModelListResponse])
    custom = to_custom_streamed_response_wrapper(client.files.content, StreamedBinaryAPIResponse)
    with custom("file_1") as on_the_socket:
        assert_type(on_the_socket, StreamedBinaryAPIResponse)
    print(wrapped)


async def wrappers_awaited(client: AsyncGroq) -> None:
    wrapped: Callable[..., Awaitable[AsyncAPIResponse[ModelListResponse]]]
    wrapped = async_to_raw_response_wrapper(client.models.list)
    raw = async_to_raw_response_wrapper(client.models.list)
    assert_type(await raw(timeout=3), AsyncAPIResponse[ModelListResponse])
    assert_type(await async_to_raw_response_wrapper(client.models.retrieve)("a/b"), AsyncAPIResponse[Model])
    binary = async_to_custom_raw_response_wrapper(client.files.content, AsyncBinaryAPIResponse)
    assert_type(await binary("file_1"), AsyncBinaryAPIResponse)
    assert_type(
        await async_to_custom_raw_response_wrapper(client.files.content, AsyncTagged)("file_1"), AsyncTagged
    )
    streamed = async_to_streamed_response_wrapper(client.models.list)
    assert_type(streamed(), AsyncResponseContextManager[AsyncAPIResponse[ModelListResponse]])
    async with streamed() as response:
        assert_type(response, AsyncAPIResponse[ModelListResponse])
    custom = async_to_custom_streamed_response_wrapper(client.files.content, AsyncStreamedBinaryAPIResponse)
    async with custom("file_1") as on_the_socket:
        assert_type(on_the_socket, AsyncStreamedBinaryAPIResponse)
    print(wrapped)


def types_of_responses() -> None:
    assert_type(extract_response_type(APIResponse[bytes]), type)
    assert_type(extract_response_type(AsyncAPIResponse[Model]), type)
    assert_type(extract_response_type(BinaryAPIResponse), type)
    assert_type(extract_response_type(Tagged), type)


# ---------------------------------------------------------------------------------------------------------- errors


def caught(client: Groq) -> None:
    try:
        client.models.list()
    except aiogroq.BadRequestError as error:
        print(error.failed_generation, error.param)
    except RateLimitError as error:
        assert_type(error.retry_after_s, float | None)
        assert_type(error.limit_kind, str | None)
        assert_type(error.limit, int | None)
        assert_type(error.used, int | None)
        assert_type(error.requested, int | None)
        assert_type(error.resets_at, float | None)
        assert_type(error.status_code, int)
    except RequestTooLargeError as error:
        assert_type(error.requested, int | None)
    except (aiogroq.AuthenticationError, aiogroq.PermissionDeniedError) as error:
        assert_type(error.response, ErrorResponse)
        assert_type(error.response.headers.get("retry-after"), str | None)
        assert_type(error.response.status_code, int)
        assert_type(error.response.content, bytes)
        assert_type(error.response.text, str)
        assert_type(error.response.body, object)
    except (aiogroq.NotFoundError, aiogroq.ConflictError, aiogroq.UnprocessableEntityError) as error:
        assert_type(error.message, str)
    except (FlexCapacityError, aiogroq.InternalServerError) as error:
        assert_type(error.attempts, tuple[Attempt, ...])
        assert_type(error.attempts[0].wait_s, float)
        assert_type(error.retries_taken, int)
    except APIStatusError as error:
        assert_type(error.status_code, int)
        assert_type(error.request_id, str | None)
        assert_type(error.request, RequestInfo | None)
    except APITimeoutError as error:
        assert_type(error.phase, str | None)
        assert_type(error.limit_s, float | None)
    except APIConnectionError as error:
        assert_type(error.__cause__, BaseException | None)
    except APIResponseValidationError as error:
        assert_type(error.response, ErrorResponse)
    except APIError as error:
        assert_type(error.body, object)
        assert_type(error.code, str | None)
        assert_type(error.type, str | None)
    except StreamAlreadyConsumed as error:
        print(error)
    except GroqError as error:
        print(error)
    except MissingStreamClassError as error:
        print(error)


def kinds_of_errors(timeout: APITimeoutError, broken: APIConnectionError, bad: BadRequestError) -> None:
    as_builtin: TimeoutError = timeout
    as_connection: ConnectionError = broken
    as_status: APIStatusError = bad
    as_root: Exception = GroqError("x")
    print(as_builtin, as_connection, as_status, as_root)
