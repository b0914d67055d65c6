"""The sync client returns the same as the async one. Threads, loops, processes and Ctrl-C are in ``tests/reliability``."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from aiogroq import (
    APIConnectionError,
    APIResponse,
    BadRequestError,
    BinaryAPIResponse,
    Groq,
    GroqError,
    Stream,
    StreamAlreadyConsumed,
    StreamedBinaryAPIResponse,
)
from aiogroq.local import Fault, LocalGroq

MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]


@pytest.fixture
def groq(groq_client: Groq) -> Groq:
    """A sync client of `server`."""
    return groq_client


def test_a_question_gets_its_response(groq: Groq) -> None:
    completion = groq.chat.completions.create(model=MODEL, messages=QUESTION)
    assert "4" in (completion.choices[0].message.content or "")


def test_a_stream_is_iterated_and_collected(groq: Groq) -> None:
    plain = groq.chat.completions.create(model=MODEL, messages=QUESTION)
    stream = groq.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    assert type(stream) is Stream
    text = "".join(choice.delta.content or "" for chunk in stream for choice in chunk.choices)
    assert text == plain.choices[0].message.content
    assert stream.usage == plain.usage
    assert stream.is_closed
    with groq.chat.completions.create(model=MODEL, messages=QUESTION, stream=True) as again:
        next(again)
        assert again.collect().choices[0].message == plain.choices[0].message
    whole = groq.chat.completions.create(model=MODEL, messages=QUESTION, stream=True).collect()
    assert whole.choices[0].message == plain.choices[0].message


def test_what_has_arrived_of_a_stream_can_be_read_while_it_goes_on(server: LocalGroq) -> None:
    words = " ".join(f"word{n}" for n in range(3000))
    server.reply = words
    with Groq(api_key="k", base_url=server.base_url) as client:
        stream = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        read = ""
        for number, chunk in enumerate(stream):
            read += chunk.choices[0].delta.content or "" if chunk.choices else ""
            if number % 50 == 0:
                assert stream.partial is not None
                assert (stream.partial.choices[0].message.content or "").startswith(read)
                assert stream.usage is None or stream.usage.completion_tokens
        assert stream.collect().choices[0].message.content == words == read


def test_a_long_stream_is_read_ahead_only_so_far(groq: Groq, server: LocalGroq) -> None:
    event = b'data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n'
    end = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
    server.script(Fault(body=event * 20_000 + end, content_type="text/event-stream"))
    stream = groq.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    first = next(stream)
    assert first.choices[0].delta.content == "x"
    assert sum(1 for _ in stream) == 20_000


def test_leaving_a_stream_early_ends_the_connection(groq: Groq, server: LocalGroq) -> None:
    server.script(Fault(after_events=2, end="stall"))
    with groq.chat.completions.create(model=MODEL, messages=QUESTION, stream=True) as stream:
        for _ in stream:
            break
    (request,) = server.wait_for_requests(1, timeout_s=30, finished=True)
    assert request.disconnected
    assert list(stream) == []


def test_an_error_in_a_stream_is_raised_where_it_is_iterated(groq: Groq, server: LocalGroq) -> None:
    server.script(Fault(after_events=2, error_event={"message": "no", "type": "t", "status_code": 400}))
    stream = groq.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    with pytest.raises(BadRequestError, match="no"):
        list(stream)


def test_raw_and_streaming_responses_are_of_the_blocking_classes(groq: Groq, tmp_path: Path) -> None:
    raw = groq.chat.completions.with_raw_response.create(model=MODEL, messages=QUESTION)
    assert type(raw) is APIResponse
    assert raw.parse().id == raw.json()["id"]
    assert raw.text() == raw.read().decode()
    with groq.chat.completions.with_streaming_response.create(model=MODEL, messages=QUESTION) as response:
        lines = list(response.iter_lines())
        assert len(lines) == 1
        with pytest.raises(StreamAlreadyConsumed):
            response.read()
    assert response.is_closed
    streamed = groq.chat.completions.with_raw_response.create(model=MODEL, messages=QUESTION, stream=True)
    assert type(streamed.parse()) is Stream
    assert streamed.parse().collect().choices

    speech = groq.audio.speech.create(
        input="Hi", model="canopylabs/orpheus-v1-english", voice="austin", response_format="wav"
    )
    assert type(speech) is BinaryAPIResponse
    speech.write_to_file(tmp_path / "a.wav")
    speech.stream_to_file(tmp_path / "b.wav")
    with groq.audio.speech.with_streaming_response.create(
        input="Hi", model="canopylabs/orpheus-v1-english", voice="austin", response_format="wav"
    ) as streaming:
        assert type(streaming) is StreamedBinaryAPIResponse
        streaming.stream_to_file(tmp_path / "c.wav", chunk_size=512)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes() == speech.content
    assert (tmp_path / "c.wav").read_bytes()[:4] == b"RIFF"
    assert (
        type(groq.audio.speech.with_raw_response.create(input="Hi", model="x", voice="y"))
        is BinaryAPIResponse
    )
    with groq.models.with_streaming_response.list() as models:
        assert b"".join(models.iter_bytes(5)) == b"".join(models.iter_bytes(5)) if models.read() else True
        assert "".join(models.iter_text()) == models.text()


def test_leaving_the_chunks_of_a_body_early_closes_it(groq: Groq) -> None:
    with groq.models.with_streaming_response.list() as response:
        for _ in response.iter_bytes(1):
            break
    assert response.is_closed


def test_a_copy_of_a_blocking_client_is_blocking(groq: Groq, server: LocalGroq) -> None:
    other = groq.with_options(timeout=3, api_key="two")
    assert type(other) is Groq
    assert other.models.list().data
    assert server.requests[-1].headers["authorization"] == "Bearer two"
    assert (other.timeout.read, other.max_retries, other.default_headers) == (3, 2, {})
    assert str(other.base_url).endswith("/openai/v1")


def test_the_verbs_block_too(groq: Groq) -> None:
    assert groq.get("/models", cast_to=dict)["object"] == "list"


def test_a_closed_client_says_so(server: LocalGroq) -> None:
    with Groq(api_key="k", base_url=server.base_url) as client:
        client.models.list()
    assert client.is_closed()
    with pytest.raises(GroqError, match="closed"):
        client.models.list()


def test_a_connection_error_is_the_builtin_one_too() -> None:
    with pytest.raises(ConnectionError) as caught:
        Groq(api_key="k", base_url="http://127.0.0.1:1", max_retries=0).models.list()
    assert isinstance(caught.value, APIConnectionError)
    assert caught.value.__cause__ is not None


@pytest.mark.slow
def test_an_error_leaves_no_cycle_behind(groq: Groq, server: LocalGroq) -> None:
    groq.models.list()  # the first use of a type leaves what msgspec made to look at it
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            server.script(Fault(status=400))
            with pytest.raises(BadRequestError):
                groq.models.list()
        before = gc.collect()
        for _ in range(20):
            groq.models.list()
        assert gc.collect() <= before
    finally:
        gc.enable()


def run(code: str, server: LocalGroq, *, expect: int = 0) -> str:
    """What a program prints; it must end with the exit code and say nothing on stderr."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("COV")},
        "GROQ_API_KEY": "gsk_x",
        "GROQ_BASE_URL": server.base_url,
    }
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == expect
    return done.stdout


