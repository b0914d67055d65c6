"""Calls that are wrong, one a line. Both type checkers must reject each marked line, and no other.

Each mark says what is wrong. Because no other line is rejected, a marked line is rejected for its own mistake, and not for
a missing name or import. Pyright checks this file with its default settings, as most users run it.
"""

# pyright: standard
# ruff: noqa
# fmt: off

from __future__ import annotations

import io
import json
from typing import TextIO

import httpx

import aiogroq
from aiogroq import APIResponse, AsyncAPIResponse, AsyncBinaryAPIResponse, AsyncGroq, AsyncStream, BinaryAPIResponse
from aiogroq import DefaultAioHttpClient, Groq, RequestOptions, Stream, Timeout, extract_response_type
from aiogroq import to_custom_raw_response_wrapper, to_raw_response_wrapper
from aiogroq import DefaultHttpxClient  # wrong: there is no httpx here
from aiogroq import RateLimitErr  # wrong: misspelt
from aiogroq.local import LocalGroq
from aiogroq.types import ChatParams, Transcription, TranscriptionText, Translation
from aiogroq.types import ChatCompletionChunks  # wrong: misspelt
from aiogroq.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionUserMessageParam

ASK = [{"role": "user", "content": "Hello"}]
WHISPER = "whisper-large-v3"


def clients(httpx_client: httpx.Client) -> None:
    Groq("gsk_1")  # wrong: keywords only
    Groq(key="gsk_1")  # wrong: no such argument
    Groq(api_key=7)  # wrong: a key is text
    Groq(timeout="30")  # wrong: seconds are a number
    Groq(max_retries="5")  # wrong: a whole number
    Groq(max_retries=None)  # wrong: 0 is none
    Groq(base_url=8080)  # wrong: a URL
    Groq(default_headers={"X-Attempts": 3})  # wrong: header values are text
    Groq(http_client=httpx_client)  # wrong: another library's client
    AsyncGroq(http_client=httpx.AsyncClient())  # wrong: another library's client
    AsyncGroq(default_query=[("a", "b")])  # wrong: a mapping
    DefaultAioHttpClient(proxy=8080)  # wrong: a URL
    DefaultAioHttpClient(limit="many")  # wrong: a number
    DefaultAioHttpClient(max_event_bytes="1 MB")  # wrong: a number
    Timeout(conect=5.0)  # wrong: misspelt
    Timeout(60.0, read="5")  # wrong: seconds are a number
    aiogroq.AsyncGrok()  # wrong: misspelt
    LocalGroq(prot=8080)  # wrong: misspelt
    with AsyncGroq():  # wrong: async with
        pass


def copies(client: Groq, async_client: AsyncGroq) -> None:
    client.with_options(retries=3)  # wrong: no such argument
    client.with_options(timeout="soon")  # wrong: seconds are a number
    client.with_option(timeout=3)  # wrong: misspelt
    client.caht  # wrong: misspelt
    client.chat.completion  # wrong: misspelt
    client.models.lst()  # wrong: misspelt
    Groq(on_retry=3)  # wrong: a function
    Groq(on_retry=lambda: None)  # wrong: it is given the retry
    client.with_options(on_retry="print")  # wrong: a function
    client.on_retry = print  # wrong: copy() gives another
    client.rate_limits["m"] = None  # wrong: read only
    client.rate_limits["m"].tokens.left  # wrong: misspelt
    client.rate_limits["m"].tokens.remaining + 1  # wrong: may be None
    client.api_key = "gsk_2"  # wrong: copy() gives another
    client.timeout = 5  # wrong: copy() gives another
    async_client.caht  # wrong: misspelt
    async_client.chat.completion  # wrong: misspelt
    async_client.chat.completions.creat()  # wrong: misspelt
    blocking: Groq = async_client.copy()  # wrong: sync and async mixed


