"""The calls whose requests are compared: one row each, the same lambda for every client.

``c`` is a client with the sample files of its test (`sides.Side`); ``c.sdk`` is its package.
"""

from __future__ import annotations

import collections
import enum
import io
import types
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pydantic

from .sides import Named, OneWay, at_end


@dataclass(frozen=True)
class Call:
    """A call to compare."""

    id: str
    make: Callable[[Any], Any]
    """Makes the call with a client."""


MODEL = "openai/gpt-oss-20b"
ASK: list[Any] = [{"role": "user", "content": "Hello"}]
CHAT: dict[str, Any] = {"model": MODEL, "messages": ASK}
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt \x00\xff\r\n--boundary\r\n"
LINES = b'{"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {}}\n'
ODD_TEXT = "„Grüße“ 日本語 🦙👩‍👩‍👧 \"quoted\" 'single' back\\slash </script> \u2028 \u00a0 a\u0301"
CONTROL_TEXT = "".join(map(chr, range(0x20))) + "\x7f\x85"

SAMPLE_FILES = {
    "speech.wav": WAV,
    "talk.mp3": b"ID3",
    "talk.flac": b"fLaC",
    "no_extension": b"abc",
    "batch.jsonl": LINES,
    "empty.jsonl": b"",
    "Ärger – 日本 🎤.wav": WAV,
    'a "quoted" name.wav': WAV,
    "50% off; name=x.wav": WAV,
    "long.bin": bytes(range(256)) * 4096,
}


def write_samples(folder: Path) -> None:
    """Write the sample files."""
    for name, content in SAMPLE_FILES.items():
        (folder / name).write_bytes(content)


WEATHER_TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "days": {"type": ["integer", "null"], "default": None},
            },
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
SCHEMA_FORMAT: dict[str, Any] = {
    "type": "json_schema",
    "json_schema": {
        "name": "City",
        "description": "A city.",
        "strict": True,
        "schema": {"type": "object", "properties": {"city": {"$ref": "#/$defs/city"}}, "$defs": {"city": {}}},
    },
}

CHAT_PARAMETERS: dict[str, Any] = {
    "citation_options": "enabled",
    "compound_custom": {
        "models": {"answering_model": "a", "reasoning_model": None},
        "tools": {"enabled_tools": ["search"], "wolfram_settings": {"authorization": "w"}},
    },
    "disable_tool_validation": True,
    "documents": [
        {"id": "d1", "source": {"type": "text", "text": "Once"}},
        {"source": {"type": "json", "data": {"a": [1, {"b": None}]}}},
    ],
    "exclude_domains": ["example.org", "*.example.com"],
    "frequency_penalty": -0.5,
    "function_call": {"name": "weather"},
    "functions": [{"name": "weather", "description": "d", "parameters": {"type": "object"}}],
    "include_domains": ["example.org"],
    "include_reasoning": False,
    "logit_bias": {"50256": -100},
    "logprobs": True,
    "max_completion_tokens": 128,
    "max_tokens": 1,
    "metadata": {"kind": "test", "": "empty name"},
    "n": 1,
    "parallel_tool_calls": False,
    "presence_penalty": 1.25,
    "reasoning_effort": "low",
    "reasoning_format": "parsed",
    "response_format": {"type": "json_object"},
    "search_settings": {
        "include_domains": ["a"],
        "exclude_domains": [],
        "include_images": True,
        "country": "de",
    },
    "seed": 9007199254740993,
    "service_tier": "flex",
    "stop": ["\n\n", "END"],
    "store": False,
    "temperature": 0,
    "tool_choice": "auto",
    "tools": [WEATHER_TOOL, {"type": "browser_search"}, {"type": "code_interpreter"}],
    "top_logprobs": 20,
    "top_p": 1e-07,
    "user": "user-1",
}

OTHER_VALUES: list[tuple[str, Any]] = [
    ("stop", "END"),
    ("stop", []),
    ("temperature", 1),
    ("temperature", 1.0),
    ("temperature", 0.1 + 0.2),
    ("temperature", True),
    ("seed", -1),
    ("seed", 2**63 - 1),
    ("stream", False),
    ("stream", None),
    ("tool_choice", "none"),
    ("tool_choice", {"type": "function", "function": {"name": "weather"}}),
    ("function_call", "none"),
    ("response_format", {"type": "text"}),
    ("response_format", SCHEMA_FORMAT),
    ("tools", []),
    ("tools", (WEATHER_TOOL,)),
    ("tools", [{"type": "mcp", "server_label": "hf", "server_url": "https://huggingface.co/mcp", "headers": {"A": "b"}}]),
    ("metadata", {}),
    ("logit_bias", {}),
    ("user", ODD_TEXT),
    ("user", ""),
    ("include_domains", ("a", "b")),
    ("compound_custom", {}),
]  # fmt: skip


