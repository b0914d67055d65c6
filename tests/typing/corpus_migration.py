"""Programs as people have them, with only the import changed: the shapes that an existing code base brings along."""

# pyright: basic

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np

import aiogroq as groq
from aiogroq import AsyncGroq, DefaultAioHttpClient, Groq

client = Groq(api_key=os.environ.get("GROQ_API_KEY"))


# ------------------------------------------------------------------------------------------------- chat in a script


def ask(question: str) -> None:
    try:
        completion = client.chat.completions.create(
            messages=[
                {"role": "system", "content": "You answer in one sentence."},
                {"role": "user", "content": question},
            ],
            model="mixtral-8x7b-32768",
            temperature=0.5,
            max_tokens=1024,
            top_p=1,
            stop=None,
            stream=False,
        )
        print(completion.choices[0].message.content)
        if completion.usage:
            print(
                f"{completion.usage.prompt_tokens} + {completion.usage.completion_tokens} = {completion.usage.total_tokens}"
            )
    except Exception as error:
        print(f"Error: {error}")


def stream_a_response(question: str) -> str:
    stream = client.chat.completions.create(
        messages=[{"role": "user", "content": question}], model="mixtral-8x7b-32768", stream=True
    )
    text = ""
    for chunk in stream:
        content = chunk.choices[0].delta.content
        if content:
            print(content, end="")
            text += content
        if chunk.choices[0].finish_reason and chunk.x_groq and chunk.x_groq.usage:
            print(f"\n{chunk.x_groq.usage}")
    return text


def with_settings_from_a_file(path: str) -> None:
    settings: dict[str, Any] = json.loads(Path(path).read_text())
    completion = client.chat.completions.create(**settings)
    if not settings.get("stream"):
        print(completion.choices[0].message.content)
    options: dict[str, Any] = {"temperature": 0.5, "top_p": 0.9}
    client.chat.completions.create(
        model="mixtral-8x7b-32768", messages=[{"role": "user", "content": "Hello"}], **options
    )


def call_a_tool(functions: dict[str, Any]) -> None:
    tools = [
        {
            "type": "function",
            "function": {
                "name": "exchange_rate",
                "description": "The rate between two currencies",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "base": {"type": "string", "description": "Such as EUR"},
                        "quote": {"type": "string", "enum": ["USD", "NOK"]},
                    },
                    "required": ["base"],
                },
            },
        }
    ]
    messages: list[Any] = [{"role": "user", "content": "What is a euro worth?"}]
    response = client.chat.completions.create(
        model="llama-3.1-8b-instant", messages=messages, tools=tools, tool_choice="auto"
    )
    message = response.choices[0].message
    messages.append(message)
    if message.tool_calls:
        for tool_call in message.tool_calls:
            arguments = json.loads(tool_call.function.arguments)
            result = functions[tool_call.function.name](**arguments)
            messages.append({"role": "tool", "tool_call_id": tool_call.id, "content": json.dumps(result)})
    print(client.chat.completions.create(model="llama-3.1-8b-instant", messages=messages))


def answer_in_json(text: str) -> dict[str, Any]:
    response = client.chat.completions.create(
        model="llama-3.3-70b-versatile",
        messages=[{"role": "system", "content": "Answer in JSON."}, {"role": "user", "content": text}],
        response_format={"type": "json_object"},
        temperature=0.1,
    )
    try:
        found: dict[str, Any] = json.loads(response.choices[0].message.content or "{}")
    except json.JSONDecodeError as error:
        print(f"No JSON: {error}")
        return {}
    return {"name": found.get("name"), "age": found.get("age")}


# ----------------------------------------------------------------------------------------------- other resources


def similarity(texts: list[str]) -> float:
    single = client.embeddings.create(input=["hello"], model="nomic-embed-text-v1.5", encoding_format="float")
    vector = single.data[0].embedding
    print(len(vector), vector[:5], single.usage.total_tokens)
    completion = client.embeddings.create(input=texts, model="nomic-embed-text-v1.5")
    embeddings = [item.embedding for item in completion.data]
    one, other = np.array(embeddings[0]), np.array(embeddings[1])
    return float(np.dot(one, other) / (np.linalg.norm(one) * np.linalg.norm(other)))


def listen(path: str) -> None:
    try:
        with open(path, "rb") as audio:
            heard = client.audio.transcriptions.create(
                file=audio,
                model="whisper-large-v3-turbo",
                language="en",
                response_format="verbose_json",
                temperature=0.0,
            )
        print(heard.text)
        if hasattr(heard, "segments"):
            for segment in heard.segments:
                print(f"{segment['start']:.2f} {segment['end']:.2f} {segment['text']}")
        heard = client.audio.transcriptions.create(
            file=Path(path), model="whisper-large-v3-turbo", prompt="Of ships"
        )
        with open(path, "rb") as audio:
            as_text = client.audio.translations.create(
                file=audio, model="whisper-large-v3", response_format="text", temperature=0.0
            )
        print(as_text.text)
        with open(path, "rb") as audio:
            translation = client.audio.translations.create(
                file=audio, model="whisper-large-v3", response_format="json"
            )
        print(translation.text, translation.language)
    except FileNotFoundError:
        print("no such file")