def messages(client: Groq, decided: bool) -> None:
    chat = client.chat.completions
    chat.create(model="m")  # wrong: no messages
    chat.create(messages=ASK)  # wrong: no model
    chat.create(ASK, "m")  # wrong: keywords only
    chat.create(model=None, messages=ASK)  # wrong: a model is text
    chat.create(model="m", messages="Hello")  # wrong: a list of messages
    chat.create(model="m", messages=b"Hello")  # wrong: a list of messages
    chat.create(model="m", messages=3)  # wrong: a list of messages
    chat.create(model="m", messages=None)  # wrong: a list of messages
    chat.create(model="m", messages=["Hello"])  # wrong: texts are no messages
    chat.create(model="m", messages={"role": "user", "content": "Hello"})  # wrong: one message is no list
    chat.create(model="m", messages=[ASK])  # wrong: a list of lists
    typed: ChatCompletionUserMessageParam = {"role": "system", "content": "Hello"}  # wrong: another role
    partial: ChatCompletionUserMessageParam = {"role": "user"}  # wrong: no content
    named: ChatCompletionUserMessageParam = {"role": "user", "contents": "Hello"}  # wrong: misspelt
    params: ChatParams = {"model": "m", "messages": ASK, "tempearture": 0.5}  # wrong: misspelt
    incomplete: ChatParams = {"model": "m"}  # wrong: no messages


def parameters(client: Groq) -> None:
    chat = client.chat.completions
    chat.create(model="m", messages=ASK, tempearture=0.5)  # wrong: misspelt
    chat.create(model="m", messages=ASK, temperature="hot")  # wrong: a number
    chat.create(model="m", messages=ASK, max_completion_tokens="100")  # wrong: a number
    chat.create(model="m", messages=ASK, max_tokens=1.5)  # wrong: a whole number
    chat.create(model="m", messages=ASK, stop=3)  # wrong: texts
    chat.create(model="m", messages=ASK, stop=[1, 2])  # wrong: texts
    chat.create(model="m", messages=ASK, seed="lucky")  # wrong: a number
    chat.create(model="m", messages=ASK, tools="browser_search")  # wrong: a list of tools
    chat.create(model="m", messages=ASK, tools={"type": "browser_search"})  # wrong: one tool is no list
    chat.create(model="m", messages=ASK, tool_choice="maybe")  # wrong: none, auto, required, or a dict
    chat.create(model="m", messages=ASK, parallel_tool_calls="no")  # wrong: a bool
    chat.create(model="m", messages=ASK, response_format="json_object")  # wrong: a dict
    chat.create(model="m", messages=ASK, reasoning_effort="huge")  # wrong: no such effort
    chat.create(model="m", messages=ASK, reasoning_format="pretty")  # wrong: no such format
    chat.create(model="m", messages=ASK, service_tier="gold")  # wrong: no such tier
    chat.create(model="m", messages=ASK, citation_options=True)  # wrong: enabled or disabled
    chat.create(model="m", messages=ASK, metadata={"run": 7})  # wrong: texts
    chat.create(model="m", messages=ASK, logit_bias={"50256": "no"})  # wrong: numbers
    chat.create(model="m", messages=ASK, user=7)  # wrong: a text
    chat.create(model="m", messages=ASK, timeout="5")  # wrong: seconds are a number
    chat.create(model="m", messages=ASK, extra_headers={"X-Attempts": 3})  # wrong: header values are text
    chat.create(model="m", messages=ASK, extra_query="a=b")  # wrong: a mapping
    chat.create(model="m", messages=ASK, max_retries=3)  # wrong: an option of the client


def streams(client: Groq, decided: bool) -> None:
    chat = client.chat.completions
    chat.create(model="m", messages=ASK, stream="yes")  # wrong: a bool
    chat.create(model="m", messages=ASK, stream=1)  # wrong: a bool
    whole: ChatCompletion = chat.create(model="m", messages=ASK, stream=True)  # wrong: a stream
    stream: Stream[ChatCompletionChunk] = chat.create(model="m", messages=ASK)  # wrong: no stream
    either: ChatCompletion = chat.create(model="m", messages=ASK, stream=decided)  # wrong: or a stream
    other: AsyncStream[ChatCompletionChunk] = chat.create(model="m", messages=ASK, stream=True)  # wrong: blocking
    items: Stream[ChatCompletion] = chat.create(model="m", messages=ASK, stream=True)  # wrong: chunks
    chat.create(model="m", messages=ASK, stream=True).choices  # wrong: a stream has none
    chat.create(model="m", messages=ASK, stream=decided).choices  # wrong: or a stream, which has none
    chat.create(model="m", messages=ASK).collect()  # wrong: no stream
    next(chat.create(model="m", messages=ASK))  # wrong: no stream
    with chat.create(model="m", messages=ASK):  # wrong: no stream
        pass
    for part in chat.create(model="m", messages=ASK):  # wrong: no stream
        pass
    for chunk in chat.create(model="m", messages=ASK, stream=True):
        chunk.choices[0].message  # wrong: a chunk has a delta
        chunk.choices[0].delta.content.upper()  # wrong: may be None