class Tier(str, enum.Enum):
    """An enum of the caller."""

    FLEX = "flex"


class Spoken(pydantic.BaseModel):
    """A pydantic model of the caller."""

    role: str = "user"
    content: str
    name: str | None = None


OTHER_SHAPES: list[tuple[str, Any]] = [
    ("service_tier", Tier.FLEX),
    ("messages", [Spoken(role="user", content="Hi"), Spoken(role="user", content="Hi", name=None)]),
    ("messages", collections.deque(ASK)),
    ("messages", {"a": ASK[0]}.values()),
    ("metadata", types.MappingProxyType({"a": "b"})),
    ("metadata", collections.OrderedDict(a="b")),
    ("metadata", collections.UserDict(a="b")),
    ("logit_bias", {50256: -100}),
    ("seed", 10**40),
    ("extra_body", {"at": datetime(2026, 1, 2, 3, 4, 5, 678)}),
    ("extra_body", {"by number": {1.5: 1, 2: 2}}),
    ("extra_body", {"spoken": Spoken(content="Hi")}),
]

MESSAGES: dict[str, Any] = {
    "every role": [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": "Be kind."},
        {"role": "user", "content": "Hi", "name": "ann"},
        {"role": "assistant", "content": "Hello", "reasoning": "Greet."},
        {"role": "function", "name": "f", "content": "1"},
    ],
    "text parts": [
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": ""}]}
    ],
    "an image by address": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is it?"},
                {
                    "type": "image_url",
                    "image_url": {"url": "https://example.org/a b?c=d&e=%20", "detail": "low"},
                },
            ],
        }
    ],
    "an image as data": [
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{'iVBOR/+w0=' * 99}"}}
            ],
        }
    ],
    "a document part": [
        {"role": "user", "content": [{"type": "document", "document": {"id": "d", "data": {"a": 1}}}]}
    ],
    "a tool call and its result": [
        *ASK,
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"city": "Köln"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": '{"celsius": -3.5}'},
    ],
    "an assistant without content": [*ASK, {"role": "assistant", "tool_calls": []}, *ASK],
    "tool content in parts": [
        {"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "x"}]}
    ],
    "unknown roles and keys": [
        {"role": "critic", "content": "No.", "mood": {"level": 3, "why": [None, True]}}
    ],
    "no messages": [],
    "a tuple of messages": tuple(ASK),
    "odd text": [{"role": "user", "content": ODD_TEXT}],
    "control characters": [{"role": "user", "content": CONTROL_TEXT}],
    "an empty text": [{"role": "user", "content": ""}],
    "a very long text": [{"role": "user", "content": "Wörter " * 60_000}],
    "a thousand messages": [{"role": "user", "content": str(number)} for number in range(1000)],
    "deep nesting": [{"role": "user", "content": [[[[[[[[[["deep"]]]]]]]]]]}],
    "numbers of all kinds": [{"role": "user", "content": [0, -0.0, 1e300, 5e-324, 10**30, -(2**63), 1.5]}],
}

