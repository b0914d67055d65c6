"""`EventReader`: chunks as events, without I/O."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from fuzzing import fuzzed
from hypothesis import given
from protocol.bodies import STREAMS, chunk
from protocol.mutation import mutated
from protocol.split_streams import USAGE, completions_and_chunks

from aiogroq.protocol.accumulate import ChatAccumulator
from aiogroq.streaming import events as kinds
from aiogroq.streaming.reader import EventReader
from aiogroq.structured.result import parsed_completion
from aiogroq.types import ChatCompletionChunk
from aiogroq.types._decode import decode_json

CALL = "tool_calls.function.arguments"


def reader_of_text() -> EventReader[None]:
    """A reader for a request without a type."""
    return EventReader(lambda completion: parsed_completion(completion, [None] * len(completion.choices)))


def decoded(chunks: Iterable[dict[str, Any]]) -> list[Any]:
    return [decode_json(ChatCompletionChunk, json.dumps(each).encode()) for each in chunks]


def read(chunks: Iterable[dict[str, Any]]) -> list[Any]:
    """All events of a complete stream."""
    reader = reader_of_text()
    events = [event for each in decoded(chunks) for event in reader.read(each)]
    return [*events, *reader.end()]


def types(events: Iterable[Any]) -> list[str]:
    """The types of the events but those of chunks."""
    return [event.type for event in events if event.type != "chunk"]


def call(index: int | None, arguments: str, name: str | None = None, id: str | None = None) -> dict[str, Any]:
    """The delta of a call."""
    function = {"arguments": arguments, **({"name": name} if name else {})}
    place = {} if index is None else {"index": index}
    return {"tool_calls": [{**place, "id": id, "type": "function", "function": function}]}


def folded(events: Iterable[Any]) -> dict[str, Any]:
    """What the deltas of each kind make together."""
    made: dict[str, Any] = {"content": "", "reasoning": "", "calls": {}, "tools": []}
    for event in events:
        if event.type in ("content.delta", "reasoning.delta"):
            name = event.type.partition(".")[0]
            made[name] += event.delta
            assert event.snapshot == made[name]
        elif event.type == f"{CALL}.delta":
            made["calls"].setdefault(event.index, "")
            made["calls"][event.index] += event.arguments_delta
            assert event.arguments == made["calls"][event.index]
        elif event.type == "executed_tool.started":
            made["tools"].append(event.index)
    return made


# --------------------------------------------------------------------------------------------- any completion


@pytest.mark.parametrize("chunks", [chunks for chunks, _ in STREAMS], ids=["text", "tool call", "compound"])
def test_a_recorded_stream_gives_events_that_fold_to_its_completion(chunks: list[dict[str, Any]]) -> None:
    check_events(chunks)


@fuzzed(40)
@given(completions_and_chunks())
def test_any_completion_split_anywhere_gives_events_that_fold_to_what_collect_gives(
    made: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    assert check_events(made[1]) == made[0]


@pytest.mark.slow
@fuzzed(1500)
@given(completions_and_chunks())
def test_many_completions_split_anywhere_give_events_that_fold_to_what_collect_gives(
    made: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    assert check_events(made[1]) == made[0]


def check_events(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """Raise if the events of a stream are not what `collect` gives; return the completion."""
    events = read(chunks)
    accumulator = ChatAccumulator()
    for each in decoded(chunks):
        accumulator.add(each)
    last = events[-1]
    assert last.type == "completion.done"
    assert last.completion.to_dict() == accumulator.completion.to_dict()
    assert last.usage == accumulator.usage
    message = last.completion.choices[0].message

    made = folded(events)
    assert made["content"] == (message.content or "")
    assert made["reasoning"] == (message.reasoning or "")
    assert sorted(made["tools"]) == [tool.index for tool in message.executed_tools or []]
    done = {each: [e for e in events if e.type == f"{each}.done"] for each in ("content", "reasoning", CALL)}
    assert [event.content for event in done["content"]] == ([made["content"]] if made["content"] else [])
    assert [event.reasoning for event in done["reasoning"]] == (
        [made["reasoning"]] if made["reasoning"] else []
    )
    assert {event.index: event.arguments for event in done[CALL]} == made["calls"]
    assert Counter((e.tool_call_id, e.name, e.arguments) for e in done[CALL]) == Counter(
        (each.id, each.function.name, each.function.arguments) for each in message.tool_calls or []
    )
    tools = [event for event in events if event.type == "executed_tool.done"]
    assert {event.index: event.tool for event in tools} == {t.index: t for t in message.executed_tools or []}

    assert [e.chunk for e in events if e.type == "chunk"] == decoded(chunks)
    seen: set[tuple[str, int]] = set()
    for event in events:  # every end once, and nothing of its kind after it
        kind, _, what = event.type.rpartition(".")
        key = (kind, getattr(event, "index", 0))
        assert key not in seen or event.type == "chunk"
        if what == "done":
            seen.add(key)
    return last.completion.to_dict()  # type: ignore[no-any-return]


# ------------------------------------------------------------------------------------------------ single cases


def test_the_events_of_a_text_are_its_deltas_and_the_ends_of_what_began() -> None:
    events = read([chunk({"role": "assistant", "content": ""}), chunk({"reasoning": "Hm"}), chunk({"content": "Hi"}),
                   chunk({"content": " you"}), chunk({}, "stop", usage=USAGE)])  # fmt: skip
    assert [event.type for event in events] == [
        "chunk", "chunk", "reasoning.delta", "chunk", "content.delta", "chunk", "content.delta", "chunk",
        "reasoning.done", "content.done", "completion.done",
    ]  # fmt: skip
    assert [event.delta for event in events if isinstance(event, kinds.ContentDeltaEvent)] == ["Hi", " you"]
    assert (events[-2].content, events[-2].parsed) == ("Hi you", None)


def test_an_empty_delta_has_no_event() -> None:
    assert types(read([chunk({"content": ""}), chunk({"content": None}), chunk({}, "stop")])) == [
        "completion.done"
    ]


def test_a_snapshot_is_the_text_up_to_its_event_however_late_it_is_read() -> None:
    events = read([chunk({"content": part}) for part in ("a", "b", "c")] + [chunk({}, "stop")])
    deltas = [event for event in events if event.type == "content.delta"]
    assert [event.snapshot for event in deltas] == ["a", "ab", "abc"]


def test_the_snapshot_of_a_chunk_is_the_completion_up_to_it_while_it_is_handled() -> None:
    reader = reader_of_text()
    seen = []
    for each in decoded([chunk({"content": "a"}), chunk({"content": "b"})]):
        first = reader.read(each)[0]
        assert first.type == "chunk"
        seen.append(first.snapshot.choices[0].message.content)
    assert seen == ["a", "ab"]


def test_the_partial_value_of_a_text_is_there_at_every_event_in_any_order() -> None:
    parts = ['{"name": "Ja', 'ne", "pets": ["cat', '", "do', 'g"]}']
    deltas = [e for e in read([*(chunk({"content": p}) for p in parts), chunk({}, "stop")]) if e.type == "content.delta"]  # fmt: skip
    wanted = [
        {"name": "Ja"},
        {"name": "Jane", "pets": ["cat"]},
        {"name": "Jane", "pets": ["cat", "do"]},
        {"name": "Jane", "pets": ["cat", "dog"]},
    ]
    assert [event.parsed for event in deltas] == wanted
    assert [event.parsed for event in reversed(deltas)] == wanted[::-1]


def test_the_arguments_of_a_call_grow_and_are_parsed_when_they_are_read() -> None:
    events = read(
        [chunk(call(0, "", "find", "c1")), chunk(call(0, '{"q": "ca')), chunk(call(0, 't"}')), chunk({}, "tool_calls")]
    )  # fmt: skip
    deltas = [event for event in events if event.type == f"{CALL}.delta"]
    assert [(e.name, e.index, e.tool_call_id, e.arguments_delta) for e in deltas] == [
        ("find", 0, "c1", ""),
        ("find", 0, "c1", '{"q": "ca'),
        ("find", 0, "c1", 't"}'),
    ]
    assert [event.parsed_arguments for event in deltas] == [None, {"q": "ca"}, {"q": "cat"}]
    (done,) = [event for event in events if event.type == f"{CALL}.done"]
    assert (done.name, done.arguments, done.parsed_arguments) == ("find", '{"q": "cat"}', {"q": "cat"})


def test_arguments_that_are_no_json_parse_to_none() -> None:
    events = read([chunk(call(0, "Paris", "find", "c1")), chunk({}, "tool_calls")])
    assert [event.parsed_arguments for event in events if event.type.startswith(CALL)] == [None, None]


def test_interleaved_calls_keep_their_own_arguments_and_each_ends_once() -> None:
    events = read([
        chunk(call(0, "{", "find", "c1")), chunk(call(1, '{"b"', "find", "c2")), chunk(call(0, '"a": 1}')),
        chunk(call(1, ": 2}")), chunk({}, "tool_calls"),
    ])  # fmt: skip
    done = [event for event in events if event.type == f"{CALL}.done"]
    assert [(event.index, event.parsed_arguments) for event in done] == [(0, {"a": 1}), (1, {"b": 2})]
    assert types(events)[-3:] == [f"{CALL}.done", f"{CALL}.done", "completion.done"]


def test_content_after_calls_comes_before_the_end_of_the_content() -> None:
    events = read([chunk({"content": "a"}), chunk(call(0, "{}", "find", "c1")), chunk({"content": "b"}), chunk({}, "tool_calls")])  # fmt: skip
    assert types(events) == [
        "content.delta", f"{CALL}.delta", "content.delta", "content.done", f"{CALL}.done", "completion.done",
    ]  # fmt: skip
    assert next(event.content for event in events if event.type == "content.done") == "ab"


def test_an_executed_tool_starts_with_its_arguments_and_is_done_with_its_output() -> None:
    started = {"index": 0, "type": "search", "arguments": "{}"}
    events = read([
        chunk({"executed_tools": [started]}), chunk({"executed_tools": [{"index": 1, "type": "python"}]}),
        chunk({"executed_tools": [{**started, "output": "found"}]}), chunk({"content": "x"}), chunk({}, "stop"),
    ])  # fmt: skip
    tools = [(e.type, e.index, e.tool.output) for e in events if e.type.startswith("executed_tool")]
    assert tools == [
        ("executed_tool.started", 0, None),
        ("executed_tool.started", 1, None),
        ("executed_tool.done", 0, "found"),
        ("executed_tool.done", 1, None),
    ]


def test_a_chunk_with_usage_only_has_no_other_event() -> None:
    events = read([chunk({"content": "a"}), chunk({}, "stop"), chunk(None, usage=USAGE)])
    assert types(events) == ["content.delta", "content.done", "completion.done"]
    assert events[-1].usage.total_tokens == USAGE["total_tokens"]


def test_log_probabilities_have_events() -> None:
    def of(*tokens: str) -> dict[str, Any]:
        made = chunk({"content": "".join(tokens)})
        made["choices"][0]["logprobs"] = {"content": [{"token": t, "logprob": -1.0} for t in tokens]}
        return made

    events = [e for e in read([of("a", "b"), of("c"), chunk({}, "stop")]) if e.type.startswith("logprobs")]
    assert [
        ([t.token for t in e.content], [t.token for t in getattr(e, "snapshot", [])]) for e in events
    ] == [
        (["a", "b"], ["a", "b"]),
        (["c"], ["a", "b", "c"]),
        (["a", "b", "c"], []),
    ]


@pytest.mark.parametrize(
    "drifted",
    [{"choices": None}, {"choices": [3, {"index": "0", "delta": {"content": "b"}}]}, {"usage": "many"}, {"new": [1]}],
)  # fmt: skip
def test_a_drifted_chunk_has_its_event_and_those_of_what_is_sound(drifted: dict[str, Any]) -> None:
    chunks = [
        chunk({"content": "a"}),
        {**chunk({"content": "b"}), **drifted},
        chunk({"content": "c"}, "stop"),
    ]
    events = read(chunks)
    assert sum(event.type == "chunk" for event in events) == 3
    assert folded(events)["content"] == events[-1].completion.choices[0].message.content
    assert folded(events)["content"] in ("ac", "abc")


@pytest.mark.parametrize("value", [[1], "text", 7, None])
def test_a_chunk_that_is_no_object_has_its_event_only(value: Any) -> None:
    events = reader_of_text().read(value)
    assert [(event.type, event.chunk) for event in events] == [("chunk", value)]


def test_no_mutation_of_a_stream_breaks_its_events() -> None:
    for seed in range(25):
        for chunks, _ in STREAMS:
            reader = reader_of_text()
            events: list[Any] = []
            for body in (mutated(each, seed) for each in chunks):
                events += reader.read(decode_json(ChatCompletionChunk, body))
            events += reader.end()
            for event in events:
                assert event.to_dict()["type"] == event.type
            made = folded(events)
            choices = events[-1].completion.choices
            assert made["content"] == "".join(choice.message.content or "" for choice in choices)


def test_an_event_as_plain_data_has_its_type_and_no_properties() -> None:
    events = read([chunk({"content": "a"}), chunk(call(0, "{}", "find", "c1")), chunk({}, "tool_calls")])
    plain = {event.type: event.to_dict() for event in events}
    assert plain["content.delta"] == {"type": "content.delta", "delta": "a"}
    assert plain["chunk"]["chunk"]["object"] == "chat.completion.chunk"
    assert plain["completion.done"]["completion"]["choices"][0]["message"]["content"] == "a"
    assert json.loads(next(e for e in events if e.type == f"{CALL}.done").to_json())["arguments"] == "{}"


def test_an_event_as_plain_data_has_no_value_of_a_type() -> None:
    class Price:
        """A value that no JSON encoder knows."""

    reader = EventReader(lambda completion: parsed_completion(completion, [Price()]))
    events = [
        each for one in decoded([chunk({"content": "1.1"}), chunk({}, "stop")]) for each in reader.read(one)
    ]
    events += reader.end()
    assert isinstance(events[-2].parsed, Price)
    assert json.loads(json.dumps(events[-2].to_dict())) == {
        "type": "content.done",
        "content": "1.1",
        "choice_index": 0,
    }
    assert all(event.to_dict() == json.loads(event.to_json()) for event in events)


def test_the_repr_of_an_event_has_what_it_says() -> None:
    events = read([chunk({"content": "a"}), chunk({}, "stop")])
    assert repr(events[1]) == "ContentDeltaEvent(delta='a')"
    assert repr(events[-2]) == "ContentDoneEvent(content='a', parsed=None, choice_index=0)"


def test_the_end_comes_once() -> None:
    reader = reader_of_text()
    reader.read(decoded([chunk({"content": "a"}, "stop")])[0])
    assert [event.type for event in reader.end()] == ["content.done", "completion.done"]
    assert reader.end() == []
