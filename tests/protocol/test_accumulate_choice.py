"""The tool calls of one choice, in each way in which servers number and name their parts."""

from __future__ import annotations

from typing import Any

import pytest

from aiogroq.protocol.accumulate_choice import ChoiceAccumulator
from aiogroq.types.chat.chat_completion_chunk import ChoiceDelta


def part(
    index: int | None = None, id: str | None = None, name: str | None = None, arguments: Any = ""
) -> dict[str, Any]:
    """One entry of ``tool_calls``, with only what is given in it."""
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    given = {"index": index, "id": id, "function": function}
    return {key: value for key, value in given.items() if value is not None}


def accumulated(*entries: dict[str, Any]) -> ChoiceAccumulator:
    accumulator = ChoiceAccumulator()
    for entry in entries:
        accumulator.add(ChoiceDelta.model_validate({"tool_calls": [entry]}))
    return accumulator


def calls(*entries: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Id, name and arguments of the calls."""
    made = accumulated(*entries).message().tool_calls or []
    return [(call.id, call.function.name, call.function.arguments) for call in made]


A, B = ("a", "time", '{"x":1}'), ("b", "weather", "{}")


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        # whole, by index
        ([part(0, *A), part(1, *B)], [A, B]),
        # in parts, interleaved
        ([part(0, "a", "time"), part(1, "b", "weather", "{"), part(0, arguments='{"x'), part(1, arguments="}"),
          part(0, arguments='":1}')], [A, B]),
        # arguments that come later than the rest
        ([part(0, "a", "time", None), part(0, arguments='{"x":1}')], [A]),
        # the second first: the index says which is which
        ([part(1, *B), part(0, *A)], [A, B]),
        # numbers that do not begin at 0, or leave some out
        ([part(7, *B), part(3, *A)], [A, B]),
        # ids and names repeated in each part
        ([part(0, "a", "time", '{"x'), part(0, "a", "time", '":1}')], [A]),
        # empty ids and names in later parts
        ([part(0, "a", "time", '{"x'), part(0, "", "", '":1}')], [A]),
        # an id of its own for each part (seen in vLLM): the first one counts
        ([part(0, "a", "time", '{"x'), part(0, "z", None, '":1}')], [A]),
        # one index for several calls
        ([part(0, *A), part(0, *B)], [A, B]),
        ([part(0, "a", "time", '{"x'), part(0, arguments='":1}'), part(0, "b", "weather", "{"), part(0, arguments="}")],
         [A, B]),
        # the same function twice at one index
        ([part(0, "a", "time", "1"), part(0, "b", "time", "2")], [("a", "time", "1"), ("b", "time", "2")]),
        # no index
        ([part(None, *A), part(None, *B)], [A, B]),
        ([part(None, "a", "time", '{"x'), part(None, arguments='":1}'), part(None, *B)], [A, B]),
        ([part(None, "a", "time", '{"x'), part(None, "b", "weather", "{"), part(None, "a", arguments='":1}'),
          part(None, "b", arguments="}")], [A, B]),
        # no index after one, or one that is no number: it comes after the others
        ([part(5, *A), part(None, *B)], [A, B]),
        ([part(5, *A), {**part(None, *B), "index": "x"}], [A, B]),
        # neither index nor id: a name begins a call
        ([part(None, None, "time", '{"x'), part(None, arguments='":1}'), part(None, None, "weather", "{}")],
         [("", *A[1:]), ("", *B[1:])]),
        # no id at an index
        ([part(0, None, "time", "1"), part(0, None, "weather", "2")], [("", "time", "1"), ("", "weather", "2")]),
        # a name repeated without the id
        ([part(0, "a", "time", '{"x'), part(0, None, "time", '":1}')], [A]),
        ([part(0, None, "time", '{"x'), part(0, "a", "time", '":1}')], [A]),
        # a name that comes late
        ([part(0, None, None, '{"x'), part(0, None, "time", '":1}')], [("", *A[1:])]),
        # an id that comes late
        ([part(0, None, "time", '{"x'), part(0, "a", None, '":1}')], [A]),
        # arguments as an object
        ([part(0, "a", "time", {"x": 1})], [("a", "time", '{"x": 1}')]),
        # no function at all
        ([{"index": 0, "id": "a"}], [("a", "", "")]),
        ([{"index": 0, "id": "a", "function": None}], [("a", "", "")]),
        ([{"index": 0, "id": "a", "function": "time"}], [("a", "", "")]),
        ([{"index": None, "id": "a", "function": {"name": "time", "arguments": None}}], [("a", "time", "")]),
        ([{"index": "x", "id": "a", "function": {"name": "time"}}], [("a", "time", "")]),
        ([{}], [("", "", "")]),
    ],
)  # fmt: skip
def test_parts_of_tool_calls_become_calls(
    entries: list[dict[str, Any]], expected: list[tuple[str, str, str]]
) -> None:
    assert calls(*entries) == expected


def test_several_parts_may_come_in_one_delta() -> None:
    accumulator = ChoiceAccumulator()
    accumulator.add(ChoiceDelta.model_validate({"tool_calls": [part(0, *A), part(1, *B)]}))
    assert [call.id for call in accumulator.message().tool_calls or []] == ["a", "b"]


def test_a_call_is_of_the_kind_function_unless_it_says_otherwise() -> None:
    made = accumulated(part(0, *A), {"index": 1, "id": "b", "type": "mcp"}).message().tool_calls or []
    assert [call.type for call in made] == ["function", "mcp"]


def test_an_executed_tool_sent_twice_is_one_with_all_that_either_says() -> None:
    accumulator = ChoiceAccumulator()
    for tool in (
        {"index": 1, "type": "python", "arguments": "print(1)"},
        {"index": 0, "type": "search", "arguments": "{}", "first": 1},
        {"index": 0, "type": "search", "arguments": "", "output": "found", "second": 2},
    ):
        accumulator.add(ChoiceDelta.model_validate({"executed_tools": [tool]}))
    search, python = accumulator.message().executed_tools or []
    assert search.to_dict() == {
        "index": 0,
        "type": "search",
        "arguments": "{}",
        "output": "found",
        "first": 1,
        "second": 2,
    }
    assert python.to_dict() == {"index": 1, "type": "python", "arguments": "print(1)"}


def test_an_executed_tool_sent_twice_loses_nothing_that_only_the_first_says() -> None:
    accumulator = ChoiceAccumulator()
    for tool in (
        {"index": 0, "type": "search", "arguments": "{}", "output": "found"},
        {"index": 0, "type": "search"},
    ):
        accumulator.add(ChoiceDelta.model_validate({"executed_tools": [tool]}))
    (search,) = accumulator.message().executed_tools or []
    assert search.to_dict() == {"index": 0, "type": "search", "arguments": "{}", "output": "found"}


def test_accumulating_changes_no_chunk() -> None:
    tools = [{"index": 0, "type": "search", "arguments": "{}"}, {"index": 0, "output": "found"}]
    deltas = [
        ChoiceDelta.model_validate({"executed_tools": [tool], "tool_calls": [part(0, *A)]}) for tool in tools
    ]
    before = [delta.to_dict() for delta in deltas]
    accumulator = ChoiceAccumulator()
    for delta in deltas:
        accumulator.add(delta)
    assert accumulator.message().executed_tools
    assert [delta.to_dict() for delta in deltas] == before


@pytest.mark.parametrize("parts", [["I ", "cannot."], [None, "I ", "", None, "cannot.", None]])
def test_a_refusal_comes_in_parts(parts: list[str | None]) -> None:
    accumulator = ChoiceAccumulator()
    for text in parts:
        accumulator.add(ChoiceDelta.model_validate({"refusal": text}))
        accumulator.add(ChoiceDelta.model_validate({"content": "", "another": 1}))
    assert accumulator.message().model_extra == {"refusal": "I cannot.", "another": 1}
