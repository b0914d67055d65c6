"""A tool loop with Python functions, and a response as a Python object.

    pip install aiogroq
    python examples/tools_and_json.py

It needs GROQ_API_KEY, or the embedded server: see README.md in this directory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from aiogroq import AsyncGroq
from aiogroq.types import (
    ChatCompletionMessage,
    ChatCompletionMessageParam,
    ChatCompletionMessageToolCall,
    ChatCompletionToolMessageParam,
    ChatCompletionToolParam,
)

MODEL = "openai/gpt-oss-20b"
MAX_ROUNDS = 5
"""A model may call tools without end."""

T = TypeVar("T", bound=msgspec.Struct)


class Place(msgspec.Struct, forbid_unknown_fields=True):
    """Get the current weather in a city."""

    city: str


class Person(msgspec.Struct, forbid_unknown_fields=True):
    """A person in a text."""

    name: str
    age: int
    email: str


def schema_of(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema of a flat Struct. `forbid_unknown_fields` makes it closed, as strict mode requires."""
    _, components = msgspec.json.schema_components([struct])
    schema: dict[str, Any] = components[struct.__name__]
    return schema


# ------------------------------------------------------------------------------------------------------------ tools


async def get_weather(place: Place) -> dict[str, object]:
    """Return the weather. A real function would call a weather service."""
    degrees = {"Lisbon": 24, "Oslo": 9}.get(place.city, 18)
    return {"city": place.city, "celsius": degrees, "sky": "clear"}


TOOLS: dict[str, tuple[type[Any], Callable[[Any], Awaitable[object]]]] = {"get_weather": (Place, get_weather)}
"""Tool name -> (type of its arguments, function)."""


def definitions() -> list[ChatCompletionToolParam]:
    """Return the tool definitions for the request."""
    return [
        {
            "type": "function",
            "function": {"name": name, "description": takes.__doc__ or "", "parameters": schema_of(takes)},
        }
        for name, (takes, _) in TOOLS.items()
    ]


async def carry_out(call: ChatCompletionMessageToolCall) -> ChatCompletionToolMessageParam:
    """Call the function and return a message with its result or error, so that the model can correct its call."""
    try:
        takes, function = TOOLS[call.function.name]
        result = await function(msgspec.json.decode(call.function.arguments, type=takes))
    except KeyError:
        result = {"error": f"there is no tool {call.function.name!r}"}
    except msgspec.DecodeError as error:
        result = {"error": str(error)}
    return {"role": "tool", "tool_call_id": call.id, "content": msgspec.json.encode(result).decode()}


async def answer_with_tools(client: AsyncGroq, question: str) -> str:
    """Send the messages, execute the tool calls and send their results, until the model responds with text."""
    messages: list[ChatCompletionMessageParam | ChatCompletionMessage] = [
        {"role": "user", "content": question}
    ]
    for _ in range(MAX_ROUNDS):
        completion = await client.chat.completions.create(model=MODEL, messages=messages, tools=definitions())
        message = completion.choices[0].message
        messages.append(message)  # the message of a response is sent back unchanged
        if not message.tool_calls:
            return message.content or ""
        messages += await asyncio.gather(*map(carry_out, message.tool_calls))
    raise RuntimeError(f"no text after {MAX_ROUNDS} rounds of tool calls")


# ------------------------------------------------------------------------------------------------------------- JSON


async def extract(client: AsyncGroq, text: str, struct: type[T]) -> T:
    """Return the data in the text as an object of this type. Raises `msgspec.ValidationError` if it does not match."""
    completion = await client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": text}],
        response_format={
            "type": "json_schema",
            "json_schema": {"name": struct.__name__, "strict": True, "schema": schema_of(struct)},
        },
    )
    # With pydantic, a model with extra="forbid" has the schema `Person.model_json_schema()`, and this line is
    # `return Person.model_validate_json(content)`.
    return msgspec.json.decode(completion.choices[0].message.content or "", type=struct)


async def main() -> None:
    """Run both."""
    async with AsyncGroq() as client:
        print(await answer_with_tools(client, "What is the weather like in Lisbon and in Oslo?"))
        text = "Ada Lovelace is 36 years old and reads mail at ada@example.com."
        print(await extract(client, text, Person))


if __name__ == "__main__":
    asyncio.run(main())