CHAT_CALLS = [
    Call("chat: minimal", lambda c: c.chat.completions.create(**CHAT)),
    Call("chat: every parameter", lambda c: c.chat.completions.create(**CHAT, **CHAT_PARAMETERS)),
    Call("chat: stream", lambda c: c.chat.completions.create(**CHAT, stream=True)),
    Call(
        "chat: stream, every parameter",
        lambda c: c.chat.completions.create(**CHAT, **CHAT_PARAMETERS, stream=True),
    ),
    Call(
        "chat: every parameter None",
        lambda c: c.chat.completions.create(**CHAT, **dict.fromkeys(CHAT_PARAMETERS), stream=None),
    ),
    Call(
        "chat: every parameter NOT_GIVEN",
        lambda c: c.chat.completions.create(**CHAT, **dict.fromkeys(CHAT_PARAMETERS, c.sdk.NOT_GIVEN)),
    ),
    Call(
        "chat: every parameter not_given",
        lambda c: c.chat.completions.create(**CHAT, **dict.fromkeys(CHAT_PARAMETERS, c.sdk.not_given)),
    ),
    Call(
        "chat: every parameter omit",
        lambda c: c.chat.completions.create(
            **CHAT, **dict.fromkeys([*CHAT_PARAMETERS, "stream"], c.sdk.omit)
        ),
    ),
    Call(
        "chat: omitted fields of objects",
        lambda c: c.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": "Hi", "name": c.sdk.NOT_GIVEN}],
            search_settings={"country": c.sdk.omit, "include_images": True},
            tools=[{"type": "function", "function": {"name": "f", "description": c.sdk.omit}}],
        ),
    ),
    Call(
        "chat: generators inside messages",
        lambda c: c.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": ({"type": "text", "text": text} for text in "ab")}],
        ),
    ),
    Call("chat: temperature Omit()", lambda c: c.chat.completions.create(**CHAT, temperature=c.sdk.Omit())),
    Call(
        "chat: a generator of messages",
        lambda c: c.chat.completions.create(model=MODEL, messages=(m for m in ASK)),
    ),
    Call(
        "chat: an iterator of tools", lambda c: c.chat.completions.create(**CHAT, tools=iter([WEATHER_TOOL]))
    ),
    Call("chat: an iterator of documents", lambda c: c.chat.completions.create(**CHAT, documents=iter([]))),
    Call("chat: an odd model", lambda c: c.chat.completions.create(messages=ASK, model=ODD_TEXT)),
    Call("chat: an empty model", lambda c: c.chat.completions.create(messages=ASK, model="")),
    *(
        Call(
            f"chat: {name}",
            lambda c, name=name, value=value: c.chat.completions.create(**CHAT, **{name: value}),
        )
        for name, value in CHAT_PARAMETERS.items()
    ),
    *(
        Call(f"chat: {name} None", lambda c, name=name: c.chat.completions.create(**CHAT, **{name: None}))
        for name in CHAT_PARAMETERS
    ),
    *(
        Call(
            f"chat: {name} {str(value)[:40]!a}",
            lambda c, name=name, value=value: c.chat.completions.create(**CHAT, **{name: value}),
        )
        for name, value in OTHER_VALUES
    ),
    *(
        Call(
            f"chat: {name} as {next(iter(value)) if name == 'extra_body' else type(value).__name__}",
            lambda c, name=name, value=value: c.chat.completions.create(**{**CHAT, name: value}),
        )
        for name, value in OTHER_SHAPES
    ),
    *(
        Call(f"chat: {name}", lambda c, value=value: c.chat.completions.create(model=MODEL, messages=value))
        for name, value in MESSAGES.items()
    ),
]

EMBEDDING: dict[str, Any] = {"model": "nomic-embed-text-v1_5", "input": "a text"}
SPEECH: dict[str, Any] = {"model": "canopylabs/orpheus-v1-english", "input": "Hello.", "voice": "troy"}
BATCH: dict[str, Any] = {
    "completion_window": "24h",
    "endpoint": "/v1/chat/completions",
    "input_file_id": "file_1",
}

JSON_CALLS = [
    Call("embeddings: minimal", lambda c: c.embeddings.create(**EMBEDDING)),
    Call("embeddings: everything", lambda c: c.embeddings.create(**EMBEDDING, encoding_format="base64", user="u")),
    Call("embeddings: float", lambda c: c.embeddings.create(**EMBEDDING, encoding_format="float")),
    Call("embeddings: a list", lambda c: c.embeddings.create(model="m", input=["a", "", ODD_TEXT])),
    Call("embeddings: a tuple", lambda c: c.embeddings.create(model="m", input=("a", "b"))),
    Call("embeddings: 2048 texts", lambda c: c.embeddings.create(model="m", input=["text"] * 2048)),
    Call("embeddings: user None", lambda c: c.embeddings.create(**EMBEDDING, user=None)),
    Call("embeddings: omitted", lambda c: c.embeddings.create(**EMBEDDING, encoding_format=c.sdk.omit, user=c.sdk.NOT_GIVEN)),
    Call("speech: minimal", lambda c: c.audio.speech.create(**SPEECH)),
    Call("speech: everything", lambda c: c.audio.speech.create(**SPEECH, response_format="wav", sample_rate=48000, speed=0.5)),
    Call("speech: speed 1", lambda c: c.audio.speech.create(**SPEECH, speed=1)),
    Call("speech: omitted", lambda c: c.audio.speech.create(**SPEECH, response_format=c.sdk.omit, speed=c.sdk.NOT_GIVEN)),
    Call("speech: odd text", lambda c: c.audio.speech.create(model="m", input=f"[cheerful] {ODD_TEXT}", voice="ö")),
    Call("speech: another accept", lambda c: c.audio.speech.create(**SPEECH, extra_headers={"Accept": "audio/mpeg"})),
    Call("models: list", lambda c: c.models.list()),
    Call("models: retrieve", lambda c: c.models.retrieve("llama-3.3-70b-versatile")),
    Call("models: delete", lambda c: c.models.delete("ft:me")),
    Call("models: by keyword", lambda c: c.models.retrieve(model=MODEL)),
    Call("files: list", lambda c: c.files.list()),
    Call("files: info", lambda c: c.files.info("file_1")),
    Call("files: content", lambda c: c.files.content("file_1")),
    Call("files: delete", lambda c: c.files.delete("file_1")),
    Call("files: by keyword", lambda c: c.files.info(file_id="file_1")),
    Call("batches: minimal", lambda c: c.batches.create(**BATCH)),
    Call("batches: metadata", lambda c: c.batches.create(**BATCH, metadata={"a": "b", "ключ": ODD_TEXT})),
    Call("batches: metadata None", lambda c: c.batches.create(**BATCH, metadata=None)),
    Call("batches: metadata omitted", lambda c: c.batches.create(**BATCH, metadata=c.sdk.omit)),
    Call("batches: retrieve", lambda c: c.batches.retrieve("batch_1")),
    Call("batches: list", lambda c: c.batches.list()),
    Call("batches: cancel", lambda c: c.batches.cancel("batch_1")),
    Call("batches: a page", lambda c: c.batches.list(extra_query={"cursor": "abc=="})),
]  # fmt: skip

