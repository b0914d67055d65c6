"""The exceptions: one tree, and plain data."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from collections.abc import Callable
from typing import Any

import groq
import httpx
import pytest
from multidict import CIMultiDict

import aiogroq
from aiogroq import errors
from aiogroq.errors import Attempt, ErrorResponse, RequestInfo, status_error_class
from aiogroq.types import ChatCompletion

REQUEST = RequestInfo("POST", "https://api.groq.com/openai/v1/chat/completions?a=b")
RESPONSE = ErrorResponse(
    429,
    CIMultiDict({"X-Request-Id": "req_1", "Retry-After": "2"}),
    b'{"error":{"message":"m","code":"c","type":"t","param":"p","failed_generation":"f"}}',
    REQUEST,
)
CLASSES: list[type[errors.GroqError]] = [
    value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, errors.GroqError)
]
STATUS_CLASSES = [cls for cls in CLASSES if issubclass(cls, errors.APIStatusError)]
EVERY = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)


def one_of(cls: type[errors.GroqError]) -> Any:
    """An error of this class with everything on it that an error can have."""
    if issubclass(cls, errors.APIStatusError):
        made: Any = cls("what went wrong", response=RESPONSE, body=RESPONSE.json())
    elif issubclass(cls, errors.APIResponseValidationError):
        made = cls(RESPONSE, RESPONSE.json(), message="what went wrong")
    elif issubclass(cls, errors.APIError):
        made = cls("what went wrong", REQUEST)
        made.request_id = "req_1"
    else:
        return cls("what went wrong")
    made.attempts = (Attempt(None, "reset", 0.5, None), Attempt(429, None, 0.0, "req_1"))
    made.partial = ChatCompletion(id="half")
    if isinstance(made, errors.RateLimited):
        made.limit_kind, made.limit, made.used, made.requested = "TPM", 8000, 1, 2
        made.retry_after_s, made.resets_at = 2.0, 1002.0
    if isinstance(made, errors.APITimeoutError):
        made.phase, made.limit_s = "read", 60.0
    return made


# -------------------------------------------------------------------------------------------------------- the tree


def drawn() -> list[tuple[str, str | None]]:
    """Name and parent of each class in the tree of the module's docstring."""
    tree: list[tuple[str, str | None]] = []
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.fullmatch(r"( {4,})(\w+)(?: .*)?", line)
        if found:
            depth = len(found[1])
            above = [(other, name) for other, name in above if other < depth]
            tree.append((found[2], above[-1][1] if above else None))
            above.append((depth, found[2]))
    return tree


def test_the_tree_in_the_docstring_is_the_real_one() -> None:
    real = {
        (cls.__name__, next((b.__name__ for b in cls.__mro__[1:] if b in CLASSES), None)) for cls in CLASSES
    }
    assert set(drawn()) == real
    assert len(drawn()) == len(real) >= 18


def test_the_docstring_says_which_builtins_they_are_too() -> None:
    text = errors.__doc__ or ""
    for builtin in (ConnectionError, TimeoutError):
        (name,) = re.findall(rf"(\w+) +also the builtin {builtin.__name__}", text)
        assert issubclass(getattr(errors, name), builtin)


def test_the_docstring_names_the_status_of_each_class() -> None:
    named = {
        name: int(status)
        for name, status in re.findall(r"(\w+Error) +(?:>= )?(\d{3})$", errors.__doc__ or "", re.M)
    }
    assert len(named) == 10
    for name, status in named.items():
        assert status_error_class(status) is getattr(errors, name)
        assert str(status) in (getattr(errors, name).__doc__ or "")


@pytest.mark.parametrize(
    ("status", "name"),
    [(400, "BadRequestError"), (402, "APIStatusError"), (418, "APIStatusError"), (424, "APIStatusError"),
     (302, "APIStatusError"), (498, "FlexCapacityError"), (500, "InternalServerError"), (529, "InternalServerError"),
     (599, "InternalServerError")],
)  # fmt: skip
def test_every_status_has_its_class(status: int, name: str) -> None:
    assert status_error_class(status).__name__ == name


@EVERY
def test_an_error_is_named_as_its_users_name_it(cls: type[errors.GroqError]) -> None:
    assert cls.__module__ == "aiogroq"
    assert getattr(aiogroq, cls.__name__) is cls
    assert cls.__doc__


def test_every_official_error_is_here_with_its_official_ancestors() -> None:
    for name, official in list(vars(groq).items()):
        if inspect.isclass(official) and issubclass(official, groq.GroqError):
            ours = getattr(errors, name)
            above = {base.__name__ for base in official.__mro__ if issubclass(base, groq.GroqError)}
            assert above <= {base.__name__ for base in ours.__mro__}, name


# ------------------------------------------------------------------------------------------------------ plain data


