"""The exceptions, one tree:

    GroqError
      APIError
        APIConnectionError           also the builtin ConnectionError
          APITimeoutError            also the builtin TimeoutError
        PacingError                  the call was not sent: it would wait too long for a rate limit
        APIResponseValidationError   a 2xx response that is not what was expected
        StructuredOutputError        what the model wrote does not match the type that was asked for
        APIStatusError               the service responded with an error status
          BadRequestError            400
          AuthenticationError        401
          PermissionDeniedError      403
          NotFoundError              404
          ConflictError              409
          RequestTooLargeError       413
          UnprocessableEntityError   422
          RateLimitError             429
          FlexCapacityError          498
          InternalServerError        >= 500
      SchemaError                    a type that cannot be a response format; also the builtin TypeError
      LengthFinishReasonError        the maximum of tokens was reached
      MaxIterationsError             a tool runner made its last request, and the model still calls tools

An exception is plain data: it can be pickled, copied and sent to another process, holds no socket and no key,
and its text is never empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from multidict import CIMultiDict

E = TypeVar("E", bound="GroqError")


@dataclass(frozen=True)
class RequestInfo:
    """Which request an error belongs to."""

    method: str
    """The HTTP method, in capitals."""
    url: str
    """The URL, with its query."""


@dataclass(frozen=True)
class ErrorResponse:
    """The response behind an error, as plain data."""

    status_code: int
    """The HTTP status."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """The response headers; look-up ignores case."""
    content: bytes = b""
    """The body, decompressed."""
    request: RequestInfo | None = None
    """The request that the response belongs to."""

    def __reduce__(self) -> tuple[Any, ...]:
        # The headers of a live response are a view that cannot be pickled.
        return ErrorResponse, (self.status_code, _plain_headers(self.headers), self.content, self.request)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Return the body as JSON. Raises `ValueError` if it is not JSON."""
        return json.loads(self.content)

    @property
    def body(self) -> object:
        """The body as JSON where it is JSON, as text where it is not."""
        try:
            return self.json()
        except ValueError:
            return self.text

    @property
    def request_id(self) -> str | None:
        """The ``x-request-id`` header."""
        return self.headers.get("x-request-id")

    @property
    def url(self) -> str | None:
        """The URL of the request."""
        return self.request.url if self.request else None


@dataclass(frozen=True)
class Attempt:
    """One attempt of a call."""

    status_code: int | None
    """The HTTP status of the response, or None where none came."""
    error: str | None
    """What went wrong where no response came, else None."""
    wait_s: float
    """Seconds waited after this attempt before the next one; 0.0 after the last."""
    request_id: str | None
    """The ``x-request-id`` of the response, or None."""


@dataclass(frozen=True)
class FailedCall:
    """A tool call that the model wrote and the service rejected."""

    name: str
    """The tool that it names, which may not exist."""
    arguments: str
    """Its arguments, mostly JSON; ``"{}"`` where it wrote none."""


def _plain_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    copy = getattr(headers, "copy", None)
    return copy() if copy is not None else dict(headers)


class GroqError(Exception):
    """The root of all errors of this library."""

    def __str__(self) -> str:
        return super().__str__() or f"{type(self).__name__} without a message"

    def __reduce__(self) -> tuple[Any, ...]:
        # The cause goes along where it is ours, too: aiohttp's holds connections, and often cannot be pickled.
        cause = self.__cause__ if isinstance(self.__cause__, GroqError) else None
        return _rebuild, (type(self), self.args, dict(self.__dict__), cause, self.__suppress_context__)


def _rebuild(
    cls: type[E], args: tuple[Any, ...], state: dict[str, Any], cause: GroqError | None, suppress: bool
) -> E:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    error.__cause__ = cause
    error.__suppress_context__ = suppress
    return error