def events(client: Groq) -> None:
    chat = client.chat.completions
    chat.stream(model="m", messages=ASK, stream=True)  # wrong: it always streams
    chat.stream(model="m")  # wrong: no messages
    chat.stream(model="m", messages=ASK, mode="shout", response_format=list[int])  # wrong: no such mode
    chat.stream(model="m", messages=ASK, mode="prompt")  # wrong: a mode is for a type
    for early in chat.stream(model="m", messages=ASK):  # wrong: needs `with`
        pass
    with chat.stream(model="m", messages=ASK, response_format=int) as number:
        number.items()  # wrong: no list
        text: str = number.get_final_completion().parsed  # wrong: an int
        for event in number:
            event.delta  # wrong: only some events have it
            if event.type == "content.done":
                event.delta  # wrong: a delta has it


def completions(client: Groq) -> None:
    completion = client.chat.completions.create(model="m", messages=ASK)
    completion.chioces  # wrong: misspelt
    completion.choices[0].message.contnet  # wrong: misspelt
    completion.choices[0].delta  # wrong: a message
    completion.choices["0"]  # wrong: a list
    completion.usage.total_tokens  # wrong: may be None
    json.loads(completion.choices[0].message.content)  # wrong: may be None
    completion.id + 1  # wrong: a text
    completion.to_json(indent="2")  # wrong: a number
    client.models.list().models  # wrong: they are in data
    client.models.list().data[0].context_windw  # wrong: misspelt


def other_resources(client: Groq, text_file: TextIO) -> None:
    client.embeddings.create(input=3, model="m")  # wrong: texts
    client.embeddings.create(input="a")  # wrong: no model
    client.embeddings.create(input="a", model="m", encoding_format="floaty")  # wrong: float or base64
    client.embeddings.create(input="a", model="m", encoding_format="array").data[0].embedding.upper()  # wrong: an array
    client.embeddings.create(input="a", model="m", encoding_format="base64").data[0].embedding.tolist()  # wrong: text
    client.embeddings.create(input="a", model="m", dimensions=8)  # wrong: no such argument
    client.models.retrieve()  # wrong: no id
    client.models.retrieve(7)  # wrong: a text
    client.batches.create(endpoint="/v1/chat/completions", completion_window="24h")  # wrong: no file
    client.batches.create(input_file_id="f", endpoint="/e", completion_window=24)  # wrong: a text
    client.batches.create(input_file_id="f", endpoint="/e", completion_window="24h", metadata={"a": 1})  # wrong: texts
    client.batches.cancel()  # wrong: no id
    client.files.create(file=text_file, purpose="batch")  # wrong: a file in text mode
    client.files.create(file=io.StringIO("{}"), purpose="batch")  # wrong: text
    client.files.create(file=open("a.jsonl"), purpose="batch")  # wrong: a file in text mode
    client.files.create(file="a.jsonl", purpose="batch")  # wrong: a path is a Path
    client.files.create(file=("a.jsonl", "{}"), purpose="batch")  # wrong: text
    client.files.create(file=["a.jsonl", b"{}"], purpose="batch")  # wrong: a tuple
    client.files.create(file=b"{}", purpose="fine-tune")  # wrong: only batch
    client.files.create(file=b"{}")  # wrong: no purpose
    client.files.content(client.batches.retrieve("b").output_file_id)  # wrong: may be None
    client.files.info("f").size  # wrong: bytes


