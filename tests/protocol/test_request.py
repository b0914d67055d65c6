"""The keywords of a call as a `Request`."""

from __future__ import annotations

import enum
import json
import math
from decimal import Decimal
from typing import Any

import httpx
import numpy as np
import pytest

from aiogroq import GroqError, omit
from aiogroq.protocol.request import (
    BYTES,
    JSON,
    Request,
    ResponseMode,
    ResponseModeHeaders,
    build,
    build_form,
    form,
    split_options,
)
from aiogroq.protocol.timeouts import Timeout
from aiogroq.protocol.urls import query_pairs
from aiogroq.types import ChatCompletion

KNOWN = frozenset({"messages", "model", "temperature", "max_completion_tokens", "tools", "tool_choice"})
REQUIRED = frozenset({"messages", "model"})


def split(**given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return split_options(given, KNOWN, REQUIRED, "create")


def body_of(
    params: dict[str, Any] | None, options: dict[str, Any] | None = None, method: str = "POST"
) -> Any:
    body = build(method, "/x", ChatCompletion, params, options).body
    return None if body is None else json.loads(body)


# ---------------------------------------------------------------------------------------------- keywords


def test_keywords_are_parameters_or_options_of_the_call() -> None:
    params, options = split(model="m", messages=[], temperature=None, timeout=3, extra_body={"a": 1})
    assert params == {"model": "m", "messages": [], "temperature": None}
    assert options == {"timeout": 3, "extra_body": {"a": 1}}


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("tempearture", "temperature"),
        ("message", "messages"),
        ("tool_choise", "tool_choice"),
        ("extra_header", "extra_headers"),
        ("time_out", "timeout"),
        ("Model", "model"),
    ],
)
def test_a_misspelt_name_is_a_type_error_that_knows_the_right_one(name: str, near: str) -> None:
    with pytest.raises(TypeError) as caught:
        split(model="m", messages=[], **{name: 1})
    assert (
        str(caught.value) == f"create() got an unexpected keyword argument {name!r}. Did you mean {near!r}?"
    )


def test_a_name_like_no_other_is_a_type_error_that_names_the_way_out() -> None:
    with pytest.raises(
        TypeError, match=r"unexpected keyword argument 'zzz'; pass it in extra_body if the service"
    ):
        split(model="m", messages=[], zzz=1)


