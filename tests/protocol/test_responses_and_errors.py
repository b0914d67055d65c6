"""Status, headers and bytes to a value, or to the right error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

import aiogroq
from aiogroq import (
    APIResponseValidationError,
    APIStatusError,
    BadRequestError,
    NotFoundError,
    RateLimitError,
    RequestTooLargeError,
)
from aiogroq.errors import RequestInfo
from aiogroq.protocol.decode import decode
from aiogroq.protocol.status_errors import PlainHead, event_error, status_error
from aiogroq.types import ChatCompletion, Transcription, TranscriptionText, Translation

from .bodies import ASPH_TEXT, TEXT, TOOL_EVENT, TOOL_TEXT, TOOL_WRITTEN, TPD_TEXT, TPM_413_TEXT, error_body

REQUEST = RequestInfo("POST", "https://api.groq.com/openai/v1/chat/completions")
HEADERS = CIMultiDict({"Content-Type": "application/json", "X-Request-Id": "req_1"})
NOW = 1_000_000.0


def error(status: int, body: bytes, headers: Any = HEADERS, request: RequestInfo = REQUEST) -> Any:
    return status_error(PlainHead(status, headers, request), body, now=lambda: NOW)


RECORDED: list[tuple[int, bytes, str, dict[str, Any]]] = [
    # status, body, class, what the error says
    (400, error_body(TOOL_TEXT, code="tool_use_failed", failed_generation=TOOL_WRITTEN), "BadRequestError",
     {"code": "tool_use_failed", "type": "invalid_request_error", "failed_generation": TOOL_WRITTEN}),
    (400, error_body("Failed to generate JSON.", code="json_validate_failed", failed_generation={"a": 1}),
     "BadRequestError", {"code": "json_validate_failed", "failed_generation": {"a": 1}}),
    (400, error_body("Tool choice is required, but model did not call a tool", code="tool_use_failed",
                     failed_generation=""), "BadRequestError", {"failed_generation": ""}),
    (400, error_body("property 'X' is unsupported, did you mean 'Y'?"), "BadRequestError",
     {"code": None, "type": "invalid_request_error", "param": None, "failed_generation": None}),
    (400, error_body("The model `playai-tts` requires terms acceptance.", code="model_terms_required"),
     "BadRequestError", {"code": "model_terms_required"}),
    (401, error_body("Invalid API Key", code="invalid_api_key"), "AuthenticationError", {"code": "invalid_api_key"}),
    (403, error_body("Forbidden"), "PermissionDeniedError", {}),
    (404, error_body("The model `x` does not exist or you do not have access to it.", code="model_not_found"),
     "NotFoundError", {"code": "model_not_found"}),
    (409, error_body("Conflict"), "ConflictError", {}),
    (422, error_body("Unprocessable"), "UnprocessableEntityError", {}),
    (424, error_body("Error retrieving tool list from MCP server: 'Stripe'", "external_connector_error", param="tools",
                     code="http_error"), "APIStatusError", {"param": "tools", "code": "http_error"}),
    (429, error_body(TPD_TEXT, "tokens", code="rate_limit_exceeded"), "RateLimitError",
     {"type": "tokens", "code": "rate_limit_exceeded", "limit_kind": "TPD", "limit": 100000, "used": 97843,
      "requested": 9191, "retry_after_s": 6836.832, "resets_at": NOW + 6836.832}),
    (429, error_body(ASPH_TEXT, "seconds", code="rate_limit_exceeded"), "RateLimitError",
     {"limit_kind": "ASPH", "limit": 7200, "used": 7170, "requested": 230, "retry_after_s": 99.738}),
    (429, error_body("Too many"), "RateLimitError",
     {"limit_kind": None, "limit": None, "used": None, "requested": None, "retry_after_s": None, "resets_at": None}),
    (413, error_body(TPM_413_TEXT, "tokens", code="rate_limit_exceeded"), "RequestTooLargeError",
     {"limit_kind": "TPM", "limit": 8000, "used": None, "requested": 10092, "retry_after_s": None, "resets_at": None}),
    (413, error_body("Request Entity Too Large", code="request_too_large"), "RequestTooLargeError",
     {"code": "request_too_large", "limit_kind": None}),
    (498, error_body("Flex tier capacity exceeded", code="capacity_exceeded"), "FlexCapacityError", {}),
    (500, error_body("Internal", "internal_server_error"), "InternalServerError", {"type": "internal_server_error"}),
    (503, error_body("m is currently over capacity. Please try again and back off exponentially.",
                     "internal_server_error"), "InternalServerError", {"code": None}),
    (529, b"{}", "InternalServerError", {}),
    (418, b"{}", "APIStatusError", {}),
    (302, b"", "APIStatusError", {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body", "name", "says"), RECORDED, ids=[f"{r[0]} {r[1][:50]!r}" for r in RECORDED]
)
def test_an_error_response_becomes_its_error_with_all_it_says(
    status: int, body: bytes, name: str, says: dict[str, Any]
) -> None:
    raised = error(status, body)
    assert type(raised) is getattr(aiogroq, name)
    assert raised.status_code == raised.response.status_code == status
    assert raised.request == raised.response.request == REQUEST
    assert raised.request_id == raised.response.request_id == "req_1"
    assert raised.response.content == body
    assert str(raised) == raised.message
    assert raised.message.startswith(f"Error code: {status} - ")
    assert {key: getattr(raised, key) for key in says} == says
    if body:
        assert raised.body == raised.response.body == json.loads(body)


BODIES_OF_GATEWAYS = [
    (b"<html><title>502 Bad Gateway</title></html>", "<html><title>502 Bad Gateway</title></html>"),
    (b"", ""),
    (b" \r\n ", ""),
    (b"upstream connect error", "upstream connect error"),
    (b'{"error":{"message":"cut he', '{"error":{"message":"cut he'),
    (b"\x8b\x08\x00", "�\x08\x00"),
    ("caf\xe9".encode("latin-1"), "caf�"),
    (b"\xff\xfe{\x00}\x00", "��{\x00}\x00"),
]


@pytest.mark.parametrize(("body", "text"), BODIES_OF_GATEWAYS)
def test_an_error_that_is_no_json_keeps_its_text(body: bytes, text: str) -> None:
    raised = error(502, body)
    assert type(raised) is aiogroq.InternalServerError
    assert raised.body == text
    assert raised.message == f"Error code: 502 - {text or 'the body is empty'}"
    assert (raised.code, raised.type, raised.param, raised.failed_generation) == (None,) * 4


def test_a_long_page_is_shown_by_its_beginning_and_stored_whole() -> None:
    raised = error(502, b"<html>" + b"x" * 10_000)
    assert len(raised.message) < 400
    assert len(raised.body) == len(raised.response.content) == 10_006


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"error":"plain text"}', (None, None)),
        (b'{"error":null,"code":"c"}', ("c", None)),
        (b'{"error":[1,2]}', (None, None)),
        (b'{"message":"m","code":"c","type":"t"}', ("c", "t")),
        (b'{"error":{"code":429,"type":["t"]}}', ("429", "['t']")),
        (b'{"error":{"message":{"deep":1},"code":"c"}}', ("c", None)),
        (b"[]", (None, None)),
        (b"null", (None, None)),
        (b'"text"', (None, None)),
        (b"3", (None, None)),
    ],
)
@pytest.mark.parametrize("status", [400, 404, 413, 429])
def test_an_error_object_that_drifted_says_what_it_can(
    status: int, body: bytes, says: tuple[str | None, str | None]
) -> None:
    raised = error(status, body)
    assert (raised.code, raised.type) == says
    assert raised.message


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([400, 404, 413, 429, 498, 500]),
    st.binary() | st.text().map(lambda text: error_body(text)),
)
def test_no_body_of_an_error_raises_anything_but_itself(status: int, body: bytes) -> None:
    raised = error(status, body)
    assert isinstance(raised, APIStatusError)
    assert str(raised).strip()


@pytest.mark.parametrize("levels", [100, 500, 900, 5_000, 100_000])
def test_an_error_nested_as_deeply_as_can_be_is_an_error_all_the_same(levels: int) -> None:
    raised = error(400, b'{"error":{"message":' + b"[" * levels + b"]" * levels + b"}}")
    assert isinstance(raised, BadRequestError)
    assert raised.message


# -------------------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("headers", "retry_after_s"),
    [
        ({"retry-after": "2"}, 2.0),
        ({"Retry-After": "0"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
        ({"retry-after": "Mon, 12 Jan 1970 13:47:10 GMT"}, 30.0),
        ({"retry-after": "garbage"}, 6836.832),
        ({}, 6836.832),
    ],
)
def test_the_header_says_more_exactly_than_the_text_how_long_to_wait(
    headers: dict[str, str], retry_after_s: float
) -> None:
    raised = error(429, error_body(TPD_TEXT, "tokens", code="rate_limit_exceeded"), CIMultiDict(headers))
    assert isinstance(raised, RateLimitError)
    assert (raised.retry_after_s, raised.resets_at) == (retry_after_s, NOW + retry_after_s)


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        (TPM_413_TEXT, "rate_limit_exceeded", "Shorten the prompt or lower max_completion_tokens"),
        (TPM_413_TEXT.replace("(TPM)", "(ASPH)"), "rate_limit_exceeded", "Send shorter audio"),
        ("Request Entity Too Large", "request_too_large", ". Send less in one request."),
        ("Request too large, in other words", "rate_limit_exceeded", "Shorten the prompt"),
    ],
)
def test_the_two_kinds_of_413_name_their_own_fix(text: str, code: str, hint: str) -> None:
    raised = error(413, error_body(text, code=code))
    assert isinstance(raised, RequestTooLargeError)
    assert hint in raised.message == str(raised)


@pytest.mark.parametrize("path", ["/audio/transcriptions", "/files"])
def test_a_413_to_an_upload_names_its_fix(path: str) -> None:
    request = RequestInfo("POST", f"https://api.groq.com/openai/v1{path}")
    raised = error(413, error_body("Request Entity Too Large", code="request_too_large"), request=request)
    assert raised.message.endswith(". Send less in one request: a smaller file, or its address as `url`.")


def test_only_an_error_of_a_limit_has_its_numbers_and_only_a_413_its_fix() -> None:
    body = error_body(TPM_413_TEXT, code="rate_limit_exceeded")
    assert not hasattr(error(400, body), "limit_kind")
    assert "Shorten" not in error(429, body).message
    assert error(429, body).requested == 10092


def test_a_413_of_no_known_kind_names_no_fix() -> None:
    body = error_body("too large", code="something_new")
    assert error(413, body).message == f"Error code: 413 - {json.loads(body)}"


def test_a_404_for_an_unknown_url_shows_where_the_request_went_and_the_fix() -> None:
    raised = error(
        404, error_body("Unknown request URL: POST /openai/v1/openai/v1/x. Please check the URL for typos")
    )
    assert isinstance(raised, NotFoundError)
    assert REQUEST.url in raised.message
    assert "end in /openai/v1 or /v1" in raised.message
    assert "base_url" not in error(404, error_body("The model `x` does not exist")).message


# -------------------------------------------------------------------------------------------------- streams


def event(data: bytes) -> Any:
    return event_error(PlainHead(200, HEADERS, REQUEST), data, now=lambda: NOW)


def test_an_error_event_is_the_error_of_its_inner_status() -> None:
    raised = event(TOOL_EVENT)
    assert type(raised) is BadRequestError
    assert (raised.status_code, raised.code) == (400, "tool_use_failed")
    assert raised.failed_generation == TOOL_WRITTEN
    assert raised.body == json.loads(TOOL_EVENT)["error"]
    assert raised.request_id == "req_1"
    assert raised.response.content == TOOL_EVENT


@pytest.mark.parametrize(
    ("status_code", "name", "status"),
    [
        (429, "RateLimitError", 429),
        ("400", "BadRequestError", 400),
        (498, "FlexCapacityError", 498),
        (503, "InternalServerError", 503),
        (None, "InternalServerError", 500),
        (200, "InternalServerError", 500),
        (99999, "InternalServerError", 500),
        (True, "InternalServerError", 500),
        ("x", "InternalServerError", 500),
        ([400], "InternalServerError", 500),
        (400.0, "InternalServerError", 500),
        ("4.0", "InternalServerError", 500),
        ("0400", "InternalServerError", 500),
        ("", "InternalServerError", 500),
    ],
)
def test_an_event_without_a_status_to_believe_is_a_500(status_code: Any, name: str, status: int) -> None:
    raised = event(error_body("m", status_code=status_code))
    assert (type(raised).__name__, raised.status_code) == (name, status)


@pytest.mark.parametrize(
    "data", [b"", b"overloaded", b"{", b"[]", b'{"error":"text"}', b'{"message":"m"}', b"null"]
)
def test_an_event_of_any_other_form_is_an_error_too(data: bytes) -> None:
    raised = event(data)
    assert raised.status_code == 500
    assert str(raised).strip()


def test_an_event_can_carry_a_rate_limit() -> None:
    raised = event(error_body(TPD_TEXT, "tokens", code="rate_limit_exceeded", status_code=429))
    assert (raised.limit_kind, raised.requested, raised.retry_after_s) == ("TPD", 9191, 6836.832)


# ------------------------------------------------------------------------------------------------- responses


def response(cls: Any, body: bytes, status: int = 200, kind: str = "application/json") -> Any:
    headers = CIMultiDict({"Content-Type": kind, "X-Request-Id": "req_1"})
    return decode(cls, body, PlainHead(status, headers, REQUEST))


def test_a_good_response_becomes_its_value() -> None:
    completion = response(ChatCompletion, json.dumps(TEXT).encode())
    assert completion.choices[0].message.content == "4"


@pytest.mark.parametrize(("body", "text"), [*BODIES_OF_GATEWAYS[:2], *BODIES_OF_GATEWAYS[3:]])
@pytest.mark.parametrize("cls", [ChatCompletion, object, dict])
def test_a_good_status_with_no_json_raises_with_all_there_is_to_know(
    cls: Any, body: bytes, text: str
) -> None:
    with pytest.raises(APIResponseValidationError) as caught:
        response(cls, body, kind="text/html")
    raised = caught.value
    size = f"{len(body)} bytes" if body else "empty body"
    assert raised.status_code == raised.response.status_code == 200
    assert raised.request_id == "req_1"
    assert raised.response.content == body
    assert str(raised.body).strip() == text.strip()
    assert str(raised).startswith(f"Expected JSON, got text/html (HTTP 200, {size})")


def test_a_response_without_a_content_type_is_reported_as_such() -> None:
    with pytest.raises(APIResponseValidationError, match=r"got no content type \(HTTP 200, 1 bytes\): 'x'"):
        decode(ChatCompletion, b"x", PlainHead(200, {}, REQUEST))


def test_a_204_is_none_for_an_endpoint_of_the_callers_own() -> None:
    assert response(object, b"", status=204) is None


def test_a_204_is_an_error_where_a_model_is_promised() -> None:
    with pytest.raises(APIResponseValidationError, match=r"got application/json \(HTTP 204, empty body\)$"):
        response(ChatCompletion, b"", status=204)


def test_a_204_that_has_a_body_is_a_response_like_others() -> None:
    assert response(ChatCompletion, b'{"id":"a"}', status=204).id == "a"
    with pytest.raises(APIResponseValidationError, match="204"):
        response(ChatCompletion, b"x", status=204)


@pytest.mark.parametrize("body", [b"2024", b"null"])
def test_json_for_a_transcription_is_no_spoken_text(body: bytes) -> None:
    assert response(Transcription, body) == json.loads(body)
    with pytest.raises(APIResponseValidationError, match="text/html"):
        response(Transcription, b"<html>", kind="text/html")


@pytest.mark.parametrize("cls", [Transcription, Translation])
@pytest.mark.parametrize(
    "text", [" Hello from the SDK.", "", "2024", "null", "true", '"quoted"', "[1]", "čeština"]
)
@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=UTF-8"])
def test_plain_text_is_a_transcription_whatever_was_said(cls: Any, text: str, kind: str) -> None:
    heard = response(cls, text.encode(), kind=kind)
    assert type(heard) is TranscriptionText
    assert heard == heard.text == text


def test_plain_text_that_is_the_json_of_a_transcription_is_read_as_one() -> None:
    assert response(Transcription, b'{"text":" Hello"}', kind="text/plain").text == " Hello"


def test_broken_json_is_named_as_that() -> None:
    with pytest.raises(
        APIResponseValidationError, match=r"got invalid JSON labelled application/json \(HTTP 200, 5 bytes\)"
    ):
        response(ChatCompletion, b"{nope", kind="application/json")


def test_plain_text_is_no_chat_completion() -> None:
    with pytest.raises(
        APIResponseValidationError, match=r"Expected JSON, got text/plain \(HTTP 200, 5 bytes\): 'Hello'"
    ):
        response(ChatCompletion, b"Hello", kind="text/plain")


@pytest.mark.parametrize("body", [b"[]", b"3", b'"text"', b"null", b"true"])
def test_json_that_is_no_object_is_handed_out_as_it_is(body: bytes) -> None:
    assert response(ChatCompletion, body) == json.loads(body)