def audio(client: Groq) -> None:
    listen = client.audio.transcriptions
    listen.create(file=b"")  # wrong: no model
    listen.create(model=WHISPER, file="a.wav")  # wrong: a path is a Path
    listen.create(model=WHISPER, file=b"", langauge="en")  # wrong: misspelt
    listen.create(model=WHISPER, file=b"", temperature="0")  # wrong: a number
    listen.create(model=WHISPER, file=b"", response_format=3)  # wrong: a text
    listen.create(model=WHISPER, file=b"", timestamp_granularities="word")  # wrong: a list
    listen.create(model=WHISPER, file=b"", timestamp_granularities=["letter"])  # wrong: word or segment
    as_text: Transcription = listen.create(model=WHISPER, file=b"", response_format="text")  # wrong: text
    as_json: TranscriptionText = listen.create(model=WHISPER, file=b"", response_format="json")  # wrong: no text
    heard: Translation = listen.create(model=WHISPER, file=b"")  # wrong: a Transcription
    client.audio.speech.create(input="Hello", model="m")  # wrong: no voice
    client.audio.speech.create(input="Hello", model="m", voice="troy", response_format="midi")  # wrong: no such format
    client.audio.speech.create(input="Hello", model="m", voice="troy", sample_rate=11025)  # wrong: no such rate
    spoken = client.audio.speech.create(input="Hello", model="m", voice="troy")
    spoken.content + "!"  # wrong: bytes
    spoken.write_to_file()  # wrong: no path
    spoken.write_to_file(3)  # wrong: a path
    spoken.stream_to_file("a.wav", 1024)  # wrong: a keyword


def responses(client: Groq, raw: APIResponse[ChatCompletion]) -> None:
    raw.choices  # wrong: parse() has them
    raw.parse().status_code  # wrong: the response has it
    raw.headers["x"] = "y"  # wrong: read only
    raw.status_code = 200  # wrong: read only
    number: int = raw.parse(to=str)  # wrong: a str
    with client.chat.completions.with_raw_response.create(model="m", messages=ASK):  # wrong: only streaming ones
        pass
    client.chat.completions.with_raw_response.create(model="m", messages=ASK, n="1")  # wrong: a number
    client.chat.completions.with_raw_response.create(model="m")  # wrong: no messages
    client.with_raw_response.chat.completions.creat(model="m", messages=ASK)  # wrong: misspelt
    client.with_streaming_response.models.retrieve()  # wrong: no id
    client.chat.completions.with_streaming_response.create(model="m", messages=ASK).parse()  # wrong: not entered
    plain: ChatCompletion = client.with_raw_response.chat.completions.create(model="m", messages=ASK)  # wrong: raw
    to_raw_response_wrapper(client.models.retrieve)(7)  # wrong: a text
    to_raw_response_wrapper(client.models.list)(page=2)  # wrong: no such argument
    to_raw_response_wrapper(3)  # wrong: a method
    to_custom_raw_response_wrapper(client.files.content, bytes)  # wrong: a response class
    to_custom_raw_response_wrapper(client.files.content, AsyncBinaryAPIResponse)  # wrong: sync and async mixed
    extract_response_type(int)  # wrong: a response class


def verbs(client: Groq, decided: bool) -> None:
    client.get("/models")  # wrong: no cast_to
    client.get("/models", cast_to="dict")  # wrong: a type
    client.get("/models", cast_to=dict, body={})  # wrong: GET has no body
    client.post("/a", cast_to=dict, stream=True)  # wrong: no stream_cls
    client.post("/a", cast_to=dict, stream=decided)  # wrong: no stream_cls
    client.post("/a", cast_to=dict, stream=True, stream_cls=AsyncStream[ChatCompletionChunk])  # wrong: sync and async mixed
    client.post("/a", cast_to=dict, options={"timout": 3})  # wrong: misspelt
    client.post("/a", cast_to=dict, options={"headers": {"X": 1}})  # wrong: header values are text
    client.post("/a", cast_to=dict, files={"file": "a.txt"})  # wrong: a path is a Path
    text: str = client.get("/models", cast_to=bytes)  # wrong: bytes
    options: RequestOptions = {"max_retries": "3"}  # wrong: a number


def errors(client: Groq) -> None:
    try:
        client.models.list()
    except aiogroq.RateLimitErr:  # wrong: misspelt
        pass
    except aiogroq.RateLimitError as error:
        error.status  # wrong: status_code
        error.failed_calls[0].args  # wrong: arguments
        error.retry_after_s + 1  # wrong: may be None
        error.response.status  # wrong: status_code
        error.body["message"]  # wrong: an object of unknown kind
        error.request.url  # wrong: may be None
    except aiogroq.APIConnectionError as error:
        error.response  # wrong: none came


async def blocking_in_async(client: Groq) -> None:
    await client.models.list()  # wrong: blocking
    await client.chat.completions.create(model="m", messages=ASK)  # wrong: blocking
    await client.close()  # wrong: blocking
    async with Groq():  # wrong: with
        pass
    async with client.files.with_streaming_response.content("f"):  # wrong: with
        pass
    async for chunk in client.chat.completions.create(model="m", messages=ASK, stream=True):  # wrong: for
        pass


