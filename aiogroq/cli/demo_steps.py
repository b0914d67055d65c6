"""The steps of the demo: each makes calls that a program would make, and shows what came back."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from .console import make_progress
from .defaults import CHAT_MODEL, SPEECH_MODEL, SPEECH_VOICE, TRANSCRIPTION_MODEL
from .demo_batch import REQUESTS_FILE, RESULTS_FILE, run_batch
from .stage import Stage

SPEECH_FILE = "speech.wav"
FILES = (SPEECH_FILE, REQUESTS_FILE, RESULTS_FILE)
"""What the steps leave in the demo's directory."""

_MOST_TOKENS = 400
_QUESTIONS = (
    "What is 12 times 13?", "How do kites fly?", "What is the capital of Japan?", "Write a haiku about tides.",
    "Who wrote Hamlet?", "Tell me a story about tea.", "What is 9 times 17?", "What do telescopes show?",
    "What is the capital of Norway?", "Write a haiku about moss.", "How is sourdough made?", "What is 2 to the 10?",
    "Tell me a story about a kite.", "What is the largest planet?", "Why do violins sing?", "Write a poem about rain.",
    "What is the capital of Kenya?", "How do clocks keep time?", "What is 1024 divided by 16?", "What is a glacier?",
)  # fmt: skip
_WEATHER_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city now",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "The city's name"}},
            "required": ["city"],
        },
    },
}
_PERSON_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "email": {"type": "string"}},
    "required": ["name", "age", "email"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Step:
    """One thing to show."""

    title: str
    call: str
    """The call that does it, as it would stand in a program."""
    run: Callable[[Stage], Awaitable[None]]


async def _chat(stage: Stage) -> None:
    question = "Who wrote Hamlet?"
    stage.say("you:", question)
    start_s = time.perf_counter()
    completion = await stage.client.chat.completions.create(
        model=CHAT_MODEL,
        messages=[{"role": "user", "content": question}],
        max_completion_tokens=_MOST_TOKENS,
        reasoning_effort="low",
    )
    stage.say("model:", completion.choices[0].message.content or "")
    usage = completion.usage
    if usage is not None:
        took_s = time.perf_counter() - start_s
        stage.fact(f"{usage.prompt_tokens} tokens in, {usage.completion_tokens} out, {took_s:.2f} s")


async def _stream(stage: Stage) -> None:
    question = "Tell me a short story about the sea."
    stage.say("you:", question)
    start_s = time.perf_counter()
    first_s: float | None = None
    paper = stage.typewriter()
    async with await stage.client.chat.completions.create(
        model=CHAT_MODEL,
        messages=[{"role": "user", "content": question}],
        max_completion_tokens=_MOST_TOKENS,
        reasoning_effort="low",
        stream=True,
    ) as stream:
        try:
            async for chunk in stream:
                piece = (chunk.choices[0].delta.content if chunk.choices else None) or ""
                if piece:
                    first_s = first_s or time.perf_counter() - start_s
                    paper.write(piece)
        finally:
            paper.end()
        usage = stream.usage
    if usage is not None and first_s is not None:
        speed = usage.tokens_per_second
        stage.fact(
            f"{usage.completion_tokens} tokens{f' at {speed:,.0f} tokens/s' if speed else ''}, "
            f"the first words after {first_s:.2f} s"
        )


async def _ask(stage: Stage, question: str) -> tuple[int, float]:
    """Ask one of the many; returns its tokens and its seconds."""
    start_s = time.perf_counter()
    stream = await stage.client.chat.completions.create(
        model=CHAT_MODEL,
        messages=[{"role": "user", "content": question}],
        max_completion_tokens=_MOST_TOKENS,
        reasoning_effort="low",
        stream=True,
    )
    completion = await stream.collect()
    tokens = completion.usage.completion_tokens if completion.usage is not None else 0
    return tokens, time.perf_counter() - start_s


async def _many(stage: Stage) -> None:
    start_s = time.perf_counter()
    tokens, apart_s = 0, 0.0
    with make_progress(stage.console) as progress:
        bar = progress.add_task("answers", total=len(_QUESTIONS))
        asked = [asyncio.ensure_future(_ask(stage, question)) for question in _QUESTIONS]
        try:
            for answer in asyncio.as_completed(asked):
                some, took_s = await answer
                tokens += some
                apart_s += took_s
                progress.advance(bar)
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
    took_s = time.perf_counter() - start_s
    stage.fact(
        f"{tokens:,} tokens in {took_s:.2f} s: {tokens / took_s:,.0f} tokens/s together "
        f"(one after the other: {apart_s:.1f} s)"
    )


async def _tool(stage: Stage) -> None:
    messages: list[Any] = [{"role": "user", "content": "What is the weather in Lisbon?"}]
    stage.say("you:", messages[0]["content"])
    asking = await stage.client.chat.completions.create(
        model=CHAT_MODEL, messages=messages, tools=[_WEATHER_TOOL], max_completion_tokens=_MOST_TOKENS
    )
    message = asking.choices[0].message
    messages.append(message)
    for call in message.tool_calls or []:
        city = json.loads(call.function.arguments)["city"]
        weather = f"21 C and a clear sky in {city}"
        stage.say("model calls:", f"{call.function.name}(city={city!r})")
        stage.say("the tool says:", weather)
        messages.append({"role": "tool", "tool_call_id": call.id, "content": weather})
    answer = await stage.client.chat.completions.create(
        model=CHAT_MODEL, messages=messages, tools=[_WEATHER_TOOL], max_completion_tokens=_MOST_TOKENS
    )
    stage.say("model:", answer.choices[0].message.content or "")


async def _json(stage: Stage) -> None:
    text = "Ada Lovelace, 36 years old, can be reached at ada@example.com."
    stage.say("you:", text)
    completion = await stage.client.chat.completions.create(
        model=CHAT_MODEL,
        messages=[{"role": "user", "content": text}],
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "person", "strict": True, "schema": _PERSON_SCHEMA},
        },
        max_completion_tokens=_MOST_TOKENS,
    )
    person = json.loads(completion.choices[0].message.content or "{}")
    stage.say("model:", json.dumps(person, ensure_ascii=False))


