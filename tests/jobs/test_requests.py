"""How an item of a job becomes a request, and what is said about one that cannot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

import numpy
import pytest

from aiogroq.jobs import JobInputError
from aiogroq.jobs.requests import Requests, request_key
from aiogroq.jobs.template import Template


class Color(Enum):
    RED = 1


@dataclass
class Holder:
    """It has no `__str__`, and its `__repr__` is that of its value."""

    value: Any


def messages(*texts: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text} for text in texts]


def body(item: Any, **options: Any) -> dict[str, Any]:
    return dict(Requests(**{"model": "m", **options}).request(3, item).body)


def test_a_text_is_a_message_of_the_user() -> None:
    assert body("hello") == {"model": "m", "messages": messages("hello")}


def test_a_text_fills_the_prompt() -> None:
    assert body("it works", prompt="Label {text} as good")["messages"] == messages("Label it works as good")


def test_a_row_fills_prompt_and_system_message() -> None:
    made = body({"a": 1, "b": None, "c": [1, "x"]}, prompt="{a}|{b}|{c}", system="of {a}")
    assert made["messages"] == [{"role": "system", "content": "of 1"}, *messages('1||[1,"x"]')]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "True"),
        (1.50, "1.5"),
        (Decimal("1.50"), "1.50"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, tzinfo=timezone.utc), "2026-01-02 03:00:00+00:00"),
        (timedelta(minutes=1), "0:01:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Color.RED, "Color.RED"),
        (Path("a/b"), str(Path("a/b"))),
        (MappingProxyType({"a": [1]}), '{"a":[1]}'),
        (Holder(1), "Holder(value=1)"),
        (numpy.float64(1.5), "1.5"),
        (numpy.int64(2), "2"),
        (numpy.bool_(True), "True"),
        (numpy.datetime64("2026-01-02"), "2026-01-02"),
        ([numpy.int64(2)], "[2]"),
    ],
    ids=repr,
)
def test_a_value_of_a_row_is_written_as_its_text(value: Any, text: str) -> None:
    assert body({"a": value}, prompt="{a}")["messages"] == messages(text)


def test_a_value_of_pandas_is_written_as_its_text() -> None:
    pandas: Any = pytest.importorskip("pandas")
    row = {"a": pandas.Timestamp("2026-01-02"), "b": pandas.NaT, "c": pandas.NA}
    assert body(row, prompt="{a}|{b}|{c}")["messages"] == messages("2026-01-02 00:00:00|NaT|<NA>")


def test_braces_that_are_no_placeholder_are_text() -> None:
    template = Template('Return {"label": {"x": 1}} for {text} and {{text}} {} { a } {1}')
    assert template.columns == ["text"]
    filled = template.fill({"text": "T"}, "item 0")
    assert filled == 'Return {"label": {"x": 1}} for T and {text} {} { a } {1}'


def test_a_dict_has_arguments_that_go_before_those_of_the_job() -> None:
    item = {"id": 7, "messages": messages("x"), "temperature": 1, "model": "own"}
    request = Requests(model="m", params={"temperature": 0, "seed": 1}).request(0, item)
    assert request.id == "7"
    assert request.body == {"temperature": 1, "seed": 1, "model": "own", "messages": messages("x")}
    assert request.source is item


def test_a_batch_line_is_sent_to_its_endpoint() -> None:
    line = {"custom_id": "c", "method": "POST", "url": "/v1/embeddings", "body": {"model": "e", "input": "x"}}
    request = Requests("embeddings").request(0, line)
    assert (request.id, request.endpoint, request.body) == ("c", "embeddings", {"model": "e", "input": "x"})


def test_an_own_system_message_is_left_alone() -> None:
    own = [{"role": "system", "content": "own"}, *messages("x")]
    assert body({"messages": own}, system="job")["messages"] == own


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("a.mp3", {"file": "a.mp3"}),
        (Path("a.mp3"), {"file": Path("a.mp3")}),
        ("https://x/a.mp3", {"url": "https://x/a.mp3"}),
        ({"id": "a", "url": "https://x/a.mp3"}, {"url": "https://x/a.mp3"}),
    ],
)
def test_a_recording_is_a_path_or_a_url(item: Any, expected: dict[str, Any]) -> None:
    assert body(item, endpoint="transcription") == {"model": "m", **expected}


def test_texts_are_the_input_of_embeddings_and_speech() -> None:
    assert body("x", endpoint="embeddings") == {"model": "m", "input": "x"}
    assert body({"a": "x"}, endpoint="speech", prompt="say {a}", params={"voice": "v"})["input"] == "say x"


@pytest.mark.parametrize(
    ("item", "options", "error"),
    [
        ({"txt": 1}, {"prompt": "{text}"}, "item 3 has no column 'text'.*it has txt. Did you mean 'txt'"),
        ({"id": "r", "a": 1}, {"prompt": "{b}"}, r"item 3 \(id 'r'\) has no column 'b'.*it has id, a"),
        ("x", {"prompt": "{review}"}, "no column 'review'.*it has text"),
        ({"a": 1}, {}, r"item 3 has a, and none of messages; pass prompt="),
        ({"messages": [], "temprature": 1}, {}, "item 3 has 'temprature'.*Did you mean 'temperature'"),
        ("x", {"model": None}, "item 3 has no model; pass model="),
        (5, {}, "item 3 is int; an item must be a str or a dict"),
        (5, {"endpoint": "translation"}, "item 3 is int; an item must be a path"),
        ({"messages": [object()]}, {}, "item 3 cannot be sent.*object"),
        *(
            ({"id": "r", "a": value}, options, rf"item 3 \(id 'r'\) has {error}")
            for value, error in (
                (b"x", "bytes in the column 'a'; make them text, for example with .decode"),
                (bytearray(b"x"), "bytes in the column 'a'"),
                (object(), "a value of the type object in the column 'a', which has no text; make it a text"),
                (print, "a value of the type builtin_function_or_method in the column 'a'"),
                (int, "a value of the type type in the column 'a'"),
                ({"x"}, "a value of the type set in the column 'a'"),
                (Holder(object()), "a value of the type Holder in the column 'a'"),
                ([1, object()], r"no JSON in the column 'a': \[1\] .*object"),
                ({"x": object()}, "no JSON in the column 'a': x .*object"),
            )
            for options in ({"prompt": "{a}"}, {"prompt": "p", "system": "{a}"})
        ),
        ({"messages": messages("\ud800")}, {}, "item 3 cannot be sent"),
        ({"custom_id": "c", "url": "/v1/x", "body": {}}, {}, "has the url '/v1/x'; use one of /v1/chat"),
        (
            {"custom_id": "c", "url": "/v1/embeddings", "body": {"input": "x"}},
            {},
            r"a Batch line of embeddings \(/v1/embeddings\) in a job of chat; pass endpoint='embeddings'",
        ),
        ({"custom_id": "c", "body": 1}, {}, "body is int, not an object"),
        ({"custom_id": "c", "method": "GET", "body": {}}, {}, "method 'GET'"),
        ({"custom_id": "c", "body": {"model": "m", "stream": True}}, {}, "stream"),
    ],
)
def test_an_item_that_cannot_be_sent_is_named_with_the_fix(
    item: Any, options: dict[str, Any], error: str
) -> None:
    with pytest.raises(JobInputError, match=error):
        body(item, **options)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"endpoint": "chats"}, "endpoint must be one of chat,.*Did you mean 'chat'"),
        ({"endpoint": "transcription", "prompt": "x"}, "params={'prompt'"),
        ({"endpoint": "speech", "system": "x"}, "system is for chat"),
        ({"params": {"stream": True}}, "does not stream"),
        ({"params": {"temprature": 1}}, "params has 'temprature'.*Did you mean 'temperature'"),
    ],
)
def test_options_that_do_not_fit_are_rejected_at_once(options: dict[str, Any], error: str) -> None:
    with pytest.raises(JobInputError, match=error):
        Requests(**options)


def test_the_key_does_not_depend_on_the_order_of_names_nor_on_what_changes_no_result() -> None:
    one = request_key("chat", {"model": "m", "messages": [{"role": "user", "content": "x"}], "user": "u"})
    two = request_key(
        "chat",
        {
            "messages": [{"content": "x", "role": "user"}],
            "model": "m",
            "stream": False,
            "metadata": {"a": "b"},
        },
    )
    assert one == two
    assert len(one) == 16


@pytest.mark.parametrize(
    ("endpoint", "other"),
    [("embeddings", {"model": "m"}), ("chat", {"model": "n"}), ("chat", {"model": "m", "seed": 1})],
)
def test_the_key_depends_on_the_endpoint_and_on_every_argument(endpoint: Any, other: dict[str, Any]) -> None:
    assert request_key("chat", {"model": "m"}) != request_key(endpoint, other)


def test_the_key_of_a_file_is_that_of_its_path_or_content() -> None:
    keys = [
        request_key("transcription", {"file": file})
        for file in ("a", Path("a"), b"a", ("n.mp3", b"a"), ("n.mp3", Path("a")))
    ]
    assert keys[0] == keys[1]
    assert len({*keys}) == 4


def test_the_digest_of_the_template_is_that_of_prompt_and_system_message() -> None:
    digests = {Requests(prompt=p, system=s).template_digest for p in (None, "a", "b") for s in (None, "a")}
    assert len(digests) == 6
    assert "" in digests


@pytest.mark.parametrize(
    ("item", "is_text"),
    [
        ("a", True),
        ({"id": "1", "text": "a"}, True),
        ({"custom_id": "1", "body": {"messages": []}}, False),
    ],
)
def test_a_request_knows_whether_it_was_made_of_texts(item: Any, is_text: bool) -> None:
    requests = Requests(model="m", prompt="{text}", system="Be brief.")
    assert requests.request(0, item).is_text == is_text
    assert not Requests(model="m").request(0, {"messages": [], "temperature": float("nan")}).is_text
