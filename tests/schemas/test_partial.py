"""`PartialJson`: the value of a text that is still being written, and the items that are complete."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fuzzing import fuzzed
from hypothesis import given
from hypothesis import strategies as st

from aiogroq.schemas.partial import PartialJson, partial_value

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("plain text", None),
        ("{", {}),
        ('{"na', {}),
        ('{"name"', {}),
        ('{"name":', {}),
        ('{"name": "Ja', {"name": "Ja"}),
        ('{"name": "Jane", ', {"name": "Jane"}),
        ('{"name": "Jane", "age": 4', {"name": "Jane"}),
        ('{"name": "Jane", "age": 42}', {"name": "Jane", "age": 42}),
        ('{"a": [1, 2', {"a": [1]}),
        ('{"a": [tru', {"a": []}),
        ('{"a": [true]', {"a": [True]}),
        ('{"a": {"b": {}', {"a": {"b": {}}}),
        ('{"a": "x\\', {"a": "x"}),
        ('{"a": "x\\\\', {"a": "x\\"}),
        ('{"a": "x\\u00', {"a": "x"}),
        ('{"a": "x\\ud83d', {"a": "x"}),
        ('{"a": "x\\ud83d\\ude', {"a": "x"}),
        ('{"a": "x\\ud83d\\ude00', {"a": "x\U0001f600"}),
        ('{"a": "],}{[', {"a": "],}{["}),
        ('{"a": 1} and more [2', {"a": 1}),
        ('Here it is:\n```json\n{"a": 1', {}),
        ('Here it is:\n```json\n{"a": 1,', {"a": 1}),
        ("A [list] within a line.\n[1, ", [1]),
        ('<think>\n{"a": 1}\n</think>\n{"b": "x', {"b": "x"}),
        ("<think>\n[1, 2", None),
        ("{'a': 1,", None),
        ("}", None),
        ('{"a": "\ud800"}', None),
        ("[" * 100_000, None),
    ],
)
def test_the_value_has_what_is_complete_and_what_has_arrived_of_strings(text: str, value: object) -> None:
    assert partial_value(text) == value


@fuzzed(60)
@given(st.lists(VALUES, max_size=5) | st.dictionaries(TEXT, VALUES, max_size=4), st.booleans(), st.data())
def test_every_beginning_of_a_text_has_a_value_that_grows_to_the_whole(
    value: Any, ascii_only: bool, data: st.DataObject
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=data.draw(st.sampled_from([None, 2])))
    partial, at = PartialJson(), 0
    while at < len(text):
        size = data.draw(st.integers(1, max(1, len(text) // 3)))
        partial.feed(text[at : at + size])
        at += size
        so_far = partial.value()
        assert so_far == partial_value(text[:at])
        assert is_beginning(so_far, value)
    assert partial.is_complete
    assert partial.value() == value


def is_beginning(so_far: Any, value: Any) -> bool:
    """Whether a value can be what had arrived of another one."""
    if isinstance(so_far, dict) and isinstance(value, dict):
        return all(is_beginning(so_far[key], value[key]) for key in so_far)
    if isinstance(so_far, list) and isinstance(value, list):
        return len(so_far) <= len(value) and all(map(is_beginning, so_far, value))
    if isinstance(so_far, str) and isinstance(value, str):
        return value.startswith(so_far)
    return bool(so_far == value)


@fuzzed(60)
@given(st.lists(VALUES, max_size=6), st.sampled_from(["%s", '{"n": [0], "result": %s, "b": [9]}', "Sure:\n```json\n%s\n```\n"]), st.data())  # fmt: skip
def test_the_items_of_a_list_come_in_order_whole_and_once(
    values: list[Any], around: str, data: st.DataObject
) -> None:
    text = around % json.dumps(values)
    partial = PartialJson("result" if "result" in around else None)
    items: list[str] = []
    at = 0
    while at < len(text):
        size = data.draw(st.integers(1, 9))
        partial.feed(text[at : at + size])
        at += size
        items += partial.take_items()
    assert [json.loads(item) for item in items] == values


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ('[{"a": [1, 2]}', ['{"a": [1, 2]}']),
        ('["a"', ['"a"']),
        ("[1", []),
        ("[1,", ["1"]),
        ("[[1], [2", ["[1]"]),
        ('{"result": [{}', ["{}"]),
        ('{"other": [1], "result": [2,', ["2"]),
        ('{"other": {"result": [1]}, "result": [2,', ["2"]),
        ('{"result": "[1]", "more": [', []),
        ('{"result": [1], "result": [2,', ["1"]),
    ],
)
def test_an_item_is_complete_with_its_own_last_character(text: str, items: list[str]) -> None:
    partial = PartialJson("result")
    partial.feed(text)
    assert partial.take_items() == items
    assert partial.take_items() == []