IDS = [
    "openai/gpt-oss-120b", "a b", "ä/日本/🦙", "50%", "%2F", "a+b", "a?b=c", "a#b", "a//b", "/a/", "~.-_", "...",
    "..a", "a;b,c", "@:&=$!*'()", '"<>[]{}|\\^`', "a\nb\tc", "x" * 1000, "🦙", "a/../b", "a\u0301", "%25", " ",
]  # fmt: skip

ID_CALLS = [
    *(Call(f"models: the id {id_[:20]!a}", lambda c, id_=id_: c.models.retrieve(id_)) for id_ in IDS),
    *(
        call
        for id_ in ("a/b c", "ü?#", "..%2f")
        for call in (
            Call(f"models: delete {id_!a}", lambda c, id_=id_: c.models.delete(id_)),
            Call(f"files: info {id_!a}", lambda c, id_=id_: c.files.info(id_)),
            Call(f"files: content {id_!a}", lambda c, id_=id_: c.files.content(id_)),
            Call(f"files: delete {id_!a}", lambda c, id_=id_: c.files.delete(id_)),
            Call(f"batches: retrieve {id_!a}", lambda c, id_=id_: c.batches.retrieve(id_)),
            Call(f"batches: cancel {id_!a}", lambda c, id_=id_: c.batches.cancel(id_)),
        )
    ),
]

TRANSCRIPTION: dict[str, Any] = {
    "language": "en",
    "prompt": ODD_TEXT,
    "response_format": "verbose_json",
    "temperature": 0.5,
    "timestamp_granularities": ["word", "segment"],
}
FILE = ("a.wav", WAV)

UPLOADS: dict[str, Callable[[Any], Any]] = {
    "bytes": lambda c: WAV,
    "no bytes at all": lambda c: b"",
    "a path": lambda c: c.folder / "speech.wav",
    "a path of mp3": lambda c: c.folder / "talk.mp3",
    "a path of flac": lambda c: c.folder / "talk.flac",
    "a path without extension": lambda c: c.folder / "no_extension",
    "a path with an odd name": lambda c: c.folder / "Ärger – 日本 🎤.wav",
    "a path with quotes": lambda c: c.folder / 'a "quoted" name.wav',
    "a path with a semicolon": lambda c: c.folder / "50% off; name=x.wav",
    "a path to nothing long": lambda c: c.folder / "empty.jsonl",
    "a path to a megabyte": lambda c: c.folder / "long.bin",
    "an open file": lambda c: c.open("speech.wav"),
    "an open file with an odd name": lambda c: c.open("Ärger – 日本 🎤.wav"),
    "an open long file": lambda c: c.open("long.bin"),
    "BytesIO": lambda c: io.BytesIO(WAV),
    "BytesIO, just written": lambda c: at_end(io.BytesIO(WAV)),
    "(name, BytesIO, just written)": lambda c: ("a.wav", at_end(io.BytesIO(WAV))),
    "(name, temporary file, just written)": lambda c: ("a.wav", at_end(c.temporary_file(WAV))),
    "a file that cannot seek": lambda c: OneWay(WAV),
    "(name, file that cannot seek)": lambda c: ("a.wav", OneWay(WAV)),
    "BytesIO with a name": lambda c: Named(WAV, "clip.mp3"),
    "BytesIO with a path as name": lambda c: Named(WAV, "/home/me/clip.ogg"),
    "BytesIO with a Path as name": lambda c: Named(WAV, c.folder / "clip.ogg"),
    "BytesIO with an odd name": lambda c: Named(WAV, 'ü "x"\n.wav'),
    "(name, bytes)": lambda c: ("a.wav", WAV),
    "(name, bytearray)": lambda c: ("a.wav", bytes(bytearray(WAV))),
    "(name, open file)": lambda c: ("other.m4a", c.open("speech.wav")),
    "(name, BytesIO)": lambda c: ("other", io.BytesIO(WAV)),
    "(name, bytes, type)": lambda c: ("a.bin", WAV, "audio/x-wav"),
    "(name, bytes, type with a parameter)": lambda c: ("a", WAV, "audio/wav; rate=16000"),
    "(name, bytes, None)": lambda c: ("a.wav", WAV, None),
    "(name, bytes, type, headers)": lambda c: ("a", WAV, "audio/wav", {"X-Channel": "1", "X-Empty": ""}),
    "(name, bytes, None, headers)": lambda c: ("a", WAV, None, {"X-Channel": "1"}),
    "(name, bytes, type, headers with a type)": lambda c: (
        "a",
        WAV,
        "audio/wav",
        {"content-type": "audio/ogg"},
    ),
    "(name, bytes, type, no headers)": lambda c: ("a", WAV, "audio/wav", {}),
    "(None, bytes)": lambda c: (None, WAV),
    "(None, bytes, type)": lambda c: (None, WAV, "audio/wav"),
    "an empty name": lambda c: ("", WAV),
    "a name with folders": lambda c: ("../a/b.wav", WAV),
    "a name with a quote": lambda c: ('a"; filename="b.wav', WAV),
    "a name with line ends": lambda c: ("a\r\nX-Evil: 1\r\n\r\n.wav", WAV),
    "a name with a backslash": lambda c: ("C:\\temp\\a.wav", WAV),
    "a name with percent signs": lambda c: ("100%22.wav", WAV),
    "a name with tab and NUL": lambda c: ("a\tb\0.wav", WAV),
    "a very long name": lambda c: ("n" * 3000 + ".wav", WAV),
    "an odd name": lambda c: (f"{ODD_TEXT}.wav".replace("\\", ""), WAV),
}