class APIError(GroqError):
    """Something went wrong between this library and the service."""

    message: str
    """What went wrong; never empty."""
    request: RequestInfo | None
    """The request, or None where the error came before one was made."""
    body: object
    """The body of the response (``{"error": {"message": ..., "type": ...}}``), or its text where it is not JSON; of an
    event inside a stream the error object alone, as in the official package; None where no response came."""
    code: str | None
    """The service's code, such as ``"rate_limit_exceeded"``, or None."""
    type: str | None
    """The service's type of error, such as ``"invalid_request_error"``, or None."""
    param: str | None
    """The parameter that caused the error, or None."""
    failed_generation: Any
    """What the model wrote, where the service rejected it (``tool_use_failed``, ``json_validate_failed``), or None."""
    failed_calls: list[FailedCall]
    """The tool calls in ``failed_generation``, as far as they can be parsed; mostly empty."""
    request_id: str | None
    """The service's id of the request (its support asks for it), or None."""
    attempts: tuple[Attempt, ...]
    """Every attempt of this call, oldest first. The last one raised this error."""
    partial: Any
    """What a broken stream had delivered so far (a `ChatCompletion` without its end), or None."""

    def __init__(self, message: str, request: Any = None, *, body: object = None) -> None:
        message = message or f"{type(self).__name__} without a message"
        super().__init__(message)
        self.message = message
        self.request = _plain_request(request)
        self.body = body
        self.request_id = None
        self.attempts = ()
        self.partial = None
        details = cast("dict[str, Any]", body) if isinstance(body, dict) else dict[str, Any]()
        if isinstance(details.get("error"), dict):
            details = cast("dict[str, Any]", details["error"])
        self.code = _text_or_none(details.get("code"))
        self.type = _text_or_none(details.get("type"))
        self.param = _text_or_none(details.get("param"))
        self.failed_generation = details.get("failed_generation")
        self.failed_calls = []

    @property
    def retries_taken(self) -> int:
        """The attempts after the first one."""
        return max(0, len(self.attempts) - 1)


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)


def _plain_request(request: Any) -> RequestInfo | None:
    # Code for the official package passes its HTTP library's request: only its plain part is stored.
    if request is None or isinstance(request, RequestInfo):
        return request
    return RequestInfo(str(request.method), str(request.url))


def _plain_response(response: Any, cls: type[GroqError]) -> ErrorResponse:
    if response is None:
        # Rebuilt from its arguments alone, as by what sends errors as JSON (Celery): all that is known is the class.
        by_class: dict[type[Any], int] = {each: status for status, each in _BY_STATUS.items()}
        return ErrorResponse(by_class.get(cls, 500 if issubclass(cls, InternalServerError) else 0))
    if isinstance(response, ErrorResponse):
        return response
    request = getattr(response, "_request", None) or getattr(response, "request_info", None)
    try:
        content = getattr(response, "content", b"")
    except RuntimeError:  # what httpx raises for a body that was not read
        content = b""
    return ErrorResponse(
        status_code=int(getattr(response, "status_code", None) or response.status),
        headers=CIMultiDict(response.headers),
        content=content if isinstance(content, bytes) else b"",
        request=_plain_request(request),
    )


class APIConnectionError(APIError, ConnectionError):
    """No response came: the connection could not be made, or broke."""

    def __init__(self, message: str = "Connection error.", request: Any = None) -> None:
        super().__init__(message, request, body=None)


class APITimeoutError(APIConnectionError, TimeoutError):
    """A timeout passed. The message names it and its seconds."""

    phase: str | None
    """The name of the timeout: ``connect``, ``pool``, ``write``, ``first_byte``, ``read``, ``idle`` or ``total``."""
    limit_s: float | None
    """The timeout that passed, in seconds."""

    def __init__(self, message: Any = "Request timed out.", request: Any = None) -> None:
        if not isinstance(message, str):  # the official signature has the request first
            message, request = "Request timed out.", message
        super().__init__(message, request)
        self.phase = None
        self.limit_s = None


class APIResponseValidationError(APIError):
    """A 2xx response whose body is not what the endpoint promises, such as a gateway's HTML page."""

    response: ErrorResponse
    """The response, as plain data."""
    status_code: int
    """Its HTTP status."""

    def __init__(self, response: Any = None, body: object = None, *, message: str | None = None) -> None:
        if isinstance(response, str):  # rebuilt from its arguments, of which there is one: the message
            message, response = response, None
        self.response = _plain_response(response, type(self))
        self.status_code = self.response.status_code
        text = message or "The body of the response is not what this endpoint promises."
        super().__init__(text, self.response.request, body=body)
        self.request_id: str | None = self.response.request_id


class APIStatusError(APIError):
    """The service responded with an error status (4xx or 5xx)."""

    response: ErrorResponse
    """The response, as plain data: ``status_code``, ``headers``, ``body``, ``text``."""
    status_code: int
    """Its HTTP status; for an error inside a stream, the status that the service names there."""

    def __init__(self, message: str, *, response: Any = None, body: object = None) -> None:
        self.response = _plain_response(response, type(self))
        self.status_code = self.response.status_code
        super().__init__(message, self.response.request, body=body)
        self.request_id: str | None = self.response.request_id


class BadRequestError(APIStatusError):
    """400: the request is wrong, or the model's tool call or JSON was rejected (see ``failed_generation``)."""


class AuthenticationError(APIStatusError):
    """401: the key is missing or wrong."""


class PermissionDeniedError(APIStatusError):
    """403: the key has no permission for this."""


class NotFoundError(APIStatusError):
    """404: no such model, file, batch or URL."""