COPIES: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    *(
        lambda error, protocol=protocol: pickle.loads(pickle.dumps(error, protocol))
        for protocol in range(2, 6)
    ),
]


@EVERY
@pytest.mark.parametrize("copied", COPIES, ids=["copy", "deepcopy", *(f"pickle {n}" for n in range(2, 6))])
def test_an_error_survives_copies_and_pickles_with_all_it_has(
    cls: type[errors.GroqError], copied: Callable[[Any], Any]
) -> None:
    error = one_of(cls)
    error.hint = "added by its catcher"
    other = copied(error)
    assert type(other) is cls
    assert vars(other) == vars(error)
    assert (other.args, str(other)) == (error.args, str(error))
    assert isinstance(other, errors.GroqError)


@EVERY
def test_no_attribute_that_is_declared_is_missing(cls: type[errors.GroqError]) -> None:
    error = one_of(cls)
    declared = {
        name
        for base in cls.__mro__
        if base.__module__ in ("aiogroq", "aiogroq.errors")
        for name in inspect.get_annotations(base)
    }
    assert [name for name in sorted(declared) if not hasattr(error, name)] == []


def test_looking_up_a_header_ignores_case_after_a_pickle_too() -> None:
    response = pickle.loads(pickle.dumps(one_of(errors.RateLimitError))).response
    assert (
        response.headers["x-request-id"] == response.headers["X-REQUEST-ID"] == response.request_id == "req_1"
    )


def test_the_cause_survives_where_it_is_one_of_ours() -> None:
    error = one_of(errors.APIError)
    error.__cause__ = one_of(errors.RateLimitError)
    other = pickle.loads(pickle.dumps(error))
    assert type(other.__cause__) is errors.RateLimitError
    assert other.__cause__.requested == 2


def test_a_cause_of_another_library_stays_behind() -> None:
    error = one_of(errors.APIConnectionError)
    error.__cause__ = OSError(lambda: "not picklable")
    error.__suppress_context__ = True
    other = copy.copy(error)
    assert other.__cause__ is None
    assert other.__suppress_context__


@EVERY
@pytest.mark.parametrize("text", ["", "what went wrong"])
def test_no_error_has_an_empty_text(cls: type[errors.GroqError], text: str) -> None:
    if issubclass(cls, errors.APIStatusError):
        error: Any = cls(text, response=RESPONSE)
    elif issubclass(cls, errors.APIResponseValidationError):
        error = cls(RESPONSE, message=text)
    else:
        error = cls(text)
    assert str(error) == text if text else str(error).strip()
    assert cls.__name__ in repr(error)


def test_an_error_without_arguments_has_a_text_too() -> None:
    assert str(errors.GroqError()) == "GroqError without a message"
    assert str(errors.APIConnectionError()) == "Connection error."
    assert str(errors.APITimeoutError()) == "Request timed out."
    assert (
        str(errors.APIResponseValidationError(RESPONSE))
        == "The body of the response is not what this endpoint promises."
    )


def test_retries_are_the_attempts_after_the_first() -> None:
    error = errors.APIError("m")
    assert error.retries_taken == 0
    error.attempts = (Attempt(500, None, 0.5, None),) * 3
    assert error.retries_taken == 2


# --------------------------------------------------------------------------------------------- what the service said


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "m", "code": "c", "type": "t", "param": "p", "failed_generation": "f"}},
        {"message": "m", "code": "c", "type": "t", "param": "p", "failed_generation": "f"},
    ],
    ids=["body of a response", "error object of an event"],
)
def test_an_error_has_the_fields_of_its_error_object(body: Any) -> None:
    error = errors.BadRequestError("m", response=RESPONSE, body=body)
    assert (error.code, error.type, error.param, error.failed_generation) == ("c", "t", "p", "f")
    assert error.body is body


@pytest.mark.parametrize(
    "body", [None, "text", [], 3, {}, {"error": "text"}, {"error": None}, {"error": ["c"]}]
)
def test_a_body_without_an_error_object_says_nothing(body: Any) -> None:
    error = errors.BadRequestError("m", response=RESPONSE, body=body)
    assert (error.code, error.type, error.param, error.failed_generation) == (None,) * 4


def test_a_code_of_another_type_is_text_and_a_failed_generation_is_what_it_is() -> None:
    error = errors.BadRequestError(
        "m", response=RESPONSE, body={"error": {"code": 3, "failed_generation": {"a": 1}}}
    )
    assert (error.code, error.failed_generation) == ("3", {"a": 1})


@pytest.mark.parametrize(
    ("content", "body", "text"),
    [(b'{"a":1}', {"a": 1}, '{"a":1}'), (b"<html>", "<html>", "<html>"), (b"", "", ""), (b"\xff", "�", "�")],
)
def test_the_response_behind_an_error_is_json_or_text(content: bytes, body: object, text: str) -> None:
    response = ErrorResponse(500, content=content)
    assert (response.body, response.text) == (body, text)
    assert response.request_id is response.url is None