class Person:
    name: str


def formats_of_types() -> None:
    aiogroq.response_format()  # wrong: no type
    aiogroq.response_format(Person, strict="yes")  # wrong: a bool
    aiogroq.response_format(Person, "person")  # wrong: keywords only
    aiogroq.response_format({"type": "json_object"})  # wrong: a type, no dict
    text: str = aiogroq.response_format(Person)  # wrong: a dict


def typed_results(client: Groq) -> None:
    parse = client.chat.completions.parse
    parse(model="m", messages=ASK)  # wrong: no type
    parse(model="m", response_format=Person)  # wrong: no messages
    parse(model="m", messages=ASK, response_format={"type": "json_object"})  # wrong: a type, no dict
    parse(model="m", messages=ASK, response_format=Person, mode="xml")  # wrong: no such mode
    parse(model="m", messages=ASK, response_format=Person, tools=[])  # wrong: not together with tools
    parse(model="m", messages=ASK, response_format=Person, stream=True)  # wrong: it does not stream
    parse(model="m", messages=ASK, response_format=Person).parsed.nam  # wrong: misspelt
    number: int = parse(model="m", messages=ASK, response_format=int | None).parsed  # wrong: may be None
    people: list[Person] = parse(model="m", messages=ASK, response_format=Person).parsed  # wrong: one


async def forgotten(client: AsyncGroq, stream: AsyncStream[ChatCompletionChunk]) -> None:
    chat = client.chat.completions
    client.models.list()  # wrong: not awaited
    chat.create(model="m", messages=ASK)  # wrong: not awaited
    chat.create(model="m", messages=ASK, stream=True)  # wrong: not awaited
    chat.parse(model="m", messages=ASK, response_format=Person)  # wrong: not awaited
    chat.parse(model="m", messages=ASK, response_format=Person).parsed  # wrong: not awaited
    chat.with_raw_response.create(model="m", messages=ASK)  # wrong: not awaited
    client.audio.transcriptions.create(model=WHISPER, file=b"")  # wrong: not awaited
    client.get("/models", cast_to=dict)  # wrong: not awaited
    client.close()  # wrong: not awaited
    stream.close()  # wrong: not awaited
    stream.collect()  # wrong: not awaited
    completion: ChatCompletion = chat.create(model="m", messages=ASK)  # wrong: not awaited
    chat.create(model="m", messages=ASK).choices  # wrong: not awaited
    client.models.list().data  # wrong: not awaited
    async for chunk in chat.create(model="m", messages=ASK, stream=True):  # wrong: not awaited
        pass
    async for chunk in chat.create(model="m", messages=ASK):  # wrong: neither awaited nor a stream
        pass
    async with chat.create(model="m", messages=ASK, stream=True):  # wrong: not awaited
        pass


async def awaited_wrongly(client: AsyncGroq, stream: AsyncStream[ChatCompletionChunk]) -> None:
    chat = client.chat.completions
    async for chunk in await chat.create(model="m", messages=ASK):  # wrong: no stream
        pass
    for chunk in await chat.create(model="m", messages=ASK, stream=True):  # wrong: async for
        pass
    list(stream)  # wrong: async for
    with stream:  # wrong: async with
        pass
    await stream  # wrong: it is iterated
    whole: ChatCompletion = await chat.create(model="m", messages=ASK, stream=True)  # wrong: a stream
    part: AsyncStream[ChatCompletionChunk] = await chat.create(model="m", messages=ASK)  # wrong: no stream
    other: Stream[ChatCompletionChunk] = await chat.create(model="m", messages=ASK, stream=True)  # wrong: async
    await chat.create(model="m", messages="Hello")  # wrong: a list of messages
    await chat.create(model="m", messages=ASK, tempearture=0.5)  # wrong: misspelt
    await client.embeddings.create(input="a", model="m", encoding_format="floaty")  # wrong: float or base64
    await client.files.create(file=open("a.jsonl"), purpose="batch")  # wrong: a file in text mode
    await chat.with_streaming_response.create(model="m", messages=ASK)  # wrong: async with
    with chat.with_streaming_response.create(model="m", messages=ASK):  # wrong: async with
        pass
    async with chat.with_raw_response.create(model="m", messages=ASK):  # wrong: only streaming ones
        pass
    await client.post("/a", cast_to=dict, stream=True, stream_cls=Stream[ChatCompletionChunk])  # wrong: sync and async mixed


