"""The steps of the demo. Each makes calls as a program would, and prints the results."""

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
from .demo_context import DemoContext

SPEECH_FILE = "speech.wav"
FILES = (SPEECH_FILE, REQUESTS_FILE, RESULTS_FILE)
"""The files that the steps write to the directory of the demo."""

_MAX_TOKENS = 400
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
    """A step of the demo."""

    title: str
    call: str
    """The call as source code, for the heading."""
    run: Callable[[DemoContext], Awaitable[None]]


async def _chat(context: DemoContext) -> None:
    question = "Who wrote Hamlet?"
    context.show("you:", question)
    start_s = time.perf_counter()
    completion = await context.client.chat.completions.create(
        model=CHAT_MODEL,
        messages=[{"role": "user", "content": question}],
        max_completion_tokens=_MAX_TOKENS,
        reasoning_effort="low",
    )
    context.show("model:", completion.choices[0].message.content or "")
    usage = completion.usage
    if usage is not None:
        took_s = time.perf_counter() - start_s
        context.note(f"{usage.prompt_tokens} tokens in, {usage.completion_tokens} out, {took_s:.2f} s")


async def _stream(context: DemoContext) -> None:
    question = "Tell me a short story about the sea."
    context.show("you:", question)
    start_s = time.perf_counter()
    first_s: float | None = None
    writer = context.text_writer()
    async with await context.client.chat.completions.create(
        model=CHAT_MODEL,
        messages=[{"role": "user", "content": question}],
        max_completion_tokens=_MAX_TOKENS,
        reasoning_effort="low",
        stream=True,
    ) as stream:
        try:
            async for chunk in stream:
                text = (chunk.choices[0].delta.content if chunk.choices else None) or ""
                if text:
                    first_s = first_s or time.perf_counter() - start_s
                    writer.write(text)
        finally:
            writer.end()
        usage = stream.usage
    if usage is not None and first_s is not None:
        speed = usage.tokens_per_second
        context.note(
            f"{usage.completion_tokens} tokens{f' at {speed:,.0f} tokens/s' if speed else ''}, "
            f"first token after {first_s:.2f} s"
        )


async def _ask(context: DemoContext, question: str) -> tuple[int, float]:
    """Send one prompt; return the number of tokens and the seconds."""
    start_s = time.perf_counter()
    stream = await context.client.chat.completions.create(
        model=CHAT_MODEL,
        messages=[{"role": "user", "content": question}],
        max_completion_tokens=_MAX_TOKENS,
        reasoning_effort="low",
        stream=True,
    )
    completion = await stream.collect()
    tokens = completion.usage.completion_tokens if completion.usage is not None else 0
    return tokens, time.perf_counter() - start_s


async def _many(context: DemoContext) -> None:
    start_s = time.perf_counter()
    tokens, sequential_s = 0, 0.0
    with make_progress(context.console) as progress:
        bar = progress.add_task("responses", total=len(_QUESTIONS))
        tasks = [asyncio.ensure_future(_ask(context, question)) for question in _QUESTIONS]
        try:
            for task in asyncio.as_completed(tasks):
                count, took_s = await task
                tokens += count
                sequential_s += took_s
                progress.advance(bar)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    took_s = time.perf_counter() - start_s
    context.note(
        f"{tokens:,} tokens in {took_s:.2f} s: {tokens / took_s:,.0f} tokens/s in total "
        f"({sequential_s:.1f} s one after the other)"
    )


async def _tool(context: DemoContext) -> None:
    messages: list[Any] = [{"role": "user", "content": "What is the weather in Lisbon?"}]
    context.show("you:", messages[0]["content"])
    completion = await context.client.chat.completions.create(
        model=CHAT_MODEL, messages=messages, tools=[_WEATHER_TOOL], max_completion_tokens=_MAX_TOKENS
    )
    message = completion.choices[0].message
    messages.append(message)
    for call in message.tool_calls or []:
        city = json.loads(call.function.arguments)["city"]
        weather = f"21 C and a clear sky in {city}"
        context.show("model calls:", f"{call.function.name}(city={city!r})")
        context.show("tool:", weather)
        messages.append({"role": "tool", "tool_call_id": call.id, "content": weather})
    completion = await context.client.chat.completions.create(
        model=CHAT_MODEL, messages=messages, tools=[_WEATHER_TOOL], max_completion_tokens=_MAX_TOKENS
    )
    context.show("model:", completion.choices[0].message.content or "")


async def _json(context: DemoContext) -> None:
    text = "Ada Lovelace, 36 years old, can be reached at ada@example.com."
    context.show("you:", text)
    completion = await context.client.chat.completions.create(
        model=CHAT_MODEL,
        messages=[{"role": "user", "content": text}],
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "person", "strict": True, "schema": _PERSON_SCHEMA},
        },
        max_completion_tokens=_MAX_TOKENS,
    )
    person = json.loads(completion.choices[0].message.content or "{}")
    context.show("model:", json.dumps(person, ensure_ascii=False))


async def _speech(context: DemoContext) -> None:
    text = "Speak softly, and send few bytes."
    path = context.folder / SPEECH_FILE
    context.show("text:", text)
    speech = await context.client.audio.speech.create(
        model=SPEECH_MODEL, voice=SPEECH_VOICE, input=text, response_format="wav"
    )
    await speech.write_to_file(path)
    transcript = await context.client.audio.transcriptions.create(
        model=TRANSCRIPTION_MODEL, file=path, response_format="verbose_json"
    )
    context.show("transcript:", transcript.text)
    length = f", {transcript.duration:.1f} s of speech" if transcript.duration is not None else ""
    context.note(f"{path.name}: {len(speech.content):,} bytes{length}")


STEPS = (
    Step("A chat", "await client.chat.completions.create(model=..., messages=[...])", _chat),
    Step(
        "A streamed response",
        "async for chunk in await client.chat.completions.create(..., stream=True):",
        _stream,
    ),
    Step(
        "Twenty requests at once", "await asyncio.gather(*(ask(question) for question in questions))", _many
    ),
    Step("A tool call and its result", "client.chat.completions.create(..., tools=[get_weather])", _tool),
    Step("JSON that matches a schema", 'create(..., response_format={"type": "json_schema", ...})', _json),
    Step(
        "Text to speech and speech to text",
        "client.audio.speech.create(...), client.audio.transcriptions.create(...)",
        _speech,
    ),
    Step(
        "A batch, from the upload to the results",
        "client.files.create(...), client.batches.create(...)",
        run_batch,
    ),
)