class ConflictError(APIStatusError):
    """409: the state of the object does not allow this."""


class RateLimited:
    """The limit that the text of a 429 or 413 describes. A value that it does not name is None."""

    limit_kind: str | None = None
    """``"TPM"``, ``"TPD"``, ``"RPM"``, ``"RPD"``, ``"ASPH"``, or whatever the service names."""
    limit: int | None = None
    """The limit, in tokens, requests or seconds of audio."""
    used: int | None = None
    """How much of it was used."""
    requested: int | None = None
    """How much of it this request needs."""
    retry_after_s: float | None = None
    """Seconds until the service accepts such a request again."""
    resets_at: float | None = None
    """The same as a Unix time in seconds."""


class PacingError(RateLimited, APIError):
    """The call was not sent: it would wait for a rate limit longer than it may, or never fits a given one. ``limit_kind``
    and ``retry_after_s`` name the limit and the wait from now on, without what the call has waited already."""


class RequestTooLargeError(RateLimited, APIStatusError):
    """413: the upload is too big (code ``request_too_large``), or one request asks for more tokens than the
    limit of a minute (code ``rate_limit_exceeded``), which no wait can help."""


class UnprocessableEntityError(APIStatusError):
    """422: the request is well-formed and cannot be followed."""


class RateLimitError(RateLimited, APIStatusError):
    """429: a limit of the organisation is used up for now."""


class FlexCapacityError(APIStatusError):
    """498: the flex tier has no capacity at the moment."""


class InternalServerError(APIStatusError):
    """500 and above: the service failed."""


class SchemaError(GroqError, TypeError):
    """A type cannot be a response format: it is no type, JSON cannot express it, or strict mode cannot and was asked for.
    The message names the path, such as ``$.extra: a mapping with free keys``."""


class StructuredOutputError(APIError):
    """What the model wrote does not match the type that was asked for, also after it was asked again.

    Its cause is the `BadRequestError` where the service itself rejected the text (``json_validate_failed``).
    """

    content: str
    """What the model wrote last; empty where it wrote nothing."""
    errors: tuple[str, ...]
    """What is wrong with ``content``, such as ``"Expected `int`, got `str` - at `$.age`"``."""
    completion: Any
    """The last `ChatCompletion` (or `Response`), or None where the service rejected the text."""
    reasks: tuple[Any, ...]
    """The earlier responses of this call, each a `Reask`, oldest first."""
    usage: Any
    """The `CompletionUsage` of all requests of this call together, as far as the service sent one, or None."""

    def __init__(self, message: str, request: Any = None, *, body: object = None) -> None:
        super().__init__(message, request, body=body)
        self.content = ""
        self.errors = ()
        self.completion = None
        self.reasks = ()
        self.usage = None


class LengthFinishReasonError(GroqError):
    """The maximum of tokens was reached before the value was complete.

    Reasoning counts against that maximum too. The call was not repeated: with the same maximum it would fail again.
    Its cause is the `BadRequestError` where the service rejected the text (``json_validate_failed``).
    """

    completion: Any
    """The `ChatCompletion` (or `Response`) that is not complete, or None where the service sent an error instead."""
    partial: str
    """What the model had written so far; empty where the service does not say."""
    usage: Any
    """The `CompletionUsage` of all requests of this call together, as far as the service sent one, or None."""

    def __init__(self, message: str = "", *, completion: Any = None) -> None:
        usage = getattr(completion, "usage", None)
        super().__init__(
            message or f"The maximum of tokens was reached before the value was complete - {usage}"
        )
        self.completion = completion
        self.partial = ""
        self.usage = usage


class MaxIterationsError(GroqError):
    """A tool runner has made ``max_iterations`` requests, and the model still calls tools."""

    messages: list[dict[str, Any]]
    """The conversation without the calls that were not run, valid for another request or another runner."""

    def __init__(self, message: str, messages: list[dict[str, Any]] | None = None) -> None:
        super().__init__(message)
        self.messages = messages or []


class ToolError(Exception):
    """Raised by a tool, to say what the model is told. Of any other exception it is told the class and the text."""


_BY_STATUS: Mapping[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    413: RequestTooLargeError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    498: FlexCapacityError,
}


def status_error_class(status: int) -> type[APIStatusError]:
    """Return the class of the error that a response with this error status raises."""
    return _BY_STATUS.get(status) or (InternalServerError if status >= 500 else APIStatusError)


# Tracebacks and pickles name the errors as their users do, wherever this module moves.
for _cls in [
    value
    for value in list(globals().values())
    if isinstance(value, type) and issubclass(value, (GroqError, ToolError))
]:
    _cls.__module__ = "aiogroq"
