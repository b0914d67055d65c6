"""Chunks of a stream, accumulated into the completion that the same request without ``stream`` returns."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from fuzzing import fuzzed
from hypothesis import given

from aiogroq.protocol.accumulate import ChatAccumulator
from aiogroq.types import ChatCompletion, ChatCompletionChunk
from aiogroq.types._decode import decode_json

from .bodies import STREAMS, TEXT_STREAM, chunk
from .mutation import mutated
from .split_streams import USAGE, completions_and_chunks

SEEDS = int(os.environ.get("AIOGROQ_MUTATION_SEEDS", "150"))


def accumulated(chunks: list[dict[str, Any]]) -> ChatAccumulator:
    accumulator = ChatAccumulator()
    for one in chunks:
        accumulator.add(decode_json(ChatCompletionChunk, json.dumps(one).encode()))
    return accumulator


def whole(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    return accumulated(chunks).completion.to_dict()


def message(*deltas: dict[str, Any]) -> dict[str, Any]:
    """The message that these deltas make."""
    return whole([chunk(delta) for delta in deltas])["choices"][0]["message"]


@pytest.mark.parametrize(("chunks", "completion"), STREAMS, ids=["text", "tool call", "compound"])
def test_a_recorded_stream_gives_what_its_request_without_stream_gives(
    chunks: list[dict[str, Any]], completion: dict[str, Any]
) -> None:
    assert whole(chunks) == completion
    assert accumulated(chunks).completion == ChatCompletion.model_validate(completion)


def test_nothing_accumulated_is_an_empty_completion() -> None:
    accumulator = ChatAccumulator()
    assert accumulator.completion == ChatCompletion()
    assert (accumulator.usage, accumulator.x_groq_id, accumulator.is_finished) == (None, None, False)


def test_a_stream_that_breaks_off_gives_what_had_arrived() -> None:
    accumulator = accumulated(TEXT_STREAM[:4])
    assert not accumulator.is_finished
    choice = accumulator.completion.choices[0]
    assert (choice.message.content, choice.message.reasoning, choice.finish_reason) == (
        "It is",
        "We add.",
        None,
    )
    assert accumulator.usage is None
    assert accumulator.x_groq_id == "req_01kh52"


def test_reading_the_completion_in_between_changes_nothing() -> None:
    accumulator = ChatAccumulator()
    for one in TEXT_STREAM:
        accumulator.add(ChatCompletionChunk.model_validate(one))
        assert accumulator.completion.to_dict() == accumulator.completion.to_dict()
    assert accumulator.completion.to_dict() == whole(TEXT_STREAM)


def usage_of(*chunks: dict[str, Any]) -> Any:
    return whole([chunk({"content": "a"}), *chunks]).get("usage")


@pytest.mark.parametrize(
    "last",
    [
        [chunk({}, "stop", usage=USAGE)],
        [chunk({}, "stop", x_groq={"id": "req_1", "usage": USAGE})],
        [chunk({}, "stop", x_groq={"id": "req_1", "usage": USAGE}, usage=USAGE)],
        [chunk({}, "stop"), chunk(None, usage=USAGE)],
        [chunk({}, "stop", x_groq={"usage": USAGE}), chunk(None, usage=USAGE)],
        [chunk({"content": "b"}, usage={**USAGE, "completion_tokens": 1}), chunk({}, "stop", usage=USAGE)],
        [chunk({}, "stop", usage=None, x_groq={"usage": USAGE})],
    ],
)
def test_usage_is_taken_once_in_whichever_form_it_came(last: list[dict[str, Any]]) -> None:
    assert usage_of(*last) == USAGE


def test_usage_at_the_top_of_a_chunk_goes_before_that_of_x_groq() -> None:
    other = {**USAGE, "completion_tokens": 1}
    assert usage_of(chunk({}, "stop", usage=USAGE), chunk(None, x_groq={"usage": other})) == USAGE
    assert usage_of(chunk({}, x_groq={"usage": other}), chunk(None, usage=USAGE)) == USAGE


@pytest.mark.parametrize("mismatched", ["many", 3, [1], True])
def test_usage_of_another_type_is_none_and_does_not_hide_what_came_before(mismatched: Any) -> None:
    assert usage_of(chunk({}, usage=mismatched), chunk({}, x_groq={"usage": mismatched})) is None
    assert usage_of(chunk({}, usage=USAGE), chunk({}, usage=mismatched, x_groq=mismatched)) == USAGE


def test_a_stream_without_x_groq_fields_has_no_x_groq() -> None:
    assert accumulated([chunk({"content": "a"}), chunk({}, "stop")]).completion.x_groq is None
    assert whole([chunk({"content": "a"}, x_groq={"seed": 3})])["x_groq"]["seed"] == 3
    assert accumulated([chunk({"content": "a"}, x_groq={})]).completion.x_groq is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("service_tier", "flex"),
        ("usage_breakdown", {"models": [{"model": "a"}]}),
        ("mcp_list_tools", [{"id": "mcpl_1"}]),
    ],
)
def test_what_a_single_chunk_says_of_the_whole_response_is_in_the_completion(name: str, value: Any) -> None:
    assert (
        whole([chunk({"content": "a"}), chunk({"content": "b"}, **{name: value}), chunk({}, "stop")])[name]
        == value
    )


def test_a_stream_without_usage_has_none() -> None:
    assert usage_of(chunk({}, "stop")) is None


def test_a_chunk_without_choices_says_nothing_of_the_message() -> None:
    with_empty = [chunk(None), *TEXT_STREAM[:3], chunk(None), *TEXT_STREAM[3:], chunk(None, usage=USAGE)]
    assert whole(with_empty)["choices"] == whole(TEXT_STREAM)["choices"]


def test_an_opening_chunk_of_a_gateway_does_not_name_the_completion() -> None:
    opening = {"id": "", "object": "", "created": 0, "model": "", "choices": []}
    assert whole([opening, *TEXT_STREAM]) == whole(TEXT_STREAM)


@pytest.mark.parametrize(
    ("chunks", "finished"),
    [
        ([chunk({"content": "a"})], False),
        ([chunk({"content": "a"}, "")], False),
        ([chunk({"content": "a"}), chunk({}, "stop")], True),
        ([chunk({"content": "a"}, "length")], True),
        ([chunk({}, "stop"), chunk(None, usage=USAGE)], True),
        ([chunk(None)], False),
    ],
)
def test_a_stream_is_finished_once_its_choice_says_why(chunks: list[dict[str, Any]], finished: bool) -> None:
    assert accumulated(chunks).is_finished is finished


def test_two_choices_are_accumulated_apart() -> None:
    def of(index: int, text: str, finish: str | None = None) -> dict[str, Any]:
        made = chunk({"content": text}, finish)
        made["choices"][0]["index"] = index
        return made

    accumulator = accumulated([of(1, "b"), of(0, "a", "stop"), of(1, "c")])
    assert [(c.index, c.message.content) for c in accumulator.completion.choices] == [(0, "a"), (1, "bc")]
    assert not accumulator.is_finished


def test_fields_that_only_some_chunks_have_are_in_the_completion() -> None:
    tools = [{"id": "mcpl_1", "server_label": "hf", "tools": [{"name": "find"}]}]
    models = {"models": [{"model": "a", "usage": USAGE}]}
    made = whole(
        [
            chunk(
                {"content": "a"},
                service_tier="on_demand",
                mcp_list_tools=tools,
                x_groq={"id": "req_1", "seed": 3},
            ),
            chunk({"content": "b"}, x_groq={"debug": {"input_tokens": ["a"]}}),
            chunk({}, "stop", x_groq={"id": "req_1", "usage_breakdown": models}),
            chunk(None, usage=USAGE),
        ]
    )
    assert made["service_tier"] == "on_demand"
    assert made["mcp_list_tools"] == tools
    assert made["usage_breakdown"] == models
    assert made["x_groq"] == {"id": "req_1", "seed": 3, "debug": {"input_tokens": ["a"]}}


def test_unknown_fields_of_chunks_and_deltas_stay_reachable() -> None:
    accumulator = accumulated(
        [chunk({"content": "a", "mood": "good"}, brand_new=1), chunk({"content": "b"}, brand_new=2)]
    )
    completion = accumulator.completion
    assert completion.choices[0].message.content == "ab"
    assert completion.choices[0].message.mood == "good"
    assert completion.brand_new == 2


def test_a_channel_belongs_to_a_delta_and_not_to_the_message() -> None:
    made = message({"channel": "analysis", "reasoning": "a"}, {"channel": "final", "content": "b"})
    assert made == {"role": "assistant", "content": "b", "reasoning": "a"}


@pytest.mark.parametrize(
    ("deltas", "made"),
    [
        ([{"role": "assistant", "content": ""}], {"role": "assistant", "content": ""}),
        ([{"role": "assistant", "content": None}], {"role": "assistant", "content": ""}),
        ([{"content": "a", "role": "assistant"}, {"content": "b", "role": "assistant"}],
         {"role": "assistant", "content": "ab"}),
        ([{"role": "tool", "content": "a"}], {"role": "tool", "content": "a"}),
        ([{"content": "a", "function_call": {"name": "f"}}],
         {"role": "assistant", "content": "a", "function_call": {"name": "f", "arguments": ""}}),
        ([{"content": "a", "tool_calls": [{"index": 0, "id": "1", "function": {"name": "f", "arguments": "{}"}}]}],
         {"role": "assistant", "content": "a",
          "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}),
        ([{"content": "a", "executed_tools": [{"index": 0, "type": "search", "arguments": "{}"}]}],
         {"role": "assistant", "content": "a", "executed_tools": [{"index": 0, "type": "search", "arguments": "{}"}]}),
        ([{"content": "a", "reasoning": "b"}, {"content": "", "reasoning": "c"}],
         {"role": "assistant", "content": "a", "reasoning": "bc"}),
        ([{"function_call": {"name": "f", "arguments": "{"}}, {"function_call": {"arguments": "}"}}],
         {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}),
        ([{"content": "a", "annotations": [{"type": "document_citation"}]}, {"annotations": [{"type": "x"}]}],
         {"role": "assistant", "content": "a", "annotations": [{"type": "document_citation"}, {"type": "x"}]}),
    ],
)  # fmt: skip
def test_every_part_of_a_delta_finds_its_place(deltas: list[dict[str, Any]], made: dict[str, Any]) -> None:
    assert message(*deltas) == made


def test_log_probabilities_are_joined() -> None:
    def of(*tokens: str) -> dict[str, Any]:
        made = chunk({"content": "".join(tokens)})
        made["choices"][0]["logprobs"] = {"content": [{"token": t, "logprob": -1.0} for t in tokens]}
        return made

    none = chunk({"content": "d"})
    none["choices"][0]["logprobs"] = {"content": None}
    content = accumulated([of("a", "b"), none, of("c")]).completion.choices[0].logprobs
    assert [token.token for token in content.content] == ["a", "b", "c"]


# --------------------------------------------------------------------------------------------- any completion


@fuzzed(150)
@given(completions_and_chunks())
def test_any_completion_streamed_in_any_way_accumulates_to_itself(
    made: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    completion, chunks = made
    assert whole(chunks) == completion


# -------------------------------------------------------------------------------------------- chunks that drift


@pytest.mark.parametrize(
    ("mismatched", "content"),
    [
        (chunk({"content": "b"}, choices=None), "a"),
        (chunk({"content": "b"}, choices="none"), "a"),
        (chunk({"content": "b"}, choices=[None, 3, "x"]), "a"),
        (chunk({"content": "b"}, choices=[{"index": 0, "delta": None}]), "a"),
        (chunk({"content": "b"}, choices=[{"index": None, "delta": {"content": "b"}}]), "ab"),
        (chunk({"content": "b"}, choices=[{"delta": {"content": "b"}}]), "ab"),
        (chunk({"content": "b"}, choices=[{"index": "0", "delta": {"content": "b"}}]), "ab"),
        (chunk({"content": 7}), "a7"),
        (chunk({"content": ["b"]}), 'a["b"]'),
        (chunk({"content": "b", "role": 3, "tool_calls": {}, "annotations": "x", "reasoning": None}), "ab"),
        (chunk({"content": "b", "tool_calls": [None, 3], "executed_tools": [4], "function_call": "f"}), "ab"),
        (chunk({"content": "b"}, usage="many", x_groq="req"), "ab"),
        (chunk({"content": "b"}, usage=3, x_groq={"usage": [1], "error": 4, "seed": "x"}), "ab"),
    ],
)
def test_a_chunk_that_does_not_fit_its_type_gives_what_fits_and_never_raises(
    mismatched: dict[str, Any], content: str
) -> None:
    accumulator = accumulated(
        [chunk({"role": "assistant", "content": "a"}), mismatched, chunk({}, "stop", usage=USAGE)]
    )
    assert accumulator.completion.choices[0].message.content == content
    assert accumulator.completion.usage == ChatCompletion.model_validate({"usage": USAGE}).usage
    assert accumulator.is_finished


def test_a_choice_of_a_chunk_that_does_not_fit_keeps_its_index() -> None:
    mismatched = chunk({"content": "b", "mood": "good"}, brand_new=1)
    mismatched["choices"][0]["index"] = 1
    made = accumulated([chunk({"content": "a"}), mismatched]).completion
    assert [(choice.index, choice.message.content) for choice in made.choices] == [(0, "a"), (1, "b")]


@pytest.mark.parametrize("block", range(4))
def test_no_mutation_of_a_stream_breaks_its_accumulator(block: int) -> None:
    for seed in range(block * SEEDS, (block + 1) * SEEDS):
        for chunks, _ in STREAMS:
            bodies = [mutated(one, seed) for one in chunks]
            accumulator = ChatAccumulator()
            for body in bodies:
                one = decode_json(ChatCompletionChunk, body)
                if isinstance(one, ChatCompletionChunk):
                    accumulator.add(one)
            assert accumulator.completion.to_dict() == accumulator.completion.to_dict(), seed
            assert accumulator.completion.to_json(), seed