FORM_CALLS = [
    *(
        Call(f"transcriptions: {name}", lambda c, file=file: c.audio.transcriptions.create(model="w", file=file(c)))
        for name, file in UPLOADS.items()
    ),
    *(
        Call(f"files: create from {name}", lambda c, file=UPLOADS[name]: c.files.create(file=file(c), purpose="batch"))
        for name in ("bytes", "a path", "an open file", "BytesIO", "(name, bytes)", "(name, bytes, type, headers)")
    ),
    *(
        Call(
            f"transcriptions: {name}",
            lambda c, name=name, value=value: c.audio.transcriptions.create(model="w", file=FILE, **{name: value}),
        )
        for name, value in TRANSCRIPTION.items()
    ),
    *(
        Call(
            f"translations: {name}",
            lambda c, name=name, value=value: c.audio.translations.create(model="w", file=FILE, **{name: value}),
        )
        for name, value in TRANSCRIPTION.items()
        if name in ("prompt", "response_format", "temperature")
    ),
    *(
        Call(
            f"transcriptions: {name} None",
            lambda c, name=name: c.audio.transcriptions.create(model="w", file=FILE, **{name: None}),
        )
        for name in TRANSCRIPTION
    ),
    *(
        Call(
            f"transcriptions: {name} {value!r}",
            lambda c, name=name, value=value: c.audio.transcriptions.create(model="w", file=FILE, **{name: value}),
        )
        for name, value in [
            ("response_format", "json"), ("response_format", "text"), ("temperature", 0), ("temperature", 1.0),
            ("timestamp_granularities", ["word"]), ("timestamp_granularities", ["segment"]),
            ("timestamp_granularities", []), ("prompt", ""), ("prompt", "a\r\nb"), ("prompt", "x" * 896),
            ("timestamp_granularities", ("word", "word")),
        ]
    ),
    Call("transcriptions: everything", lambda c: c.audio.transcriptions.create(model="w", file=FILE, **TRANSCRIPTION)),
    Call("transcriptions: file first", lambda c: c.audio.transcriptions.create(file=FILE, **TRANSCRIPTION, model="w")),
    Call("transcriptions: a url", lambda c: c.audio.transcriptions.create(model="w", url="https://example.org/a b.wav?c=ä")),
    Call("transcriptions: neither", lambda c: c.audio.transcriptions.create(model="w")),
    Call("transcriptions: omitted", lambda c: c.audio.transcriptions.create(model="w", file=FILE, **dict.fromkeys(TRANSCRIPTION, c.sdk.omit))),
    Call("transcriptions: NOT_GIVEN", lambda c: c.audio.transcriptions.create(model="w", file=c.sdk.NOT_GIVEN, url="u")),
    Call("transcriptions: extra body", lambda c: c.audio.transcriptions.create(model="w", file=FILE, extra_body={"a": True, "b": {"c": [1, None]}, "d": 1.5})),
    Call("transcriptions: extra headers", lambda c: c.audio.transcriptions.create(model="w", file=FILE, extra_headers={"X-A": "1"}, extra_query={"q": "1"})),
    Call("translations: minimal", lambda c: c.audio.translations.create(model="whisper-large-v3", file=FILE)),
    Call("translations: everything", lambda c: c.audio.translations.create(model="w", file=FILE, prompt="p", response_format="text", temperature=0.1)),
    Call("translations: a url", lambda c: c.audio.translations.create(model="w", url="https://example.org/a.wav")),
    Call("translations: a path", lambda c: c.audio.translations.create(model="w", file=c.folder / "talk.mp3")),
    Call("files: create, another purpose", lambda c: c.files.create(file=("a", b"b"), purpose="vision: ü")),
    Call("files: create, extra body", lambda c: c.files.create(file=("a", b"b"), purpose="batch", extra_body={"days": 3})),
]  # fmt: skip

