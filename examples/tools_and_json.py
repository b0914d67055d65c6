"""A model that calls Python functions until it can answer, and an answer that is a Python object.

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
"""A model may ask for tools again and again."""

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
    """The JSON Schema of a flat Struct. `forbid_unknown_fields` makes it closed, as strict mode wants it."""
    _, components = msgspec.json.schema_components([struct])
    schema: dict[str, Any] = components[struct.__name__]
    return schema


# ------------------------------------------------------------------------------------------------------------ tools


async def get_weather(place: Place) -> dict[str, object]:
    """What would ask a weather service."""
    degrees = {"Lisbon": 24, "Oslo": 9}.get(place.city, 18)
    return {"city": place.city, "celsius": degrees, "sky": "clear"}


TOOLS: dict[str, tuple[type[Any], Callable[[Any], Awaitable[object]]]] = {"get_weather": (Place, get_weather)}
"""By the name that the model calls: what it takes, and the function."""


def definitions() -> list[ChatCompletionToolParam]:
    """The tools as the model is told of them."""
    return [
        {
            "type": "function",
            "function": {"name": name, "description": takes.__doc__ or "", "parameters": schema_of(takes)},
        }
        for name, (takes, _) in TOOLS.items()
    ]


async def carry_out(call: ChatCompletionMessageToolCall) -> ChatCompletionToolMessageParam:
    """Call the function, and put its result or what was wrong into a message: the model can mend its own call."""
    try:
        takes, function = TOOLS[call.function.name]
        result = await function(msgspec.json.decode(call.function.arguments, type=takes))
    except KeyError:
        result = {"error": f"there is no tool {call.function.name!r}"}
    except msgspec.DecodeError as error:
        result = {"error": str(error)}
    return {"role": "tool", "tool_call_id": call.id, "content": msgspec.json.encode(result).decode()}


async def answer_with_tools(client: AsyncGroq, question: str) -> str:
    """Ask, carry out the calls that come back, send their results, until the model answers in text."""
    messages: list[ChatCompletionMessageParam | ChatCompletionMessage] = [
        {"role": "user", "content": question}
    ]
    for _ in range(MAX_ROUNDS):
        completion = await client.chat.completions.create(model=MODEL, messages=messages, tools=definitions())
        message = completion.choices[0].message
        messages.append(message)  # an answer's message goes back as it is
        if not message.tool_calls:
            return message.content or ""
        messages += await asyncio.gather(*map(carry_out, message.tool_calls))
    raise RuntimeError(f"no answer after {MAX_ROUNDS} rounds of tool calls")


# ------------------------------------------------------------------------------------------------------------- JSON


async def extract(client: AsyncGroq, text: str, struct: type[T]) -> T:
    """What the text says, as an object of this type. Raises `msgspec.ValidationError` where it does not fit."""
    completion = await client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": text}],
        response_format={
            "type": "json_schema",
            "json_schema": {"name": struct.__name__, "strict": True, "schema": schema_of(struct)},
        },
    )
    # With pydantic, a model that has extra="forbid" gives the schema by `Person.model_json_schema()`, and this line is
    # `return Person.model_validate_json(content)`.
    return msgspec.json.decode(completion.choices[0].message.content or "", type=struct)


async def main() -> None:
    """Show both."""
    async with AsyncGroq() as client:
        print(await answer_with_tools(client, "What is the weather like in Lisbon and in Oslo?"))
        text = "Ada Lovelace is 36 years old and reads mail at ada@example.com."
        print(await extract(client, text, Person))


if __name__ == "__main__":
    asyncio.run(main())