def test_an_unknown_argument_of_a_get_names_the_option_that_a_get_takes() -> None:
    unknown: Any = {"zzz": 1}
    with pytest.raises(
        TypeError, match=r"unexpected keyword argument 'zzz'; pass it in extra_query if the service"
    ):
        build("GET", "/models", dict, options=unknown)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"messages": []}, r"create\(\) is missing the required argument model$"),
        ({}, r"create\(\) is missing the required arguments messages, model$"),
        ({"messages": omit, "model": "m"}, r"create\(\) is missing the required argument messages$"),
    ],
)
def test_what_is_required_and_missing_is_named(given: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        split(**given)


def test_an_unknown_name_is_reported_before_a_missing_one() -> None:
    with pytest.raises(TypeError, match="Did you mean 'model'"):
        split(messages=[], modle="m")


def test_none_is_a_value_for_what_is_required() -> None:
    assert split(model=None, messages=None)[0] == {"model": None, "messages": None}


# ------------------------------------------------------------------------------------------------- bodies


def test_what_is_omitted_is_not_sent_and_none_is_null() -> None:
    assert body_of({"model": "m", "stop": None, "seed": omit}) == {"model": "m", "stop": None}


@pytest.mark.parametrize(
    ("params", "extra_body", "body"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": {"x": 1}}, {"a": {"y": 2}}, {"a": {"y": 2}}),
        ({"a": 1}, {"a": omit}, {}),
        ({"a": omit}, {"a": 1}, {"a": 1}),
        ({"a": 1}, {}, {"a": 1}),
        ({"a": 1}, None, {"a": 1}),
        (None, {"a": 1}, {"a": 1}),
        (None, None, None),
        ({}, None, {}),
    ],
)
def test_extra_fields_come_over_the_parameters(
    params: dict[str, Any] | None, extra_body: Any, body: dict[str, Any] | None
) -> None:
    assert body_of(params, {"extra_body": extra_body}) == body


def test_query_parameters_of_an_endpoint_are_merged_with_those_of_the_call() -> None:
    request = build("GET", "/x", ChatCompletion, query={"a": 1, "b": omit}, options={"extra_query": {"c": 2}})
    assert request.body is None
    assert request.query == {"a": 1, "b": omit, "c": 2}


def test_a_body_of_a_get_is_rejected() -> None:
    with pytest.raises(TypeError, match="a GET has no body"):
        build("GET", "/x", ChatCompletion, {"a": 1})


def test_a_built_request_cannot_be_changed() -> None:
    request = build("POST", "/x", ChatCompletion, {}, {"extra_headers": {"X-Token": "secret"}})
    with pytest.raises(AttributeError):
        request.max_retries = 3  # type: ignore[misc]
    assert "secret" not in repr(request)


def test_a_body_that_is_no_mapping_is_sent_as_it_is_and_takes_no_extra_fields() -> None:
    assert build("POST", "/x", ChatCompletion, [1]).body == b"[1]"
    assert build("POST", "/x", ChatCompletion, b"raw").body == b"raw"
    with pytest.raises(TypeError, match="extra_body is added to a body that is a mapping, not to list"):
        build("POST", "/x", ChatCompletion, [1], {"extra_body": {"a": 1}})


def test_the_extra_body_of_a_get_is_rejected() -> None:
    with pytest.raises(TypeError, match="a GET has no body, so extra_body cannot be sent; pass extra_query="):
        build("GET", "/x", ChatCompletion, None, {"extra_body": {"b": 2}})
    assert build("GET", "/x", ChatCompletion, None, {"extra_body": {}}).body is None


@pytest.mark.parametrize("extra_body", [[("a", 1)], "a", 3, b"x"])
def test_extra_fields_that_are_no_mapping_are_rejected_by_their_type(extra_body: Any) -> None:
    with pytest.raises(TypeError, match=f"extra_body must be a mapping, not {type(extra_body).__name__}"):
        build("POST", "/x", ChatCompletion, {}, {"extra_body": extra_body})
    with pytest.raises(TypeError, match="extra_body must be a mapping"):
        build_form("POST", "/x", ChatCompletion, {}, {"extra_body": extra_body})


def test_a_body_that_is_no_json_is_rejected_before_anything_is_sent() -> None:
    with pytest.raises(GroqError, match="cannot encode the request as JSON"):
        build("POST", "/x", ChatCompletion, {"messages": [object()]})


@pytest.mark.parametrize(
    ("params", "options", "model"),
    [
        ({"model": "m"}, {}, "m"),
        ({"model": "m"}, {"extra_body": {"model": "n"}}, "n"),
        ({"model": None}, {}, None),
        ({"model": 3}, {}, None),
        ({}, {}, None),
        (None, {}, None),
    ],
)
def test_a_request_knows_the_model_that_its_limits_are_counted_by(
    params: dict[str, Any] | None, options: dict[str, Any], model: str | None
) -> None:
    assert build("POST", "/x", ChatCompletion, params, options).model == model
    if params is not None:
        assert build_form("POST", "/x", ChatCompletion, params, options).model == model


# ------------------------------------------------------------------------------------------------ options


def test_options_of_the_call_stand_on_the_request() -> None:
    request = build(
        "POST",
        "/x",
        ChatCompletion,
        {},
        {"extra_headers": {"X-A": "1"}, "extra_query": {"q": [1]}, "timeout": 3},
    )
    assert (request.method, request.path, request.returns) == ("POST", "/x", ChatCompletion)
    assert request.headers == {"X-A": "1"}
    assert request.query == {"q": [1]}
    assert request.timeout == Timeout(3)
    assert (request.mode, request.max_retries) == (JSON, None)


@pytest.mark.parametrize("nothing", [None, omit])
def test_options_that_are_not_given_are_the_clients(nothing: Any) -> None:
    request = build("POST", "/x", ChatCompletion, {}, {"extra_headers": nothing, "extra_query": nothing})
    assert request.headers is request.query is None
    assert request.timeout is omit


@pytest.mark.parametrize(
    ("given", "timeout"),
    [
        (None, Timeout(None)),
        (omit, omit),
        (httpx.Timeout(5.0), Timeout(5)),
        (Timeout(1, total=2), Timeout(1, total=2)),
    ],
)
def test_a_time_out_of_none_is_no_limit_and_of_omit_is_the_clients(given: Any, timeout: Any) -> None:
    assert build("POST", "/x", ChatCompletion, {}, {"timeout": given}).timeout == timeout


def test_headers_of_the_call_come_over_those_of_the_endpoint() -> None:
    def headers(extra: Any) -> Any:
        options = {"extra_headers": extra}
        return build("GET", "/x", bytes, None, options, default_headers={"Accept": "a", "X-A": "1"}).headers

    assert headers(None) == {"Accept": "a", "X-A": "1"}
    assert headers({"Accept": "b", "X-B": omit}) == {"Accept": "b", "X-A": "1", "X-B": omit}


@pytest.mark.parametrize("default_headers", [None, {"Accept": "a"}])
def test_a_view_travels_in_the_headers_and_never_among_them(default_headers: Any) -> None:
    view = ResponseMode(view="streaming", response_cls=dict)
    headers = ResponseModeHeaders(view, {"X-A": "1"})
    request = build(
        "POST", "/x", bytes, {}, {"extra_headers": headers}, mode=BYTES, default_headers=default_headers
    )
    assert request.mode == ResponseMode("bytes", "streaming", dict)
    assert request.headers == {**(default_headers or {}), "X-A": "1"}
    assert ResponseModeHeaders(view, None) == {}


@pytest.mark.parametrize(
    ("method", "idempotent"),
    [("GET", True), ("HEAD", True), ("PUT", True), ("DELETE", True), ("POST", False), ("PATCH", False)],
)
def test_a_request_knows_whether_sending_it_twice_does_harm(method: str, idempotent: bool) -> None:
    assert Request(method, "/x", dict).idempotent is idempotent


# -------------------------------------------------------------------------------------------------- forms


class Format(str, enum.Enum):
    JSON = "json"


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        ("en", [("a", "en")]),
        (Format.JSON, [("a", "json")]),
        (0, [("a", "0")]),
        (0.5, [("a", "0.5")]),
        (True, [("a", "true")]),
        (False, [("a", "false")]),
        (["word", "segment"], [("a[]", "word"), ("a[]", "segment")]),
        (("word",), [("a[]", "word")]),
        ({"word"}, [("a[]", "word")]),
        ([], []),
        ({"x": 1, "y": {"z": [2, 3]}}, [("a[x]", "1"), ("a[y][z][]", "2"), ("a[y][z][]", "3")]),
        ([{"x": 1}], [("a[][x]", "1")]),
        ({}, []),
        (None, []),
        ("", []),
        ([None, "b", omit], [("a[]", "b")]),
        (omit, []),
    ],
)
def test_a_value_becomes_text_fields(value: Any, fields: list[tuple[str, str]]) -> None:
    assert form({"a": value}, ("file",)).fields == fields