async def pages_gone_through_wrongly(client: AsyncGroq, blocking: Groq) -> None:
    for batch in client.batches.list():  # wrong: async for
        pass
    client.batches.list().data  # wrong: not awaited
    await blocking.batches.list()  # wrong: sync
    async for other in blocking.batches.list():  # wrong: sync
        pass
    client.batches.list(cursor=5)  # wrong: a text


async def reranked_and_tuned_wrongly(client: AsyncGroq, blocking: Groq) -> None:
    client.rerank.create(model="m", query="q")  # wrong: docs is missing
    await client.rerank.create(model="m", query="q", docs=[1])  # wrong: texts
    (await client.rerank.create(model="m", query="q", docs=["a"])).results[0].index + 1  # wrong: may be None
    blocking.fine_tunings.create(base_model="m", input_file_id="f", name="n")  # wrong: type is missing
    blocking.fine_tunings.retrieve("ft_1").data.name  # wrong: may be None
    for tuning in client.fine_tunings.list():  # wrong: async for
        pass


async def responses_awaited_wrongly(raw: AsyncAPIResponse[ChatCompletion], spoken: AsyncBinaryAPIResponse) -> None:
    raw.parse().id  # wrong: not awaited
    raw.text().upper()  # wrong: not awaited
    raw.read()  # wrong: not awaited
    for line in raw.iter_lines():  # wrong: async for
        pass
    await raw.iter_lines()  # wrong: it is iterated
    await raw.status_code  # wrong: known already
    spoken.write_to_file("a.wav")  # wrong: not awaited
    spoken.stream_to_file("a.wav")  # wrong: not awaited
    await spoken.content  # wrong: read already
    blocking: BinaryAPIResponse = spoken  # wrong: sync and async mixed


async def the_responses_api_wrongly(client: AsyncGroq, groq: Groq) -> None:
    groq.responses.create(model="m")  # wrong: no input
    groq.responses.create(model="m", input="a", messages=ASK)  # wrong: messages are those of chat completions
    groq.responses.create(model="m", input="a", max_output_token=5)  # wrong: misspelt
    groq.responses.create(model="m", input="a", store=True)  # wrong: nothing is stored
    groq.responses.create(model="m", input=5)  # wrong: a text or a list
    for event in groq.responses.create(model="m", input="a"):  # wrong: no stream
        pass
    await client.responses.parse(model="m", input="a")  # wrong: no type
    (await client.responses.parse(model="m", input="a", text_format=int)).output_parsed.upper()  # wrong: an int
    async with client.responses.stream(model="m", input="a", mode="prompt") as stream:  # wrong: no type
        pass
    with client.responses.stream(model="m", input="a") as stream:  # wrong: async with
        pass
    groq.responses.stream(model="m", input="a").get_final_response()  # wrong: with


def add(a: int, b: int) -> int:
    return a + b


async def tools_run_wrongly(client: AsyncGroq, blocking: Groq) -> None:
    run = client.chat.completions.tool_runner
    run(model="m", messages=ASK)  # wrong: no tools
    run(model="m", messages=ASK, tools=add)  # wrong: a list
    run(model="m", messages=ASK, tools=[3])  # wrong: no function
    run(model="m", messages=ASK, tools=[add], max_iteration=3)  # wrong: misspelt
    run(model="m", messages=ASK, tools=[add], tool_timeout_s="3")  # wrong: seconds are a number
    run(model="m", messages=ASK, tools=[add], on_error="ignore")  # wrong: no such way
    run(model="m", messages=ASK, tools=[add], approve=True)  # wrong: a function
    run(model="m", messages=ASK, tools=[add], approve=lambda call: 3)  # wrong: True, False or a text
    (await run(model="m", messages=ASK, tools=[add])).parsed  # wrong: no type was given
    run(model="m", messages=ASK, tools=[add]).choices  # wrong: not awaited
    for completion in run(model="m", messages=ASK, tools=[add]):  # wrong: async for
        pass
    await blocking.chat.completions.tool_runner(model="m", messages=ASK, tools=[add])  # wrong: sync
    aiogroq.tool(add)("1", 2)  # wrong: the parameters are those of the function
    aiogroq.tool(timeout=3)  # wrong: timeout_s
    aiogroq.Tool(3)  # wrong: no function
    aiogroq.McpTools(add)  # wrong: no session