async def _speech(stage: Stage) -> None:
    text = "Speak softly, and send few bytes."
    path = stage.folder / SPEECH_FILE
    stage.say("to speak:", text)
    speech = await stage.client.audio.speech.create(
        model=SPEECH_MODEL, voice=SPEECH_VOICE, input=text, response_format="wav"
    )
    await speech.write_to_file(path)
    heard = await stage.client.audio.transcriptions.create(
        model=TRANSCRIPTION_MODEL, file=path, response_format="verbose_json"
    )
    stage.say("heard:", heard.text)
    length = f", {heard.duration:.1f} s of speech" if heard.duration is not None else ""
    stage.fact(f"{path.name}: {len(speech.content):,} bytes{length}")


STEPS = (
    Step("A chat", "await client.chat.completions.create(model=..., messages=[...])", _chat),
    Step(
        "A streamed answer",
        "async for chunk in await client.chat.completions.create(..., stream=True):",
        _stream,
    ),
    Step(
        "Twenty requests at once", "await asyncio.gather(*(ask(question) for question in questions))", _many
    ),
    Step("A tool call, there and back", "client.chat.completions.create(..., tools=[get_weather])", _tool),
    Step("JSON by a schema", 'create(..., response_format={"type": "json_schema", ...})', _json),
    Step(
        "Speech to a file and back",
        "client.audio.speech.create(...), client.audio.transcriptions.create(...)",
        _speech,
    ),
    Step(
        "A batch, from upload to results", "client.files.create(...), client.batches.create(...)", run_batch
    ),
)