ASK = f"""
from aiogroq import Groq
client = Groq()
def ask():
    return client.chat.completions.create(model={MODEL!r}, messages={QUESTION!r}).choices[0].message.content
"""


def test_a_client_that_is_never_closed_leaves_nothing_on_stderr(server: LocalGroq) -> None:
    assert run(ASK + "print(ask())", server) == "2+2 = 4.\n"


def test_a_client_that_was_made_imports_nothing_more(server: LocalGroq) -> None:
    """A signal handler or finalizer that makes a call would find the module of an interrupted import half made."""
    code = """
import sys
from aiogroq import GroqError
loaded = set(sys.modules)
messages = [{"role": "user", "content": "What is 2+2?"}]
create = client.chat.completions.create
create(model="openai/gpt-oss-20b", messages=messages)
list(create(model="openai/gpt-oss-20b", messages=messages, stream=True))
create(model="openai/gpt-oss-20b", messages=messages, stream=True).collect()
client.models.list()
client.files.create(file=b"{}", purpose="batch")
client.batches.list()
client.embeddings.create(model="m", input="a")
client.audio.speech.create(input="Hi", model="canopylabs/orpheus-v1-english", voice="austin", response_format="wav")
try:
    create(model="no-such-model", messages=messages)
except GroqError as error:
    str(error)
client.close()
print(sorted(name for name in set(sys.modules) - loaded if name.startswith("aiogroq")))
"""
    assert run(ASK + code, server) == "[]\n"


def test_a_stream_can_be_closed_from_another_thread(server: LocalGroq) -> None:
    server.script(Fault(after_events=2, end="stall"))
    with Groq(api_key="k", base_url=server.base_url) as groq:
        stream = groq.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        next(stream)
        next(stream)
        thread = threading.Thread(target=stream.close)
        thread.start()
        assert list(stream) == []
        thread.join()