API = "/openai/v1"
OPTION_CALLS = [
    Call("options: extra headers", lambda c: c.models.list(extra_headers={"X-Trace": "a b", "x-empty": ""})),
    Call("options: another accept", lambda c: c.models.list(extra_headers={"Accept": "text/csv"})),
    Call("options: another key", lambda c: c.models.list(extra_headers={"Authorization": "Bearer other"})),
    Call("options: no key", lambda c: c.models.list(extra_headers={"Authorization": c.sdk.Omit()})),
    Call("options: a content type", lambda c: c.embeddings.create(**EMBEDDING, extra_headers={"Content-Type": "application/json; charset=utf-8"})),
    Call("options: no content type", lambda c: c.embeddings.create(**EMBEDDING, extra_headers={"Content-Type": c.sdk.Omit()})),
    Call("options: headers on a body", lambda c: c.embeddings.create(**EMBEDDING, extra_headers={"Groq-Beta": "inference-metrics"})),
    Call("options: an omitted header", lambda c: c.with_options(default_headers={"X-A": "1"}).models.list(extra_headers={"X-A": c.sdk.Omit()})),
    Call("options: extra query", lambda c: c.models.list(extra_query={"a": 1, "b": True, "c": "x y", "d": 1.5})),
    Call("options: odd query", lambda c: c.models.list(extra_query={"q": "„Grüße“ 日本語 🦙 \\ <b> \u2028 a\u0301", "ü&=": "a&b=c#d+f%20g;h~-._"})),
    Call("options: control characters in the query", lambda c: c.models.list(extra_query={"q": "a\r\nb\0c\x7f"})),
    Call("options: nested query", lambda c: c.models.list(extra_query={"filter": {"a": "b", "c": {"d": 1}}})),
    Call("options: query None", lambda c: c.models.list(extra_query={"a": None, "b": "1"})),
    Call("options: query only None", lambda c: c.models.list(extra_query={"a": None})),
    Call("options: empty query value", lambda c: c.models.list(extra_query={"a": ""})),
    Call("options: query False and 0", lambda c: c.models.list(extra_query={"a": False, "b": 0})),
    Call("options: query of one in a list", lambda c: c.models.list(extra_query={"a": ["1"]})),
    Call("options: query None in a list", lambda c: c.models.list(extra_query={"a": ["1", None]})),
    Call("options: query omitted", lambda c: c.models.list(extra_query={"a": c.sdk.omit, "b": c.sdk.NOT_GIVEN, "c": 1})),
    Call("options: query without a default", lambda c: c.copy(default_query={"a": "1"}).models.list(extra_query={"a": c.sdk.omit})),
    Call("options: query on a body", lambda c: c.embeddings.create(**EMBEDDING, extra_query={"beta": "true"})),
    Call("options: query of an upload", lambda c: c.files.create(file=FILE, purpose="batch", extra_query={"a": "b"})),
    Call("options: no extras", lambda c: c.models.list(extra_query={}, extra_headers={}, extra_body=None)),
    Call("options: extra body", lambda c: c.chat.completions.create(**CHAT, extra_body={"new": {"a": [1]}, "flag": None})),
    Call("options: extra body over a parameter", lambda c: c.chat.completions.create(**CHAT, temperature=1, extra_body={"temperature": 0.5, "model": "other"})),
    Call("options: empty extra body", lambda c: c.chat.completions.create(**CHAT, extra_body={})),
    Call("options: an omitted body field", lambda c: c.chat.completions.create(**CHAT, seed=1, extra_body={"seed": c.sdk.Omit()})),
    Call("options: extra body of a cancel", lambda c: c.batches.cancel("batch_1", extra_body={"why": "late"})),
    Call("options: extra body of a delete", lambda c: c.files.delete("file_1", extra_body={"why": "late"})),
    Call("options: time-outs", lambda c: c.models.list(timeout=12.5)),
    Call("options: a Timeout", lambda c: c.models.list(timeout=c.sdk.Timeout(30.0, connect=2.0))),
    Call("options: no time-out", lambda c: c.models.list(timeout=None)),
    Call("options: time-out not given", lambda c: c.models.list(timeout=c.sdk.NOT_GIVEN)),
    Call("client: another key", lambda c: c.with_options(api_key="gsk_other").models.list()),
    Call("client: default headers", lambda c: c.with_options(default_headers={"X-A": "1", "Accept": "a/b"}).models.list()),
    Call("client: default headers twice", lambda c: c.copy(default_headers={"X-A": "1", "X-B": "1"}).copy(default_headers={"X-B": "2"}).models.list()),
    Call("client: headers in place", lambda c: c.copy(default_headers={"X-A": "1"}).copy(set_default_headers={"X-C": "3"}).models.list()),
    Call("client: header over default header", lambda c: c.copy(default_headers={"X-A": "1"}).models.list(extra_headers={"X-A": "2"})),
    Call("client: a content type on a body", lambda c: c.copy(default_headers={"Content-Type": "text/x"}).embeddings.create(**EMBEDDING)),
    Call("client: a content type on an upload", lambda c: c.copy(default_headers={"Content-Type": "text/x"}).files.create(file=FILE, purpose="batch")),
    Call("client: headers on an upload", lambda c: c.copy(default_headers={"X-A": "1"}).files.create(file=FILE, purpose="batch")),
    Call("client: default query", lambda c: c.with_options(default_query={"a": "1", "b": "ü"}).models.list()),
    Call("client: query over default query", lambda c: c.copy(default_query={"a": "1", "b": "2"}).models.list(extra_query={"b": "3", "c": 4})),
    Call("client: query in place", lambda c: c.copy(default_query={"a": "1"}).copy(set_default_query={"b": "2"}).models.list()),
    Call("client: default query twice", lambda c: c.copy(default_query={"a": "1"}).copy(default_query={"b": "2"}).chat.completions.create(**CHAT)),
    Call("client: base URL with a slash", lambda c: c.copy(base_url=f"{server_root(c)}/").models.list()),
    Call("client: base URL in a folder", lambda c: c.copy(base_url=f"{server_root(c)}/gate/way").models.retrieve("a/b")),
    Call("client: base URL in an odd folder", lambda c: c.copy(base_url=f"{server_root(c)}/a%2Fb/ü x").models.list()),
    Call("client: retries and time-outs", lambda c: c.with_options(max_retries=5, timeout=3).models.list()),
    Call("verbs: get", lambda c: c.get(f"{API}/models", cast_to=object)),
    Call("verbs: get, odd path", lambda c: c.get(f"{API}/a b/ü/%2F/x", cast_to=object)),
    Call("verbs: get with a query in the path", lambda c: c.get(f"{API}/files?limit=2&after=a%20b", cast_to=object)),
    Call("verbs: get with an odd query in the path", lambda c: c.get(f"{API}/files?q=a b&r=ü&s=1+1&t=&u", cast_to=object)),
    Call("verbs: get with params", lambda c: c.get(f"{API}/files", cast_to=object, options={"params": {"limit": 2, "q": "ü x"}})),
    Call("verbs: get with both", lambda c: c.get(f"{API}/files?limit=2", cast_to=object, options={"params": {"after": "x"}})),
    Call("verbs: get without a leading slash", lambda c: c.get("openai/v1/models", cast_to=object)),
    Call("verbs: get of a whole URL", lambda c: c.get(f"{server_root(c)}{API}/models", cast_to=object)),
    Call("verbs: get with slashes", lambda c: c.get(f"{API}/a//b/", cast_to=object)),
    Call("verbs: params over the path", lambda c: c.get(f"{API}/files?limit=2&a=b", cast_to=object, options={"params": {"limit": "9"}})),
    Call("verbs: get with headers", lambda c: c.get(f"{API}/models", cast_to=object, options={"headers": {"X-A": "1"}})),
    Call("verbs: get of fine tunings", lambda c: c.get("/v1/fine_tunings", cast_to=object)),
    Call("verbs: post", lambda c: c.post(f"{API}/responses", cast_to=object, body={"model": "m", "input": ODD_TEXT})),
    Call("verbs: post nothing", lambda c: c.post(f"{API}/responses", cast_to=object)),
    Call("verbs: post an empty body", lambda c: c.post(f"{API}/responses", cast_to=object, body={})),
    Call("verbs: post a list", lambda c: c.post(f"{API}/responses", cast_to=object, body=[1, {"a": None}])),
    Call("verbs: post an empty list", lambda c: c.post(f"{API}/responses", cast_to=object, body=[])),
    Call("verbs: post a false", lambda c: c.post(f"{API}/responses", cast_to=object, body=False)),
    Call("verbs: post a model", lambda c: c.post(f"{API}/responses", cast_to=object, body=Spoken(content="Hi"))),
    Call("verbs: post only extra JSON", lambda c: c.post(f"{API}/responses", cast_to=object, options={"extra_json": {"a": 1}})),
    Call("verbs: post a text", lambda c: c.post(f"{API}/responses", cast_to=object, body="text")),
    Call("verbs: post extra JSON", lambda c: c.post(f"{API}/responses", cast_to=object, body={"a": 1}, options={"extra_json": {"b": 2}})),
    Call("verbs: post with everything", lambda c: c.post(f"{API}/reranking", cast_to=object, body={"a": 1}, options={"params": {"q": 1}, "headers": {"X-A": "1"}, "timeout": 3.0, "max_retries": 0, "extra_json": {"b": None}})),
    Call("verbs: post a stream", lambda c: c.post(f"{API}/chat/completions", cast_to=object, body={**CHAT, "stream": True}, stream=True, stream_cls=c.stream_of_chunks)),
    Call("verbs: post a form", lambda c: c.post(f"{API}/files", cast_to=object, body={"purpose": "batch", "tags": ["a", "b"]}, files={"file": FILE}, options={"headers": {"Content-Type": "multipart/form-data"}})),
    Call("verbs: post a form without files", lambda c: c.post(f"{API}/files", cast_to=object, body={"a": [1, None, ""], "b": False, "c": 0, "d": {}}, options={"headers": {"Content-Type": "multipart/form-data"}})),
    Call("verbs: post files by pairs", lambda c: c.post(f"{API}/files", cast_to=object, files=[("file", FILE), ("other", ("b.bin", b"2"))], options={"headers": {"Content-Type": "multipart/form-data"}})),
    Call("verbs: post two files of one name", lambda c: c.post(f"{API}/files", cast_to=object, files=[("file", FILE), ("file", ("b.bin", b"2"))], options={"headers": {"Content-Type": "multipart/form-data"}})),
    Call("verbs: post a form with an odd name", lambda c: c.post(f"{API}/files", cast_to=object, files={'fi"le\n': FILE}, options={"headers": {"Content-Type": "multipart/form-data"}})),
    Call("verbs: put", lambda c: c.put(f"{API}/thing/1", cast_to=object, body={"a": 1})),
    Call("verbs: put a file", lambda c: c.put(f"{API}/thing/1", cast_to=object, files={"file": FILE}, options={"headers": {"Content-Type": "multipart/form-data"}})),
    Call("verbs: patch", lambda c: c.patch(f"{API}/thing/1", cast_to=object, body={"a": None})),
    Call("verbs: delete", lambda c: c.delete(f"{API}/thing/1", cast_to=object)),
    Call("verbs: delete with a body", lambda c: c.delete(f"{API}/thing/1", cast_to=object, body={"a": 1}, options={"params": {"b": 2}})),
]  # fmt: skip