def test_a_response_that_is_no_json_says_so() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        ErrorResponse(500, content=b"<html>").json()


def test_a_response_knows_where_it_came_from() -> None:
    assert RESPONSE.url == REQUEST.url


# --------------------------------------------------------------------------------- made as the official ones are made


HTTPX_REQUEST = httpx.Request("POST", "https://x/y")
HTTPX_RESPONSE = httpx.Response(
    400, headers={"X-Request-Id": "req_2"}, json={"error": {"code": "c"}}, request=HTTPX_REQUEST
)


@pytest.mark.parametrize("cls", STATUS_CLASSES, ids=lambda cls: cls.__name__)
def test_a_status_error_is_made_of_an_httpx_response(cls: Any) -> None:
    error = cls("m", response=HTTPX_RESPONSE, body=HTTPX_RESPONSE.json())
    assert error.request == error.response.request == RequestInfo("POST", "https://x/y")
    assert (error.status_code, error.request_id, error.code) == (400, "req_2", "c")
    assert error.response.headers["X-request-ID"] == "req_2"
    assert error.response.content == HTTPX_RESPONSE.content
    assert pickle.loads(pickle.dumps(error)).response == error.response


def test_a_response_without_its_request_or_its_body_will_do() -> None:
    def unread() -> Any:
        yield b"{}"

    bare = errors.BadRequestError("m", response=httpx.Response(400), body=None)
    assert bare.request is bare.request_id is None
    streamed = errors.BadRequestError("m", response=httpx.Response(400, content=unread()), body=None)
    assert streamed.response.content == b""


class AiohttpLike:
    """As much of an ``aiohttp.ClientResponse`` as an error reads."""

    status = 404
    headers = CIMultiDict({"X-Request-Id": "req_3"})
    content = object()
    request_info = HTTPX_REQUEST


def test_a_status_error_is_made_of_an_aiohttp_response() -> None:
    error = errors.NotFoundError("m", response=AiohttpLike())
    assert (error.status_code, error.request_id, error.response.content) == (404, "req_3", b"")
    assert error.request == RequestInfo("POST", "https://x/y")


@pytest.mark.parametrize(
    "make",
    [
        lambda sdk: sdk.APIError("m", HTTPX_REQUEST, body={"code": "c"}),
        lambda sdk: sdk.APIConnectionError(request=HTTPX_REQUEST),
        lambda sdk: sdk.APIConnectionError(message="m", request=HTTPX_REQUEST),
        lambda sdk: sdk.APITimeoutError(HTTPX_REQUEST),
        lambda sdk: sdk.APITimeoutError(request=HTTPX_REQUEST),
        lambda sdk: sdk.APIResponseValidationError(HTTPX_RESPONSE, {"a": 1}),
        lambda sdk: sdk.APIResponseValidationError(HTTPX_RESPONSE, None, message="m"),
        lambda sdk: sdk.RateLimitError("m", response=HTTPX_RESPONSE, body=None),
        lambda sdk: sdk.GroqError("m"),
    ],
)
def test_code_that_makes_official_errors_makes_these(make: Callable[[Any], Any]) -> None:
    official, ours = make(groq), make(aiogroq)
    assert type(ours).__name__ == type(official).__name__
    for name in ("body", "status_code"):
        assert getattr(ours, name, None) == getattr(official, name, None)
    if hasattr(official, "request"):
        assert ours.request == RequestInfo("POST", "https://x/y")
    if "m" in official.args:
        assert str(ours) == "m"


@pytest.mark.parametrize(
    ("cls", "status"),
    [
        (errors.BadRequestError, 400),
        (errors.RateLimitError, 429),
        (errors.InternalServerError, 500),
        (errors.APIStatusError, 0),
        (errors.APIResponseValidationError, 0),
    ],
)
def test_an_error_can_be_rebuilt_from_its_arguments_alone(cls: Any, status: int) -> None:
    """What sends exceptions as JSON (Celery) has only the class and ``args``."""
    rebuilt = cls(*("Error code: 4xx - no",))
    assert type(rebuilt) is cls
    assert (str(rebuilt), rebuilt.message) == ("Error code: 4xx - no", "Error code: 4xx - no")
    assert (rebuilt.status_code, rebuilt.body, rebuilt.request_id) == (status, None, None)
    again = pickle.loads(pickle.dumps(rebuilt))
    assert (type(again), again.args, again.status_code) == (cls, rebuilt.args, status)


@pytest.mark.parametrize(
    "name", ["APIConnectionError", "APITimeoutError", "APIError", "GroqError", "PermissionDeniedError"]
)
def test_so_can_every_other(name: str) -> None:
    cls: Any = getattr(errors, name)
    assert str(cls(*cls("why").args)) == "why"