def test_bytes_are_no_text_field() -> None:
    with pytest.raises(TypeError, match=r"must not be bytes; decode\(\) them"):
        form({"prompt": b"abc"}, ("file",))


def test_files_stand_apart_from_the_text_fields() -> None:
    content = object()
    made = form({"model": "m", "file": content, "url": omit}, ("file",))
    assert made.fields == [("model", "m")]
    assert made.files == [("file", content)]


@pytest.mark.parametrize("nothing", [None, omit])
def test_a_file_that_is_not_given_is_not_there(nothing: Any) -> None:
    made = form({"model": "m", "file": nothing}, ("file",))
    assert (made.fields, made.files) == ([("model", "m")], [])


def test_a_form_request_has_its_extra_fields_and_options() -> None:
    request = build_form(
        "POST", "/audio/transcriptions", dict, {"model": "m", "file": b"RIFF"},
        {"extra_body": {"language": "en", "model": "n"}, "extra_headers": {"X-A": "1"}, "timeout": 1},
    )  # fmt: skip
    assert request.body is None
    assert request.form is not None
    assert sorted(request.form.fields) == [("language", "en"), ("model", "n")]
    assert request.form.files == [("file", b"RIFF")]
    assert (request.model, request.headers, request.timeout) == ("n", {"X-A": "1"}, Timeout(1))


@pytest.mark.parametrize(
    "value", [math.nan, -math.inf, Decimal("nan"), np.float32("nan"), [0.5, math.nan], {"deep": math.inf}]
)
def test_a_number_that_is_not_finite_is_rejected_in_a_form_and_in_a_query(value: Any) -> None:
    with pytest.raises(GroqError, match=r"`temperature.*` must be a finite number, not -?(nan|inf|NaN)"):
        form({"temperature": value}, ())
    with pytest.raises(GroqError, match=r"`temperature.*` must be a finite number, not -?(nan|inf|NaN)"):
        query_pairs("temperature", value)