VIEW_CALLS = [
    Call("raw: chat", lambda c: c.chat.completions.with_raw_response.create(**CHAT)),
    Call("raw: models", lambda c: c.with_raw_response.models.retrieve("a/b")),
    Call(
        "raw: transcriptions", lambda c: c.audio.with_raw_response.transcriptions.create(model="w", file=FILE)
    ),
    Call("raw: speech", lambda c: c.audio.speech.with_raw_response.create(**SPEECH)),
    Call("raw: headers", lambda c: c.files.with_raw_response.list(extra_headers={"X-A": "1"})),
    Call("streaming: chat", lambda c: c.chat.completions.with_streaming_response.create(**CHAT, stream=True)),
    Call("streaming: speech", lambda c: c.audio.speech.with_streaming_response.create(**SPEECH)),
    Call("streaming: content", lambda c: c.files.with_streaming_response.content("file_1")),
    Call("streaming: files", lambda c: c.files.with_streaming_response.create(file=FILE, purpose="batch")),
]

CALLS = [*CHAT_CALLS, *JSON_CALLS, *ID_CALLS, *FORM_CALLS, *OPTION_CALLS, *VIEW_CALLS]


def server_root(c: Any) -> str:
    """Return the address of the server, without the path that the client added."""
    return str(c.base_url).rstrip("/").removesuffix("/openai/v1")