def speak(text: str) -> None:
    response = client.audio.speech.create(input=text, model="playai-tts", voice="Arista-PlayAI")
    with open("speech.wav", "wb") as file:
        file.write(response.content)
    response.write_to_file("speech.wav")


def models() -> list[str]:
    listed = client.models.list()
    for model in listed.data:
        print(f"{model.id} {model.owned_by} {model.created}")
    one = client.models.retrieve("mixtral-8x7b-32768")
    print(one.id, one.object, one.owned_by, one.active, one.context_window)
    return [model.id for model in listed.data if "chat" in model.id.lower()]


def batch(requests: list[dict[str, Any]]) -> None:
    with open("batch.jsonl", "w") as lines:
        for request in requests:
            lines.write(json.dumps(request) + "\n")
    with open("batch.jsonl", "rb") as file:
        uploaded = client.files.create(file=file, purpose="batch")
    job = client.batches.create(
        input_file_id=uploaded.id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
        metadata={"description": "nightly"},
    )
    while job.status not in ["completed", "failed", "cancelled"]:
        time.sleep(10)
        job = client.batches.retrieve(job.id)
        print(f"{job.status} {job.request_counts}")
    if job.status == "completed" and job.output_file_id:
        content = client.files.content(job.output_file_id).content.decode("utf-8")
        for line in content.strip().split("\n"):
            print(json.loads(line))
    for other in client.batches.list().data:
        print(f"{other.id}: {other.status}")


def files() -> None:
    with open("data.jsonl", "rb") as data:
        uploaded = client.files.create(file=data, purpose="batch")
    print(uploaded.id, uploaded.filename, uploaded.bytes, uploaded.purpose, uploaded.created_at)
    for file in client.files.list().data:
        print(f"{file.id}: {file.filename} ({file.bytes} bytes)")
    print(client.files.info(uploaded.id).status)
    print(client.files.content(uploaded.id).content[:100])
    deleted = client.files.delete(uploaded.id)
    print(deleted.deleted, deleted.id)


# ---------------------------------------------------------------------------------------- errors and configuration


def careful() -> None:
    try:
        response = client.chat.completions.create(
            messages=[{"role": "user", "content": "Hello!"}], model="mixtral-8x7b-32768", max_tokens=100
        )
        print(response.choices[0].message.content)
    except groq.APIConnectionError as error:
        print(f"not reached: {error.__cause__}")
    except groq.RateLimitError as error:
        print(error.status_code, error.response, error.response.headers.get("retry-after"))
    except groq.AuthenticationError:
        print("401")
    except groq.PermissionDeniedError:
        print("403")
    except groq.NotFoundError:
        print("404")
    except groq.UnprocessableEntityError:
        print("422")
    except groq.InternalServerError:
        print("500")
    except groq.APIStatusError as error:
        print(error.status_code, error.response)
    except groq.APIError as error:
        print(error)


def configured() -> None:
    patient = Groq(api_key="your-api-key", max_retries=5, timeout=30.0)
    granular = Groq(timeout=httpx.Timeout(connect=5.0, read=10.0, write=5.0, pool=5.0))
    proxied = Groq(
        base_url="https://custom.example.com",
        http_client=DefaultAioHttpClient(proxy="http://proxy.example.com:8080", local_address="0.0.0.0"),
    )
    try:
        response = client.with_options(timeout=5.0).chat.completions.create(
            messages=[{"role": "user", "content": "Quick"}], model="mixtral-8x7b-32768"
        )
        print(response.choices[0].message.content)
    except TimeoutError:
        print("too slow")
    with Groq() as short_lived:
        print(short_lived.models.list())
    print(patient, granular, proxied)


def raw() -> None:
    response = client.chat.completions.with_raw_response.create(
        messages=[{"role": "user", "content": "Hello!"}], model="mixtral-8x7b-32768"
    )
    print(response.headers.get("x-request-id"), response.headers["content-type"])
    completion = response.parse()
    print(completion.id, completion.choices[0].message.content)
    with client.chat.completions.with_streaming_response.create(
        messages=[{"role": "user", "content": "Tell me a story"}], model="mixtral-8x7b-32768"
    ) as response:
        print(response.headers)
        for line in response.iter_lines():
            print(line)


# --------------------------------------------------------------------------------------------------------- async


async def main() -> None:
    async_client = AsyncGroq()
    completion = await async_client.chat.completions.create(
        messages=[{"role": "user", "content": "Explain tides"}], model="llama-3.3-70b-versatile"
    )
    print(completion.choices[0].message.content)
    tasks = [
        async_client.chat.completions.create(
            messages=[{"role": "user", "content": f"What is {i}+{i}?"}], model="mixtral-8x7b-32768"
        )
        for i in range(5)
    ]
    results = await asyncio.gather(*tasks)
    for i, result in enumerate(results):
        print(f"{i}: {result.choices[0].message.content}")
    both = await asyncio.gather(async_client.models.list(), async_client.files.list())
    print(both[0].data[0].id, both[1].data[0].filename)
    stream = await async_client.chat.completions.create(
        messages=[{"role": "user", "content": "Write a poem"}], model="llama-3.1-8b-instant", stream=True
    )
    async for chunk in stream:
        if chunk.choices[0].delta.content:
            print(chunk.choices[0].delta.content, end="")


if __name__ == "__main__":
    asyncio.run(main())
